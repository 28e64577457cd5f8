"""The clerk: offers due postings to one PMS, one at a time, and owns retry and doubt.

The clerk waits until the adapter says it is ready, has the posting committed as sent, and only then lets the adapter
speak; the adapter's answer is committed together with the next posting. Committed charges come straight to the
queue in memory; the outbox is read at start, and when more was due than the queue holds. What the PMS asks to have
again waits here for its time. After a time-out the adapter is not ready until the PMS has shown a sign of life, so
that a hung PMS leaves one doubt and not a hundred.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from gateway.instants import SECOND, to_micros
from gateway.ledger import LONGEST_WAIT, after_attempt
from gateway.posting.steps import Answer, LateAnswer, ReadDue, Sent, Step, WireNumbers
from gateway.store.memory import Memory
from gateway.store.rows import Due
from gateway.store.writer import Job
from pms_adapters.posting import InDoubt, PmsAdapter, Posted, PostingResult, Refused

#: Postings in memory, about 2 MB; what is beyond waits in the outbox, in order, and is read when these are gone.
MOST_QUEUED: Final = 10_000
#: How long to wait before the outbox is read again after it could not be.
READ_AGAIN_SECONDS: Final = 5.0


class Clerk:
    """Serves one PMS link."""

    _log = Logger()

    def __init__(
        self,
        *,
        memory: Memory,
        numbers: WireNumbers,
        adapter: PmsAdapter,
        submit: Callable[[Job], None],
        clock: IReactorTime,
        now: Callable[[], datetime],
        zone: Callable[[datetime], datetime],
        odd: Callable[[str], None],
    ) -> None:
        self._memory, self._numbers, self._adapter = memory, numbers, adapter
        self._submit, self._clock, self._now, self._zone, self._odd = submit, clock, now, zone, odd
        self._queue: deque[Due] = deque()
        self._later: list[tuple[float, int, Due]] = []
        self._timer: IDelayedCall | None = None
        self._newest = 0
        self._behind = True
        self._busy = False
        self._stopped = False
        self.in_flight: Due | None = None

    @property
    def waiting(self) -> int:
        """How many postings wait in memory."""
        return len(self._queue) + len(self._later)

    @property
    def idle(self) -> bool:
        """True when no step and no attempt is under way."""
        return not self._busy

    def stop(self) -> None:
        """Offer nothing more; an attempt under way still gets its answer written down."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def take(self, dues: Sequence[Due]) -> None:
        """Charges that were just committed as due, or became due again."""
        for due in dues:
            if self._behind and due.posting_id > self._newest:
                continue  # it will be read from the outbox in its turn
            if len(self._queue) >= MOST_QUEUED and due.posting_id > self._newest:
                self._behind = True
                continue
            self._newest = max(self._newest, due.posting_id)
            self._enqueue(due)
        self.pump()

    def pump(self) -> None:
        """Go on, if there is something to do and the link takes it."""
        if self._busy or self._stopped or not self._adapter.state.ready:
            return
        self._wake_sleepers()
        if self._queue:
            self._busy = True
            self._step(None, self._queue.popleft())
        elif self._behind:
            self._busy = True
            self._submit(ReadDue(self._memory, self._numbers.pms, self._newest, MOST_QUEUED, self._read))

    def late_answer(self, token: int, result: Posted | Refused) -> None:
        """The adapter heard an answer to a posting it had reported in doubt, or that nobody remembers."""
        now = self._micros()
        self._submit(LateAnswer(self._memory, self._numbers, token=token, result=result, now=now, done=self._late_done))

    def _micros(self) -> int:
        return to_micros(self._now())

    def _enqueue(self, due: Due) -> None:
        """Queue a posting, or let it wait its time: on the clock that never jumps, and no longer than we ever wait.

        A wall clock that was a year ahead when the posting was to wait a minute must not make it wait a year.
        """
        wait = (due.due_at - self._micros()) / SECOND
        if wait > 0:
            heapq.heappush(self._later, (self._clock.seconds() + min(wait, LONGEST_WAIT), due.posting_id, due))
            self._set_timer()
        else:
            self._queue.append(due)

    def _wake_sleepers(self) -> None:
        now = self._clock.seconds()
        while self._later and self._later[0][0] <= now:
            self._queue.append(heapq.heappop(self._later)[2])
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._later and not self._stopped:
            self._timer = self._clock.callLater(max(0.001, self._later[0][0] - self._clock.seconds()), self.pump)

    def _read(self, found: list[Due] | None) -> None:
        """The outbox was read: what it holds beyond this is read next time."""
        self._busy = False
        if found is None:
            self._clock.callLater(READ_AGAIN_SECONDS, self.pump)
            return
        self._behind = len(found) >= MOST_QUEUED
        for due in found:
            self._newest = max(self._newest, due.posting_id)
            self._enqueue(due)
        self.pump()

    def _step(self, answer: Answer | None, offer: Due | None) -> None:
        def done(sent: Sent | None, again: int) -> None:
            self._stepped(answer, sent, again)

        self._submit(
            Step(
                self._memory,
                self._numbers,
                answer=answer,
                offer=offer,
                now=self._micros(),
                zone=self._zone,
                tells_rooms=self._adapter.tells_rooms,
                done=done,
            )
        )

    def _stepped(self, answer: Answer | None, sent: Sent | None, again: int) -> None:
        """A step is committed: whatever is to be sent may leave now."""
        if answer is not None and again:
            self._enqueue(answer.sent.due._replace(attempts=answer.sent.attempt, due_at=again))
        if sent is None:
            self._busy, self.in_flight = False, None
            self.pump()
            return
        self.in_flight = sent.due
        attempt = self._adapter.post(sent.posting)
        attempt.addErrback(lambda failure: InDoubt(f"the adapter failed: {failure.value!r}"))
        attempt.addCallback(self._answered, sent)
        attempt.addErrback(lambda failure: self._log.failure("the clerk failed on an answer", failure))

    def _answered(self, result: PostingResult, sent: Sent) -> None:
        """Write the answer down, together with the next posting where the link is ready for one."""
        answer = Answer(sent=sent, outcome=after_attempt(result, sent.attempt))
        if answer.outcome.event != "accepted":
            self._log.info(
                "posting {posting} attempt {attempt}: {event} {reason}",
                posting=sent.due.posting_id,
                attempt=sent.attempt,
                event=answer.outcome.event,
                reason=answer.outcome.reason,
            )
        offer = None
        if not self._stopped and self._adapter.state.ready:
            self._wake_sleepers()
            offer = self._queue.popleft() if self._queue else None
        self._step(answer, offer)

    def _late_done(self, due: Due | None, words: str) -> None:
        if words:
            self._odd(words)
        if due is not None:
            self.take([due])
        self.pump()
