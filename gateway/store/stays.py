"""Rooms and stays in the store: the history that the directory is built from."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, or_, select

from gateway.directory import Changes, Occupancy, RoomFact, Stay
from gateway.store import schema
from gateway.store.rows import clean

_s = schema.stays.c


def load_occupancy(connection: Connection, owner: str, ended_after: int) -> Occupancy:
    """The occupancy as the store has it: open stays, and those that ended after `ended_after`."""
    wanted = select(schema.stays).where(_s.property == owner, or_(_s.until.is_(None), _s.until > ended_after))
    stays = [_stay(row) for row in connection.execute(wanted.order_by(_s.id)).mappings()]
    facts = connection.execute(select(schema.rooms).where(schema.rooms.c.property == owner)).mappings()
    newest = connection.execute(select(_s.id).where(_s.property == owner).order_by(_s.id.desc()).limit(1)).scalar()
    rooms = [RoomFact(room=row["room"], last_departure=row["last_departure"]) for row in facts]
    return Occupancy(stays, rooms, next_id=int(newest or 0) + 1)


def _stay(row: object) -> Stay:
    fields = dict(row)  # type: ignore[call-overload]
    fields.pop("property")
    return Stay(**{**fields, "no_post": bool(fields["no_post"])})


def keep_changes(connection: Connection, owner: str, changes: Changes) -> None:
    """Write what one piece of news changed."""
    for stay in changes.stays:
        connection.execute(delete(schema.stays).where(_s.property == owner, _s.id == stay.id))
        connection.execute(insert(schema.stays).values(property=owner, **_columns(stay)))
    for fact in changes.rooms:
        rooms = schema.rooms
        connection.execute(delete(rooms).where(rooms.c.property == owner, rooms.c.room == fact.room))
        connection.execute(
            insert(rooms).values(property=owner, room=clean(fact.room), last_departure=fact.last_departure)
        )


def _columns(stay: Stay) -> dict[str, object]:
    return {
        "id": stay.id,
        "reservation": clean(stay.reservation),
        "room": clean(stay.room),
        "since": stay.since,
        "until": stay.until,
        "name": clean(stay.name),
        "language": clean(stay.language),
        "vip": clean(stay.vip),
        "no_post": int(stay.no_post),
        "class_of_service": clean(stay.class_of_service),
        "departure": stay.departure,
    }
