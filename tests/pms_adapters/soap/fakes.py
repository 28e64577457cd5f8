"""PMSs that answer SOAP on the wire, by dialect. None shares code with zeep: lxml reads, judges and writes.

What a request says is judged by the dialect's schema; `faults` holds what was wrong with any, which must be nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from pms_adapters.marks import token_of
from tests.pms_adapters.soap.wire import ENVELOPE, schema, schema_namespace, texts
from tests.pms_adapters.web.scene import GUEST_SINCE, HOTEL, Answer, Heard, WebPms

ROOM = "0412"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line on the folio."""

    number: int
    text: str
    amount: Decimal
    code: str


@dataclass(kw_only=True)
class SoapPms(WebPms):
    """A PMS of one dialect, with one guest in one room."""

    dialect: str
    charging: str
    faults: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    arrival: Any = field(default_factory=lambda: GUEST_SINCE.astimezone(HOTEL).replace(tzinfo=None))

    def is_charge(self, heard: Heard) -> bool:
        """Whether the operation is the one that charges."""
        return f"{self.charging}".encode() in heard.body

    def say_to(self, heard: Heard) -> Answer:
        """Judge the request, and say what its operation says; a GET only shows that somebody is there."""
        if heard.method != "POST":
            return Answer(body=b"<html/>", kind="text/html")
        envelope = etree.fromstring(heard.body)
        (body,) = envelope.iterfind(f"{ENVELOPE}Body/*")
        head = envelope.find(f"{ENVELOPE}Header")
        for part in (body, *(head if head is not None else ())):
            copy = etree.fromstring(etree.tostring(part))
            if not schema(self.dialect).validate(copy):
                self.faults.append(str(schema(self.dialect).error_log))
        return self.enveloped(
            self.reply(etree.QName(body).localname, texts(body), texts(head) if head is not None else {})
        )

    def reply(self, operation: str, told: dict[str, str], head: dict[str, str]) -> str:
        """The body of an answer, without its namespace."""
        raise NotImplementedError

    def enveloped(self, said: str) -> Answer:
        """An answer's body in its envelope, which must be valid."""
        name, rest = said[1:].split(">", 1)
        body = f'<{name} xmlns="{schema_namespace(self.dialect)}">{rest}'
        schema(self.dialect).assertValid(etree.fromstring(body))
        soap = "http://schemas.xmlsoap.org/soap/envelope/"
        whole = f'<?xml version="1.0"?><s:Envelope xmlns:s="{soap}"><s:Body>{body}</s:Body></s:Envelope>'
        return Answer(body=whole.encode())

    def keep(self, text: str, amount: str, code: str) -> None:
        """A charge came whole: put it on the folio if it is to be there."""
        if self.take(token_in(text)):
            self.lines.append(Line(number=1000 + len(self.lines), text=text, amount=Decimal(amount), code=code))


def token_in(text: str) -> int:
    """The token whose mark a text begins with."""
    token = token_of(text.split(maxsplit=1)[0])
    assert token is not None, text
    return token


