"""What reports count: sums over the calls that began in a stretch of time, and the few rows that are named one by one.

Every question chooses its calls by one rule, `began`, so that two reports about the same days can be held against each
other. The database adds up and groups; nothing here is read twice and nothing is written. Sums are Python's whole
numbers on both databases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Select, and_, case, func, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from gateway.instants import SECOND
from gateway.store import schema, shares
from gateway.store.pages import LISTED, first_since, plain

_c, _p, _r, _a, _s = schema.calls.c, schema.postings.c, schema.records.c, schema.attempts.c, schema.stays.c

#: How far an exchange's clock may be ahead of ours: a record may tell of a call that begins later than it came.
AHEAD: Final = 24 * 3600 * SECOND
#: Calls read at a time where somebody has them all; each slice is a snapshot of its own, so that a long look holds up
#: nobody.
SLICE: Final = 2_000
#: A stretch of UTC into which every local hour divides, in microseconds.
QUARTER: Final = 900 * SECOND
#: Events of an attempt by which a PMS said that it has booked the charge.
YES: Final = ("accepted", "late_yes", "in_total")


class Span(NamedTuple):
    """A stretch of time, from `since` until before `until`, in microseconds UTC."""

    since: int
    until: int


class Chosen(NamedTuple):
    """The calls that began in a stretch, as a condition; the first number that one of them and of their charges can have."""

    owner: str
    first: int
    first_posting: int
    span: Span

    @property
    def calls(self) -> ColumnElement[bool]:
        """The condition on a call."""
        return and_(
            _c.property == self.owner,
            _c.id >= self.first,
            _c.started_at >= self.span.since,
            _c.started_at < self.span.until,
        )

    @property
    def charges(self) -> ColumnElement[bool]:
        """The condition on a charge that is joined to its call.

        It begins at the charges and goes to their calls by number. Of calls it says nothing but the time: SQLite, which has
        no statistics here, else begins at the calls and walks all charges for each.
        """
        return and_(
            _p.property == self.owner,
            _p.call_id >= self.first,
            _c.started_at >= self.span.since,
            _c.started_at < self.span.until,
        )


def began(connection: Connection, owner: str, span: Span) -> Chosen:
    """The calls that began in a stretch: a record cannot come before its call began, save for a clock that is ahead."""
    first = first_since(connection, owner, schema.records, _r.received_at, span.since - AHEAD)
    posting = select(func.min(_p.id)).where(_p.property == owner, _p.call_id >= first)
    return Chosen(owner, first, int(connection.execute(posting).scalar() or 0), span)


def _whole(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """PostgreSQL adds whole numbers up to a decimal."""
    return {**row, **{name: int(row[name] or 0) for name in names}}


# -- sums -----------------------------------------------------------------------------------------------------------

_MONEY: Final = (_c.currency, _c.decimals, _c.cost_currency, _c.cost_decimals)


def call_sums(connection: Connection, chosen: Chosen, by: Sequence[str]) -> list[dict[str, Any]]:
    """Calls, seconds, prices and costs by columns of `calls`, by what became of them, and by currency.

    `quarter` may stand among the columns: the quarter hour of UTC in which the call began.
    """
    columns = [_named(name) for name in by]
    keys = [*columns, *(one for one in (_c.status, _c.direction, *_MONEY) if one.name not in by)]
    wanted = select(
        *keys,
        func.count().label("calls"),
        func.sum(_c.talk_seconds).label("talk"),
        func.count(_c.amount).label("priced"),
        func.sum(_c.amount).label("amount"),
        func.count(_c.cost).label("costed"),
        func.sum(_c.cost).label("cost"),
    )
    rows = connection.execute(wanted.where(chosen.calls).group_by(*keys)).mappings()
    return [_whole(row, "calls", "talk", "priced", "amount", "costed", "cost") for row in plain(rows)]


def posting_sums(connection: Connection, chosen: Chosen, by: Sequence[str]) -> list[dict[str, Any]]:
    """Charges and their amounts by columns of `calls`, by state, hold and kind, and by currency.

    A charge that is a share of a call counts for the room and the guest of the share.
    """
    own = {"room": shares.ROOM, "reservation": shares.GUEST} if shares.any_shared(connection, chosen.owner) else {}
    shared = bool(own.keys() & set(by))
    keys = [*(own.get(name, _named(name)) for name in by), _p.state, _p.hold, _p.kind, _p.currency, _p.decimals]
    wanted = select(
        *keys,
        func.count().label("postings"),
        func.count(_p.amount).label("priced"),
        func.sum(_p.amount).label("amount"),
    ).select_from(schema.postings.join(schema.calls, _OF_CALL))
    wanted = shares.beside_postings(wanted) if shared else wanted
    rows = connection.execute(wanted.where(chosen.charges).group_by(*keys)).mappings()
    return [_whole(row, "postings", "priced", "amount") for row in plain(rows)]


def shares_of_the_house(connection: Connection, chosen: Chosen) -> list[dict[str, Any]]:
    """What departments held of guests' calls, where each holder pays: how many shares, and what they come to by currency."""
    h = schema.call_shares.c
    tables = schema.call_shares.join(schema.calls, and_(_c.property == h.property, _c.id == h.call_id))
    keys = (_c.currency, _c.decimals)
    wanted = select(*keys, func.count().label("postings"), func.sum(h.amount).label("amount")).select_from(tables)
    here = (h.property == chosen.owner, h.call_id >= chosen.first, h.kind == "department", h.amount > 0)
    wanted = wanted.where(*here, chosen.calls, _c.status == "charge", _c.amount.is_not(None)).group_by(*keys)
    return [_whole(row, "postings", "amount") for row in plain(connection.execute(wanted).mappings())]


