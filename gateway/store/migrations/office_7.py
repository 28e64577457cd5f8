"""Schema 7, part: codes of calls and targets of desks.

Of calls that are there already the codes stand in their records: `foliogate db rebuild-codes` reads them again.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE call_codes (property TEXT NOT NULL, call_id BIGINT NOT NULL, account_code TEXT NOT NULL, "
    "authorization_code TEXT NOT NULL, name TEXT NOT NULL, person TEXT NOT NULL, personal BIGINT NOT NULL, "
    "known BIGINT NOT NULL, led_to TEXT NOT NULL, PRIMARY KEY (property, call_id)){keyed}",
    "CREATE TABLE targets (property TEXT NOT NULL, id BIGINT NOT NULL, desk TEXT NOT NULL, extensions TEXT NOT NULL, "
    "within_seconds BIGINT, answered_percent BIGINT, missed_percent BIGINT, cost BIGINT, cost_per TEXT NOT NULL, "
    "set_at BIGINT NOT NULL, set_by TEXT NOT NULL, why TEXT NOT NULL, ended_at BIGINT, ended_by TEXT NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}",
    "CREATE UNIQUE INDEX targets_once ON targets (property, desk) WHERE ended_at IS NULL",
)


def upgrade(connection: Connection) -> None:
    """Add two tables."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
