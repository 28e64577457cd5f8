"""Open calls whose announced last record did not come in time, settled with what is there."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.intake.batch import Batch
from gateway.intake.settling import Settling
from gateway.store.writer import Announce


class SettleOverdue:
    """One look through the open calls."""

    records = 0

    def __init__(self, settling: Settling, now: int, done: Callable[[Batch], None]) -> None:
        self._settling, self._now, self._done = settling, now, done

    def work(self, connection: Connection) -> Announce:
        """Settle what is overdue."""
        batch = self._settling.settle_overdue(connection, self._now)
        return lambda: self._done(batch)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """They stay open and are looked at again in a minute."""
        Logger().error("overdue calls could not be settled: {error!r}", error=error)
        return lambda: None
