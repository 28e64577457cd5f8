"""The addresses of reports."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.reports.writing import FORMS
from gateway.web.laboratory import NotUnderstood
from gateway.web.pages import Page, Pages
from gateway.web.report_pages import ReportPages, read_question
from gateway.web.rest.answers import fields_of
from gateway.web.routing import html, may_see, see_other, send_once, troubles


class ReportRoutes:
    """Which reports there are, each of them, and each as a file."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, reports: ReportPages) -> None:
        self.pages, self._reports = pages, reports

    @app.route("/reports", methods=["GET"])
    async def reports(self, request: Any) -> bytes:
        """Which reports there are."""
        return html(request, await self._reports.all())

    @app.route("/reports/show", methods=["GET"])
    async def show_report(self, request: Any) -> bytes:
        """What the form asks for, by the days it means today."""
        asked = read_question(fields_of(request))
        try:
            return see_other(request, self._reports.address(asked))
        except NotUnderstood as error:
            return html(request, await self._reports.all(asked, str(error)))

    @app.route("/reports/<kind>", methods=["GET"])
    async def report(self, request: Any, kind: str) -> bytes:
        """One report."""
        return html(request, await self._reports.one(may_see(request, read_question(fields_of(request), kind))))

    @app.route("/reports/<kind>/file.<form>", methods=["GET"])
    async def report_file(self, request: Any, kind: str, form: str) -> bytes:
        """One report as a file, which is made for this answer and gone after it."""
        made = await self._reports.file(may_see(request, read_question(fields_of(request), kind)), form)
        if isinstance(made, Page):
            return html(request, made)
        return await send_once(request, *made, FORMS[form].content_type, self._reports.forget)
