"""OPERA Cloud over OHIP: tokens, and the conversation for one charge.

A token is asked for by our own credentials and again a minute before it ends. Should the gateway take it back before,
it answers 401 without looking at the request: a new token is asked for and the same request offered once more. A charge
that was answered 401 twice is refused, to be offered again later; nothing was booked.

What is said and what it means is in `ohip_messages`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from twisted.internet.interfaces import IReactorTime

from pms_adapters.posting import InDoubt, NotSent, Posting, PostingResult, ReadBack, Refused, Unreadable
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
from pms_adapters.web.exchange import Answer, NoAnswer, NotReached, Web
from pms_adapters.web.stays import payer

RENEW_BEFORE: Final = 60.0
"""Seconds before its end at which a token is no longer used: a request under way must not outlive it."""
NOT_SIGNED_IN: Final = 401
"""The gateway's status for a token that it does not take."""


class Unanswered(Exception):
    """A question that charges nothing got no answer that can be used; the words say why."""


class Ohip:
    """One hotel behind one gateway."""

    def __init__(
        self,
        *,
        options: OhipOptions,
        url: str,
        web: Web,
        timeout: float,
        clock: IReactorTime,
        now: Callable[[], datetime],
    ) -> None:
        self._options, self._url, self._web, self._timeout = options, url, web, timeout
        self._clock, self._now = clock, now
        self._token, self._good_until = "", 0.0

    async def greet(self) -> None:
        """See whether the gateway is there and knows us; raises Unanswered."""
        await self._signed_in()

    async def post(self, posting: Posting) -> PostingResult:
        """One attempt."""
        try:
            answer = await self._asked(lambda token: stays_request(self._options, token, posting.room))
            stays = stays_in(_good(answer), posting.room)
        except (Unanswered, Unusable) as problem:
            return NotSent(f"who is in room {posting.room} could not be asked: {problem}")
        paying = payer(stays, posting, self._now())
        return paying if isinstance(paying, Refused) else await self._charge(posting, paying.key)

    async def _charge(self, posting: Posting, reservation: str) -> PostingResult:
        try:
            answer = await self._asked(lambda token: charge_request(self._options, token, posting, reservation))
        except ValueError as problem:
            return Refused("LOCAL", str(problem))
        except Unanswered as problem:
            return NotSent(str(problem))
        except NoAnswer as problem:
            return InDoubt(str(problem))
        if answer.status == NOT_SIGNED_IN:
            return Refused("401", "the gateway takes none of our tokens", "later")
        return outcome_of(answer.status, answer.body)

    async def read_back(self, posting: Posting) -> ReadBack:
        """Look for a posting in the journal."""
        today = self._now().astimezone(posting.started_at.tzinfo).date()
        try:
            answer = await self._asked(lambda token: journal_request(self._options, token, posting, today))
        except (Unanswered, NoAnswer) as problem:
            return Unreadable(f"the posting journal could not be read: {problem}")
        return found_in(self._options, posting, answer.status, answer.body)

    async def _asked(self, make: Callable[[str], Request]) -> Answer:
        """Send a request with a token, and once more with a new one where the token was not taken."""
        answer = await self._sent(make(await self._signed_in()))
        if answer.status == NOT_SIGNED_IN:
            self._good_until = 0.0
            answer = await self._sent(make(await self._signed_in()))
        return answer

    async def _signed_in(self) -> str:
        """A token that is good; raises Unanswered."""
        if self._clock.seconds() >= self._good_until:
            try:
                token = token_in(_good(await self._sent(token_request(self._options))))
            except (Unusable, NoAnswer) as problem:
                raise Unanswered(f"no token was given: {problem}") from problem
            self._token = token.word
            self._good_until = self._clock.seconds() + max(1.0, token.seconds - RENEW_BEFORE)
        return self._token

    async def _sent(self, request: Request) -> Answer:
        """Send; raises NoAnswer, and Unanswered where nothing left."""
        try:
            url, body = f"{self._url}{request.path}", request.body or None
            return await self._web.request(request.method, url, request.headers, self._timeout, body)
        except NotReached as problem:
            raise Unanswered(str(problem)) from problem


def _good(answer: Answer) -> bytes:
    """The body of an answer of 200."""
    if answer.status != 200:
        raise Unusable(f"the gateway answered {answer.status}")
    return answer.body
