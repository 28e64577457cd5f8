"""The addresses of what is kept of a guest. A guest is named by the number of a stay: addresses stand in logs of proxies."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.web.deeds import read_form
from gateway.web.guest_pages import GuestPages
from gateway.web.pages import Page, Pages
from gateway.web.rest.answers import answer, fields_of, text_of
from gateway.web.routing import ROW, foreign, html, is_ours, troubles


class GuestRoutes:
    """Guests by name, one of them, its file, and its end."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, guests: GuestPages) -> None:
        self.pages, self._guests = pages, guests

    @app.route("/guests", methods=["GET"])
    async def all(self, request: Any) -> bytes:
        """The field that finds a guest."""
        return html(request, await self._guests.all(""))

    @app.route("/guests", methods=["POST"])
    async def find(self, request: Any) -> bytes:
        """The guests of a name; asked by a form, so that a name stands in no address."""
        if not is_ours(request):
            return await foreign(self, request)
        return html(request, await self._guests.all(text_of(request, b"words")))

    @app.route(f"/guests/{ROW}", methods=["GET"])
    async def one(self, request: Any, number: int) -> bytes:
        """What is kept about a guest."""
        return html(request, await self._guests.one(number))

    @app.route(f"/guests/{ROW}", methods=["POST"])
    async def erase(self, request: Any, number: int) -> bytes:
        """Erase it."""
        if not is_ours(request):
            return await foreign(self, request)
        return html(request, await self._guests.erase(read_form(fields_of(request)), number))

    @app.route(f"/guests/{ROW}/file.zip", methods=["POST"])
    async def export(self, request: Any, number: int) -> bytes:
        """Take everything as a file, for the guest."""
        if not is_ours(request):
            return await foreign(self, request)
        made = await self._guests.exported(read_form(fields_of(request)), number)
        if isinstance(made, Page):
            return html(request, made)
        request.setHeader("content-disposition", f'attachment; filename="guest-{number}.zip"')
        return answer(request, 200, "application/zip", made)
