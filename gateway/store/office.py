"""Codes of calls and what they add up to, and the targets of desks."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from gateway.arrivals import MISSED, TAKEN
from gateway.store import schema
from gateway.store.commands import Command
from gateway.store.memory import Memory
from gateway.store.pages import plain
from gateway.store.reporting import Chosen, Span
from gateway.store.rows import CodesRow, clean
from gateway.store.schema_office import STANDS
from gateway.store.statements import Statements
from gateway.working_hours import Shift, WorkingHours

_c, _k, _a = schema.calls.c, schema.call_codes.c, schema.arrivals.c

#: Calls that one question names.
_AT_ONCE: Final = 500
#: The codes beside their call, and those of them that are shown with it.
OF_CALL: Final = and_(_k.property == _c.property, _k.call_id == _c.id)
SHOWN: Final = (_k.account_code, _k.authorization_code)


def write_codes(
    connection: Connection, statements: Statements, owner: str, rows: Sequence[CodesRow], changed: Collection[int]
) -> None:
    """Write the codes of calls in their transaction; of calls that had some before, anew."""
    again = [one.call_id for one in rows if one.call_id in changed]
    if again:
        forget_codes(connection, owner, again)
    if rows:
        statements.add_codes.many(connection, rows)


def forget_codes(connection: Connection, owner: str, calls: Sequence[int]) -> None:
    """Calls that were none, or whose codes are written anew."""
    for at in range(0, len(calls), _AT_ONCE):
        some = calls[at : at + _AT_ONCE]
        connection.execute(delete(schema.call_codes).where(_k.property == owner, _k.call_id.in_(some)))


_KEYS: Final = (_k.account_code, _k.authorization_code, _k.name, _k.person, _k.personal, _k.known, _k.led_to)
_MONEY: Final = (_c.direction, _c.status, _c.currency, _c.decimals, _c.cost_currency, _c.cost_decimals)


def code_sums(connection: Connection, chosen: Chosen) -> list[dict[str, Any]]:
    """Calls with codes, by code and whose it was, by what became of them and by currency: what `Tally` adds up."""
    sums = {
        "calls": func.count(),
        "talk": func.sum(_c.talk_seconds),
        "priced": func.count(_c.amount),
        "amount": func.sum(_c.amount),
        "costed": func.count(_c.cost),
        "cost": func.sum(_c.cost),
    }
    wanted = (
        select(*_KEYS, *_MONEY, *(one.label(name) for name, one in sums.items()))
        .select_from(schema.call_codes.join(schema.calls, OF_CALL))
        .where(_k.property == chosen.owner, _k.call_id >= chosen.first)
        .where(_c.started_at >= chosen.span.since, _c.started_at < chosen.span.until)
        .group_by(*_KEYS, *_MONEY)
    )
    rows = plain(connection.execute(wanted).mappings())
    return [{**row, **{name: int(row[name] or 0) for name in sums}} for row in rows]


def with_codes(chosen: Chosen, which: ColumnElement[bool], *, agreed: bool) -> ColumnElement[bool]:
    """Calls whose codes fulfil a condition; those of persons only where they have agreed.

    Few calls have codes, so these are looked through once, and not the codes of each call asked for.
    """
    found = select(_k.call_id).where(_k.property == chosen.owner, _k.call_id >= chosen.first, which)
    return _c.id.in_(found if agreed else found.where(_k.person == ""))


# -- working hours --------------------------------------------------------------------------------------------------

#: Stretches that stand beside each other in a condition; SQLite takes no deeper one than a thousand.
_BESIDE: Final = 32


def begun_within(spans: Sequence[tuple[int, int]]) -> ColumnElement[bool]:
    """Calls that began within one of these stretches, which are in order."""
    parts = []
    for at in range(0, len(spans), _BESIDE):
        some = [_between(*span) for span in spans[at : at + _BESIDE]]
        whole = _between(spans[at][0], spans[min(at + _BESIDE, len(spans)) - 1][1])
        parts.append(and_(whole, or_(*some).self_group()).self_group())
    return or_(*parts) if parts else _c.id < 0


def _between(since: int, until: int) -> ColumnElement[bool]:
    # Whole numbers, not bound: a year has more stretches than a statement may have bound values.
    begin, end = (literal_column(str(int(one)), BigInteger) for one in (since, until))
    return and_(_c.started_at >= begin, _c.started_at < end)


def in_hours(hours: WorkingHours, span: Span, wanted: Sequence[str]) -> ColumnElement[bool]:
    """Calls that began inside or outside of their department's hours, or of which no hours are set ("none")."""
    named = [name for name in hours.shifts if name]
    by_shifts: dict[tuple[Shift, ...], list[str]] = {}
    for name in named:
        by_shifts.setdefault(hours.shifts[name], []).append(name)
    rooms = _c.department.is_(None)
    others = and_(~rooms, _c.department.not_in(named))
    ways: list[ColumnElement[bool]] = []
    schedules: list[tuple[ColumnElement[bool], str]] = [
        (_c.department.in_(names), names[0]) for names in by_shifts.values()
    ]
    schedules += [(others, _OTHERS)] if hours.shifts.get("") else []
    for whose, name in schedules:
        inside = begun_within(hours.spans(name, span.since, span.until))
        ways += [and_(whose, inside)] if "inside" in wanted else []
        ways += [and_(whose, ~inside.self_group())] if "outside" in wanted else []
    if "none" in wanted:
        ways.append(rooms if hours.shifts.get("") else or_(rooms, others))
    return or_(*ways) if ways else _c.id < 0


