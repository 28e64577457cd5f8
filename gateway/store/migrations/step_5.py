"""Schema 5: the trunks that a call held, where its row does not say it, and what trunks did by quarter hours.

The sums over the calls that are there already are made by the upgrade behind the last step (`Database.upgrade`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "ALTER TABLE calls ADD COLUMN trunk_uses TEXT",
    "CREATE TABLE trunk_quarters (property TEXT NOT NULL, quarter BIGINT NOT NULL, trunk_group TEXT NOT NULL, "
    "trunk TEXT NOT NULL, direction TEXT NOT NULL, seizures BIGINT NOT NULL, answered BIGINT NOT NULL, "
    "busy BIGINT NOT NULL, unrung BIGINT NOT NULL, blocked BIGINT NOT NULL, "
    "PRIMARY KEY (property, quarter, trunk_group, trunk, direction)){keyed}",
)


def upgrade(connection: Connection) -> None:
    """Add a column and a table."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
