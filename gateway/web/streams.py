"""One page told live to all who look at it: server-sent events (WHATWG HTML, section 9.2), made once for everybody
who reads the same language.

Once a second, while somebody looks, the page is looked at and the pieces that have changed are sent to all. The number of
streams is bounded. A reader who does not keep up is dropped: its browser comes again and gets the page as it is then, so
nothing piles up here for a laptop that fell asleep. A stream ends after some minutes, so that whoever was signed out
meanwhile is asked again who he is, and all of them end when the gateway stops.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from zope.interface import implementer

from gateway.languages.speech import Speech
from gateway.languages.spoken import speak
from gateway.web.persons import dressed, person_of

#: Streams at a time: every desk of a large house, and few beside the 200 connections of the site.
MOST: Final = 64
#: Seconds between two looks, and until a silent stream says that it is alive.
EVERY: Final = 1.0
SILENCE: Final = 15.0
#: Seconds until a stream ends and its reader comes again.
LONGEST: Final = 600.0
#: Milliseconds after which a browser that lost its stream comes again.
AGAIN: Final = 3_000

_log = Logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page as it stands: its pieces by id, and a name for the `body`, which a reader may have already.

    `shape` is the same as long as the same pieces stand in the same places; else a reader has to load the page again.
    """

    shape: str
    digest: str
    body: Mapping[str, str]
    around: Mapping[str, str]


def event(kind: str, digest: str, text: str) -> str:
    """One event as it is written. Pure."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {kind}\nid: {digest}\n{lines}\n"


def changed(before: Seen, now: Seen) -> str:
    """What to send to those who have seen `before`; empty where there is nothing to tell. Pure."""
    if before.shape != now.shape:
        return event("reload", now.digest, "")
    pieces = [
        text
        for mine, theirs in ((now.around, before.around), (now.body, before.body))
        for key, text in mine.items()
        if theirs.get(key) != text
    ]
    return event("pieces", now.digest, "\n".join(pieces)) if pieces else ""


@implementer(IPushProducer)
class _Reader:
    """Somebody who looks: a request that is written to until it is over."""

    def __init__(self, request: Any, until: float) -> None:
        self.request, self.until, self.speech = request, until, request.speech
        self.over: Deferred[None] = Deferred()
        self.slow = self.lost = False
        request.registerProducer(self, True)
        request.notifyFinish().addErrback(lambda _reason: self._gone())

    def tell(self, text: str) -> None:
        """Write it; a reader who has not taken the last is dropped."""
        if self.slow:
            self.request.channel.transport.abortConnection()  # what waits in its buffer is not waited for
        else:
            self.request.write(dressed(text, person_of(self.request), "").encode("utf-8", "replace"))

    def end(self) -> None:
        """Nothing more is told."""
        if not self.over.called:
            if not self.lost:
                self.request.unregisterProducer()
            self.over.callback(None)

    def _gone(self) -> None:
        self.lost = True
        self.end()

    def pauseProducing(self) -> None:
        """The reader does not keep up."""
        self.slow = True

    def resumeProducing(self) -> None:
        """It has caught up."""
        self.slow = False

    def stopProducing(self) -> None:
        """The connection is gone; `notifyFinish` tells it too."""


@dataclass(slots=True)
class _Told:
    """What those who read in one language saw last, and when they were told anything."""

    seen: Seen
    at: float


class Streams:
    """Everybody who looks at the page that `look` tells of."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._readers: list[_Reader] = []
        self._last: dict[str, _Told] = {}
        self._turn: Any = None
        self._look: Callable[[], Awaitable[Seen]] | None = None
        self.closed = False

    def begin(self, look: Callable[[], Awaitable[Seen]]) -> None:
        """What there is to be seen."""
        self._look = look

    @property
    def readers(self) -> int:
        """How many keep the page open."""
        return len(self._readers)

    @property
    def full(self) -> bool:
        """Whether nobody more is taken."""
        return self.closed or len(self._readers) >= MOST

    async def serve(self, request: Any, known: str) -> bytes:
        """Tell a reader what changes until he goes; `known` is the digest of the body that he has."""
        assert self._look is not None
        seen = await self._look()
        request.setHeader("content-type", "text/event-stream; charset=utf-8")
        reader = _Reader(request, self._clock.seconds() + LONGEST)
        self._readers.append(reader)
        reader.tell(f"retry: {AGAIN}\n\n")
        body = [] if known == seen.digest else [*seen.body.values()]
        reader.tell(event("pieces", seen.digest, "\n".join([*seen.around.values(), *body])))
        self._last.setdefault(request.speech.language, _Told(seen, self._clock.seconds()))
        if self._turn is None:
            self._turn = self._clock.callLater(EVERY, self._go_round)
        await reader.over
        self._readers.remove(reader)
        return b""

    def close(self) -> None:
        """End every stream, and take no more."""
        self.closed = True
        if self._turn is not None and self._turn.active():
            self._turn.cancel()
        self._turn = None
        for reader in list(self._readers):
            reader.end()

    def _go_round(self) -> None:
        now = self._clock.seconds()
        for reader in [one for one in self._readers if now >= one.until]:
            reader.end()
        if self._readers:
            Deferred.fromCoroutine(self._tell_all())
        else:
            self._turn, self._last = None, {}

    async def _tell_all(self) -> None:
        tongues = {reader.speech.language: reader.speech for reader in self._readers}
        self._last = {language: told for language, told in self._last.items() if language in tongues}
        for tongue in tongues.values():
            await self._tell(tongue)
        if not self.closed:
            self._turn = self._clock.callLater(EVERY, self._go_round)

    async def _tell(self, tongue: Speech) -> None:
        """Tell those who read the page in one language."""
        speak(tongue)
        text = ""
        try:
            text = await self._tidings(tongue.language)
        except Exception:  # noqa: BLE001 (a look that failed is told where it failed; the next may not)
            _log.failure("a live page could not be looked at")
        last, now = self._last[tongue.language], self._clock.seconds()
        if not text and now - last.at >= SILENCE:
            text = ": alive\n\n"
        if text:
            last.at = now
            for reader in [one for one in self._readers if one.speech.language == tongue.language]:
                reader.tell(text)

    async def _tidings(self, language: str) -> str:
        assert self._look is not None
        seen, last = await self._look(), self._last[language]
        before, last.seen = last.seen, seen
        return changed(before, seen)
