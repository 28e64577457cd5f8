"""The addresses of what people do to charges."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.web.act_pages import ActPages, read_form
from gateway.web.pages import Page, Pages
from gateway.web.persons import person_of
from gateway.web.rest.answers import fields_of, text_of
from gateway.web.routing import ROW, before, foreign, html, is_ours, troubles


class ActRoutes:
    """Acts that wait and those that were done, and the forms that ask for one."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, acts: ActPages) -> None:
        self.pages, self._acts = pages, acts

    @app.route("/acts", methods=["GET"])
    async def all(self, request: Any) -> bytes:
        """What waits for a second person, and the newest acts."""
        return html(request, await self._acts.all(before(request)))

    @app.route(f"/acts/call/{ROW}", methods=["GET"])
    async def of_call(self, request: Any, number: int) -> bytes:
        """What can be done to the charge of a call."""
        return html(request, await self._acts.of_call(number))

    @app.route(f"/acts/call/{ROW}", methods=["POST"])
    async def ask(self, request: Any, number: int) -> bytes:
        """Ask for an act."""
        if not is_ours(request):
            return await foreign(self, request)
        return html(request, await self._acts.ask(read_form(fields_of(request)), number, person_of(request)))

    @app.route(f"/acts/call/{ROW}/receipt", methods=["POST"])
    async def receipt(self, request: Any, number: int) -> bytes:
        """It was paid at a till."""
        if not is_ours(request):
            return await foreign(self, request)
        return html(request, await self._acts.receipt(read_form(fields_of(request)), number, person_of(request)))

    @app.route("/acts/charge", methods=["GET"])
    async def charge(self, request: Any) -> bytes:
        """The form of a charge by hand."""
        return html(request, await self._acts.charge(read_form(fields_of(request))))

    @app.route("/acts/charge", methods=["POST"])
    async def make_charge(self, request: Any) -> bytes:
        """Charge by hand."""
        if not is_ours(request):
            return await foreign(self, request)
        return html(request, await self._acts.make_charge(read_form(fields_of(request))))

    @app.route(f"/acts/{ROW}", methods=["POST"])
    async def decide(self, request: Any, number: int) -> bytes:
        """A second person agrees, or does not."""
        if not is_ours(request):
            return await foreign(self, request)
        page: Page = await self._acts.decide(read_form(fields_of(request)), number, text_of(request, b"deed"))
        return html(request, page)
