"""FIAS as a PMS adapter: one link, one attempt at a time, and what became of it as a value.

The pieces are elsewhere and pure: the link's states in `protocols.fias.link`, a charge as a record in `charges`, what
an answer settles in `answers`, news of rooms in `hearing`. This class connects them to a connection, a clock and a
listener.

What it promises about money:

* NotSent is said only where no byte left: no `write` was called.
* Once written, a posting ends as Posted or Refused by the PMS's own answer, or else InDoubt: no answer in time, or the
  connection gone. An answer that comes later is told with `late_answer`.
* After a time-out nothing more is sent until the PMS has answered an LS or the late answer came, so that a PMS that
  hangs leaves one doubt and not a hundred. The LS goes out at once, unless one is under way already.
* One posting at a time; none while a resync or the night audit runs.

`state.ready` does not say whether a posting is outstanding: the caller knows that, and a second `post` is answered
NotSent. `NightAudit(running=False)` is told also where no end was announced but the PMS serves charges again, or where
the connection was lost and nobody can know.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from twisted.application.internet import ClientService
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime, IStreamClientEndpoint

from pms_adapters.events import NightAudit
from pms_adapters.fias.answers import Attempts, Late, Settled, Unusable
from pms_adapters.fias.charges import posting_record
from pms_adapters.fias.description import description_of, timers_of
from pms_adapters.fias.hearing import Hearing, Odd, Word
from pms_adapters.fias.line import FiasLine, LineFactory
from pms_adapters.fias.rooms import OwnFields
from pms_adapters.fias.settings import FiasSettings
from pms_adapters.posting import (
    InDoubt,
    LinkState,
    NotSent,
    PmsAdapter,
    PmsListener,
    Posting,
    PostingResult,
    Refused,
)
from protocols.fias.actions import (
    Action,
    AuditChanged,
    Deliver,
    HangUp,
    LinkDown,
    LinkUp,
    Oddity,
    ProbeAnswered,
    ResyncBegan,
    ResyncEnded,
    ResyncFailed,
    Send,
)
from protocols.fias.link import Audit, Link, State
from protocols.fias.moments import instant
from protocols.fias.records import FIELDS, Record, stamped

LONGEST_DELAY: Final = 60.0
"""The most seconds between two attempts to connect: a PMS that was restarted has us back within a minute."""

STOP_LIMIT: Final = 5.0
"""Seconds that `stop` may take: the port's promise."""

PATIENCE_AT_STOP: Final = 2.5
"""Seconds that `stop` waits for an outstanding answer before it says LE, which may take two more."""

MAX_ODDITIES: Final = 100
"""Oddities told on one connection: a peer that speaks another protocol would fill the log with one mistake."""

_ROOM_RECORDS: Final = frozenset({"GI", "GO", "GC"})
_STAMPED_WHEN_SENT: Final = frozenset({"LS", "LA"})
_READ_RECORDS: Final = frozenset({*_ROOM_RECORDS, "PA"})


def growing_delay(attempt: int) -> float:
    """Seconds to wait after the n-th failed attempt to connect, 1 for the first: 1, 2, 4 … 60."""
    return min(LONGEST_DELAY, float(2 ** (min(attempt, 10) - 1)))


