"""Peers on real sockets that do what they should not: each is a protocol that is given the request it received."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from tests.in_reactor import reactor

#: What a peer does with a request that it has read whole, or, where `early`, with a connection that was just made.
Deed = Callable[["Peer"], None]


class Peer(Protocol):
    """One connection of a peer."""

    def __init__(self, house: PeerHouse) -> None:
        self._house, self._data = house, b""

    def connectionMade(self) -> None:
        """Somebody came."""
        self._house.open.add(self)
        self._house.connections += 1
        if self._house.early is not None:
            self._house.early(self)

    def dataReceived(self, data: bytes) -> None:
        """Wait until a request is whole."""
        self._data += data
        head, _, body = self._data.partition(b"\r\n\r\n")
        lengths = [one for one in head.split(b"\r\n") if one.lower().startswith(b"content-length:")]
        wanted = int(lengths[0].split(b":")[1]) if lengths else 0
        if b"\r\n\r\n" in self._data and len(body) >= wanted:
            self._house.requests.append(self._data)
            self._data = b""
            self._house.deed(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """They left."""
        self._house.open.discard(self)

    def say(self, data: bytes) -> None:
        """Write."""
        assert self.transport is not None
        self.transport.write(data)

    def close(self) -> None:
        """Close after what was written."""
        assert self.transport is not None
        self.transport.loseConnection()

    def reset(self) -> None:
        """Close at once."""
        self.transport.abortConnection()  # type: ignore[union-attr]


class PeerHouse(Factory):
    """A peer that listens; `deed` may be changed while it runs."""

    def __init__(self, deed: Deed, early: Deed | None = None) -> None:
        self.deed, self.early = deed, early
        self.requests: list[bytes] = []
        self.connections = 0
        self.open: set[Peer] = set()
        self.port: Any = None

    def buildProtocol(self, addr: object) -> Peer:
        """A connection."""
        return Peer(self)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port.getHost().port}/service"

    def leave(self) -> Any:
        """Listen no more, and hang up on everybody."""
        for peer in list(self.open):
            peer.reset()
        return self.port.stopListening()


@contextmanager
def listening(deed: Deed, early: Deed | None = None) -> Iterator[PeerHouse]:
    """A peer on a free port of loopback."""
    house = PeerHouse(deed, early)
    house.port = reactor.listenTCP(0, house, interface="127.0.0.1")
    try:
        yield house
    finally:
        house.leave()


def answer(body: bytes, *, status: str = "200 OK", media: str = "text/xml; charset=utf-8", more: str = "") -> bytes:
    """An answer, whole."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body
