"""Calls that came in and contacts by number: written with the calls, and found again by the number.

`contacts` is read piece by piece, the newest first (`schema_inbound.py` says why). Whatever asks for a number names the
pieces, so that both databases go to each by its key; a test holds SQLite's plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, delete, func, or_, select

from gateway.arrivals import MISSED, TAKEN
from gateway.store import schema
from gateway.store.pages import plain
from gateway.store.reporting import Chosen
from gateway.store.schema_inbound import PIECE
from gateway.store.statements import Statements

_c, _a, _k, _r = schema.calls.c, schema.arrivals.c, schema.contacts.c, schema.records.c

#: Pieces that one question looks into: two million records.
PIECES_AT_ONCE: Final = 500
#: Calls that one question names.
CALLS_AT_ONCE: Final = 500
#: Contacts of one number that are added up; a number with more is the house's own switchboard, or a fault.
MOST_COUNTED: Final = 20_000
_OF_CALL: Final = and_(_a.property == _c.property, _a.id == _c.id)
_IN_PARTS: Final = {"yield_per": 20_000}


class ArrivalRow(NamedTuple):
    """One row of `arrivals`."""

    property: str
    id: int
    caller: str
    did: str
    outcome: str
    waited: int | None
    stages: str
    hands: int


class ContactRow(NamedTuple):
    """One row of `contacts`."""

    property: str
    piece: int
    number: str
    call_id: int
    inward: int


def contact_row(owner: str, number: str, call_id: int, *, inward: bool) -> ContactRow:
    """A contact, in its piece."""
    return ContactRow(owner, call_id // PIECE, number, call_id, int(inward))


class Told(NamedTuple):
    """What one call tells: what became of it, if it came in, and the contact, if the number is known."""

    arrival: ArrivalRow | None
    contact: ContactRow | None


def write(
    connection: Connection,
    statements: Statements,
    owner: str,
    arrivals: Sequence[ArrivalRow],
    contacts: Sequence[ContactRow],
    changed: Sequence[int],
) -> None:
    """Write what calls told, in the transaction of the calls; of those that had told before, it is written anew."""
    if changed:
        forget(connection, owner, changed)
    statements.add_arrival.many(connection, arrivals)
    statements.add_contact.many(connection, contacts)


def forget(connection: Connection, owner: str, calls: Sequence[int]) -> None:
    """Calls that are told anew, or were none."""
    for some in _slices(sorted(calls), CALLS_AT_ONCE):
        connection.execute(delete(schema.arrivals).where(_a.property == owner, _a.id.in_(some)))
        forget_contacts(connection, owner, some)


def forget_contacts(connection: Connection, owner: str, calls: Sequence[int]) -> None:
    """Calls of which no number is kept."""
    pieces = sorted({one // PIECE for one in calls})
    connection.execute(delete(schema.contacts).where(_k.property == owner, _k.piece.in_(pieces), _k.call_id.in_(calls)))


def _slices(values: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for first in range(0, len(values), size):
        yield values[first : first + size]


# -- a number's contacts --------------------------------------------------------------------------------------------


def _pieces(connection: Connection, owner: str, before: int | None) -> list[int]:
    """Every piece there is, the newest first."""
    # Two questions: SQLite finds one end by the key, but both at once only by reading everything between them.
    low = connection.execute(select(func.min(_k.piece)).where(_k.property == owner)).scalar()
    high = connection.execute(select(func.max(_k.piece)).where(_k.property == owner)).scalar()
    if low is None or high is None:
        return []
    top = int(high) if before is None else min(int(high), before // PIECE)
    return list(range(top, int(low) - 1, -1))


def in_pieces(owner: str, pieces: Sequence[int], number: str) -> Select[Any]:
    """The question for a number's calls in some pieces."""
    here = (_k.property == owner, _k.piece.in_(pieces), _k.number == number)
    return select(_k.call_id).where(*here)


