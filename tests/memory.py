"""A network in memory and a clock that a test moves: Twisted's own, with bytes that flow whenever time does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from twisted.internet.testing import MemoryReactorClock
from twisted.test.iosim import ConnectionCompleter


class MemoryNetwork:
    """A reactor whose clients reach its servers, in this process alone, while they are `reachable`."""

    def __init__(self, began: datetime) -> None:
        self.began = began
        self.reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
        self.completer = ConnectionCompleter(self.reactor)
        self.pumps: list[Any] = []
        self.reachable = True

    @property
    def seconds(self) -> float:
        """The monotonic clock."""
        return float(self.reactor.seconds())

    def now(self) -> datetime:
        """The wall clock."""
        return self.began + timedelta(seconds=self.seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass, timer by timer, with bytes flowing in between."""
        until = self.seconds + seconds
        self.flow()
        while self.seconds < until:
            timers = [call.getTime() - self.seconds for call in self.reactor.getDelayedCalls()]
            step = min([until - self.seconds, *(wait for wait in timers if wait >= 0)])
            self.reactor.advance(max(step, 1e-6))
            self.flow()

    def flow(self) -> None:
        """Let connections and bytes go as far as they can now."""
        for _ in range(200):
            moved = self._connections()
            for pump in self.pumps:
                moved = bool(pump.flush(advanceClock=False)) or moved
            if not moved:
                return
        raise AssertionError("the two ends never stop talking")

    def cut(self) -> None:
        """Every connection breaks at once."""
        for pump in self.pumps:
            for end in (pump.clientIO, pump.serverIO):
                end.abortConnection()
        self.flow()

    def _connections(self) -> bool:
        if not self.reactor.tcpClients:
            return False
        if self.reachable:
            self.pumps.append(self.completer.succeedOnce())
        else:
            self.completer.failOnce()
        return True
