"""What OPERA Cloud is asked over OHIP, and what its answers mean: pure, from values to JSON and back.

A charge is `postBillingCharges`: POST to the reservation's charges. Who is in a room is `getReservations` with
`searchType=InHouse`. What was posted is read back from the journal, `getFinancialPostings`, by our check number: it shows a
charge wherever routing has put it, where a folio would show one window of one guest.

Of the answers to a charge, 201 with a JSON object is yes, and so is 200 with the posting's number. A problem document
with a status from 400 to 499 is a definite no, because OPERA checks before it books; but not 408, with which a gateway
may tell of a time-out behind it. All else (a 500, a page of HTML, a redirect) may have been booked.

Specification: OPERA Cloud Cashiering and Reservation APIs (csh, rsv), published under the UPL.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, urlencode

from pydantic import Field

from pms_adapters.amounts import amount_of, as_double
from pms_adapters.marks import mark_of
from pms_adapters.options import ByClass, Text, of_class
from pms_adapters.posting import Posted, Posting, ReadBack, Refused, Unreadable
from pms_adapters.web.exchange import NoAnswer, Unsendable
from pms_adapters.web.folio import FolioLine, look_for
from pms_adapters.web.options import WebOptions
from pms_adapters.web.stays import Stay

MAX_REFERENCE: Final = 200
"""Characters of our reference, remark and check number: the least that OPERA takes in any of the three."""
MOST_ROWS: Final = 200
"""Reservations and journal lines asked for in one answer: a room has a handful, and a mark one."""

JSON: Final = "application/json"
"""How both sides write."""


class OhipOptions(WebOptions):
    """What OHIP must be told beside its address.

    The address is the gateway's, from the environment page of Oracle's developer portal, as are `client_id`, `client_secret`,
    `enterprise_id`, `scope` and `app_key`. `cashier` is the number of the integration user's cashier.
    `transaction_code` gives the revenue code by class of number. `routing` applies the hotel's routing instructions.
    """

    hotel: Text = Field(examples=["SAND01"])
    client_id: Text = Field(examples=["ACME-Client"])
    client_secret: Text = Field(examples=["env:OHIP_SECRET"], repr=False)
    app_key: Text = Field(examples=["env:OHIP_KEY"], repr=False)
    enterprise_id: Text = Field(examples=["ACME"])
    scope: Text = Field("urn:opc:hgbu:ws:__myscopes__", examples=["urn:opc:hgbu:ws:__myscopes__"])
    cashier: int = Field(examples=[5], ge=0)
    transaction_code: ByClass = Field(examples=[{"default": "4510"}], min_length=1)
    folio_window: int = Field(1, ge=1, le=8, examples=[1])
    routing: bool = Field(True, examples=[True])
    external_system: Text = Field("FOLIOGATE", max_length=40, examples=["FOLIOGATE"])

    def lines(self) -> list[str]:
        """What the hotel must confirm before the first charge."""
        codes = [f"{name}: transaction code {code}" for name, code in self.transaction_code.items()]
        routing = "by the hotel's routing instructions" if self.routing else "without routing"
        where = f"charges go to window {self.folio_window}, {routing}, by cashier {self.cashier}"
        return [f"hotel {self.hotel} of enterprise {self.enterprise_id}", where, *codes, *super().lines()]

    def code_of(self, posting: Posting) -> str:
        """The transaction code of a charge; "" where the hotel names none."""
        return of_class(self.transaction_code, posting.number_class)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, less the gateway's address."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What opens the gateway: the word to send, and for how many seconds it is good."""

    word: str
    seconds: float


class Unusable(NoAnswer):
    """An answer that does not say what it must; the sentence says what was missing."""


def token_request(options: OhipOptions) -> Request:
    """Ask for a token by the client's own credentials."""
    basic = b64encode(f"{options.client_id}:{options.client_secret}".encode()).decode()
    headers = {
        "authorization": f"Basic {basic}",
        "x-app-key": options.app_key,
        "enterpriseid": options.enterprise_id,
        "content-type": "application/x-www-form-urlencoded",
        "accept": JSON,
    }
    form = urlencode({"grant_type": "client_credentials", "scope": options.scope})
    return Request(method="POST", path="/oauth/v1/tokens", headers=headers, body=form.encode())


