"""Schema 7, languages: the one that the pages speak to a user."""

from __future__ import annotations

from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Add the column."""
    connection.exec_driver_sql("ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT ''")
