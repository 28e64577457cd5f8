"""Rows that are no longer to tell of a guest: bytes blanked, numbers masked, words erased; rows, amounts, days and classes stay.

Each function takes numbers of rows and forgets them in the caller's transaction. What something still rests on is not touched:
`resting` names the calls whose charge has not come to its end or that are disputed, with the reason in a sentence. Nothing that
`verify` adds up is changed here: amounts, traces, states, places in the queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from gateway.acts import DESK
from gateway.cutting import masked_for_good
from gateway.repeats import HISTORY, digest
from gateway.scrubbing import ERASED, Scrub
from gateway.store import schema
from gateway.store.narrowing import rows_of
from gateway.store.schema_inbound import PIECE

_r, _c, _p, _k = schema.records.c, schema.calls.c, schema.postings.c, schema.contacts.c
_a, _t, _d, _m = schema.arrivals.c, schema.attempts.c, schema.kept_digests.c, schema.remarks.c

#: How many of the newest records keep their fingerprint when their bytes go: what a repeat is told from, furniture among them.
REMEMBERED: Final = 2 * HISTORY
#: States of a posting that nothing follows.
ENDED: Final = ("posted", "written_off")
#: What is said of a posting that has not come to its end, by state.
_RESTS: Final[Mapping[str, str]] = {
    "held": "waits for somebody",
    "due": "waits to be sent",
    "sent": "is under way to the PMS",
    "in_doubt": "is in doubt",
    "refused": "was refused by the PMS and not settled yet",
    "unconfirmable": "waits for the PMS's total of the day",
}
_NUMBERS: Final = Scrub(every_number=True)


def resting(connection: Connection, owner: str, calls: Sequence[int]) -> dict[int, str]:
    """The calls among these that something still rests on, each with the reason in a sentence."""
    if not calls:
        return {}
    chosen = rows_of(schema.postings, owner, "call_id", calls)
    lively = select(_p.call_id, _p.id, _p.state).where(chosen, _p.state.not_in(ENDED)).order_by(_p.id)
    found = {row.call_id: f"posting {row.id} {_RESTS.get(row.state, row.state)}" for row in connection.execute(lively)}
    still = select(_c.id).where(_c.property == owner, _c.id.in_(calls), _c.status == "open")
    found |= {row.id: f"call {row.id} is not complete yet" for row in connection.execute(still)}
    return found | {call: f"call {call} is in dispute" for call in _disputed(connection, owner, calls)}


def _disputed(connection: Connection, owner: str, calls: Sequence[int]) -> list[int]:
    """The calls among these that are in dispute: of their words for and against, the last holds."""
    chosen = rows_of(schema.remarks, owner, "call_id", calls)
    wanted = select(_m.call_id, _m.kind).where(chosen, _m.kind.in_(("dispute", "settled"))).order_by(_m.id)
    last = {row.call_id: row.kind for row in connection.execute(wanted)}
    return [call for call, kind in last.items() if kind == "dispute"]


def change(connection: Connection, table: Table, key: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Write what changed of rows: each holds the property, its key, and the same columns as the others."""
    if not rows:
        return
    names = [name for name in rows[0] if name not in ("property", *key)]
    wanted = update(table).where(*[table.c[name] == bindparam(f"b_{name}") for name in ("property", *key)])
    wanted = wanted.values({name: bindparam(f"b_{name}") for name in names})
    connection.execute(wanted, [{f"b_{name}": value for name, value in row.items()} for row in rows])


# -- records --------------------------------------------------------------------------------------------------------


def forget_bytes(connection: Connection, owner: str, records: Sequence[int], newest: int) -> None:
    """Blank the bytes of records; those near the `newest` keep the fingerprint by which a repeat is known."""
    wanted = select(_r.id, _r.kind, _r.reason, _r.raw).where(_r.property == owner, _r.id.in_(records), _r.raw != b"")
    found = connection.execute(wanted).all()
    kept = [
        {"property": owner, "id": row.id, "digest": digest(bytes(row.raw))}
        for row in found
        if row.kind != "furniture" and row.id > newest - REMEMBERED
    ]
    if kept:
        connection.execute(schema.kept_digests.insert(), kept)
    gone = [{"property": owner, "id": row.id, "raw": b"", "reason": _NUMBERS.words(row.reason)} for row in found]
    change(connection, schema.records, ("id",), gone)


