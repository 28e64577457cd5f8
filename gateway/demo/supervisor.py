"""The demo while it runs: three processes, what may be done to them, and the order in which they end.

The PMS and the gateway are started first, and the exchange when both are ready. A gateway that dies is
started again after a few seconds, so that people see it down; the two simulators must not die. At the end the exchange
stops first, the gateway gets time to bring home what is under way and is then asked to end, the PMS goes last, and the
three ledgers are held against each other.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from twisted.internet.defer import Deferred, DeferredList, FirstError, gatherResults
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater
from twisted.logger import Logger

from gateway.config import Config
from gateway.demo.balance import UNDER_WAY, Balance, LastWords, balance
from gateway.demo.children import Child
from gateway.demo.hotel import ANSWER_TIMEOUT, COUNTRY, DIALECT, ROOMS, TRUNK_ACCESS, ZONE, Hotel
from gateway.demo.pms_control import PmsControl, PmsUnwilling
from gateway.demo.watch import EVERY, Watch
from gateway.periodic import PeriodicService
from gateway.store.database import Database
from gateway.web.words import Clock, count

#: Seconds a killed gateway stays down, so that people see it.
DOWN: Final = 3.0
#: Seconds a process may take to be ready; a slow machine that starts Python needs a few.
READY: Final = 30.0
#: Seconds between two tries whether the gateway's page answers.
KNOCK: Final = 0.1
#: Seconds that charges under way may take at the end; what is not home then is named.
DRAIN: Final = 8.0
#: Seconds each process has to end of itself before it is killed. The gateway promises ten.
GOODBYE: Final[Mapping[str, float]] = {"exchange": 8.0, "gateway": 12.0, "PMS": 6.0}
#: Sentences on what happened that the page shows.
NOTICES: Final = 4

Deed = Literal["cut", "restore", "hang", "kill", "emergency"]


class Notice(NamedTuple):
    """Something that happened to the processes, and what comes of it."""

    number: int
    at: datetime
    words: str


class NotReady(Exception):
    """A process ended, or did not become ready in time, when it was needed; the sentence names it and its last words."""


@dataclass(slots=True, kw_only=True)
class Standing:
    """How one process stands: `words` say what it does, with `{at}` where the instant belongs since when it does."""

    name: str
    up: bool
    words: str
    since: datetime


@dataclass(slots=True)
class _Ears:
    """What the simulators print, as their JSON lines come."""

    waiting: dict[str, Deferred[Mapping[str, Any]]] = field(default_factory=dict)

    def line(self, text: str) -> None:
        """One line of a simulator."""
        try:
            said = json.loads(text)
        except ValueError:
            return
        waiter = self.waiting.pop(str(said.get("event")), None) if isinstance(said, dict) else None
        if waiter is not None:
            waiter.callback(said)

    def hear(self, event: str) -> Deferred[Mapping[str, Any]]:
        """Fires when this event is printed."""
        return self.waiting.setdefault(event, Deferred())


class Demo:
    """The processes of one demo. `say` prints a line; `ended` is told once, in a sentence, when it cannot go on."""

    _log = Logger()

    def __init__(
        self,
        hotel: Hotel,
        config: Config,
        reactor: Any,
        now: Callable[[], datetime],
        *,
        rate: float,
        say: Callable[[str], None],
        failed: Callable[[str], None],
    ) -> None:
        self.hotel, self.config = hotel, config
        self._reactor, self._now, self._rate, self._say, self._failed = reactor, now, rate, say, failed
        self._database = Database(config.store.url, config.property.id)
        self.watch = Watch(hotel, self._database, self.clock, COUNTRY, say)
        self._looks = PeriodicService(reactor, EVERY, lambda: self.watch.look(reactor), "reading the ledgers")
        self._control = PmsControl(reactor, hotel.ports.pms_control)
        self._ears = {"PMS": _Ears(), "exchange": _Ears()}
        self._children: dict[str, Child] = {}
        self._restart: IDelayedCall | None = None
        self._leaving = self._stopping = False
        self._said: LastWords | None = None
        self.standings = [
            Standing(name=name, up=False, words="starting", since=now()) for name in ("exchange", "gateway", "PMS")
        ]
        self.pms_listens = True
        self.notices: deque[Notice] = deque(maxlen=NOTICES)
        self._noticed = 0

    def clock(self) -> Clock:
        """The hotel's clock now."""
        return Clock(self.config.property.timezone, self._now())

    @property
    def gateway_url(self) -> str:
        """The address of the gateway's own page."""
        return f"http://127.0.0.1:{self.hotel.ports.gateway_page}"

    @property
    def pms_url(self) -> str:
        """The address of the PMS's own page, "" where it has none."""
        return f"http://127.0.0.1:{self.hotel.ports.pms}" if self.hotel.pms.has_page else ""

    def balance(self) -> Balance:
        """How the ledgers stand now."""
        return balance(self.watch.books, self._now().timestamp() - UNDER_WAY)

    def standing(self, name: str) -> Standing:
        """How one process stands."""
        return next(one for one in self.standings if one.name == name)

    # -- starting -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start everything; raises NotReady in a sentence. The gateway takes longer than the PMS that it will dial."""
        both = [Deferred.fromCoroutine(start()) for start in (self._start_pms, self._start_gateway)]
        try:
            await gatherResults(both, consumeErrors=True)
        except FirstError as error:
            error.subFailure.raiseException()
        if not self._leaving:
            self._looks.startService()
            await self._start_exchange()

    async def _start_pms(self) -> None:
        ports = self.hotel.ports
        listening = self._ears["PMS"].hear("listening")
        words = ["simulate", *self.hotel.pms.words, "--listen", f"tcp:{ports.pms}:interface=127.0.0.1"]
        words += ["--control", f"tcp:{ports.pms_control}:interface=127.0.0.1"]
        words += ["--ledger", str(self.hotel.pms_ledger), *self._same_hotel()]
        await self._ready(self._spawn("PMS", words), listening)
        self._stands("PMS", True, "listens since {at}")

    async def _start_gateway(self) -> None:
        child = self._spawn("gateway", ["run", "--config", str(self.hotel.config_file)])
        child.ended.addCallback(self._gateway_ended, child)
        await self._ready(child, Deferred.fromCoroutine(self._page_answers(child)))
        self._stands("gateway", True, "runs since {at}")

    async def _start_exchange(self) -> None:
        connected = self._ears["exchange"].hear("connected")
        words = ["simulate", "pbx", "--dialect", DIALECT, "--connect", f"tcp:127.0.0.1:{self.hotel.ports.exchange}"]
        words += ["--country", COUNTRY, "--trunk-access", TRUNK_ACCESS, "--rate", str(self._rate)]
        words += ["--wait-for-reader", "--ledger", str(self.hotel.exchange_ledger), *self._same_hotel()]
        await self._ready(self._spawn("exchange", words), connected)
        self._stands("exchange", True, "tells of calls since {at}")

    def _same_hotel(self) -> list[str]:
        return ["--rooms", ROOMS, "--seed", str(self.hotel.seed), "--timezone", ZONE]

    def _spawn(self, name: str, words: list[str]) -> Child:
        heard = self._ears[name].line if name in self._ears else lambda line: None
        child = Child(self._reactor, name, self.hotel.log(name), heard)
        self._children[name] = child
        child.start(words)
        if name != "gateway":
            child.ended.addCallback(self._simulator_ended, child)
        return child

    async def _ready(self, child: Child, ready: Deferred[Any]) -> None:
        """Wait until a process is ready; it may end first, or take too long."""
        late: Deferred[None] = deferLater(self._reactor, READY)
        await DeferredList([ready, child.gone(), late], fireOnOneCallback=True, consumeErrors=True)
        became = ready.called
        late.cancel()
        if not became or child.exit_code is not None:
            raise NotReady(f"the {child.name} did not start: {child.last_words}")

    async def _page_answers(self, child: Child) -> None:
        """Knock until the gateway's page is there: it opens when everything else of the gateway is ready."""
        port = self.hotel.ports.gateway_page
        while child.exit_code is None:
            door = TCP4ClientEndpoint(self._reactor, "127.0.0.1", port, timeout=1)
            try:
                visit: Any = await door.connect(Factory.forProtocol(Protocol))
            except ConnectError:
                await deferLater(self._reactor, KNOCK)
            else:
                visit.transport.loseConnection()
                return

    # -- what happens ---------------------------------------------------------------------------------------------

    def _stands(self, name: str, up: bool, words: str) -> None:
        standing = self.standing(name)
        standing.up, standing.words, standing.since = up, words, self._now()

    def _notice(self, words: str) -> None:
        self._noticed += 1
        notice = Notice(self._noticed, self._now(), words)
        self.notices.appendleft(notice)
        self._say(f"{self.clock().today:%H:%M:%S}  {words}")

    def _simulator_ended(self, code: int, child: Child) -> int:
        self._stands(child.name, False, "ended at {at}")
        if not self._stopping:
            self._failed(f"the simulated {child.name} ended by itself ({code}): {child.last_words}")
        return code

    def _gateway_ended(self, code: int, child: Child) -> int:
        was_up = self.standing("gateway").up
        self._stands("gateway", False, "is down since {at}")
        if not self._stopping and was_up:
            words = f"it starts again in {DOWN:.0f} s"
            self._stands("gateway", False, f"{'was killed' if code == -9 else f'ended with {code}'} at {{at}}; {words}")
            self._restart = self._reactor.callLater(DOWN, self._start_again)
        return code

    def _start_again(self) -> Deferred[None]:
        self._restart = None
        again = Deferred.fromCoroutine(self._start_gateway())
        return again.addCallbacks(self._is_back, lambda failure: self._failed(failure.getErrorMessage()))

    def _is_back(self, _: object) -> None:
        doubts = self.balance().state("in_doubt")
        doubt = f"{count(doubts, 'charge is', 'charges are')} in doubt, for a person to settle on the gateway's page"
        self._notice(f"The gateway is back; {doubt if doubts else 'nothing is in doubt'}.")

    # -- what people do -------------------------------------------------------------------------------------------

    async def do(self, deed: Deed) -> None:
        """Carry out what a button says; what cannot be done becomes a notice."""
        try:
            deeds = {"cut": self._cut, "restore": self._restore, "hang": self._hang, "kill": self._kill}
            await {**deeds, "emergency": self._emergency}[deed]()
        except PmsUnwilling as error:
            self._notice(f"That could not be done: {error}.")

    async def _cut(self) -> None:
        await self._control.post("/cut", {})
        self.pms_listens = False
        self._stands("PMS", False, "is cut off since {at}")
        self._notice(
            "The PMS was cut: its line is dead and it takes no new one. Calls are priced and their charges wait; "
            "one that was on the wire is in doubt. Restore the PMS and see them arrive."
        )

    async def _restore(self) -> None:
        await self._control.post("/restore", {})
        self.pms_listens = True
        self._stands("PMS", True, "listens since {at}")
        self._notice("The PMS listens again. The gateway dials it within seconds and posts what waited.")

    async def _hang(self) -> None:
        await self._control.post("/faults", {"faults": ["silence:1"]})
        self._notice(
            f"The PMS will book the next charge and not answer. After {ANSWER_TIMEOUT} s the gateway puts it in doubt; "
            f"it is not sent again by itself: {self.hotel.pms.settled}."
        )

    async def _kill(self) -> None:
        child = self._children["gateway"]
        if child.exit_code is not None or not self.standing("gateway").up:
            self._notice("The gateway is down already.")
            return
        child.signal("KILL")
        self._notice(
            f"The gateway was killed (kill -9); it starts again in {DOWN:.0f} s. Until then calls wait in the exchange's "
            "own buffer. What was on the wire to the PMS is shown as in doubt."
        )

    async def _emergency(self) -> None:
        self._children["exchange"].signal("USR1")
        self._notice(
            "A guest has called 112. The record comes when the call ends, and that is now: look at the gateway's emergency "
            "screen. It is never charged, and it shouts until somebody gives a name."
        )

    # -- stopping -------------------------------------------------------------------------------------------------

    async def stop(self) -> Balance:
        """Bring everything home, end the processes in order, and strike the balance. May be called once."""
        self._leaving = True
        if "gateway" in self._children:
            await self._gateway_is_there()
        self._stopping = True
        if "exchange" in self._children:
            await self._stop_exchange()
            await self._looks.stopService()
            await self._drain()
        for name in ("gateway", "PMS"):
            if name in self._children:
                await self._children[name].stop(GOODBYE[name])
        books = self.watch.whole()
        self._database.close()
        return balance(books, said=self._said)

    async def _gateway_is_there(self) -> None:
        """A gateway that was killed a moment ago comes back first: the exchange must get rid of what it keeps."""
        if self._restart is not None:
            self._restart.reset(0)
        waited = 0.0
        while not self.standing("gateway").up and waited < READY:
            if self._restart is None and self._children["gateway"].exit_code is not None:
                return
            await deferLater(self._reactor, KNOCK)
            waited += KNOCK

    async def _stop_exchange(self) -> None:
        heard = self._ears["exchange"].hear("balance")
        await self._children["exchange"].stop(GOODBYE["exchange"])
        if heard.called:
            said = await heard
            kept = {name: int(said[name]) for name in ("written", "dropped", "waiting")}
            self._said = LastWords(**kept)

    async def _drain(self) -> None:
        """Give what is under way time to arrive; a PMS that is cut takes nothing."""
        waited = 0.0
        while waited < DRAIN:
            await self.watch.look(self._reactor)
            stands = self.balance()
            stored = all(self.watch.books.of_key(key) for key in self.watch.books.told)
            if stored and (not self.pms_listens or not stands.state("due", "sent")):
                return
            await deferLater(self._reactor, EVERY)
            waited += EVERY
