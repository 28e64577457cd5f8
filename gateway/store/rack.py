"""What the rack of rooms is drawn from: six questions, each answered from an index, however old the house's ledger is."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from gateway.store import remarks, schema, stay_limits
from gateway.store.outbox import lively

_s, _p, _c, _r = schema.stays.c, schema.postings.c, schema.calls.c, schema.rooms.c

#: States of a charge that make a mark on its room.
MARKING: Final = ("in_doubt", "refused", "held")
#: Postings of one marking state that are looked at; beyond that a house has other troubles than marks.
MOST_MARKS: Final = 5_000


class Guest(NamedTuple):
    """Somebody in a room: as much of a stay as the rack shows."""

    reservation: str
    room: str
    since: int
    name: str
    no_post: bool
    departure: int | None


class Sum(NamedTuple):
    """What a guest, or a room without one, was charged so far, in one currency; written-off charges left out."""

    calls: int
    minor: int
    currency: str
    decimals: int


class Waiting(NamedTuple):
    """Charges of a room that wait for a person, and whose they are."""

    room: str
    reservation: str | None
    state: str
    number: int


class RackRows(NamedTuple):
    """Everything the rack knows from the store; `sums` by reservation, `today` by room, only where there is no PMS."""

    guests: list[Guest]
    told: list[str]
    sums: dict[str, list[Sum]]
    waiting: list[Waiting]
    disputed: dict[str, int]
    today: dict[str, list[Sum]]
    limits: dict[str, stay_limits.Verdict]


def read(connection: Connection, owner: str, midnight: int | None, listed: tuple[str, ...]) -> RackRows:
    """The rack as it stands. `midnight` asks what was phoned since then in the `listed` rooms, for a house without a PMS."""
    return RackRows(
        guests=in_house(connection, owner),
        told=list(connection.execute(select(_r.room).where(_r.property == owner)).scalars()),
        sums=_sums(connection, owner),
        waiting=_waiting(connection, owner),
        disputed=remarks.in_the_house(connection, owner),
        today=_today(connection, owner, midnight, listed) if midnight is not None else {},
        limits=stay_limits.in_the_house(connection, owner),
    )


_GUEST: Final = select(*[_s[name] for name in Guest._fields])


def in_house(connection: Connection, owner: str) -> list[Guest]:
    """Everybody who is in a room now; the first of a room to come is its payer."""
    wanted = _GUEST.where(_s.property == owner, _s.until.is_(None)).order_by(_s.since, _s.id)
    return [Guest._make(row) for row in connection.execute(wanted).all()]


def guests_like(connection: Connection, owner: str, words: str, most: int) -> list[Guest]:
    """Guests in the house whose name contains the words, or whose reservation they are."""
    named = _s.name.icontains(words, autoescape=True) | (_s.reservation == words)
    wanted = _GUEST.where(_s.property == owner, _s.until.is_(None), named).order_by(_s.room, _s.id)
    return [Guest._make(row) for row in connection.execute(wanted.limit(most)).all()]


def _sums(connection: Connection, owner: str) -> dict[str, list[Sum]]:
    """What everybody in the house was charged: the charges of his reservation, wherever he slept."""
    here = select(_s.reservation).where(_s.property == owner, _s.until.is_(None))
    figures = (func.count(_p.call_id.distinct()), func.coalesce(func.sum(_p.amount), 0), _p.currency, _p.decimals)
    wanted = select(_p.reservation, *figures).where(_p.property == owner, _p.reservation.in_(here))
    wanted = wanted.where(_p.state != "written_off").group_by(_p.reservation, _p.currency, _p.decimals)
    return _gathered(connection.execute(wanted.order_by(_p.reservation, _p.currency)))


def _waiting(connection: Connection, owner: str) -> list[Waiting]:
    found: list[Waiting] = []
    for state in MARKING:
        chosen = lively(owner, state).limit(MOST_MARKS)
        wanted = select(_p.room, _p.reservation, func.count()).where(_p.property == owner, _p.id.in_(chosen))
        rows = connection.execute(wanted.where(_p.room.is_not(None)).group_by(_p.room, _p.reservation))
        found += [Waiting(room, reservation, state, int(number)) for room, reservation, number in rows]
    return found


def _today(connection: Connection, owner: str, midnight: int, listed: tuple[str, ...]) -> dict[str, list[Sum]]:
    figures = (func.count(), func.coalesce(func.sum(_c.amount), 0), _c.currency, _c.decimals)
    wanted = select(_c.room, *figures).where(_c.property == owner, _c.room.in_(listed), _c.started_at >= midnight)
    wanted = wanted.where(_c.currency.is_not(None)).group_by(_c.room, _c.currency, _c.decimals)
    return _gathered(connection.execute(wanted.order_by(_c.room, _c.currency)))


def _gathered(rows: Any) -> dict[str, list[Sum]]:
    found: dict[str, list[Sum]] = {}
    for whose, calls, minor, currency, decimals in rows.all():
        found.setdefault(whose, []).append(Sum(int(calls), int(minor), currency, int(decimals)))
    return found
