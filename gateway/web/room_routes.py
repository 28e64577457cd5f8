"""The addresses of rooms: the rack, each room, the sheet of a call, the search, and the stream that keeps a rack alive."""

from __future__ import annotations

from typing import Any, Final

from klein import Klein
from sqlalchemy import Connection

from gateway import explaining
from gateway.languages.places import kept_place
from gateway.languages.spoken import say, speaking
from gateway.reports.as_html import values
from gateway.reports.sheet import sheet
from gateway.reports.values import Report
from gateway.reports.writing import FORMS, own_tongue
from gateway.store import pages as queries
from gateway.store.rack import guests_like
from gateway.web.deeds import NotDone, read_form
from gateway.web.explanation import chosen_language
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Entered, Page, Pages
from gateway.web.persons import person_of
from gateway.web.rack import address_of, room_at
from gateway.web.rack_pages import VIEWS, RackPages
from gateway.web.reads import Reads
from gateway.web.report_pages import Workshop
from gateway.web.rest.answers import fields_of, text_of
from gateway.web.rest.api import BadQuestion, whole
from gateway.web.room_pages import Asked, RoomPages
from gateway.web.routing import MOST, ROW, before, foreign, html, is_ours, plain, see_other, send_once, troubles
from gateway.web.stay_limits import read_limit
from gateway.web.streams import Streams
from gateway.web.views import by_day, call_view

#: Rooms, guests and calls that a search shows.
MOST_FOUND: Final = 20
#: Characters of a search that are looked at; a number has fifteen digits, a name rarely more than forty letters.
LONGEST_SEARCH: Final = 80


