"""Guestline Rezlynx: charges posted to the booking that is in the room, and looked for on its folios.

A session comes first (`LogIn`); it expires when the service likes, and then an answer says 7007. That is a definite no:
what it answers was not looked at, so we log in and say the same once more. A charge that has been given up meanwhile is
not said again.

Who is in the room is asked before each charge (`pmsbkg_RoomFolioInfo`), and the charge goes to that booking, so that it
cannot meet another guest who comes between the two. A hotel may also post to the room or to the telephone extension; then
it goes to whom Guestline calls the primary resident. What stands on a folio is read back line by line.

Guestline has no name of ours for a charge: our mark stands in the description and in the external invoice number.

Specification: the public pages of the Rezlynx API; the messages are in `wsdl/guestline.xsd`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, TypeAlias

from lxml import etree
from pydantic import Field

from pms_adapters.amounts import amount_of
from pms_adapters.marks import mark_of
from pms_adapters.options import ByClass, Text, of_class
from pms_adapters.posting import NotFound, Posted, Posting, ReadBack, Refused, Unreadable
from pms_adapters.soap.kit import Kit, call_text, plain
from pms_adapters.soap.transport import Port
from pms_adapters.web.exchange import NoAnswer, NotReached
from pms_adapters.web.folio import FolioLine, look_for
from pms_adapters.web.link import Dialect, Unwell
from pms_adapters.web.options import WebOptions
from pms_adapters.web.stays import Stay, no_code, payer, told, was_there

Element: TypeAlias = etree._Element

NO_EXCEPTION: Final = "0"
"""The ExceptionCode of a yes."""
SESSION_EXPIRED: Final = "7007"
"""The ExceptionCode that says: log in again."""
NOT_PERMITTED: Final = "70004"
"""The ExceptionCode for a method that Guestline has not opened to this interface: every room would be answered so."""
PRIMARY_FOLIO: Final = 1
"""The number of the folio of a booking's first guest."""

_G: Final = "{http://tempuri.org/RLXSOAP19/RLXSOAP19}"
_INFO: Final = "pmsbkg_RoomFolioInfo"
_POST: Final = "pmschg_PostToRoom"
_ITEMS: Final = "pmsbkg_RoomFolioItemsAndBalance"
_ALL_ITEMS: Final = 0
_WAYS: Final = {"booking": "Booking_RoomRef", "room": "RoomID", "extension": "TelExtNo"}


class GuestlineOptions(WebOptions):
    """The options of the adapter `guestline`.

    `site`, `interface`, `operator` and `password` come from Guestline. `post_by` says what a charge is posted to: the
    `booking` that was found in the room, the `room`, or the telephone `extension`, which is the room as our own list
    writes it. `analysis_code` by class of number. `folio` is the guest's number within a booking, the first where it is not
    said. `grouped` shows the charge under a heading of its own.
    """

    site: Text = Field(examples=["SEASIDE"])
    interface: int = Field(examples=[123])
    operator: Text = Field(examples=["FOLIOGATE"])
    password: Text = Field(examples=["env:GUESTLINE_PASSWORD"], repr=False)
    post_by: Literal["booking", "room", "extension"] = Field("booking", examples=["booking"])
    analysis_code: ByClass = Field(min_length=1, examples=[{"default": "TEL"}])
    folio: int | None = Field(None, ge=1, examples=[1])
    shift: int | None = Field(None, ge=0, examples=[1])
    grouped: bool = Field(True, examples=[True])

    def lines(self) -> list[str]:
        """What the hotel must confirm before the first charge."""
        codes = [f"{name}: analysis code {code}" for name, code in self.analysis_code.items()]
        who = f"site {self.site}, interface {self.interface}, as {self.operator}"
        return [who, f"charges are posted to the {self.post_by}", *codes, *super().lines()]

    def code_of(self, posting: Posting) -> str:
        """The analysis code of a charge; "" where the hotel names none."""
        return of_class(self.analysis_code, posting.number_class)


