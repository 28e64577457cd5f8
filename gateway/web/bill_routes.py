"""The addresses of bills, of the card of prices and of the price of a call."""

from __future__ import annotations

from typing import Any, Final

from klein import Klein

from gateway.bills.sheet import Sheet
from gateway.web.bill_pages import BillPages
from gateway.web.deeds import LONGEST_REASON
from gateway.web.enquiry_pages import EnquiryPages, read_asked
from gateway.web.pages import Page, Pages
from gateway.web.papers import Choice, Papers, field, read_choice
from gateway.web.persons import person_of
from gateway.web.rest.answers import answer, fields_of
from gateway.web.routing import MOST, ROW, foreign, html, is_ours, see_other, troubles

#: The number of a print in an address.
_COPY: Final = f"<int(min=0, max={MOST}):copy>"
_PRINT: Final = f"/bills/final/{ROW}/print/{_COPY}"


class BillRoutes:
    """What a guest can be handed."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, bills: BillPages, enquiry: EnquiryPages, papers: Papers) -> None:
        self.pages, self._bills, self._enquiry, self._papers = pages, bills, enquiry, papers

    # -- bills ------------------------------------------------------------------------------------------------------

    @app.route("/bills", methods=["GET"])
    async def bills(self, request: Any) -> bytes:
        """The stays there are, and the bills that were made final."""
        return html(request, await self._bills.all(field(fields_of(request), "q"), person_of(request)))

    @app.route(f"/bills/stay/{ROW}", methods=["GET"])
    async def stay(self, request: Any, number: int) -> bytes:
        """The bill of a stay as it stands."""
        return html(request, await self._bills.stay(number, read_choice(fields_of(request)), person_of(request)))

    @app.route(f"/bills/stay/{ROW}", methods=["POST"])
    async def make_final(self, request: Any, number: int) -> bytes:
        """Make it final."""
        if not is_ours(request):
            return await foreign(self, request)
        fields = fields_of(request)
        choice, who = read_choice(fields), field(fields, "who")
        done = await self._bills.make_final(number, choice, person_of(request), who, field(fields, "token"))
        return html(request, done) if isinstance(done, Page) else see_other(request, f"/bills/final/{done}")

    @app.route(f"/bills/stay/{ROW}/look", methods=["POST"])
    async def look(self, request: Any, number: int) -> bytes:
        """Say why an earlier stay is looked at."""
        if not is_ours(request):
            return await foreign(self, request)
        fields = fields_of(request)
        who, why, token = field(fields, "who"), field(fields, "why", LONGEST_REASON), field(fields, "token")
        done = await self._bills.look(number, person_of(request), who, why, token)
        return html(request, done) if isinstance(done, Page) else see_other(request, done)

    @app.route(f"/bills/stay/{ROW}/paper", methods=["GET"])
    async def interim_paper(self, request: Any, number: int) -> bytes:
        """The interim bill as a page to print."""
        choice = read_choice(fields_of(request))
        made = await self._bills.interim(number, choice, person_of(request))
        return self._paper(request, made, choice, f"/bills/stay/{number}")

    @app.route(f"/bills/stay/{ROW}/file.pdf", methods=["GET"])
    async def interim_file(self, request: Any, number: int) -> bytes:
        """The interim bill as PDF."""
        choice = read_choice(fields_of(request))
        made = await self._bills.interim(number, choice, person_of(request))
        return await self._file(request, made, choice, f"bill-interim-{number}")

    @app.route(f"/bills/final/{ROW}", methods=["GET"])
    async def final(self, request: Any, number: int) -> bytes:
        """A final bill."""
        return html(request, await self._bills.final(number, person_of(request)))

    @app.route(f"/bills/final/{ROW}", methods=["POST"])
    async def copy(self, request: Any, number: int) -> bytes:
        """Print it again."""
        if not is_ours(request):
            return await foreign(self, request)
        fields = fields_of(request)
        done = await self._bills.copy(number, person_of(request), field(fields, "who"), field(fields, "token"))
        return html(request, done) if isinstance(done, Page) else see_other(request, f"/bills/final/{number}#prints")

    @app.route(f"{_PRINT}/paper", methods=["GET"])
    async def final_paper(self, request: Any, number: int, copy: int) -> bytes:
        """One print of a final bill as a page."""
        choice = read_choice(fields_of(request))
        return self._paper(request, await self._bills.printed(number, copy, choice), choice, f"/bills/final/{number}")

    @app.route(f"{_PRINT}/file.pdf", methods=["GET"])
    async def final_file(self, request: Any, number: int, copy: int) -> bytes:
        """One print of a final bill as PDF."""
        choice = read_choice(fields_of(request))
        name = f"bill-{number}" + (f"-copy-{copy}" if copy else "")
        return await self._file(request, await self._bills.printed(number, copy, choice), choice, name)

    # -- prices -----------------------------------------------------------------------------------------------------

    @app.route("/bills/card", methods=["GET"])
    async def card(self, request: Any) -> bytes:
        """The card of prices."""
        fields = fields_of(request)
        return html(request, await self._enquiry.card(field(fields, "whom"), read_choice(fields)))

    @app.route("/bills/card/paper", methods=["GET"])
    async def card_paper(self, request: Any) -> bytes:
        """The card as a page to print."""
        fields = fields_of(request)
        choice = read_choice(fields)
        return self._paper(request, self._enquiry.card_sheet(field(fields, "whom"), choice), choice, "/bills/card")

    @app.route("/bills/card/file.pdf", methods=["GET"])
    async def card_file(self, request: Any) -> bytes:
        """The card as PDF."""
        fields = fields_of(request)
        choice = read_choice(fields)
        return await self._file(request, self._enquiry.card_sheet(field(fields, "whom"), choice), choice, "prices")

    @app.route("/price", methods=["GET"])
    async def price(self, request: Any) -> bytes:
        """The price of a call."""
        fields = fields_of(request)
        return html(request, await self._enquiry.price(read_asked(fields), read_choice(fields)))

    @app.route("/price/paper", methods=["GET"])
    async def price_paper(self, request: Any) -> bytes:
        """The price of a call as a page to print."""
        fields = fields_of(request)
        choice = read_choice(fields)
        return self._paper(request, await self._enquiry.price_paper(read_asked(fields), choice), choice, "/price")

    @app.route("/price/file.pdf", methods=["GET"])
    async def price_file(self, request: Any) -> bytes:
        """The price of a call as PDF."""
        fields = fields_of(request)
        choice = read_choice(fields)
        return await self._file(
            request, await self._enquiry.price_paper(read_asked(fields), choice), choice, "price-of-a-call"
        )

    # -- what they share --------------------------------------------------------------------------------------------

    def _paper(self, request: Any, made: Sheet | Page, choice: Choice, back: str) -> bytes:
        return html(request, made if isinstance(made, Page) else self._papers.page(made, choice.paper, back))

    async def _file(self, request: Any, made: Sheet | Page, choice: Choice, name: str) -> bytes:
        if isinstance(made, Page):
            return html(request, made)
        request.setHeader("content-disposition", f'inline; filename="{name}.pdf"')
        return answer(request, 200, "application/pdf", await self._papers.pdf(made, choice.paper))