def acknowledged(connection: Connection, chosen: Chosen, by: Sequence[str]) -> list[dict[str, Any]]:
    """What the PMS said yes to, attempt by attempt: a charge that it took twice is here twice."""
    keys = [*(_named(name) for name in by), _p.currency, _p.decimals]
    yes = _yes(chosen)
    tables = schema.postings.join(schema.calls, _OF_CALL).join(yes, yes.c.posting_id == _p.id)
    answers = func.sum(yes.c.answers)
    amount = func.sum(_p.amount * yes.c.answers)
    wanted = select(*keys, answers.label("answers"), amount.label("amount")).select_from(tables)
    rows = connection.execute(wanted.where(chosen.charges).group_by(*keys)).mappings()
    return [_whole(row, "answers", "amount") for row in plain(rows)]


def _yes(chosen: Chosen) -> Any:
    """How often the PMS said yes to each charge that it said yes to."""
    answered = (_a.property == chosen.owner, _a.posting_id >= chosen.first_posting, _a.event.in_(YES))
    wanted = select(_a.posting_id, func.count().label("answers")).where(*answered).group_by(_a.posting_id)
    return wanted.subquery("yes")


def operator_calls(
    connection: Connection, chosen: Chosen, extensions: Sequence[str], within_s: int
) -> list[dict[str, Any]]:
    """Calls to some extensions, from outside and inside (all that came in where none is named), by the quarter they began in.

    `rung` counts the answered ones of which the ringing is known, `quick` those of them that were answered within `within_s`.
    """
    answered = or_(_c.answered == 1, and_(_c.answered.is_(None), _c.talk_seconds > 0))
    known = and_(answered, _c.ring_seconds.is_not(None))
    to_them = _c.direction == "in"
    if extensions:
        inside = and_(_c.direction == "internal", _c.dialled.in_(extensions))
        to_them = or_(and_(to_them, _c.extension.in_(extensions)), inside)
    quarter = _named("quarter")
    wanted = select(
        quarter,
        func.count().label("calls"),
        func.sum(case((answered, 1), else_=0)).label("answered"),
        func.sum(case((answered, _c.talk_seconds), else_=0)).label("talk"),
        func.sum(case((known, 1), else_=0)).label("rung"),
        func.sum(case((and_(known, _c.ring_seconds <= within_s), 1), else_=0)).label("quick"),
    )
    rows = connection.execute(wanted.where(chosen.calls, to_them).group_by(quarter)).mappings()
    return [_whole(row, "calls", "answered", "talk", "rung", "quick") for row in plain(rows)]


_OF_CALL: Final = and_(_c.property == _p.property, _c.id == _p.call_id)


