"""The simulated SOAP PMS while it runs: its house, its door, its page, and the play it is given.

Every charge is on the disk, in the ledger, before it is answered; a PMS that starts with a ledger has the folios it had
before. Guests are not in it: they begin anew from the seed, as the same house every time. A web service tells nothing
by itself: guests come and go, and nobody is told.
"""

from __future__ import annotations

import random
import re
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final

from twisted.internet.defer import maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IListeningPort
from twisted.protocols.policies import WrappingFactory
from twisted.web.server import Site

from gateway.periodic import PeriodicService
from gateway.simulators.json_lines import JsonLines
from gateway.simulators.loopback import check_server
from gateway.simulators.occupancy import NotPossible
from gateway.simulators.pms_house import House
from gateway.simulators.pms_script import Act, Playing
from gateway.simulators.soap import guestline, ows
from gateway.simulators.soap.dialect import Answer, Dialect, Login
from gateway.simulators.soap.faults import SessionFaults, SoapFaults, Treatment
from gateway.simulators.soap.folios import SoapOffice
from gateway.simulators.soap.wire import Asked
from gateway.simulators.stays import opening_guests

FAULTS: Final[Mapping[str, type[SoapFaults]]] = {"ows": SoapFaults, "guestline": SessionFaults}
"""The dialects, and the words of faults that each knows."""
FASTEST: Final = 6000.0
"""Guests who come or go in a minute: a hundred a second exercise a gateway more than any hotel."""
WINDOWS: Final = 8
"""The windows of a folio."""
ODDITIES_KEPT: Final = 20
"""Sentences about odd requests that the state shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapPmsSettings:
    """What a user asked of the PMS."""

    dialect: str
    listen: str
    rooms: tuple[str, ...]
    zone: tzinfo
    seed: int = 1
    login: Login | None = None
    checkins_per_minute: float = 0.0
    faults: tuple[str, ...] = ()
    script: tuple[Act, ...] = ()
    ledger: Path | None = None
    control: str | None = None
    beyond_loopback: bool = False

    def check(self) -> None:
        """Checks the settings as a whole; raises ValueError with a plain sentence."""
        if self.dialect not in FAULTS:
            raise ValueError(f"There is no SOAP dialect {self.dialect!r} here; there are {' and '.join(FAULTS)}.")
        check_server(self.listen, self.beyond_loopback)
        if self.control is not None:
            check_server(self.control, self.beyond_loopback)
        if not 0 <= self.checkins_per_minute <= FASTEST:
            raise ValueError(f"The check-ins a minute must be 0 to {FASTEST:.0f}.")
        for word in self.faults:
            FAULTS[self.dialect](random.Random(0)).apply(word)


class SoapPms:
    """The PMS while it runs."""

    def __init__(
        self,
        settings: SoapPmsSettings,
        reactor: Any,
        now: Callable[[], datetime],
        say: Callable[[Mapping[str, object]], None],
    ) -> None:
        settings.check()
        self.settings, self._reactor, self._now, self._say = settings, reactor, now, say
        self.faults = FAULTS[settings.dialect](random.Random(f"pms faults {settings.seed}"))
        guests = opening_guests(settings.seed, settings.rooms, self.local_now().date())
        answers = ows.ANSWERS if settings.dialect == "ows" else guestline.ANSWERS
        self.office = SoapOffice(settings.rooms, guests, answers)
        self.dialect = self._dialect()
        draw = random.Random(f"pms {settings.seed}")
        self.house = House(self.office, self.faults, draw, self.local_now, self._nobody_is_told)
        self.counts: Counter[str] = self.house.counts
        self._ledger = JsonLines(settings.ledger, sync=True) if settings.ledger else None
        if self._ledger is not None:
            self.office.restore(list(self._ledger.read()))
        self._oddities: deque[str] = deque(maxlen=ODDITIES_KEPT)
        self._playing = Playing(self, reactor, self.oddity)
        self._listen = settings.listen
        self._door: WrappingFactory | None = None
        self._port: IListeningPort | None = None
        self._control: IListeningPort | None = None
        self._stopping = False
        rate = settings.checkins_per_minute
        self._life = (
            PeriodicService(reactor, 60 / rate, self.house.live, "letting guests come and go") if rate else None
        )
        for word in settings.faults:
            self.house.fault(word)

    # -- beginning and end -----------------------------------------------------------------------------------------

    async def start(self, door: Site, control: Site | None = None) -> None:
        """Listens, says so, and lets the play begin; raises what Twisted raises where a port cannot be had."""
        self._door = WrappingFactory(door)  # type: ignore[no-untyped-call]
        await self.restore()
        number = getattr(self._port.getHost(), "port", None) if self._port is not None else None
        if number is not None:
            self._listen = re.sub(r"^tcp:[0-9]+", f"tcp:{number}", self._listen)
        said: dict[str, object] = {"event": "listening", "port": number}
        if control is not None and self.settings.control is not None:
            self._control = await serverFromString(self._reactor, self.settings.control).listen(control)  # type: ignore[no-untyped-call]
            said["control_port"] = getattr(self._control.getHost(), "port", None)
        self._say(said)
        self._playing.start(self.settings.script)
        if self._life is not None:
            self._life.startService()

    async def stop(self) -> None:
        """Closes everything; a request that still waits is left without an answer."""
        self._stopping = True
        if self._life is not None:
            await self._life.stopService()
        self._playing.stop()
        await self.cut()
        if self._control is not None:
            await maybeDeferred(self._control.stopListening)
        if self._ledger is not None:
            self._ledger.close()

    def local_now(self) -> datetime:
        """The hotel's clock."""
        return self._now().astimezone(self.settings.zone)

    # -- what is asked ---------------------------------------------------------------------------------------------

    def answer(self, operation: str, asked: Asked, treatment: Treatment) -> Answer:
        """Does what is asked, writes down what it put on a folio, and only then answers."""
        if self.faults.sessions_expire():
            self.dialect.forget_sessions()
        answer = self.dialect.answer(operation, asked, self.local_now(), treatment)
        for line in answer.lines:
            if self._ledger is not None:
                self._ledger.write(asdict(line))
            self.counts["booked" if line.booked else "not_booked"] += 1
        return answer

    def oddity(self, sentence: str) -> None:
        """Keeps a sentence for the state."""
        self.counts["oddities"] += 1
        self._oddities.append(sentence)

    # -- what can be done to it ------------------------------------------------------------------------------------

    async def cut(self) -> None:
        """Pulls the plug: every connection breaks and new ones are refused until `restore`."""
        port, self._port = self._port, None
        if port is not None:
            await maybeDeferred(port.stopListening)
        for connection in [] if self._door is None else list(self._door.protocols):
            connection.transport.abortConnection()

    async def restore(self) -> None:
        """Listens again, on the same port; raises what Twisted raises where somebody else took it."""
        if self._port is None and not self._stopping:
            endpoint = serverFromString(self._reactor, self._listen)  # type: ignore[no-untyped-call]
            self._port = await endpoint.listen(self._door)

    def goodbye(self) -> None:
        """A web service has no link to say it on."""
        raise NotPossible("A web service keeps no link, so that there is nobody to say goodbye to; cut it.")

    async def route(self, command: Mapping[str, Any]) -> object:
        """Sends a room's charges to a window, and to the folio of the guest in room `to` if it is named.

        Raises ValueError for a command that is not understood or not possible.
        """
        room, to, window = command.get("room"), command.get("to"), command.get("window", 1)
        fits = isinstance(room, str) and isinstance(to, str | None) and type(window) is int and 1 <= window <= WINDOWS
        if not fits:
            raise ValueError(f'A route needs "room", a "window" from 1 to {WINDOWS}, and another room as "to" or none.')
        return self.office.route(str(room), self.local_now(), window=window, to_room=to)._asdict()

    def postings(self) -> list[dict[str, Any]]:
        """Every charge in order, as the control port and the ledger show it."""
        return [asdict(line) for line in self.office.folio]

    def state(self) -> dict[str, object]:
        """How the PMS stands, for the control port and the balance."""
        booked = [line for line in self.office.folio if line.booked]
        return {
            "dialect": self.settings.dialect,
            "listening": self._port is not None,
            "night_audit": self.office.audit,
            "rooms": len(self.office.rooms),
            "rooms_let": len(self.office.let_rooms()),
            "postings": len(self.office.folio),
            "booked": len(booked),
            "total": sum(line.amount or 0 for line in booked),
            "faults": self.faults.words(),
            "counts": dict(sorted(self.counts.items())),
            "oddities": list(self._oddities),
        }

    def _dialect(self) -> Dialect:
        if self.settings.dialect == "ows":
            return ows.Ows(self.office, self.settings.login)
        draw = random.Random(f"sessions {self.local_now().isoformat()}")  # those of an earlier run must not fit
        return guestline.Rezlynx(self.office, self.settings.login, draw)

    def _nobody_is_told(self) -> None:
        self.house.news.clear()