def token_in(body: bytes) -> Token:
    """The token in an answer of 200; raises Unusable."""
    said = _object(body)
    word, seconds = said.get("access_token"), said.get("expires_in", 3600)
    if not isinstance(word, str) or not word.isascii() or not word.isprintable() or not word:
        raise Unusable("the answer has no access_token")
    if not isinstance(seconds, int | Decimal) or seconds <= 0:
        raise Unusable("the answer does not say how long the token is good")
    return Token(word=word, seconds=float(seconds))


def stays_request(options: OhipOptions, token: str, room: str) -> Request:
    """Ask who is in a room."""
    query = {"searchType": "InHouse", "roomId": room, "limit": MOST_ROWS}
    path = f"/rsv/v1/hotels/{quote(options.hotel, safe='')}/reservations?{urlencode(query)}"
    return Request(method="GET", path=path, headers=_headers(options, token))


def stays_in(body: bytes, room: str) -> list[Stay]:
    """The reservations that an answer has in a room; raises Unusable where it cannot be read."""
    found = _member(_object(body), "reservations")
    rows = found.get("reservationInfo", [])
    if found.get("hasMore") is True:
        raise Unusable(f"room {room} has more than {MOST_ROWS} reservations in house")
    return [_stay(row) for row in _rows(rows) if _member(row, "roomStay").get("roomId") == room and _is_in_house(row)]


def charge_request(options: OhipOptions, token: str, posting: Posting, reservation: str) -> Request:
    """Post a charge to a reservation; raises Unsendable where the amount cannot be said exactly."""
    mark = mark_of(posting.token)
    try:
        amount = as_double(amount_of(posting))
    except ValueError as problem:
        raise Unsendable(str(problem)) from problem
    started, minutes = (
        f"{posting.started_at:%Y-%m-%d %H:%M}",
        f"{posting.talk_seconds // 60}:{posting.talk_seconds % 60:02}",
    )
    charge = {
        "transactionCode": options.code_of(posting),
        "price": {"amount": amount, "currencyCode": posting.currency},
        "postingQuantity": 1,
        "postingReference": f"{mark} {posting.text}".strip()[:MAX_REFERENCE],
        "postingRemark": f"{posting.dialled} {started} {minutes}".strip()[:MAX_REFERENCE],
        "checkNumber": mark,
        "applyRoutingInstructions": options.routing,
        "folioWindowNo": options.folio_window,
        "cashierId": options.cashier,
    }
    criteria = {
        "hotelId": options.hotel,
        "reservationId": {"id": reservation, "type": "Reservation"},
        "charges": [charge],
        "postIt": False,
        "cashierId": options.cashier,
    }
    body = json.dumps({"criteria": criteria}, ensure_ascii=False).encode()
    places = (quote(options.hotel, safe=""), quote(reservation, safe=""))
    path = "/csh/v1/hotels/{}/reservations/{}/charges".format(*places)
    return Request(method="POST", path=path, headers={**_headers(options, token), "content-type": JSON}, body=body)


def outcome_of(status: int, body: bytes) -> Posted | Refused:
    """What an answer to a charge means; raises Unusable where it proves neither."""
    try:
        said = _object(body)
    except Unusable as problem:
        raise Unusable(f"OPERA answered {status}, and {problem}") from problem
    numbers = _numbers(said)
    if status == 201 or (status == 200 and numbers):
        return Posted(" ".join(numbers))
    if status in {401, 429}:  # not looked at: the gateway did not let it through
        return Refused(str(status), _words(said) or "the gateway did not let it through", "later")
    if 400 <= status < 500 and status != 408 and (said.get("title") or said.get("o:errorCode")):
        return Refused(str(said.get("o:errorCode") or status), _words(said))
    raise Unusable(f"OPERA answered {status} {_words(said)}".rstrip())


def journal_request(options: OhipOptions, token: str, posting: Posting, today: date) -> Request:
    """Ask for what was posted under our check number, from the day before the call until tomorrow."""
    query = {
        "checkNumberWildCard": mark_of(posting.token),
        "startDate": posting.started_at.date() - timedelta(days=1),
        "endDate": today + timedelta(days=1),
        "limit": MOST_ROWS,
    }
    path = f"/csh/v1/hotels/{quote(options.hotel, safe='')}/financialPostings?{urlencode(query)}"
    return Request(method="GET", path=path, headers=_headers(options, token))


