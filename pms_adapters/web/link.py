"""An adapter for a PMS that is asked over the web: there is no link, so this says what there is instead.

    not started    nothing is sent
    down           the last question had no answer we can trust, `why` says which; asked again, ever more seldom
    up             the PMS answered lately; it is asked once a minute where nothing else was
    up, not ready  the hotel holds its charges at this hour

One posting is two steps of its dialect. `find` asks whose charge it is: if it fails, nothing of the posting has left,
and that is NotSent. `charge` says it, once: what comes of it is Posted or Refused by the PMS's own word, NotSent where
no connection stood, and InDoubt for everything else. After a doubt nothing more is sent until the PMS gave a sign of
life, so that one that hangs leaves one doubt and not a hundred. An answer that comes after its time is listened for,
and told with `late_answer`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from pms_adapters.posting import (
    FolioReader,
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
    Unreadable,
)
from pms_adapters.web.discretion import Discretion
from pms_adapters.web.exchange import NoAnswer, NotReached, Unsendable
from pms_adapters.web.options import WebOptions

TICK_SECONDS: Final = 20.0
"""How often the hours of the hotel and the silence of the PMS are looked at."""
IDLE_SECONDS: Final = 60.0
"""After so long without an answer the PMS is asked for a sign of life: the page shows within two minutes that it is gone."""
LONGEST_DELAY: Final = 60.0
"""The most seconds between two questions to a PMS that is down."""
LATE_SECONDS: Final = 600.0
"""How long an answer is listened for after its time: no PMS was seen to answer later, and a connection costs little."""
PATIENCE_AT_STOP: Final = 2.5
"""Seconds that `stop` waits for an outstanding answer; the port allows five for all of it."""
MOST_UNANSWERED: Final = 3
"""How often in a row the question whose a room is may go unanswered before its charges wait longer than a second."""
MOST_REMEMBERED: Final = 1_000
"""Postings whose folio is remembered for reading it back; doubts are few and are read back within hours."""

_A = TypeVar("_A")
_T = TypeVar("_T")


class Unwell(Exception):
    """The PMS answers and does not serve us: the words are its own, or say what to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """One PMS that is asked over the web. `url` has no slash at its end; `answer_timeout` is in seconds."""

    name: str
    url: str
    timezone: ZoneInfo
    answer_timeout: float = 30.0
    takes_reversals: bool = False


class Dialect(Protocol[_A]):
    """What one PMS is asked, and how. `_A` is whatever it calls the folio that a charge goes to.

    Each method raises NotReached or NoAnswer where there was no answer. It keeps no state of the link.
    """

    async def prepare(self) -> None:
        """Load what is needed before the first question, off the reactor's thread; may be called again."""

    async def look(self, room: str) -> None:
        """Ask the cheapest question that shows the PMS to be there and to serve us, about a room if there is one.

        Raises Unwell where it answers and does not serve us.
        """

    async def find(self, posting: Posting) -> _A | Refused:
        """Whose charge it is. Nothing of the posting leaves, and nothing is charged."""

    async def charge(self, posting: Posting, account: _A, timeout: float) -> Posted | Refused:
        """Say the charge, once."""

    async def read(self, posting: Posting, account: _A | None) -> ReadBack:
        """Look for a posting on every folio it can have gone to; `account` is None if we no longer know which it was."""

    def close(self) -> None:
        """Close every connection."""


@dataclass(frozen=True, slots=True)
class _Remembered(Generic[_A]):
    account: _A
    sent_at: float


