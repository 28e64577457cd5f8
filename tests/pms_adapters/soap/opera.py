"""An OPERA for tests, on the wire: it answers what a test tells it to, and can hold its tongue.

It shares nothing with the adapter but the names of the contract, and builds its answers as text. `in_memory` puts it
on a simulated network, where time moves only when the test says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from lxml import etree
from twisted.internet.defer import Deferred, succeed
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from pms_adapters.marks import token_of
from pms_adapters.posting import PmsAdapter
from pms_adapters.soap import kit
from pms_adapters.soap.ows import Ows
from pms_adapters.soap.ows_options import OwsOptions
from pms_adapters.web.link import WebAdapter, WebSettings
from tests.simulation.network import Network, Wire
from tests.simulation.world import Machine, World

WARSAW: Final = ZoneInfo("Europe/Warsaw")
START: Final = datetime(2026, 11, 20, 7, 20, tzinfo=UTC)
PORT: Final = 5020
PROBED: Final = "999"
_OG: Final = "http://webservices.micros.com/og/4.3/"
_ENVELOPE: Final = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>{}</soap:Body></soap:Envelope>'
)


@dataclass(slots=True)
class Guest:
    """A reservation as OPERA tells it. `arrival` is `2026-11-18T00:00:00`, `hour` is `15:10:00` or nothing."""

    number: str
    room: str
    status: str = "INHOUSE"
    no_post: bool = False
    arrival: str = "2026-11-18T00:00:00"
    hour: str = ""
    shared: bool = False
    primary: bool = False
    tells_room: bool = True


@dataclass(slots=True)
class Line:
    """A line of a bill."""

    reservation: str
    amount: str
    code: str
    text: str
    number: str = "7001"
    window: str = "1"


@dataclass(slots=True)
class Opera:
    """What it knows, what it was asked, and how it answers charges: `mood` as in the contract suite."""

    guests: list[Guest] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    routes: dict[str, str] = field(default_factory=dict)
    mood: str = "yes"
    books: bool | None = None
    charges: list[etree._Element] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    headers: list[etree._Element] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)
    dumb: bool = False
    filters: bool = True
    garbage: str = "<nonsense/>"
    refusal: str = "Not today"
    page: int = 200
    look_up: str = ""
    invoice: str = ""
    routing: str = ""

    def tokens(self) -> list[int]:
        """The tokens of the charges that came, by their marks."""
        marks = [one[0].get("LongInfo", "").split(" ")[0] for one in self.charges]
        return [token for mark in marks if (token := token_of(mark)) is not None]

    def answer(self, request: Any, envelope: etree._Element) -> str | None:
        """The body of the answer, or None if there is none for now."""
        payload = envelope.find("{*}Body")[0]
        operation = etree.QName(payload).localname.removesuffix("Request")
        self.asked.append(operation)
        self.headers.append(envelope.find("{*}Header")[0])
        if operation == "PostCharge":
            return self._charge(request, payload)
        if operation == "FutureBookingSummary":
            filters = payload.find("{*}AdditionalFilters")
            assert filters is not None
            if self.dumb and filters.get("RoomNumber") == PROBED:
                self.waiting.append(request)
                return None
            return self.look_up or self._who(filters.get("RoomNumber", ""), filters.get("ReservationStatus", ""))
        number = payload.findtext("{*}ReservationRequest/{*}ReservationID/{*}UniqueID") or ""
        if operation == "Invoice":
            return self.invoice or self._invoice(number)
        return self.routing or self._routing(number)

    def yes(self, number: str = "7001") -> str:
        """The answer to a charge that is booked."""
        pair = f'<IDs xmlns="{_OG}Common/"><IDPair idType="TransactionNo" operaId="{number}"/></IDs>'
        return self._result(f'<Result resultStatusFlag="SUCCESS">{pair}</Result>')

    def no(self, code: str = "NO_WAY", words: str = "Not today") -> str:
        """The answer to a charge that is refused."""
        said = (
            f'<c:Text xmlns:c="{_OG}Common/"><c:TextElement>{words}</c:TextElement></c:Text>'
            f'<c:OperaErrorCode xmlns:c="{_OG}Common/">{code}</c:OperaErrorCode>'
        )
        return self._result(f'<Result resultStatusFlag="FAIL">{said}</Result>')

    def failed(self, operation: str, code: str = "SYS-81", words: str = "INVALIDGDS") -> str:
        """The answer to a question that is refused."""
        said = f'<h:GDSError xmlns:h="{_OG}HotelCommon/" errorCode="{code}">{words}</h:GDSError>'
        result = f'<Result resultStatusFlag="FAIL">{said}</Result>'
        if operation != "FutureBookingSummary":
            return self._result(result, operation)
        return (
            '<FutureBookingSummaryResponse xmlns="http://webservices.micros.com/ows/5.1/Reservation.wsdl">'
            f"{result}</FutureBookingSummaryResponse>"
        )

    def _result(self, result: str, operation: str = "PostCharge") -> str:
        return f'<{operation}Response xmlns="{_OG}ResvAdvanced/">{result}</{operation}Response>'

    def _charge(self, request: Any, payload: etree._Element) -> str | None:
        self.charges.append(payload)
        books = self.mood == "yes" if self.books is None else self.books
        if books:
            posting = payload[0]
            number = posting.findtext("{*}ReservationRequestBase/{*}ReservationID/{*}UniqueID") or ""
            text = posting.get("LongInfo", "")
            self.lines.append(Line(number, posting.get("Charge", ""), payload.get("Account", ""), text))
        if self.mood == "nothing":
            self.dumb = True
            self.waiting.insert(0, request)
            return None
        return {"yes": self.yes(), "no": self.no(words=self.refusal), "garbage": self.garbage}[self.mood]

    def _who(self, room: str, status: str) -> str:
        found = "".join(
            _guest(one) for one in self.guests if (one.room == room or not self.filters) and one.status == status
        )
        return (
            '<FutureBookingSummaryResponse xmlns="http://webservices.micros.com/ows/5.1/Reservation.wsdl">'
            f'<Result resultStatusFlag="SUCCESS"/><HotelReservations>{found}</HotelReservations>'
            "</FutureBookingSummaryResponse>"
        )

    def _invoice(self, number: str) -> str:
        mine = [one for one in self.lines if one.reservation == number]
        bills = "".join(
            f'<Invoice FolioViewNo="{window}">'
            + "".join(
                f'<r:BillItems xmlns:r="{_OG}Reservation/" Date="2026-11-20" TransactionCode="{one.code}"'
                f' TransactionNo="{one.number}" Reference="{one.text}"><r:Amount>{one.amount}</r:Amount></r:BillItems>'
                for one in mine
                if one.window == window
            )
            + "</Invoice>"
            for window in sorted({one.window for one in mine} | {"1"})
        )
        return self._result(f'{bills}<Result resultStatusFlag="SUCCESS"/>', "Invoice")

    def _routing(self, number: str) -> str:
        to = self.routes.get(number)
        target = f'<ToResvNameID type="EXTERNAL" source="RESV_NAME_ID">{to}</ToResvNameID>'
        routed = f'<PayRoutings Window="1">{target}</PayRoutings>' if to else ""
        return self._result(f'{routed}<Result resultStatusFlag="SUCCESS"/>', "PayRouting")


def _guest(one: Guest) -> str:
    flags = f'noPost="{str(one.no_post).lower()}" shareExists="{str(one.shared).lower()}"'
    ids = f'<c:UniqueID type="INTERNAL">5{one.number}</c:UniqueID><c:UniqueID type="EXTERNAL" source="RESV_NAME_ID">{one.number}</c:UniqueID>'
    room = f"<h:RoomTypes><h:RoomType><h:RoomNumber>{one.room}</h:RoomNumber></h:RoomType></h:RoomTypes>"
    span = f"<h:TimeSpan><h:StartDate>{one.arrival}</h:StartDate></h:TimeSpan>"
    stay = f"<h:RoomStay>{room if one.tells_room else ''}{span}</h:RoomStay>"
    hour = f' arrivalTime="{one.hour}"' if one.hour else ""
    share = (
        f'<r:ShareReservations><r:ShareReservationDetails primary="{"Y" if one.primary else "N"}">'
        f'<r:UniqueIDList><c:UniqueID type="EXTERNAL" source="RESV_NAME_ID">{one.number}</c:UniqueID></r:UniqueIDList>'
        "</r:ShareReservationDetails></r:ShareReservations>"
        if one.shared
        else ""
    )
    return (
        f'<r:HotelReservation xmlns:r="{_OG}Reservation/" xmlns:c="{_OG}Common/" xmlns:h="{_OG}HotelCommon/"'
        f' reservationStatus="{one.status}" {flags}><r:UniqueIDList>{ids}</r:UniqueIDList>'
        f"<r:RoomStays>{stay}</r:RoomStays>"
        f'<r:ResGuests><r:ResGuest resGuestRPH="0"{hour}/></r:ResGuests>'
        f"<r:ALaterEdition/>{share}</r:HotelReservation>"
    )


class OperaDoor(Resource):
    """Its web server."""

    isLeaf = True

    def __init__(self, opera: Opera) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._opera = opera

    def render_GET(self, request: Any) -> bytes:
        """Somebody looks whether there is a web server."""
        request.setResponseCode(self._opera.page)
        return b"<html>a service</html>"

    def render_POST(self, request: Any) -> int:
        """A message."""
        request.notifyFinish().addErrback(lambda _: None)
        body = self._opera.answer(request, etree.fromstring(request.content.read()))
        if body is not None:
            say(request, body)
        return NOT_DONE_YET


def say(request: Any, body: str) -> None:
    """Answer a request, if somebody still listens."""
    if request.channel is not None:
        request.setHeader("content-type", "text/xml; charset=utf-8")
        request.write(_ENVELOPE.format(body).encode())
        request.finish()


def options(**more: Any) -> OwsOptions:
    """The options of a hotel."""
    known = {"hotel_code": "SEASIDE", "username": "FOLIOGATE", "password": "pssst"}
    return OwsOptions.model_validate({**known, "transaction_code": {"default": "8100"}, **more})


class InMemory:
    """An adapter and its OPERA on a network of memory: time moves by `advance` alone."""

    def __init__(self, *, answer_timeout: float = 30.0, **more: Any) -> None:
        self.world = World(0, START)
        self.network = Network(self.world)
        self.network.made = _steady
        self.gateway = Machine(self.world, self.network, "gateway")
        self.server = Machine(self.world, self.network, "opera")
        self.opera = Opera(guests=[Guest("4711", "0412")])
        site = Site(OperaDoor(self.opera), reactor=self.server)  # type: ignore[no-untyped-call]
        site.displayTracebacks = True
        self.network.listen(self.server, PORT, site)
        settings = WebSettings(
            name="opera", url=f"http://127.0.0.1:{PORT}/ows", timezone=WARSAW, answer_timeout=answer_timeout
        )
        self.web: WebAdapter[Any] = kit.adapter(
            settings,
            options(**{"probe_room": PROBED, **more}),
            Ows,
            reactor=self.gateway,
            now=self.gateway.now,
            in_thread=_at_once,
        )

        self.adapter: PmsAdapter = self.web

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.world.run(seconds)


def _steady(wire: Wire) -> None:
    """A network without chance."""
    wire.latency = lambda: 0.001  # type: ignore[method-assign]
    wire.piece = lambda length: length  # type: ignore[method-assign]


def _at_once(work: Callable[[], Any]) -> Deferred[Any]:
    return succeed(work())
