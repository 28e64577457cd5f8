"""An adapter over HTTP in memory: a real web server of Twisted's as the PMS, and a clock; no sockets, no threads.

A dialect's own fake is a `WebPms`: it says what each request is answered. The scene carries the bytes, breaks connections
where it is told to, and is the stage of the contract suite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred, succeed
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from pms_adapters.contract import Ability, Attempt, Mood, Recorder, a_posting
from pms_adapters.posting import FolioReader, PmsAdapter, Posting, ReadBack
from tests.memory import MemoryNetwork

URL = "http://pms.example/service"
HOTEL = ZoneInfo("Europe/Vienna")
MORNING = datetime(2026, 11, 20, 7, 20, tzinfo=UTC)
"""Five minutes after the call of the contract suite, so that it is fresh."""
GUEST_SINCE = MORNING - timedelta(days=1)

PROBED = "999"
"""The room that the adapter looks at for a sign of life."""
Spoil: TypeAlias = Literal["close", "half", "html", "error", "moved", "foreign", "dtd", "empty"]
"""What becomes of an answer on its way: none and a close, half of it, a page with 200, a page with 500, a redirect, an
answer of another service, a document type, nothing with 200."""
SPOILS: tuple[Spoil, ...] = ("close", "half", "html", "error", "moved", "foreign", "dtd", "empty")

_PAGE = b"<html><body>Please sign in to the hotel's network</body></html>"
_BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request, as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer."""

    body: bytes
    status: int = 200
    kind: str = "text/xml; charset=utf-8"


GARBAGE = Answer(body=b"\x00 nonsense", kind="application/octet-stream")


@dataclass(kw_only=True)
class WebPms:
    """The PMS's mind. `take` is called by a dialect's fake with the token of each charge that came whole.

    `books` is whether what is charged stands on the folio; None: what the PMS says yes to. `spoils` is what becomes of
    answers to charges from now on, and `spoils_all` of all answers. Once a charge was met with silence the PMS is `dumb`:
    it gives no sign of life.
    """

    mood: Mood = "yes"
    books: bool | None = None
    dumb: bool = False
    spoils: Spoil | None = None
    spoils_all: Spoil | None = None
    arrived: list[int] = field(default_factory=list)
    booked: list[int] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    def answer(self, heard: Heard) -> Answer | None:
        """What to say; None is silence."""
        said = self.say_to(heard)
        if self.is_charge(heard):
            if self.mood == "nothing":
                self.dumb = True
                return None
            return GARBAGE if self.mood == "garbage" else said
        return None if self.dumb and self.is_probe(heard) else said

    def say_to(self, heard: Heard) -> Answer:
        """What a PMS in its right mind says: to a charge, yes or no by the mood."""
        raise NotImplementedError

    def is_charge(self, heard: Heard) -> bool:
        """Whether a request charges anything."""
        raise NotImplementedError

    def is_probe(self, heard: Heard) -> bool:
        """Whether a request only asks for a sign of life."""
        return PROBED in f"{heard.path} {heard.body.decode()}"

    def take(self, token: int) -> bool:
        """A charge came: whether it is put on the folio."""
        self.arrived.append(token)
        booked = self.mood == "yes" if self.books is None else self.books
        if booked:
            self.booked.append(token)
        return booked

    def spoil_of(self, heard: Heard) -> Spoil | None:
        """What becomes of the answer to this request."""
        return self.spoils if self.spoils is not None and self.is_charge(heard) else self.spoils_all


class _Door(Resource):
    isLeaf = True

    def __init__(self, pms: WebPms) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._pms = pms
        self.waiting: list[Callable[[], None]] = []

    def render(self, request: Any) -> Any:
        headers = {
            name.decode().lower(): values[0].decode() for name, values in request.requestHeaders.getAllRawHeaders()
        }
        heard = Heard(
            method=request.method.decode(), path=request.uri.decode(), headers=headers, body=request.content.read()
        )
        self._pms.heard.append(heard)
        request.notifyFinish().addErrback(lambda _: None)  # whoever asked may be gone before the answer
        answer = self._pms.answer(heard)
        if answer is None:
            if self._pms.is_charge(heard):
                self.waiting.append(lambda: self._answer_late(request, heard))
            return NOT_DONE_YET
        return _spoilt(request, answer, self._pms.spoil_of(heard))

    def _answer_late(self, request: Any, heard: Heard) -> None:
        tokens = list(self._pms.arrived), list(self._pms.booked)
        answer = self._pms.say_to(heard)
        self._pms.arrived, self._pms.booked = tokens
        if request.channel is not None:
            request.setHeader("content-type", answer.kind)
            request.setResponseCode(answer.status)
            request.write(answer.body)
            request.finish()


