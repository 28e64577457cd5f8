"""SIHOT.PMS: who is in a room, and a service with a price of its own on his account, by the services of SIHOT 360.

The account is looked up by room (`S_GUEST_IN_HOUSE_SEARCH_V003`) and charged with
`S_ACCOUNT_SERVICE_WITH_MANUAL_RATE_ADD_V001`, where the manual rate is the price of the call. `Success` says yes or no. Our
mark is the transaction id, which the answer repeats, and stands in the list text of the service. There is a search of
posted items, but what we could read does not say which text of ours it shows: so a doubt is settled by a person.

Specification: the public pages of SIHOT 360; the messages are in `wsdl/sihot.xsd`. The names of the list of guests in the
answer are not in what we could read and follow the pattern of the others: compare them before the first charge.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, TypeAlias

from lxml import etree
from pydantic import Field

from pms_adapters.amounts import amount_of, written
from pms_adapters.marks import mark_of
from pms_adapters.options import ByClass, Text, of_class
from pms_adapters.posting import Posted, Posting, ReadBack, Refused, Unreadable
from pms_adapters.soap.kit import Kit, call_text, marked_text, plain
from pms_adapters.soap.transport import Port
from pms_adapters.web.exchange import NoAnswer
from pms_adapters.web.link import Dialect
from pms_adapters.web.options import WebOptions
from pms_adapters.web.stays import Stay, no_code, payer

Element: TypeAlias = etree._Element

SEARCH: Final = "S_GUEST_IN_HOUSE_SEARCH_V003"
"""The service that says who is in a room."""
ADD: Final = "S_ACCOUNT_SERVICE_WITH_MANUAL_RATE_ADD_V001"
"""The service that charges an account."""
MAX_LIST_TEXT: Final = 36
"""Characters of the text that a list of services shows."""
CHECKED_IN: Final = "3"
"""The personStatus of a guest who is in the house."""
_S: Final = "{http://www.gubse.com/IFS/SihotServices01.xsd}"


class SihotOptions(WebOptions):
    """The options of the adapter `sihot`.

    `security_id` comes from SIHOT. `service` is the service that a call is booked as, by class of number.
    `account_type` is what SIHOT calls the account of a guest; `outlet` where the service was rendered.
    """

    security_id: Text = Field(examples=["env:SIHOT_SECURITY_ID"], repr=False)
    service: ByClass = Field(min_length=1, examples=[{"default": "TEL"}])
    account_type: Text = Field("x", examples=["x"])
    outlet: str = Field("", examples=["PBX"])

    def lines(self) -> list[str]:
        """What the hotel must confirm before the first charge."""
        services = [f"{name}: service {code}" for name, code in self.service.items()]
        return [
            f"charges go to accounts of type {self.account_type}",
            *services,
            "a folio cannot be read back: a person settles each doubt",
            *super().lines(),
        ]


class Sihot:
    """The dialect; `str` is the number of the account that pays."""

    def __init__(self, kit: Kit[SihotOptions]) -> None:
        self._kit, self._options = kit, kit.options
        self._port: Port | None = None

    async def prepare(self) -> None:
        """Load the contract."""
        if self._port is None:
            self._port = await self._kit.port("sihot", self._kit.settings.url)

    async def look(self, room: str) -> None:
        """Who is in a room, whatever SIHOT says to it; without a room, whether a web server is at the address."""
        if room:
            outcome_of(await self._search(room, "LOOK"), "LOOK")
        else:
            await self._kit.sign_of_life()

    async def find(self, posting: Posting) -> str | Refused:
        """The account that pays, or why none does."""
        if not of_class(self._options.service, posting.number_class):
            return no_code(posting)
        mark = mark_of(posting.token)
        answer = await self._search(posting.room, mark)
        said = outcome_of(answer, mark)
        if isinstance(said, Refused):
            return said
        paying = payer(stays_in(self._options, answer, posting.room), posting, self._kit.now())
        return paying if isinstance(paying, Refused) else paying.key

    async def charge(self, posting: Posting, account: str, timeout: float) -> Posted | Refused:
        """Add the service to the account."""
        assert self._port is not None
        answer = await self._port.order(ADD, None, timeout, **charge_values(self._kit, posting, account))
        return outcome_of(answer, mark_of(posting.token))

    async def read(self, posting: Posting, account: str | None) -> ReadBack:
        """Not possible."""
        return Unreadable("SIHOT is not asked for posted items: it is not known which text of ours they show")

    def close(self) -> None:
        """Close every connection."""
        self._kit.web.close()

    async def _search(self, room: str, transaction: str) -> Element:
        assert self._port is not None
        today = self._kit.local(self._kit.now()).date()
        values = search_values(self._options, room, transaction, today)
        return await self._port.ask(SEARCH, None, self._kit.settings.answer_timeout, **values)


def search_values(options: SihotOptions, room: str, transaction: str, today: date) -> dict[str, Any]:
    """What the search takes."""
    return {
        "TransactionID": transaction,
        "Authentication": {"SecurityID": options.security_id},
        "GUEST-IN-HOUSE-SEARCH": {"date": today.isoformat(), "room": room},
    }


def stays_in(options: SihotOptions, answer: Element, room: str) -> list[Stay]:
    """The accounts that may pay: of guests who are checked in, in this very room."""
    return [
        Stay(key=number, arrival=_day(_said(guest, "dateFrom")))
        for guest in answer.iterfind(f"{_S}GUEST-LIST/{_S}GUEST-ENTRY")
        if (number := _said(guest, "ACCOUNT-OBJID"))
        and _said(guest, "room") in {"", room}
        and _said(guest, "personStatus") in {"", CHECKED_IN}
        and _said(guest, "accounttype") in {"", options.account_type}
    ]


def charge_values(kit: Kit[SihotOptions], posting: Posting, account: str) -> dict[str, Any]:
    """What the charge takes."""
    mark, options = mark_of(posting.token), kit.options
    service = {
        "service": of_class(options.service, posting.number_class),
        "quantity": "1",
        "manualrate": written(amount_of(posting)),
        "currency": posting.currency,
        "descriptionlst": plain(f"{mark} {posting.text or posting.number_class}", MAX_LIST_TEXT),
        "invoicetext": call_text(posting),
        "comment": marked_text(posting, kit),
    }
    if options.outlet:
        service["outlet"] = options.outlet
    return {
        "TransactionID": mark,
        "Authentication": {"SecurityID": options.security_id},
        "PMSAccount": {"ACCOUNT-OBJID": account, "accounttype": options.account_type, "PostFOService": service},
    }


def outcome_of(answer: Element, transaction: str) -> Posted | Refused:
    """SIHOT's own word, if it answers what we asked; raises NoAnswer where it says neither yes nor no."""
    if (echo := _said(answer, "TransactionID")) not in {"", transaction}:
        raise NoAnswer(f"SIHOT answered to {echo!r} and not to {transaction}")
    result = answer.find(f"{_S}Result")
    said = _said(result, "Success") if result is not None else ""
    if result is None or said not in {"true", "false"}:
        raise NoAnswer(f"SIHOT said neither true nor false, but {said!r}")
    if said == "true":
        return Posted()
    first = result.find(f"{_S}MSG-LIST/{_S}MSG-ENTRY")
    code = f"{_said(first, 'MSG-CLASS')} {_said(first, 'MSG-NO')}".strip() if first is not None else ""
    words = _said(result, "ErrorMsg") or (_said(first, "MSG-TEXT") if first is not None else "")
    return Refused(code or "ERROR", words or "no words with it")


def _said(element: Element, name: str) -> str:
    return (element.findtext(f"{_S}{name}") or "").strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_dialect: type[Dialect[str]] = Sihot
