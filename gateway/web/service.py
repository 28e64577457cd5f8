"""The web site of a running gateway: listens, and on the way out answers what was asked before it closes."""

from __future__ import annotations

import secrets
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, NamedTuple

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IListeningPort
from twisted.logger import Logger
from twisted.web.resource import Resource

from gateway.config import Config
from gateway.instants import SECOND
from gateway.people import signing
from gateway.store.elsewhere import Elsewhere, in_threads
from gateway.web.act_pages import ActPages
from gateway.web.act_routes import ActRoutes
from gateway.web.audit_pages import AuditPages
from gateway.web.audit_routes import AuditRoutes
from gateway.web.bill_check_pages import BillCheckPages
from gateway.web.bill_check_routes import BillCheckRoutes
from gateway.web.bill_pages import BillPages
from gateway.web.bill_routes import BillRoutes
from gateway.web.call_tags import Tagging
from gateway.web.deeds import Deeds
from gateway.web.enquiry_pages import EnquiryPages
from gateway.web.guard import Guard
from gateway.web.guest_pages import GuestPages
from gateway.web.guest_routes import GuestRoutes
from gateway.web.house import House
from gateway.web.inviting import Inviting
from gateway.web.laboratory import Laboratory
from gateway.web.listening import listening
from gateway.web.live import Live
from gateway.web.log_pages import LogPages
from gateway.web.log_routes import LogRoutes
from gateway.web.number_routes import NumberRoutes
from gateway.web.numbers import NumberPages
from gateway.web.pages import Pages
from gateway.web.papers import Papers
from gateway.web.people import Directory, People, Provider
from gateway.web.people_pages import PeoplePages
from gateway.web.people_routes import PeopleRoutes
from gateway.web.price_pages import PricePages
from gateway.web.price_routes import PriceRoutes
from gateway.web.rack_pages import RackPages
from gateway.web.reads import Reads
from gateway.web.report_pages import ReportPages, Workshop
from gateway.web.report_routes import ReportRoutes
from gateway.web.rest.api import Api
from gateway.web.rest.callers import Callers
from gateway.web.rest.programs import Programs
from gateway.web.rest.report_api import ReportApi
from gateway.web.rest.report_routes import ReportApiRoutes
from gateway.web.rest.routes import ApiRoutes
from gateway.web.resync_routes import ResyncRoutes
from gateway.web.room_pages import RoomPages
from gateway.web.room_routes import RoomRoutes
from gateway.web.schedule_pages import SchedulePages
from gateway.web.schedule_routes import ScheduleRoutes
from gateway.web.security import BoundedSite, Door, QuietSite, Tokens, Wings, own_hosts
from gateway.web.site import Routes
from gateway.web.soap.service import SoapService
from gateway.web.streams import Streams
from gateway.web.target_pages import TargetPages
from gateway.web.target_routes import TargetRoutes
from gateway.web.token_routes import TokenRoutes
from gateway.web.tongue_routes import TongueRoutes
from gateway.web.tongues import Tongues
from gateway.web.trunk_pages import TrunkPages
from gateway.web.trunk_routes import TrunkRoutes
from gateway.web.workers import in_processes

#: Bytes of the secret that signs forms; made anew by each process.
SECRET_BYTES: Final = 32


def site_version() -> str:
    """The version of the installed program."""
    try:
        return version("foliogate")
    except PackageNotFoundError:  # run from a checkout that nobody installed
        return "not installed"


class Ground(NamedTuple):
    """What every wing of the site stands on."""

    house: House
    clock: Any
    elsewhere: Elsewhere
    reads: Reads
    live: Live
    tokens: Tokens
    pages: Pages
    deeds: Deeds


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
    tokens = Tokens(secrets.token_bytes(SECRET_BYTES))
    pages = Pages(house, reads, live, tokens, version)
    deeds = Deeds(house, reads, clock)
    ground = Ground(house, clock, elsewhere, reads, live, tokens, pages, deeds)
    site = Routes(house, reads, live, clock, pages, tokens, deeds).app.resource()
    below = program_wings(ground, version) | back_wings(ground, bench, makes)
    below |= desk_wings(ground, makes, streams or Streams(clock))
    web = house.config.web
    tongues = Tongues(house.config.property.language, house.config.property.country)
    guard = None
    if web.required:
        people = People(house, reads, elsewhere, clock.seconds)
        people.directory, people.provider = directory(house.config), provider(house)
        guard = Guard(people, pages, tongues, secure=web.secure)
        below |= people_wing(house, live, pages, guard, clock)
    below[b"/language"] = TongueRoutes(pages, guard, secure=web.secure).app.resource()
    hosts = own_hosts(web.host, house.config.watch.page)
    return Door(Wings(site, below), hosts, guard, tongues=tongues, secure=web.secure)


def program_wings(on: Ground, version: str) -> dict[bytes, Resource]:
    """The addresses for programs. The first path that fits has a request, so the longer ones come first."""
    programs = Programs(on.house, on.reads, on.clock)
    callers = Callers(on.house.database, on.reads, on.clock.seconds)
    api = Api(on.house, on.reads, on.live, version)
    routes = ApiRoutes(on.house, on.reads, api, programs, callers, version).app.resource()
    reports = ReportApiRoutes(ReportApi(on.house, on.reads, on.live), callers).app.resource()
    return {
        b"/api/v1/reports": reports,
        b"/api/v1/trunks": reports,
        b"/api/": routes,
        b"/soap/": SoapService(api, programs, callers),
    }


