"""One connection of a FIAS link: the thin piece between Twisted's bytes and the records of `protocols.fias`.

It frames, decodes and encodes, and decides nothing. It does not know who connected: today we dial the PMS, and a PMS
that dials us needs a server endpoint with the same factory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, Protocol, assert_never

from twisted.internet import protocol
from twisted.internet.interfaces import IAddress, IDelayedCall, IPushProducer, IReactorTime, ITCPTransport
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from protocols.fias.codec import MAX_RECORD, BadRecord, Cut, Framed, FrameEvent, Frames, Overlong, Stray, decode, encode
from protocols.fias.records import Record

CLOSE_GRACE: Final = 5.0
"""Seconds for the last bytes to leave before a closing connection is cut: a peer that reads nothing would otherwise
keep it open until TCP gives up, a quarter of an hour later."""

LISTEN_AGAIN: Final = 0.1
"""Seconds until a PMS that told more than could be written down is listened to again, if it can be by then."""


class LineOwner(Protocol):
    """Whoever the line belongs to."""

    def line_made(self, line: FiasLine) -> None:
        """A connection stands."""

    def line_lost(self, line: FiasLine) -> None:
        """It is gone."""

    def record_came(self, line: FiasLine, record: Record) -> None:
        """A record came whole."""

    def odd_bytes(self, sentence: str) -> None:
        """Bytes came that are no record."""


@implementer(IPushProducer)
class FiasLine(protocol.Protocol):
    """One connection to one PMS."""

    _log = Logger()

    def __init__(
        self, owner: LineOwner, encoding: str, clock: IReactorTime, crowded: Callable[[], bool] = lambda: False
    ) -> None:
        self._owner, self._encoding, self._clock, self._crowded = owner, encoding, clock, crowded
        self._frames = Frames()
        self._cutting: IDelayedCall | None = None
        self._resting: IDelayedCall | None = None
        self._held: set[Literal["crowd", "peer"]] = set()

    @property
    def _wire(self) -> Any:
        """The transport; Twisted types it as less than what every TCP transport is."""
        return self.transport

    def connectionMade(self) -> None:
        """Have TCP notice a dead peer, not collect small records, and stop our reading while the peer does not read."""
        if ITCPTransport.providedBy(self.transport):
            self._wire.setTcpKeepAlive(True)
            self._wire.setTcpNoDelay(True)
        self._wire.registerProducer(self, True)
        self._owner.line_made(self)

    def dataReceived(self, data: bytes) -> None:
        """Take records out of the stream; trouble with one of them does not reach its neighbours."""
        for event in self._frames.feed(data):
            with self._log.failuresHandled("while taking a record from the PMS"):
                self._take(event)
        self._rest_if_crowded()

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:
        """Tell the owner."""
        for alarm in (self._cutting, self._resting):
            if alarm is not None and alarm.active():
                alarm.cancel()
        self._owner.line_lost(self)

    def write(self, record: Record) -> None:
        """Send one record."""
        self._wire.write(encode(record, self._encoding))

    @property
    def closing(self) -> bool:
        """True once it is to be closed: the last bytes still leave, and what comes is still heard."""
        return self._cutting is not None

    def close(self) -> None:
        """Close once everything is written, or after CLOSE_GRACE."""
        if self._cutting is None:
            self._cutting = self._clock.callLater(CLOSE_GRACE, self.abort)
            self._wire.loseConnection()

    def abort(self) -> None:
        """Close at once."""
        self._wire.abortConnection()

    def pauseProducing(self) -> None:
        """The peer does not read: a peer that only asks must not fill our memory with answers."""
        self._hold("peer")

    def resumeProducing(self) -> None:
        """The peer reads again."""
        self._go_on("peer")

    def stopProducing(self) -> None:
        """The connection is going; connectionLost says the rest."""

    def _rest_if_crowded(self) -> None:
        """Listen no more while what was told cannot be written down quickly enough; look again in a moment."""
        if self._crowded():
            self._hold("crowd")
            self._resting = self._clock.callLater(LISTEN_AGAIN, self._rest_if_crowded)
        elif "crowd" in self._held:
            self._go_on("crowd")

    def _hold(self, why: Literal["crowd", "peer"]) -> None:
        self._held.add(why)
        self._wire.pauseProducing()

    def _go_on(self, why: Literal["crowd", "peer"]) -> None:
        self._held.discard(why)
        if not self._held:
            self._wire.resumeProducing()

    def _take(self, event: FrameEvent) -> None:
        if not isinstance(event, Framed):
            self._owner.odd_bytes(_told(event))
            return
        record = decode(event.data, self._encoding)
        if isinstance(record, BadRecord):
            self._owner.odd_bytes(f"a frame without a record: {record.reason}")
        else:
            self._owner.record_came(self, record)


def _told(event: Overlong | Cut | Stray) -> str:
    match event:
        case Overlong(head):
            return f"a record longer than {MAX_RECORD} bytes, beginning with {head[:8]!r}; skipped"
        case Cut(data):
            return f"a record without an end, {len(data)} bytes, beginning with {data[:8]!r}"
        case Stray(head, count):
            return f"{count} bytes outside any record, beginning with {head[:8]!r}"
        case _:
            assert_never(event)


class LineFactory(protocol.Factory):
    """Makes a line for each connection, whoever dialled."""

    noisy = False

    def __init__(
        self, owner: LineOwner, encoding: str, clock: IReactorTime, crowded: Callable[[], bool] = lambda: False
    ) -> None:
        self._owner, self._encoding, self._clock, self._crowded = owner, encoding, clock, crowded

    def buildProtocol(self, addr: IAddress | None) -> FiasLine:
        """One line."""
        return FiasLine(self._owner, self._encoding, self._clock, self._crowded)
