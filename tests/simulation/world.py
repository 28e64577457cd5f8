"""The simulated world: one clock, one source of chance, a trace of all that happened, and machines that can die.

A day is a function of its seed. Whatever happens is an event of one clock; whatever is drawn comes from one random
source; nothing asks the system for the time, a random number, a thread or a socket. So the same seed is the same day,
to the last byte, and the trace's hash says whether it was.

A machine dies as a process does under kill -9: from that instant nothing of it reaches the outside. The code that was
running goes on to the end of its event, for Python cannot be torn out of the middle of it, but its writes go nowhere,
its timers never fire, and its next touch of the store raises `Died`.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, Literal

from twisted.internet.base import DelayedCall
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.testing import MemoryReactor
from twisted.logger import Logger
from zope.interface import implementer

#: Lines of the trace kept for people; the hash is over all of them.
TRACE_KEPT: Final = 40_000

CrashPoint = Literal["between", "statement", "before commit", "after commit", "before write", "after write"]
CRASH_POINTS: Final[tuple[CrashPoint, ...]] = (
    "between",
    "statement",
    "before commit",
    "after commit",
    "before write",
    "after write",
)


class Died(BaseException):
    """The machine lost its life at this very point."""


@implementer(IReactorTime)
class Timeline:
    """A clock that moves only when it is told to, made for a day of many events (Twisted's own sorts all at each)."""

    def __init__(self) -> None:
        self._now = 0.0
        self._heap: list[tuple[float, int, DelayedCall]] = []
        self._count = itertools.count()

    def seconds(self) -> float:
        """Seconds since the day began."""
        return self._now

    def callLater(self, delay: float, callable: Callable[..., Any], *words: Any, **named: Any) -> DelayedCall:  # noqa: A002
        """A timer."""
        call = DelayedCall(self._now + delay, callable, words, named, _ignore, self._push, self.seconds)
        self._push(call)
        return call

    def getDelayedCalls(self) -> list[DelayedCall]:
        """The timers that are set."""
        return [call for _, _, call in self._heap if call.active()]

    def run(self, seconds: float) -> None:
        """Let so much time pass, one event after another."""
        until = self._now + seconds
        while self._heap and self._heap[0][0] <= until:
            at, _, call = heapq.heappop(self._heap)
            if not call.active():
                continue
            if call.getTime() > at:  # put off since
                self._push(call)
                continue
            self._now = max(self._now, at)
            call.called = 1
            call.func(*call.args, **call.kw)
        self._now = until

    def _push(self, call: DelayedCall) -> None:
        heapq.heappush(self._heap, (call.getTime(), next(self._count), call))


def _ignore(_call: DelayedCall) -> None:
    """A cancelled timer stays in the heap until its time, and is passed over then."""


class World:
    """The clock, the chance and the trace of one day. `start` is the instant at which the day begins."""

    def __init__(self, seed: int, start: datetime) -> None:
        self.seed = seed
        self.clock = Timeline()
        self.draw = random.Random(f"day {seed}")
        self.start = start
        self.counts: Counter[str] = Counter()
        self.trace: deque[str] = deque(maxlen=TRACE_KEPT)
        self._hash = blake2b(digest_size=16)

    def now(self) -> datetime:
        """The true time, aware UTC."""
        return self.start + timedelta(seconds=self.clock.seconds())

    def say(self, what: str) -> None:
        """Write a line of the trace."""
        line = f"{self.now().astimezone(UTC):%d %H:%M:%S.%f} {what}"
        self._hash.update(line.encode("utf-8", "backslashreplace") + b"\n")
        self.trace.append(line)

    def fault(self, kind: str, words: str = "") -> None:
        """Write down that a fault was committed, and count it."""
        self.counts[kind] += 1
        self.say(f"FAULT {kind} {words}".rstrip())

    @property
    def digest(self) -> str:
        """The hash of everything that happened."""
        return self._hash.hexdigest()

    def later(self, seconds: float, act: Callable[..., Any], *words: Any) -> IDelayedCall:
        """Let something of the world itself happen."""
        return self.clock.callLater(seconds, act, *words)

    def run(self, seconds: float) -> None:
        """Let so much time pass, one event after another."""
        self.clock.run(seconds)


class Machine(MemoryReactor):
    """One process and the reactor in it: its timers and connections end with it.

    `doom` is where it will die: at which kind of point, and at the how-manieth of them from now.
    """

    _log = Logger()

    def __init__(self, world: World, network: Any, name: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.world, self.name = world, name
        self.alive = True
        self.skew = timedelta()
        self.doom: tuple[CrashPoint, int] | None = None
        self.on_death: Callable[[CrashPoint], None] = lambda _point: None
        self._network = network
        self._calls: set[IDelayedCall] = set()

    # -- time ------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """This machine's wall clock, which may be wrong."""
        return self.world.now() + self.skew

    def seconds(self) -> float:
        """The clock that only goes forward."""
        return self.world.clock.seconds()

    def callLater(self, delay: float, act: Callable[..., Any], *words: Any, **named: Any) -> IDelayedCall:
        """A timer of this machine."""
        if not self.alive:
            return Timeline().callLater(delay, act)  # on a clock that never moves
        call: IDelayedCall

        def run() -> None:
            self._calls.discard(call)
            self._run(act, words, named)

        call = self.world.clock.callLater(delay, run)
        self._calls.add(call)
        return call

    def getDelayedCalls(self) -> list[IDelayedCall]:
        """The timers that are set."""
        return [call for call in self._calls if call.active()]

    def _run(self, act: Callable[..., Any], words: tuple[Any, ...], named: dict[str, Any]) -> None:
        if not self.alive or self.dies_at("between"):
            return
        try:
            act(*words, **named)
        except Died:
            pass
        except Exception:  # noqa: BLE001 - a reactor logs what an event raises, and goes on; the day fails for it
            self._log.failure("an event of {name} failed", name=self.name)

    # -- threads: there are none, what is given to one is done here and now --------------------------------------------

    def getThreadPool(self) -> Machine:
        """This machine is its own pool."""
        return self

    def callInThreadWithCallback(self, done: Callable[[bool, Any], None], act: Callable[[], Any]) -> None:
        """Do it, and say what came of it."""
        done(True, act())

    def callFromThread(self, act: Callable[..., Any], *words: Any) -> None:
        """As soon as this event is over."""
        self.callLater(0, act, *words)

    # -- network ---------------------------------------------------------------------------------------------------

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        """Take connections on a port."""
        return self._network.listen(self, port, factory)

    def connectTCP(self, host: str, port: int, factory: Any, timeout: float = 30, bindAddress: Any = None) -> Any:
        """Ask for a connection."""
        return self._network.connect(self, port, factory, timeout)

    # -- death -----------------------------------------------------------------------------------------------------

    def dies_at(self, point: CrashPoint) -> bool:
        """Whether the machine is dead, or dies at this point."""
        if not self.alive:
            return True
        if self.doom is None or self.doom[0] != point:
            return False
        self.doom = (point, self.doom[1] - 1)
        if self.doom[1] >= 0:
            return False
        self.die(point)
        return True

    def raise_if_dead(self, point: CrashPoint) -> None:
        """Like `dies_at`, for the middle of a transaction."""
        if self.dies_at(point):
            raise Died

    def die(self, point: CrashPoint) -> None:
        """End as under kill -9."""
        if not self.alive:
            return
        self.alive, self.doom = False, None
        for call in self._calls:
            if call.active():
                call.cancel()
        self._calls.clear()
        self._network.died(self)
        self.on_death(point)