class RoomRoutes:
    """Rooms by floor, each of them, and what is found by a name or a number."""

    app = Klein()
    troubles(app)

    def __init__(
        self,
        house: House,
        reads: Reads,
        live: Live,
        pages: Pages,
        racks: RackPages,
        rooms: RoomPages,
        workshop: Workshop,
        streams: Streams,
    ) -> None:
        self._house, self._reads, self._live, self.pages = house, reads, live, pages
        self._racks, self._rooms, self._workshop = racks, rooms, workshop
        self._streams = streams
        streams.begin(racks.look)

    @app.route("/rooms", methods=["GET"])
    async def rack(self, request: Any) -> bytes:
        """Every room of the house."""
        view = text_of(request, b"view")
        if view not in VIEWS:
            raise BadQuestion(say('view is "list", or is left out'))
        return html(request, await self._racks.rack(view))

    @app.route("/rack/live", methods=["GET"])
    async def live(self, request: Any) -> bytes:
        """What changes on the rack, as it changes."""
        if self._streams.full or request.method == b"HEAD":
            request.setHeader("retry-after", "10")
            return plain(request, 503, say("Too many people keep the rack open. The page loads itself again instead."))
        known = request.getHeader("last-event-id") or text_of(request, b"known")
        return await self._streams.serve(request, known)

    @app.route("/rooms/<room>", methods=["GET"])
    async def room(self, request: Any, room: str) -> bytes:
        """One room: who is in it, and what was phoned."""
        fields = fields_of(request)
        asked = Asked(
            all_calls=text_of(request, b"all") == "1",
            before=before(request),
            stay=whole(fields, "stay", 1, MOST),
            look=whole(fields, "look", 1, MOST),
            key=text_of(request, b"key")[:64],
            told=whole(fields, "told", 1, MOST),
        )
        return html(request, await self._rooms.room(room_at(room), asked, person_of(request)))

    @app.route("/rooms/<room>", methods=["POST"])
    async def write(self, request: Any, room: str) -> bytes:
        """A note or a tag."""
        form, name = read_form(fields_of(request)), room_at(room)
        if not is_ours(request):
            return await foreign(self, request)
        done = await self._rooms.write(name, form, text_of(request, b"subject")[:100])
        if isinstance(done, NotDone):
            entered = Entered(deed=form.deed, who=form.who, why=form.why, problem=done.sentence)
            return html(request, await self._rooms.room(name, Asked(entered=entered), person_of(request)))
        return see_other(request, f"{address_of(name)}?told={done}")

    @app.route("/rooms/<room>/earlier", methods=["POST"])
    async def earlier(self, request: Any, room: str) -> bytes:
        """Why somebody looks at guests who have left."""
        form, name = read_form(fields_of(request)), room_at(room)
        if not is_ours(request):
            return await foreign(self, request)
        where = await self._rooms.look(name, form)
        if isinstance(where, NotDone):
            entered = Entered(deed="look", who=form.who, why=form.why, problem=where.sentence)
            return html(request, await self._rooms.room(name, Asked(entered=entered), person_of(request)))
        return see_other(request, where)

    @app.route("/rooms/<room>/limit", methods=["POST"])
    async def limit(self, request: Any, room: str) -> bytes:
        """What a guest may spend on the telephone."""
        form, name = read_limit(fields_of(request)), room_at(room)
        if not is_ours(request):
            return await foreign(self, request)
        done = await self._rooms.limit(name, form)
        if isinstance(done, NotDone):
            entered = Entered(deed="limit", who=form.who, why=form.why, problem=done.sentence)
            return html(request, await self._rooms.room(name, Asked(entered=entered, limit=form), person_of(request)))
        return see_other(request, f"{address_of(name)}?told={done}")

    # -- one call, for the guest ----------------------------------------------------------------------------------

    @app.route(f"/sheets/{ROW}", methods=["GET"])
    async def sheet(self, request: Any, number: int) -> bytes:
        """One call on one page."""
        language = chosen_language(text_of(request, b"language"))
        made = await self._reads.read(lambda c: self._sheet(c, number, language))
        if made is None:
            return html(request, await self.pages.missing(say("There is no call {number}.", number=number)))
        report, spoken = made
        with speaking(own_tongue(self._house.config, spoken)):
            shown = values(report)
        said = {"call": number, "language": spoken, "languages": explaining.languages(), **shown}
        return html(
            request,
            await self.pages.page(
                "call_sheet.html", here="rooms", title=say("Sheet of call {number}", number=number), **said
            ),
        )

    @app.route(f"/sheets/{ROW}/sheet.pdf", methods=["GET"])
    async def sheet_file(self, request: Any, number: int) -> bytes:
        """The same as PDF."""
        language = chosen_language(text_of(request, b"language"))
        said = ["sheet", str(number), f"--config={self._house.config.file}", "--format=pdf"]
        said += [f"--language={language}"] if language else []
        path = await self._workshop.make(said, f"call-{number}.pdf")
        if isinstance(path, str):
            return html(request, await self.pages.problem(503, say("No sheet"), path))
        name = f"call-{number}.pdf"
        return await send_once(request, path, name, FORMS["pdf"].content_type, self._workshop.forget)

    @app.route(f"/sheets/{ROW}", methods=["POST"])
    async def dispute(self, request: Any, number: int) -> bytes:
        """A guest disputes a call, or does not any more."""
        form = read_form(fields_of(request))
        if not is_ours(request):
            return await foreign(self, request)
        done = await self._rooms.dispute(number, form)
        if isinstance(done, NotDone):
            return html(request, await self.pages.problem(422, say("Not kept"), done.sentence))
        return see_other(request, f"/calls/{number}?told={done}")

    def _sheet(self, connection: Connection, number: int, language: str) -> tuple[Report, str] | None:
        house = self._house
        owner = house.database.property
        call = queries.call(connection, owner, number)
        if call is None:
            return None
        spoken = language or explaining.best_language(queries.guest_language(connection, owner, call["reservation"]))
        made = sheet(connection, house.config, owner, number, house.now(), spoken)
        return None if made is None else (made, spoken)

    # -- search ---------------------------------------------------------------------------------------------------

    @app.route("/find", methods=["GET"])
    async def find(self, request: Any) -> bytes:
        """Rooms, guests in the house and calls; a room's own name leads straight to it."""
        words = " ".join(text_of(request, b"q").split())[:LONGEST_SEARCH]
        await self._racks.now()
        room = self._racks.room_named(words) if words else None
        if room is not None:
            return see_other(request, address_of(room))
        return html(request, await self._found(words))

    async def _found(self, words: str) -> Page:
        owner, clock = self._house.database.property, self._live.clock()
        country = self._house.config.property.country

        def work(connection: Connection) -> tuple[list[Any], list[dict[str, Any]], dict[int, list[dict[str, Any]]]]:
            calls = queries.find_calls(connection, owner, kept_place(words), MOST_FOUND).calls
            postings = queries.of_calls(connection, owner, [one["id"] for one in calls])
            return guests_like(connection, owner, words, MOST_FOUND), calls, postings

        guests, calls, postings = await self._reads.read(work) if words else ([], [], {})
        named = [
            {"guest": one.name or one.reservation, "room": one.room, "address": address_of(one.room)} for one in guests
        ]
        return await self.pages.page(
            "find.html",
            here="rooms",
            title=say("Search: {words}", words=words) if words else say("Search"),
            search=words,
            rooms=self._racks.rooms_like(words, MOST_FOUND) if words else [],
            guests=named,
            days=list(by_day([call_view(one, postings.get(one["id"], []), clock, country) for one in calls], clock)),
        )
