"""Schema 6, the night audit: business days, and what people told of them. The first day begins when the gateway starts."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE business_days (property TEXT NOT NULL, id BIGINT NOT NULL, date TEXT NOT NULL, opened_at BIGINT NOT NULL, "
    "opened_by TEXT NOT NULL, records_from BIGINT NOT NULL, postings_from BIGINT NOT NULL, attempts_from BIGINT NOT NULL, "
    "night_start BIGINT, night_end BIGINT, ended_at BIGINT, ended_by TEXT NOT NULL, records_until BIGINT, "
    "postings_until BIGINT, attempts_until BIGINT, remarks TEXT NOT NULL, closed_at BIGINT, closed_by TEXT NOT NULL, "
    "closed_why TEXT NOT NULL, sheet TEXT NOT NULL, PRIMARY KEY (property, id), "
    "CONSTRAINT business_days_date UNIQUE (property, date), "
    "CONSTRAINT business_days_edge CHECK ((ended_at IS NULL) = (records_until IS NULL)), "
    "CONSTRAINT business_days_closed CHECK ((closed_at IS NULL) = (closed_by = '')), "
    "CONSTRAINT business_days_ended_first CHECK (closed_at IS NULL OR ended_at IS NOT NULL)){keyed}",
    "CREATE TABLE audit_entries (property TEXT NOT NULL, id BIGINT NOT NULL, day_id BIGINT NOT NULL, kind TEXT NOT NULL, "
    "item TEXT NOT NULL, amount BIGINT, currency TEXT NOT NULL, decimals BIGINT NOT NULL, words TEXT NOT NULL, "
    "at BIGINT NOT NULL, who TEXT NOT NULL, PRIMARY KEY (property, day_id, id), "
    "CONSTRAINT audit_entries_kind CHECK (kind IN ('total', 'name'))){keyed}",
)


def upgrade(connection: Connection) -> None:
    """Two tables, empty."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
