"""The control port of the simulated PMS: what stands on the folios, and buttons for everything that can go wrong.

  GET  /state   /rooms   /folios (every posting, in order; ?booked=1 only those that were charged)
  POST /checkin {"room": "101"}      /checkout {"room": "101", "reservation": "77001"}
       /move {"from": "101", "to": "102"}      /faults {"faults": ["ry:3", "late:5"]}
       /cut   /restore   /goodbye   /audit/start   /audit/end

Answers are JSON; what cannot be done is 409, what is not understood 400, each with `{"error": "a sentence"}`.

It has no password, so it must not be a way in for web pages that a browser on this machine has open: a POST needs the
content type application/json, which a page of another site cannot send without asking first, and the Host header must
be a loopback name, so that a name which points here by trickery (DNS rebinding) leads nowhere. Bodies are bounded.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any, ClassVar, Final, Protocol, TypeAlias

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from gateway.simulators.loopback import is_loopback
from gateway.simulators.occupancy import Occupancy
from gateway.simulators.pms_script import Playable
from gateway.simulators.stays import GuestMove

LONGEST_BODY: Final = 16_384
"""Bytes of a request's body: every command is a line."""
FAULTS_AT_MOST: Final = 100
"""Words in one request."""


Command: TypeAlias = Callable[[dict[str, Any]], Awaitable[object]]
"""What a POST does: takes the body's object, returns what to answer."""


class ControlledPms(Playable, Protocol):
    """What the control port needs of a simulated PMS."""

    @property
    def office(self) -> Occupancy:
        """Rooms and guests."""

    def state(self) -> dict[str, object]:
        """How the PMS stands."""

    def postings(self) -> list[dict[str, Any]]:
        """Every posting in order, with `booked` and `amount`."""


class BoundedRequest(Request):
    """A request that forgets the part of its body beyond the bound, and remembers that there was one."""

    longest: ClassVar[int] = LONGEST_BODY
    too_long = False

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 (Twisted calls it so)
        """Twisted hands over a piece of the body."""
        if self.content is not None and self.content.tell() + len(data) > self.longest:
            self.too_long = True
            return
        super().handleContentChunk(data)  # type: ignore[no-untyped-call]


