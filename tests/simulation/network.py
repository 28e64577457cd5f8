"""The simulated network: connections that deliver late, in pieces of any size, and break at any byte.

Each direction of a connection is a queue of bytes. Some of it is handed over after a while, cut anywhere. A cut
connection may still hand over a part of what was under way; then each end learns of it in its own time, which may be
minutes (nobody tells an end whose cable was pulled). What an end writes meanwhile goes nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from twisted.internet import error
from twisted.internet.address import IPv4Address
from twisted.internet.error import (
    CannotListenError,
    ConnectionAborted,
    ConnectionDone,
    ConnectionLost,
    UserError,
)
from twisted.internet.interfaces import IConsumer, IListeningPort, ITransport
from twisted.python.failure import Failure
from zope.interface import implementer

from tests.simulation.world import Machine, World

#: Seconds until an end that nobody told learns that the connection is gone, at most.
LONGEST_SILENCE: Final = 300.0


@implementer(IListeningPort)
class Port:
    """A port somebody listens on."""

    def __init__(self, network: Network, machine: Machine, number: int, factory: Any) -> None:
        self._network, self.machine, self.number, self.factory = network, machine, number, factory

    def startListening(self) -> None:
        """It listens since it was made."""

    def stopListening(self) -> None:
        """Take no more connections."""
        if self._network.ports.get(self.number) is self:
            del self._network.ports[self.number]

    def getHost(self) -> IPv4Address:
        """Where it is."""
        return IPv4Address("TCP", "127.0.0.1", self.number)


class Connector:
    """An attempt to connect, as Twisted's endpoints know it."""

    def __init__(self, machine: Machine, factory: Any) -> None:
        self._machine, self._factory = machine, factory
        self.pending = True

    def stopConnecting(self) -> None:
        """Give up."""
        if self.pending:
            self.fail(UserError())  # type: ignore[no-untyped-call]

    def disconnect(self) -> None:
        """Give up."""
        self.stopConnecting()

    def fail(self, why: Exception) -> None:
        """Say that there is no connection."""
        self.pending = False
        self._factory.clientConnectionFailed(self, Failure(why))  # type: ignore[no-untyped-call]


@implementer(ITransport, IConsumer)
class End:
    """One end of a connection: what a protocol has as its transport. `tap` sees what is handed to its
    protocol, `leaving` what its protocol writes."""

    disconnecting = False

    def __init__(self, wire: Wire, machine: Machine, number: int) -> None:
        self._wire, self.machine, self._number = wire, machine, number
        self.protocol: Any = None
        self.open = True
        self.paused = False
        self.outgoing = bytearray()
        self.handed = 0
        self.tap: Callable[[bytes], None] = lambda _data: None
        self.leaving: Callable[[bytes], None] = lambda _data: None
        self.lost: Callable[[], None] = lambda: None
        self._flowing = False

    @property
    def other(self) -> End:
        """The end at the other side."""
        return self._wire.ends[1 - self._wire.ends.index(self)]

    # -- what a protocol asks ----------------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Let bytes go, unless the machine dies before."""
        if not self.open or self.disconnecting or self.machine.dies_at("before write"):
            return
        self.leaving(data)
        self.outgoing += data
        self.flow()
        self.machine.dies_at("after write")

    def writeSequence(self, pieces: Iterable[bytes]) -> None:
        """Let bytes go."""
        self.write(b"".join(pieces))

    def loseConnection(self, *_why: Any) -> None:
        """Close once what was written is out."""
        if self.open and not self.disconnecting and self.machine.alive:
            self.disconnecting = True
            self.flow()

    def abortConnection(self) -> None:
        """Close at once."""
        if self.open and self.machine.alive:
            self._wire.broken = True
            self.outgoing.clear()
            self.machine.callLater(0, self.end, ConnectionAborted())
            self._wire.world.later(self._wire.latency(), self.other.end, ConnectionLost())

    def registerProducer(self, _producer: Any, _streaming: bool) -> None:
        """This network never asks a writer to pause."""

    def unregisterProducer(self) -> None:
        """Nothing to forget."""

    def pauseProducing(self) -> None:
        """Hand nothing over."""
        self.paused = True

    def resumeProducing(self) -> None:
        """Hand over again."""
        self.paused = False
        self.other.flow()

    def stopProducing(self) -> None:
        """Close."""
        self.loseConnection()

    def getPeer(self) -> IPv4Address:
        """The other side."""
        return IPv4Address("TCP", "127.0.0.1", self._number)

    def getHost(self) -> IPv4Address:
        """This side."""
        return IPv4Address("TCP", "127.0.0.1", self._number)

    # -- what the network does ---------------------------------------------------------------------------------------

    def flow(self) -> None:
        """Have what was written handed over in a while."""
        if not self._flowing and not self._wire.broken:
            self._flowing = True
            self._wire.world.later(self._wire.latency(), self._arrive)

    def _arrive(self) -> None:
        self._flowing = False
        if self._wire.broken or not self.other.open:
            return
        if self.outgoing and not self.other.paused:
            self.deliver(self._wire.piece(len(self.outgoing)))
        if self.outgoing and not self.other.paused:
            self.flow()
        elif self.disconnecting and not self.outgoing and self.open:
            self._wire.broken = True
            self.end(ConnectionDone())
            self._wire.world.later(self._wire.latency(), self.other.end, ConnectionDone())

    def deliver(self, length: int) -> None:
        """Hand so many bytes to the other end's protocol."""
        data = bytes(self.outgoing[:length])
        del self.outgoing[:length]
        there = self.other
        if not data or not there.open or not there.machine.alive:
            return
        there.handed += len(data)
        self._wire.world.say(f"{self.machine.name} -> {there.machine.name} {data!r}")
        there.tap(data)
        there.run(there.protocol.dataReceived, data)

    def end(self, reason: Exception) -> None:
        """Tell this end's protocol that the connection is gone."""
        if not self.open:
            return
        self.open = False
        if self.machine.alive:
            self._wire.world.say(f"{self.machine.name} lost its connection at {self._number}")
            self.run(self.protocol.connectionLost, Failure(reason))  # type: ignore[no-untyped-call]
        self.lost()

    def run(self, act: Callable[..., Any], *words: Any) -> None:
        """Let this end's machine take an event."""
        self.machine._run(act, words, {})


