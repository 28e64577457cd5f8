"""The addresses of reports that go out by themselves."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.reports.writing import FORMS
from gateway.web.deeds import LONGEST_NAME, LONGEST_REASON
from gateway.web.pages import Page, Pages
from gateway.web.persons import person_of
from gateway.web.rest.answers import text_of
from gateway.web.routing import ROW, foreign, html, is_ours, send, troubles
from gateway.web.schedule_pages import SchedulePages


class ScheduleRoutes:
    """The schedules, one of them now, and the files of runs."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, schedules: SchedulePages) -> None:
        self.pages, self._schedules = pages, schedules

    @app.route("/schedules", methods=["GET"])
    async def schedules(self, request: Any) -> bytes:
        """Every schedule."""
        return html(request, await self._schedules.all())

    @app.route("/schedules", methods=["POST"])
    async def make(self, request: Any) -> bytes:
        """Somebody wants a report now."""
        if not is_ours(request):
            return await foreign(self, request)
        name, token = text_of(request, b"name"), text_of(request, b"token")
        who, why = text_of(request, b"who")[:LONGEST_NAME], text_of(request, b"why")[:LONGEST_REASON]
        return html(request, await self._schedules.make(name, who, why, token))

    @app.route(f"/schedules/files/{ROW}", methods=["GET"])
    async def file(self, request: Any, number: int) -> bytes:
        """A file of a run."""
        found = await self._schedules.file(number, person_of(request))
        if isinstance(found, Page):
            return html(request, found)
        path, row = found
        request.setHeader("content-disposition", f'attachment; filename="{row.name}"')
        return await send(request, path, FORMS[row.form].content_type)
