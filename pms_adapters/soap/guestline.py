"""Guestline Rezlynx: what its web service is asked, and what its answers mean.

A session comes first (`LogIn`); it expires when the service likes, and then an answer says 7007. That is a definite no:
the charge it answers was not looked at, so we log in and offer the same charge again within the attempt, once.

Who is in the room is asked before each charge (`pmsbkg_RoomFolioInfo`), and the charge goes to that booking, so that it
cannot meet another guest who comes between the two. A hotel may also post to the room or to the telephone extension; then
it goes to whom Guestline calls the primary resident. What stands on a folio is read back line by line.

Guestline has no name of ours for a charge: our mark stands in the description and in the external invoice number.

Specification: the public pages of the Rezlynx API; the messages are in `wsdl/guestline.xsd`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import Field

from pms_adapters.marks import mark_of
from pms_adapters.options import ByClass, Text, of_class
from pms_adapters.posting import Posted, Posting, Refused
from pms_adapters.web.amounts import exact
from pms_adapters.web.folio import FolioLine
from pms_adapters.web.options import WebOptions
from pms_adapters.web.stays import Stay, told

NO_EXCEPTION: Final = 0
"""The ExceptionCode of a yes."""
SESSION_EXPIRED: Final = 7007
"""The ExceptionCode that says: log in again."""
MAX_DESCRIPTION: Final = 50
"""Characters of a folio line that we use; the mark comes first, so that it is never cut."""
PRIMARY_FOLIO: Final = 1
"""The number of the folio of a booking's first guest."""

_RETRIEVAL: Final = {"room": "RetrievalMethod_RoomID", "extension": "RetrievalMethod_TelExtNo"}
_POSTING: Final = {"room": "PostingMethod_RoomID", "extension": "PostingMethod_TelExtNo"}
_ALL_ITEMS: Final = 0


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
        head = f"site {self.site}, interface {self.interface}, as {self.operator}; charges are posted to the {self.post_by}"
        return [head, *codes, *super().lines()]

    def code_of(self, posting: Posting) -> str:
        """The analysis code of a charge."""
        return of_class(self.analysis_code, posting.number_class)


def log_in_values(options: GuestlineOptions) -> dict[str, Any]:
    """What LogIn takes."""
    return {
        "SiteID": options.site,
        "InterfaceID": options.interface,
        "OperatorCode": options.operator,
        "Password": options.password,
    }


def look_up_values(options: GuestlineOptions, posting: Posting) -> dict[str, Any]:
    """What pmsbkg_RoomFolioInfo takes: the booking that a check-in told us of, else whoever is in the room."""
    if posting.reservation is not None and options.post_by == "booking":
        return {"RetrievalMethod": "RetrievalMethod_Booking_RoomRef", "RetrievalParameter": posting.reservation}
    method = _RETRIEVAL["extension" if options.post_by == "extension" else "room"]
    return {"RetrievalMethod": method, "RetrievalParameter": posting.room}


def stays_in(options: GuestlineOptions, info: Any) -> list[Stay]:
    """The booking that pmsbkg_RoomFolioInfo found, if any; `info` is its RoomFolioInfo."""
    if info is None or not info.RoomBookRef:
        return []
    folio = options.folio or PRIMARY_FOLIO
    guests = _guests(info)
    whose = [guest for guest in guests if guest.Number == folio] or guests
    no_post = bool(whose) and not any(guest.PostsAllowed is None or guest.PostsAllowed for guest in whose)
    return [Stay(key=info.RoomBookRef, arrival=told(info.Arrival), no_post=no_post)]


def charge_values(options: GuestlineOptions, posting: Posting, stay: Stay) -> dict[str, Any]:
    """What pmschg_PostToRoom takes."""
    mark, code = mark_of(posting.token), options.code_of(posting)
    text = f"{mark} {posting.text} {posting.dialled}"[:MAX_DESCRIPTION].rstrip()
    item = {"AnalysisCode": code, "Description": text, "Quantity": 1, "GrossTotal": exact(posting)}
    heading = {"AnalysisCode": code, "Description": text, "Quantity": 1, "ExternalInvoiceNo": mark}
    if options.shift is not None:
        item["ShiftNo"] = options.shift
    by_booking = options.post_by == "booking"
    return {
        "PostingMethod": "PostingMethod_Booking_RoomRef" if by_booking else _POSTING[options.post_by],
        "PostingParameter": stay.key if by_booking else posting.room,
        **({"FolioID": options.folio} if options.folio is not None else {}),
        **({"Header": heading} if options.grouped else {}),
        "Transactions": {"FinancialTransaction": [item]},
    }


def outcome_of(block: Any) -> Posted | Refused:
    """What the ExceptionBlock of an answer says."""
    if block.ExceptionCode == NO_EXCEPTION:
        return Posted()
    retry: Literal["later", "never"] = "later" if block.ExceptionCode == SESSION_EXPIRED else "never"
    return Refused(str(block.ExceptionCode), block.ExceptionDescription or "no words with it", retry)


def folios_in(options: GuestlineOptions, info: Any) -> Sequence[int]:
    """The folios of a room that may bear a charge: all that its guests have, the one that we post to first."""
    first = options.folio or PRIMARY_FOLIO
    others = {guest.Number for guest in _guests(info) if guest.Number} - {first} if info is not None else set()
    return [first, *sorted(others)]


def lines_in(balance: Any) -> list[FolioLine]:
    """The lines of a folio; `balance` is a RoomFolioItemsAndBalance."""
    items = balance.Items.cpmsbkg_RoomFolioItemsAndBalance_Item if balance is not None and balance.Items else []
    return [
        FolioLine(
            texts=tuple(text for text in (item.strDescription, item.strInvoiceID) if text),
            amounts=frozenset({item.cGrossTotal} - {None}),
            code=item.strAnalCode or "",
            number=str(item.iTransID or ""),
        )
        for item in items
    ]


def items_values(posting: Posting, folio: int) -> Mapping[str, Any]:
    """What pmsbkg_RoomFolioItemsAndBalance takes."""
    return {"RoomID": posting.room, "FolioID": folio, "ItemFormat": _ALL_ITEMS}


def _guests(info: Any) -> list[Any]:
    return list(info.RoomFolioItems.cpmsbkg_RoomFolioInfo_FolioItem) if info.RoomFolioItems else []
