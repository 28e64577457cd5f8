"""A PMS that reads one printed line for each call, and answers it or not, as such programs do.

It has no rooms and no guests: whatever line comes whole and is not refused is booked, on the disk before it is answered,
and a line that comes twice is booked twice, as a real one would.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from twisted.internet.defer import maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IAddress, IDelayedCall, IListeningPort
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from gateway.simulators.fault_words import FaultWords
from gateway.simulators.json_lines import JsonLines
from gateway.simulators.loopback import check_server
from protocols.hobic.lines import GENERIC, Template, Unfit, charge_of, read, template
from protocols.hobic.wire import ACK, NAK, Came, Enquired, Receiver, Wire

GARBAGE: Final = b"\x00HTTP/1.1 400 Bad Request\r\n\r\n"
"""An answer that is none."""


class HobicFaults(FaultWords):
    """What can go wrong: `deaf` answers no ENQ, `busy` answers NAK to it; of records, the next N are met with these."""

    switches: ClassVar[frozenset[str]] = frozenset({"deaf", "busy"})
    counted: ClassVar[frozenset[str]] = frozenset({"nak", "silence", "garbage", "close", "lost"})
    code: ClassVar[re.Pattern[str]] = re.compile("NAK", re.IGNORECASE)
    code_example: ClassVar[str] = "NAK, as refuse:NAK:0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class HobicPmsSettings:
    """What a user asked of the PMS."""

    listen: str
    wire: Wire = field(default_factory=Wire)
    line: Template = field(default_factory=lambda: template(GENERIC))
    faults: tuple[str, ...] = ()
    seed: int = 1
    ledger: Path | None = None
    beyond_loopback: bool = False

    def check(self) -> None:
        """Checks the settings as a whole; raises ValueError with a plain sentence."""
        check_server(self.listen, self.beyond_loopback)
        for word in self.faults:
            HobicFaults(random.Random(0)).apply(word)


class HobicPms:
    """The PMS while it runs."""

    def __init__(
        self,
        settings: HobicPmsSettings,
        reactor: Any,
        now: Callable[[], datetime],
        say: Callable[[Mapping[str, object]], None],
    ) -> None:
        self._settings, self._reactor, self._now, self._say = settings, reactor, now, say
        self.faults = HobicFaults(random.Random(settings.seed))
        for word in settings.faults:
            self.faults.apply(word)
        self._port: IListeningPort | None = None
        self._ledger = JsonLines(settings.ledger, sync=True) if settings.ledger is not None else None
        self._connections: set[HobicConnection] = set()
        self.booked: list[dict[str, Any]] = []
        self._refused = self._odd = 0

    @property
    def wire(self) -> Wire:
        """How a line travels."""
        return self._settings.wire

    async def start(self) -> None:
        """Listen, and say where."""
        endpoint = serverFromString(self._reactor, self._settings.listen)  # type: ignore[no-untyped-call]
        self._port = await endpoint.listen(_Connections(self, self._reactor))
        host: Any = self._port.getHost()
        self._say({"event": "listening", "port": host.port})

    async def stop(self) -> None:
        """Close everything."""
        if self._port is not None:
            await maybeDeferred(self._port.stopListening)
        for connection in list(self._connections):
            connection.cut()
        if self._ledger is not None:
            self._ledger.close()

    def state(self) -> dict[str, Any]:
        """What was booked, and what was not."""
        total = sum(one["charge"] for one in self.booked)
        return {"booked": len(self.booked), "total": total, "refused": self._refused, "odd": self._odd}

    def opened(self, connection: HobicConnection) -> None:
        """Somebody is there; the newest counts."""
        for older in list(self._connections):
            older.cut()
        self._connections.add(connection)

    def closed(self, connection: HobicConnection) -> None:
        """He is gone."""
        self._connections.discard(connection)

    def enquired(self) -> bytes:
        """What is answered to ENQ."""
        if self.faults.on("deaf"):
            return b""
        return bytes((NAK if self.faults.on("busy") else ACK,))

    def came(self, came: Came, connection: HobicConnection) -> None:
        """Take a line, or not, and answer."""
        if self.faults.take("lost"):
            return
        values = Unfit(came.fault) if came.fault else read(self._settings.line, came.line.decode("ascii", "replace"))
        charge = values if isinstance(values, Unfit) else charge_of(self._settings.line, values)
        if isinstance(values, Unfit) or isinstance(charge, Unfit):
            self._odd += 1
            connection.answer(self.wire.no, 0)
        elif self.faults.take("nak") or self.faults.refusal() is not None:
            self._refused += 1
            connection.answer(self.wire.no, 0)
        else:
            self._book({**values, "charge": charge, "at": self._now().isoformat()})
            self._answer_yes(connection)

    def _book(self, charge: dict[str, Any]) -> None:
        self.booked.append(charge)
        if self._ledger is not None:
            self._ledger.write(charge)

    def _answer_yes(self, connection: HobicConnection) -> None:
        if self.faults.take("close"):
            connection.cut()
        elif self.faults.take("garbage"):
            connection.answer(GARBAGE, 0)
        elif not self.faults.take("silence"):
            connection.answer(self.wire.yes, self.faults.lateness())


class HobicConnection(Protocol):
    """One connection of a gateway."""

    def __init__(self, pms: HobicPms, clock: Any) -> None:
        self._pms, self._clock = pms, clock
        self._receiver = Receiver(pms.wire)
        self._later: list[IDelayedCall] = []

    def connectionMade(self) -> None:
        """Tell the PMS."""
        self._pms.opened(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Answers that were to come do not."""
        for one in self._later:
            if one.active():
                one.cancel()
        self._pms.closed(self)

    def dataReceived(self, data: bytes) -> None:
        """Take what came."""
        for one in self._receiver.receive(data):
            if isinstance(one, Enquired):
                self._write(self._pms.enquired())
            elif isinstance(one, Came):
                self._pms.came(one, self)

    def answer(self, data: bytes, seconds: float) -> None:
        """Say something to a record, where this PMS says anything."""
        if self._pms.wire.answers == "none":
            return
        if seconds:
            self._later.append(self._clock.callLater(seconds, self._write, data))
        else:
            self._write(data)

    def cut(self) -> None:
        """Break the connection."""
        wire: Any = self.transport
        wire.abortConnection()

    def _write(self, data: bytes) -> None:
        assert self.transport is not None
        if data:
            self.transport.write(data)


class _Connections(Factory):
    noisy = False

    def __init__(self, pms: HobicPms, clock: Any) -> None:
        self._pms, self._clock = pms, clock

    def buildProtocol(self, addr: IAddress | None) -> HobicConnection:
        """One gateway."""
        return HobicConnection(self._pms, self._clock)