def forget_digests(connection: Connection, owner: str, newest: int) -> None:
    """Let go of the fingerprints of records that no repeat is told from any more."""
    connection.execute(delete(schema.kept_digests).where(_d.property == owner, _d.id <= newest - REMEMBERED))


# -- calls ----------------------------------------------------------------------------------------------------------


def forget_numbers(connection: Connection, owner: str, calls: Sequence[int], scrub: Scrub = _NUMBERS) -> None:
    """Mask the numbers of calls for good: of what was dialled, who called, the sentences about them, and the index by number."""
    wanted = select(_c.id, _c.source, _c.dialled, _c.caller, _c.number, _c.reason, _c.warnings, _c.place)
    rows = []
    for row in connection.execute(wanted.where(_c.property == owner, _c.id.in_(calls))):
        by_hand = row.source == DESK
        rows.append(
            {
                "property": owner,
                "id": row.id,
                "dialled": masked_for_good(row.dialled),
                "caller": masked_for_good(row.caller),
                "number": masked_for_good(row.number),
                "reason": ERASED if by_hand else _NUMBERS.words(scrub.words(row.reason)),
                "warnings": _NUMBERS.words(scrub.words(row.warnings)),
                "place": ERASED if by_hand else row.place,
            }
        )
    change(connection, schema.calls, ("id",), rows)
    _forget_contacts(connection, owner, calls)


def _forget_contacts(connection: Connection, owner: str, calls: Sequence[int]) -> None:
    told = select(_a.id, _a.caller).where(_a.property == owner, _a.id.in_(calls), _a.caller != "")
    rows = [
        {"property": owner, "id": row.id, "caller": masked_for_good(row.caller)} for row in connection.execute(told)
    ]
    change(connection, schema.arrivals, ("id",), rows)
    pieces = sorted({one // PIECE for one in calls})
    connection.execute(delete(schema.contacts).where(_k.property == owner, _k.piece.in_(pieces), _k.call_id.in_(calls)))


# -- words ----------------------------------------------------------------------------------------------------------


def erase_words(
    connection: Connection,
    table: Table,
    owner: str,
    ids: Sequence[int],
    whole: Iterable[str],
    scrubbed: Iterable[str],
    scrub: Scrub,
) -> None:
    """Of rows by their numbers: `whole` columns hold nothing but that they were erased, `scrubbed` ones lose what `scrub` finds."""
    whole, scrubbed = tuple(whole), tuple(scrubbed)
    wanted = select(table.c.id, *[table.c[name] for name in (*whole, *scrubbed)])
    rows = []
    for row in connection.execute(wanted.where(table.c.property == owner, table.c.id.in_(ids))):
        said = row._mapping
        fresh = {name: ERASED if said[name] else said[name] for name in whole}
        fresh |= {name: scrub(said[name]) if said[name] else said[name] for name in scrubbed}
        if any(fresh[name] != said[name] for name in fresh):
            rows.append({"property": owner, "id": row.id, **fresh})
    change(connection, table, ("id",), rows)


#: What a trail keeps of an entry whose words are erased, because `verify` rests on it.
WITHDRAWN: Final = "withdrawn"


def erase_trail(connection: Connection, owner: str, ids: Sequence[int], scrub: Scrub, *, whole: bool) -> None:
    """Entries of the audit trail: people's words go, or only what `scrub` finds; that something was withdrawn stays."""
    t = schema.audit_trail.c
    rows = []
    for row in connection.execute(select(t.id, t.what).where(t.property == owner, t.id.in_(ids))):
        kept = f"{WITHDRAWN}; the rest was {ERASED}" if WITHDRAWN in row.what else ERASED
        what = kept if whole else scrub(row.what)
        rows += [{"property": owner, "id": row.id, "what": what}] if what != row.what else []
    change(connection, schema.audit_trail, ("id",), rows)


def scrub_postings(connection: Connection, owner: str, ids: Sequence[int], scrub: Scrub) -> None:
    """Sentences beside postings and the PMS's own words to each attempt, without what `scrub` finds; references stay."""
    for some in _parted(ids):
        erase_words(connection, schema.postings, owner, some, (), ("reason", "reference"), scrub)
        tried = select(_t.id).where(rows_of(schema.attempts, owner, "posting_id", some))
        attempts = list(connection.execute(tried).scalars())
        erase_words(connection, schema.attempts, owner, attempts, (), ("words",), scrub)


def _parted(values: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    for first in range(0, len(values), size):
        yield values[first : first + size]
