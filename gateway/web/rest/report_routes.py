"""The addresses of reports and trunks below /api/v1."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.web.rest.answers import fields_of, json_answer
from gateway.web.rest.callers import Callers
from gateway.web.rest.report_api import ReportApi
from gateway.web.rest.troubles import api_troubles, header


class ReportApiRoutes:
    """Which reports there are, each of them, and the trunks."""

    app = Klein()
    api_troubles(app)

    def __init__(self, api: ReportApi, callers: Callers) -> None:
        self._api, self._callers = api, callers

    async def _reader(self, request: Any) -> None:
        await self._callers.admit(header(request, "authorization"), "read")

    @app.route("/api/v1/reports", methods=["GET"])
    async def kinds(self, request: Any) -> bytes:
        """Which reports there are."""
        await self._reader(request)
        return json_answer(request, 200, self._api.kinds())

    @app.route("/api/v1/reports/<kind>", methods=["GET"])
    async def report(self, request: Any, kind: str) -> bytes:
        """One report."""
        await self._reader(request)
        return json_answer(request, 200, await self._api.report(kind, fields_of(request)))

    @app.route("/api/v1/trunks", methods=["GET"])
    async def trunks(self, request: Any) -> bytes:
        """What the trunks did."""
        await self._reader(request)
        return json_answer(request, 200, await self._api.trunks(fields_of(request)))