#: A department that nobody has: its hours are those of all that have none of their own.
_OTHERS: Final = "\0"


# -- targets --------------------------------------------------------------------------------------------------------

TARGET: Final = "target"
DEEDS: Final = (TARGET,)
COST_PERS: Final = ("day", "week", "month")
#: Desks that can have a target at a time, and targets that were replaced which a page shows.
MOST_DESKS: Final = 100
MOST_ENDED: Final = 30
LONGEST_DESK: Final = 60


class Target(NamedTuple):
    """What a desk is to reach, as the store has it; the columns of its table without the property."""

    id: int
    desk: str
    extensions: str
    within_seconds: int | None
    answered_percent: int | None
    missed_percent: int | None
    cost: int | None
    cost_per: str
    set_at: int
    set_by: str
    why: str
    ended_at: int | None
    ended_by: str

    @property
    def listed(self) -> tuple[str, ...]:
        """The extensions of a group; none for a department."""
        return tuple(self.extensions.split())

    @property
    def aims(self) -> bool:
        """Whether it asks for anything at all; one that does not only ends the one before."""
        return any(one is not None for one in (self.within_seconds, self.missed_percent, self.cost))


_t = schema.targets.c
_TARGET: Final = select(*[_t[name] for name in Target._fields])


def targets(connection: Connection, owner: str) -> list[Target]:
    """What desks are to reach now, by desk."""
    wanted = _TARGET.where(_t.property == owner, STANDS).order_by(_t.desk)
    return [Target(*row) for row in connection.execute(wanted)]


def ended(connection: Connection, owner: str) -> list[Target]:
    """Targets that hold no more, the newest first. They are set by hand, so there are few enough to be looked through."""
    wanted = _TARGET.where(_t.property == owner, _t.ended_at.is_not(None)).order_by(_t.id.desc()).limit(MOST_ENDED)
    return [Target(*row) for row in connection.execute(wanted)]


class Wish(NamedTuple):
    """A target as a command carries it."""

    desk: str
    extensions: str = ""
    within_seconds: int | None = None
    answered_percent: int | None = None
    missed_percent: int | None = None
    cost: int | None = None
    cost_per: str = "month"

    def subject(self) -> str:
        """What a command about it is about."""
        return json.dumps(self._asdict())


