"""Schema 7, part: tags of single calls."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE call_tags (property TEXT NOT NULL, id BIGINT NOT NULL, call_id BIGINT NOT NULL, tag TEXT NOT NULL, "
    "folded TEXT NOT NULL, added_at BIGINT NOT NULL, added_by TEXT NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}",
    "CREATE UNIQUE INDEX call_tags_once ON call_tags (property, folded, call_id)",
    "CREATE INDEX call_tags_of_call ON call_tags (property, call_id)",
)


def upgrade(connection: Connection) -> None:
    """Add the table."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
