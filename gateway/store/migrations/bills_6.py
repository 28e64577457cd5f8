"""Of schema 6: final bills, and every time one was printed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE bills (property TEXT NOT NULL, id BIGINT NOT NULL, stay_id BIGINT NOT NULL, reservation TEXT NOT NULL, "
    "room TEXT NOT NULL, made_at BIGINT NOT NULL, made_by TEXT NOT NULL, replaces BIGINT, language TEXT NOT NULL, scope TEXT NOT NULL, "
    "currency TEXT NOT NULL, decimals BIGINT NOT NULL, amount BIGINT NOT NULL, content TEXT NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}",
    "CREATE INDEX bills_of_reservation ON bills (property, reservation)",
    "CREATE TABLE bill_prints (property TEXT NOT NULL, bill_id BIGINT NOT NULL, copy BIGINT NOT NULL, at BIGINT NOT NULL, "
    "who TEXT NOT NULL, PRIMARY KEY (property, bill_id, copy)){keyed}",
)


def upgrade(connection: Connection) -> None:
    """Add the two tables."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
