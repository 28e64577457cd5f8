"""OPERA Cloud over OHIP: tokens, and the questions for one charge.

A token is asked for by our own credentials and again a minute before it ends. Should the gateway take it back before,
it answers 401 without looking at the request: a new token is asked for and the same request sent once more, unless it
has been given up meanwhile. A charge that was answered 401 twice is refused, to be offered again later; nothing was
booked.

What is said and what it means is in `ohip_messages`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from twisted.internet.interfaces import IReactorTime

from pms_adapters.posting import Posted, Posting, ReadBack, Refused
from pms_adapters.rest.ohip_messages import (
    OhipOptions,
    Request,
    Unusable,
    charge_request,
    found_in,
    journal_request,
    outcome_of,
    stays_in,
    stays_request,
    token_in,
    token_request,
)
from pms_adapters.web.connecting import Trust
from pms_adapters.web.exchange import Answer, NoAnswer, NotReached, Web
from pms_adapters.web.link import Dialect, WebAdapter, WebSettings
from pms_adapters.web.stays import Stay, no_code, payer

RENEW_BEFORE: Final = 60.0
"""Seconds before its end at which a token is no longer used: a request under way must not outlive it."""
NOT_SIGNED_IN: Final = 401
"""The gateway's status for a token that it does not take."""


class Ohip:
    """The dialect of one hotel behind one gateway; `str` is the number of the reservation that pays."""

    def __init__(
        self, settings: WebSettings, options: OhipOptions, web: Web, clock: IReactorTime, now: Callable[[], datetime]
    ) -> None:
        self._settings, self._options, self._web = settings, options, web
        self._clock, self._now = clock, now
        self._token, self._good_until = "", 0.0

    async def prepare(self) -> None:
        """Nothing need be loaded."""

    async def look(self, room: str) -> None:
        """Who is in a room; without a room, whether the gateway knows us."""
        if room:
            await self._stays(room)
        else:
            await self._signed_in()

    async def find(self, posting: Posting) -> str | Refused:
        """The reservation that pays, or why none does."""
        if not self._options.code_of(posting):
            return no_code(posting)
        paying = payer(await self._stays(posting.room), posting, self._now())
        return paying if isinstance(paying, Refused) else paying.key

    async def charge(self, posting: Posting, account: str, timeout: float) -> Posted | Refused:
        """postBillingCharges."""
        answer = await self._asked(lambda token: charge_request(self._options, token, posting, account), timeout)
        return outcome_of(answer.status, answer.body)

    async def read(self, posting: Posting, account: str | None) -> ReadBack:
        """Look for a posting in the journal of the house, where it stands wherever it was routed to."""
        today = self._now().astimezone(self._settings.timezone).date()
        answer = await self._asked(lambda token: journal_request(self._options, token, posting, today))
        return found_in(self._options, posting, answer.status, answer.body)

    def close(self) -> None:
        """Close every connection; the token ends by itself."""
        self._good_until = 0.0
        self._web.close()

    async def _stays(self, room: str) -> list[Stay]:
        answer = await self._asked(lambda token: stays_request(self._options, token, room))
        return stays_in(_good(answer), room)

    async def _asked(self, make: Callable[[str], Request], timeout: float | None = None) -> Answer:
        """Send a request with a token, and once more with a new one where the token was not taken, if that is in time."""
        began = self._clock.seconds()
        answer = await self._sent(make(await self._signed_in()), timeout)
        if answer.status == NOT_SIGNED_IN and self._clock.seconds() - began < self._settings.answer_timeout:
            self._good_until = 0.0
            answer = await self._sent(make(await self._signed_in()), timeout)
        return answer

    async def _signed_in(self) -> str:
        """A token that is good. Raises NotReached: what it was wanted for was not sent, or was turned away."""
        if self._clock.seconds() >= self._good_until:
            try:
                token = token_in(_good(await self._sent(token_request(self._options))))
            except NoAnswer as problem:
                raise NotReached(f"no token was given: {problem}") from problem
            self._token = token.word
            self._good_until = self._clock.seconds() + max(1.0, token.seconds - RENEW_BEFORE)
        return self._token

    async def _sent(self, request: Request, timeout: float | None = None) -> Answer:
        url, wait = f"{self._settings.url}{request.path}", timeout or self._settings.answer_timeout
        if request.method == "GET":
            return await self._web.get(url, request.headers, wait)
        return await self._web.post(url, request.body, request.headers, wait)


def _good(answer: Answer) -> bytes:
    """The body of an answer of 200."""
    if answer.status != 200:
        raise Unusable(f"the gateway answered {answer.status}")
    return answer.body


def adapter(
    settings: WebSettings, options: OhipOptions, *, reactor: Any, now: Callable[[], datetime]
) -> WebAdapter[str]:
    """The adapter of a hotel in OPERA Cloud; raises ValueError where its certificates cannot be used."""
    trust = Trust(options) if settings.url.startswith("https:") else None
    web = Web(reactor, connect_timeout=options.connect_timeout, trust=trust)
    return WebAdapter(settings, options, Ohip(settings, options, web, reactor, now), reactor=reactor, now=now)


_dialect: type[Dialect[str]] = Ohip
