"""Schema 1, the first."""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.store.migrations import schema_1


def upgrade(connection: Connection) -> None:
    """Create all tables and indexes in an empty store."""
    schema_1.metadata.create_all(connection)
