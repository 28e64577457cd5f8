"""Asking a site over HTTP without a socket: the real parser of requests, the real site, bytes in and bytes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from gateway.web.house import House
from gateway.web.laboratory import Laboratory
from gateway.web.report_pages import Workshop
from gateway.web.security import QuietSite
from gateway.web.service import door
from gateway.web.streams import Streams

T = TypeVar("T")

#: How long an answer may take, on the clock of the test: steps and seconds of each.
MOST_WAITS = 100
WAIT = 0.1


def at_once(work: Callable[[], T]) -> Deferred[T]:
    """Run a read here and now."""
    return maybeDeferred(work)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, taken apart."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as a value."""
        return json.loads(self.body)


class Asker:
    """A site and whoever asks it."""

    def __init__(
        self,
        house: House,
        elsewhere: Any = at_once,
        laboratory: Laboratory | None = None,
        workshop: Workshop | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.streams = Streams(self.clock)
        self.door = door(house, self.clock, elsewhere, laboratory, workshop, self.streams)
        self.site = QuietSite(self.door, self.clock)

    def get(self, address: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for an address."""
        return self.send(f"{method} {address} HTTP/1.1", headers)

    def post(self, address: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send a form."""
        return self.send(f"POST {address} HTTP/1.1", headers, urlencode(fields).encode())

    def tell(self, address: str, value: Any, token: str = "", **headers: str) -> Answer:
        """Send a value as JSON, as the program that has a token."""
        said = {"content-type": "application/json", "authorization": f"Bearer {token}" if token else ""}
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.send(f"POST {address} HTTP/1.1", said | headers, body)

    def send(self, first: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send a request as bytes and take the answer apart."""
        said = {"host": "localhost:8080", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body:
            said = {"content-length": str(len(body)), "content-type": "application/x-www-form-urlencoded"} | said
        lines = [first, *(f"{name}: {value}" for name, value in said.items() if value), "connection: close", "", ""]
        return self.exchange("\r\n".join(lines).encode() + body)

    def exchange(self, data: bytes) -> Answer:
        """Send bytes as they are."""
        channel: Any = self.site.buildProtocol(None)  # type: ignore[no-untyped-call]
        transport: Any = StringTransport()  # type: ignore[no-untyped-call]
        transport.abortConnection = transport.loseConnection
        channel.makeConnection(transport)
        for begin in range(0, len(data), 65_536):
            channel.dataReceived(data[begin : begin + 65_536])
        for _ in range(MOST_WAITS):  # a page may wait a little for what it asked for
            if transport.value() or not self.clock.getDelayedCalls():
                break
            self.clock.advance(WAIT)
        answer = _taken_apart(transport.value())
        channel.connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]
        return answer


def _taken_apart(data: bytes) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = _unchunked(body)
    cookies = tuple(one.partition(":")[2].strip() for one in lines if one.lower().startswith("set-cookie:"))
    return Answer(int(first.split()[1]) if first else 0, headers, body, cookies)


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + rest[:length], rest[length + 2 :]
        if not length:
            break
    return whole
