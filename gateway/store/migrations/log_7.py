"""Schema 7, part: the log of calls: its filters, and the index that it goes by.

On SQLite the index holds the narrow columns of a call, so that a filter on any of them reads the index alone. On PostgreSQL,
where the row of an index has a greatest length and columns hold what an exchange wrote, it holds the time alone. Calls that
no list shows are few and have an index of their own, so that the sums can say how many there are.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_TABLE: Final = (
    "CREATE TABLE log_filters (property TEXT NOT NULL, id BIGINT NOT NULL, whose TEXT NOT NULL, name TEXT NOT NULL, "
    "asked TEXT NOT NULL, added_at BIGINT NOT NULL, added_by TEXT NOT NULL, removed_at BIGINT, removed_by TEXT NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}"
)
_ONCE: Final = "CREATE UNIQUE INDEX log_filters_once ON log_filters (property, whose, name) WHERE removed_at IS NULL"
_UNLISTED: Final = "CREATE INDEX calls_unlisted ON calls (property, place, started_at) WHERE place = 'a personal call'"
_BY_TIME: Final = "CREATE INDEX calls_by_time ON calls (property, started_at, id{held})"
_HELD: Final = (
    ", direction, status, answered, talk_seconds, amount, currency, decimals, extension, room, department, number_class, "
    "place, trunk, trunk_group, source"
)


def upgrade(connection: Connection) -> None:
    """Add the table and the indexes."""
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql(_TABLE.replace("{keyed}", " WITHOUT ROWID" if sqlite else ""))
    connection.exec_driver_sql(_ONCE)
    connection.exec_driver_sql(_UNLISTED)
    connection.exec_driver_sql(_BY_TIME.replace("{held}", _HELD if sqlite else ""))
