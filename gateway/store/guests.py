"""One guest in the store: what there is of the person, and what stands against erasing it.

A guest is a reservation. Calls have no index by it and need none: they are those of the rooms of its stays, while these lasted.
A call of the room that nobody was named for is the guest's too, where nobody else was in the room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Text, and_, cast, func, or_, select

from gateway.instants import SECOND
from gateway.store import schema
from gateway.store.forgetting import resting

_s, _c, _p, _e = schema.stays.c, schema.calls.c, schema.postings.c, schema.erasures.c

#: Guests that a search by name shows.
MOST_FOUND: Final = 50
#: Reasons against an erasure that are named; more are counted.
MOST_REASONS: Final = 8
_AT_ONCE: Final = 500


class StayRow(NamedTuple):
    """A stay, as erasing needs it."""

    id: int
    reservation: str
    room: str
    since: int
    until: int | None
    name: str
    language: str


_STAY: Final = [_s[name] for name in StayRow._fields]


def digest_of(owner: str, reservation: str) -> str:
    """By what an erased guest is known in a copy. It keeps a reservation out of sight, and not from whoever tries all numbers."""
    return hashlib.sha256(f"{owner}\0{reservation}".encode("utf-8", "backslashreplace")).hexdigest()


def stays_of(connection: Connection, owner: str, reservation: str) -> list[StayRow]:
    """The stays of a guest, oldest first."""
    wanted = select(*_STAY).where(_s.property == owner, _s.reservation == reservation).order_by(_s.id)
    return [StayRow(*row) for row in connection.execute(wanted)]


def reservation_of(connection: Connection, owner: str, stay: int) -> str | None:
    """The reservation of a stay."""
    return connection.execute(select(_s.reservation).where(_s.property == owner, _s.id == stay)).scalar()


def named(connection: Connection, owner: str, words: str, most: int = MOST_FOUND) -> list[StayRow]:
    """The newest stays whose reservation is these words, or whose name has them in it, whatever the case of ASCII letters."""
    like = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    chosen = or_(_s.reservation == words, func.lower(_s.name).like(f"%{like}%", escape="\\"))
    wanted = select(*_STAY).where(_s.property == owner, chosen).order_by(_s.id.desc()).limit(most)
    return [StayRow(*row) for row in connection.execute(wanted)]


def calls_of(connection: Connection, owner: str, stays: Sequence[StayRow]) -> list[int]:
    """The calls of a guest by their numbers, in order."""
    found: set[int] = set()
    for stay in stays:
        ended = stay.until if stay.until is not None else 1 << 62
        alone = select(_s.id).where(
            *(_s.property == owner, _s.room == stay.room, _s.reservation != stay.reservation),
            *(_s.since < ended, or_(_s.until.is_(None), _s.until > stay.since)),
        )
        theirs = _c.reservation == stay.reservation
        if connection.execute(alone.limit(1)).first() is None:
            theirs = or_(theirs, _c.reservation.is_(None))
        # A call that the exchange tells of with a clock some minutes off is found by its guest, a day around the stay.
        day = 86_400 * SECOND
        within = and_(_c.started_at >= stay.since - day, _c.started_at <= ended + day)
        inside = or_(_c.reservation.is_not(None), and_(_c.started_at >= stay.since, _c.started_at < ended))
        wanted = select(_c.id).where(_c.property == owner, _c.room == stay.room, within, theirs, inside)
        found.update(connection.execute(wanted).scalars())
    return sorted(found | set(_paid(connection, owner, stays)) | set(_shared(connection, owner, stays)))


def _paid(connection: Connection, owner: str, stays: Sequence[StayRow]) -> list[int]:
    """Calls that were the guest's by the posting that charged them, wherever they stand."""
    guests = sorted({one.reservation for one in stays})
    same = and_(_c.property == _p.property, _c.id == _p.call_id, _c.reservation == _p.reservation)
    wanted = select(_c.id).select_from(schema.postings.join(schema.calls, same))
    return list(connection.execute(wanted.where(_p.property == owner, _p.reservation.in_(guests))).scalars())


def _shared(connection: Connection, owner: str, stays: Sequence[StayRow]) -> list[int]:
    """Calls of which the guest held a share, whoever began them."""
    h, guests = schema.call_shares.c, sorted({one.reservation for one in stays})
    rooms = sorted({one.room for one in stays})
    mine = select(h.call_id).where(h.property == owner, h.name.in_(rooms), h.reservation.in_(guests))
    return list(connection.execute(mine).scalars())


def postings_of(connection: Connection, owner: str, reservation: str) -> list[int]:
    """The postings that the guest pays, or paid."""
    wanted = select(_p.id).where(_p.property == owner, _p.reservation == reservation).order_by(_p.id)
    return list(connection.execute(wanted).scalars())


def refusals(connection: Connection, owner: str, stays: Sequence[StayRow], calls: Sequence[int]) -> list[str]:
    """Why a guest cannot be erased yet, in sentences; empty where nothing stands against it."""
    told = [f"the guest is still in room {one.room}" for one in stays if one.until is None]
    for first in range(0, len(calls), _AT_ONCE):
        told += resting(connection, owner, calls[first : first + _AT_ONCE]).values()
    guests = sorted({one.reservation for one in stays})
    moved = select(_p.id, _p.state).where(
        _p.property == owner, _p.reservation.in_(guests), _p.state.not_in(("posted", "written_off"))
    )
    open_ones = {f"posting {row.id} has not come to its end ({row.state})": row.id for row in connection.execute(moved)}
    told += [words for words, number in open_ones.items() if not any(f"posting {number} " in one for one in told)]
    if len(told) > MOST_REASONS:
        told = [*told[:MOST_REASONS], f"and {len(told) - MOST_REASONS} more reasons"]
    return told


def erasure_of(connection: Connection, owner: str, reservation: str) -> dict[str, Any] | None:
    """The erasure of a guest, if there is one."""
    wanted = select(_e.id, _e.begun_at, _e.who, _e.why, _e.state, _e.calls, _e.done_at)
    known = wanted.where(_e.property == owner, _e.digest == digest_of(owner, reservation))
    row = connection.execute(known).first()
    return None if row is None else dict(row._mapping)


def share_a_name(connection: Connection, owner: str, reservation: str, name: str) -> bool:
    """Whether another guest is called so, or has it as part of the name: then it is not looked for by itself."""
    like = name.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    wanted = select(_s.id).where(
        _s.property == owner,
        _s.reservation != reservation,
        func.lower(cast(_s.name, Text)).like(f"%{like}%", escape="\\"),
    )
    return connection.execute(wanted.limit(1)).first() is not None
