"""The addresses of numbers."""

from __future__ import annotations

import re
from typing import Any, Final

from klein import Klein

from gateway.languages.spoken import later, say
from gateway.web.numbers import LONGEST, NumberPages, Shown, read_tag_form
from gateway.web.pages import Page, Pages
from gateway.web.persons import person_of
from gateway.web.rest.answers import fields_of, text_of
from gateway.web.rest.api import whole
from gateway.web.routing import MOST, ROW, before, foreign, html, is_ours, see_other, troubles


class NumberRoutes:
    """The number that somebody looks for, each number's page, and the same by one of its calls."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, numbers: NumberPages) -> None:
        self.pages, self._numbers = pages, numbers

    @app.route("/numbers", methods=["GET"])
    async def numbers(self, request: Any) -> bytes:
        """The field that finds a number."""
        asked, masked = text_of(request, b"number")[:LONGEST], is_masked(request)
        if not asked:
            return html(request, await self._numbers.all(masked=masked))
        address = self._numbers.address(asked)
        if address is None:
            words = say("Write a telephone number: digits, with + or as it is dialled.")
            return html(request, await self._numbers.all(asked, words, masked=masked))
        return see_other(request, f"{address}?masked=1" if masked else address)

    @app.route("/numbers/<digits>", methods=["GET"])
    async def number(self, request: Any, digits: str) -> bytes:
        """One number; one that is not known as it is written is looked for in its international form."""
        shown = _shown(request, digits)
        if shown is None:
            return html(request, await self.pages.missing(say(_NONE)))
        better = await self._numbers.better(shown)
        return see_other(request, _address(better, shown.masked)) if better else await self._page(request, shown)

    @app.route("/numbers/<digits>", methods=["POST"])
    async def tag_number(self, request: Any, digits: str) -> bytes:
        """A person gives it a tag, or takes one away."""
        shown = _shown(request, digits)
        if shown is None:
            return html(request, await self.pages.missing(say(_NONE)))
        return await self._tagged(request, shown)

    @app.route(f"/numbers/of/{ROW}", methods=["GET"])
    async def number_of_call(self, request: Any, number: int) -> bytes:
        """The number that a call was with."""
        shown = await self._of_call(request, number)
        if shown is None:
            return html(request, await self.pages.missing(say(_NO_NUMBER)))
        return await self._page(request, shown)

    @app.route(f"/numbers/of/{ROW}", methods=["POST"])
    async def tag_number_of_call(self, request: Any, number: int) -> bytes:
        """The same, for those who may not see the number."""
        shown = await self._of_call(request, number)
        if shown is None:
            return html(request, await self.pages.missing(say(_NO_NUMBER)))
        return await self._tagged(request, shown)

    async def _of_call(self, request: Any, call: int) -> Shown | None:
        found, masked = await self._numbers.of_call(call), is_masked(request)
        return None if found is None else Shown(found, _address(f"/numbers/of/{call}", masked), masked)

    async def _page(self, request: Any, shown: Shown) -> bytes:
        told = whole(fields_of(request), "told", 1, MOST)
        return html(request, await self._numbers.one(shown, before(request), told=told))

    async def _tagged(self, request: Any, shown: Shown) -> bytes:
        if not is_ours(request):
            return await foreign(self, request)
        done = await self._numbers.tag(shown, read_tag_form(fields_of(request)))
        return html(request, done) if isinstance(done, Page) else see_other(request, done)


def is_masked(request: Any) -> bool:
    """Whether the middle of numbers is to be hidden: from those who may not see every digit, and from who wants it so."""
    return text_of(request, b"masked") == "1" or not person_of(request).may("see_full_numbers")


def _shown(request: Any, digits: str) -> Shown | None:
    """The number in an address; None for what is none."""
    masked = is_masked(request)
    return Shown(digits, _address(f"/numbers/{digits}", masked), masked) if _NUMBER.fullmatch(digits) else None


def _address(path: str, masked: bool) -> str:
    return f"{path}?masked=1" if masked else path


_NUMBER: Final = re.compile(rf"\+?[0-9]{{1,{LONGEST}}}", re.ASCII)
_NONE: Final = later("There is no such number: write digits, with + before a country code.")
_NO_NUMBER: Final = later(
    "No number outside is kept of this call: it was one inside the house, the caller showed none, or it came before numbers "
    "were kept ('foliogate db rebuild-inbound' reads such calls again)."
)
