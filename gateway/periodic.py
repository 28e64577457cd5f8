"""Work that is done again and again, and goes on being done.

Twisted has two tools for this, and both fail an unattended night. `LoopingCall` stops for good when its function
raises once; `TimerService` wraps it and afterwards still claims to be `running` (twisted#3627), and errs when it is
stopped before it was started (#6202). Both also count from the *start* of a call and skip beats to keep a grid. Here:

* the interval counts from the **end** of a call, so that slow work never overlaps itself nor runs without a pause;
* a failure is logged, named, and the next round comes as usual;
* `call_soon` asks for a round now; asked for ten times while one is running, one more round follows;
* `stopService` fires when the round in flight has ended, because that round may be writing something down. Nobody is
  cancelled: whoever needs a limit on its work sets one in the work.

The first round comes with the reactor's next turn after `startService`; the clock is an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure


class PeriodicService(Service):
    """Do `work` every `seconds`, counted from the end of one round to the start of the next.

    `work` takes no argument and returns a Deferred or None. `what` completes the sentence "While ..." in the log,
    as in "reading the commands of other processes".
    """

    log = Logger()

    def __init__(
        self, clock: IReactorTime, seconds: float, work: Callable[[], Deferred[Any] | None], what: str
    ) -> None:
        if seconds <= 0:
            raise ValueError(f"the pause between two rounds of {what} must be longer than {seconds} s")
        self._clock = clock
        self._seconds = seconds
        self._work = work
        self._what = what
        self._timer: IDelayedCall | None = None
        self._in_flight = False
        self._again = False
        self._waiting: list[Deferred[None]] = []

    def startService(self) -> None:
        """Begin, with a round at the next turn of the reactor. Starting twice is starting once."""
        if self.running:
            return
        super().startService()  # type: ignore[no-untyped-call]
        self.call_soon()

    def call_soon(self) -> None:
        """Ask for a round now: at the next turn if none is in flight, else right after it. Does nothing unless running."""
        if not self.running:
            return
        if self._in_flight:
            self._again = True
            return
        if self._timer is not None and self._timer.getTime() <= self._clock.seconds():
            return
        self._cancel_timer()
        self._timer = self._clock.callLater(0, self._round)

    def stopService(self) -> Deferred[None]:
        """Begin no further round; fires when the round in flight, if there is one, has ended.

        Stopping what was never started, and stopping twice, are both fine.
        """
        if self.running:
            super().stopService()  # type: ignore[no-untyped-call]
        self._again = False
        self._cancel_timer()
        if not self._in_flight:
            return succeed(None)
        ended: Deferred[None] = Deferred()
        self._waiting.append(ended)
        return ended

    def _round(self) -> None:
        self._timer = None
        self._in_flight = True
        self._again = False
        maybeDeferred(self._work).addErrback(self._failed).addBoth(self._ended)

    def _failed(self, failure: Failure) -> None:
        self.log.failure(
            "While {what}; it is tried again in {seconds} s.", failure, what=self._what, seconds=self._seconds
        )

    def _ended(self, _: object) -> None:
        self._in_flight = False
        waiting, self._waiting = self._waiting, []
        for ended in waiting:
            ended.callback(None)
        if self.running and self._timer is None and not self._in_flight:
            self._timer = self._clock.callLater(0 if self._again else self._seconds, self._round)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
