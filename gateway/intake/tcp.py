"""Exchanges over TCP, in both roles: they dial us, or we dial them. The protocol is glue; the rest is in feed.py."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any, Final, Literal

from twisted.application.internet import ClientService
from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IListeningPort,
    IProtocolFactory,
    IPushProducer,
    IReactorTime,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
    ITCPTransport,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.intake.feed import Feed, Told
from protocols.framing import Framer
from protocols.smdr.live import Dialling
from protocols.smdr.sessions import AmiSession, Polling, Session

#: Connections one listening source accepts at a time: a cluster of exchanges and their reconnects, not a siege.
MOST_CONNECTIONS: Final = 600
#: Seconds before the first and the longest wait until an exchange is dialled again.
FIRST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 30.0
#: Seconds of silence after which TCP asks whether the peer is still there, then how often, and how many times in vain.
#: Records may stay away all night, so silence proves nothing; but an exchange that lost its power must not hold its
#: place, and one that we dialled must be dialled again: two minutes, where TCP's own patience is two hours.
KEEP_ALIVE: Final = ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 15), (socket.TCP_KEEPCNT, 4))


@implementer(IPushProducer)
class RecordsProtocol(Protocol):
    """One connection of an exchange."""

    def __init__(self, session: Session, framer: Framer, door: Door) -> None:
        self._session, self._framer, self._door = session, framer, door
        self._feed: Feed | None = None
        self._held: set[Literal["crowd", "peer"]] = set()
        self._timer: IDelayedCall | None = None
        self.spoke = False

    @property
    def _wire(self) -> Any:
        """The transport; Twisted types it as less than what every TCP transport is."""
        return self.transport

    def connectionMade(self) -> None:
        """Greet, as the dialect's session has it; have TCP notice a dead peer, and send an acknowledgement at once."""
        self._feed = self._door.open(self, self._committed)
        if self._feed is None:
            self.abort()
            return
        if ITCPTransport.providedBy(self.transport):
            self._wire.setTcpNoDelay(True)
            self._wire.setTcpKeepAlive(True)
            for option, value in KEEP_ALIVE:
                self._wire.getHandle().setsockopt(socket.IPPROTO_TCP, option, value)
        self._wire.registerProducer(self, True)
        self._write(self._session.connected())
        self._wait()
        self._door.throttle(self)

    def dataReceived(self, data: bytes) -> None:
        """Cut the bytes into records and put them in line; stop reading while too many wait."""
        if self._feed is None:
            return
        self.spoke = True
        answer, payload = self._session.receive(data)
        self._write(answer)
        if isinstance(self._session, AmiSession):
            for dialling in self._session.diallings():
                self._door.dialled(dialling)
        self._told_problem()
        frames = self._framer.feed(payload) if payload else []
        if frames:
            self._feed.take(frames)
            self._door.throttle(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """What was cut off by the end of the connection is a record too: kept, with that reason."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._feed is not None:
            rest = self._session.rest() if isinstance(self._session, AmiSession) else b""
            frames = self._framer.feed(rest) + self._framer.end()
            if frames:
                self._feed.take(frames)
            self._door.close(self)

    def pause(self) -> None:
        """Read no more until `resume`: too many records wait."""
        self._hold("crowd")

    def resume(self) -> None:
        """Read on."""
        self._go_on("crowd")

    def pauseProducing(self) -> None:
        """The peer does not read: one that only sends must not fill our memory with acknowledgements."""
        self._hold("peer")

    def resumeProducing(self) -> None:
        """The peer reads again."""
        self._go_on("peer")

    def stopProducing(self) -> None:
        """The connection is going; connectionLost says the rest."""

    def abort(self) -> None:
        """Close at once."""
        abort = getattr(self._wire, "abortConnection", None) or self._wire.loseConnection  # a serial port has only that
        abort()

    def _hold(self, why: Literal["crowd", "peer"]) -> None:
        self._held.add(why)
        self._wire.pauseProducing()

    def _go_on(self, why: Literal["crowd", "peer"]) -> None:
        self._held.discard(why)
        if self.connected and not self._held:
            self._wire.resumeProducing()

    def _wait(self) -> None:
        """A session that speaks by itself is asked again and again; not while the peer does not read."""
        if isinstance(self._session, Polling):
            self._timer = self._door.later(self._session.every, self._tick)

    def _tick(self) -> None:
        if isinstance(self._session, Polling) and "peer" not in self._held:
            self._write(self._session.tick())
            self._told_problem()
        self._wait()

    def _told_problem(self) -> None:
        """What keeps records from coming is told, and the connection given up."""
        if self._session.problem:
            self._door.problem(self._session.problem)
            self.abort()

    def _committed(self, count: int) -> None:
        if self.connected:
            self._write(self._session.committed(count))

    def _write(self, data: bytes) -> None:
        if data:
            self._wire.write(data)


class Door:
    """What the connections of one source share: who is here, and when reading must pause."""

    _log = Logger()

    def __init__(
        self,
        *,
        open_feed: Callable[[Told], Feed],
        told: Told,
        changed: Callable[[int], None],
        problem: Callable[[str], None],
        crowded: Callable[[], bool],
        later: Callable[[float, Callable[[], None]], IDelayedCall],
        dialled: Callable[[Dialling], None] = lambda _dialling: None,
    ) -> None:
        self.dialled, self.later = dialled, later
        self._open_feed, self._told, self._changed = open_feed, told, changed
        self.problem, self._crowded = problem, crowded
        self._here: dict[RecordsProtocol, None] = {}  # in the order in which they came
        self._holding = False
        self._full = False

    def open(self, protocol: RecordsProtocol, committed: Callable[[int], None]) -> Feed | None:
        """Let a connection in; None if there are too many.

        When every place is taken, the oldest connection that never said anything makes room: half-open connections
        without end must not keep the exchange out.
        """
        room = len(self._here) < MOST_CONNECTIONS or self._turn_out()
        if room:
            self._here[protocol] = None
            self._changed(len(self._here))
        if not room or len(self._here) == MOST_CONNECTIONS:
            self._tell_full()
        if not room:
            return None

        def told(batch: object, count: int) -> None:
            self._told(batch, count)  # type: ignore[arg-type]
            committed(count)

        return self._open_feed(told)

    def close(self, protocol: RecordsProtocol) -> None:
        """A connection is gone."""
        self._here.pop(protocol, None)
        self._full = self._full and len(self._here) > MOST_CONNECTIONS // 2
        self._changed(len(self._here))

    def throttle(self, newest: RecordsProtocol) -> None:
        """Stop reading from every connection while too many records wait for the writer.

        From all at once: were each stopped at its own next read, hundreds of connections would bring hundreds of
        reads beyond the bound.
        """
        if self._holding:
            newest.pause()
        elif self._crowded():
            self._holding = True
            for protocol in self._here:
                protocol.pause()

    def relax(self) -> None:
        """The writer has caught up: read on."""
        if self._holding:
            self._holding = False
            for protocol in list(self._here):
                protocol.resume()

    def close_all(self) -> None:
        """End every connection."""
        for protocol in list(self._here):
            protocol.abort()

    def _turn_out(self) -> bool:
        """Close the oldest connection that never brought a byte; False if all have."""
        silent = next((one for one in self._here if not one.spoke), None)
        if silent is None:
            return False
        del self._here[silent]
        silent.abort()
        return True

    def _tell_full(self) -> None:
        """Say so for the page, and once in the log until half of them are gone."""
        words = f"all {MOST_CONNECTIONS} places for connections are taken; silent ones are closed, others are refused"
        self.problem(words)
        if not self._full:
            self._full = True
            self._log.warn("{words}", words=words)


class RecordsFactory(Factory):
    """Makes the connections of one source."""

    noisy = False

    def __init__(self, session: Callable[[], Session], framer: Callable[[], Framer], door: Door) -> None:
        self._session, self._framer, self._door = session, framer, door

    def buildProtocol(self, addr: IAddress | None) -> RecordsProtocol:
        """A connection with its own session and framer."""
        return RecordsProtocol(self._session(), self._framer(), self._door)


class Listener(Service):
    """Somebody dials us. A port that cannot be had is told in a plain sentence, for the start to fail with."""

    def __init__(
        self,
        endpoint: IStreamServerEndpoint,
        factory: IProtocolFactory,
        failed: Callable[[str], None],
        state: Callable[[bool, str], None] = lambda up, problem: None,
    ) -> None:
        self._endpoint, self._factory, self._failed, self._state = endpoint, factory, failed, state
        self._port: IListeningPort | None = None

    def startService(self) -> None:
        """Listen."""
        super().startService()  # type: ignore[no-untyped-call]
        listening = self._endpoint.listen(self._factory)
        listening.addCallbacks(self._listening, self._could_not)

    def stopService(self) -> Deferred[None] | None:
        """Listen no more."""
        super().stopService()  # type: ignore[no-untyped-call]
        port, self._port = self._port, None
        stopped: Deferred[None] | None = None if port is None else maybeDeferred(port.stopListening)  # type: ignore[call-overload]
        return stopped

    def _listening(self, port: IListeningPort) -> None:
        self._port = port
        self._state(True, "")

    def _could_not(self, failure: Failure) -> None:
        failure.trap(CannotListenError)  # type: ignore[no-untyped-call]
        error = failure.value
        assert isinstance(error, CannotListenError)  # the trap lets nothing else through
        self._failed(f"cannot listen on port {error.port}: {error.socketError.strerror}")


@implementer(IStreamClientEndpoint)
class InTurn:
    """Several addresses of one exchange: each attempt to connect goes to the next of them."""

    def __init__(self, endpoints: Sequence[IStreamClientEndpoint]) -> None:
        self._endpoints = cycle(endpoints)

    def connect(self, factory: Any) -> Deferred[Any]:
        """Dial the next one."""
        return next(self._endpoints).connect(factory)


def dialler(endpoint: IStreamClientEndpoint, factory: RecordsFactory, clock: IReactorTime) -> ClientService:
    """We dial the exchange, and dial again with growing delay."""

    def delay(attempts: int) -> float:
        return min(LONGEST_DELAY, FIRST_DELAY * 1.5 ** min(attempts, 20))

    return ClientService(endpoint, factory, retryPolicy=delay, clock=clock)
