"""Schema 2: nothing of its own on this line of work."""

from __future__ import annotations

from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Leave the store as it is."""