def _spoilt(request: Any, answer: Answer, spoil: Spoil | None) -> Any:
    """Put an answer on the wire, or what is left of it."""
    request.setResponseCode(answer.status)
    request.setHeader("content-type", answer.kind)
    if spoil == "close":
        request.transport.loseConnection()
        return NOT_DONE_YET
    if spoil == "half":
        request.setHeader("content-length", str(len(answer.body)))
        request.write(answer.body[: len(answer.body) // 2])
        request.transport.loseConnection()
        return NOT_DONE_YET
    if spoil in {"html", "error", "moved"}:
        request.setResponseCode({"html": 200, "error": 500, "moved": 302}[spoil])
        request.setHeader("content-type", "text/html")
        request.setHeader("location", "http://elsewhere.example/")
        return _PAGE
    if spoil == "dtd":
        return _BOMB
    if spoil == "empty":
        return b""
    if spoil == "foreign" and answer.kind == "application/json":
        request.setResponseCode(200)
        return b'{"another": "service"}'
    if spoil == "foreign":
        return answer.body.replace(b'xmlns="', b'xmlns="http://elsewhere.example/')
    return answer.body


Making: TypeAlias = Callable[[Any, Callable[[], datetime]], PmsAdapter]
"""Makes the adapter on a reactor and a wall clock."""


class WebScene(MemoryNetwork):
    """The adapter, its PMS and the clock of one test; a stage of the contract suite, too."""

    settling = 1.0
    answer_timeout = 30.0

    abilities: frozenset[Ability]
    pms: Any

    def __init__(self, pms: WebPms, make: Making) -> None:
        super().__init__(MORNING)
        self.pms = pms
        self.door = _Door(pms)
        self.reactor.listenTCP(80, Site(self.door, reactor=self.reactor))  # type: ignore[no-untyped-call]
        self.adapter = make(self.reactor, self.now)
        self.listener = Recorder()

    # -- what a test does ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the adapter and let the link stand."""
        self.adapter.start(self.listener)
        self.advance(self.settling)
        assert self.adapter.state.ready, self.adapter.state.why
        self.pms.heard.clear()

    def post(self, posting: Posting | None = None) -> Attempt:
        """One attempt, with a second to go through."""
        attempt = Attempt(self.adapter.post(posting or a_posting()))
        self.advance(1)
        return attempt

    def read_back(self, posting: Posting | None = None) -> ReadBack:
        """What the folio tells."""
        assert isinstance(self.adapter, FolioReader)
        heard: list[ReadBack] = []
        self.adapter.read_back(posting or a_posting()).addCallback(heard.append)
        self.advance(self.answer_timeout + 1)
        assert len(heard) == 1, heard
        return heard[0]

    # -- the stage of the contract suite ---------------------------------------------------------------------------

    def say(self, mood: Mood) -> None:
        """How the PMS answers charges from now on."""
        self.pms.mood = mood
        if mood != "nothing":
            self.pms.dumb = False

    def book(self, willing: bool) -> None:
        """Whether charges come to stand on the folio."""
        self.pms.books = willing

    def answer_late(self) -> None:
        """The PMS says yes to the first charge that it left without an answer, and is there again."""
        self.pms.mood, self.pms.dumb = "yes", False
        self.door.waiting.pop(0)()
        self.flow()

    def leave(self) -> None:
        """Every connection breaks, and the PMS cannot be reached."""
        self.reachable = False
        self.cut()

    def come_back(self) -> None:
        """The PMS can be reached again."""
        self.reachable, self.pms.dumb = True, False

    def arrived(self) -> list[int]:
        """The tokens of the charges that reached the PMS."""
        return list(self.pms.arrived)

    def goodbyes(self) -> int:
        """Nobody says goodbye over HTTP."""
        return 0


def at_once(work: Callable[[], Any]) -> Deferred[Any]:
    """What a thread would do, done at once."""
    return succeed(work())
