"""What the pages look up: every query is bounded in rows, and the frequent ones do not grow with the ledger.

The pages ask once a second while somebody looks, so what they ask must cost the same after ten years as on the first
day. Lively postings are found through the partial index, which SQLite uses only where the statement repeats the
index's own condition word for word (`LIVELY`). What happened today begins at a row that is found by halving, because
numbers of rows grow with time. A search looks back over a bounded stretch and says how far it looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, RowMapping, Table, and_, func, or_, select, text
from sqlalchemy.sql.elements import ColumnElement

from gateway.helplines import HIDDEN, PERSONAL, WITHHELD
from gateway.instants import SECOND
from gateway.store import schema, shares
from gateway.store.narrowing import rows_of
from gateway.store.outbox import lively
from gateway.store.rows import clean

_p, _c, _r, _a = schema.postings.c, schema.calls.c, schema.records.c, schema.attempts.c
_s, _k, _t = schema.stays.c, schema.commands.c, schema.audit_trail.c

#: The condition of the index `postings_lively`, as the schema writes it.
LIVELY: Final = schema.LIVELY
#: What lists of calls leave out: private calls of the staff, which are counted and never itemised (gateway/helplines.py).
LISTED: Final = or_(_c.place.is_(None), _c.place != PERSONAL)
#: The same calls by the index `calls_unlisted`, whose condition a question says word for word.
UNLISTED: Final = text(f"calls.place = '{PERSONAL}'")
#: States that the index holds.
LIVELY_STATES: Final = ("held", "due", "sent", "refused", "in_doubt", "unconfirmable")
#: How many record numbers a search looks back over at a time: some weeks of a large hotel, a fraction of a second.
SEARCH_STRETCH: Final = 200_000
#: Guests that a searched name may mean; a name that fits more is too short to mean anybody.
MOST_NAMED: Final = 50
#: Digits from which a search looks anywhere in a number; fewer are a room, an extension or the end of a number.
DIGITS_ANYWHERE: Final = 5
#: How far an exchange's clock may be behind ours, in microseconds, before its calls are taken for history: two days.
OLD_NEWS: Final = 2 * 24 * 3600 * SECOND
#: Records that a call shows; a conference of more legs than this shows its first ones.
MOST_RECORDS: Final = 50
#: Attempts and entries of the trail shown with a posting.
MOST_ATTEMPTS: Final = 50

_POSTING = shares.beside_postings(
    select(
        schema.postings,
        _c.call_key,
        _c.source,
        _c.extension,
        _c.dialled,
        _c.number,
        _c.number_class,
        _c.place,
        _c.trunk,
        _c.started_at,
        shares.TALKED,
    ).join(schema.calls, and_(_c.property == _p.property, _c.id == _p.call_id))
)


def plain(rows: Iterable[RowMapping]) -> list[dict[str, Any]]:
    """Rows as plain values that outlive the connection."""
    return [dict(row) for row in rows]


# -- postings -----------------------------------------------------------------------------------------------------


def lively_counts(connection: Connection, owner: str) -> dict[str, int]:
    """How many postings stand in each state that is not final; every such state has its number."""
    wanted = select(_p.state, func.count()).where(_p.property == owner, LIVELY).group_by(_p.state)
    found = {row[0]: int(row[1]) for row in connection.execute(wanted)}
    return {state: found.get(state, 0) for state in LIVELY_STATES}


def lively_sums(connection: Connection, owner: str) -> dict[str, list[tuple[int, int, str]]]:
    """What the postings of each state that is not final come to: minor units, decimals and currency, one entry a currency."""
    money = (_p.state, func.coalesce(func.sum(_p.amount), 0), _p.decimals, _p.currency)
    wanted = select(*money).where(_p.property == owner, LIVELY).group_by(_p.state, _p.decimals, _p.currency)
    found: dict[str, list[tuple[int, int, str]]] = {}
    for state, minor, decimals, currency in connection.execute(wanted.order_by(_p.state, _p.currency)):
        found.setdefault(state, []).append((int(minor), int(decimals), currency))
    return found


def oldest(connection: Connection, owner: str) -> dict[str, int]:
    """Since when the oldest posting of each lively state waits: since it was wanted, where it has not been sent yet."""
    found = {}
    for state in LIVELY_STATES:
        since = _p.created_at if state in ("due", "sent") else _p.changed_at
        first = lively(owner, state).order_by(_p.id).limit(1)
        instant = connection.execute(select(since).where(_p.property == owner, _p.id.in_(first))).scalar()
        if instant is not None:
            found[state] = int(instant)
    return found


def in_state(
    connection: Connection, owner: str, state: str, most: int, before: int | None = None
) -> list[dict[str, Any]]:
    """Postings in one state, newest first, from before posting `before`."""
    waits = state in LIVELY_STATES
    chosen = lively(owner, state) if waits else select(_p.id).where(_p.property == owner, _p.state == state)
    if before is not None:
        chosen = chosen.where(_p.id < before)
    chosen = chosen.order_by(_p.id.desc()).limit(most)
    wanted = _POSTING.where(_p.property == owner, _p.id.in_(chosen)).order_by(_p.id.desc())
    return plain(connection.execute(wanted).mappings())


def oldest_in_state(connection: Connection, owner: str, state: str, most: int) -> list[dict[str, Any]]:
    """Postings in one lively state, oldest first: the order in which they wait."""
    chosen = lively(owner, state).order_by(_p.id).limit(most)
    wanted = _POSTING.where(_p.property == owner, _p.id.in_(chosen)).order_by(_p.id)
    return plain(connection.execute(wanted).mappings())


def newest(connection: Connection, owner: str, most: int, before: int | None = None) -> list[dict[str, Any]]:
    """Postings in every state, newest first, from before posting `before`."""
    wanted = _POSTING.where(_p.property == owner)
    if before is not None:
        wanted = wanted.where(_p.id < before)
    return plain(connection.execute(wanted.order_by(_p.id.desc()).limit(most)).mappings())


def posting(connection: Connection, owner: str, number: int) -> dict[str, Any] | None:
    """One posting with what its call says."""
    row = connection.execute(_POSTING.where(_p.property == owner, _p.id == number)).mappings().first()
    return None if row is None else dict(row)


def postings_of(connection: Connection, owner: str, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Postings by number, each with what its call says."""
    wanted = _POSTING.where(_p.property == owner, _p.id.in_(numbers))
    return {row["id"]: dict(row) for row in connection.execute(wanted).mappings()} if numbers else {}


