"""The simulated PMS as OPERA Web Services 5.1: look-up of who is in a room, PostCharge, and the bill by Invoice.

A business error is an answer with the flag FAIL and the status 200, never a fault, as OPERA has it. The error codes
are this simulator's own: Oracle's list is not public. Each window of a reservation's folio is a bill of its own; what
a routing instruction sends to another reservation stands on that one's bill, and not on this one's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from lxml import etree

from gateway.simulators.soap.dialect import Answer, Login, text
from gateway.simulators.soap.faults import Kind, Treatment
from gateway.simulators.soap.folios import Charge, InHouse, SoapLine, SoapOffice, Verdict, decimal
from gateway.simulators.soap.wire import Asked, Element

_OG: Final = "http://webservices.micros.com/og/4.3"
_A: Final = f"{{{_OG}/ResvAdvanced/}}"
_R: Final = f"{{{_OG}/Reservation/}}"
_H: Final = f"{{{_OG}/HotelCommon/}}"
_C: Final = f"{{{_OG}/Common/}}"
_O: Final = f"{{{_OG}/Core/}}"
_S: Final = "{http://webservices.micros.com/ows/5.1/Reservation.wsdl}"
ANSWERS: Final[Mapping[Verdict, tuple[str, str]]] = {
    "ok": ("", ""),
    "refused": ("REFUSED", "Refused by script"),
    "audit": ("NIGHT_AUDIT", "End of day is running"),
    "no guest": ("RESERVATION_NOT_FOUND", "Reservation not found"),
    "left": ("CHECKED_OUT", "Reservation is checked out"),
    "no post": ("NO_POST", "Posting is not allowed for this reservation"),
    "amount": ("INVALID_AMOUNT", "Invalid amount"),
    "full": ("FOLIO_FULL", "Folio is full"),
}
_NOT_KNOWN: Final = ("LOGIN", "Invalid user name or password")
_KINDS: Final[Mapping[str, Kind]] = {
    "PostCharge": "charge",
    "FutureBookingSummary": "lookup",
    "Invoice": "read",
    "PayRouting": "read",
}
_DESCRIPTION: Final = "Telephone"
#: A reservation's three numbers: how each is named, and what it begins with, so that no two are equal.
_NUMBERS: Final[Mapping[tuple[str, str], str]] = {
    ("INTERNAL", ""): "5",
    ("INTERNAL", "OPERA_RESV_ID"): "9",
    ("EXTERNAL", "RESV_NAME_ID"): "",
}


class Ows:
    """The dialect."""

    contracts: tuple[str, ...] = ("ows-reservation", "ows-resvadvanced")

    def __init__(self, office: SoapOffice, login: Login | None) -> None:
        self._office, self._login = office, login

    def kind(self, operation: str) -> Kind:
        """What an operation is for."""
        return _KINDS[operation]

    def forget_sessions(self) -> None:
        """There are none: each request says who asks."""

    def answer(self, operation: str, asked: Asked, at: datetime, treatment: Treatment) -> Answer:
        """Does what is asked and answers it, with a header that repeats the caller's own number."""
        header = etree.Element(f"{_O}OGHeader", nsmap={None: f"{_OG}/Core/"})
        for one in asked.headers:
            if number := one.get("transactionID"):
                header.set("transactionID", number)
        if self._login is not None and not any(_said(one) == self._login for one in asked.headers):
            return Answer(_failed(operation, *_NOT_KNOWN), header=header)
        answers = {
            "PostCharge": self._post,
            "FutureBookingSummary": self._who,
            "Invoice": self._bills,
            "PayRouting": self._routing,
        }
        return answers[operation](asked.payload, at, treatment)._replace(header=header)

    def _post(self, payload: Element, at: datetime, treatment: Treatment) -> Answer:
        posting = payload.find(f"{_A}Posting")
        if posting is None:
            return Answer(_failed("PostCharge", "INVALID_REQUEST", "There is no posting."))
        window = posting.get("FolioViewNo")
        line = self._office.post(
            Charge(
                reservation=_reservation(posting.find(f"{_A}ReservationRequestBase")),
                amount=posting.get("Charge", ""),
                code=payload.get("Account", ""),
                article=payload.get("Article", ""),
                short=posting.get("ShortInfo", ""),
                long=posting.get("LongInfo", ""),
                posted_for=f"{posting.get('PostDate', '')} {posting.get('PostTime', '')}".strip(),
                window=int(window) if window else None,
            ),
            at,
            treatment,
        )
        if line.answer:
            return Answer(_failed("PostCharge", line.answer, line.clear_text), (line,))
        answer, result = _succeeded("PostCharge")
        pair = etree.SubElement(etree.SubElement(result, f"{_C}IDs"), f"{_C}IDPair")
        pair.set("idType", "TransactionNo")
        pair.set("operaId", str(line.transaction or 0))
        return Answer(answer, (line,))

    def _who(self, payload: Element, at: datetime, _: Treatment) -> Answer:
        """Reservations in house by room, status and number. Who leaves today has a status of his own, and only that."""
        answer, _result = _succeeded("FutureBookingSummary")
        outer = etree.SubElement(answer, f"{_S}HotelReservations")
        filters = payload.find(f"{_S}AdditionalFilters")
        asked: Mapping[str, str] = (
            {} if filters is None else {str(name): str(filters.attrib[name]) for name in filters.attrib}
        )
        wanted = _number(None if filters is None else filters.find(f"{_R}ResvNameId"))
        for one in self._office.in_house(asked.get("RoomNumber"), at):
            status = "DUEOUT" if one.guest.departure <= at.date() else "INHOUSE"
            if asked.get("ReservationStatus", status) == status and wanted in ("", one.guest.reservation):
                sharers = [other for other in self._office.in_house(one.room, at) if other.guest != one.guest]
                outer.append(_reservation_of(one, sharers, status, bool(self._office.lines_on(one.guest.reservation))))
        return Answer(answer)

    def _bills(self, payload: Element, at: datetime, _: Treatment) -> Answer:
        """A bill for each window that holds something, and for the first always."""
        reservation = _reservation(payload.find(f"{_A}ReservationRequest"))
        if not self._office.is_known(reservation, at):
            return Answer(_failed("Invoice", *ANSWERS["no guest"]))
        answer = etree.Element(f"{_A}InvoiceResponse", nsmap={None: f"{_OG}/ResvAdvanced/"})
        lines = self._office.lines_on(reservation)
        for window in sorted({1, *(line.window for line in lines)}):
            _bill(answer, window, [line for line in lines if line.window == window])
        _result(answer, f"{_A}Result", "SUCCESS")
        return Answer(answer)

    def _routing(self, payload: Element, at: datetime, _: Treatment) -> Answer:
        """Where the charges of a reservation go, if not to its first window."""
        reservation = _reservation(payload.find(f"{_A}ReservationRequest"))
        answer = etree.Element(f"{_A}PayRoutingResponse", nsmap={None: f"{_OG}/ResvAdvanced/"})
        route = self._office.route_of(reservation)
        if route.window != 1 or route.to is not None:
            routing = etree.SubElement(answer, f"{_A}PayRoutings", Window=str(route.window))
            if route.to is not None:
                _unique(routing, f"{_A}ToResvNameID", ("EXTERNAL", "RESV_NAME_ID"), route.to)
        _result(answer, f"{_A}Result", "SUCCESS")
        return Answer(answer)


