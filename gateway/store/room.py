"""What the page of a room is drawn from: its stays, and the calls and charges of a stay wherever the guest slept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from gateway.directory import Stay
from gateway.store import schema
from gateway.store.pages import plain
from gateway.store.shares import ShareRow, any_shared, of_calls
from gateway.store.stays import stay_of
from rating.money import half_up

_s, _p, _c, _r = schema.stays.c, schema.postings.c, schema.calls.c, schema.rooms.c
_h = schema.call_shares.c

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
    wanted = select(schema.calls).where(_within(connection, owner, stretches))
    if not all_calls:
        wanted = wanted.where(_costing())
    if before is not None:
        wanted = wanted.where(_c.id < before)
    return plain(connection.execute(wanted.order_by(_c.id.desc()).limit(most)).mappings())


def left_out(connection: Connection, owner: str, stretches: Sequence[Stretch]) -> int:
    """How many calls cost nothing: internal, incoming, unanswered."""
    wanted = select(func.count()).select_from(schema.calls).where(_within(connection, owner, stretches), ~_costing())
    return int(connection.execute(wanted).scalar() or 0)


def by_class(connection: Connection, owner: str, stretches: Sequence[Stretch]) -> list[ClassSum]:
    """What was phoned, class by class, as it was priced; what is the house's own to pay is left out.

    Of a call that several pay for, what these stretches' guests had of it.
    """
    figures = [func.coalesce(func.sum(one), 0) for one in (_c.talk_seconds, _c.net, _c.tax, _c.amount)]
    wanted = select(_c.number_class, func.count(), *figures, _c.currency, _c.decimals)
    here = (_within(connection, owner, stretches), _c.amount.is_not(None), _c.status != "not_chargeable")
    shared = any_shared(connection, owner)
    wanted = wanted.where(*here, *([_c.id.not_in(_shared(owner))] if shared else []))
    rows = connection.execute(wanted.group_by(_c.number_class, _c.currency, _c.decimals).order_by(_c.number_class))
    sums = [
        ClassSum(name or "", int(n), int(talked), int(net), int(tax), int(gross), currency, int(decimals))
        for name, n, talked, net, tax, gross, currency, decimals in rows
    ]
    return _added(sums, _of_shares(connection, owner, stretches, here)) if shared else sums


def _of_shares(
    connection: Connection, owner: str, stretches: Sequence[Stretch], here: Sequence[ColumnElement[bool]]
) -> list[ClassSum]:
    """The shares of calls as sums of one call each; a share bears its part of the call's tax."""
    columns = (_c.id, _c.number_class, _c.tax, _c.amount, _c.currency, _c.decimals)
    calls = connection.execute(select(*columns).where(*here, _c.id.in_(_shared(owner)))).all()
    own = own_shares(of_calls(connection, owner, [one.id for one in calls]), stretches)
    found = []
    for one in calls:
        share = own.get(one.id)
        if share is not None and share.amount is not None:
            tax = half_up(share.amount * one.tax, one.amount) if one.amount else 0
            money = (share.amount - tax, tax, share.amount, one.currency, one.decimals)
            found.append(ClassSum(one.number_class or "", 1, share.seconds, *money))
    return found


def own_shares(held: Mapping[int, Sequence[ShareRow]], stretches: Sequence[Stretch]) -> dict[int, ShareRow]:
    """Of calls that several pay for, the share of whoever these stretches are about."""
    return {
        call: share
        for call, rows in held.items()
        for share in rows
        for one in stretches
        if share.room == one.room and (not one.guests or share.reservation in (None, *one.guests))
    }


def _added(sums: Sequence[ClassSum], more: Sequence[ClassSum]) -> list[ClassSum]:
    """Sums of the same class and money added up."""
    found: dict[tuple[str, str, int], ClassSum] = {}
    for one in (*sums, *more):
        key = (one.number_class, one.currency, one.decimals)
        had = found.get(key)
        if had is None:
            found[key] = one
            continue
        calls, seconds = had.calls + one.calls, had.seconds + one.seconds
        net, tax, amount = had.net + one.net, had.tax + one.tax, had.amount + one.amount
        found[key] = had._replace(calls=calls, seconds=seconds, net=net, tax=tax, amount=amount)
    return [found[key] for key in sorted(found)]


def _shared(owner: str) -> Select[tuple[int]]:
    """Every call that several pay for."""
    return select(_h.call_id).where(_h.property == owner)


def by_state(connection: Connection, owner: str, reservations: Sequence[str]) -> list[StateSum]:
    """How far the charges of guests have come."""
    figures = (func.count(), func.coalesce(func.sum(_p.amount), 0), _p.currency, _p.decimals)
    wanted = select(_p.state, *figures).where(_p.property == owner, _p.reservation.in_(reservations))
    rows = connection.execute(wanted.group_by(_p.state, _p.currency, _p.decimals).order_by(_p.state))
    return [StateSum(state, int(n), int(minor), currency, int(d)) for state, n, minor, currency, d in rows]


def _within(connection: Connection, owner: str, stretches: Sequence[Stretch]) -> ColumnElement[bool]:
    """Calls of these stretches, and where the house has any those of which their guests hold a share."""
    newest = stretches[-MOST_ROOMS:]
    parts = [_in(one) for one in newest]
    if any_shared(connection, owner):
        parts += [_sharing(owner, one) for one in newest]
    return and_(_c.property == owner, or_(*parts))


def _sharing(owner: str, stretch: Stretch) -> ColumnElement[bool]:
    held = _shared(owner).where(_h.kind == "room", _h.name == stretch.room)
    if stretch.guests:
        held = held.where(or_(_h.reservation.is_(None), _h.reservation.in_(stretch.guests)))
    until = [_c.started_at < stretch.until] if stretch.until is not None else []
    return and_(_c.id.in_(held), _c.started_at >= stretch.since, *until)


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
