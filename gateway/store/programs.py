"""What programs look up that no page does: the charges of a room."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from gateway.store import schema
from gateway.store.pages import SEARCH_STRETCH, first_since, plain

_c, _r, _s = schema.calls.c, schema.records.c, schema.stays.c


def stays_in(connection: Connection, owner: str, room: str) -> list[dict[str, Any]]:
    """Who is known to be in a room now, longest first."""
    wanted = select(schema.stays).where(_s.property == owner, _s.room == room, _s.until.is_(None))
    return plain(connection.execute(wanted.order_by(_s.since, _s.id)).mappings())


def calls_of_room(
    connection: Connection, owner: str, room: str, since: int, reservation: str | None, most: int
) -> list[dict[str, Any]]:
    """Calls from a room that are charged, or wait to be, oldest first: of those we heard of since an instant."""
    top = int(connection.execute(select(func.max(_c.id)).where(_c.property == owner)).scalar() or 0)
    first = max(first_since(connection, owner, schema.records, _r.received_at, since), top - SEARCH_STRETCH)
    wanted = select(schema.calls).where(
        _c.property == owner, _c.id >= first, _c.room == room, _c.status == "charge", _c.started_at >= since
    )
    if reservation is not None:
        wanted = wanted.where(_c.reservation == reservation)
    return plain(connection.execute(wanted.order_by(_c.id).limit(most)).mappings())