def carry_out(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Set a target, in the place of the one before; returns the sentence to keep."""
    try:
        wish = Wish(**json.loads(command.subject or ""))
    except (ValueError, TypeError):
        return "this is no target"
    owner, desk = memory.owner, (clean(wish.desk) or "")[:LONGEST_DESK]
    standing = {one.desk: one for one in targets(connection, owner)}
    before = standing.get(desk)
    if not desk:
        return "a target is for a desk: name a department or a group of extensions"
    if before is None and len(standing) >= MOST_DESKS:
        return f"{MOST_DESKS} desks have targets already; take one away first"
    if before is not None:
        ends = update(schema.targets).where(_t.property == owner, _t.id == before.id)
        connection.execute(ends.values(ended_at=now, ended_by=clean(command.who)))
    fresh = Target(0, *wish._replace(desk=desk), now, clean(command.who) or "", clean(command.why) or "", None, "")
    if fresh.aims:
        fresh = fresh._replace(id=memory.numbers.take(schema.targets))
        connection.execute(insert(schema.targets).values(property=owner, **fresh._asdict()))
    told = f"target of {desk}: {in_words(fresh)} (before: {in_words(before)})"
    memory.note(connection, now, command.who, f"{told}: {command.why}" if command.why else told)
    return f"the target of {desk} is set" if fresh.aims else f"{desk} has no target any more"


def in_words(target: Target | None) -> str:
    """A target as the audit trail has it; the cost in minor units."""
    if target is None or not target.aims:
        return "none"
    said = []
    if target.within_seconds is not None:
        said.append(f"{target.answered_percent} % answered within {target.within_seconds} s")
    if target.missed_percent is not None:
        said.append(f"at most {target.missed_percent} % missed")
    if target.cost is not None:
        said.append(f"at most {target.cost} minor units a {target.cost_per}")
    return ", ".join(said) + (f", extensions {target.extensions}" if target.extensions else "")


class Came(NamedTuple):
    """Calls that came in to a desk: of `told` the wait until the answer is known, `quick` of them were answered in time."""

    calls: int
    answered: int
    missed: int
    told: int
    quick: int


def came_to(connection: Connection, chosen: Chosen, target: Target, spans: Sequence[tuple[int, int]] | None) -> Came:
    """What came in to a desk, within its working hours where it has any (`spans`)."""
    here = _c.extension.in_(target.listed) if target.listed else _c.department == target.desk
    taken, within = _a.outcome.in_(TAKEN), target.within_seconds
    told = and_(taken, _a.waited.is_not(None))
    quick = and_(told, _a.waited <= (within if within is not None else -1))
    counted = (taken, _a.outcome.in_(MISSED), told, quick)
    wanted = (
        select(func.count(), *(func.sum(case((one, 1), else_=0)) for one in counted))
        .select_from(schema.calls.join(schema.arrivals, and_(_a.property == _c.property, _a.id == _c.id)))
        .where(chosen.calls, here, _a.property == chosen.owner, _a.id >= chosen.first)
    )
    if spans is not None:
        wanted = wanted.where(begun_within(spans))
    calls, answered, missed, known, fast = (int(one or 0) for one in connection.execute(wanted).one())
    return Came(calls, answered, missed, known, fast)


def spent_by(connection: Connection, chosen: Chosen, target: Target, currency: str) -> int:
    """What the calls of a desk come to, in minor units of the hotel's currency, by their prices."""
    here = _c.extension.in_(target.listed) if target.listed else _c.department == target.desk
    rated = (_c.status.in_(("charge", "allocated")), _c.currency == currency)
    wanted = select(func.sum(_c.amount)).where(chosen.calls, here, *rated)
    return int(connection.execute(wanted).scalar() or 0)


def spent_in(connection: Connection, chosen: Chosen, currency: str) -> dict[tuple[str, str], int]:
    """What departments, their extensions and codes have spent, in minor units of the hotel's currency, by whose and name."""
    found: dict[tuple[str, str], int] = {}
    rated = (chosen.calls, _c.status.in_(("charge", "allocated")), _c.currency == currency, _c.department.is_not(None))
    keys = (_c.department, _c.extension)
    for department, extension, amount in connection.execute(
        select(*keys, func.sum(_c.amount)).where(*rated).group_by(*keys)
    ):
        for whose in (("department", department), ("extension", extension or "")):
            found[whose] = found.get(whose, 0) + int(amount or 0)
    for row in code_sums(connection, chosen):
        if row["name"] and row["currency"] == currency and row["status"] in ("charge", "allocated"):
            found["account_code", row["name"]] = found.get(("account_code", row["name"]), 0) + row["amount"]
    return found
