"""The guard behind the Door: who asks, by which session, and whether this address is for them.

A session is a cookie with a random secret: HttpOnly, SameSite=Strict, under TLS Secure and with the `__Host-` prefix, which keeps
other names and plain HTTP from setting it. A form that is posted must carry the seal of its session (CSRF); before anybody has
signed in, that of a cookie made for the form. The field `who` of a form is what the guard says, whatever was typed.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote_to_bytes

from markupsafe import escape

from gateway.languages.spoken import say, speak, spoken
from gateway.people.signing import SignedIn
from gateway.roles import NOBODY, RIGHTS, ROLES, Right, who_may
from gateway.store import tokens
from gateway.store.sessions import SECRET_BYTES
from gateway.web.pages import Page, Pages
from gateway.web.people import People, Signed, seal
from gateway.web.persons import SEAL_FIELD
from gateway.web.rest.answers import HTML, answer, text_of
from gateway.web.rest.problems import Problem
from gateway.web.rest.troubles import refused
from gateway.web.rights import access_to
from gateway.web.routing import html, is_ours, plain, see_other
from gateway.web.tongues import Tongues

#: How long a browser is remembered as one of the house, in seconds: ninety days.
_REMEMBERED: Final = 90 * 24 * 3600
#: Seconds that somebody may take at a provider.
_AWAY: Final = 600
#: What a person must be allowed who reads the API, which masks nothing.
_API: Final[tuple[Right, ...]] = ("see_calls", "see_full_numbers", "reports")
#: A live page that looks by itself says so; it does not keep a session alive.
LIVE_HEADER: Final = "x-foliogate-live"
#: So does a page that is told of its changes; a browser's event stream has no headers of its own.
LIVE_STREAM: Final = b"/rack/live"
#: The answer where somebody may not pass; None where the wings answer.
Answer: TypeAlias = bytes | None


class Guard:
    """Looks at every request of a house in which people sign in."""

    def __init__(self, people: People, pages: Pages, tongues: Tongues, *, secure: bool) -> None:
        self.people, self._pages, self._tongues, self._secure = people, pages, tongues, secure
        # One browser may look at several houses on one machine: cookies do not know ports.
        house = hashlib.sha256(people.owner.encode()).hexdigest()[:6]
        self._names = {
            kind: f"{'__Host-' if secure else ''}foliogate-{kind}-{house}" for kind in ("in", "known", "form", "away")
        }

    async def admit(self, request: Any) -> Answer:
        """Say who asks; the answer where that person may not."""
        request.person = NOBODY
        method = "GET" if request.method == b"HEAD" else request.method.decode("ascii")
        path = unquote_to_bytes(request.path).decode("utf-8")
        access = access_to(method, path)
        if access == "PROGRAM":
            return await self._program(request, method)
        signed = await self.signed(request)
        if signed is not None:
            request.person, request.seal, request.signed = signed.person, signed.seal, signed
            request.speech = self._tongues.of(request)
            speak(request.speech)
        elif access == "OPEN" and _has_form(path):
            request.seal = seal(self._form_cookie(request))
        match access:
            case "METRICS":
                return await self._metrics(request)
            case "OPEN":
                return await self._sealed(request, method) if _has_form(path) else None
            case None if signed is not None:
                words = say("There is nothing at this address. The pages that exist are named above.")
                return html(request, await self._pages.problem(404, say("Not here"), words))
        if signed is None:
            return await self._stranger(request, method)
        if access in RIGHTS and not signed.person.may(access):
            return html(request, await self._denied(signed, access))
        return await self._sealed(request, method)

    async def signed(self, request: Any) -> Signed | None:
        """Who is signed in by the cookie of this request."""
        asks = request.getHeader(LIVE_HEADER) is None and request.path != LIVE_STREAM
        return await self.people.signed(self._cookie(request, "in"), asks=asks)

    async def _stranger(self, request: Any, method: str) -> Answer:
        if method == "GET" and request.getHeader("sec-fetch-site") == "cross-site":
            return again(request, request.uri.decode("ascii", "replace"))
        if method == "GET":
            back = quote(request.uri, safe="")
            return see_other(request, f"/sign-in?to={back}" if request.uri != b"/" else "/sign-in")
        words = say("You are not signed in, or no longer. Nothing was done. Sign in and decide again.")
        return html(request, await self._pages.problem(403, say("Sign in first"), words))

    async def _denied(self, signed: Signed, right: Right) -> Page:
        role = signed.person.role
        called = say(ROLES[role]) if role is not None else ""
        others = _roles(right)
        words = say(
            "This is for those who may {right}: {others}. You are signed in as {name}, {role}.",
            right=say(RIGHTS[right]),
            others=others,
            name=signed.person.name,
            role=called,
        )
        return await self._pages.problem(403, say("Not for your role"), words)

    async def _sealed(self, request: Any, method: str) -> Answer:
        """A form must come from a page that was made for this session."""
        if method != "POST":
            return None
        shown = text_of(request, SEAL_FIELD.encode())
        if not is_ours(request) or not hmac.compare_digest(shown.encode("utf-8", "replace"), request.seal.encode()):
            words = say(
                "This form is not from a page that was made for you now. Nothing was done. Load the page again."
            )
            return html(request, await self._pages.problem(403, say("Not from here"), words))
        if request.person.signed_in:
            request.args[b"who"] = [request.person.name.encode()]
        return None

    # -- programs -------------------------------------------------------------------------------------------------

    async def _program(self, request: Any, method: str) -> Answer:
        """A program shows its token, which the API looks at itself; a person may read what the role allows."""
        if request.getHeader("authorization") is not None:
            return None
        signed = await self.signed(request)
        if method == "GET" and signed is not None:
            if all(signed.person.may(right) for right in _API):
                return None
            others = " or ".join(who_may("see_full_numbers"))
            return refused(
                request,
                Problem(403, f"The API tells whole numbers and reports: it is for {others}."),
            )
        return refused(request, Problem(401, "Show a token (Authorization: Bearer fg_…), or sign in to read."))

    async def _metrics(self, request: Any) -> Answer:
        """Numbers for Prometheus: to this machine, or to a token that may read."""
        if _is_loopback(address_of(request)):
            return None
        scheme, _, shown = (request.getHeader("authorization") or "").partition(" ")
        if scheme.lower() == "bearer":
            owner = self.people.owner
            token = await self.people.reads.read(lambda c: tokens.standing(c, owner, shown.strip()))
            if token is not None and token.allows("read"):
                return None
        request.setHeader("www-authenticate", 'Bearer realm="foliogate"')
        return plain(request, 401, "From another machine, show a token that may read.")

    # -- cookies --------------------------------------------------------------------------------------------------

    def browser(self, request: Any) -> str | None:
        """What this browser kept of an earlier sign-in."""
        return self._cookie(request, "known") or None

    def begun(self, request: Any, session: SignedIn) -> None:
        """Give the browser its session."""
        self._set(request, "in", session.session)
        self._set(request, "known", session.browser, max_age=str(_REMEMBERED))

    def ended(self, request: Any) -> None:
        """Take it away."""
        self._set(request, "in", "", max_age="0")

    def sent_away(self, request: Any, secrets_of_it: str) -> None:
        """Remember an attempt with a provider. Lax, since the browser comes back from there."""
        self._set(request, "away", secrets_of_it, max_age=str(_AWAY), same_site="lax")

    def came_back(self, request: Any) -> str:
        """What was remembered of it, this once."""
        self._set(request, "away", "", max_age="0", same_site="lax")
        return self._cookie(request, "away")

    def _form_cookie(self, request: Any) -> str:
        """The secret behind the form for signing in, made when there is none."""
        kept = self._cookie(request, "form")
        if kept:
            return kept
        made = secrets.token_urlsafe(SECRET_BYTES)
        self._set(request, "form", made)
        return made

    def _cookie(self, request: Any, kind: str) -> str:
        value = request.getCookie(self._names[kind].encode())
        return value.decode("ascii", "replace") if value is not None else ""

    def _set(self, request: Any, kind: str, value: str, max_age: str | None = None, same_site: str = "strict") -> None:
        request.addCookie(
            self._names[kind], value, path="/", max_age=max_age, secure=self._secure, httpOnly=True, sameSite=same_site
        )


def _roles(right: Right) -> str:
    """The roles that have a right, as people read them."""
    return ", ".join(say(one) for one in who_may(right))


def again(request: Any, address: str) -> bytes:
    """Let the browser ask once more, now from a page of ours: it sends no Strict cookie where another site led here."""
    where = escape(address)
    words = (
        f'<!doctype html><html lang="{spoken().language}"><meta charset="utf-8"><title>Foliogate</title><meta '
        f'http-equiv="refresh" content="0;url={where}"><p><a href="{where}">{escape(say("Go on"))}</a></p></html>'
    )
    return answer(request, 200, HTML, words.encode())


def address_of(request: Any) -> str:
    """Where a request comes from."""
    peer = request.getClientAddress()
    return str(getattr(peer, "host", ""))


def _has_form(path: str) -> bool:
    """Whether an address that is open to all has a form for people."""
    return path in ("/sign-in", "/language") or path.startswith("/invitation/")


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
