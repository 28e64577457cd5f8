"""The addresses of changed prices and of the tariff laboratory."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.languages.spoken import say
from gateway.web.laboratory import FILES, Laboratory
from gateway.web.pages import Page, Pages
from gateway.web.price_pages import PricePages, read_form
from gateway.web.rest.answers import fields_of, text_of
from gateway.web.rest.api import whole
from gateway.web.routing import MOST, ROW, foreign, html, is_ours, see_other, send, troubles


class PriceRoutes:
    """Corrections, and rehearsals."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, prices: PricePages, bench: Laboratory) -> None:
        self.pages, self._prices, self._bench = pages, prices, bench

    @app.route("/corrections", methods=["GET"])
    async def corrections(self, request: Any) -> bytes:
        """Lists of changed prices."""
        return html(request, await self._prices.changes())

    @app.route("/corrections", methods=["POST"])
    async def make_list(self, request: Any) -> bytes:
        """Begin to make a list."""
        if not is_ours(request):
            return await foreign(self, request)
        page = await self._prices.make(read_form(fields_of(request)), text_of(request, b"token"))
        return see_other(request, "/corrections") if page is None else html(request, page)

    @app.route(f"/corrections/{ROW}", methods=["GET"])
    async def correction(self, request: Any, number: int) -> bytes:
        """One list."""
        after = whole(fields_of(request), "after", 1, MOST) or 0
        return html(request, await self._prices.change(number, after))

    @app.route(f"/corrections/{ROW}", methods=["POST"])
    async def decide_list(self, request: Any, number: int) -> bytes:
        """A person approves or rejects a list."""
        if not is_ours(request):
            return await foreign(self, request)
        form, deed = read_form(fields_of(request)), text_of(request, b"deed")
        done = await self._prices.decide(number, deed, form.who, form.why, text_of(request, b"token"))
        return html(request, await self._prices.change(number, told=done) if isinstance(done, str) else done)

    @app.route("/laboratory", methods=["GET"])
    async def laboratory(self, request: Any) -> bytes:
        """The tariff laboratory."""
        return html(request, await self._prices.laboratory())

    @app.route("/laboratory", methods=["POST"])
    async def rehearse(self, request: Any) -> bytes:
        """Begin a rehearsal."""
        if not is_ours(request):
            return await foreign(self, request)
        begun = await self._prices.rehearse(read_form(fields_of(request)), text_of(request, b"token"))
        return html(request, begun) if isinstance(begun, Page) else see_other(request, f"/laboratory/{begun.number}")

    @app.route(f"/laboratory/{ROW}", methods=["GET"])
    async def rehearsal(self, request: Any, number: int) -> bytes:
        """One rehearsal."""
        return html(request, await self._prices.rehearsal(number))

    @app.route(f"/laboratory/{ROW}/<name>", methods=["GET"])
    async def rehearsed_calls(self, request: Any, number: int, name: str) -> bytes:
        """Every call of a rehearsal, as a file that is sent as it is read."""
        work = self._bench.work(number)
        path = work.file(name) if work is not None else None
        if path is None:
            return html(request, await self.pages.missing(say("There is no such file; the rehearsal may still run.")))
        return await send(request, path, FILES[name])
