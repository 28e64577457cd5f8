"""Whose numbers nobody is shown: found out for a call that is being settled, and for all stored ones when the list has grown.

What a code led to when a call was settled stands; a code that is listed later re-routes no stored call. That a number is kept
from everybody is another matter: `again` takes it out of every call that is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, select, update

from gateway.helplines import HELPLINE, HIDDEN, PERSONAL, hidden_prefix, hidden_trace
from gateway.intake.arriving import legs_again
from gateway.intake.batch import Rules, Source
from gateway.intake.call_rows import codes_row, trace_text
from gateway.store import inbound, office, schema
from gateway.store.database import Database
from gateway.store.statements import Statements
from gateway.store.traffic import Progress
from protocols.records import CallRecord
from rating.numbering import NumberPlan

#: Calls that are looked at in one transaction.
SLICE: Final = 500
_c, _k, _a = schema.calls.c, schema.call_codes.c, schema.arrivals.c


def dialled_codes(legs: Sequence[CallRecord]) -> tuple[str | None, str | None]:
    """The account code and the authorisation code of a call: the first that any of its records tells."""
    if len(legs) == 1:
        return legs[0].account_code, legs[0].authorization_code
    account = next((leg.account_code for leg in legs if leg.account_code), None)
    return account, next((leg.authorization_code for leg in legs if leg.authorization_code), None)


def why_hidden(rules: Rules, plan: NumberPlan, legs: Sequence[CallRecord]) -> str:
    """Why nobody is shown the number outside, as the place of the call says it; empty where it may be seen."""
    code = rules.codes.find(*dialled_codes(legs)) if rules.codes.listed else None
    if code is not None and code.personal:
        return PERSONAL
    if rules.helplines.hint is None:
        return ""
    outside = (text for leg in legs for text in (leg.dialled, leg.caller))
    return HELPLINE if any(rules.helplines.holds(text, plan.classify) for text in outside) else ""


# -- again ------------------------------------------------------------------------------------------------------------


def again(database: Database, sources: Mapping[str, Source], rules: Rules, progress: Progress) -> tuple[int, int, int]:
    """Look at every stored call: take out numbers that nobody is shown, and write down codes that are not kept yet.

    Returns how many calls were looked at, how many numbers were taken out, and of how many calls codes were written. The
    gateway must be stopped; it may be broken off and begun again.
    """
    owner, statements = database.property, Statements(database.engine)
    newest = database.read(lambda c: int(c.execute(select(func.max(_c.id)).where(_c.property == owner)).scalar() or 1))
    after, sums = 0, (0, 0, 0)
    while True:
        found = database.transact(lambda c: _slice(c, statements, owner, sources, rules, after))  # noqa: B023
        if found is None:
            return sums
        after = found[0]
        sums = (sums[0] + found[1], sums[1] + found[2], sums[2] + found[3])
        progress(f"{sums[0]:,} calls", after / newest)


def _slice(
    connection: Connection, statements: Statements, owner: str, sources: Mapping[str, Source], rules: Rules, after: int
) -> tuple[int, int, int, int] | None:
    """One slice: its last call, and what was done; None behind the last."""
    columns = (_c.id, _c.source, _c.number_class, _c.place, _c.prefix, _c.trace, _c.cost_trace)
    wanted = select(*columns).where(_c.property == owner, _c.id > after).order_by(_c.id).limit(SLICE)
    calls: list[Any] = list(connection.execute(wanted))
    if not calls:
        return None
    known = [one for one in calls if one.source in sources]
    legs, repeats, gone = legs_again(connection, owner, sources, [one.id for one in known])
    here = [one for one in known if one.id in legs and one.id not in repeats and one.id not in gone]
    hidden = 0
    for one in here:
        why = why_hidden(rules, sources[one.source].plan, legs[one.id])
        if why and one.place not in HIDDEN and one.number_class != "emergency":
            _hide(connection, owner, one, why)
            hidden += 1
    coded = _codes(connection, statements, owner, rules, {one.id: legs[one.id] for one in here})
    return calls[-1].id, len(calls), hidden, coded


def _hide(connection: Connection, owner: str, call: Any, why: str) -> None:
    """Take the number out of a call, of what became of it, and of the contacts."""
    changed = {
        "number": None,
        "dialled": None,
        "caller": None,
        "place": why,
        "prefix": None if call.prefix is None else hidden_prefix(call.prefix),
        "trace": _traces(call.trace, why),
        "cost_trace": _traces(call.cost_trace, why),
    }
    connection.execute(update(schema.calls).where(_c.property == owner, _c.id == call.id).values(**changed))
    inbound.forget_contacts(connection, owner, [call.id])
    connection.execute(update(schema.arrivals).where(_a.property == owner, _a.id == call.id).values(caller=""))


def _traces(text: str | None, why: str) -> str | None:
    if text is None:
        return None
    return trace_text([hidden_trace(tuple(one), why) for one in json.loads(text)])


def _codes(
    connection: Connection, statements: Statements, owner: str, rules: Rules, calls: Mapping[int, Sequence[CallRecord]]
) -> int:
    """Write the codes of calls that have none written; how many."""
    wanted = select(_k.call_id).where(_k.property == owner, _k.call_id.in_(_numbers(calls)))
    kept = set(connection.execute(wanted).scalars())
    rows = [
        codes_row(owner, number, found)
        for number, legs in calls.items()
        if number not in kept and (found := rules.codes.allocation(*dialled_codes(legs))) is not None
    ]
    office.write_codes(connection, statements, owner, [one._replace(led_to="") for one in rows], ())
    return len(rows)


def _numbers(calls: Iterable[int]) -> list[int]:
    return sorted(calls)
