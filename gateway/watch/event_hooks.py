"""The feed, sent to a web hook: each event in order, again and again until the other side took it, none left out.

How far a hook has come is one number in the store, moved after each event that was taken; so a process that dies sends at
most its last few events again, under the same names, and leaves none out. An event that is not taken holds up those behind it,
for as long as that takes: whoever keeps books needs them in order. A hook that is new begins with what happens from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final, Protocol

from sqlalchemy import Connection
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from gateway.alarms.diary import DELAYS, WORRYING_TRIES
from gateway.periodic import PeriodicService
from gateway.store import watching
from gateway.store.database import Database
from gateway.store.elsewhere import Elsewhere
from gateway.store.memory import Memory
from gateway.store.writer import Announce, Job

#: Seconds between two looks at the feed.
EVERY: Final = 1.0
#: Events read in one look.
MOST: Final = 100

#: Reads events behind a number as programs see them, at most so many: the same values that the API gives.
ReadEvents = Callable[[Connection, str, int, int], list[dict[str, Any]]]


class Sender(Protocol):
    """A way to hand one value to the other side."""

    def send(self, value: dict[str, Any], name: str) -> Deferred[Any]:
        """One attempt; fires when the other side has taken it, or fails with why not."""


def mark_of(hook: str) -> str:
    """The name of the mark that says how far a hook has come."""
    return f"hook {hook}"


class EventHook(PeriodicService):
    """Carries the feed to one web hook. Stopping calls off what is under way: it is sent again later."""

    _log = Logger()

    def __init__(
        self,
        *,
        hook: str,
        kinds: Collection[str],
        sender: Sender,
        read: ReadEvents,
        database: Database,
        memory: Memory,
        submit: Callable[[Job], None],
        clock: Any,
        elsewhere: Elsewhere,
        every: float = EVERY,
    ) -> None:
        super().__init__(clock, every, self.round, f"sending events to the web hook {hook}")
        self.hook, self._kinds, self._sender, self._read = hook, kinds, sender, read
        self._database, self._memory, self._submit = database, memory, submit
        self._elsewhere = elsewhere
        self._reached = self._kept = -1
        self._keeping = False
        self._not_before = 0.0
        self._awaited: Deferred[Any] | None = None
        #: Tries of the event at hand that failed, and why the last one did.
        self.tries = 0
        self.problem = ""

    @property
    def worrying(self) -> str:
        """Why nothing arrives any more, once that has lasted; empty while all is well."""
        return self.problem if self.tries >= WORRYING_TRIES else ""

    def stopService(self) -> Deferred[None]:
        """Call off what is awaited."""
        ended = super().stopService()
        if self._awaited is not None:
            self._awaited.cancel()
        return ended

    def round(self) -> Deferred[Any] | None:
        """Send what is new, unless a try that failed is to be waited for."""
        if self._clock.seconds() < self._not_before:
            return None
        return Deferred.fromCoroutine(self._send_what_is_new())

    async def _send_what_is_new(self) -> None:
        owner = self._memory.owner
        if self._reached < 0:
            marks = await self._elsewhere(lambda: self._database.read(lambda c: watching.marks(c, owner)))
            self._reached = self._kept = marks.get(mark_of(self.hook), 0)
        while self.running:
            events = await self._elsewhere(
                lambda: self._database.read(lambda c: self._read(c, owner, self._reached, MOST))
            )
            for event in events:
                if not await self._sent(event):
                    return
            if len(events) < MOST:
                return

    async def _sent(self, event: dict[str, Any]) -> bool:
        """Send one event, if it is of those that this hook is told; False if it was not taken."""
        if event["kind"].partition(".")[0] in self._kinds and not await self._taken(event):
            return False
        self._reached, self.tries, self.problem, self._not_before = event["id"], 0, "", 0.0
        self._keep()
        return True

    async def _taken(self, event: dict[str, Any]) -> bool:
        name = f"{self._memory.owner}-event-{event['id']}"
        value = {"id": name, "event": event["kind"], "property": self._memory.owner, "data": event}
        self._awaited = self._sender.send(value, name)
        try:
            await self._awaited
        except CancelledError:
            if self.running:
                self._failed_try(name, "it took too long")
            return False
        except Exception as error:  # noqa: BLE001 (whatever it is, it is tried again)
            self._failed_try(name, (str(error) or type(error).__name__)[:300])
            return False
        finally:
            self._awaited = None
        return True

    def _failed_try(self, name: str, problem: str) -> None:
        wait = DELAYS[min(self.tries, len(DELAYS) - 1)]
        self.tries, self.problem, self._not_before = self.tries + 1, problem, self._clock.seconds() + wait
        words = "{event} did not arrive at the web hook {hook} ({problem}); tried again in {wait} s"
        self._log.warn(words, event=name, hook=self.hook, problem=problem, wait=wait)

    def _keep(self) -> None:
        """Write down how far it is; while that is on its way, what follows waits for the next time."""
        if self._keeping or self._kept == self._reached:
            return
        self._keeping, reached = True, self._reached

        def done() -> None:
            self._keeping, self._kept = False, reached
            self._keep()

        self._submit(_KeepPlace(self._memory, mark_of(self.hook), reached, done))


class _KeepPlace:
    """How far a hook has come."""

    records = 0

    def __init__(self, memory: Memory, mark: str, reached: int, done: Announce) -> None:
        self._memory, self._mark, self._reached, self._done = memory, mark, reached, done

    def work(self, connection: Connection) -> Announce:
        """Move its mark."""
        watching.set_mark(connection, self._memory.owner, self._mark, self._reached)
        return self._done

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """It is written down with the next one; should the process die before, a few events are sent again."""
        Logger().error("how far a web hook has come could not be written down: {error!r}", error=error)
        return self._done
