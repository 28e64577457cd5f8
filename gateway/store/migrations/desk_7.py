"""Of schema 7: limits of stays and where they stand, and receipts of what was paid at a till."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE stay_limits (property TEXT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, reservation TEXT NOT NULL, "
    "room TEXT NOT NULL, kind TEXT NOT NULL, amount BIGINT, action TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, "
    "PRIMARY KEY (property, id), CONSTRAINT stay_limits_kind CHECK (kind IN ('own', 'none', 'tariff')), "
    "CONSTRAINT stay_limits_amount CHECK (kind <> 'own' OR amount IS NOT NULL)){keyed}",
    "CREATE INDEX stay_limits_of_guest ON stay_limits (property, reservation)",
    "CREATE TABLE limit_marks (property TEXT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, reservation TEXT NOT NULL, "
    "name TEXT NOT NULL, verdict TEXT NOT NULL, spent BIGINT NOT NULL, amount BIGINT NOT NULL, call_id BIGINT, "
    "PRIMARY KEY (property, id), CONSTRAINT limit_marks_verdict CHECK (verdict IN ('within', 'near', 'over'))){keyed}",
    "CREATE INDEX limit_marks_of_guest ON limit_marks (property, reservation)",
    "CREATE TABLE receipts (property TEXT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, call_id BIGINT NOT NULL, "
    "till TEXT NOT NULL, receipt TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL, decimals BIGINT NOT NULL, "
    "who TEXT NOT NULL, PRIMARY KEY (property, id), CONSTRAINT receipts_till CHECK (till IN ('PMS', 'POS'))){keyed}",
    "CREATE UNIQUE INDEX receipts_of_call ON receipts (property, call_id)",
)


def upgrade(connection: Connection) -> None:
    """Add the tables."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
