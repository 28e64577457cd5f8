"""Schema 1, the first: every table of gateway/store/schema.py as it was then.

Until schema 2 exists the tables are taken from there; the step that makes schema 2 freezes a copy here.
"""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.store import schema


def upgrade(connection: Connection) -> None:
    """Create all tables and indexes in an empty store."""
    schema.metadata.create_all(connection)
