"""The address of the trunks' page."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.web.pages import Pages
from gateway.web.rest.answers import text_of
from gateway.web.routing import html, troubles
from gateway.web.trunk_pages import TrunkPages, chosen_span


class TrunkRoutes:
    """How the trunks are used, and whether there are enough."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, trunks: TrunkPages) -> None:
        self.pages, self._trunks = pages, trunks

    @app.route("/trunks", methods=["GET"])
    async def trunks(self, request: Any) -> bytes:
        """The last weeks."""
        return html(request, await self._trunks.trunks(chosen_span(text_of(request, b"days"))))
