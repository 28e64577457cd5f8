"""Records that are posted to us over HTTP: FreeSWITCH, Yeastar, whatever sends a web hook at the end of a call.

The answer is the acknowledgement: 200 only after the records are committed, so that whoever posted keeps and repeats what was
not. Every request must carry the token: as a password (Basic), as a bearer, or, for exchanges that can set neither, as `?token=`.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from gateway.intake.batch import Batch
from gateway.intake.feed import Feed, Told
from gateway.intake.whole import frames_of
from protocols.framing import Framer

#: The longest body: a call of many legs as XML is a tenth of it.
LONGEST_BODY: Final = 256 * 1024
#: Requests that may wait for their commit; more are asked to come again.
MOST_WAITING: Final = 1_000
#: Seconds a sender is asked to wait while nothing can be kept.
COME_AGAIN: Final = 5
#: Seconds of silence after which a connection is closed.
LONGEST_SILENCE: Final = 60


def may_post(token: str, authorization: str | None, asked: str | None) -> bool:
    """Whether a request carries the token. Pure; the comparison takes as long for a near miss as for a far one."""
    scheme, _, rest = (authorization or "").partition(" ")
    said = rest.strip()
    if scheme.lower() == "basic":
        try:
            said = b64decode(said, validate=True).decode("utf-8", "replace").partition(":")[2]
        except NotBase64:
            said = ""
    elif scheme.lower() != "bearer":
        said = asked or ""
    return hmac.compare_digest(said.encode("utf-8", "replace"), token.encode())


class PushRequest(Request):
    """A request that forgets the part of its body beyond the bound, and remembers that there was one."""

    too_long = False

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 (Twisted calls it so)
        """Twisted hands over a piece of the body."""
        if self.content is not None and self.content.tell() + len(data) > LONGEST_BODY:
            self.too_long = True
            return
        super().handleContentChunk(data)  # type: ignore[no-untyped-call]


class Inlet(Resource):
    """Whatever is posted to any address of the port."""

    isLeaf = True

    def __init__(
        self,
        *,
        token: str,
        open_feed: Callable[[Told], Feed],
        framer: Callable[[], Framer],
        crowded: Callable[[], bool],
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._token, self._framer, self._crowded = token, framer, crowded
        self._waiting: deque[tuple[int, Deferred[None]]] = deque()
        self._feed = open_feed(self._told)
        self._kept = 0
        self._taken = 0

    def render(self, request: Any) -> Any:
        """Take what was posted, and answer when it is kept."""
        refused = self._refusal(request)
        if refused is not None:
            return _say(request, *refused)
        frames = frames_of(self._framer(), request.content.read())
        if not frames:
            return _say(request, 400, "There is no record in this.")
        self._taken += len(frames)
        kept: Deferred[None] = Deferred()
        self._waiting.append((self._taken, kept))
        gone = request.notifyFinish()
        gone.addErrback(lambda _: None)  # whoever posted has hung up: the records are kept all the same
        kept.addCallback(lambda _: None if request._disconnected else _finish(request))
        self._feed.take(frames)
        return NOT_DONE_YET

    def _refusal(self, request: Any) -> tuple[int, str] | None:
        asked = request.args.get(b"token", [b""])[0].decode("utf-8", "replace") if b"?" in request.uri else None
        if not may_post(self._token, request.getHeader("authorization"), asked):
            request.setHeader("www-authenticate", 'Basic realm="call records"')
            return 401, "The token is missing or wrong."
        if request.method != b"POST":
            request.setHeader("allow", "POST")
            return 405, "Call records are posted here."
        if request.too_long:
            return 413, f"A request has at most {LONGEST_BODY} bytes."
        if self._crowded() or len(self._waiting) >= MOST_WAITING:
            request.setHeader("retry-after", str(COME_AGAIN))
            return 503, "Nothing can be kept now; send it again."
        return None

    def _told(self, batch: Batch | None, count: int) -> None:
        """So many more are committed, in the order in which they came."""
        self._kept += count
        while self._waiting and self._waiting[0][0] <= self._kept:
            self._waiting.popleft()[1].callback(None)


class PushSite(Site):
    """A site that tells the log nothing of what is posted."""

    displayTracebacks = False
    noisy = False

    def __init__(self, inlet: Inlet, clock: Any) -> None:
        super().__init__(inlet, requestFactory=PushRequest, timeout=LONGEST_SILENCE, reactor=clock)  # type: ignore[no-untyped-call]

    def log(self, request: Any) -> None:
        """Twisted wants a line for each request; there is none."""


def _say(request: Any, status: int, words: str) -> bytes:
    request.setResponseCode(status)
    request.setHeader("content-type", "text/plain; charset=utf-8")
    return f"{words}\n".encode()


def _finish(request: Any) -> None:
    request.write(_say(request, 200, "Kept."))
    request.finish()
