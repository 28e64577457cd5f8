"""The simulated PMS as Guestline Rezlynx: sessions, charges by room, extension or booking, bills and residents.

Every answer carries an ExceptionCode; 0 is no error, 7007 an expired session (the vendor's own numbers). The codes of
refusals are this simulator's own: the vendor's list is not public. A folio number counts the guests of a room.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from gateway.simulators.soap.dialect import Answer, Login, text
from gateway.simulators.soap.faults import Kind, Treatment
from gateway.simulators.soap.folios import Charge, InHouse, SoapLine, SoapOffice, Verdict, decimal
from gateway.simulators.soap.wire import Asked, Element

NAMESPACE: Final = "http://tempuri.org/RLXSOAP19/RLXSOAP19"
_N: Final = f"{{{NAMESPACE}}}"
SESSION_LASTS: Final = timedelta(minutes=20)
"""How long a session stands that nobody uses."""
ANSWERS: Final[Mapping[Verdict, tuple[str, str]]] = {
    "ok": ("0", "No error"),
    "refused": ("30003", "Refused by script"),
    "audit": ("30004", "End of day is running"),
    "no guest": ("30001", "Room is not occupied"),
    "left": ("30005", "Guest has departed"),
    "no post": ("30002", "Posting not allowed"),
    "amount": ("30006", "Invalid amount"),
    "full": ("30007", "Folio is full"),
}
_SESSION_EXPIRED: Final = ("7007", "Session has expired")
_NOT_KNOWN: Final = ("7001", "Invalid operator or password")
_KINDS: Final[Mapping[str, Kind]] = {
    "LogIn": "login",
    "pmschg_PostToRoom": "charge",
    "pmsbkg_RoomFolioInfo": "lookup",
    "pmsbkg_RoomFolioItemsAndBalance": "read",
    "pmsint_GetResidents": "lookup",
}


class Rezlynx:
    """The dialect."""

    contracts: tuple[str, ...] = ("guestline",)

    def __init__(self, office: SoapOffice, login: Login | None, draw: random.Random) -> None:
        self._office, self._login, self._draw = office, login, draw
        self._sessions: dict[str, datetime] = {}

    def kind(self, operation: str) -> Kind:
        """What an operation is for."""
        return _KINDS[operation]

    def forget_sessions(self) -> None:
        """Every session ends."""
        self._sessions.clear()

    def answer(self, operation: str, asked: Asked, at: datetime, treatment: Treatment) -> Answer:
        """Does what is asked and answers it."""
        payload = asked.payload
        if operation == "LogIn":
            return Answer(self._log_in(payload, at))
        used = self._sessions.get(text(payload, f"{_N}SessionID"))
        if used is None or at - used > SESSION_LASTS:
            return Answer(_result(operation, *_SESSION_EXPIRED))
        self._sessions[text(payload, f"{_N}SessionID")] = at
        if operation == "pmschg_PostToRoom":
            return self._post(payload, at, treatment)
        reading = {
            "pmsbkg_RoomFolioInfo": self._guests,
            "pmsbkg_RoomFolioItemsAndBalance": self._bill,
            "pmsint_GetResidents": self._residents,
        }
        return Answer(reading[operation](payload, at))

    def _log_in(self, payload: Element, at: datetime) -> Element:
        said = text(payload, f"{_N}OperatorCode"), text(payload, f"{_N}Password")
        if self._login is not None and said != self._login:
            return _result("LogIn", *_NOT_KNOWN)
        session = f"{self._draw.getrandbits(128):032x}"
        self._sessions[session] = at
        answer = _result("LogIn", *ANSWERS["ok"])
        etree.SubElement(answer, f"{_N}SessionID").text = session
        return answer

    def _post(self, payload: Element, at: datetime, treatment: Treatment) -> Answer:
        """All items or none: the first that is refused refuses them all."""
        method, sought = text(payload, f"{_N}PostingMethod"), text(payload, f"{_N}PostingParameter")
        number = int(text(payload, f"{_N}FolioID") or 1)
        found = self._found(method, sought, number, at)
        lines: list[SoapLine] = []
        for item in payload.iter(f"{_N}FinancialTransaction"):
            charge = Charge(
                reservation=found.guest.reservation if found else f"{method} {sought}",
                amount=text(item, f"{_N}GrossTotal"),
                code=text(item, f"{_N}AnalysisCode"),
                short=text(item, f"{_N}Description"),
                long=text(payload, f"{_N}Header/{_N}ExternalInvoiceNo"),
                window=number,
            )
            lines.append(self._office.post(charge, at, treatment))
            if lines[-1].answer != "0":
                break
        code, words = (lines[-1].answer, lines[-1].clear_text) if lines else ANSWERS["amount"]
        return Answer(_result("pmschg_PostToRoom", code, words), tuple(lines))

    def _guests(self, payload: Element, at: datetime) -> Element:
        sought = text(payload, f"{_N}RetrievalParameter")
        first = self._found(text(payload, f"{_N}RetrievalMethod"), sought, 1, at)
        if first is None:
            return _result("pmsbkg_RoomFolioInfo", *ANSWERS["no guest"])
        answer = _result("pmsbkg_RoomFolioInfo", *ANSWERS["ok"])
        info = etree.SubElement(answer, f"{_N}RoomFolioInfo")
        _put(info, RoomBookRef=first.guest.reservation, Arrival=_clock(first.since), Departure=_leaves(first))
        persons = etree.SubElement(info, f"{_N}RoomFolioItems")
        for number, one in enumerate(self._office.in_house(first.room, at), 1):
            person = etree.SubElement(persons, f"{_N}cpmsbkg_RoomFolioInfo_FolioItem")
            allowed = "0" if one.guest.no_post else "1"
            _put(
                person,
                Surname=one.guest.name,
                Forename=one.guest.first_name,
                PostsAllowed=allowed,
                Number=str(number),
            )
        return answer

    def _bill(self, payload: Element, at: datetime) -> Element:
        room, number = text(payload, f"{_N}RoomID"), int(text(payload, f"{_N}FolioID") or 1)
        found = self._found("PostingMethod_RoomID", room, number, at)
        if found is None:
            return _result("pmsbkg_RoomFolioItemsAndBalance", *ANSWERS["no guest"])
        answer = _result("pmsbkg_RoomFolioItemsAndBalance", *ANSWERS["ok"])
        bill = etree.SubElement(answer, f"{_N}RoomFolioItemsAndBalance")
        items = etree.SubElement(bill, f"{_N}Items")
        lines = self._office.lines_on(found.guest.reservation)
        for line in lines:
            _item(etree.SubElement(items, f"{_N}cpmsbkg_RoomFolioItemsAndBalance_Item"), line, room)
        etree.SubElement(bill, f"{_N}Balance").text = decimal(sum(line.amount or 0 for line in lines))
        return answer

    def _residents(self, payload: Element, at: datetime) -> Element:
        answer = _result("pmsint_GetResidents", *ANSWERS["ok"])
        outer = etree.SubElement(etree.SubElement(answer, f"{_N}GetResidents"), f"{_N}Residents")
        for one in self._office.in_house(None, at):
            resident = etree.SubElement(outer, f"{_N}cpmsint_GetResidents_ResidentItem")
            _put(resident, BookRef=one.guest.reservation, Arrival=_clock(one.since), Departure=_leaves(one))
            _put(resident, Surname=one.guest.name, Forename=one.guest.first_name, RoomID=one.room)
        return answer

    def _found(self, method: str, sought: str, number: int, at: datetime) -> InHouse | None:
        """The guest of that number in the room, in the booking's room, or behind the extension, which is the room's name."""
        room: str | None = sought
        if method.endswith("Booking_RoomRef"):
            booked = self._office.find(sought, at)
            if booked is None or number == 1:
                return booked
            room = booked.room
        found = self._office.in_house(room, at)
        return found[number - 1] if 0 < number <= len(found) else None


def _result(operation: str, code: str, words: str) -> Element:
    answer = etree.Element(f"{_N}{operation}Response", nsmap={None: NAMESPACE})
    result = etree.SubElement(answer, f"{_N}{operation}Result")
    _put(result, ExceptionCode=code, ExceptionDescription=words)
    return answer


def _item(item: Element, line: SoapLine, room: str) -> None:
    _put(
        item,
        iTransID=str(line.transaction),
        dtTimestamp=line.at,
        dtForDate=f"{line.at[:10]}T00:00:00",
        strAnalCode=line.code,
        strBookRef=line.on,
        iFolioID=str(line.window),
        strRoomID=room,
        strDescription=line.short,
        strInvoiceID=line.long,
        cGrossPerUnit=decimal(line.amount),
        dQuantity="1",
        cGrossTotal=decimal(line.amount),
    )


def _put(parent: Element, **values: str) -> None:
    for name, value in values.items():
        etree.SubElement(parent, f"{_N}{name}").text = value


def _clock(at: datetime) -> str:
    """The hotel's clock without a zone, as .asmx services write it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}"


def _leaves(one: InHouse) -> str:
    return f"{one.guest.departure:%Y-%m-%d}T11:00:00"