def calls_of(connection: Connection, owner: str, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Calls by number."""
    wanted = select(schema.calls).where(_c.property == owner, _c.id.in_(numbers))
    return {row["id"]: dict(row) for row in connection.execute(wanted).mappings()} if numbers else {}


def of_calls(connection: Connection, owner: str, calls: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The postings of calls, by call, in order of their parts."""
    wanted = select(schema.postings).where(_p.property == owner, _p.call_id.in_(calls)).order_by(_p.call_id, _p.part)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(wanted).mappings() if calls else ():
        found.setdefault(row["call_id"], []).append(dict(row))
    return found


def attempts_of(connection: Connection, owner: str, numbers: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The newest attempts at postings, by posting, oldest first."""
    wanted = (
        select(schema.attempts).where(rows_of(schema.attempts, owner, "posting_id", numbers)).order_by(_a.id.desc())
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(wanted.limit(MOST_ATTEMPTS * max(1, len(numbers)))).mappings() if numbers else ():
        found.setdefault(row["posting_id"], []).insert(0, dict(row))
    return found


def settled_since(connection: Connection, owner: str, since: int) -> dict[str, tuple[int, int]]:
    """Of the postings wanted since an instant: how many came to each final state, and their minor units."""
    first = first_since(connection, owner, schema.postings, _p.created_at, since)
    wanted = select(_p.state, func.count(), func.coalesce(func.sum(_p.amount), 0)).where(
        _p.property == owner, _p.id >= first, _p.state.in_(("posted", "written_off"))
    )
    rows = connection.execute(wanted.group_by(_p.state))
    return {state: (int(number), int(total)) for state, number, total in rows}


def totals(connection: Connection, owner: str) -> dict[str, int]:
    """How many postings stand in each state. Reads the whole ledger: ask seldom."""
    wanted = select(_p.state, func.count()).where(_p.property == owner).group_by(_p.state)
    return {row[0]: int(row[1]) for row in connection.execute(wanted)}


def first_since(connection: Connection, owner: str, table: Table, column: Column[Any], since: int) -> int:
    """The first row of a growing table whose instant is not before `since`, found by halving; one past the last if none.

    The instants of such a table grow with its numbers, save for a clock that was put right meanwhile.
    """
    ident = table.c.id
    owned = table.c.property == owner
    low = connection.execute(select(func.min(ident)).where(owned)).scalar()
    high = connection.execute(select(func.max(ident)).where(owned)).scalar()
    if low is None or high is None:
        return 1
    high += 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            select(ident, column).where(owned, ident >= middle).order_by(ident).limit(1)
        ).one_or_none()
        if row is None or row[1] >= since:
            high = middle
        else:
            low = row[0] + 1
    return int(low)


# -- calls --------------------------------------------------------------------------------------------------------


class Found(NamedTuple):
    """What a search found, and where it stopped looking: `looked_to` is None where it reached the beginning."""

    calls: list[dict[str, Any]]
    looked_to: int | None


def calls_before(connection: Connection, owner: str, most: int, before: int | None = None) -> list[dict[str, Any]]:
    """The newest calls, newest first, from before call number `before`."""
    wanted = select(schema.calls).where(_c.property == owner, LISTED)
    if before is not None:
        wanted = wanted.where(_c.id < before)
    return plain(connection.execute(wanted.order_by(_c.id.desc()).limit(most)).mappings())


def find_calls(connection: Connection, owner: str, words: str, most: int, before: int | None = None) -> Found:
    """Calls of a room, an extension, a number or a guest's name, newest first, over one stretch of the past."""
    words = clean(words) or ""
    if not words:
        return Found([], None)
    top = before
    if top is None:
        highest = connection.execute(select(func.max(_c.id)).where(_c.property == owner)).scalar()
        top = int(highest or 0) + 1
    bottom = top - SEARCH_STRETCH
    wanted = select(schema.calls).where(
        _c.property == owner, _c.id < top, _c.id >= bottom, means(connection, owner, words), LISTED
    )
    calls = plain(connection.execute(wanted.order_by(_c.id.desc()).limit(most)).mappings())
    return Found(calls, None if len(calls) == most or bottom <= 1 else bottom)


def means(connection: Connection, owner: str, words: str) -> ColumnElement[bool]:
    """The condition that a searched word stands for."""
    ways: list[ColumnElement[bool]] = [_c.room == words, _c.extension == words]
    digits = "".join(one for one in words if one in "0123456789")
    dialled = (_c.dialled, _c.number, _c.caller)
    if not digits or any(one.isalpha() for one in words):
        ways += [column.icontains(words, autoescape=True) for column in (_c.department, _c.place)]
        named = guests_named(connection, owner, words)
        ways += [_c.reservation.in_(named)] if named else []
    elif len(digits) < DIGITS_ANYWHERE:
        ways += [column.endswith(digits, autoescape=True) for column in dialled]
    else:
        ways += [column.contains(digits, autoescape=True) for column in dialled]
    return or_(*ways)


def guests_named(connection: Connection, owner: str, words: str) -> list[str]:
    """The newest reservations of guests whose name contains the words."""
    wanted = select(_s.reservation).where(_s.property == owner, _s.name.icontains(words, autoescape=True))
    return list(connection.execute(wanted.order_by(_s.id.desc()).limit(MOST_NAMED)).scalars())


def guest_names(connection: Connection, owner: str, reservations: Sequence[str]) -> dict[str, str]:
    """The names of guests by reservation, as far as the PMS has told them."""
    if not reservations:
        return {}
    wanted = select(_s.reservation, _s.name).where(_s.property == owner, _s.reservation.in_(reservations))
    return {reservation: name for reservation, name in connection.execute(wanted.order_by(_s.id)) if name}


def guest_language(connection: Connection, owner: str, reservation: str | None) -> str:
    """The language of a guest as the PMS tells it; empty where it does not."""
    if reservation is None:
        return ""
    wanted = select(_s.language).where(_s.property == owner, _s.reservation == reservation).order_by(_s.id.desc())
    return str(connection.execute(wanted.limit(1)).scalar() or "")


def emergencies(connection: Connection, owner: str, since: int, newest_records: int, most: int) -> list[dict[str, Any]]:
    """The newest emergency calls that we heard of since an instant, among the newest records, newest first.

    It is our clock that counts and not the exchange's, which may be hours wrong; but a call that began days before we
    heard of it is history that somebody read in.
    """
    highest = connection.execute(select(func.max(_r.id)).where(_r.property == owner)).scalar() or 0
    wanted = (
        select(_c.id, _c.extension, _c.room, _c.department, _c.reservation, _c.dialled, _c.started_at)
        .join(schema.records, and_(_r.property == _c.property, _r.id == _c.id))
        .where(_c.property == owner, _c.id > highest - newest_records, _c.number_class == "emergency")
        .where(_r.received_at >= since, _c.started_at >= since - OLD_NEWS)
    )
    return plain(connection.execute(wanted.order_by(_c.id.desc()).limit(most)).mappings())


def call(connection: Connection, owner: str, number: int) -> dict[str, Any] | None:
    """One call."""
    row = connection.execute(select(schema.calls).where(_c.property == owner, _c.id == number)).mappings().first()
    return None if row is None else dict(row)


def records_of(connection: Connection, owner: str, call_id: int) -> list[dict[str, Any]]:
    """The records a call was joined from, in order of arrival, at most `MOST_RECORDS`."""
    wanted = select(schema.records).where(rows_of(schema.records, owner, "call_id", [call_id])).order_by(_r.id)
    return withheld(connection, owner, plain(connection.execute(wanted.limit(MOST_RECORDS)).mappings()))


def withheld(connection: Connection, owner: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records as people may see them: without the bytes of calls whose number nobody is shown."""
    calls = {one["call_id"] for one in records} - {None}
    wanted = select(_c.id).where(_c.property == owner, _c.id.in_(sorted(calls)), _c.place.in_(HIDDEN))
    hidden = set(connection.execute(wanted).scalars()) if calls else set()
    return [one | {"raw": WITHHELD} if one["call_id"] in hidden else one for one in records]


# -- records, commands, trail -------------------------------------------------------------------------------------


def odd_records(
    connection: Connection, owner: str, mark: str, most: int, before: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Records that could not be read (`unread`), may be or are repeats (`repeat`), or come behind missing ones (`gap`).

    Newest first, over one stretch.

    The second value is where the look stopped for want of time, None where it did not.
    """
    top = before
    if top is None:
        top = int(connection.execute(select(func.max(_r.id)).where(_r.property == owner)).scalar() or 0) + 1
    bottom = top - SEARCH_STRETCH
    choices: dict[str, ColumnElement[bool]] = {
        "unread": _r.kind == "unparsed",
        "repeat": _r.mark.in_(("repeat", "possible repeat")),
        "gap": _r.mark == "gap",
    }
    odd = choices.get(mark, or_(_r.kind == "unparsed", _r.mark != ""))
    wanted = select(schema.records).where(_r.property == owner, _r.id < top, _r.id >= bottom, odd)
    found = plain(connection.execute(wanted.order_by(_r.id.desc()).limit(most)).mappings())
    return withheld(connection, owner, found), None if len(found) == most or bottom <= 1 else bottom


def trail(connection: Connection, owner: str, number: int) -> list[dict[str, Any]]:
    """The newest deeds done to a posting, oldest first. The trail has no index: it is as long as people's patience."""
    wanted = select(schema.audit_trail).where(_t.property == owner, _t.posting_id == number)
    return plain(connection.execute(wanted.order_by(_t.id.desc()).limit(MOST_ATTEMPTS)).mappings())[::-1]


def command(connection: Connection, owner: str, number: int) -> dict[str, Any] | None:
    """One command and what came of it."""
    row = connection.execute(select(schema.commands).where(_k.property == owner, _k.id == number)).mappings().first()
    return None if row is None else dict(row)
