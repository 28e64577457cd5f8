"""Schema 7, part: calls whose price several holders share."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE call_shares (property TEXT NOT NULL, call_id BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, "
    "place BIGINT NOT NULL, reservation TEXT, seconds BIGINT NOT NULL, amount BIGINT, "
    "PRIMARY KEY (property, call_id, kind, name), "
    "CONSTRAINT call_shares_kind CHECK (kind IN ('room', 'department', 'unlisted'))){keyed}",
    "CREATE INDEX call_shares_of_place ON call_shares (property, name, call_id)",
    "CREATE TABLE share_parts (property TEXT NOT NULL, call_id BIGINT NOT NULL, part BIGINT NOT NULL, kind TEXT NOT NULL, "
    "name TEXT NOT NULL, PRIMARY KEY (property, call_id, part)){keyed}",
)


def upgrade(connection: Connection) -> None:
    """Add the tables."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
