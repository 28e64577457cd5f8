"""Rooms and stays in the store: the history that the directory is built from."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, or_, select

from gateway.directory import Changes, Occupancy, RoomFact, Stay
from gateway.instants import SECOND
from gateway.store import schema
from gateway.store.rows import clean
from gateway.store.statements import Statements

#: Stays that ended longer ago than this are left in the store and out of memory: no record comes later than a quarter.
LATE_RECORDS: Final = 92 * 24 * 3600 * SECOND

_s = schema.stays.c


def load_occupancy(connection: Connection, owner: str, ended_after: int) -> Occupancy:
    """The occupancy as the store has it: open stays, and those that ended after `ended_after`."""
    wanted = select(schema.stays).where(_s.property == owner, or_(_s.until.is_(None), _s.until > ended_after))
    stays = [stay_of(row) for row in connection.execute(wanted.order_by(_s.id)).mappings()]
    facts = connection.execute(select(schema.rooms).where(schema.rooms.c.property == owner)).mappings()
    newest = connection.execute(select(_s.id).where(_s.property == owner).order_by(_s.id.desc()).limit(1)).scalar()
    rooms = [RoomFact(room=row["room"], last_departure=row["last_departure"]) for row in facts]
    return Occupancy(stays, rooms, next_id=int(newest or 0) + 1)


def stay_of(row: object) -> Stay:
    """A row of the table as a stay."""
    fields = dict(row)  # type: ignore[call-overload]
    fields.pop("property")
    return Stay(**{**fields, "no_post": bool(fields["no_post"])})


def keep_changes(connection: Connection, statements: Statements, owner: str, changes: Changes) -> None:
    """Write what one piece of news changed."""
    statements.drop_stay.many(connection, [(owner, stay.id) for stay in changes.stays])
    statements.add_stay.many(connection, [(owner, *_columns(stay)) for stay in changes.stays])
    statements.drop_room.many(connection, [(owner, clean(fact.room)) for fact in changes.rooms])
    facts = [(owner, clean(fact.room), fact.last_departure) for fact in changes.rooms]
    statements.add_room.many(connection, facts)


def _columns(stay: Stay) -> tuple[object, ...]:
    """A stay in the order of its table's columns."""
    who = (clean(stay.reservation), clean(stay.room), stay.since, stay.until, clean(stay.name))
    what = (clean(stay.language), clean(stay.vip), int(stay.no_post), clean(stay.class_of_service), stay.departure)
    return (stay.id, *who, *what, clean(stay.group_code), clean(stay.guest_class))
