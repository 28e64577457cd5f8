"""Who may ask, and what a browser may do with the answer: the door in front of every page.

People sign in (`guard.py`); only where the pages are served to this machine alone may a house leave that out. Beside that the
danger is another site's page in somebody's browser. Against it stand:

* the Host header must be a loopback name or address or the configured host, so that a name which points here by
  trickery (DNS rebinding) leads nowhere;
* a deed must come from a page of ours: the browser says so (Sec-Fetch-Site, Origin) and the form carries a token that
  only our pages know. The token is bound to this process and to the posting as it was shown, so that a decision made
  on an old page is refused instead of carried out;
* a strict Content-Security-Policy (W3C CSP Level 3): nothing but our own files, no inline script or style, no frames;
* bodies are bounded, answers with data are never stored.

Addresses may hold digits and names that somebody searched for, so requests are not logged.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from typing import Any, Final, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocolNegotiationFactory
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site
from zope.interface import implementer

from gateway.languages.catalogues import STAFF
from gateway.languages.speech import Speech, speech
from gateway.languages.spoken import later, say, speak, speaking
from gateway.roles import ANYONE, NOBODY, Person
from gateway.web.reads import StoreBusy, StoreUnreadable
from gateway.web.rest.answers import answer, json_answer
from gateway.web.rest.problems import TYPE, problem_object
from gateway.web.tongues import Tongues

#: Bytes of a request's body: the longest form has a name and a reason.
LONGEST_BODY: Final = 16_384
#: Bytes of an address: a page's path, a search and a position.
LONGEST_ADDRESS: Final = 2_048
#: Seconds until a silent connection is closed; a live page asks every second.
SILENCE: Final = 60
#: Connections at a time: a browser holds six at most, and each may keep an answer of some 100 kB in memory.
MOST_CONNECTIONS: Final = 200

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
    "server": "foliogate",
}

#: Under TLS, browsers are told to come back by TLS alone: for a year (RFC 6797).
STRICT: Final = f"max-age={365 * 24 * 3600}"


class BoundedRequest(Request):
    """A request that forgets the part of its body beyond the bound, and remembers that there was one."""

    too_long = False
    #: Who asks, and what seals the forms of the session; the Door writes both.
    person: Person = NOBODY
    seal = ""
    #: What the answer is written in; the Door writes it too.
    speech: Speech = speech("en", STAFF)
    signed: Any = None

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 (Twisted calls it so)
        """Twisted hands over a piece of the body."""
        if self.content is not None and self.content.tell() + len(data) > LONGEST_BODY:
            self.too_long = True
            return
        super().handleContentChunk(data)  # type: ignore[no-untyped-call]


class QuietSite(Site):
    """A site that tells the log nothing of what people look at."""

    displayTracebacks = False
    noisy = False

    def __init__(self, root: Resource, clock: Any) -> None:
        super().__init__(root, requestFactory=BoundedRequest, timeout=SILENCE, reactor=clock)  # type: ignore[no-untyped-call]

    def log(self, request: Any) -> None:
        """Twisted wants a line for each request; there is none."""


class _Connection(ProtocolWrapper):
    """A connection that says when it is heard."""

    def dataReceived(self, data: bytes) -> None:
        """Something came."""
        self.factory.heard(self)
        super().dataReceived(data)  # type: ignore[no-untyped-call]


@implementer(IProtocolNegotiationFactory)
class BoundedSite(WrappingFactory):
    """A site that takes so many connections at a time; for one more, the one that was silent longest is closed.

    A browser that shows a live page asks every second, so it is never that one; connections that were opened and left
    are.
    """

    noisy = False
    protocol = _Connection

    def acceptableProtocols(self) -> list[bytes]:  # noqa: N802 (Twisted calls it so)
        """What TLS may agree on (ALPN); without it Twisted breaks off with every browser, which all offer something."""
        return [b"http/1.1"]

    def heard(self, connection: ProtocolWrapper) -> None:
        """It is not the silent one: the connections are kept in the order in which they were last heard."""
        if self.protocols.pop(connection, None) is not None:
            self.protocols[connection] = 1

    def registerProtocol(self, p: ProtocolWrapper) -> None:  # noqa: N802 (Twisted calls it so)
        """A connection is made."""
        if len(self.protocols) >= MOST_CONNECTIONS:
            silent = next(iter(self.protocols))
            del self.protocols[silent]
            silent.abortConnection()
        self.protocols[p] = 1

    def unregisterProtocol(self, p: ProtocolWrapper) -> None:  # noqa: N802 (Twisted calls it so)
        """A connection is gone."""
        self.protocols.pop(p, None)


class Wings(Resource):
    """What stands behind the door: the pages, and below some paths a wing of its own. The first path that fits has it."""

    isLeaf = True

    def __init__(self, pages: Resource, below: Mapping[bytes, Resource]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._pages, self._below = pages, below

    def render(self, request: Any) -> Any:
        """Let whoever has the path answer."""
        for path, resource in self._below.items():
            if _below(request.path, path):
                return resource.render(request)  # type: ignore[no-untyped-call]
        return self._pages.render(request)  # type: ignore[no-untyped-call]


class Admission(Protocol):
    """Who asks, and whether it is for that person (`guard.py`)."""

    def admit(self, request: Any) -> Awaitable[bytes | None]:
        """Say who asks, on the request; the answer where that person may not."""


class Door(Resource):
    """Every request passes here: headers on every answer, hosts and bodies looked at first, then the guard, if there is one."""

    isLeaf = True
    _log = Logger()

    def __init__(
        self,
        inside: Resource,
        hosts: Callable[[str], bool],
        guard: Admission | None = None,
        *,
        tongues: Tongues | None = None,
        secure: bool = False,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._inside, self._hosts, self.guard = inside, hosts, guard
        self._tongues = tongues  # None: what lies behind speaks English alone
        self._headers = {**HEADERS, **({"strict-transport-security": STRICT} if secure else {})}
        self.closed = False

    def render(self, request: Any) -> Any:
        """Refuse in a sentence, or let the pages answer."""
        for name, value in self._headers.items():
            request.setHeader(name, value)
        refused = self._refusal(request)
        if refused is None and self.guard is None:
            request.person = ANYONE
            return copy_context().run(self._rendered, request)
        if refused is None:
            self._ask(request, self.guard)  # type: ignore[arg-type]
            return NOT_DONE_YET
        return self._refused(request, *refused)

    def _rendered(self, request: Any) -> Any:
        self._speak(request)
        return self._inside.render(request)  # type: ignore[no-untyped-call]

    def _speak(self, request: Any) -> None:
        """From here on the language of whoever asks."""
        if self._tongues is not None:
            request.speech = self._tongues.of(request)
            speak(request.speech)

    def _ask(self, request: Any, guard: Admission) -> None:
        """Let the guard look, and the wings answer if it lets them."""
        gone: list[Any] = []
        request.notifyFinish().addErrback(gone.append)

        async def answered() -> None:
            request.person = NOBODY
            self._speak(request)
            try:
                said = await guard.admit(request)
            except (StoreBusy, StoreUnreadable) as error:
                request.setHeader("retry-after", "5")
                said = self._refused(request, 503, f"{str(error)[:1].upper()}{str(error)[1:]}.")
            except Exception:  # noqa: BLE001 (whatever it is, nobody passes by it)
                self._log.failure("the guard failed")
                said = self._refused(request, 500, later("A mistake of the program; its log says more."))
            if gone:
                return
            if said is None:
                self._speak(request)
                request.render(self._inside)
            else:
                request.write(said)
                request.finish()

        Deferred.fromCoroutine(answered())

    def _refused(self, request: Any, status: int, refusal: str) -> bytes:
        """A sentence before any page, in the language of whoever asks, as far as it is known: nobody has signed in yet."""
        tongue = request.speech if self._tongues is None else self._tongues.of(request)
        with speaking(tongue):
            words = say(refusal)
        if request.path.startswith(b"/api/"):
            return json_answer(request, status, problem_object(status, words), TYPE)
        return answer(request, status, "text/plain; charset=utf-8", f"{words}\n".encode())

    def _refusal(self, request: Any) -> tuple[int, str] | None:
        if self.closed:
            return 503, later("The gateway is stopping.")
        if not self._hosts(request.getRequestHostname().decode("ascii", "replace")):
            return 421, later("These pages answer to this machine's own name and address only.")
        if request.method not in (b"GET", b"HEAD", b"POST"):
            request.setHeader("allow", "GET, HEAD, POST")
            return 405, later("These pages are read with GET; decisions are sent with POST.")
        if not _is_text(request.path):
            return 400, later("An address is text in UTF-8.")
        if len(request.uri) > LONGEST_ADDRESS:
            # To a program it is a question that cannot be asked: each of its fields may be as long as is described.
            status = 400 if request.path.startswith(b"/api/") else 414
            return status, later("An address has at most {number} characters.", number=LONGEST_ADDRESS)
        if getattr(request, "too_long", False):
            return 413, later("A form has at most {number} bytes.", number=LONGEST_BODY)
        return None


def _below(asked: bytes, path: bytes) -> bool:
    """Whether an address is that path or something below it; `/reports` is not the beginning of `/reportsx`."""
    return asked.startswith(path) and (path.endswith(b"/") or asked[len(path) : len(path) + 1] in (b"", b"/"))


def _is_text(path: bytes) -> bool:
    try:
        unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def own_hosts(configured: str, page: str = "") -> Callable[[str], bool]:
    """The test for names this machine answers to: loopback, the host of the configuration, and that of `[watch] page`.

    Where every interface is listened on, any address in digits is good: no name can be made to point here by trickery.
    """
    wanted, named = configured.strip("[]").lower(), (urlsplit(page).hostname or "").lower()

    def ours(host: str) -> bool:
        name = host.strip("[]").lower()
        if name in {"localhost", wanted, named} and name:
            return True
        try:
            return ipaddress.ip_address(name).is_loopback or not wanted
        except ValueError:
            return False

    return ours


def from_our_page(fetch_site: str | None, origin: str | None, host: str | None) -> bool:
    """True where the browser does not say that a form came from another site. Pure.

    Sec-Fetch-Site decides where it is told (W3C Fetch Metadata). Else Origin must be ours; it is "null" under our own
    referrer policy and absent outside of browsers, and then the form's token alone decides.
    """
    if fetch_site is not None:
        return fetch_site == "same-origin"
    if origin is None or origin == "null":
        return True
    return host is not None and origin in (f"http://{host}", f"https://{host}")


class Tokens:
    """Signs what a page showed, with a secret of this process."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, *shown: object) -> str:
        """The token for a posting as it was shown."""
        words = "\x1f".join(map(str, shown)).encode()
        return hmac.new(self._secret, words, hashlib.sha256).hexdigest()

    def fits(self, token: str, *shown: object) -> bool:
        """True if the token was made by this process for exactly this."""
        return hmac.compare_digest(self.sign(*shown).encode(), token.encode("utf-8", "replace"))
