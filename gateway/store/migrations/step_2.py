"""Schema 2: alarms, the notices of them, counts by hour, and commands about an alarm."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

#: `{end}` is what SQLite wants behind a table whose key is its order; the columns are described in gateway/store/schema.py.
_STATEMENTS: Final = (
    "ALTER TABLE commands ADD COLUMN alarm_id BIGINT",
    """
    CREATE TABLE alarms (
        property TEXT NOT NULL, id BIGINT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, sentence TEXT NOT NULL,
        details TEXT NOT NULL, call_id BIGINT, raised_at BIGINT NOT NULL, acknowledged_at BIGINT,
        acknowledged_by TEXT NOT NULL, note TEXT NOT NULL, escalated_at BIGINT, cleared_at BIGINT,
        settled BIGINT NOT NULL,
        PRIMARY KEY (property, id),
        CONSTRAINT alarms_by_name CHECK ((acknowledged_at IS NULL) = (acknowledged_by = ''))
    ){end}
    """,
    "CREATE UNIQUE INDEX alarms_open_once ON alarms (property, kind, subject) WHERE cleared_at IS NULL",
    "CREATE INDEX alarms_unsettled ON alarms (property, id) WHERE settled = 0",
    "CREATE INDEX alarms_of_subject ON alarms (property, kind, subject)",
    """
    CREATE TABLE notices (
        property TEXT NOT NULL, id BIGINT NOT NULL, alarm_id BIGINT, event TEXT NOT NULL, channel TEXT NOT NULL,
        recipients TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, created_at BIGINT NOT NULL,
        due_at BIGINT NOT NULL, tries BIGINT NOT NULL, problem TEXT NOT NULL, done_at BIGINT, delivered BIGINT NOT NULL,
        PRIMARY KEY (property, id)
    ){end}
    """,
    "CREATE INDEX notices_undone ON notices (property, id) WHERE done_at IS NULL",
    """
    CREATE TABLE hours (
        property TEXT NOT NULL, hour BIGINT NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL, number BIGINT NOT NULL,
        last_at BIGINT NOT NULL,
        PRIMARY KEY (property, hour, what, name)
    ){end}
    """,
    """
    CREATE TABLE marks (
        property TEXT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL,
        PRIMARY KEY (property, name)
    ){end}
    """,
)


def upgrade(connection: Connection) -> None:
    """Add what the watch needs; nothing of schema 1 is touched but the new column of `commands`."""
    end = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.execute(text(statement.replace("{end}", end)))
