"""One exchange with a web service: a request out, an answer back, and what is known where there is none.

What matters here is on which side of one line a failure falls. `NotReached`: no byte of the request left this machine
(no address, no connection, no TLS), so that asking again is safe. `NoAnswer`: the request may have arrived and been
carried out, and nobody can tell.

Connections. A kept-alive connection that the other side has closed in the meantime would swallow a request, and a
charge would be in doubt that never arrived. So one is only used again within `REUSE_SECONDS`, which is less than any
server waits by default: the look-up and the charge that follows it share one, and so do charges in a row. Should a
used connection break all the same before a byte of the answer came, that is `NoAnswer` like any other.

No redirect is followed, nothing is unpacked, no cookie is kept, and an answer is only read to `MAX_ANSWER_BYTES`.
Twisted's client is told not to send anything a second time by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IConsumer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import (  # type: ignore[attr-defined]  # it does not list all it gives
    Agent,
    HTTPConnectionPool,
    RequestGenerationFailed,
    RequestNotSent,
    RequestTransmissionFailed,
    ResponseDone,
    ResponseFailed,
)
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer, IResponse
from zope.interface import implementer

from pms_adapters.web.connecting import CannotConnect, Endpoints, Trust

MAX_ANSWER_BYTES: Final = 4 * 2**20
"""Bytes of one answer: the bill of a guest who stayed a year is under a megabyte."""
REUSE_SECONDS: Final = 2.0
"""A connection that has rested longer is not used again: web servers close after 5 s and more, and we must not guess."""
MAX_CONNECTIONS: Final = 2
"""Resting connections to one PMS: one of charges, one of the question whether it is there."""


MOST_HEADERS: Final = 1_000
"""Sets of headers that are kept made up: there are two or three for each service of each property."""


class NotReached(Exception):
    """The PMS could not be reached, so nothing was sent; the words say why."""


class NoAnswer(Exception):
    """Something was sent and no answer came that can be trusted; the words say why."""


class Unsendable(Exception):
    """What was to be said has no place in the contract with the PMS; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole: the status, the media type in small letters without its parameters, the body, and the headers."""

    status: int
    media_type: str
    body: bytes
    headers: Headers = field(default_factory=Headers)

    def header(self, name: str) -> str:
        """The first value of a header; empty where there is none."""
        return (self.headers.getRawHeaders(name) or [""])[0]


class Web:
    """The way to one web service; `whose` it is stands in what is said of its failures, `most` bounds the bytes of an answer."""

    def __init__(
        self,
        reactor: Any,
        *,
        connect_timeout: float,
        trust: Trust | None,
        whose: str = "the PMS",
        most: int = MAX_ANSWER_BYTES,
    ) -> None:
        self._reactor, self._whose, self._most = reactor, whose, most
        self._pool = HTTPConnectionPool(reactor, persistent=True)  # type: ignore[no-untyped-call]
        self._pool.retryAutomatically = False
        self._pool.maxPersistentPerHost = MAX_CONNECTIONS
        self._pool.cachedConnectionTimeout = REUSE_SECONDS  # type: ignore[assignment]
        self._endpoints = Endpoints(reactor, connect_timeout, trust)
        self._agent = Agent.usingEndpointFactory(reactor, self._endpoints, self._pool)  # type: ignore[no-untyped-call]

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        """Send once and wait for the whole answer; raises NotReached or NoAnswer. `timeout` is in seconds."""
        return await self._timed(b"POST", url, _Outgoing(body), headers, timeout)

    async def get(self, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        """Ask for what stands at an address; raises NotReached or NoAnswer."""
        return await self._timed(b"GET", url, None, headers, timeout)

    def close(self) -> None:
        """Close every connection; an exchange under way ends as one without an answer."""
        self._pool.closeCachedConnections()  # type: ignore[no-untyped-call]
        self._endpoints.abort()

    async def _timed(
        self, method: bytes, url: str, outgoing: _Outgoing | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Call it off when its time is up: whatever it waits for then fails, and here it is known why."""
        waiting: list[Deferred[Any]] = []
        alarm = self._reactor.callLater(timeout, _call_off, waiting)
        try:
            asked = self._agent.request(method, url.encode(), _raw(url, tuple(headers.items())), outgoing)
            return await self._whole(asked, waiting)
        except (NotReached, NoAnswer, CancelledError) as error:
            if alarm.active():
                raise
            kind = NoAnswer if outgoing is None or outgoing.began else NotReached
            raise kind(f"{self._whose} did not answer within {timeout:g} seconds") from error
        finally:
            if alarm.active():
                alarm.cancel()

    async def _whole(self, asked: Deferred[IResponse], waiting: list[Deferred[Any]]) -> Answer:
        """The answer to what was asked; `waiting` holds what is waited for at each moment."""
        try:
            waiting[:] = [asked]
            response = await asked
        except CannotConnect as error:
            raise NotReached(f"{self._whose} cannot be reached: {error}") from error
        except RequestNotSent as error:
            raise NotReached("the connection was closed before anything was written to it") from error
        except (ResponseFailed, RequestTransmissionFailed, RequestGenerationFailed) as error:
            raise NoAnswer(f"the connection broke before {self._whose} answered: {_reasons(error)}") from error
        try:
            collected = _collected(response, self._most)
            waiting[:] = [collected]
            content = await collected
        except (ResponseFailed, _TooLong) as error:
            raise NoAnswer(f"the answer of {self._whose} broke off: {_reasons(error)}") from error
        media = (response.headers.getRawHeaders(b"content-type") or [b""])[0]
        kind = media.split(b";")[0].strip().lower().decode("ascii", "replace")
        return Answer(response.code, kind, content, response.headers)


