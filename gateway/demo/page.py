"""The demo's own page: three columns, the balance, and buttons that break things. It stands behind the same door as the
gateway's pages (loopback names only, strict policy, no frames), and works without JavaScript.

It shows the supervisor's books and decides nothing; what a button says is the supervisor's to do. The gateway's style
sheet and its script that keeps a page up to date are served here as they are.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from importlib import resources
from typing import Any, Final, Protocol, get_args

from jinja2 import DictLoader
from klein import Klein
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IListeningPort

from gateway.config import Config
from gateway.demo import scene
from gateway.demo.balance import Balance
from gateway.demo.hotel import COUNTRY
from gateway.demo.supervisor import Deed, Notice, Standing
from gateway.demo.watch import Watch
from gateway.web.security import Door, QuietSite, Tokens, from_our_page, own_hosts
from gateway.web.templates import StaticFile, environment, static_files
from gateway.web.words import Clock

DEEDS: Final[tuple[Deed, ...]] = get_args(Deed)
_HTML: Final = "text/html; charset=utf-8"


class Show(Protocol):
    """What the page needs of the demo."""

    config: Config
    watch: Watch
    standings: list[Standing]
    pms_listens: bool

    @property
    def gateway_url(self) -> str:
        """The address of the gateway's own page."""

    @property
    def pms_url(self) -> str:
        """The address of the PMS's own page, "" where it has none."""

    @property
    def notices(self) -> Any:
        """What happened, newest first, as `Notice`s."""

    def clock(self) -> Clock:
        """The hotel's clock now."""

    def balance(self) -> Balance:
        """How the ledgers stand now."""

    async def do(self, deed: Deed) -> None:
        """Carry out what a button says."""


class Routes:
    """Every address of the demo's page."""

    app = Klein()

    def __init__(self, show: Show) -> None:
        self._show = show
        self._tokens = Tokens(secrets.token_bytes(32))
        folder = resources.files("gateway.demo") / "templates"
        page = (folder / "demo.html").read_text(encoding="utf-8")
        self._template = environment().overlay(loader=DictLoader({"demo.html": page})).get_template("demo.html")
        sheet = (resources.files("gateway.demo") / "static" / "demo.css").read_bytes()
        tag = hashlib.sha256(sheet).hexdigest()[:16]
        self._files = {**static_files(), "demo.css": StaticFile(sheet, "text/css; charset=utf-8", tag)}

    @app.route("/", methods=["GET"])
    def page(self, request: Any) -> bytes:
        """The whole page, as it stands now; `?room=` shows one guest's folio."""
        room = (request.args or {}).get(b"room", [b""])[0].decode("utf-8", "replace")[:20]
        return _answer(request, 200, _HTML, self._render(room).encode("utf-8", "replace"))

    @app.route("/balance.json", methods=["GET"])
    def figures(self, request: Any) -> bytes:
        """The balance for programs."""
        return _answer(request, 200, "application/json", json.dumps(self._figures(), ensure_ascii=False).encode())

    @app.route("/deeds/<deed>", methods=["POST"])
    async def do(self, request: Any, deed: str) -> bytes:
        """A button was pressed on our page."""
        header = request.getHeader
        ours = from_our_page(header("sec-fetch-site"), header("origin"), header("host"))
        token = (request.args or {}).get(b"token", [b""])[0].decode("ascii", "replace")
        if not ours or not self._tokens.fits(token, "demo"):
            return _answer(
                request, 403, "text/plain; charset=utf-8", b"This form is not from this page; load it again.\n"
            )
        wanted = next((one for one in DEEDS if one == deed), None)
        if wanted is None:
            return _answer(request, 404, "text/plain; charset=utf-8", b"There is no such button.\n")
        await self._show.do(wanted)
        request.setHeader("location", "/")
        return _answer(request, 303, "text/plain; charset=utf-8", b"")

    @app.route("/static/<name>", methods=["GET"])
    def static(self, request: Any, name: str) -> bytes:
        """A style sheet, a script, the icon."""
        file = self._files.get(name)
        if file is None:
            return _answer(request, 404, "text/plain; charset=utf-8", b"There is no such file.\n")
        request.setHeader("cache-control", "no-cache")
        if request.setETag(f'"{file.tag}"'.encode()) is not None:
            return b""
        return _answer(request, 200, file.content_type, file.data)

    def _render(self, room: str) -> str:
        show, clock, books = self._show, self._show.clock(), self._show.watch.books
        stands = show.balance()
        return self._template.render(
            hotel=show.config.property.name,
            zone=show.config.property.timezone.key,
            gateway=show.gateway_url,
            pms_page=show.pms_url,
            token=self._tokens.sign("demo"),
            standings=[
                (one, one.words.format(at=f"{one.since.astimezone(clock.zone):%H:%M:%S}")) for one in show.standings
            ],
            notices=[(one, _spoken(one, clock)) for one in show.notices],
            pms_listens=show.pms_listens,
            gateway_up=any(one.up for one in show.standings if one.name == "gateway"),
            balance=stands,
            figures=scene.figures(stands),
            money=scene.money_line(stands),
            exchange=scene.exchange_rows(books, clock),
            calls=scene.gateway_rows(books, clock, COUNTRY, show.gateway_url),
            folio=scene.folio(books, clock, room),
            room=room,
        )

    def _figures(self) -> dict[str, Any]:
        stands = self._show.balance()
        return {
            "sentence": stands.sentence,
            "calls": stands.calls,
            "records": stands.records,
            "states": dict(stands.states),
            "not_charged": stands.not_charged,
            "booked": stands.booked,
            "lost": list(stands.lost),
            "doubled": list(stands.doubled),
            "standings": {one.name: one.up for one in self._show.standings},
        }


class DemoPage:
    """Serves the page on a port of loopback."""

    def __init__(self, show: Show, reactor: Any, port: int) -> None:
        self._reactor, self._where = reactor, f"tcp:{port}:interface=127.0.0.1"
        self._door = Door(Routes(show).app.resource(), own_hosts("127.0.0.1"))
        self._port: IListeningPort | None = None

    async def start(self) -> None:
        """Begin to listen; raises CannotListenError."""
        endpoint: Any = serverFromString(self._reactor, self._where)  # type: ignore[no-untyped-call]
        self._port = await endpoint.listen(QuietSite(self._door, self._reactor))

    def stop(self) -> Deferred[None]:
        """Take no more connections."""
        self._door.closed = True
        port, self._port = self._port, None
        if port is None:
            return succeed(None)
        closed: Deferred[None] = maybeDeferred(port.stopListening)  # type: ignore[call-overload]
        return closed


def _spoken(notice: Notice, clock: Clock) -> str:
    return f"{notice.at.astimezone(clock.zone):%H:%M:%S}"


def _answer(request: Any, status: int, content_type: str, data: bytes) -> bytes:
    request.setResponseCode(status)
    request.setHeader("content-type", content_type)
    request.setHeader("content-length", str(len(data)))
    return data
