"""The address of targets."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.store.office import LONGEST_DESK
from gateway.web.pages import Pages
from gateway.web.rest.answers import fields_of, one_line
from gateway.web.routing import foreign, html, is_ours, troubles
from gateway.web.target_pages import TargetPages, filled


class TargetRoutes:
    """How desks stand, and the form that sets what they are to reach."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, targets: TargetPages) -> None:
        self.pages, self._targets = pages, targets

    @app.route("/targets", methods=["GET"])
    async def targets(self, request: Any) -> bytes:
        """Every desk."""
        return html(request, await self._targets.all(desk=one_line(fields_of(request), b"desk", LONGEST_DESK)))

    @app.route("/targets", methods=["POST"])
    async def set(self, request: Any) -> bytes:
        """A supervisor sets a target."""
        if not is_ours(request):
            return await foreign(self, request)
        return html(request, await self._targets.set(filled(fields_of(request))))