class Guestline:
    """The dialect; `str` is the reference of the booking that pays."""

    def __init__(self, kit: Kit[GuestlineOptions]) -> None:
        self._kit, self._options = kit, kit.options
        self._port: Port | None = None
        self._session = ""

    async def prepare(self) -> None:
        """Load the contract."""
        if self._port is None:
            self._port = await self._kit.port("guestline", self._kit.settings.url)

    async def look(self, room: str) -> None:
        """Who is in a room, whatever Guestline says to it; without a room, a log-in."""
        if room:
            values = {"RetrievalMethod": f"RetrievalMethod_{_WAYS[self._way]}", "RetrievalParameter": room}
            refusal(await self._asked(_INFO, values))
        elif (refused := await self._log_in()) is not None:
            raise Unwell(f"Guestline refuses our log-in: {refused.code} {refused.text}")

    async def find(self, posting: Posting) -> str | Refused:
        """The booking that pays, or why none does."""
        if not self._options.code_of(posting):
            return no_code(posting)
        answer = await self._asked(_INFO, look_up_values(self._options, posting))
        if (refused := refusal(answer)) is not None:
            return refused
        paying = payer(stays_in(self._options, answer), posting, self._kit.now())
        return paying if isinstance(paying, Refused) else paying.key

    async def charge(self, posting: Posting, account: str, timeout: float) -> Posted | Refused:
        """pmschg_PostToRoom; once more where the session had expired, because then nothing was booked."""
        assert self._port is not None
        began, patience = self._kit.now(), timedelta(seconds=self._kit.settings.answer_timeout)
        values = charge_values(self._options, posting, account)
        answer = await self._port.order(_POST, None, timeout, SessionID=self._session, **values)
        refused = refusal(answer)
        if refused is not None and refused.code == SESSION_EXPIRED and self._kit.now() - began < patience:
            try:
                if (locked_out := await self._log_in()) is not None:
                    return replace(locked_out, retry="later")
            except (NotReached, NoAnswer) as problem:
                return Refused(refused.code, f"{refused.text}, and there is no new one: {problem}", "later")
            answer = await self._port.order(_POST, None, timeout, SessionID=self._session, **values)
            refused = refusal(answer)
        return refused or Posted()

    async def read(self, posting: Posting, account: str | None) -> ReadBack:
        """Every folio of the room. Not found proves nothing once another booking may be in it."""
        info = await self._asked(_INFO, look_up_values(self._options, posting))
        lines: list[FolioLine] = []
        numbers = folios_in(self._options, info)
        for number in numbers:
            values = {"RoomID": posting.room, "FolioID": number, "ItemFormat": _ALL_ITEMS}
            answer = await self._asked(_ITEMS, values)
            if (refused := refusal(answer)) is not None:
                return Unreadable(f"folio {number} of room {posting.room}: {refused.code} {refused.text}")
            lines += lines_in(answer)
        read = f"{len(lines)} lines on {len(numbers)} folios of room {posting.room}"
        said = look_for(posting, self._options.code_of(posting), lines, read)
        if isinstance(said, NotFound) and not self._is_still_there(info, posting, account):
            return Unreadable(f"{said.read}, but the booking it was posted to may not be in it any more")
        return said

    def _is_still_there(self, info: Element, posting: Posting, account: str | None) -> bool:
        """Whether the booking in the room is the one that the charge went to, or would have gone to."""
        stays = stays_in(self._options, info)
        if account is not None:
            return account in {stay.key for stay in stays}
        return any(was_there(stay.arrival, posting, self._kit.now()) for stay in stays)

    def close(self) -> None:
        """Close every connection; the session ends by itself."""
        self._session = ""
        self._kit.web.close()

    @property
    def _way(self) -> str:
        """By what we look who is in a room."""
        return "extension" if self._options.post_by == "extension" else "room"

    async def _asked(self, operation: str, values: dict[str, Any]) -> Element:
        """Ask within a session, and once more within a new one."""
        assert self._port is not None
        timeout = self._kit.settings.answer_timeout
        for _ in range(2):
            if not self._session and (refused := await self._log_in()) is not None:
                raise NoAnswer(f"Guestline refuses our log-in: {refused.code} {refused.text}")
            answer = await self._port.ask(operation, None, timeout, SessionID=self._session, **values)
            if _code(answer) == NOT_PERMITTED:
                raise NoAnswer(f"Guestline does not permit {operation} to interface {self._options.interface}")
            if _code(answer) != SESSION_EXPIRED:
                return answer
            self._session = ""
        raise NoAnswer("Guestline's sessions expire as soon as they are opened")

    async def _log_in(self) -> Refused | None:
        """Open a session; gives Guestline's refusal if it is one."""
        assert self._port is not None
        self._session, own = "", self._options
        answer = await self._port.ask(
            "LogIn",
            None,
            self._kit.settings.answer_timeout,
            SiteID=own.site,
            InterfaceID=own.interface,
            OperatorCode=own.operator,
            Password=own.password,
        )
        self._session = answer.findtext(f"{_G}SessionID") or ""
        if (refused := refusal(answer)) is not None or self._session:
            return refused
        raise NoAnswer("Guestline's log-in gave no session")


