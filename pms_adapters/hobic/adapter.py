"""One HOBIC line as an adapter: what `protocols.hobic` concludes, told as outcomes of a posting.

* ACK is Posted: the PMS's interface has taken the line. It is all that this protocol can say.
* NAK, as often as the line was sent, is Refused with code NAK: nothing was taken, so the same charge may be offered again
  some time later, and after that a person looks why the PMS does not like it.
* ENQ that is not answered is NotSent: nothing of the charge left.
* Silence after the line went out, or a connection that broke then, is InDoubt. The answer may still come and is told as
  late; until then nothing else goes out. When it is no longer hoped for, the connection is made anew, so that no answer of
  before can be taken for one of after. Each further silence is waited for twice as long: a PMS that hangs is no printer.
* Where the receiver never answers, a line that went out on a connection that stood is Unconfirmable, and never Posted.

A PMS that reads such lines tells no room news. Its charges go by room.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, assert_never

from twisted.application.internet import ClientService
from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime, IStreamClientEndpoint, IStreamServerEndpoint

from pms_adapters.hobic.charges import HobicSettings, line_of
from pms_adapters.hobic.line import HobicLine, LineFactory, Listening, Telling
from pms_adapters.posting import (
    InDoubt,
    LinkState,
    NotSent,
    PmsAdapter,
    PmsListener,
    Posted,
    Posting,
    PostingResult,
    Refused,
    Unconfirmable,
)
from protocols.hobic.sender import (
    Action,
    Finished,
    HandedOver,
    Noise,
    NotLeft,
    Phase,
    Rejected,
    Sender,
    Taken,
    Timers,
    Unanswered,
    Write,
)

LONGEST_DELAY: Final = 60.0
"""The most seconds between two attempts to connect."""

LONGEST_PATIENCE: Final = 3600.0
"""The most seconds that a late answer is hoped for before the line is opened anew."""

STOP_LIMIT: Final = 5.0
"""Seconds that `stop` may take: the port's promise."""

PATIENCE_AT_STOP: Final = 2.5
"""Seconds that `stop` waits for an outstanding answer before it closes the line."""

MAX_ODDITIES: Final = 20
"""Oddities told on one connection: a peer that speaks another protocol would fill the log with itself."""


def growing_delay(attempt: int) -> float:
    """Seconds to wait after the n-th failed attempt to connect, 1 for the first: 1, 2, 4 … 60."""
    return min(LONGEST_DELAY, float(2 ** (min(attempt, 10) - 1)))