def _call_off(waiting: list[Deferred[Any]]) -> None:
    waiting[0].cancel()


@lru_cache(maxsize=MOST_HEADERS)
def _raw(url: str, headers: tuple[tuple[str, str], ...]) -> Headers:
    """The headers as Twisted's client takes them, with the host, so that it need not make a copy for each request."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    return Headers({**{name: [value] for name, value in headers}, "host": [host]})


@implementer(IBodyProducer)
class _Outgoing:
    """The body of a request, written in one piece; `began` once any of it was handed to the connection."""

    def __init__(self, body: bytes) -> None:
        self._body, self.length, self.began = body, len(body), False

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Write it."""
        self.began = True
        done: Deferred[None] = Deferred()
        consumer.write(self._body)
        done.callback(None)
        return done

    def pauseProducing(self) -> None:
        """It is written already."""

    resumeProducing = stopProducing = pauseProducing


class _TooLong(Exception):
    """An answer is longer than any that we could use."""


def _collected(response: IResponse, most: int) -> Deferred[bytes]:
    collecting = _Collecting(most)
    response.deliverBody(collecting)  # type: ignore[no-untyped-call]
    return collecting.whole


class _Collecting(Protocol):
    """Collects the body of an answer, up to its limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.whole: Deferred[bytes] = Deferred(lambda _: self._hang_up())
        self._pieces: list[bytes] = []
        self._length = 0

    def dataReceived(self, data: bytes) -> None:
        """A piece of it."""
        self._length += len(data)
        if self._length > self._most:
            self._hang_up()
            self._conclude(_failed(_TooLong(f"it is longer than {self._most} bytes")))
            return
        self._pieces.append(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The end of it."""
        whole = isinstance(reason.value, ResponseDone | PotentialDataLoss)
        self._conclude(b"".join(self._pieces) if whole else reason)

    def _conclude(self, result: bytes | Failure) -> None:
        if not self.whole.called:
            self.whole.callback(result)

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.loseConnection()


def _failed(error: Exception) -> Failure:
    return Failure(error)  # type: ignore[no-untyped-call]


def _reasons(error: Exception) -> str:
    """What Twisted's client collected, for a person."""
    reasons = getattr(error, "reasons", None)
    words = [str(one.value) for one in reasons] if reasons else [str(error)]
    return (
        "; ".join(dict.fromkeys(" ".join(one.split()).removesuffix(".") for one in words if one)) or "no reason given"
    )