class Wire:
    """A connection with its two ends."""

    def __init__(self, world: World, one: Machine, other: Machine, number: int) -> None:
        self.world, self.number = world, number
        self.ends = (End(self, one, number), End(self, other, number))
        self.broken = False

    def latency(self) -> float:
        """Seconds until something written arrives: mostly nothing, now and then a moment."""
        draw = self.world.draw
        return draw.uniform(0.0002, 0.02) if draw.random() < 0.95 else draw.uniform(0.02, 3.0)

    def piece(self, length: int) -> int:
        """How many of so many bytes arrive at once: mostly all."""
        draw = self.world.draw
        return length if length < 2 or draw.random() < 0.8 else draw.randint(1, length)

    def cut(self) -> None:
        """Break it, at any byte."""
        if self.broken:
            return
        draw = self.world.draw
        for end in self.ends:
            if end.outgoing and draw.random() < 0.5:
                end.deliver(draw.randint(0, len(end.outgoing)))
        self.broken = True
        for end in self.ends:
            end.outgoing.clear()
            wait = draw.uniform(0, 1) if draw.random() < 0.8 else draw.uniform(1, LONGEST_SILENCE)
            self.world.later(wait, end.end, ConnectionLost())

    def forsake(self, dead: Machine) -> None:
        """One of the two machines is dead: what it wrote may still arrive, and then the other end learns of it."""
        here, there = self.ends if self.ends[0].machine is dead else (self.ends[1], self.ends[0])
        if not self.broken and here.outgoing and self.world.draw.random() < 0.7:
            self.world.later(self.latency(), self._last_bytes, here)
        else:
            self.broken = True
        here.open = False
        self.world.later(self.latency() + 0.05, there.end, ConnectionLost())
        here.lost()

    def _last_bytes(self, here: End) -> None:
        here.deliver(self.piece(len(here.outgoing)))
        self.broken = True
        here.outgoing.clear()


class Network:
    """All ports and connections. `made` is told of each connection before it stands."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.ports: dict[int, Port] = {}
        self.wires: list[Wire] = []
        self.unreachable: set[int] = set()
        self.made: Callable[[Wire], None] = lambda _wire: None

    def listen(self, machine: Machine, number: int, factory: Any) -> Port:
        """Open a port."""
        if number in self.ports:
            raise CannotListenError("", number, OSError(98, "Address already in use"))  # type: ignore[no-untyped-call]
        self.ports[number] = Port(self, machine, number, factory)
        return self.ports[number]

    def connect(self, machine: Machine, number: int, factory: Any, timeout: float) -> Connector:
        """Try to connect."""
        connector = Connector(machine, factory)
        factory.startedConnecting(connector)
        machine.callLater(self._world.draw.uniform(0.001, 0.1), self._connected, machine, number, factory, connector)
        return connector

    def _connected(self, machine: Machine, number: int, factory: Any, connector: Connector) -> None:
        if not connector.pending:
            return
        port = self.ports.get(number)
        if port is None or not port.machine.alive or number in self.unreachable:
            connector.fail(error.ConnectionRefusedError())  # type: ignore[no-untyped-call]
            return
        connector.pending = False
        wire = Wire(self._world, machine, port.machine, number)
        self.wires = [one for one in self.wires if not one.broken or one.ends[0].open or one.ends[1].open]
        self.wires.append(wire)
        self._world.say(f"{machine.name} is connected to {port.machine.name} at {number}")
        for end, maker in zip(wire.ends, (factory, port.factory), strict=True):
            end.protocol = maker.buildProtocol(end.getPeer())
        self.made(wire)
        for end in reversed(wire.ends):
            if end.open:
                end.run(end.protocol.makeConnection, end)

    def at(self, number: int) -> Wire | None:
        """The newest connection at a port that is not broken."""
        return next((wire for wire in reversed(self.wires) if wire.number == number and not wire.broken), None)

    def died(self, machine: Machine) -> None:
        """A machine is gone: its ports close, its connections end."""
        self.ports = {number: port for number, port in self.ports.items() if port.machine is not machine}
        for wire in self.wires:
            if any(end.machine is machine and end.open for end in wire.ends):
                wire.forsake(machine)
