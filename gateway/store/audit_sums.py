"""What the sheet of a business day adds up: one snapshot of the store, as plain lists that a frozen sheet can be drawn from.

Every question is a range of row numbers, so that a day costs the same in a store of any size: the day's records, charges and
attempts are read along their keys, and what belongs to them is fetched by number. Nothing is decided here; `gateway/audit/sheet.py`
does the sums. No telephone number and no guest's name is in a snapshot: it is kept for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Integer, Select, and_, case, func, literal_column, or_, select

from gateway.audit.days import BusinessDay, Edge
from gateway.audit.snapshot import Snapshot
from gateway.instants import SECOND
from gateway.store import schema
from gateway.store.pages import first_since
from gateway.store.reporting import YES

_r, _c, _p, _a = schema.records.c, schema.calls.c, schema.postings.c, schema.attempts.c
_t = schema.audit_trail.c

#: Rows of one kind that a sheet names one by one; the sums have them all.
MOST_NAMED: Final = 2_000
#: How long after a day's end calls that began in it are looked for, in microseconds: a buffer is emptied within days.
LATE_RECORDS: Final = 7 * 24 * 3600 * SECOND
#: Numbers asked about in one statement.
_AT_ONCE: Final = 500
_ONE: Final = literal_column("1", Integer)
_NONE: Final = literal_column("0", Integer)

_CALL_OF_RECORD: Final = and_(_c.property == _r.property, _c.id == _r.id)
_CALL_OF_POSTING: Final = and_(_c.property == _p.property, _c.id == _p.call_id)
_RECORD_OF_POSTING: Final = and_(_r.property == _p.property, _r.id == _p.call_id)
#: The number of a charge where SQLite must not look it up by its number: it would walk the day's charges for each call.
_id: Final = _p.id + 0
#: A record that stands for its call: the first of it, and no repeat.
HEAD: Final = and_(_r.kind == "call", _r.mark != "repeat", func.coalesce(_r.call_id, -1) == _r.id)


def snapshot(connection: Connection, owner: str, begin: Edge, end: Edge) -> Snapshot:
    """All that a day's sheet rests on, between its edges."""
    return Snapshot(
        came=_came(connection, owner, begin, end),
        charges=_charges(connection, owner, begin, end),
        odd_calls=_odd_calls(connection, owner, begin, end),
        carried=_carried(connection, owner, begin, end),
        open=_open(connection, owner, begin, end),
        unread=_unread(connection, owner, begin, end),
        yes=_yes(connection, owner, begin, end),
        odd_yes=_odd_yes(connection, owner, begin, end),
        maybe=_maybe(connection, owner, begin, end),
        late=_late(connection, owner, begin, end),
        deeds=_deeds(connection, owner, begin.at, end.at),
    )


def _lists(connection: Connection, wanted: Select[Any]) -> list[list[Any]]:
    """Rows as plain lists; PostgreSQL adds whole numbers up to a decimal."""
    return [
        [int(v) if v is not None and not isinstance(v, str | int) else v for v in row]
        for row in connection.execute(wanted)
    ]


def _flag(condition: Any) -> Any:
    return case((condition, _ONE), else_=_NONE)


# -- what came in -----------------------------------------------------------------------------------------------------


def _records(owner: str, begin: Edge, end: Edge) -> tuple[Any, ...]:
    return (_r.property == owner, _r.id >= begin.record, _r.id < end.record)


