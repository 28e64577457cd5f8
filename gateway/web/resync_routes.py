"""The page on which the PMS is asked for the state of all rooms: what that costs, when it was last asked, and the button."""

from __future__ import annotations

from typing import Any, NamedTuple

from klein import Klein
from sqlalchemy import Connection

from gateway.instants import to_micros
from gateway.languages.kept import kept
from gateway.languages.spoken import say
from gateway.roles import Person
from gateway.status import LinkStatus
from gateway.store import resyncs
from gateway.store.resyncs import A_DAY, ASKED, FORCE, RESYNC, LastAsked
from gateway.web.deeds import Deeds, Form, read_form
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.persons import person_of
from gateway.web.reads import Reads
from gateway.web.rest.answers import fields_of
from gateway.web.routing import foreign, html, is_ours, troubles
from gateway.web.security import Tokens


class _Stands(NamedTuple):
    """How it stands: when the PMS was last asked, and how many rooms and guests are known."""

    last: LastAsked | None
    rooms: int
    guests: int


class ResyncRoutes:
    """Ask the PMS who is in which room."""

    app = Klein()
    troubles(app)

    def __init__(self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages, deeds: Deeds) -> None:
        self._house, self._reads, self._live, self._tokens = house, reads, live, tokens
        self.pages, self._deeds = pages, deeds

    @app.route("/resync", methods=["GET"])
    async def show(self, request: Any) -> bytes:
        """What it costs, and when it was last done."""
        return html(request, await self._page())

    @app.route("/resync", methods=["POST"])
    async def ask(self, request: Any) -> bytes:
        """Ask."""
        if not is_ours(request):
            return await foreign(self, request)
        return html(request, await self._asked(read_form(fields_of(request)), person_of(request)))

    @property
    def _link(self) -> LinkStatus | None:
        return resyncs.only_link(self._house.status)

    async def _stands(self, link: LinkStatus) -> _Stands:
        def work(connection: Connection) -> _Stands:
            owner = self._house.database.property
            return _Stands(resyncs.last_asked(connection, owner, link), *resyncs.known(connection, owner))

        return await self._reads.read(work)

    async def _asked(self, form: Form, person: Person) -> Page:
        link, again = self._link, form.deed == FORCE
        if link is None:
            return await self._page()
        stands = await self._stands(link)
        if not self._tokens.fits(form.token, "resync", stands.last.at if stands.last is not None else 0):
            return await self._page(
                problem=say("The PMS was asked since this page was made. Look below, and decide again.")
            )
        if not form.who:
            return await self._page(form, problem=say("Write your name: whoever asks later must know who asked."))
        if again and not person.may("force_resync"):
            return await self._page(form, problem=say("Your role may ask once a day; a supervisor may ask again."))
        if again and not form.why:
            return await self._page(form, problem=say("Write why it must be again on the same day."))
        result = await self._deeds.ask(form.who, RESYNC, form.why, FORCE if again else "")
        told = kept(result) if result.startswith(ASKED) else ""
        return await self._page(form, told=told, problem="" if told else kept(result))

    async def _page(self, form: Form | None = None, told: str = "", problem: str = "") -> Page:
        link, clock = self._link, self._live.clock()
        values: dict[str, Any] = {"able": False}
        if link is not None and link.tells_rooms:
            stands = await self._stands(link)
            last = stands.last
            told_at = link.rooms_told_at
            values = {
                "able": True,
                "rooms": stands.rooms,
                "guests": stands.guests,
                "asked": "" if last is None else clock.moment(last.at),
                "asked_by": "" if last is None else last.who,
                "whole": "" if told_at is None else clock.moment(to_micros(told_at)),
                "today": last is not None and self._house.micros() - last.at < A_DAY,
                "next": "" if last is None else clock.moment(last.at + A_DAY),
                "token": self._tokens.sign("resync", 0 if last is None else last.at),
                "down": not link.up,
            }
        said = {"name": "" if link is None else link.name, "form": form, "told": told, "problem": problem, **values}
        page = await self.pages.page("resync.html", here="rooms", title=say("Ask the PMS for all rooms"), **said)
        return Page(page.html, 422 if problem else page.status)
