"""The connections of a HOBIC line: the thin piece between Twisted's bytes and the machine of `protocols.hobic`.

It decides nothing, and does not know who connected: we dial the PMS, the PMS dials us, or a serial port was opened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from twisted.application.service import Service
from twisted.internet import protocol
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IListeningPort,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
    ITCPTransport,
)
from twisted.python.failure import Failure
from zope.interface import implementer

CLOSE_GRACE: Final = 2.0
"""Seconds for the last bytes to leave before a closing connection is cut."""


class LineOwner(Protocol):
    """Whoever the line belongs to."""

    def line_made(self, line: HobicLine) -> None:
        """A connection stands."""

    def line_lost(self, line: HobicLine) -> None:
        """It is gone."""

    def bytes_came(self, line: HobicLine, data: bytes) -> None:
        """The PMS said something."""


class HobicLine(protocol.Protocol):
    """One connection to one PMS."""

    def __init__(self, owner: LineOwner, clock: IReactorTime) -> None:
        self._owner, self._clock = owner, clock
        self._cutting: IDelayedCall | None = None

    @property
    def _wire(self) -> Any:
        """The transport; a serial port has less than a TCP connection."""
        return self.transport

    def connectionMade(self) -> None:
        """Have TCP notice a dead peer and send each line at once."""
        if ITCPTransport.providedBy(self.transport):
            self._wire.setTcpKeepAlive(True)
            self._wire.setTcpNoDelay(True)
        self._owner.line_made(self)

    def dataReceived(self, data: bytes) -> None:
        """Hand it on."""
        self._owner.bytes_came(self, data)

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:
        """Tell the owner."""
        if self._cutting is not None and self._cutting.active():
            self._cutting.cancel()
        self._owner.line_lost(self)

    def write(self, data: bytes) -> None:
        """Put bytes on the line."""
        self._wire.write(data)

    def close(self) -> None:
        """Close once everything is written, or after CLOSE_GRACE."""
        if self._cutting is None:
            self._cutting = self._clock.callLater(CLOSE_GRACE, self.abort)
            self._wire.loseConnection()

    def abort(self) -> None:
        """Close at once. A serial port has no word for it: what it has not sent yet would keep it open for ever."""
        cut = getattr(self._wire, "abortConnection", None)
        if cut is not None:
            cut()
        elif self._wire.connected:
            self._wire.connectionLost(Failure(ConnectionAborted()))  # type: ignore[no-untyped-call]


class LineFactory(protocol.Factory):
    """Makes a line for each connection, whoever dialled."""

    noisy = False

    def __init__(self, owner: LineOwner, clock: IReactorTime) -> None:
        self._owner, self._clock = owner, clock

    def buildProtocol(self, addr: IAddress | None) -> HobicLine:
        """One line."""
        return HobicLine(self._owner, self._clock)


@implementer(IStreamClientEndpoint)
class Telling:
    """An endpoint that says why it could not connect: ClientService tries again and tells nobody."""

    def __init__(self, endpoint: IStreamClientEndpoint, told: Callable[[str], None]) -> None:
        self._endpoint, self._told = endpoint, told

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:  # noqa: N803 - as the interface has it
        """Connect, or tell why not."""
        return self._endpoint.connect(protocolFactory).addErrback(self._failed)

    def _failed(self, failure: Failure) -> Failure:
        self._told(failure.getErrorMessage())
        return failure


class Listening(Service):
    """Lets a PMS dial us: like Twisted's ClientService, but at the other end; a port that is taken is tried again."""

    def __init__(
        self,
        endpoint: IStreamServerEndpoint,
        factory: LineFactory,
        delay: Callable[[int], float],
        clock: IReactorTime,
        told: Callable[[str], None],
    ) -> None:
        self._endpoint, self._factory, self._delay, self._clock, self._told = endpoint, factory, delay, clock, told
        self._port: IListeningPort | None = None
        self._again: IDelayedCall | None = None
        self._failed = 0

    def startService(self) -> None:
        """Listen."""
        super().startService()  # type: ignore[no-untyped-call]
        self._listen()

    def stopService(self) -> Deferred[None]:
        """Take no more connections; the one that stands is its owner's to close."""
        super().stopService()  # type: ignore[no-untyped-call]
        if self._again is not None and self._again.active():
            self._again.cancel()
        port, self._port = self._port, None
        return succeed(None) if port is None else maybeDeferred(port.stopListening).addCallback(lambda _: None)

    def _listen(self) -> None:
        self._endpoint.listen(self._factory).addCallbacks(self._listening, self._taken)

    def _listening(self, port: IListeningPort) -> None:
        self._port = port
        if not self.running:
            port.stopListening()

    def _taken(self, failure: Failure) -> None:
        self._failed += 1
        self._told(failure.getErrorMessage())
        if self.running:
            self._again = self._clock.callLater(self._delay(self._failed), self._listen)