class WebAdapter(Generic[_A]):
    """The adapter of one PMS; see the module's text for what it promises."""

    _log = Logger()
    tells_rooms = False

    def __init__(
        self,
        settings: WebSettings,
        options: WebOptions,
        dialect: Dialect[_A],
        *,
        reactor: Any,
        now: Callable[[], datetime],
    ) -> None:
        self._settings, self._options, self._dialect = settings, options, dialect
        self._reactor, self._now, self._discreet = reactor, now, Discretion(options)
        self._listener: PmsListener | None = None
        self._up, self._why = False, "not started"
        self._heard = 0.0
        self._fruitless = 0
        self._room = options.probe_room
        self._looking = False
        self._alarm: IDelayedCall | None = None
        self._attempt: _Attempt | None = None
        self._unanswered: dict[str, int] = {}
        self._working: set[Deferred[Any]] = set()
        self._remembered: OrderedDict[int, _Remembered[_A]] = OrderedDict()
        self._stopping: Deferred[None] | None = None
        self._state = LinkState(up=False, ready=False, why=self._why, since=now())

    # -- the port ----------------------------------------------------------------------------------------------------

    @property
    def takes_reversals(self) -> bool:
        """Only where the hotel has seen its PMS book a negative amount."""
        return self._settings.takes_reversals

    @property
    def state(self) -> LinkState:
        """How the link stands now."""
        return self._state

    def start(self, listener: PmsListener) -> None:
        """Ask for a first sign of life, and keep asking until `stop`."""
        if self._listener is not None:
            raise RuntimeError(f"PMS {self._settings.name} was started already")
        self._listener = listener
        self._up, self._why = False, "asked for a first sign of life"
        if self._settings.url.startswith("http:"):
            listener.oddity("its address is http: our name and password go over the network as everybody can read them")
        self._refresh()
        self._look()

    def stop(self) -> Deferred[None]:
        """Send nothing more; an outstanding answer is waited for a little."""
        gone: Deferred[None] = Deferred()
        if self._listener is None:
            return succeed(None)
        if self._stopping is not None:
            self._stopping.addCallback(gone.callback)
            return gone
        self._stopping = Deferred()
        self._stopping.addCallback(gone.callback)
        self._up, self._why = False, "stopped"
        self._refresh()
        self._set_alarm(PATIENCE_AT_STOP, self._stopped)
        if self._attempt is None:
            self._stopped()
        return gone

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """Make one attempt. The Deferred always fires with a value, never with a failure."""
        self._refresh()
        if not self._state.ready:
            return succeed(NotSent(self._state.why))
        if self._attempt is not None:
            return succeed(NotSent("another charge awaits its answer"))
        answer: Deferred[PostingResult] = Deferred(lambda _: self._give_up("the wait for the answer was called off"))
        self._attempt = _Attempt(posting, answer)
        self._work(self._make(self._attempt))
        return answer

    def ask_resync(self) -> None:
        """This PMS has no room news to give."""
        if self._listener is not None:
            self._listener.oddity("it tells no room news: whom it has in a room is asked with each charge")

    def read_back(self, posting: Posting) -> Deferred[ReadBack]:
        """Look for a posting that was sent with `posting.token`. The Deferred always fires with a value."""
        if self._listener is None or self._stopping is not None:
            return succeed(Unreadable(self._state.why))
        told: Deferred[ReadBack] = self._under_way(self._read(posting))
        return told.addErrback(lambda failure: Unreadable(f"the reading was called off: {failure.value!r}"))

    # -- how the link stands -----------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Show how the link stands; the hours of the hotel count too."""
        held = self._held()
        ready = self._up and held is None
        why = self._why if not self._up or held is None else held
        if (self._up, ready, why) == (self._state.up, self._state.ready, self._state.why):
            return
        self._state = LinkState(up=self._up, ready=ready, why=why, since=self._now())
        if self._listener is not None:
            self._listener.link_changed(self._state)

    def _held(self) -> str | None:
        """Why nothing is posted at this hour, if so."""
        here = self._now().astimezone(self._settings.timezone).time()
        span = next((one for one in self._options.hold if one.covers(here)), None)
        return (
            None
            if span is None
            else f"nothing is posted from {span.first:%H:%M} to {span.last:%H:%M}, as the hotel wants it"
        )

    def _alive(self) -> None:
        """The PMS has answered."""
        self._heard, self._fruitless = self._reactor.seconds(), 0
        if self._stopping is None and self._listener is not None:
            self._up, self._why = True, ""
            self._set_alarm(TICK_SECONDS, self._tick)
            self._refresh()

    def _lost(self, why: str) -> None:
        """The PMS has not answered, or not so that it can be used."""
        if self._stopping is None and self._listener is not None:
            self._up, self._why = False, self._discreet.text(why)
            self._set_alarm(min(LONGEST_DELAY, 2.0 ** min(self._fruitless, 10)), self._look)
            self._fruitless += 1
            self._refresh()

    def _tick(self) -> None:
        self._set_alarm(TICK_SECONDS, self._tick)
        self._refresh()
        if self._attempt is None and self._reactor.seconds() - self._heard >= IDLE_SECONDS:
            self._look()

    def _look(self) -> None:
        """Ask for a sign of life, one question at a time."""
        if not self._looking:
            self._looking = True
            self._work(self._ask())

    async def _ask(self) -> None:
        why = None
        try:
            await self._dialect.prepare()
            await self._dialect.look(self._room)
        except (NotReached, NoAnswer, Unwell, Unsendable) as error:
            why = str(error)
        finally:
            self._looking = False
        if why is None:
            self._alive()
        else:
            self._lost(why)

    def _set_alarm(self, seconds: float, call: Callable[[], None]) -> None:
        if self._alarm is not None and self._alarm.active():
            self._alarm.cancel()
        self._alarm = self._reactor.callLater(seconds, call)

    # -- one posting -------------------------------------------------------------------------------------------------

    async def _make(self, attempt: _Attempt) -> None:
        posting = attempt.posting
        self._room = self._options.probe_room or posting.room
        try:
            account = await self._dialect.find(posting)
        except Unsendable as error:
            self._conclude(attempt, Refused("UNSENDABLE", str(error)))
            return
        except (NotReached, NoAnswer) as error:
            self._lost(str(error))
            self._conclude(attempt, self._unknown(posting.room, error))
            return
        self._unanswered.pop(posting.room, None)
        if isinstance(account, Refused):
            self._conclude(attempt, account)
            self._alive()
            return
        if not attempt.open:
            return  # it was given up meanwhile: nothing may leave any more
        await self._say(attempt, account)

    def _unknown(self, room: str, error: NotReached | NoAnswer) -> NotSent | Refused:
        """What it means that nobody could say whose charge it is: nothing was sent, and it is offered again at once.

        Where the PMS answers about other rooms and never about this one, it is offered ever more seldom, and then to a person.
        """
        why = f"whom the PMS has in room {room} is not known: {error}"
        if isinstance(error, NotReached):
            return NotSent(why)
        self._unanswered[room] = self._unanswered.get(room, 0) + 1
        return NotSent(why) if self._unanswered[room] < MOST_UNANSWERED else Refused("NOANSWER", why, "later")

    async def _say(self, attempt: _Attempt, account: _A) -> None:
        """Say the charge; from here on it may have been booked."""
        attempt.said = True
        self._remember(attempt.posting.token, account)
        limit = self._settings.answer_timeout
        attempt.alarm = self._reactor.callLater(limit, self._time_is_up, attempt)
        result: PostingResult
        try:
            result = await self._dialect.charge(attempt.posting, account, limit + LATE_SECONDS)
        except NotReached as error:
            result = NotSent(str(error))
        except NoAnswer as error:
            result = InDoubt(str(error))
        except Unsendable as error:
            result = Refused("UNSENDABLE", str(error))
        if isinstance(result, Posted | Refused):
            self._alive()
            if not attempt.open and self._listener is not None:
                self._listener.late_answer(attempt.posting.token, self._discreet.result(result))
        elif attempt.in_time:
            self._lost(result.why)
        self._conclude(attempt, result)

    def _time_is_up(self, attempt: _Attempt) -> None:
        """In doubt from now on; the answer is still listened for."""
        why = f"the PMS did not answer within {self._settings.answer_timeout:g} seconds"
        attempt.in_time = False
        self._lost(why)
        self._conclude(attempt, InDoubt(why))

    def _conclude(self, attempt: _Attempt, result: PostingResult) -> None:
        if attempt.alarm is not None and attempt.alarm.active():
            attempt.alarm.cancel()
        if not attempt.open:
            return
        attempt.open = False
        if self._attempt is attempt:
            self._attempt = None
        attempt.answer.callback(self._discreet.result(result))
        if self._stopping is not None:
            self._stopped()

    def _give_up(self, why: str) -> None:
        """End the attempt under way with what can be said of it."""
        if (attempt := self._attempt) is not None:
            self._conclude(attempt, InDoubt(why) if attempt.said else NotSent(why))

    def _remember(self, token: int, account: _A) -> None:
        self._remembered[token] = _Remembered(account, self._reactor.seconds())
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    # -- reading back ------------------------------------------------------------------------------------------------

    async def _read(self, posting: Posting) -> ReadBack:
        known = self._remembered.get(posting.token)
        try:
            await self._dialect.prepare()
            result = await self._dialect.read(posting, known.account if known is not None else None)
        except (NotReached, NoAnswer, Unsendable) as error:
            return Unreadable(self._discreet.text(str(error)))
        waited = self._reactor.seconds() - known.sent_at if known is not None else self._options.settle_delay
        if isinstance(result, NotFound) and waited < self._options.settle_delay:
            return Unreadable(f"it may still come: only {waited:.0f} seconds have passed")
        return self._discreet.result(result)

    # -- work under way ----------------------------------------------------------------------------------------------

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that takes its time. A mistake of ours ends the attempt under way truthfully, and is logged."""
        self._under_way(work).addErrback(self._failed)

    def _under_way(self, work: Coroutine[Any, Any, _T]) -> Deferred[_T]:
        """Begin something that is called off at the stop."""
        begun: Deferred[_T] = Deferred.fromCoroutine(work)
        self._working.add(begun)

        def ended(result: Any) -> Any:
            self._working.discard(begun)
            return result

        return begun.addBoth(ended)

    def _failed(self, failure: Failure) -> None:
        if not isinstance(failure.value, CancelledError):
            self._log.failure("the adapter of PMS {name} failed", failure, name=self._settings.name)
            self._lost(f"the adapter failed: {failure.value!r}")
            self._give_up(f"the adapter failed: {failure.value!r}")

    def _stopped(self) -> None:
        """Everything ends now."""
        stopping, self._stopping = self._stopping, None
        if stopping is None:
            return
        if self._alarm is not None and self._alarm.active():
            self._alarm.cancel()
        self._listener = None
        self._give_up("the link was closed before the answer")
        for under_way in list(self._working):
            under_way.cancel()
        self._dialect.close()
        stopping.callback(None)


class _Attempt:
    """One attempt: `said` once the charge may have left, `open` until its outcome was reported, `in_time` while awaited."""

    def __init__(self, posting: Posting, answer: Deferred[PostingResult]) -> None:
        self.posting, self.answer = posting, answer
        self.said, self.open, self.in_time = False, True, True
        self.alarm: IDelayedCall | None = None


_adapter: type[PmsAdapter] = WebAdapter
_reader: type[FolioReader] = WebAdapter
