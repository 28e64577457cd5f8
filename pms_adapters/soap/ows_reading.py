"""What OPERA's answers say, as values: results, who is in a room, the lines of a bill, where charges are routed.

Read by name, in the namespaces of the contract; what an edition adds to them is passed over. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from lxml import etree

from pms_adapters.web.stays import Stay

Element: TypeAlias = etree._Element

_NS: Final = {
    "c": "http://webservices.micros.com/og/4.3/Common/",
    "h": "http://webservices.micros.com/og/4.3/HotelCommon/",
    "r": "http://webservices.micros.com/og/4.3/Reservation/",
    "a": "http://webservices.micros.com/og/4.3/ResvAdvanced/",
    "s": "http://webservices.micros.com/ows/5.1/Reservation.wsdl",
}
IN_HOUSE: Final = ("INHOUSE", "DUEOUT")
_YES: Final = frozenset({"true", "1", "Y", "y", "YES"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a result says: `said` is SUCCESS, FAIL, or whatever else came; `reference` is OPERA's own number if it gave one."""

    said: str
    code: str
    text: str
    reference: str


def verdict(answer: Element) -> Verdict:
    """The result of an answer; where there is none, it says nothing."""
    result = next((one for one in answer if etree.QName(one).localname == "Result"), None)
    if result is None:
        return Verdict("", "", "", "")
    gds = result.find("h:GDSError", _NS)
    texts = [one.text or "" for one in result.iterfind("c:Text/c:TextElement", _NS)]
    code = (
        result.findtext("c:OperaErrorCode", "", _NS) or (gds.get("errorCode", "") if gds is not None else "")
    ).strip()
    pair = result.find("c:IDs/c:IDPair", _NS)
    reference = "" if pair is None else pair.get("operaId") or pair.get("externalId") or ""
    text = " ".join([*texts, (gds.text or "") if gds is not None else ""])
    return Verdict(result.get("resultStatusFlag", ""), code or "FAIL", " ".join(text.split()), reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A reservation in a room. `numbers` are all that OPERA calls it; `number` the one that charges are posted by.

    `number` is empty where OPERA names it by other `sources` alone. `rooms` are those that OPERA says it is in.
    `arrived` is the day, `arrived_at` the hour if OPERA tells one, both in hotel time. `primary` is true for the first
    of a share. `shared` says that others are in the room too.
    """

    number: str
    numbers: frozenset[str]
    sources: tuple[str, ...]
    rooms: frozenset[str]
    status: str
    no_post: bool
    arrived: date | None
    arrived_at: time | None
    primary: bool
    shared: bool

    @property
    def stay(self) -> Stay:
        """What decides who pays."""
        arrival = self.arrived
        if arrival is not None and self.arrived_at is not None:
            arrival = datetime.combine(arrival, self.arrived_at)
        return Stay(key=self.number, arrival=arrival, no_post=self.no_post, primary=self.primary, names=self.numbers)


def residents(answer: Element, sources: Sequence[str], zone: ZoneInfo) -> list[Resident]:
    """Who is in a room, in OPERA's order; `sources` are the kinds of number that a charge may be posted by."""
    found = answer.iterfind("s:HotelReservations/r:HotelReservation", _NS)
    return [one for each in found if (one := _resident(each, sources, zone)).status in ("", *IN_HOUSE)]


def _resident(element: Element, sources: Sequence[str], zone: ZoneInfo) -> Resident:
    named = [
        (one.get("source", ""), (one.text or "").strip()) for one in element.iterfind("r:UniqueIDList/c:UniqueID", _NS)
    ]
    number = next((value for source in sources for kind, value in named if kind == source and value), "")
    rooms = element.iterfind("r:RoomStays/h:RoomStay/h:RoomTypes/h:RoomType/h:RoomNumber", _NS)
    day, hour = _arrival(element, zone)
    return Resident(
        number=number,
        numbers=frozenset(value for _, value in named),
        sources=tuple(kind for kind, _ in named),
        rooms=frozenset((one.text or "").strip() for one in rooms),
        status=element.get("computedReservationStatus") or element.get("reservationStatus") or "",
        no_post=element.get("noPost", "") in _YES,
        arrived=day,
        arrived_at=hour,
        primary=bool(number) and _is_primary(element, number),
        shared=element.get("shareExists", "") in _YES,
    )


def _arrival(element: Element, zone: ZoneInfo) -> tuple[date | None, time | None]:
    guest = element.find("r:ResGuests/r:ResGuest", _NS)
    begins = element.findtext("r:ResGuests/r:ResGuest/r:InHouseTimeSpan/h:StartDate", "", _NS)
    inside = _moment(begins, zone)
    if inside is not None and inside.time() != time():
        return inside.date(), inside.time()
    stay = inside or _moment(element.findtext("r:RoomStays/h:RoomStay/h:TimeSpan/h:StartDate", "", _NS), zone)
    told = guest.get("arrivalTime", "") if guest is not None else ""
    try:
        hour = time.fromisoformat(told).replace(tzinfo=None) if told else None
    except ValueError:
        hour = None
    return (stay.date() if stay is not None else None), hour


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A date and time of the hotel; one with an offset is brought to the hotel's zone."""
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return said.astimezone(zone).replace(tzinfo=None) if said.tzinfo is not None else said


def _is_primary(element: Element, number: str) -> bool:
    for share in element.iterfind("r:ShareReservations/r:ShareReservationDetails", _NS):
        numbers = {(one.text or "").strip() for one in share.iterfind("r:UniqueIDList/c:UniqueID", _NS)}
        if number in numbers:
            return share.get("primary", "") in _YES
    return False


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of a bill, with the window it stands on."""

    window: str
    amount: Decimal | None
    code: str
    number: str
    texts: str


def bill_lines(answer: Element) -> list[BillLine]:
    """Every line of every window."""
    return [
        BillLine(
            bill.get("FolioViewNo", ""),
            _decimal(line.findtext("r:Amount", "", _NS)),
            line.get("TransactionCode", ""),
            line.get("TransactionNo", ""),
            " ".join(line.get(name, "") for name in ("Supplement", "Reference", "Description")),
        )
        for bill in answer.iterfind("a:Invoice", _NS)
        for line in bill.iterfind("r:BillItems", _NS)
    ]


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


@dataclass(frozen=True, slots=True)
class Target:
    """Where charges of a reservation are routed to: another reservation, or whoever is in another room."""

    number: str
    room: str


def targets(answer: Element) -> list[Target]:
    """Where charges of a reservation may go to instead of its own bill."""
    found = [
        Target((one.findtext("a:ToResvNameID", "", _NS)).strip(), one.get("Room", "").strip())
        for one in answer.iterfind("a:PayRoutings", _NS)
    ]
    return [one for one in found if one.number or one.room]
