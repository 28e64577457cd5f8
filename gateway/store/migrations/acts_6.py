"""Of schema 6: what people did to charges."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE acts (property TEXT NOT NULL, id BIGINT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, "
    "call_id BIGINT, subject TEXT NOT NULL, reason TEXT NOT NULL, why TEXT NOT NULL, room TEXT, target TEXT, "
    "before BIGINT NOT NULL, after BIGINT NOT NULL, currency TEXT NOT NULL, decimals BIGINT NOT NULL, "
    "asked_by TEXT NOT NULL, asked_at BIGINT NOT NULL, decided_by TEXT NOT NULL, decided_why TEXT NOT NULL, "
    "decided_at BIGINT, outcome TEXT NOT NULL, PRIMARY KEY (property, id), "
    "CONSTRAINT acts_state CHECK (state IN ('waiting', 'done', 'declined', 'stale')), "
    "CONSTRAINT acts_kind CHECK (kind IN ('void', 'adjust', 'move', 'charge'))){keyed}",
    "CREATE INDEX acts_of_call ON acts (property, call_id)",
    "CREATE INDEX acts_waiting ON acts (property, id) WHERE state = 'waiting'",
)


def upgrade(connection: Connection) -> None:
    """Add the table."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