class HobicAdapter:
    """A line to a PMS; see the module's text for what it promises."""

    tells_rooms = False

    def __init__(
        self,
        *,
        settings: HobicSettings,
        endpoint: IStreamClientEndpoint | IStreamServerEndpoint,
        clock: IReactorTime,
        wall_clock: Callable[[], datetime],
    ) -> None:
        self._settings, self._endpoint, self._clock, self._wall_clock = settings, endpoint, clock, wall_clock
        self._wire = settings.options.wire()
        self._listener: PmsListener | None = None
        self._service: Service | None = None
        self._line: HobicLine | None = None
        self._sender: Sender | None = None
        self._alarm: IDelayedCall | None = None
        self._answer: Deferred[PostingResult] | None = None
        self._outcome: PostingResult | None = None
        self._token = 0
        self._doubts = 0
        self._fruitless = 0
        self._oddities = 0
        self._trouble = ""
        self._stopping: Deferred[None] | None = None
        self._stop_alarms: tuple[IDelayedCall, ...] = ()
        self._state = LinkState(up=False, ready=False, why="not started", since=wall_clock())

    # -- the port --------------------------------------------------------------------------------------------------

    @property
    def takes_reversals(self) -> bool:
        """Only where the hotel says so."""
        return self._settings.takes_reversals

    @property
    def state(self) -> LinkState:
        """How the line stands now."""
        return self._state

    def start(self, listener: PmsListener) -> None:
        """Begin to connect, and keep connecting until `stop`."""
        if self._service is not None:
            raise RuntimeError(f"PMS {self._settings.name} was started already")
        self._listener = listener
        self._service = self._connecting()
        self._service.startService()  # type: ignore[no-untyped-call]
        self._refresh()

    def stop(self) -> Deferred[None]:
        """Close the line; fires when it is gone or five seconds have passed."""
        if self._service is None:
            return succeed(None)
        gone: Deferred[None] = Deferred()
        if self._stopping is None:
            self._stopping = Deferred()
            self._stop_alarms = (
                self._clock.callLater(STOP_LIMIT, self._stopped),
                self._clock.callLater(PATIENCE_AT_STOP if self._answer is not None else 0, self._leave),
            )
        self._stopping.addCallback(lambda _: gone.callback(None))
        self._refresh()
        return gone

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """Make one attempt. The Deferred always fires with a value, never with a failure."""
        line = line_of(posting, self._settings)
        if isinstance(line, Refused):
            return succeed(line)
        if not self._state.ready or self._sender is None:
            return succeed(NotSent(self._state.why or "another charge awaits its answer"))
        answer: Deferred[PostingResult] = Deferred(lambda _: self._called_off())
        self._answer, self._token = answer, posting.token
        self._perform(self._sender.send(line, self._clock.seconds()))
        return answer

    def ask_resync(self) -> None:
        """This line tells of no rooms."""

    # -- the connection --------------------------------------------------------------------------------------------

    def line_made(self, line: HobicLine) -> None:
        """A connection stands; the newest counts, should there be an older one."""
        if (older := self._line) is not None:
            self.line_lost(older)
            older.abort()
        options = self._settings.options
        timers = Timers(
            answer=self._settings.answer_timeout,
            enquiry=options.enquiry_timeout,
            patience=min(LONGEST_PATIENCE, options.late_answer * 2 ** min(self._doubts, 10)),
            stands=options.stands,
        )
        self._line, self._oddities, self._trouble = line, 0, ""
        self._sender = Sender(self._wire, timers, self._clock.seconds())
        self._perform([])

    def line_lost(self, line: HobicLine) -> None:
        """A connection is gone: a line that went out on it without an answer is in doubt."""
        if line is not self._line or self._sender is None:
            return
        self._fruitless = 0 if self._sender.alive else self._fruitless + 1
        actions = self._sender.lost()
        self._line = self._sender = None
        self._perform(actions)
        if self._stopping is not None:
            self._stopped()

    def bytes_came(self, line: HobicLine, data: bytes) -> None:
        """The PMS said something."""
        if line is self._line and self._sender is not None:
            self._perform(self._sender.receive(data, self._clock.seconds()))

    def _connecting(self) -> Service:
        factory = LineFactory(self, self._clock)
        if IStreamServerEndpoint.providedBy(self._endpoint):
            return Listening(self._endpoint, factory, growing_delay, self._clock, self._unreachable)
        return ClientService(Telling(self._endpoint, self._unreachable), factory, self._delay, self._clock)

    def _unreachable(self, why: str) -> None:
        """Connecting failed; it is tried again, and said why not."""
        self._trouble = f": {why}"
        self._refresh()

    def _delay(self, attempt: int) -> float:
        """A connection on which nobody was there counts as a failed one."""
        return growing_delay(max(attempt, self._fruitless))

    def _tick(self) -> None:
        self._alarm = None
        if self._sender is not None:
            self._perform(self._sender.tick(self._clock.seconds()))

    # -- carrying out what the machine says --------------------------------------------------------------------------

    def _perform(self, actions: list[Action]) -> None:
        """Carry it all out, show how the line stands then, and only then say what became of a charge."""
        for action in actions:
            self._do(action)
        self._set_alarm()
        self._refresh()
        outcome, self._outcome = self._outcome, None
        if outcome is not None:
            self._conclude(outcome)

    def _do(self, action: Action) -> None:
        match action:
            case Write(data):
                assert self._line is not None
                self._line.write(data)
            case Taken(late):
                self._answered(Posted(), late)
            case Rejected(times, late):
                words = f"the PMS did not take the line; it was sent {times} time{'' if times == 1 else 's'}"
                self._answered(Refused("NAK", words, "later"), late)
            case NotLeft(why):
                self._outcome = NotSent(why)
            case Unanswered(why):
                self._doubts += 1
                self._outcome = InDoubt(why)
            case HandedOver():
                self._outcome = Unconfirmable("the line went out whole; this PMS acknowledges nothing")
            case Finished(why):
                self._odd(f"the line is opened anew: {why}")
                assert self._line is not None
                self._line.close()
            case Noise(sentence):
                self._odd(sentence)
            case _:
                assert_never(action)

    def _answered(self, result: Posted | Refused, late: bool) -> None:
        self._doubts = 0
        if late:
            self._audience().late_answer(self._token, result)
        else:
            self._outcome = result

    def _conclude(self, outcome: PostingResult) -> None:
        """Say what became of the charge under way; if nobody waits any more, what the PMS said is a late answer."""
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.callback(outcome)
        elif isinstance(outcome, Posted | Refused):
            self._audience().late_answer(self._token, outcome)
        if self._stopping is not None:
            self._leave()

    def _called_off(self) -> None:
        """Whoever asked does not wait any more: what is on the line stays there, and may be answered."""
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.callback(InDoubt("the wait for the answer was called off"))

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        due = self._sender.due() if self._sender is not None else None
        if due is not None:
            self._alarm = self._clock.callLater(max(0.0, due - self._clock.seconds()), self._tick)

    # -- stopping --------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        """Close, now that nothing is awaited or was awaited long enough."""
        if self._line is not None:
            self._line.close()
        else:
            self._stopped()

    def _stopped(self) -> None:
        """The connection is gone, or the time for a polite end is over."""
        if (stopping := self._stopping) is None or self._service is None:
            return
        for alarm in self._stop_alarms:
            if alarm.active():
                alarm.cancel()
        service, self._service, self._stopping = self._service, None, None
        if self._line is not None:
            self._line.abort()
        service.stopService()  # type: ignore[no-untyped-call]
        self._refresh()
        stopping.callback(None)

    # -- telling ---------------------------------------------------------------------------------------------------

    def _standing(self) -> tuple[bool, bool, str]:
        """Whether the link is up, whether it takes a posting, and why not."""
        if self._service is None:
            return False, False, "stopped"
        if self._sender is None:
            return False, False, f"no connection to the PMS{self._trouble}"
        if self._stopping is not None:
            return self._sender.alive, False, "the link is being closed"
        return self._sender.alive, self._sender.phase is Phase.READY, self._sender.phase.value

    def _refresh(self) -> None:
        """Tell the listener if the line stands differently now."""
        up, ready, why = self._standing()
        if (up, ready, why) != (self._state.up, self._state.ready, self._state.why):
            self._state = LinkState(up=up, ready=ready, why=why, since=self._wall_clock())
            self._audience().link_changed(self._state)

    def _odd(self, sentence: str) -> None:
        self._oddities += 1
        if self._oddities <= MAX_ODDITIES:
            self._audience().oddity(sentence)

    def _audience(self) -> PmsListener:
        assert self._listener is not None
        return self._listener


_check: type[PmsAdapter] = HobicAdapter
