"""The door of the simulated SOAP PMS: requests as bytes in, answers as bytes out, spoilt as the faults want it.

Each request is checked against the contract's schemas before anything is done; one that they do not allow is answered
with a fault that says why. A GET shows the folios as a page (`page.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, Final

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from gateway.simulators.loopback import is_loopback
from gateway.simulators.pms_control import BoundedRequest
from gateway.simulators.soap import page
from gateway.simulators.soap.contract import Contract
from gateway.simulators.soap.faults import Delivery, Treatment
from gateway.simulators.soap.pms import SoapPms
from gateway.simulators.soap.wire import CONTENT_TYPES, Asked, Malformed, fault, read, written

LONGEST_REQUEST: Final = 262_144
"""Bytes of a request: the longest of ours has some thousand."""
LARGE: Final = 64
"""Megabytes of a large answer: more than any caller should take."""
_CRASH: Final = (
    b"<html><head><title>Runtime Error</title></head><body><h1>Server Error in '/' Application.</h1></body></html>"
)
_SIGN_IN: Final = b"<html><body><h1>Welcome to the hotel network</h1><p>Please sign in.</p></body></html>"
_BOMB: Final = (
    b'<?xml version="1.0"?>\n<!DOCTYPE bomb [<!ENTITY a "bombbombbomb">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>\n"
)


class _SoapRequest(BoundedRequest):
    longest: ClassVar[int] = LONGEST_REQUEST


class SoapDoor(Resource):
    """The whole of it: every address is the same service, as behind a web server that sends them all to it."""

    isLeaf = True
    log = Logger()

    def __init__(self, pms: SoapPms, clock: IReactorTime, any_host: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._pms, self._clock, self._any_host = pms, clock, any_host
        self._contract = Contract(pms.dialect.contracts)

    def render_GET(self, request: Any) -> bytes:
        """The folios, for people."""
        host = request.getRequestHostname().decode("ascii", "replace").strip("[]")
        if not (self._any_host or is_loopback(host)):
            request.setResponseCode(403)
            return b"This page answers to loopback names.\n"
        for name, value in page.HEADERS.items():
            request.setHeader(name, value)
        room = (request.args or {}).get(b"room", [b""])[0].decode("utf-8", "replace")[:20]
        return page.drawn(self._pms, room).encode("utf-8")

    def render_POST(self, request: Any) -> int:
        """A call of an operation."""
        self._pms.counts["requests"] += 1
        if request.too_long:
            self._send(request, 413, "text/plain", b"The request is too long.\n")
            return NOT_DONE_YET
        try:
            asked = read(request.content.read(), request.getHeader("content-type") or "", _action(request))
        except Malformed as malformed:
            self._odd(str(malformed))
            self._send(request, 400, CONTENT_TYPES["1.1"], fault("1.1", "client", str(malformed)))
            return NOT_DONE_YET
        problem, operation = self._understood(asked)
        if problem:
            self._odd(problem)
            self._send(request, 500, CONTENT_TYPES[asked.version], fault(asked.version, "client", problem))
        else:
            self._serve(request, asked, operation)
        return NOT_DONE_YET

    def _understood(self, asked: Asked) -> tuple[str, str]:
        """What is wrong with a request, or the operation that it asks for."""
        operation = self._contract.operation(asked.payload)
        if operation is None:
            return f"There is no operation for {asked.payload.tag!s}.", ""
        if asked.action not in ("", operation.action):
            return f"The SOAPAction {asked.action!r} is not that of {operation.name}.", ""
        for part in (*asked.headers, asked.payload):
            if problem := self._contract.problem(part):
                return f"The contract does not allow this {operation.name}: {problem}", ""
        return "", operation.name

    def _serve(self, request: Any, asked: Asked, operation: str) -> None:
        pms = self._pms
        pms.counts[operation] += 1
        kind = pms.dialect.kind(operation)
        treatment = pms.faults.treatment(kind)
        if kind != "charge" and not treatment.done:
            body = b""
        else:
            answer = pms.answer(operation, asked, treatment)
            if problem := self._contract.problem(answer.payload):
                self.log.error("The simulator's own answer breaks the contract: {problem}", problem=problem)
            body = written(asked.version, answer.payload, answer.header)
        _DELIVERIES[treatment.delivery](self, request, asked, treatment, body)

    def _odd(self, sentence: str) -> None:
        self._pms.oddity(sentence)

    # -- how an answer goes out, or does not -----------------------------------------------------------------------

    def _send(self, request: Any, status: int, content_type: str, body: bytes) -> None:
        """Answers, if there is still somebody to answer."""
        if request.channel is None:
            return
        request.setResponseCode(status)
        request.setHeader(b"content-type", f"{content_type}; charset=utf-8".encode())
        request.setHeader(b"content-length", str(len(body)).encode())
        request.write(body)
        request.finish()

    def _now(self, request: Any, asked: Asked, _: Treatment, body: bytes) -> None:
        self._send(request, 200, CONTENT_TYPES[asked.version], body)

    def _late(self, request: Any, asked: Asked, treatment: Treatment, body: bytes) -> None:
        later = self._clock.callLater(treatment.seconds, self._now, request, asked, treatment, body)
        request.notifyFinish().addErrback(lambda _: later.cancel() if later.active() else None)

    def _never(self, request: Any, *_: object) -> None:
        """The caller waits until it has enough of it."""
        request.notifyFinish().addErrback(lambda _: None)

    def _close(self, request: Any, *_: object) -> None:
        if request.channel is not None:
            request.channel.forceAbortClient()

    def _half(self, request: Any, asked: Asked, _: Treatment, body: bytes) -> None:
        if request.channel is None:
            return
        request.setHeader(b"content-type", CONTENT_TYPES[asked.version].encode())
        request.setHeader(b"content-length", str(len(body)).encode())
        request.write(body[: len(body) // 2])
        request.channel.loseConnection()

    def _fault(self, request: Any, asked: Asked, *_: object) -> None:
        said = fault(asked.version, "server", "Server was unable to process request.")
        self._send(request, 500, CONTENT_TYPES[asked.version], said)

    def _wrong_namespace(self, request: Any, asked: Asked, _: Treatment, body: bytes) -> None:
        spoilt = re.sub(rb'(xmlns(?::\w+)?="http://(?!schemas\.xmlsoap|www\.w3)[^"]*)"', rb'\1/moved"', body)
        self._send(request, 200, CONTENT_TYPES[asked.version], spoilt)

    def _crash(self, request: Any, *_: object) -> None:
        self._send(request, 500, "text/html", _CRASH)

    def _html(self, request: Any, *_: object) -> None:
        self._send(request, 200, "text/html", _SIGN_IN)

    def _dtd(self, request: Any, asked: Asked, _: Treatment, body: bytes) -> None:
        spoilt = _BOMB + body.partition(b"?>")[2].lstrip().replace(b"</soap:Body>", b"<bomb>&j;</bomb></soap:Body>")
        self._send(request, 200, CONTENT_TYPES[asked.version], spoilt)

    def _large(self, request: Any, asked: Asked, _: Treatment, body: bytes) -> None:
        """The answer, with much white space before its end; in pieces, so that it is never whole in memory."""
        if request.channel is None:
            return
        piece = b" " * 1_048_576
        head, mark, tail = body.rpartition(b"</soap:Envelope>")
        request.setHeader(b"content-type", CONTENT_TYPES[asked.version].encode())
        request.setHeader(b"content-length", str(len(body) + LARGE * len(piece)).encode())
        pieces = _Pieces(request, [head, *[piece] * LARGE, mark + tail])
        request.registerProducer(pieces, True)
        pieces.resumeProducing()


class _Pieces:
    """Writes pieces as fast as the reader takes them: a push producer (twisted.internet.interfaces.IPushProducer)."""

    def __init__(self, request: Any, pieces: list[bytes]) -> None:
        self._request, self._pieces = request, iter(pieces)
        self._paused = False

    def resumeProducing(self) -> None:
        """Write until the reader has enough, or there is no more."""
        self._paused = False
        while not self._paused:
            piece = next(self._pieces, None)
            if piece is None:
                self._request.unregisterProducer()
                self._request.finish()
                return
            self._request.write(piece)

    def pauseProducing(self) -> None:
        """The reader has enough for now."""
        self._paused = True

    def stopProducing(self) -> None:
        """The reader is gone."""
        self._paused = True


_DELIVERIES: Final[dict[Delivery, Callable[[SoapDoor, Any, Asked, Treatment, bytes], None]]] = {
    "now": SoapDoor._now,
    "late": SoapDoor._late,
    "close-before": SoapDoor._close,
    "close-after": SoapDoor._close,
    "deaf": SoapDoor._never,
    "silence": SoapDoor._never,
    "half": SoapDoor._half,
    "fault": SoapDoor._fault,
    "wrong-namespace": SoapDoor._wrong_namespace,
    "error-500": SoapDoor._crash,
    "html": SoapDoor._html,
    "dtd": SoapDoor._dtd,
    "large": SoapDoor._large,
}


def door_site(pms: SoapPms, reactor: Any) -> Site:
    """The web site that the PMS serves."""
    any_host = pms.settings.beyond_loopback
    site = Site(SoapDoor(pms, reactor, any_host), requestFactory=_SoapRequest, timeout=600, reactor=reactor)  # type: ignore[no-untyped-call]
    site.displayTracebacks = False
    return site


def _action(request: Request) -> str:
    return request.getHeader("soapaction") or ""