def found_in(options: OhipOptions, posting: Posting, status: int, body: bytes) -> ReadBack:
    """What the journal tells of a posting."""
    nothing = f"the posting journal of hotel {options.hotel}: nothing with check number {mark_of(posting.token)}"
    code = options.code_of(posting)
    if status == 204:
        return look_for(posting, code, [], nothing)
    try:
        if status != 200:
            raise Unusable(f"OPERA answered {status}: {_words(_object(body))}")
        said = _object(body)
        rows = _rows(_member(said, "journalPostings").get("postings", []))
    except Unusable as problem:
        return Unreadable(f"the posting journal could not be read: {problem}")
    if said.get("hasMore") is True:
        return Unreadable("the posting journal has more lines with our check number than one answer holds")
    return look_for(posting, code, map(_line, rows), nothing)


def _headers(options: OhipOptions, token: str) -> dict[str, str]:
    return {
        "authorization": f"Bearer {token}",
        "x-app-key": options.app_key,
        "x-hotelid": options.hotel,
        "x-externalsystem": options.external_system,
        "accept": JSON,
    }


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer, its fractions as exact decimals."""
    try:
        said = json.loads(body.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Unusable("its answer is no JSON") from None
    if not isinstance(said, dict):
        raise Unusable("its answer is no JSON object")
    return said


def _member(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = said.get(name)
    if not isinstance(value, dict):
        raise Unusable(f"its answer has no {name}")
    return value


def _rows(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Unusable("its answer has a list that is none")
    return value


def _stay(row: Mapping[str, Any]) -> Stay:
    """A reservation, with the number that charges go to and the others that people know it by."""
    names = {str(one.get("id", "")): one.get("type") for one in _rows(row.get("reservationIdList", []))}
    keys = [name for name, kind in names.items() if kind == "Reservation" and name]
    if len(keys) != 1:
        raise Unusable("a reservation in its answer has no number of its own")
    arrival = _member(row, "roomStay").get("arrivalDate")
    try:
        day = datetime.fromisoformat(str(arrival)).date() if arrival else None
    except ValueError:
        raise Unusable(f"it tells {arrival!r} as the day of an arrival") from None
    return Stay(key=keys[0], arrival=day, no_post=_forbids_charges(row), names=frozenset(names) - {""})


def _is_in_house(row: Mapping[str, Any]) -> bool:
    """Whether a reservation is checked in; one that is due out still is."""
    return str(row.get("reservationStatus") or "InHouse") in {"InHouse", "DueOut", "Walkin", "CheckedIn"}


def _forbids_charges(row: Mapping[str, Any]) -> bool:
    cashiering = row.get("cashiering")
    privileges = cashiering.get("billingPrivileges") if isinstance(cashiering, dict) else None
    return isinstance(privileges, dict) and privileges.get("postingRestriction") is True


def _numbers(said: Mapping[str, Any]) -> list[str]:
    """The numbers of the postings in an answer; an answer without them is a yes all the same."""
    postings = said.get("postings")
    rows = postings if isinstance(postings, list) else []
    return [str(row["transactionNo"]) for row in rows if isinstance(row, dict) and row.get("transactionNo")]


def _words(said: Mapping[str, Any]) -> str:
    words = dict.fromkeys(str(said[name]) for name in ("title", "detail") if said.get(name))
    return ": ".join(words)[:MAX_REFERENCE]


def _line(row: Mapping[str, Any]) -> FolioLine:
    """A line of the journal. A price that taxes were added to still is the price that we sent."""
    sums = [row.get("transactionAmount"), *(_amount(row.get(name)) for name in ("postedAmount", "price"))]
    return FolioLine(
        texts=tuple(str(row[name]) for name in ("checkNo", "reference") if row.get(name)),
        amounts=frozenset(Decimal(one) for one in sums if isinstance(one, int | Decimal)),
        code=str(row.get("transactionCode", "")),
        number=str(row.get("transactionNo", "")),
    )


def _amount(value: object) -> object:
    return value.get("amount") if isinstance(value, dict) else None
