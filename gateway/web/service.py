"""The web site of a running gateway: listens, and on the way out answers what was asked before it closes."""

from __future__ import annotations

import secrets
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IListeningPort

from gateway.store.elsewhere import Elsewhere, in_threads
from gateway.web.deeds import Deeds
from gateway.web.house import House
from gateway.web.laboratory import Laboratory
from gateway.web.live import Live
from gateway.web.pages import Pages
from gateway.web.price_pages import PricePages
from gateway.web.price_routes import PriceRoutes
from gateway.web.rack_pages import RackPages
from gateway.web.reads import Reads
from gateway.web.report_pages import ReportPages, Workshop
from gateway.web.report_routes import ReportRoutes
from gateway.web.rest.api import Api
from gateway.web.rest.callers import Callers
from gateway.web.rest.programs import Programs
from gateway.web.rest.routes import ApiRoutes
from gateway.web.room_pages import RoomPages
from gateway.web.room_routes import RoomRoutes
from gateway.web.security import BoundedSite, Door, QuietSite, Tokens, Wings, own_hosts
from gateway.web.site import Routes
from gateway.web.soap.service import SoapService
from gateway.web.streams import Streams
from gateway.web.workers import in_processes

#: Bytes of the secret that signs forms; made anew by each process.
SECRET_BYTES: Final = 32


def site_version() -> str:
    """The version of the installed program."""
    try:
        return version("foliogate")
    except PackageNotFoundError:  # run from a checkout that nobody installed
        return "not installed"


def door(
    house: House,
    clock: Any,
    elsewhere: Elsewhere,
    laboratory: Laboratory | None = None,
    workshop: Workshop | None = None,
    streams: Streams | None = None,
) -> Door:
    """The whole site as one resource."""
    bench = laboratory or Laboratory(house, in_processes(clock))
    makes = workshop or Workshop(in_processes(clock))
    reads, version = Reads(house.database, elsewhere), site_version()
    live = Live(house, reads, clock.seconds)
    programs, callers = Programs(house, reads, clock), Callers(house.database, reads, clock.seconds)
    tokens = Tokens(secrets.token_bytes(SECRET_BYTES))
    pages = Pages(house, reads, live, tokens, version)
    site = Routes(house, reads, live, clock, pages, tokens).app.resource()
    prices = PriceRoutes(pages, PricePages(house, reads, live, tokens, pages, bench, clock), bench).app.resource()
    reports = ReportRoutes(pages, ReportPages(house, reads, live, pages, makes)).app.resource()
    racks = RackPages(house, reads, live, pages)
    rooms = RoomPages(house, reads, live, pages, racks, Deeds(house, reads, clock), tokens)
    rack = RoomRoutes(house, reads, live, pages, racks, rooms, makes, tokens, streams or Streams(clock)).app.resource()
    api = Api(house, reads, live, version)
    routes = ApiRoutes(house, reads, api, programs, callers, version).app.resource()
    below = {
        b"/api/": routes,
        b"/soap/": SoapService(api, programs, callers),
        b"/corrections": prices,
        b"/laboratory": prices,
        b"/reports": reports,
        b"/rooms": rack,
        b"/rack": rack,
        b"/sheets": rack,
        b"/find": rack,
    }
    return Door(Wings(site, below), own_hosts(house.config.web.host))


class WebService:
    """Serves a house's pages on the address of its configuration."""

    def __init__(self, house: House, reactor: Any) -> None:
        self._house, self._reactor = house, reactor
        self._laboratory = Laboratory(house, in_processes(reactor))
        self._workshop = Workshop(in_processes(reactor))
        self._streams = Streams(reactor)
        self._door = door(house, reactor, in_threads(reactor), self._laboratory, self._workshop, self._streams)
        self._port: IListeningPort | None = None

    def start(self) -> Deferred[int]:
        """Begin to listen; fires with the port, or fails with CannotListenError."""
        endpoint: Any = serverFromString(self._reactor, self._house.config.web.listen)  # type: ignore[no-untyped-call]
        site = QuietSite(self._door, self._reactor)
        listening: Deferred[IListeningPort] = endpoint.listen(BoundedSite(site))  # type: ignore[no-untyped-call]
        return listening.addCallback(self._listening)

    def _listening(self, port: IListeningPort) -> int:
        self._port = port
        number: int = port.getHost().port  # type: ignore[attr-defined]
        return number

    def stop(self) -> Deferred[None]:
        """Take no more connections and answer nothing more; fires when the port is closed."""
        self._door.closed = True
        self._laboratory.close()
        self._workshop.close()
        self._streams.close()
        port, self._port = self._port, None
        if port is None:
            return succeed(None)
        closed: Deferred[None] = maybeDeferred(port.stopListening)  # type: ignore[call-overload]
        return closed