def _said(header: Element) -> tuple[str, str]:
    place = f"{_O}Authentication/{_O}UserCredentials/{_O}"
    return text(header, f"{place}UserName"), text(header, f"{place}UserPassword")


def _number(unique: Element | None) -> str:
    """The reservation that a number names; of a kind that is not known, a name that no reservation has."""
    if unique is None:
        return ""
    before = _NUMBERS.get((unique.get("type", ""), unique.get("source", "")))
    said = (unique.text or "").strip()
    return said[len(before) :] if before is not None and said.startswith(before) else f"unknown {said}"


def _reservation(base: Element | None) -> str:
    return "" if base is None else _number(base.find(f"{_A}ReservationID/{_C}UniqueID"))


def _unique(parent: Element, tag: str, kind: tuple[str, str], reservation: str) -> None:
    unique = etree.SubElement(parent, tag, type=kind[0])
    if kind[1]:
        unique.set("source", kind[1])
    unique.text = f"{_NUMBERS[kind]}{reservation}"


def _numbers(parent: Element, reservation: str) -> None:
    outer = etree.SubElement(parent, f"{_R}UniqueIDList")
    for kind in _NUMBERS:
        _unique(outer, f"{_C}UniqueID", kind, reservation)


def _reservation_of(one: InHouse, sharers: list[InHouse], status: str, charged: bool) -> Element:
    found = etree.Element(f"{_R}HotelReservation")
    for name, value in {
        "reservationStatus": status,
        "computedReservationStatus": status,
        "noPost": _flag(one.guest.no_post),
        "shareExists": _flag(bool(sharers)),
        "financialTransactionExists": _flag(charged),
    }.items():
        found.set(name, value)
    _numbers(found, one.guest.reservation)
    stay = etree.SubElement(etree.SubElement(found, f"{_R}RoomStays"), f"{_H}RoomStay")
    kind = etree.SubElement(etree.SubElement(stay, f"{_H}RoomTypes"), f"{_H}RoomType", roomTypeCode="DBL")
    etree.SubElement(kind, f"{_H}RoomNumber").text = one.room
    span = etree.SubElement(stay, f"{_H}TimeSpan")
    etree.SubElement(span, f"{_H}StartDate").text = f"{one.since:%Y-%m-%d}T00:00:00"
    etree.SubElement(span, f"{_H}EndDate").text = f"{one.guest.departure:%Y-%m-%d}T00:00:00"
    guest = etree.SubElement(etree.SubElement(found, f"{_R}ResGuests"), f"{_R}ResGuest", resGuestRPH="0")
    guest.set("arrivalTime", f"{one.since:%H:%M:%S}")
    if sharers:
        outer = etree.SubElement(found, f"{_R}ShareReservations")
        for other in sharers:
            _numbers(etree.SubElement(outer, f"{_R}ShareReservationDetails"), other.guest.reservation)
    return found


