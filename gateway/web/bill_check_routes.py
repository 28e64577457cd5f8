"""The addresses of the bill check."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.reports.writing import FORMS
from gateway.web.bill_check_pages import BillCheckPages, read_question
from gateway.web.pages import Page, Pages
from gateway.web.rest.answers import fields_of
from gateway.web.routing import html, may_see, send_once, troubles


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
        return html(request, await self._bills.check(may_see(request, read_question(fields_of(request)))))

    @app.route("/bill-check/file.<form>", methods=["GET"])
    async def file(self, request: Any, form: str) -> bytes:
        """One check as a file, which is made for this answer and gone after it."""
        made = await self._bills.file(may_see(request, read_question(fields_of(request))), form)
        if isinstance(made, Page):
            return html(request, made)
        return await send_once(request, *made, FORMS[form].content_type, self._bills.forget)