def _named(name: str) -> Any:
    if name == "quarter":
        # A bound value would be another one in GROUP BY, by PostgreSQL's lights.
        return (_c.started_at // literal_column(str(QUARTER), BigInteger)).label("quarter")
    column: Column[Any] = _c[name]
    return column


# -- rows -----------------------------------------------------------------------------------------------------------

_NAMED = select(
    schema.postings,
    _c.started_at,
    _c.extension,
    _c.department,
    _c.dialled,
    _c.number,
    _c.number_class,
    _c.place,
    _c.talk_seconds,
).select_from(schema.postings.join(schema.calls, _OF_CALL))


def named_postings(
    connection: Connection, chosen: Chosen, states: Sequence[str], most: int
) -> tuple[list[dict[str, Any]], int]:
    """The oldest charges in some states, and how many there are."""
    return _oldest(connection, chosen, _p.state.in_(states), most)


def _oldest(
    connection: Connection, chosen: Chosen, what: ColumnElement[bool], most: int
) -> tuple[list[dict[str, Any]], int]:
    """Their numbers first, and then the rows of the few: SQLite finds no good way to both at once."""
    numbers = select(_p.id).select_from(schema.postings.join(schema.calls, _OF_CALL)).where(chosen.charges, what)
    found = sorted(connection.execute(numbers).scalars())
    wanted = _NAMED.where(_p.property == chosen.owner, _p.id.in_(found[:most])).order_by(_p.id)
    return plain(connection.execute(wanted).mappings()) if found else [], len(found)


def last_call(connection: Connection, owner: str) -> int:
    """The highest number of a call."""
    return int(connection.execute(select(func.max(_c.id)).where(_c.property == owner)).scalar() or 0)


# -- what stands out ------------------------------------------------------------------------------------------------


def calls_where(
    connection: Connection, chosen: Chosen, condition: ColumnElement[bool], most: int, first: Any = None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The calls that a condition finds, `first` of them first, and over all of them: how many, seconds, amounts."""
    here = (chosen.calls, condition)
    order = [_c.id] if first is None else [first, _c.id]
    rows = plain(connection.execute(select(schema.calls).where(*here, LISTED).order_by(*order).limit(most)).mappings())
    counted = select(func.count().label("calls"), func.sum(_c.talk_seconds).label("talk")).where(*here)
    return rows, _whole(dict(connection.execute(counted).mappings().one()), "calls", "talk")


OUTWARD: Final = _c.direction == "out"
LONGEST_FIRST: Final = _c.talk_seconds.desc()
DEAREST_FIRST: Final = _c.amount.desc()


def lasting(seconds: int) -> ColumnElement[bool]:
    """Calls of at least so many seconds."""
    return and_(OUTWARD, _c.talk_seconds >= seconds)


def shorter(seconds: int) -> ColumnElement[bool]:
    """Answered calls, by what the exchange tells, of fewer seconds: misdialled, or a machine that answered."""
    return and_(OUTWARD, _c.talk_seconds > 0, _c.talk_seconds < seconds)


def costing(minor: int, currency: str) -> ColumnElement[bool]:
    """Calls of at least such a price."""
    return and_(OUTWARD, _c.currency == currency, _c.amount >= minor)


def of_class(*names: str) -> ColumnElement[bool]:
    """Calls to a class of numbers."""
    return and_(OUTWARD, _c.number_class.in_(names))


def from_vacant_rooms() -> ColumnElement[bool]:
    """Calls from a guest room in which, as far as the PMS has told, nobody was."""
    return and_(OUTWARD, _c.room.is_not(None), _c.reservation.is_(None))


def begun_in(quarters: Sequence[tuple[int, int]]) -> ColumnElement[bool]:
    """Calls of the house, not of guests, that began in one of these stretches of microseconds."""
    spans = [and_(_c.started_at >= since, _c.started_at < until) for since, until in quarters]
    return and_(OUTWARD, _c.room.is_(None), or_(*spans) if spans else _c.id < 0)


def repeated(connection: Connection, chosen: Chosen, least: int, most: int) -> list[dict[str, Any]]:
    """Numbers that one extension called at least so many times, the most called first."""
    keys = (_c.extension, _c.room, _c.department, _c.number)
    return _often(connection, chosen, keys, func.count(), least, most)


def sought(connection: Connection, chosen: Chosen, least: int, most: int) -> list[dict[str, Any]]:
    """Numbers that were called from at least so many extensions, the most sought first."""
    callers = func.count(_c.extension.distinct())
    return _often(connection, chosen, (_c.number,), callers, least, most)


def _often(
    connection: Connection, chosen: Chosen, keys: Sequence[Any], measure: Any, least: int, most: int
) -> list[dict[str, Any]]:
    wanted: Select[Any] = (
        select(
            *keys,
            func.count().label("calls"),
            func.count(_c.extension.distinct()).label("callers"),
            func.sum(_c.talk_seconds).label("talk"),
            func.min(_c.started_at).label("first"),
            func.max(_c.started_at).label("last"),
        )
        .where(chosen.calls, OUTWARD, _c.number.is_not(None))
        .group_by(*keys)
        .having(measure >= least)
        .order_by(measure.desc(), *keys)
        .limit(most)
    )
    return [_whole(row, "calls", "callers", "talk") for row in plain(connection.execute(wanted).mappings())]


# -- how whole the data are -----------------------------------------------------------------------------------------


class Wholeness(NamedTuple):
    """What may be missing: calls that are not finished, records that could not be read, gaps, and the last record."""

    open: int
    unread: int
    gaps: int
    last_received: int | None


def wholeness(connection: Connection, chosen: Chosen) -> Wholeness:
    """How whole the data of a stretch are."""
    owner, span = chosen.owner, chosen.span
    begin, end = (first_since(connection, owner, schema.records, _r.received_at, at) for at in span)
    here = (_r.property == owner, _r.id >= begin, _r.id < end)
    unread = func.sum(case((_r.kind == "unparsed", 1), else_=0))
    gaps = func.sum(case((_r.mark == "gap", 1), else_=0))
    odd = connection.execute(select(unread, gaps).where(*here)).one()
    unfinished = select(func.count()).where(chosen.calls, _c.status == "open")
    last = select(_r.received_at).where(_r.property == owner).order_by(_r.id.desc()).limit(1)
    return Wholeness(
        open=int(connection.execute(unfinished).scalar() or 0),
        unread=int(odd[0] or 0),
        gaps=int(odd[1] or 0),
        last_received=connection.execute(last).scalar(),
    )


def records_received(connection: Connection, owner: str, span: Span) -> dict[str, int]:
    """Records by kind that came in a stretch."""
    begin, end = (first_since(connection, owner, schema.records, _r.received_at, at) for at in span)
    wanted = select(_r.kind, func.count()).where(_r.property == owner, _r.id >= begin, _r.id < end)
    return {kind: int(number) for kind, number in connection.execute(wanted.group_by(_r.kind))}


# -- what a balance asks --------------------------------------------------------------------------------------------


def found_by_people(connection: Connection, chosen: Chosen, most: int) -> list[dict[str, Any]]:
    """Charges that stand on a folio although the PMS never said yes: a person found them there."""
    yes = select(_yes(chosen).c.posting_id)
    return _oldest(connection, chosen, and_(_p.state == "posted", _p.id.not_in(yes)), most)[0]


def taken_oddly(connection: Connection, chosen: Chosen, most: int) -> list[dict[str, Any]]:
    """Charges that the PMS took more than once, or took although they do not stand as posted."""
    yes = _yes(chosen)
    once, often = select(yes.c.posting_id), select(yes.c.posting_id).where(yes.c.answers > 1)
    return _oldest(connection, chosen, or_(_p.id.in_(often), and_(_p.state != "posted", _p.id.in_(once))), most)[0]


def never_charged(connection: Connection, chosen: Chosen, most: int) -> list[dict[str, Any]]:
    """Calls that are to be charged and have no charge: there should be none where a PMS is connected."""
    charged = select(_p.call_id).where(_p.property == chosen.owner, _p.call_id >= chosen.first)
    without = (chosen.calls, _c.status == "charge", _c.id.not_in(charged))
    wanted = select(schema.calls).where(*without).order_by(_c.id).limit(most)
    return plain(connection.execute(wanted).mappings())
