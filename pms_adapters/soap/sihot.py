"""SIHOT.PMS: who is in a room, and a service with a price of its own on his account, by the services of SIHOT 360.

The account is looked up by room (`S_GUEST_IN_HOUSE_SEARCH_V003`) and charged with
`S_ACCOUNT_SERVICE_WITH_MANUAL_RATE_ADD_V001`, where the manual rate is the price of the call. `Success` says yes or no. Our
mark is the transaction id, which the answer repeats, and stands in the list text of the service; no published service
shows a single line of an account again, so a doubt is settled by a person.

Specification: the public pages of SIHOT 360; the messages are in `wsdl/sihot.xsd`. The names of the list of guests in the
answer are not in what we could read and follow the pattern of the others: compare them before the first charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from pydantic import Field

from pms_adapters.marks import mark_of
from pms_adapters.options import ByClass, Text, of_class
from pms_adapters.posting import InDoubt, Posted, Posting, Refused
from pms_adapters.web.amounts import exact, plain
from pms_adapters.web.options import WebOptions
from pms_adapters.web.stays import Stay

SEARCH: Final = "S_GUEST_IN_HOUSE_SEARCH_V003"
"""The service that says who is in a room."""
ADD: Final = "S_ACCOUNT_SERVICE_WITH_MANUAL_RATE_ADD_V001"
"""The service that charges an account."""
MAX_LIST_TEXT: Final = 36
"""Characters of the text that a list of services shows."""
CHECKED_IN: Final = "3"
"""The personStatus of a guest who is in the house."""


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


def search_values(options: SihotOptions, posting: Posting, today: date) -> dict[str, Any]:
    """What the search takes."""
    return {
        "TransactionID": mark_of(posting.token),
        "Authentication": {"SecurityID": options.security_id},
        "GUEST-IN-HOUSE-SEARCH": {"date": today.isoformat(), "room": posting.room},
    }


def stays_in(options: SihotOptions, posting: Posting, reply: Any) -> list[Stay] | Refused:
    """The accounts that may pay, or SIHOT's no."""
    said = outcome_of(posting, reply)
    if not isinstance(said, Posted):
        return said if isinstance(said, Refused) else Refused("UNCLEAR", said.why, "later")
    listed = reply["GUEST-LIST"]
    guests: Sequence[Any] = listed["GUEST-ENTRY"] if listed is not None else ()
    return [
        Stay(key=guest["ACCOUNT-OBJID"], arrival=_day(guest["dateFrom"]))
        for guest in guests
        if guest["ACCOUNT-OBJID"]
        and guest["room"] in {None, posting.room}
        and guest["personStatus"] in {None, CHECKED_IN}
        and guest["accounttype"] in {None, options.account_type}
    ]


def charge_values(options: SihotOptions, posting: Posting, stay: Stay) -> dict[str, Any]:
    """What the charge takes."""
    mark = mark_of(posting.token)
    service = {
        "service": of_class(options.service, posting.number_class),
        "quantity": "1",
        "manualrate": plain(exact(posting)),
        "currency": posting.currency,
        "descriptionlst": f"{mark} {posting.text}"[:MAX_LIST_TEXT].rstrip(),
        "invoicetext": f"{posting.text} {posting.dialled}".strip(),
        "comment": f"{mark} {posting.started_at:%Y-%m-%d %H:%M}",
    }
    if options.outlet:
        service["outlet"] = options.outlet
    return {
        "TransactionID": mark,
        "Authentication": {"SecurityID": options.security_id},
        "PMSAccount": {"ACCOUNT-OBJID": stay.key, "accounttype": options.account_type, "PostFOService": service},
    }


def outcome_of(posting: Posting, reply: Any) -> Posted | Refused | InDoubt:
    """What an answer means: its own word, if it answers what we asked."""
    mark, result = mark_of(posting.token), reply["Result"]
    if reply["TransactionID"] not in {None, "", mark}:
        return InDoubt(f"SIHOT answered to {reply['TransactionID']!r} and not to {mark}")
    if result["Success"] == "true":
        return Posted()
    if result["Success"] != "false":
        return InDoubt(f"SIHOT said neither true nor false, but {result['Success']!r}")
    listed = result["MSG-LIST"]
    first = next(iter(listed["MSG-ENTRY"]), None) if listed is not None else None
    code = " ".join(filter(None, (first["MSG-CLASS"], first["MSG-NO"]))) if first is not None else ""
    words = result["ErrorMsg"] or (first["MSG-TEXT"] if first is not None else None)
    return Refused(code or "ERROR", words or "no words with it")


def _day(text: str | None) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return None
