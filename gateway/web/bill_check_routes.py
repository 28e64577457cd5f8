"""The addresses of the bill check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from klein import Klein

from gateway.reports.writing import FORMS
from gateway.web.bill_check_pages import BillCheckPages, Question, read_question
from gateway.web.pages import Page, Pages
from gateway.web.persons import person_of
from gateway.web.rest.answers import fields_of
from gateway.web.routing import html, send, troubles


def _asked(request: Any) -> Question:
    """The question; who may not see whole numbers gets masked ones, whatever was ticked."""
    asked = read_question(fields_of(request))
    return asked if person_of(request).may("see_full_numbers") else replace(asked, masked=True)


class BillCheckRoutes:
    """Which bills there are, the check of one, and that check as a file."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, bills: BillCheckPages) -> None:
        self.pages, self._bills = pages, bills

    @app.route("/bill-check", methods=["GET"])
    async def form(self, request: Any) -> bytes:
        """Which bills there are."""
        return html(request, await self._bills.form())

    @app.route("/bill-check/show", methods=["GET"])
    async def check(self, request: Any) -> bytes:
        """One bill."""
        return html(request, await self._bills.check(_asked(request)))

    @app.route("/bill-check/file.<form>", methods=["GET"])
    async def file(self, request: Any, form: str) -> bytes:
        """One check as a file, which is made for this answer and gone after it."""
        made = await self._bills.file(_asked(request), form)
        if isinstance(made, Page):
            return html(request, made)
        path, name = made
        request.setHeader("content-disposition", f'attachment; filename="{name}"')
        try:
            return await send(request, path, FORMS[form].content_type)
        finally:
            self._bills.forget(path)
