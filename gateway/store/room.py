"""What the page of a room is drawn from: its stays, and the calls and charges of a stay wherever the guest slept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from gateway.directory import Stay
from gateway.store import schema
from gateway.store.pages import plain
from gateway.store.stays import stay_of

_s, _p, _c, _r = schema.stays.c, schema.postings.c, schema.calls.c, schema.rooms.c

#: Rooms that a stay may have had before its calls are looked for in the newest of them alone.
MOST_ROOMS: Final = 20
#: Earlier stays of a room that are shown.
MOST_EARLIER: Final = 50


class Stretch(NamedTuple):
    """A room, from an instant on, until another or until now; with `guests`, only the calls that are theirs or nobody's."""

    room: str
    since: int
    until: int | None
    guests: tuple[str, ...] = ()


class ClassSum(NamedTuple):
    """What the charged calls of one class came to."""

    number_class: str
    calls: int
    seconds: int
    net: int
    tax: int
    amount: int
    currency: str
    decimals: int


class StateSum(NamedTuple):
    """What a guest's charges in one state come to."""

    state: str
    number: int
    amount: int
    currency: str
    decimals: int


def here(connection: Connection, owner: str, room: str) -> list[Stay]:
    """Who is in the room; the first to come pays."""
    wanted = select(schema.stays).where(_s.property == owner, _s.room == room, _s.until.is_(None))
    return [stay_of(row) for row in connection.execute(wanted.order_by(_s.since, _s.id)).mappings()]


def earlier(connection: Connection, owner: str, room: str) -> list[Stay]:
    """Who was in the room before, newest first."""
    wanted = select(schema.stays).where(_s.property == owner, _s.room == room, _s.until.is_not(None))
    found = connection.execute(wanted.order_by(_s.since.desc(), _s.id.desc()).limit(MOST_EARLIER)).mappings()
    return [stay_of(row) for row in found]


def stay(connection: Connection, owner: str, number: int) -> Stay | None:
    """One stay."""
    row = connection.execute(select(schema.stays).where(_s.property == owner, _s.id == number)).mappings().first()
    return None if row is None else stay_of(row)


def stays_of(connection: Connection, owner: str, reservations: Sequence[str]) -> list[Stay]:
    """Every room that these guests had in their stays, oldest first."""
    wanted = select(schema.stays).where(_s.property == owner, _s.reservation.in_(reservations))
    rows = connection.execute(wanted.order_by(_s.id.desc()).limit(MOST_ROOMS)).mappings()
    return [stay_of(row) for row in rows][::-1]


def told_of(connection: Connection, owner: str, room: str) -> bool:
    """Whether the PMS ever told us of the room."""
    wanted = select(_r.room).where(_r.property == owner, _r.room == room)
    return connection.execute(wanted).scalar() is not None


def last_departure(connection: Connection, owner: str, room: str) -> int | None:
    """When the last guest of the room is known to have left it."""
    wanted = select(_r.last_departure).where(_r.property == owner, _r.room == room)
    found = connection.execute(wanted).scalar()
    return None if found is None else int(found)


def calls(
    connection: Connection, owner: str, stretches: Sequence[Stretch], most: int, before: int | None, *, all_calls: bool
) -> list[dict[str, Any]]:
    """The calls of these stretches, newest first; without `all_calls` those that cost or may cost something."""
    wanted = select(schema.calls).where(_within(owner, stretches))
    if not all_calls:
        wanted = wanted.where(_costing())
    if before is not None:
        wanted = wanted.where(_c.id < before)
    return plain(connection.execute(wanted.order_by(_c.id.desc()).limit(most)).mappings())


def left_out(connection: Connection, owner: str, stretches: Sequence[Stretch]) -> int:
    """How many calls cost nothing: internal, incoming, unanswered."""
    wanted = select(func.count()).select_from(schema.calls).where(_within(owner, stretches), ~_costing())
    return int(connection.execute(wanted).scalar() or 0)


def by_class(connection: Connection, owner: str, stretches: Sequence[Stretch]) -> list[ClassSum]:
    """What was phoned, class by class, as it was priced; what is the house's own to pay is left out."""
    figures = [func.coalesce(func.sum(one), 0) for one in (_c.talk_seconds, _c.net, _c.tax, _c.amount)]
    wanted = select(_c.number_class, func.count(), *figures, _c.currency, _c.decimals)
    wanted = wanted.where(_within(owner, stretches), _c.amount.is_not(None), _c.status != "not_chargeable")
    rows = connection.execute(wanted.group_by(_c.number_class, _c.currency, _c.decimals).order_by(_c.number_class))
    return [
        ClassSum(name or "", int(n), int(talked), int(net), int(tax), int(gross), currency, int(decimals))
        for name, n, talked, net, tax, gross, currency, decimals in rows
    ]


def by_state(connection: Connection, owner: str, reservations: Sequence[str]) -> list[StateSum]:
    """How far the charges of guests have come."""
    figures = (func.count(), func.coalesce(func.sum(_p.amount), 0), _p.currency, _p.decimals)
    wanted = select(_p.state, *figures).where(_p.property == owner, _p.reservation.in_(reservations))
    rows = connection.execute(wanted.group_by(_p.state, _p.currency, _p.decimals).order_by(_p.state))
    return [StateSum(state, int(n), int(minor), currency, int(d)) for state, n, minor, currency, d in rows]


def _within(owner: str, stretches: Sequence[Stretch]) -> ColumnElement[bool]:
    return and_(_c.property == owner, or_(*(_in(one) for one in stretches[-MOST_ROOMS:])))


def _in(stretch: Stretch) -> ColumnElement[bool]:
    within = [_c.room == stretch.room, _c.started_at >= stretch.since]
    within += [_c.started_at < stretch.until] if stretch.until is not None else []
    return and_(*within, *([_theirs(stretch.guests)] if stretch.guests else []))


def _theirs(guests: Sequence[str]) -> ColumnElement[bool]:
    """Calls that nobody is known to have made, that they made, or that came to their bill."""
    billed = exists().where(_p.property == _c.property, _p.call_id == _c.id, _p.reservation.in_(guests))
    return or_(_c.reservation.is_(None), _c.reservation.in_(guests), billed)


def _costing() -> ColumnElement[bool]:
    """Calls that cost something, wait for a price, are not over yet, or were emergencies: what a guest asks about."""
    dear, grave = func.coalesce(_c.amount, 0) > 0, func.coalesce(_c.number_class, "") == "emergency"
    return or_(_c.status.in_(("charge", "open")), dear, grave)
