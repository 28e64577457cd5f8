"""The addresses of calls: the log by what is asked of it, its files, its kept filters, and each call."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.call_log.asking import Misread
from gateway.languages.spoken import say
from gateway.reports.writing import FORMS
from gateway.store.log_filters import LONGEST_ASKED, LONGEST_NAME
from gateway.web.call_tags import Tagging
from gateway.web.call_tags import read_form as read_tag_form
from gateway.web.deeds import LONGEST_NAME as LONGEST_PERSON
from gateway.web.deeds import NotDone
from gateway.web.explanation import chosen_language
from gateway.web.log_pages import FilterForm, LogPages
from gateway.web.pages import Page, Pages
from gateway.web.persons import person_of
from gateway.web.rest.answers import Fields, field_text, fields_of, one_line, text_of
from gateway.web.rest.api import whole
from gateway.web.routing import MOST, ROW, before, foreign, html, is_ours, see_other, send_once, troubles


class LogRoutes:
    """The log of calls, and each call."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, log: LogPages, tagging: Tagging) -> None:
        self.pages, self._log, self._tagging = pages, log, tagging

    @app.route("/calls", methods=["GET"])
    async def calls(self, request: Any) -> bytes:
        """The calls that the address asks for."""
        told = whole(fields_of(request), "told", 1, MOST)
        return html(request, await self._log.one(said(request), person_of(request), before(request), told))

    @app.route("/calls/show", methods=["GET"])
    async def show(self, request: Any) -> bytes:
        """What the form asks for, at its own address."""
        try:
            return see_other(request, self._log.address(said(request), person_of(request)))
        except Misread:
            return html(request, await self._log.one(said(request), person_of(request)))

    @app.route("/calls/file.<form>", methods=["GET"])
    async def file(self, request: Any, form: str) -> bytes:
        """The calls that the address asks for as a file, which is made for this answer and gone after it."""
        made = await self._log.file(said(request), form, person_of(request))
        if isinstance(made, Page):
            return html(request, made)
        return await send_once(request, *made, FORMS[form].content_type, self._log.forget)

    @app.route("/calls/filters", methods=["POST"])
    async def filters(self, request: Any) -> bytes:
        """A person keeps a filter, or takes one away."""
        if not is_ours(request):
            return await foreign(self, request)
        done = await self._log.filter(read_filter_form(fields_of(request)), person_of(request))
        return html(request, done) if isinstance(done, Page) else see_other(request, done)

    @app.route(f"/calls/{ROW}", methods=["GET"])
    async def call(self, request: Any, number: int) -> bytes:
        """One call."""
        told = whole(fields_of(request), "told", 1, MOST)
        return html(request, await self.pages.call(number, chosen_language(text_of(request, b"language")), told))

    @app.route(f"/calls/{ROW}/story", methods=["GET"])
    async def call_story(self, request: Any, number: int) -> bytes:
        """What opens below a call's line."""
        return html(request, await self.pages.call_story(number))

    @app.route(f"/calls/{ROW}/tags", methods=["POST"])
    async def tag(self, request: Any, number: int) -> bytes:
        """A person gives a call a tag, or takes one off."""
        if not is_ours(request):
            return await foreign(self, request)
        done = await self._tagging.tag(number, read_tag_form(fields_of(request)))
        if isinstance(done, NotDone):
            return html(request, await self.pages.problem(422, say("Not kept"), done.sentence))
        return see_other(request, f"/calls/{number}?told={done}")


def said(request: Any) -> dict[str, str]:
    """The fields of a question as text, the first of each."""
    return {name.decode("utf-8", "replace"): field_text(fields_of(request), name) for name in fields_of(request)}


def read_filter_form(fields: Fields) -> FilterForm:
    """The fields of the form of kept filters, each bounded; a missing one is empty."""
    drop, everybody = one_line(fields, b"drop", 30).partition(":")[::2]
    return FilterForm(
        name=one_line(fields, b"name", LONGEST_NAME),
        asked=one_line(fields, b"asked", LONGEST_ASKED),
        everybody=field_text(fields, b"everybody") == "1" or everybody == "all",
        drop=int(drop) if drop.isascii() and drop.isdigit() else None,
        who=one_line(fields, b"who", LONGEST_PERSON),
        token=one_line(fields, b"token", 64),
    )