def _came(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Records by what became of them: kind, mark, whether it heads a call, whether it has one, then of that call."""
    inner = (
        select(
            _r.kind,
            _r.mark,
            _flag(HEAD).label("head"),
            _flag(_r.call_id.is_not(None)).label("joined"),
            _c.status,
            _c.number_class,
            _c.currency,
            _c.decimals,
            _flag(_c.amount.is_not(None)).label("priced"),
            _c.amount,
            _c.net,
            _c.tax,
        )
        .select_from(schema.records.outerjoin(schema.calls, and_(_CALL_OF_RECORD, HEAD)))
        .where(*_records(owner, begin, end))
        .subquery()
    )
    keys = list(inner.c)[:9]
    sums = [func.coalesce(func.sum(inner.c[name]), 0) for name in ("amount", "net", "tax")]
    return _lists(connection, select(*keys, func.count(), *sums).group_by(*keys))


def _unread(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Records that could not be read, oldest first."""
    wanted = select(_r.id, _r.received_at, _r.source, _r.reason).where(
        *_records(owner, begin, end), _r.kind == "unparsed", _r.mark != "repeat"
    )
    return _lists(connection, wanted.order_by(_r.id).limit(MOST_NAMED))


def _late(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Calls of these records that began before the day did: number, beginning, room, status, price."""
    wanted = (
        select(_c.id, _c.started_at, _c.room, _c.extension, _c.status, _c.amount, _c.currency, _c.decimals)
        .select_from(schema.records.join(schema.calls, and_(_CALL_OF_RECORD, HEAD)))
        .where(*_records(owner, begin, end), _c.started_at < begin.at)
    )
    return _lists(connection, wanted.order_by(_r.id).limit(MOST_NAMED))


# -- where it went ----------------------------------------------------------------------------------------------------


def _postings(owner: str, begin: Edge, end: Edge) -> tuple[Any, ...]:
    return (_p.property == owner, _p.id >= begin.posting, _p.id < end.posting)


def _rated(begin: Edge, end: Edge) -> Any:
    """Whether the call of a charge is counted as priced among this day's records."""
    return and_(HEAD, _r.id >= begin.record, _r.id < end.record, _c.status == "charge", _c.amount.is_not(None))


def _place(begin: Edge, end: Edge) -> Any:
    """How the call of a charge stands to this day: its own, or why it is not among the priced ones."""
    return case(
        (_r.id.is_(None), "gone"),
        (_c.id.is_(None), "gone"),
        (_r.id < begin.record, "earlier"),
        (_r.id >= end.record, "later"),
        (and_(HEAD, _c.status == "charge", _c.amount.is_(None)), "unrated"),
        (~_rated(begin, end), "ruled"),
        (or_(func.coalesce(_c.currency, "") != _p.currency, func.coalesce(_c.decimals, -1) != _p.decimals), "currency"),
        else_="own",
    )


_CHARGED: Final = schema.postings.outerjoin(schema.records, _RECORD_OF_POSTING).outerjoin(
    schema.calls, _CALL_OF_POSTING
)


def _charges(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Charges by how their call stands to the day, state, kind and class: how many, how many without an amount, the sum."""
    inner = (
        select(
            _place(begin, end).label("place"),
            _p.state,
            _p.kind,
            _c.number_class,
            _p.currency,
            _p.decimals,
            _p.amount,
        )
        .select_from(_CHARGED)
        .where(*_postings(owner, begin, end))
        .subquery()
    )
    keys = list(inner.c)[:6]
    numbers = (func.count(), func.count() - func.count(inner.c.amount), func.coalesce(func.sum(inner.c.amount), 0))
    return _lists(connection, select(*keys, *numbers).group_by(*keys))


def _odd_calls(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Priced calls whose charges of this day do not come to their price: with both sums, how many charges there are, and
    last what the house held of them itself."""
    charges = (
        select(
            _p.call_id,
            _p.currency,
            _p.decimals,
            func.count().label("parts"),
            func.coalesce(func.sum(_p.amount), 0).label("charged"),
            func.sum(_flag(_p.kind != "charge")).label("corrections"),
            func.max(_p.part).label("last"),
        )
        .where(*_postings(owner, begin, end))
        .group_by(_p.call_id, _p.currency, _p.decimals)
        .subquery()
    )
    h = schema.call_shares.c
    house = select(h.call_id, func.sum(h.amount).label("amount")).where(h.property == owner, h.kind == "department")
    house_own = house.where(h.call_id >= begin.record, h.call_id < end.record).group_by(h.call_id).subquery()
    o = charges.c
    own = and_(o.call_id == _c.id, o.currency == _c.currency, o.decimals == _c.decimals)
    wanted = (
        select(
            *(_c.id, _c.started_at, _c.room, _c.extension, _c.number_class, _c.reason),
            *(_c.amount, _c.currency, _c.decimals, func.coalesce(o.parts, 0), func.coalesce(o.charged, 0)),
            *(func.coalesce(o.corrections, 0), func.coalesce(o.last, 0), func.coalesce(house_own.c.amount, 0)),
        )
        .select_from(
            schema.records.join(schema.calls, _CALL_OF_RECORD)
            .outerjoin(charges, own)
            .outerjoin(house_own, house_own.c.call_id == _c.id)
        )
        .where(*_records(owner, begin, end), HEAD, _c.status == "charge", _c.amount.is_not(None))
        .where(or_(o.parts.is_(None), o.charged != _c.amount, house_own.c.amount > 0))
    )
    return sorted(_lists(connection, wanted))


def _carried(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Charges of this day whose calls are not among its priced ones, oldest first."""
    place = _place(begin, end)
    wanted = (
        select(_p.id, _p.call_id, _c.started_at, _p.room, _p.state, _p.kind, _p.amount, _p.currency, _p.decimals, place)
        .select_from(_CHARGED)
        .where(*_postings(owner, begin, end), place.not_in(("own", "unrated")))
    )
    return _lists(connection, wanted.order_by(_p.id).limit(MOST_NAMED))


def _open(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Charges that are not settled, oldest first."""
    wanted = (
        select(
            *(
                _p.id,
                _p.call_id,
                _p.state,
                _p.hold,
                _p.reason,
                _p.room,
                _p.amount,
                _p.currency,
                _p.decimals,
                _p.attempts,
            ),
            _c.started_at,
        )
        .select_from(schema.postings.outerjoin(schema.calls, _CALL_OF_POSTING))
        .where(*_postings(owner, begin, end), _p.state.not_in(("posted", "written_off")))
    )
    return _lists(connection, wanted.order_by(_p.id).limit(MOST_NAMED))


# -- what the PMS said ------------------------------------------------------------------------------------------------


def _attempts(owner: str, begin: Edge, end: Edge) -> tuple[Any, ...]:
    return (_a.property == owner, _a.id >= begin.attempt, _a.id < end.attempt)


_POSTING_OF_ATTEMPT: Final = and_(_p.property == _a.property, _p.id == _a.posting_id)


def _yes(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """What the PMS said yes to, attempt by attempt, by class of the call: a charge that it took twice is here twice."""
    tables = schema.attempts.join(schema.postings, _POSTING_OF_ATTEMPT).outerjoin(schema.calls, _CALL_OF_POSTING)
    keys = (_c.number_class, _p.currency, _p.decimals)
    wanted = select(*keys, func.count(), func.coalesce(func.sum(_p.amount), 0)).select_from(tables)
    return _lists(connection, wanted.where(*_attempts(owner, begin, end), _a.event.in_(YES)).group_by(*keys))


_NAMED: Final = (_p.id, _p.room, _p.state, _c.number_class, _p.amount, _p.currency, _p.decimals)


def _odd_yes(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Where what stands as posted and what the PMS said yes to are not the same charges of the same day.

    Each is how often it is counted on the PMS's side less on ours, and why, before the charge itself.
    """
    said = select(_a.posting_id, func.count().label("times")).where(*_attempts(owner, begin, end), _a.event.in_(YES))
    times = said.group_by(_a.posting_id).subquery()
    ours = and_(_p.id >= begin.posting, _p.id < end.posting, _p.state == "posted")
    named = (_NAMED, schema.postings.outerjoin(schema.calls, _CALL_OF_POSTING))
    without = (
        select(_NONE, *named[0])
        .select_from(named[1].outerjoin(times, times.c.posting_id == _p.id))
        .where(_p.property == owner, ours, times.c.times.is_(None))
    )
    beyond = (
        select(times.c.times, *named[0])
        .select_from(
            times.join(schema.postings, and_(_p.property == owner, _p.id == times.c.posting_id)).outerjoin(
                schema.calls, _CALL_OF_POSTING
            )
        )
        .where(or_(~ours, times.c.times > 1))
    )
    rows = [*_lists(connection, without), *_lists(connection, beyond)]
    told = _attempts_by_posting(connection, owner, [row[1] for row in rows])
    found = [_how(row, told.get(row[1], []), begin, end) for row in rows]
    return sorted([*found, *_found_later(connection, owner, begin, end)], key=lambda row: (row[2], row[1]))


def _how(row: list[Any], attempts: Sequence[tuple[int, str]], begin: Edge, end: Edge) -> list[Any]:
    """The row with the difference it makes and why."""
    times, number, state = row[0], row[1], row[3]
    ours = begin.posting <= number < end.posting and state == "posted"
    yes = [attempt for attempt, event in attempts if event in YES]
    if ours and times == 0:
        if not yes:
            mine = not attempts or begin.attempt <= attempts[-1][0] < end.attempt
            return [0 if mine else -1, "found" if mine else "found on another day", *row[1:]]
        return [-1, "another day", *row[1:]]
    if state != "posted":
        return [times, "not posted", *row[1:]]
    if not ours:
        return [times, "earlier charge" if times == 1 else "twice", *row[1:]]
    return [times - 1, "twice", *row[1:]]


def _found_later(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Charges of other days that a person found on the folio where this day's last attempt at them had put them."""
    tables = schema.attempts.join(schema.postings, _POSTING_OF_ATTEMPT).outerjoin(schema.calls, _CALL_OF_POSTING)
    elsewhere = or_(_p.id < begin.posting, _p.id >= end.posting)
    wanted = select(*_NAMED).select_from(tables).distinct()
    wanted = wanted.where(*_attempts(owner, begin, end), _a.event.not_in(YES), _p.state == "posted", elsewhere)
    rows = _lists(connection, wanted)
    told = _attempts_by_posting(connection, owner, [row[0] for row in rows])
    return [
        [1, "found here", *row]
        for row in rows
        if not any(event in YES for _, event in told[row[0]]) and begin.attempt <= told[row[0]][-1][0] < end.attempt
    ]


def _attempts_by_posting(
    connection: Connection, owner: str, numbers: Sequence[int]
) -> dict[int, list[tuple[int, str]]]:
    """Every attempt at some charges, in order: its number and its outcome."""
    found: dict[int, list[tuple[int, str]]] = {}
    for at in range(0, len(numbers), _AT_ONCE):
        some = numbers[at : at + _AT_ONCE]
        inner = select(_a.id).where(_a.property == owner, _a.posting_id.in_(some))
        wanted = select(_a.posting_id, _a.id, _a.event).where(_a.property == owner, _a.id.in_(inner)).order_by(_a.id)
        for posting, attempt, event in connection.execute(wanted):
            found.setdefault(posting, []).append((attempt, event))
    return found


def _maybe(connection: Connection, owner: str, begin: Edge, end: Edge) -> list[list[Any]]:
    """Charges sent on this day of which nobody knows whether the PMS booked them."""
    tables = schema.attempts.join(schema.postings, _POSTING_OF_ATTEMPT).outerjoin(schema.calls, _CALL_OF_POSTING)
    last = _a.attempt == _p.attempts
    unknown = _p.state.in_(("in_doubt", "unconfirmable", "sent"))
    wanted = select(*_NAMED).select_from(tables).where(*_attempts(owner, begin, end), last, unknown)
    return _lists(connection, wanted.order_by(_p.id).limit(MOST_NAMED))


def _deeds(connection: Connection, owner: str, since: int, until: int) -> list[list[Any]]:
    """What people did to charges in the day, oldest first."""
    first = first_since(connection, owner, schema.audit_trail, _t.at, since)
    wanted = select(_t.at, _t.who, _t.what, _t.posting_id).where(
        _t.property == owner,
        _t.id >= first,
        _t.at >= since,
        _t.at < until,
        _t.posting_id.is_not(None),
        _t.who != "foliogate",
    )
    return _lists(connection, wanted.order_by(_t.id).limit(MOST_NAMED))


# -- what came after a day was closed ---------------------------------------------------------------------------------


def came_later(connection: Connection, owner: str, day: BusinessDay) -> dict[str, list[list[Any]]]:
    """What came of a closed day since: charges that moved, charges of its calls that were made later, late records."""
    begin, end, closed = day.begin, day.end, day.closed_at or 0
    moved = select(_p.id, _p.state, _p.reason, _p.changed_at, _p.amount, _p.currency, _p.decimals, _p.room).where(
        *_postings(owner, begin, end), _p.changed_at > closed
    )
    inner = select(_p.id).where(_p.property == owner, _p.call_id >= begin.record, _p.call_id < end.record)
    made = select(_p.id, _p.call_id, _p.state, _p.kind, _p.created_at, _p.amount, _p.currency, _p.decimals, _p.room)
    made = made.where(_p.property == owner, _p.id.in_(inner), _id >= end.posting)
    behind = first_since(connection, owner, schema.records, _r.received_at, end.at + LATE_RECORDS)
    late = (
        select(_c.id, _c.started_at, _c.room, _c.extension, _c.status, _c.amount, _c.currency, _c.decimals)
        .select_from(schema.records.join(schema.calls, and_(_CALL_OF_RECORD, HEAD)))
        .where(
            _r.property == owner, _r.id >= end.record, _r.id < behind, _c.started_at < end.at, _c.started_at >= begin.at
        )
    )
    return {
        "moved": _lists(connection, moved.order_by(_p.id).limit(MOST_NAMED)),
        "made": _lists(connection, made.order_by(_p.id).limit(MOST_NAMED)),
        "late": _lists(connection, late.order_by(_r.id).limit(MOST_NAMED)),
    }
