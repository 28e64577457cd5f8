"""The addresses of the pages: each route reads its question, asks the room that knows, and hands back the answer.

Nothing is decided here. A question that is not understood, an address that leads nowhere and a store that cannot be read
each get a sentence: as a page where a person asked, as JSON below `/api`.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, Final

from klein import Klein
from twisted.logger import Logger
from twisted.protocols.basic import FileSender
from twisted.python.failure import Failure
from werkzeug.exceptions import HTTPException

from gateway.reports.writing import FORMS
from gateway.web.alarms import AlarmPages, way_back
from gateway.web.deeds import Deeds, NotDone, judge, judge_acknowledgement, read_form
from gateway.web.explanation import chosen_language
from gateway.web.health import Pulse, health
from gateway.web.house import House
from gateway.web.laboratory import FILES, Laboratory, NotUnderstood
from gateway.web.live import Live
from gateway.web.metrics import CONTENT_TYPE, Metrics
from gateway.web.pages import Entered, Page, Pages
from gateway.web.price_pages import PricePages
from gateway.web.price_pages import read_form as price_form
from gateway.web.reads import Reads, StoreBusy, StoreUnreadable
from gateway.web.report_pages import ReportPages, Workshop, read_question
from gateway.web.rest.answers import HTML, answer, fields_of, json_answer, text_of
from gateway.web.rest.api import BadQuestion, whole
from gateway.web.security import Tokens, from_our_page
from gateway.web.templates import static_files

#: Bytes of the secret that signs forms; made anew by each process.
SECRET_BYTES: Final = 32
#: The largest number of a row that an address may name; a column holds no larger one.
MOST: Final = 2**62

FOREIGN: Final = "This form came from another site."
_ROW: Final = f"<int(min=1, max={MOST}):number>"


class Routes:
    """Every address of the site."""

    app = Klein()
    _log = Logger()

    def __init__(
        self, house: House, reads: Reads, live: Live, clock: Any, version: str, bench: Laboratory, workshop: Workshop
    ) -> None:
        self._house = house
        self._tokens = Tokens(secrets.token_bytes(SECRET_BYTES))
        self._pages = Pages(house, reads, live, self._tokens, version)
        self._bench = bench
        self._prices = PricePages(house, reads, live, self._tokens, self._pages, bench, clock)
        self._alarms = AlarmPages(house, reads, live, self._pages, self._tokens)
        self._reports = ReportPages(house, reads, live, self._pages, workshop)
        self._deeds = Deeds(house, reads, clock)
        self._metrics = Metrics(house, reads, clock.seconds)
        self._pulse = Pulse(house, clock.seconds)
        self._files = static_files()

    # -- pages ----------------------------------------------------------------------------------------------------

    @app.route("/", methods=["GET"])
    async def first(self, request: Any) -> bytes:
        """What happens now."""
        return _html(request, await self._pages.first())

    @app.route("/calls", methods=["GET"])
    async def calls(self, request: Any) -> bytes:
        """The list of calls, or those that a search finds."""
        return _html(request, await self._pages.calls(text_of(request, b"q"), _before(request)))

    @app.route(f"/calls/{_ROW}", methods=["GET"])
    async def call(self, request: Any, number: int) -> bytes:
        """One call."""
        return _html(request, await self._pages.call(number, chosen_language(text_of(request, b"language"))))

    @app.route(f"/calls/{_ROW}/story", methods=["GET"])
    async def call_story(self, request: Any, number: int) -> bytes:
        """What opens below a call's line."""
        return _html(request, await self._pages.call_story(number))

    @app.route("/postings", methods=["GET"])
    async def postings(self, request: Any) -> bytes:
        """Postings by state."""
        return _html(request, await self._pages.postings(text_of(request, b"state"), _before(request)))

    @app.route(f"/postings/{_ROW}", methods=["GET"])
    async def posting(self, request: Any, number: int) -> bytes:
        """One posting."""
        told = whole(fields_of(request), "told", 1, MOST)
        return _html(request, await self._pages.posting(number, told=told))

    @app.route(f"/postings/{_ROW}", methods=["POST"])
    async def decide(self, request: Any, number: int) -> bytes:
        """A person's decision; answered with the posting as it stands then."""
        form = read_form(fields_of(request))
        if not _is_ours(request):
            return _html(request, await self._pages.problem(403, "Not from here", FOREIGN))
        done: NotDone | int | None = judge(form, number, self._tokens)
        if done is None:
            done = await self._deeds.give(form, number)
        if isinstance(done, NotDone):
            entered = Entered(deed=form.deed, who=form.who, why=form.why, problem=done.sentence)
            return _html(request, await self._pages.posting(number, entered=entered))
        return _see_other(request, f"/postings/{number}?told={done}")

    @app.route("/alarms", methods=["GET"])
    async def alarms(self, request: Any) -> bytes:
        """What is wrong, and what was."""
        return _html(request, await self._alarms.all(_before(request)))

    @app.route(f"/alarms/{_ROW}", methods=["GET"])
    async def alarm(self, request: Any, number: int) -> bytes:
        """One alarm."""
        return _html(request, await self._alarms.one(number))

    @app.route(f"/alarms/{_ROW}", methods=["POST"])
    async def take(self, request: Any, number: int) -> bytes:
        """A person takes an alarm; answered with the page the form stood on."""
        form = read_form(fields_of(request))
        if not _is_ours(request):
            return _html(request, await self._pages.problem(403, "Not from here", FOREIGN))
        done: NotDone | int | None = judge_acknowledgement(form, number, self._tokens)
        if done is None:
            done = await self._deeds.acknowledge(form, number)
        if isinstance(done, NotDone):
            entered = Entered(who=form.who, why=form.why, problem=done.sentence)
            return _html(request, await self._alarms.one(number, entered=entered))
        return _see_other(request, way_back(form, number))

    @app.route("/emergency", methods=["GET"])
    async def emergency(self, request: Any) -> bytes:
        """The screen for a wall behind the desk."""
        return _html(request, await self._alarms.screen())

    @app.route("/records", methods=["GET"])
    async def records(self, request: Any) -> bytes:
        """Records that could not be read, and repeats."""
        return _html(request, await self._pages.records(text_of(request, b"kind"), _before(request)))

    @app.route("/links", methods=["GET"])
    async def links(self, request: Any) -> bytes:
        """Exchanges, PMS and store."""
        return _html(request, await self._pages.links())

    @app.route("/static/<name>", methods=["GET"])
    def static(self, request: Any, name: str) -> bytes:
        """A style sheet, a script, the icon."""
        file = self._files.get(name)
        if file is None:
            return _plain(request, 404, "There is no such file.")
        request.setHeader("cache-control", "no-cache")
        if request.setETag(f'"{file.tag}"'.encode()) is not None:
            return b""
        return answer(request, 200, file.content_type, file.data)

    # -- prices ---------------------------------------------------------------------------------------------------

    @app.route("/corrections", methods=["GET"])
    async def corrections(self, request: Any) -> bytes:
        """Lists of changed prices."""
        return _html(request, await self._prices.changes())

    @app.route("/corrections", methods=["POST"])
    async def make_list(self, request: Any) -> bytes:
        """Begin to make a list."""
        if not _is_ours(request):
            return _html(request, await self._pages.problem(403, "Not from here", FOREIGN))
        page = await self._prices.make(price_form(fields_of(request)), text_of(request, b"token"))
        return _see_other(request, "/corrections") if page is None else _html(request, page)

    @app.route(f"/corrections/{_ROW}", methods=["GET"])
    async def correction(self, request: Any, number: int) -> bytes:
        """One list."""
        after = whole(fields_of(request), "after", 1, MOST) or 0
        return _html(request, await self._prices.change(number, after))

    @app.route(f"/corrections/{_ROW}", methods=["POST"])
    async def decide_list(self, request: Any, number: int) -> bytes:
        """A person approves or rejects a list."""
        if not _is_ours(request):
            return _html(request, await self._pages.problem(403, "Not from here", FOREIGN))
        form, deed = price_form(fields_of(request)), text_of(request, b"deed")
        done = await self._prices.decide(number, deed, form.who, form.why, text_of(request, b"token"))
        return _html(request, await self._prices.change(number, told=done) if isinstance(done, str) else done)

    @app.route("/laboratory", methods=["GET"])
    async def laboratory(self, request: Any) -> bytes:
        """The tariff laboratory."""
        return _html(request, await self._prices.laboratory())

    @app.route("/laboratory", methods=["POST"])
    async def rehearse(self, request: Any) -> bytes:
        """Begin a rehearsal."""
        if not _is_ours(request):
            return _html(request, await self._pages.problem(403, "Not from here", FOREIGN))
        begun = await self._prices.rehearse(price_form(fields_of(request)), text_of(request, b"token"))
        return _html(request, begun) if isinstance(begun, Page) else _see_other(request, f"/laboratory/{begun.number}")

    @app.route(f"/laboratory/{_ROW}", methods=["GET"])
    async def rehearsal(self, request: Any, number: int) -> bytes:
        """One rehearsal."""
        return _html(request, await self._prices.rehearsal(number))

    @app.route(f"/laboratory/{_ROW}/<name>", methods=["GET"])
    async def rehearsed_calls(self, request: Any, number: int, name: str) -> bytes:
        """Every call of a rehearsal, as a file that is sent as it is read."""
        work = self._bench.work(number)
        path = work.file(name) if work is not None else None
        if path is None:
            return _html(request, await self._pages.missing("There is no such file; the rehearsal may still run."))
        return await _send(request, path, FILES[name])

    # -- reports --------------------------------------------------------------------------------------------------

    @app.route("/reports", methods=["GET"])
    async def reports(self, request: Any) -> bytes:
        """Which reports there are."""
        return _html(request, await self._reports.all())

    @app.route("/reports/show", methods=["GET"])
    async def show_report(self, request: Any) -> bytes:
        """What the form asks for, by the days it means today."""
        asked = read_question(fields_of(request))
        try:
            return _see_other(request, self._reports.address(asked))
        except NotUnderstood as error:
            return _html(request, await self._reports.all(asked, str(error)))

    @app.route("/reports/<kind>", methods=["GET"])
    async def report(self, request: Any, kind: str) -> bytes:
        """One report."""
        return _html(request, await self._reports.one(read_question(fields_of(request), kind)))

    @app.route("/reports/<kind>/file.<form>", methods=["GET"])
    async def report_file(self, request: Any, kind: str, form: str) -> bytes:
        """One report as a file, which is made for this answer and gone after it."""
        made = await self._reports.file(read_question(fields_of(request), kind), form)
        if isinstance(made, Page):
            return _html(request, made)
        path, name = made
        request.setHeader("content-disposition", f'attachment; filename="{name}"')
        try:
            return await _send(request, path, FORMS[form].content_type)
        finally:
            self._reports.forget(path)

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

    # -- what goes wrong ------------------------------------------------------------------------------------------

    @app.handle_errors(BadQuestion)
    async def bad_question(self, request: Any, failure: Failure) -> bytes:
        """A question that is not understood."""
        return await self._problem(request, 400, "Not understood", f"{failure.value}.")

    @app.handle_errors(StoreUnreadable, StoreBusy)
    async def store_trouble(self, request: Any, failure: Failure) -> bytes:
        """The store cannot be read now."""
        request.setHeader("retry-after", "5")
        words = f"{failure.value}. Nothing is lost: the exchange keeps its records until they can be written."
        return await self._problem(request, 503, "The store cannot be read now", words)

    @app.handle_errors(HTTPException)
    async def nowhere(self, request: Any, failure: Failure) -> bytes:
        """No such address, or not for this method."""
        error: Any = failure.value
        if error.code == 405:
            request.setHeader("allow", ", ".join(error.valid_methods or ()))
            return await self._problem(request, 405, "Not so", "This address is not for that.")
        words = "There is nothing at this address. The pages that exist are named above."
        return await self._problem(request, error.code or 404, "Not here", words)

    @app.handle_errors(Exception)
    async def mistake(self, request: Any, failure: Failure) -> bytes:
        """A mistake of ours."""
        self._log.failure("a page failed", failure=failure)
        words = (
            "This page failed by a mistake of the program; its log says more. Calls and charges are not touched by it."
        )
        return await self._problem(request, 500, "A mistake of ours", words)

    async def _problem(self, request: Any, status: int, title: str, words: str) -> bytes:
        """The same sentence as a page, or as JSON where a program asked."""
        if request.uri.startswith(b"/metrics"):
            return json_answer(request, status, {"error": words})
        return _html(request, await self._pages.problem(status, title, words))


async def _send(request: Any, path: Path, content_type: str) -> bytes:
    """A file, sent as it is read."""
    request.setHeader("content-type", content_type)
    request.setHeader("content-length", str(path.stat().st_size))
    with path.open("rb") as file:
        sender: Any = FileSender()
        await sender.beginFileTransfer(file, request)
    return b""


def _before(request: Any) -> int | None:
    return whole(fields_of(request), "before", 1, MOST)


def _header(request: Any, name: str) -> str | None:
    value: str | None = request.getHeader(name)
    return value


def _is_ours(request: Any) -> bool:
    """Whether a form came from a page of ours, as far as the browser tells."""
    return from_our_page(_header(request, "sec-fetch-site"), _header(request, "origin"), _header(request, "host"))


def _see_other(request: Any, address: str) -> bytes:
    """It is done: look there."""
    request.setResponseCode(303)
    request.setHeader("location", address)
    return b""


def _html(request: Any, page: Page) -> bytes:
    return answer(request, page.status, HTML, page.html.encode("utf-8", "replace"))


def _plain(request: Any, status: int, words: str) -> bytes:
    return answer(request, status, "text/plain; charset=utf-8", f"{words}\n".encode())