def _bill(answer: Element, window: int, lines: list[SoapLine]) -> None:
    bill = etree.SubElement(answer, f"{_A}Invoice", FolioViewNo=str(window))
    for line in lines:
        item = etree.SubElement(bill, f"{_R}BillItems", Date=line.at[:10], Time=line.at[11:19])
        for name, value in {
            "Description": _DESCRIPTION,
            "TransactionCode": line.code,
            "TransactionNo": str(line.transaction),
            "Supplement": line.short,
            "Reference": line.long,
            "OriginalRoom": line.room,
        }.items():
            item.set(name, value)
        etree.SubElement(item, f"{_R}Amount").text = decimal(line.amount)
    etree.SubElement(bill, f"{_R}CurrentBalance").text = decimal(sum(line.amount or 0 for line in lines))


def _succeeded(operation: str) -> tuple[Element, Element]:
    """An answer that says yes, and the result in it."""
    namespace = _S if operation == "FutureBookingSummary" else _A
    answer = etree.Element(f"{namespace}{operation}Response", nsmap={None: namespace.strip("{}")})
    return answer, _result(answer, f"{namespace}Result", "SUCCESS")


def _failed(operation: str, code: str, words: str) -> Element:
    answer, result = _succeeded(operation)
    result.set("resultStatusFlag", "FAIL")
    etree.SubElement(etree.SubElement(result, f"{_C}Text"), f"{_C}TextElement").text = words
    etree.SubElement(result, f"{_C}OperaErrorCode").text = code
    return answer


def _result(answer: Element, tag: str, flag: str) -> Element:
    return etree.SubElement(answer, tag, resultStatusFlag=flag)


def _flag(value: bool) -> str:
    return "true" if value else "false"