def desk_wings(on: Ground, makes: Workshop, streams: Streams) -> dict[bytes, Resource]:
    """The addresses of the front desk: rooms, calls, bills, what is done to charges, numbers."""
    house, reads, live, pages, tokens, deeds = on.house, on.reads, on.live, on.pages, on.tokens, on.deeds
    racks = RackPages(house, reads, live, pages)
    rooms = RoomPages(house, reads, live, pages, racks, deeds, tokens)
    rack = RoomRoutes(house, reads, live, pages, racks, rooms, makes, streams).app.resource()
    papers = Papers(house, on.elsewhere)
    billing = BillPages(house, reads, live, tokens, pages, papers, deeds)
    bills = BillRoutes(pages, billing, EnquiryPages(house, reads, pages, papers), papers).app.resource()
    return {
        **dict.fromkeys((b"/rooms", b"/rack", b"/sheets", b"/find"), rack),
        **dict.fromkeys((b"/bills", b"/price"), bills),
        b"/acts": ActRoutes(pages, ActPages(house, reads, live, tokens, pages, deeds)).app.resource(),
        b"/resync": ResyncRoutes(house, reads, live, tokens, pages, deeds).app.resource(),
        b"/calls": LogRoutes(
            pages, LogPages(house, reads, live, tokens, pages, deeds, makes), Tagging(house, tokens, deeds)
        ).app.resource(),
        b"/numbers": NumberRoutes(pages, NumberPages(house, reads, live, tokens, pages, deeds)).app.resource(),
    }


def back_wings(on: Ground, bench: Laboratory, makes: Workshop) -> dict[bytes, Resource]:
    """The addresses of the back office: prices, reports, the night audit, trunks."""
    house, reads, live, pages, tokens, deeds = on.house, on.reads, on.live, on.pages, on.tokens, on.deeds
    prices = PriceRoutes(pages, PricePages(house, reads, live, tokens, pages, bench, deeds), bench).app.resource()
    audit = AuditPages(house, reads, live, tokens, pages)
    schedules = ScheduleRoutes(pages, SchedulePages(house, reads, live, tokens, pages, deeds)).app.resource()
    return {
        **dict.fromkeys((b"/corrections", b"/laboratory"), prices),
        b"/reports": ReportRoutes(pages, ReportPages(house, reads, live, pages, makes)).app.resource(),
        b"/bill-check": BillCheckRoutes(pages, BillCheckPages(house, reads, pages, makes)).app.resource(),
        b"/audit": AuditRoutes(house, deeds, tokens, pages, audit).app.resource(),
        b"/trunks": TrunkRoutes(pages, TrunkPages(house, reads, live, pages)).app.resource(),
        b"/schedules": schedules,
        b"/targets": TargetRoutes(pages, TargetPages(house, reads, live, tokens, pages, deeds)).app.resource(),
        b"/tokens": TokenRoutes(house, reads, live, tokens, pages).app.resource(),
        b"/guests": GuestRoutes(pages, GuestPages(house, reads, live, tokens, pages, deeds)).app.resource(),
    }


def directory(config: Config) -> Directory | None:
    """What asks the house's directory, if there is one; loaded only then, since it takes half a second and ten megabytes."""
    if config.sign_in.ldap is None:
        return None
    from gateway.people.ldap import vouch

    return partial(vouch, config.sign_in.ldap)


def provider(house: House) -> Provider | None:
    """What asks the house's provider, if there is one; loaded only then."""
    said = house.config.sign_in.oidc
    if said is None:
        return None
    from gateway.people import oidc

    return oidc.Provider(said, lambda: house.micros() // SECOND)


def people_wing(house: House, live: Live, pages: Pages, guard: Guard, clock: Any) -> dict[bytes, Resource]:
    """The addresses of people, where people sign in."""
    people = guard.people
    shown = PeoplePages(house, people.reads, live, pages, people)
    wing = PeopleRoutes(pages, shown, people, guard, Inviting(house, people, clock)).app.resource()
    return dict.fromkeys(
        (b"/sign-in", b"/sign-out", b"/me", b"/users", b"/invitations", b"/invitation", b"/trail"), wing
    )


class WebService:
    """Serves a house's pages on the address of its configuration."""

    _log = Logger()

    def __init__(self, house: House, reactor: Any) -> None:
        self._house, self._reactor = house, reactor
        self._laboratory = Laboratory(house, in_processes(reactor))
        self._workshop = Workshop(in_processes(reactor))
        self._streams = Streams(reactor)
        self._door = door(house, reactor, in_threads(reactor), self._laboratory, self._workshop, self._streams)
        self._port: IListeningPort | None = None

    def start(self) -> Deferred[int]:
        """Begin to listen; fires with the port, or fails with CannotListenError or CertificateUnusable."""
        return Deferred.fromCoroutine(self._start())

    async def _start(self) -> int:
        site = BoundedSite(QuietSite(self._door, self._reactor))  # type: ignore[no-untyped-call]
        self._port = await listening(self._house.config.web, self._reactor, site)
        number: int = self._port.getHost().port  # type: ignore[attr-defined]
        await self._tell_first_link(number)
        return number

    async def _tell_first_link(self, port: int) -> None:
        """In a house without users, print the one link by which the first of them is made."""
        web, guard = self._house.config.web, self._door.guard
        if not isinstance(guard, Guard):
            return
        people = guard.people
        try:
            secret = await people.change(lambda c: signing.first_link(c, people.owner, self._house.micros()))
        except Exception:  # noqa: BLE001 (whatever it is, charges flow without it; the command makes users too)
            self._log.failure("the link for the first user could not be made; 'foliogate user add' makes users too")
            return
        if secret is not None:
            page = self._house.config.watch.page.rstrip("/") or web.url(port)
            words = "nobody can sign in yet: open this link once within 24 hours and make the first user: {link}"
            self._log.warn(words, link=f"{page}/invitation/{secret}")

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