def number_of_call(connection: Connection, owner: str, call: int) -> str | None:
    """The number outside that a call was with; None where none is kept of it. Looks through one piece."""
    here = (_k.property == owner, _k.piece == call // PIECE, _k.call_id == call)
    return connection.execute(select(_k.number).where(*here)).scalar()


def calls_with(connection: Connection, owner: str, number: str, most: int, before: int | None = None) -> list[int]:
    """The newest calls with a number, newest first, from before call `before`."""
    found: list[int] = []
    for pieces in _slices(_pieces(connection, owner, before), PIECES_AT_ONCE):
        wanted = in_pieces(owner, pieces, number).order_by(_k.call_id.desc()).limit(most - len(found))
        if before is not None:
            wanted = wanted.where(_k.call_id < before)
        found += connection.execute(wanted).scalars()
        if len(found) >= most:
            break
    return found


def calls_of(connection: Connection, owner: str, calls: Sequence[int]) -> list[dict[str, Any]]:
    """Calls by number, newest first, each with what became of it where it came in."""
    if not calls:
        return []
    wanted = (
        select(schema.calls, _a.outcome, _a.waited, _a.did, _a.stages)
        .outerjoin(schema.arrivals, _OF_CALL)
        .where(_c.property == owner, _c.id.in_(calls))
    )
    return plain(connection.execute(wanted.order_by(_c.id.desc())).mappings())


def sums_of(connection: Connection, owner: str, calls: Sequence[int]) -> list[dict[str, Any]]:
    """Calls by number added up: by direction, outcome, status and currency, with the first and the last of each."""
    found: list[dict[str, Any]] = []
    keys = (_c.direction, _a.outcome, _c.answered, _c.status, _c.currency, _c.decimals)
    for some in _slices(calls, CALLS_AT_ONCE):
        wanted = (
            select(
                *keys,
                func.count().label("calls"),
                func.sum(_c.talk_seconds).label("talk"),
                func.count(_c.talk_seconds).label("told"),
                func.count(_c.amount).label("priced"),
                func.sum(_c.amount).label("amount"),
                func.min(_c.started_at).label("first"),
                func.max(_c.started_at).label("last"),
            )
            .select_from(schema.calls.outerjoin(schema.arrivals, _OF_CALL))
            .where(_c.property == owner, _c.id.in_(some))
            .group_by(*keys)
        )
        for row in connection.execute(wanted).mappings():
            whole = {name: int(row[name] or 0) for name in ("calls", "talk", "told", "priced", "amount")}
            found.append({**row, **whole})
    return found


def speakers(connection: Connection, owner: str, calls: Sequence[int]) -> list[dict[str, Any]]:
    """Who of the house spoke in these calls: room, department or extension, how often, and when last."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    keys = (_c.extension, _c.room, _c.department)
    for some in _slices(calls, CALLS_AT_ONCE):
        wanted = (
            select(
                *keys,
                func.count().label("calls"),
                func.sum(_c.talk_seconds).label("talk"),
                func.max(_c.started_at).label("last"),
            )
            .select_from(schema.calls.outerjoin(schema.arrivals, _OF_CALL))
            .where(_c.property == owner, _c.id.in_(some), _c.talk_seconds > 0)
            .where(or_(_a.outcome.is_(None), _a.outcome.in_(TAKEN)))  # voice mail and menus are nobody
        )
        for row in connection.execute(wanted.group_by(*keys)).mappings():
            one = found.setdefault(tuple(row[key.name] for key in keys), {**row, "calls": 0, "talk": 0})
            one["calls"] += int(row["calls"])
            one["talk"] += int(row["talk"] or 0)
            one["last"] = max(one["last"], row["last"])
    return sorted(found.values(), key=lambda one: (-one["calls"], -one["talk"]))


# -- what reports count ---------------------------------------------------------------------------------------------


def arrivals_in(connection: Connection, chosen: Chosen) -> Iterator[Any]:
    """Every call that came in and began in a stretch, in the order of numbers: narrow rows, for one look."""
    wanted = (
        select(
            _c.id,
            _c.started_at,
            _c.talk_seconds,
            _c.extension,
            _c.room,
            _c.department,
            _c.source,
            _a.caller,
            _a.did,
            _a.outcome,
            _a.waited,
            _a.stages,
            _a.hands,
        )
        .select_from(schema.calls.join(schema.arrivals, _OF_CALL))
        .where(chosen.calls, _a.property == chosen.owner, _a.id >= chosen.first)
    )
    yield from connection.execute(wanted.order_by(_c.id), execution_options=_IN_PARTS)


def without_particulars(connection: Connection, chosen: Chosen) -> int:
    """Calls that came in of which no particulars are kept: they came before these were, and nobody has read them again."""
    kept = select(_a.id).where(_a.property == chosen.owner, _a.id >= chosen.first)
    inward = _c.direction.in_(("in", "tandem"))
    repeat = select(_r.call_id).where(_r.property == chosen.owner, _r.id >= chosen.first, _r.mark == "repeat")
    repeat = repeat.where(_r.call_id.is_not(None))
    wanted = select(func.count()).where(chosen.calls, inward, _c.id.not_in(kept), _c.id.not_in(repeat))
    return int(connection.execute(wanted).scalar() or 0)


def _callers(chosen: Chosen, *outcomes: str) -> Select[Any]:
    """The question for those who called in a stretch, or of them those whose calls came to one of these ends."""
    wanted = (
        select(_a.caller)
        .select_from(schema.calls.join(schema.arrivals, _OF_CALL))
        .where(chosen.calls, _a.property == chosen.owner, _a.id >= chosen.first, _a.caller != "")
    )
    return wanted.where(_a.outcome.in_(outcomes)) if outcomes else wanted


def called_before(connection: Connection, chosen: Chosen) -> set[str]:
    """Those who called in a stretch and had called in before it, as far as the store reaches back.

    Looks through the contacts before it once: they are narrow, and to look for each of thousands of callers in each piece
    would take longer.
    """
    earlier = (
        select(_k.number)
        .where(_k.property == chosen.owner, _k.piece <= chosen.first // PIECE, _k.call_id < chosen.first)
        .where(_k.inward == 1, _k.number.in_(_callers(chosen)))
    )
    # From the first record of the stretch on, only the beginning of a call tells on which side of midnight it lies.
    near = (
        select(_a.caller)
        .select_from(schema.calls.join(schema.arrivals, _OF_CALL))
        .where(_c.property == chosen.owner, _c.id >= chosen.first, _c.started_at < chosen.span.since)
        .where(_a.property == chosen.owner, _a.id >= chosen.first, _a.caller.in_(_callers(chosen)))
    )
    return {number for question in (earlier, near) for number in connection.execute(question.distinct()).scalars()}


class Later(NamedTuple):
    """A contact with a number: when it began, whether it came in, and whether somebody spoke, where that is told."""

    number: str
    id: int
    inward: bool
    started_at: int
    spoken: bool


def contacts_after_missing(connection: Connection, chosen: Chosen) -> list[Later]:
    """Contacts with those who were missed in a stretch, from its beginning until now, in the order of their beginning."""
    here = (_k.property == chosen.owner, _k.piece >= chosen.first // PIECE, _k.call_id >= chosen.first)
    wanted = select(_k.call_id, _k.number, _k.inward).where(*here, _k.number.in_(_callers(chosen, *MISSED)))
    named = {row.call_id: row for row in connection.execute(wanted)}
    found = []
    for some in _slices(sorted(named), CALLS_AT_ONCE):
        calls = (
            select(_c.id, _c.started_at, _c.talk_seconds, _a.outcome)
            .select_from(schema.calls.outerjoin(schema.arrivals, _OF_CALL))
            .where(_c.property == chosen.owner, _c.id.in_(some), _c.started_at >= chosen.span.since)
        )
        for call in connection.execute(calls):
            contact = named[call.id]
            spoken = call.outcome in TAKEN if contact.inward else bool(call.talk_seconds)
            found.append(Later(contact.number, call.id, bool(contact.inward), call.started_at, spoken))
    return sorted(found, key=lambda one: (one.started_at, one.id))
