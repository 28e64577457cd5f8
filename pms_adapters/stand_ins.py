"""Adapters that behave in one fixed way, without any PMS: for rehearsals, drills and tests.

They are real adapters behind the same port, held to the same contract suite, and take their clock from outside. A
front desk can be trained on one that refuses everything; a drill can show what a PMS that hangs looks like. None of
them may ever be chosen by default: a charge that AlwaysPosts took is on nobody's folio.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from pms_adapters.posting import (
    FolioReader,
    Found,
    InDoubt,
    LinkState,
    NotFound,
    NotSent,
    PmsAdapter,
    PmsListener,
    Posted,
    Posting,
    PostingResult,
    ReadBack,
    Refused,
    Retry,
    Unconfirmable,
    Unreadable,
)

MOST_REMEMBERED: Final = 1_000
"""Tokens that `taken` holds: more than a drill posts, and no growth in a long one."""

ANSWER_AFTER: Final = 0.05
"""Seconds until a stand-in answers: what a real PMS in the same house takes."""


class _StandIn:
    """What the stand-ins share: a link that stands from `start` to `stop`, and one posting at a time.

    `taken` holds the tokens of the postings lately taken, as a PMS would have seen them.
    """

    def __init__(self, *, clock: IReactorTime, wall_clock: Callable[[], datetime]) -> None:
        self._clock, self._wall_clock = clock, wall_clock
        self.taken: deque[int] = deque(maxlen=MOST_REMEMBERED)
        self._listener: PmsListener | None = None
        self._answer: Deferred[PostingResult] | None = None
        self._alarm: IDelayedCall | None = None
        self._state = LinkState(up=False, ready=False, why="not started", since=wall_clock())

    takes_reversals = False
    tells_rooms = True

    @property
    def state(self) -> LinkState:
        """How the link stands now."""
        return self._state

    def start(self, listener: PmsListener) -> None:
        """The link stands at once."""
        self._listener = listener
        self._stand(True, "")

    def stop(self) -> Deferred[None]:
        """The link ends at once; a posting under way is in doubt."""
        if self._state.up:
            self._stand(False, "stopped")
        self._conclude(InDoubt("the link was closed before the answer"))
        return succeed(None)

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """Make one attempt."""
        if not self._state.ready:
            return succeed(NotSent(self._state.why))
        if self._answer is not None:
            return succeed(NotSent("another charge awaits its answer"))
        answer: Deferred[PostingResult] = Deferred(lambda _: self._conclude(InDoubt("the wait was called off")))
        self._answer = answer
        self.taken.append(posting.token)
        seconds, result = self._fate(posting)
        self._alarm = self._clock.callLater(seconds, self._conclude, result)
        return answer

    def ask_resync(self) -> None:
        """A stand-in has no rooms to tell of."""

    def _fate(self, posting: Posting) -> tuple[float, PostingResult]:
        """After how many seconds a posting ends, and how."""
        raise NotImplementedError

    def _conclude(self, result: PostingResult) -> None:
        answer, self._answer = self._answer, None
        if self._alarm is not None and self._alarm.active():
            self._alarm.cancel()
        if answer is not None:
            answer.callback(result)

    def _stand(self, up: bool, why: str) -> None:
        self._state = LinkState(up=up, ready=up, why=why, since=self._wall_clock())
        if self._listener is not None:
            self._listener.link_changed(self._state)


class AlwaysPosts(_StandIn):
    """Says yes to everything, with a reference that shows it is no PMS's."""

    def _fate(self, posting: Posting) -> tuple[float, PostingResult]:
        return ANSWER_AFTER, Posted(f"stand-in {posting.token}")


class NeverAnswers(_StandIn):
    """Takes every posting and says nothing: each ends in doubt after `answer_timeout` seconds."""

    def __init__(
        self, *, clock: IReactorTime, wall_clock: Callable[[], datetime], answer_timeout: float = 30.0
    ) -> None:
        super().__init__(clock=clock, wall_clock=wall_clock)
        self._answer_timeout = answer_timeout

    def _fate(self, posting: Posting) -> tuple[float, PostingResult]:
        return self._answer_timeout, InDoubt(f"the PMS did not answer within {self._answer_timeout:g} seconds")


class NeverAcknowledges(_StandIn):
    """Takes every posting as a printer would: what was handed over cannot be confirmed."""

    def _fate(self, posting: Posting) -> tuple[float, PostingResult]:
        return ANSWER_AFTER, Unconfirmable("handed to a stand-in that acknowledges nothing")


class KeepsAFolio(NeverAnswers):
    """Takes every posting and says nothing, but can be asked what stands on the folio.

    While `books` is true, what it takes stands there; while it is false, postings are lost on the way.
    """

    def __init__(
        self, *, clock: IReactorTime, wall_clock: Callable[[], datetime], answer_timeout: float = 30.0
    ) -> None:
        super().__init__(clock=clock, wall_clock=wall_clock, answer_timeout=answer_timeout)
        self.books = True
        self._folio: deque[tuple[int, int]] = deque(maxlen=MOST_REMEMBERED)

    def _fate(self, posting: Posting) -> tuple[float, PostingResult]:
        if self.books:
            self._folio.append((posting.token, posting.amount))
        return super()._fate(posting)

    def read_back(self, posting: Posting) -> Deferred[ReadBack]:
        """Look for a posting on the folio."""
        if not self.state.up:
            return succeed(Unreadable(self.state.why))
        if (posting.token, posting.amount) in self._folio:
            return succeed(Found(f"stand-in {posting.token}"))
        return succeed(
            NotFound(f"{len(self._folio)} charges of a stand-in, none with number {posting.token} and this amount")
        )


class Refuses(_StandIn):
    """Says no to everything, with one code."""

    def __init__(
        self,
        code: str,
        *,
        clock: IReactorTime,
        wall_clock: Callable[[], datetime],
        text: str = "refused by a stand-in",
        retry: Retry = "never",
    ) -> None:
        super().__init__(clock=clock, wall_clock=wall_clock)
        self._refusal = Refused(code, text, retry)

    def _fate(self, posting: Posting) -> tuple[float, PostingResult]:
        return ANSWER_AFTER, self._refusal


_checks: tuple[type[PmsAdapter], ...] = (AlwaysPosts, NeverAnswers, NeverAcknowledges, KeepsAFolio, Refuses)
_reads: type[FolioReader] = KeepsAFolio