def look_up_values(options: GuestlineOptions, posting: Posting) -> dict[str, Any]:
    """What pmsbkg_RoomFolioInfo takes: the booking that a check-in told us of, else whoever is in the room."""
    way, parameter = ("extension" if options.post_by == "extension" else "room"), posting.room
    if posting.reservation is not None and options.post_by == "booking":
        way, parameter = "booking", posting.reservation
    return {"RetrievalMethod": f"RetrievalMethod_{_WAYS[way]}", "RetrievalParameter": parameter}


def stays_in(options: GuestlineOptions, answer: Element) -> list[Stay]:
    """The booking that pmsbkg_RoomFolioInfo found, if any."""
    info = answer.find(f"{_G}RoomFolioInfo")
    reference = info.findtext(f"{_G}RoomBookRef") if info is not None else None
    if info is None or not reference:
        return []
    guests = _guests(answer)
    folio = options.folio or PRIMARY_FOLIO
    whose = [allowed for number, allowed in guests if number == folio] or [allowed for _, allowed in guests]
    arrival = _moment(info.findtext(f"{_G}Arrival"))
    return [Stay(key=reference, arrival=told(arrival), no_post=bool(whose) and not any(whose))]


def charge_values(options: GuestlineOptions, posting: Posting, booking: str) -> dict[str, Any]:
    """What pmschg_PostToRoom takes. The mark comes first in the description, because texts are cut at their end."""
    mark, code = mark_of(posting.token), options.code_of(posting)
    text = plain(f"{mark} {call_text(posting)}")
    item = {"AnalysisCode": code, "Description": text, "Quantity": 1, "GrossTotal": amount_of(posting)}
    heading = {"AnalysisCode": code, "Description": text, "Quantity": 1, "ExternalInvoiceNo": mark}
    if options.shift is not None:
        item["ShiftNo"] = options.shift
    return {
        "PostingMethod": f"PostingMethod_{_WAYS[options.post_by]}",
        "PostingParameter": booking if options.post_by == "booking" else posting.room,
        **({"FolioID": options.folio} if options.folio is not None else {}),
        **({"Header": heading} if options.grouped else {}),
        "Transactions": {"FinancialTransaction": [item]},
    }


def refusal(answer: Element) -> Refused | None:
    """Guestline's no, if its answer is one; an expired session is none for good. Raises NoAnswer where it says neither."""
    code = _code(answer)
    if code == NO_EXCEPTION:
        return None
    if not code.isascii() or not code.lstrip("-").isdigit():
        raise NoAnswer("Guestline's answer has no exception code")
    words = answer[0].findtext(f"{_G}ExceptionDescription") or "no words with it"
    return Refused(code, words, "later" if code == SESSION_EXPIRED else "never")


def folios_in(options: GuestlineOptions, answer: Element) -> Sequence[int]:
    """The folios of a room that may bear a charge: the one that we post to, then those of its other guests."""
    first = options.folio or PRIMARY_FOLIO
    return [first, *sorted({number for number, _ in _guests(answer)} - {first, 0})]


def lines_in(answer: Element) -> list[FolioLine]:
    """The lines of a folio."""
    return [_line(item) for item in answer.iter(f"{_G}cpmsbkg_RoomFolioItemsAndBalance_Item")]


def _line(item: Element) -> FolioLine:
    texts = (item.findtext(f"{_G}{name}") for name in ("strDescription", "strInvoiceID"))
    try:
        amounts = frozenset({Decimal(item.findtext(f"{_G}cGrossTotal") or "")})
    except InvalidOperation:
        amounts = frozenset()
    return FolioLine(
        texts=tuple(text for text in texts if text),
        amounts=amounts,
        code=item.findtext(f"{_G}strAnalCode") or "",
        number=item.findtext(f"{_G}iTransID") or "",
    )


def _code(answer: Element) -> str:
    """The ExceptionCode, which is in the first element of every answer."""
    return (answer[0].findtext(f"{_G}ExceptionCode") or "").strip() if len(answer) else ""


def _guests(answer: Element) -> list[tuple[int, bool]]:
    """The folio numbers of a room's guests, and whether charges are allowed on each."""
    found = answer.iter(f"{_G}cpmsbkg_RoomFolioInfo_FolioItem")
    return [(_number(one.findtext(f"{_G}Number")), one.findtext(f"{_G}PostsAllowed") != "0") for one in found]


def _number(text: str | None) -> int:
    """A small whole number; 0 where there is none."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()) if text else None
    except ValueError:
        return None


_dialect: type[Dialect[str]] = Guestline