@dataclass(kw_only=True)
class GuestlinePms(SoapPms):
    """Guestline: sessions that expire when a test says so, one booking, its folios."""

    dialect: str = "guestline"
    charging: str = "pmschg_PostToRoom"
    session: str = ""
    log_ins: int = 0
    log_in_code: int = 0
    expire_at_charges: int = 0
    """How many of the next charges find their session expired."""
    posts_allowed: int = 1
    forbidden: str = ""
    """An operation that is not open to this interface."""
    booking: str = "BK1/1"
    vacant: bool = False
    posted_to: list[tuple[str, str]] = field(default_factory=list)

    def reply(self, operation: str, told: dict[str, str], head: dict[str, str]) -> str:
        """Each operation of Guestline's."""
        if operation == "LogIn":
            return self._log_in()
        if operation == self.charging and self.expire_at_charges:
            self.expire_at_charges -= 1
            self.session = ""
        if told["SessionID"] != self.session or not self.session:
            return _block(operation, 7007, "Session has expired")
        if operation == self.forbidden:
            return _block(operation, 70004, "Method not permitted")
        if operation == self.charging:
            return self._post(told)
        if operation == "pmsbkg_RoomFolioInfo":
            return self._info(told)
        return self._items(told)

    def _log_in(self) -> str:
        self.log_ins += 1
        self.session = f"session-{self.log_ins}"
        session = f"<SessionID>{self.session}</SessionID>" if self.log_in_code == 0 else ""
        return _block("LogIn", self.log_in_code, "", session)

    def _post(self, told: dict[str, str]) -> str:
        self.posted_to.append((told["PostingMethod"], told["PostingParameter"]))
        self.keep(told["Description"], told["GrossTotal"], told["AnalysisCode"])
        return _block(self.charging, 1234, "Folio is closed") if self.mood == "no" else _block(self.charging, 0, "")

    def _info(self, told: dict[str, str]) -> str:
        guest = (
            f"<cpmsbkg_RoomFolioInfo_FolioItem><Surname>Berg</Surname><PostsAllowed>{self.posts_allowed}</PostsAllowed>"
            "<Number>1</Number></cpmsbkg_RoomFolioInfo_FolioItem>"
        )
        found = (
            f"<RoomBookRef>{self.booking}</RoomBookRef><Arrival>{self.arrival:%Y-%m-%dT%H:%M:%S}</Arrival>"
            f"<RoomFolioItems>{guest}</RoomFolioItems>"
        )
        return _block("pmsbkg_RoomFolioInfo", 0, "", f"<RoomFolioInfo>{'' if self.vacant else found}</RoomFolioInfo>")

    def _items(self, told: dict[str, str]) -> str:
        items = "".join(
            f"<cpmsbkg_RoomFolioItemsAndBalance_Item><iTransID>{line.number}</iTransID><strAnalCode>{line.code}</strAnalCode>"
            f"<strDescription>{escape(line.text)}</strDescription><cGrossTotal>{line.amount}00</cGrossTotal>"
            "</cpmsbkg_RoomFolioItemsAndBalance_Item>"
            for line in self.lines
        )
        inside = f"<RoomFolioItemsAndBalance><Items>{items}</Items></RoomFolioItemsAndBalance>"
        return _block("pmsbkg_RoomFolioItemsAndBalance", 0, "", inside)


def _block(operation: str, code: int, words: str, rest: str = "") -> str:
    said = f"<ExceptionCode>{code}</ExceptionCode><ExceptionDescription>{words}</ExceptionDescription>"
    return f"<{operation}Response><{operation}Result>{said}</{operation}Result>{rest}</{operation}Response>"


@dataclass(kw_only=True)
class InnRoadPms(SoapPms):
    """innRoad: 1 is yes, -1 is no. A charge has no mark, so the test says in `offered` which one is on its way."""

    dialect: str = "innroad"
    charging: str = "PostCallCharge"
    yes: int = 1
    offered: int = 0
    logins: list[str] = field(default_factory=list)

    def is_probe(self, heard: Heard) -> bool:
        """It can only be looked at."""
        return heard.method == "GET"

    def reply(self, operation: str, told: dict[str, str], head: dict[str, str]) -> str:
        """The one operation."""
        self.logins.append(head.get("loginID", ""))
        self.take(self.offered)
        answer = -1 if self.mood == "no" else self.yes
        return f"<PostCallChargeResponse><PostCallChargeResult>{answer}</PostCallChargeResult></PostCallChargeResponse>"


@dataclass(kw_only=True)
class SihotPms(SoapPms):
    """SIHOT: one account in the room."""

    dialect: str = "sihot"
    charging: str = "S_ACCOUNT_SERVICE_WITH_MANUAL_RATE_ADD_V001"
    vacant: bool = False

    def reply(self, operation: str, told: dict[str, str], head: dict[str, str]) -> str:
        """The search and the charge."""
        name = f"{operation.removesuffix('Request')}Response"
        transaction = f"<TransactionID>{told['TransactionID']}</TransactionID>"
        yes = "<Result><Success>true</Success></Result>"
        if self.charging not in operation:
            guest = (
                f"<GUEST-ENTRY><ACCOUNT-OBJID>4711</ACCOUNT-OBJID><room>{told['room']}</room><personStatus>3</personStatus>"
                f"<dateFrom>{self.arrival:%Y-%m-%d}</dateFrom></GUEST-ENTRY>"
            )
            return f"<{name}>{transaction}{yes}<GUEST-LIST>{'' if self.vacant else guest}</GUEST-LIST></{name}>"
        self.keep(told["descriptionlst"], told["manualrate"], told["service"])
        no = "<Result><Success>false</Success><ErrorMsg>The account is closed</ErrorMsg></Result>"
        return f"<{name}>{transaction}{no if self.mood == 'no' else yes}</{name}>"
