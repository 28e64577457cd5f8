"""Schema 4: a posting may be unconfirmable."""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.store.migrations import states_4


def upgrade(connection: Connection) -> None:
    """Widen the rule of what states there are."""
    states_4.upgrade(connection)