class _Refused(Exception):
    """A request that is not understood, with the status to answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class ControlPort(Resource):
    """The whole of it; the paths are few, so they are a table and not a tree."""

    isLeaf = True
    log = Logger()

    def __init__(self, pms: ControlledPms, any_host: bool, more: Mapping[str, Command]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._pms, self._any_host = pms, any_host
        self._reads: dict[str, Callable[[Request], object]] = {
            "/state": lambda request: pms.state(),
            "/rooms": lambda request: {"rooms": [self._room(room) for room in pms.office.rooms]},
            "/folios": self._folios,
        }
        self._writes: dict[str, Command] = {
            "/checkin": self._checkin,
            "/checkout": self._checkout,
            "/move": self._move,
            "/faults": self._faults,
            "/cut": self._cut,
            "/restore": self._restore,
            "/goodbye": self._goodbye,
            "/audit/start": self._audit_start,
            "/audit/end": self._audit_end,
            **more,
        }

    def render(self, request: Request) -> int:
        """Twisted wants an answer; it comes at once or when the command is done."""
        Deferred.fromCoroutine(self._respond(request)).addErrback(self._mistake, request)
        return NOT_DONE_YET

    async def _respond(self, request: Request) -> None:
        try:
            status, answer = 200, await self._answer(request)
        except _Refused as refused:
            status, answer = refused.status, {"error": str(refused)}
        except (ValueError, CannotListenError) as refused:
            status, answer = 409, {"error": str(refused)}
        self._send(request, status, answer)

    def _send(self, request: Any, status: int, answer: object) -> None:
        """Answers, if there is still somebody to answer; Any, because Twisted has no types for what is called here."""
        if request.channel is None:
            return
        request.setResponseCode(status)
        request.setHeader(b"content-type", b"application/json")
        request.setHeader(b"cache-control", b"no-store")
        request.write(json.dumps(answer, ensure_ascii=False).encode("utf-8") + b"\n")
        request.finish()

    def _mistake(self, failure: Failure, request: Request) -> None:
        self.log.failure("While answering the control port:", failure)
        self._send(request, 500, {"error": "A mistake of the simulator's own; its log says more."})

    async def _answer(self, request: Request) -> object:
        path = request.path.decode("ascii", "replace")
        host = request.getRequestHostname().decode("ascii", "replace")  # type: ignore[no-untyped-call]
        if not (self._any_host or is_loopback(host.strip("[]"))):
            raise _Refused(403, f"This port answers to loopback names, not to {host!r}.")
        if request.method == b"GET" and path in self._reads:
            return self._reads[path](request)
        if request.method == b"POST" and path in self._writes:
            return await self._writes[path](self._body(request))
        if path in self._reads or path in self._writes:
            raise _Refused(405, f"{path} is for {'GET' if path in self._reads else 'POST'}.")
        raise _Refused(404, f"There is no {path}; there are {', '.join((*self._reads, *self._writes))}.")

    def _body(self, request: Request) -> dict[str, Any]:
        kind = request.getHeader("content-type") or ""
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise _Refused(415, "A command needs the content type application/json.")
        if getattr(request, "too_long", False):
            raise _Refused(413, f"A command has at most {LONGEST_BODY} bytes.")
        text = request.content.read() if request.content else b""
        try:
            body = json.loads(text) if text.strip() else {}
        except (ValueError, RecursionError):
            raise _Refused(400, "The body is not JSON.") from None
        if not isinstance(body, dict):
            raise _Refused(400, "The body must be a JSON object.")
        return body

    def _folios(self, request: Request) -> object:
        every = self._pms.postings()
        booked = [one for one in every if one["booked"]]
        return {
            "postings": booked if b"booked" in (request.args or {}) else every,
            "booked": len(booked),
            "total": sum(one["amount"] or 0 for one in booked),
        }

    def _room(self, room: str) -> dict[str, object]:
        guests = self._pms.office.occupants(room)
        return {"room": room, "vacant": not guests, "guests": [_plain(asdict(guest)) for guest in guests]}

    async def _checkin(self, body: dict[str, Any]) -> object:
        return _move(self._pms.house.check_in(_text(body, "room")))

    async def _checkout(self, body: dict[str, Any]) -> object:
        return _move(self._pms.house.check_out(_text(body, "room"), _text(body, "reservation")))

    async def _move(self, body: dict[str, Any]) -> object:
        rooms = _text(body, "from"), _text(body, "to")
        if None in rooms:
            raise _Refused(400, 'A move needs "from" and "to".')
        return _move(self._pms.house.move(rooms[0] or "", rooms[1] or "", _text(body, "reservation")))

    async def _faults(self, body: dict[str, Any]) -> object:
        words = body.get("faults")
        words = [words] if isinstance(words, str) else words
        if (
            not isinstance(words, list)
            or not all(isinstance(word, str) for word in words)
            or len(words) > FAULTS_AT_MOST
        ):
            raise _Refused(400, 'Faults are a list of words: {"faults": ["ry:3"]}.')
        self._pms.house.fault(",".join(words))
        return {"faults": self._pms.house.faults.words()}

    async def _cut(self, body: dict[str, Any]) -> object:
        await self._pms.cut()
        return {"listening": False}

    async def _restore(self, body: dict[str, Any]) -> object:
        await self._pms.restore()
        return {"listening": True}

    async def _goodbye(self, body: dict[str, Any]) -> object:
        self._pms.goodbye()
        return {}

    async def _audit_start(self, body: dict[str, Any]) -> object:
        self._pms.house.audit(True)
        return {"night_audit": True}

    async def _audit_end(self, body: dict[str, Any]) -> object:
        self._pms.house.audit(False)
        return {"night_audit": False}


def control_site(
    pms: ControlledPms, reactor: Any, any_host: bool = False, more: Mapping[str, Command] = MappingProxyType({})
) -> Site:
    """Makes the web site that the control port serves; `any_host` lets names that are not loopback in.

    `more` are commands by their paths that this PMS alone knows; they raise ValueError for what cannot be done.
    """
    site = Site(ControlPort(pms, any_host, more), requestFactory=BoundedRequest, timeout=60, reactor=reactor)  # type: ignore[no-untyped-call]
    site.displayTracebacks = False
    return site


def _move(move: GuestMove) -> dict[str, object]:
    return _plain({**asdict(move), "guest": _plain(asdict(move.guest))})


def _plain(values: dict[str, Any]) -> dict[str, object]:
    """Dates and instants as text."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise _Refused(400, f'"{name}" must be text.')
    return value
