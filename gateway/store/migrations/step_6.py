"""Schema 6: the tables of several rooms of the house, each room's statements in a module of its own, in the order of `PARTS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Connection

from gateway.store.migrations import acts_6, audit_6, bills_6, delivery_6, inbound_6, people_6, rack_6

PARTS: Final[Sequence[Callable[[Connection], None]]] = (
    acts_6.upgrade,
    people_6.upgrade,
    inbound_6.upgrade,
    delivery_6.upgrade,
    bills_6.upgrade,
    audit_6.upgrade,
    rack_6.upgrade,
)


def upgrade(connection: Connection) -> None:
    """Each part in its turn."""
    for part in PARTS:
        part(connection)
