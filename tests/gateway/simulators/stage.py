"""A stage for the simulated PMS: real protocol objects on both ends, in memory, with time that passes when told to.

The other end is the gateway's role of `protocols.fias`, so that a disagreement between the two roles shows here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, IOPump, connect

from gateway.simulators.fias_pms import FiasPms, PmsSettings
from gateway.simulators.stays import parse_rooms
from protocols.fias.actions import Deliver, HangUp, LinkUp, ResyncBegan, ResyncEnded, Send
from protocols.fias.codec import Framed, Frames, decode, encode
from protocols.fias.link import Description, Link
from protocols.fias.records import Record, stamped

ENCODING = "cp852"
BEGAN = datetime(2026, 11, 20, 7, 16, tzinfo=UTC)
DECLARED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("GI", ("RN", "G#", "GS", "GN", "GF", "GL", "GV", "CS", "NP", "GA", "GD", "SF", "DA", "TI")),
    ("GO", ("RN", "G#", "GS", "SF", "DA", "TI")),
    ("GC", ("RN", "G#", "GS", "RO", "GN", "DA", "TI")),
    ("PS", ("RN", "PT", "TA", "DD", "DU", "P#", "CT", "DA", "TI")),
    ("PA", ("RN", "AS", "CT", "P#", "WS", "DA", "TI")),
    ("NS", ("DA", "TI")),
    ("NE", ("DA", "TI")),
)
SETTINGS = PmsSettings(
    listen="tcp:5010:interface=127.0.0.1",
    rooms=parse_rooms("101-106"),
    zone=ZoneInfo("Europe/Warsaw"),
    seed=4,
    encoding=ENCODING,
)


class GatewayEnd(Protocol):
    """The other end of the line: describes itself, sends what the test wants, keeps what comes."""

    def __init__(self, clock: MemoryReactorClock, declared: tuple[tuple[str, tuple[str, ...]], ...] = DECLARED) -> None:
        self.clock = clock
        self.link = Link("gateway", description=Description(version="1.0", family="CA", records=declared))
        self.frames = Frames()
        self.raw = b""
        self.received: list[Record] = []
        self.alive = 0
        self.lost = False

    def connectionMade(self) -> None:
        self._do(self.link.connected(self.clock.seconds()))

    def dataReceived(self, data: bytes) -> None:
        self.raw += data
        for event in self.frames.feed(data):
            if isinstance(event, Framed):
                record = decode(event.data, ENCODING)
                assert isinstance(record, Record)
                self._do(self.link.receive(record, self.clock.seconds()))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.lost = True
        self._do(self.link.disconnected(self.clock.seconds()))

    def send(self, record: Record) -> None:
        self._do(self.link.send(record, self.clock.seconds()))

    def write(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)

    def kinds(self) -> list[str]:
        return [record.kind for record in self.received]

    def take(self) -> list[Record]:
        taken, self.received = self.received, []
        return taken

    def _do(self, actions: list[Any]) -> None:
        for action in actions:
            match action:
                case Send(record):
                    self.write(encode(stamped(record, BEGAN), ENCODING))
                case Deliver(record) | ResyncBegan(record) | ResyncEnded(record):
                    self.received.append(record)
                case LinkUp():
                    self.alive += 1
                case HangUp():
                    assert self.transport is not None
                    self.transport.loseConnection()
                case _:
                    pass


class Stage:
    """A simulated PMS that listens, and the lines of those who dialled it."""

    def __init__(self, **changes: Any) -> None:
        self.reactor = MemoryReactorClock()  # type: ignore[no-untyped-call]
        self.said: list[Mapping[str, object]] = []
        self.pms = FiasPms(replace(SETTINGS, **changes), self.reactor, self.now, self.said.append)
        self.lines: list[IOPump] = []
        done(Deferred.fromCoroutine(self.pms.start()))

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.reactor.seconds())

    def dial(self, end: GatewayEnd | None = None) -> GatewayEnd:
        """Connects a gateway, and lets both say what they have to say."""
        end = end or GatewayEnd(self.reactor)
        factory = self.reactor.tcpServers[-1][1]
        server = factory.buildProtocol(IPv4Address("TCP", "127.0.0.1", 40000))
        near: Any = FakeTransport(server, isServer=True)  # type: ignore[no-untyped-call]
        far: Any = FakeTransport(end, isServer=False)  # type: ignore[no-untyped-call]
        self.lines.append(connect(server, near, end, far, clock=self.reactor))  # type: ignore[no-untyped-call]
        self.flush()
        return end

    def flush(self) -> None:
        """Moves bytes until nobody has any."""
        moved = True
        while moved:
            moved = sum(bool(line.flush()) for line in self.lines) > 0  # type: ignore[no-untyped-call]

    def after(self, seconds: float) -> None:
        """Lets time pass, and then the bytes that it brought."""
        self.reactor.advance(seconds)
        self.flush()

    def post(self, end: GatewayEnd, **fields: str) -> list[Record]:
        """Sends a PS and gives back what came in answer."""
        end.take()
        end.send(posting(**fields))
        self.flush()
        return end.take()

    def stop(self) -> None:
        """Ends the PMS and lets everything come to rest."""
        stopped = Deferred.fromCoroutine(self.pms.stop())
        self.flush()
        done(stopped)


def posting(**fields: str) -> Record:
    """A PS to room 101; `P` is its P#, an empty field is left out."""
    values = {"RN": "101", "PT": "C", "TA": "1375", "P": "42", "DA": "261120", "TI": "081530"} | fields
    named = ((name if len(name) > 1 else f"{name}#", value) for name, value in values.items())
    return Record("PS", tuple((name, value) for name, value in named if value))


def done(deferred: Deferred[Any]) -> Any:
    """The result of a Deferred that has fired; the test fails for one that has not, or fired with a failure."""
    results: list[Any] = []
    deferred.addBoth(results.append)
    assert results, "it has not fired yet"
    if isinstance(results[0], Failure):
        results[0].raiseException()
    return results[0]
