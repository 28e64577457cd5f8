"""One connection of a FIAS link: the thin piece between Twisted's bytes and the records of `protocols.fias`.

It frames, decodes and encodes, and decides nothing. It does not know who connected: today we dial the PMS, and a PMS
that dials us needs a server endpoint with the same factory.
"""

from __future__ import annotations

from typing import Final, Protocol, assert_never

from twisted.internet import protocol
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime, ITCPTransport
from twisted.logger import Logger
from twisted.python.failure import Failure

from protocols.fias.codec import MAX_RECORD, BadRecord, Cut, Framed, FrameEvent, Frames, Overlong, Stray, decode, encode
from protocols.fias.records import Record

CLOSE_GRACE: Final = 5.0
"""Seconds for the last bytes to leave before a closing connection is cut: a peer that reads nothing would otherwise
keep it open until TCP gives up, a quarter of an hour later."""


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


class FiasLine(protocol.Protocol):
    """One connection to one PMS."""

    _log = Logger()

    def __init__(self, owner: LineOwner, encoding: str, clock: IReactorTime) -> None:
        self._owner, self._encoding, self._clock = owner, encoding, clock
        self._frames = Frames()
        self._cutting: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """Have TCP notice a dead peer, and do not let it collect small records."""
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpKeepAlive(True)
            self.transport.setTcpNoDelay(True)
        self._owner.line_made(self)

    def dataReceived(self, data: bytes) -> None:
        """Take records out of the stream; trouble with one of them does not reach its neighbours."""
        for event in self._frames.feed(data):
            with self._log.failuresHandled("while taking a record from the PMS"):
                self._take(event)

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:
        """Tell the owner."""
        if self._cutting is not None and self._cutting.active():
            self._cutting.cancel()
        self._owner.line_lost(self)

    def write(self, record: Record) -> None:
        """Send one record."""
        assert self.transport is not None
        self.transport.write(encode(record, self._encoding))

    def close(self) -> None:
        """Close once everything is written, or after CLOSE_GRACE."""
        assert self.transport is not None
        if self._cutting is None:
            self._cutting = self._clock.callLater(CLOSE_GRACE, self.abort)
            self.transport.loseConnection()

    def abort(self) -> None:
        """Close at once."""
        assert self.transport is not None
        # Every transport that Twisted has can be aborted, but the interface of them all does not say so.
        getattr(self.transport, "abortConnection", self.transport.loseConnection)()

    def _take(self, event: FrameEvent) -> None:
        match event:
            case Framed(data):
                record = decode(data, self._encoding)
                if isinstance(record, BadRecord):
                    self._owner.odd_bytes(f"a frame without a record: {record.reason}")
                else:
                    self._owner.record_came(self, record)
            case Overlong(head):
                self._owner.odd_bytes(f"a record longer than {MAX_RECORD} bytes, beginning with {head[:8]!r}; skipped")
            case Cut(data):
                self._owner.odd_bytes(f"a record without an end, {len(data)} bytes, beginning with {data[:8]!r}")
            case Stray(head, count):
                self._owner.odd_bytes(f"{count} bytes outside any record, beginning with {head[:8]!r}")
            case _:
                assert_never(event)


class LineFactory(protocol.Factory):
    """Makes a line for each connection, whoever dialled."""

    noisy = False

    def __init__(self, owner: LineOwner, encoding: str, clock: IReactorTime) -> None:
        self._owner, self._encoding, self._clock = owner, encoding, clock

    def buildProtocol(self, addr: IAddress | None) -> FiasLine:
        """One line."""
        return FiasLine(self._owner, self._encoding, self._clock)
