"""Exchanges over TCP, in both roles: they dial us, or we dial them. The protocol is glue; the rest is in feed.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from twisted.application.internet import ClientService
from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IReactorTime,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
    ITCPTransport,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.intake.feed import Feed, Told
from protocols.framing import Framer
from protocols.smdr.live import Dialling
from protocols.smdr.sessions import AmiSession, Session

#: Connections one listening source accepts at a time: a cluster of exchanges and their reconnects, not a siege.
MOST_CONNECTIONS: Final = 600
#: Seconds before the first and the longest wait until an exchange is dialled again.
FIRST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 30.0


class RecordsProtocol(Protocol):
    """One connection of an exchange."""

    def __init__(self, session: Session, framer: Framer, door: Door) -> None:
        self._session, self._framer, self._door = session, framer, door
        self._feed: Feed | None = None

    def connectionMade(self) -> None:
        """Greet, as the dialect's session has it; have TCP notice a dead peer, and send an acknowledgement at once."""
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpKeepAlive(True)
            self.transport.setTcpNoDelay(True)
        self._feed = self._door.open(self, self._committed)
        if self._feed is None:
            self._abort()
            return
        self._write(self._session.connected())

    def dataReceived(self, data: bytes) -> None:
        """Cut the bytes into records and put them in line; stop reading while too many wait."""
        if self._feed is None:
            return
        answer, payload = self._session.receive(data)
        self._write(answer)
        if isinstance(self._session, AmiSession):
            for dialling in self._session.diallings():
                self._door.dialled(dialling)
        if self._session.problem:
            self._door.problem(self._session.problem)
            self._abort()
        frames = self._framer.feed(payload) if payload else []
        if frames:
            self._feed.take(frames)
            self._door.throttle(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """What was cut off by the end of the connection is a record too: kept, with that reason."""
        if self._feed is not None:
            rest = self._session.rest() if isinstance(self._session, AmiSession) else b""
            frames = self._framer.feed(rest) + self._framer.end()
            if frames:
                self._feed.take(frames)
            self._door.close(self)

    def pause(self) -> None:
        """Read no more until `resume`."""
        self.transport.pauseProducing()  # type: ignore[union-attr]

    def resume(self) -> None:
        """Read on."""
        if self.connected:
            self.transport.resumeProducing()  # type: ignore[union-attr]

    def _committed(self, count: int) -> None:
        if self.connected:
            self._write(self._session.committed(count))

    def _write(self, data: bytes) -> None:
        if data:
            self.transport.write(data)  # type: ignore[union-attr]

    def _abort(self) -> None:
        self.transport.abortConnection()  # type: ignore[union-attr]


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
        dialled: Callable[[Dialling], None] = lambda _dialling: None,
    ) -> None:
        self.dialled = dialled
        self._open_feed, self._told, self._changed = open_feed, told, changed
        self.problem, self._crowded = problem, crowded
        self._here: set[RecordsProtocol] = set()
        self._paused: set[RecordsProtocol] = set()

    def open(self, protocol: RecordsProtocol, committed: Callable[[int], None]) -> Feed | None:
        """Let a connection in; None if there are too many."""
        if len(self._here) >= MOST_CONNECTIONS:
            self.problem(f"more than {MOST_CONNECTIONS} connections at a time; the newest is refused")
            return None
        self._here.add(protocol)
        self._changed(len(self._here))

        def told(batch: object, count: int) -> None:
            self._told(batch, count)  # type: ignore[arg-type]
            committed(count)

        return self._open_feed(told)

    def close(self, protocol: RecordsProtocol) -> None:
        """A connection is gone."""
        self._here.discard(protocol)
        self._paused.discard(protocol)
        self._changed(len(self._here))

    def throttle(self, protocol: RecordsProtocol) -> None:
        """Stop reading from a connection while too many records wait for the writer."""
        if self._crowded():
            self._paused.add(protocol)
            protocol.pause()

    def relax(self) -> None:
        """The writer has caught up: read on."""
        paused, self._paused = self._paused, set()
        for protocol in paused:
            protocol.resume()

    def close_all(self) -> None:
        """End every connection."""
        for protocol in list(self._here):
            protocol._abort()


class RecordsFactory(Factory):
    """Makes the connections of one source."""

    noisy = False

    def __init__(self, session: Callable[[], Session], framer: Callable[[], Framer], door: Door) -> None:
        self._session, self._framer, self._door = session, framer, door

    def buildProtocol(self, addr: IAddress | None) -> RecordsProtocol:
        """A connection with its own session and framer."""
        return RecordsProtocol(self._session(), self._framer(), self._door)


class Listener(Service):
    """The exchange dials us. A port that cannot be had is told in a plain sentence, for the start to fail with."""

    def __init__(self, endpoint: IStreamServerEndpoint, factory: RecordsFactory, failed: Callable[[str], None]) -> None:
        self._endpoint, self._factory, self._failed = endpoint, factory, failed
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

    def _could_not(self, failure: Failure) -> None:
        failure.trap(CannotListenError)  # type: ignore[no-untyped-call]
        error = failure.value
        assert isinstance(error, CannotListenError)  # the trap lets nothing else through
        self._failed(f"cannot listen on port {error.port}: {error.socketError.strerror}")


def dialler(endpoint: IStreamClientEndpoint, factory: RecordsFactory, clock: IReactorTime) -> ClientService:
    """We dial the exchange, and dial again with growing delay."""

    def delay(attempts: int) -> float:
        return min(LONGEST_DELAY, FIRST_DELAY * 1.5 ** min(attempts, 20))

    return ClientService(endpoint, factory, retryPolicy=delay, clock=clock)
