"""Schema 7: the tables of several rooms of the house, each room's statements in a module of its own, in the order of `PARTS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Connection

from gateway.store.migrations import desk_7, log_7, office_7, privacy_7, pull_7, shares_7, tags_7, tongues_7

PARTS: Final[Sequence[Callable[[Connection], None]]] = (
    tongues_7.upgrade,
    log_7.upgrade,
    office_7.upgrade,
    privacy_7.upgrade,
    desk_7.upgrade,
    shares_7.upgrade,
    tags_7.upgrade,
    pull_7.upgrade,
)


def upgrade(connection: Connection) -> None:
    """Each part in its turn."""
    for part in PARTS:
        part(connection)
