"""Notices on their way: read from the store, tried, and what came of it written down before anything is tried again.

Each channel (the mails, each web hook) goes by itself, so that a mail server which does not answer holds up nothing else.
Within a round a channel stops at its first failure. What the other side took and we could not write down any more
is delivered once more, under the same name: at least once, and known again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from twisted.internet.defer import CancelledError, Deferred, gatherResults, succeed
from twisted.logger import Logger

from gateway.alarms.diary import delay
from gateway.instants import SECOND, to_micros
from gateway.periodic import PeriodicService
from gateway.store import notices
from gateway.store.database import Database
from gateway.store.elsewhere import Elsewhere
from gateway.store.memory import Memory
from gateway.store.notices import Waiting
from gateway.store.writer import Job
from gateway.watch.jobs import KeepTry

#: Seconds between two looks at what waits; something new is looked at at once.
EVERY: Final = 5.0
#: Notices taken up in one look.
MOST: Final = 50


class Channel(Protocol):
    """A way to tell somebody."""

    def deliver(self, notice: Waiting, name: str) -> Deferred[Any]:
        """One attempt; fires when the other side has taken it, or fails with why not."""


class Deliveries(PeriodicService):
    """Carries notices out through their channels. Stopping waits for nobody: what is under way is told again later."""

    _log = Logger()

    def __init__(
        self,
        *,
        database: Database,
        memory: Memory,
        submit: Callable[[Job], None],
        clock: Any,
        now: Callable[[], datetime],
        elsewhere: Elsewhere,
        channels: Mapping[str, Channel],
        every: float = EVERY,
    ) -> None:
        super().__init__(clock, every, self.round, "delivering notices")
        self._database, self._memory, self._submit = database, memory, submit
        self._now, self._elsewhere, self._channels = now, elsewhere, channels
        self._awaited: set[Deferred[Any]] = set()
        self._leaving = False

    def stopService(self) -> Deferred[None]:
        """Call off what is awaited: a mail server may take minutes, a stop must not."""
        self._leaving = True
        for awaited in list(self._awaited):
            awaited.cancel()
        return super().stopService()

    def round(self) -> Deferred[Any]:
        """Deliver what is due."""
        return Deferred.fromCoroutine(self._deliver_due())

    async def _deliver_due(self) -> None:
        owner, now = self._memory.owner, to_micros(self._now())
        waiting = await self._elsewhere(lambda: self._database.read(lambda c: notices.due(c, owner, now, MOST)))
        by_channel: dict[str, list[Waiting]] = {}
        for notice in waiting:
            by_channel.setdefault(notice.channel, []).append(notice)
        lines = [Deferred.fromCoroutine(self._line(name, line)) for name, line in by_channel.items()]
        await gatherResults(lines, consumeErrors=True)

    async def _line(self, channel: str, line: Sequence[Waiting]) -> None:
        for notice in line:
            problem = await self._tried(notice)
            if self._leaving:
                return
            again = delay(notice.tries + 1) if channel in self._channels else None
            await self._kept(notice, problem, again)
            if problem:
                return

    async def _tried(self, notice: Waiting) -> str:
        """Why one attempt failed, in a sentence; empty if it did not."""
        channel = self._channels.get(notice.channel)
        if channel is None:
            return "the configuration no longer has this way"
        try:
            await self._called_off_by_a_stop(channel.deliver(notice, self.name_of(notice.id)))
        except CancelledError:
            return "it took too long"
        except Exception as error:  # noqa: BLE001 (whatever it is, it is tried again)
            return (str(error) or type(error).__name__)[:300]
        return ""

    def name_of(self, number: int) -> str:
        """The stable name of a delivery."""
        return f"{self._memory.owner}-{number}"

    async def _kept(self, notice: Waiting, problem: str, again: int | None) -> None:
        now = self._now()
        if problem:
            fate = "given up" if again is None else f"tried again in {again} s"
            words = "notice {number} by {channel} did not arrive ({problem}); {fate}"
            self._log.warn(words, number=notice.id, channel=notice.channel, problem=problem, fate=fate)
        again_at = None if again is None else to_micros(now) + again * SECOND
        done: Deferred[None] = Deferred()
        job = KeepTry(self._memory, notice.id, to_micros(now), problem, again_at, lambda: done.callback(None))
        self._submit(job)
        try:
            await self._called_off_by_a_stop(done)
        except CancelledError:
            return

    async def _called_off_by_a_stop(self, awaited: Deferred[Any]) -> None:
        self._awaited.add(awaited)
        try:
            await awaited
        finally:
            self._awaited.discard(awaited)

    def at_once(self, notice: notices.Notice) -> Deferred[Any]:
        """Tell it now and without the store, once: for what the store itself suffers from."""
        now = to_micros(self._now())
        words = notice.subject or "a web hook"
        channel = self._channels.get(notice.channel)
        if channel is None:
            return succeed(None)
        waiting = Waiting(0, notice.event, notice.channel, notice.recipients, notice.subject, notice.body, now, 0)
        done = channel.deliver(waiting, f"{self._memory.owner}-now-{now}")
        return done.addErrback(
            lambda failure: self._log.warn("could not tell {words}: {why}", words=words, why=failure.value)
        )
