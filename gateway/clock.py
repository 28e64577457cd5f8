"""The wall clock, as something that is handed over.

A reactor's clock (`IReactorTime.seconds`) measures spans and starts anywhere; a record's `received_at`, a posting's
`sent_at` and a page's "12 s ago" need an instant that people share. Both come from outside into every part that needs
them, so that a simulated day can run the real code. Nothing else in the gateway may ask the system for the time:
`tests/architecture` reads the sources for it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class WallClock(Protocol):
    """Tells the instant, aware and in UTC."""

    def __call__(self) -> datetime:
        """Return now."""


def utc_now() -> datetime:
    """Return the system's time as an aware instant in UTC: the one WallClock of a real run."""
    return datetime.now(UTC)


_checked: WallClock = utc_now
