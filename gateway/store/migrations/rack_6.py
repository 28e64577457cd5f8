"""Schema 6, the rack's part: what the desk writes beside stays and calls, and the ways from a room and a guest to them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE remarks (property TEXT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, who TEXT NOT NULL, "
    "kind TEXT NOT NULL, reservation TEXT, room TEXT NOT NULL, call_id BIGINT, words TEXT NOT NULL, "
    "PRIMARY KEY (property, id), "
    "CONSTRAINT remarks_kind CHECK (kind IN ('note', 'tag', 'untag', 'dispute', 'settled', 'looked')), "
    "CONSTRAINT remarks_of_what CHECK (kind NOT IN ('dispute', 'settled') OR call_id IS NOT NULL)){keyed}",
    "CREATE INDEX remarks_of_guest ON remarks (property, reservation)",
    "CREATE INDEX remarks_of_call ON remarks (property, call_id)",
    "CREATE INDEX stays_open ON stays (property, room) WHERE until IS NULL",
    "CREATE INDEX stays_of_guest ON stays (property, reservation)",
    "CREATE INDEX stays_of_room ON stays (property, room, since)",
    "CREATE INDEX calls_of_room ON calls (property, room, started_at) WHERE room IS NOT NULL",
    "CREATE INDEX postings_of_guest ON postings (property, reservation) WHERE reservation IS NOT NULL",
)


def upgrade(connection: Connection) -> None:
    """Add a table, and indexes beside tables that were there."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
