"""The addresses of the pages: each route reads its question, asks the room that knows, and hands back the answer.

Nothing is decided here. Wings of the site (prices, reports) have modules of their own beside this one; `service.py` puts
them together, and `routing.py` holds what they share.
"""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.languages.spoken import say
from gateway.web.alarms import AlarmPages, way_back
from gateway.web.deeds import Deeds, NotDone, judge, judge_acknowledgement, read_form
from gateway.web.health import Pulse, health
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.metrics import CONTENT_TYPE, Metrics
from gateway.web.pages import Entered, Pages
from gateway.web.reads import Reads
from gateway.web.rest.answers import answer, fields_of, json_answer, text_of
from gateway.web.rest.api import whole
from gateway.web.routing import MOST, ROW, before, foreign, html, is_ours, plain, see_other, troubles
from gateway.web.security import Tokens
from gateway.web.templates import static_files


class Routes:
    """The addresses that everything starts from: now, postings, alarms, records, links, health."""

    app = Klein()
    troubles(app)

    def __init__(
        self, house: House, reads: Reads, live: Live, clock: Any, pages: Pages, tokens: Tokens, deeds: Deeds
    ) -> None:
        self._house, self.pages, self._tokens = house, pages, tokens
        self._alarms = AlarmPages(house, reads, live, pages, tokens)
        self._deeds = deeds
        self._metrics = Metrics(house, reads, clock.seconds)
        self._pulse = Pulse(house, clock.seconds)
        self._files = static_files()

    # -- pages ----------------------------------------------------------------------------------------------------

    @app.route("/", methods=["GET"])
    def home(self, request: Any) -> bytes:
        """Where everybody begins."""
        return see_other(request, "/rooms")

    @app.route("/now", methods=["GET"])
    async def first(self, request: Any) -> bytes:
        """What happens now."""
        return html(request, await self.pages.first())

    @app.route("/frame", methods=["GET"])
    async def frame(self, request: Any) -> bytes:
        """What changes around a page whose own part stands still."""
        return html(request, await self.pages.page("frame.html", here=text_of(request, b"here"), title=""))

    @app.route("/postings", methods=["GET"])
    async def postings(self, request: Any) -> bytes:
        """Postings by state."""
        return html(request, await self.pages.postings(text_of(request, b"state"), before(request)))

    @app.route(f"/postings/{ROW}", methods=["GET"])
    async def posting(self, request: Any, number: int) -> bytes:
        """One posting."""
        told = whole(fields_of(request), "told", 1, MOST)
        return html(request, await self.pages.posting(number, told=told))

    @app.route(f"/postings/{ROW}", methods=["POST"])
    async def decide(self, request: Any, number: int) -> bytes:
        """A person's decision; answered with the posting as it stands then."""
        form = read_form(fields_of(request))
        if not is_ours(request):
            return await foreign(self, request)
        done: NotDone | int | None = judge(form, number, self._tokens)
        if done is None:
            done = await self._deeds.give(form, number)
        if isinstance(done, NotDone):
            entered = Entered(deed=form.deed, who=form.who, why=form.why, problem=done.sentence)
            return html(request, await self.pages.posting(number, entered=entered))
        return see_other(request, f"/postings/{number}?told={done}")

    @app.route("/alarms", methods=["GET"])
    async def alarms(self, request: Any) -> bytes:
        """What is wrong, and what was."""
        return html(request, await self._alarms.all(before(request)))

    @app.route(f"/alarms/{ROW}", methods=["GET"])
    async def alarm(self, request: Any, number: int) -> bytes:
        """One alarm."""
        return html(request, await self._alarms.one(number))

    @app.route(f"/alarms/{ROW}", methods=["POST"])
    async def take(self, request: Any, number: int) -> bytes:
        """A person takes an alarm; answered with the page the form stood on."""
        form = read_form(fields_of(request))
        if not is_ours(request):
            return await foreign(self, request)
        done: NotDone | int | None = judge_acknowledgement(form, number, self._tokens)
        if done is None:
            done = await self._deeds.acknowledge(form, number)
        if isinstance(done, NotDone):
            entered = Entered(who=form.who, why=form.why, problem=done.sentence)
            return html(request, await self._alarms.one(number, entered=entered))
        return see_other(request, way_back(form, number))

    @app.route("/emergency", methods=["GET"])
    async def emergency(self, request: Any) -> bytes:
        """The screen for a wall behind the desk."""
        return html(request, await self._alarms.screen())

    @app.route("/records", methods=["GET"])
    async def records(self, request: Any) -> bytes:
        """Records that could not be read, and repeats."""
        return html(request, await self.pages.records(text_of(request, b"kind"), before(request)))

    @app.route("/links", methods=["GET"])
    async def links(self, request: Any) -> bytes:
        """Exchanges, PMS and store."""
        return html(request, await self.pages.links())

    @app.route("/static/<name>", methods=["GET"])
    def static(self, request: Any, name: str) -> bytes:
        """A style sheet, a script, the icon."""
        file = self._files.get(name)
        if file is None:
            return plain(request, 404, say("There is no such file."))
        request.setHeader("cache-control", "no-cache")
        # A weak tag: compressed or plain, it is the same file.
        if request.setETag(f'W/"{file.tag}"'.encode()) is not None:
            return b""
        return answer(request, 200, file.content_type, file.data)

    # -- for programs ---------------------------------------------------------------------------------------------

    @app.route("/healthz", methods=["GET"])
    def healthz(self, request: Any) -> bytes:
        """Whether charges flow."""
        return json_answer(request, *health(self._house))

    @app.route("/livez", methods=["GET"])
    def livez(self, request: Any) -> bytes:
        """Whether this process is worth keeping."""
        return json_answer(request, *self._pulse.life())

    @app.route("/metrics", methods=["GET"])
    async def metrics(self, request: Any) -> bytes:
        """Numbers for Prometheus."""
        return answer(request, 200, CONTENT_TYPE, await self._metrics.text())