class FiasAdapter:
    """A link to a PMS that speaks FIAS; see the module's text for what it promises."""

    def __init__(
        self,
        *,
        settings: FiasSettings,
        endpoint: IStreamClientEndpoint,
        clock: IReactorTime,
        wall_clock: Callable[[], datetime],
        retry_policy: Callable[[int], float] = growing_delay,
        random_bytes: Callable[[int], bytes] = os.urandom,
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings, self._endpoint, self._clock = settings, endpoint, clock
        self._wall_clock, self._retry_policy, self._crowded = wall_clock, retry_policy, crowded
        self._link = Link("gateway", description=description_of(settings, random_bytes), timers=timers_of(settings))
        self._hearing = Hearing(settings.timezone, OwnFields(settings.tariff_field, settings.class_field))
        self._attempts = Attempts()
        self._answer: Deferred[PostingResult] | None = None
        self._answer_alarm: IDelayedCall | None = None
        self._doubt: int | None = None
        self._resync_wanted = False
        self._audit_since: datetime | None = None
        self._listener: PmsListener | None = None
        self._service: ClientService | None = None
        self._line: FiasLine | None = None
        self._link_alarm: IDelayedCall | None = None
        self._link_due: float | None = None
        self._fruitless = 0
        self._was_up = False
        self._oddities = 0
        self._told_once: set[str] = set()
        self._stopping: Deferred[None] | None = None
        self._stop_alarms: tuple[IDelayedCall, ...] = ()
        self._state = LinkState(up=False, ready=False, why="not started", since=wall_clock())
        self._clock_ahead: float | None = None

    # -- the port --------------------------------------------------------------------------------------------------

    @property
    def takes_reversals(self) -> bool:
        """Only where the hotel says so: no edition of FIAS says what a PMS does with a negative amount."""
        return self._settings.takes_reversals

    tells_rooms = True

    @property
    def state(self) -> LinkState:
        """How the link stands now."""
        return replace(self._state, clock_ahead=self._clock_ahead)

    def start(self, listener: PmsListener) -> None:
        """Begin to connect, and keep connecting until `stop`."""
        if self._service is not None:
            raise RuntimeError(f"PMS {self._settings.name} was started already")
        self._listener = listener
        self._service = ClientService(self._endpoint, self.line_factory(), self._delay, self._clock)
        self._service.startService()
        self._refresh()

    def stop(self) -> Deferred[None]:
        """Say goodbye and close; fires when the connection is gone or five seconds have passed."""
        if self._service is None:
            return succeed(None)
        gone: Deferred[None] = Deferred()
        if self._stopping is not None:
            self._stopping.addCallback(gone.callback)
            return gone
        self._stopping = Deferred()
        self._stopping.addCallback(gone.callback)
        self._stop_alarms = (
            self._clock.callLater(STOP_LIMIT, self._stopped),
            self._clock.callLater(PATIENCE_AT_STOP, self._leave),
        )
        self._refresh()
        if self._answer is None:
            self._leave()
        return gone

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """Make one attempt. The Deferred always fires with a value, never with a failure."""
        record = posting_record(posting, self._settings)
        if isinstance(record, Refused):
            return succeed(record)
        if (why := self._obstacle()) is not None:
            return succeed(NotSent(why))
        answer: Deferred[PostingResult] = Deferred(lambda _: self._give_up("the wait for the answer was called off"))
        self._answer = answer
        self._attempts.begin(posting)
        self._answer_alarm = self._clock.callLater(self._settings.answer_timeout, self._timed_out)
        self._perform(self._link.send(record, self._clock.seconds()))
        return answer

    def ask_resync(self) -> None:
        """Ask the PMS for the state of all rooms, as soon as the link allows it."""
        self._resync_wanted = True
        if self._listener is not None:  # before the first start there is nobody to tell how the link stands
            self._perform([])

    def line_factory(self) -> LineFactory:
        """What makes this link's connections, for an endpoint of either direction."""
        return LineFactory(self, self._settings.encoding, self._clock, self._crowded)

    # -- the connection --------------------------------------------------------------------------------------------

    def line_made(self, line: FiasLine) -> None:
        """A connection stands; the newest counts, should there be an older one."""
        if (older := self._line) is not None:
            self.line_lost(older)
            older.abort()
        self._line = line
        self._was_up, self._oddities = False, 0
        self._told_once.clear()
        self._hearing.connected()
        self._perform(self._link.connected(self._clock.seconds()))

    def line_lost(self, line: FiasLine) -> None:
        """A connection is gone: whatever awaited an answer on it is in doubt."""
        if line is not self._line:
            return
        self._line = None
        self._fruitless = 0 if self._was_up else self._fruitless + 1
        self._doubt = None
        self._perform(self._link.disconnected(self._clock.seconds()))
        self._conclude(InDoubt("the connection was lost before the PMS answered"))
        self._stopped()

    def record_came(self, line: FiasLine, record: Record) -> None:
        """A record came whole."""
        if line is not self._line:
            return
        self._look_at(record)
        self._compare_clocks(record)
        self._perform(self._link.receive(record, self._clock.seconds()))

    def odd_bytes(self, sentence: str) -> None:
        """Bytes came that are no record."""
        self._odd(sentence)

    def _delay(self, attempt: int) -> float:
        """A connection that was made but never came alive counts as a failed one."""
        return self._retry_policy(max(attempt, self._fruitless))

    # -- carrying out what the link says ---------------------------------------------------------------------------

    def _perform(self, actions: list[Action]) -> None:
        for action in actions:
            self._do(action)
        self._pursue_resync()
        self._set_alarm()
        self._refresh()

    def _do(self, action: Action) -> None:
        match action:
            case Send(record):
                self._write(record)
            case Deliver(record):
                self._deliver(record)
            case LinkUp():
                self._doubt, self._was_up = None, True
            case ProbeAnswered():
                self._doubt = None
            case LinkDown():
                pass  # _refresh reads it from the link
            case ResyncBegan():
                self._hearing.resync_began()
            case ResyncEnded():
                self._tell_words(self._hearing.resync_ended(self._wall_clock()))
            case ResyncFailed(why):
                self._hearing.resync_failed()
                self._odd(why)
            case AuditChanged(audit):
                self._audit_changed(audit)
            case HangUp(why):
                self._hang_up(why)
            case Oddity(sentence):
                self._odd(sentence)
            case _:
                assert_never(action)

    def _write(self, record: Record) -> None:
        assert self._line is not None
        self._line.write(stamped(record, self._wall_clock().astimezone(self._settings.timezone)))

    def _hang_up(self, why: str) -> None:
        assert self._line is not None
        if self._line.closing:
            return  # what still comes on it changes nothing
        if self._stopping is None:
            self._odd(f"closing the connection: {why}")
        self._line.close()

    def _pursue_resync(self) -> None:
        """Send DR if one is wanted and nothing of ours is outstanding."""
        if self._resync_wanted and self._answer is None and self._doubt is None and self._link.allows("DR"):
            self._resync_wanted = False
            for action in self._link.ask_resync(self._clock.seconds()):
                self._do(action)

    def _set_alarm(self) -> None:
        due = self._link.due()
        if due == self._link_due:
            return
        _cancel(self._link_alarm)
        self._link_due = due
        self._link_alarm = None
        if due is not None:
            self._link_alarm = self._clock.callLater(max(0.0, due - self._clock.seconds()), self._alarm)

    def _alarm(self) -> None:
        self._link_due = None
        self._perform(self._link.tick(self._clock.seconds()))

    # -- records ---------------------------------------------------------------------------------------------------

    def _look_at(self, record: Record) -> None:
        """Tell of bytes that did not fit and of fields that nobody knows, each once for a connection."""
        for mark in record.marks:
            self._odd_once(f"{record.kind}: {mark}")
        if record.kind in _READ_RECORDS:
            for name, _ in record.fields:
                if name not in FIELDS:
                    self._odd_once(f"{record.kind} carries field {name!r}, which no edition of FIAS lists; passed over")

    def _compare_clocks(self, record: Record) -> None:
        """Link records are stamped as they are sent; other records tell when something was keyed in."""
        if record.kind not in _STAMPED_WHEN_SENT or not record.has("TI"):
            return
        now = self._wall_clock()
        here = now.astimezone(self._settings.timezone)
        if here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset():
            return  # in the hour that the autumn change repeats FIAS cannot say which of the two is meant
        told = instant(record.first("DA"), record.first("TI"), self._settings.timezone)
        self._clock_ahead = None if told is None else (told - now).total_seconds()

    def _deliver(self, record: Record) -> None:
        if record.kind == "PA":
            self._answered(record)
        elif record.kind in _ROOM_RECORDS:
            self._tell_words(self._hearing.record(record, self._wall_clock()))

    def _answered(self, record: Record) -> None:
        verdict = self._attempts.read(record, self._clock.seconds())
        match verdict:
            case Settled(result):
                self._conclude(result)
            case Late(token, result):
                self._doubt = None if token == self._doubt else self._doubt
                self._audience().late_answer(token, result)
            case Unusable(sentence):
                self._odd(sentence)
            case _:
                assert_never(verdict)

    def _tell_words(self, words: list[Word]) -> None:
        for word in words:
            if isinstance(word, Odd):
                self._odd(word.sentence)
            else:
                self._audience().room_news(word)

    def _audit_changed(self, audit: Audit) -> None:
        running = audit is not Audit.NONE
        if running == (self._audit_since is not None):
            return  # running still, in another of its phases
        now = self._wall_clock()
        self._audit_since = now if running else None
        self._refresh()
        self._audience().room_news(NightAudit(running=running, at=now))

    # -- one posting -----------------------------------------------------------------------------------------------

    def _obstacle(self) -> str | None:
        """Why no posting may leave now."""
        if self._answer is not None:
            return "another charge awaits its answer"
        _, ready, why = self._standing()
        return None if ready else why

    def _timed_out(self) -> None:
        self._give_up(f"the PMS did not answer within {self._settings.answer_timeout:g} seconds")

    def _give_up(self, why: str) -> None:
        """Leave the outstanding posting in doubt, and ask for a sign of life before anything else is sent."""
        if self._attempts.outstanding is None:
            return
        self._doubt = self._attempts.outstanding.token
        self._perform(self._link.probe(self._clock.seconds()) if self._link.allows("LS") else [])
        self._conclude(InDoubt(why))

    def _conclude(self, result: PostingResult) -> None:
        """Say what became of the outstanding posting, after everything else is in order."""
        if (answer := self._answer) is None:
            return
        self._attempts.give_up(self._clock.seconds())  # nothing to do where its answer settled it
        self._answer = None
        _cancel(self._answer_alarm)
        self._perform([])
        answer.callback(result)
        if self._stopping is not None:
            self._leave()

    # -- the end ---------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        """Say LE, or close at once where the link does not stand."""
        if self._stopping is None or self._link.state is State.LEAVING:
            return
        if self._line is None:
            self._stopped()
        elif self._link.allows("LE"):
            self._perform(self._link.goodbye(self._clock.seconds()))
        else:
            self._line.close()

    def _stopped(self) -> None:
        """The connection is gone, or the time for a polite end is over."""
        if (stopping := self._stopping) is None or self._service is None:
            return
        for alarm in self._stop_alarms:
            _cancel(alarm)
        service, self._service, self._stopping = self._service, None, None
        if self._line is not None:
            self._line.abort()
        service.stopService()
        self._refresh()
        stopping.callback(None)

    # -- telling ---------------------------------------------------------------------------------------------------

    def _standing(self) -> tuple[bool, bool, str]:
        """Whether the link is up, whether it takes a posting, and why not."""
        if self._service is None:
            return False, False, "stopped"
        if self._stopping is not None:
            return self._link.alive, False, "the link is being closed"
        if not self._link.alive:
            return False, False, "no connection to the PMS" if self._line is None else self._link.state.value
        if self._doubt is not None:
            return True, False, "a charge was not answered; waiting for a sign of life from the PMS"
        if self._link.allows("PS"):
            return True, True, ""
        if self._audit_since is not None:
            since = self._audit_since.astimezone(self._settings.timezone)
            return True, False, f"night audit since {since:%H:%M}"
        return True, False, self._link.state.value

    def _refresh(self) -> None:
        """Tell the listener if the link stands differently now."""
        up, ready, why = self._standing()
        if (up, ready, why) != (self._state.up, self._state.ready, self._state.why):
            self._state = LinkState(up=up, ready=ready, why=why, since=self._wall_clock())
            self._audience().link_changed(self._state)

    def _odd_once(self, sentence: str) -> None:
        if sentence not in self._told_once and len(self._told_once) < MAX_ODDITIES:
            self._told_once.add(sentence)
            self._odd(sentence)

    def _odd(self, sentence: str) -> None:
        self._oddities += 1
        if self._oddities < MAX_ODDITIES:
            self._audience().oddity(sentence)
        elif self._oddities == MAX_ODDITIES:
            self._audience().oddity(f"{MAX_ODDITIES} oddities on this connection; no more of them are told")

    def _audience(self) -> PmsListener:
        assert self._listener is not None
        return self._listener


def _cancel(alarm: IDelayedCall | None) -> None:
    if alarm is not None and alarm.active():
        alarm.cancel()


_check: type[PmsAdapter] = FiasAdapter
