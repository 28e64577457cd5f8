"""Protects what OPERA Cloud is told and how its answers are understood: exact amounts, and no yes that was not said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pms_adapters.contract import a_posting
from pms_adapters.marks import mark_of
from pms_adapters.posting import Found, NotFound, Posted, Refused, Unreadable
from pms_adapters.rest.ohip_messages import (
    OhipOptions,
    Unusable,
    charge_request,
    found_in,
    journal_request,
    outcome_of,
    stays_in,
    stays_request,
    token_in,
    token_request,
)
from pms_adapters.web.stays import Stay

OPTIONS = OhipOptions.model_validate(
    {
        "hotel": "SAND/01",
        "client_id": "us",
        "client_secret": "s3cret",
        "app_key": "key",
        "enterprise_id": "ACME",
        "cashier": 5,
        "transaction_code": {"default": "4510", "international": "4511"},
    }
)
CALL = replace(a_posting(7), started_at=datetime(2026, 11, 20, 8, 15, tzinfo=ZoneInfo("Europe/Vienna")))
MARK = mark_of(7)


def said(**members: Any) -> bytes:
    return json.dumps(members).encode()


def test_a_token_is_asked_for_by_our_own_credentials() -> None:
    request = token_request(OPTIONS)
    assert (request.method, request.path) == ("POST", "/oauth/v1/tokens")
    assert request.headers["authorization"] == "Basic dXM6czNjcmV0"
    assert parse_qs(request.body.decode())["grant_type"] == ["client_credentials"]
    assert "s3cret" not in repr(OPTIONS)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"<html>", said(access_token=""), said(access_token="a\r\nb"), said(expires_in=1)]
)
def test_an_answer_without_a_token_is_none(body: bytes) -> None:
    with pytest.raises(Unusable):
        token_in(body)


def test_a_token_says_how_long_it_is_good() -> None:
    assert token_in(said(access_token="abc", expires_in=1800)).seconds == 1800
    with pytest.raises(Unusable):
        token_in(said(access_token="abc", expires_in=0))


def test_a_charge_says_all_that_was_agreed() -> None:
    request = charge_request(OPTIONS, "abc", CALL, "12/3")
    assert request.path == "/csh/v1/hotels/SAND%2F01/reservations/12%2F3/charges"
    assert request.headers["authorization"] == "Bearer abc"
    criteria = json.loads(request.body, parse_float=Decimal)["criteria"]
    assert criteria["reservationId"] == {"id": "12/3", "type": "Reservation"}
    (charge,) = criteria["charges"]
    assert charge["price"] == {"amount": Decimal("13.75"), "currencyCode": "EUR"}
    assert charge["transactionCode"] == "4511"
    assert charge["checkNumber"] == MARK
    assert charge["postingReference"] == f"{MARK} International"
    assert charge["postingRemark"] == "0043123456789 2026-11-20 08:15 4:12"
    assert charge["cashierId"] == criteria["cashierId"] == 5


@given(st.integers(-(10**14), 10**14), st.sampled_from([0, 2, 3]))
def test_the_price_in_json_is_the_price(amount: int, decimals: int) -> None:
    request = charge_request(OPTIONS, "abc", replace(CALL, amount=amount, decimals=decimals), "1")
    written = json.loads(request.body, parse_float=Decimal)["criteria"]["charges"][0]["price"]["amount"]
    assert Decimal(written) * 10**decimals == amount


PROBLEM = {"title": "Reservation is closed", "o:errorCode": "FOF00123", "detail": "no postings"}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (201, said(postings=[{"transactionNo": 4711}]), Posted("4711")),
        (201, said(links=[]), Posted("")),
        (200, said(postings=[{"transactionNo": 4711}]), Posted("4711")),
        (400, said(**PROBLEM), Refused("FOF00123", "Reservation is closed: no postings")),
        (404, said(title="Not found"), Refused("404", "Not found")),
        (429, said(), Refused("429", "the gateway did not let it through", "later")),
        (401, said(title="Unauthorized"), Refused("401", "Unauthorized", "later")),
    ],
)
def test_a_plain_answer_is_believed(status: int, body: bytes, outcome: object) -> None:
    assert outcome_of(status, body) == outcome


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (201, b"<html>welcome</html>"),
        (201, b'{"postings": ['),
        (201, b"[" * 100_000),
        (201, b"\xff\xfe"),
        (200, said(ok=True)),
        (202, said()),
        (302, b""),
        (404, b"<html>not here</html>"),
        (403, said()),
        (408, b""),
        (408, said(**PROBLEM)),
        (500, said(**PROBLEM)),
        (503, b""),
    ],
)
def test_an_answer_that_proves_nothing_is_a_doubt(status: int, body: bytes) -> None:
    with pytest.raises(Unusable):
        outcome_of(status, body)


@given(st.integers(100, 599), st.binary(max_size=60))
def test_no_answer_of_chance_is_a_yes(status: int, body: bytes) -> None:
    try:
        assert not isinstance(outcome_of(status, body), Posted)
    except Unusable:
        pass


def test_who_is_in_the_room_is_asked_of_the_house() -> None:
    asked = urlsplit(stays_request(OPTIONS, "abc", "0412").path)
    assert asked.path == "/rsv/v1/hotels/SAND%2F01/reservations"
    assert parse_qs(asked.query)["searchType"] == ["InHouse"]
    assert parse_qs(asked.query)["roomId"] == ["0412"]


def row(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "reservationIdList": [{"id": number, "type": "Reservation"}, {"id": f"C{number}", "type": "Confirmation"}],
        "roomStay": {"roomId": "0412", "arrivalDate": "2026-11-19"},
        "reservationStatus": "InHouse",
        **changes,
    }


def test_the_stays_of_a_room_are_read() -> None:
    restricted = {"billingPrivileges": {"postingRestriction": True}}
    rows = [
        row("1"),
        row("2", cashiering=restricted),
        row("3", reservationStatus="CheckedOut"),
        row("4", roomStay={"roomId": "0413"}),
    ]
    day, names = date(2026, 11, 19), frozenset({"1", "C1"})
    first, second = stays_in(said(reservations={"reservationInfo": rows}), "0412")
    assert first == Stay(key="1", arrival=day, names=names)
    assert (second.key, second.no_post) == ("2", True)
    assert stays_in(said(reservations={}), "0412") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        said(),
        said(reservations=[]),
        said(reservations={"reservationInfo": "none"}),
        said(reservations={"reservationInfo": [], "hasMore": True}),
        said(reservations={"reservationInfo": [row("1", reservationIdList=[])]}),
        said(reservations={"reservationInfo": [row("1", roomStay={"roomId": "0412", "arrivalDate": "soon"})]}),
    ],
)
def test_a_list_of_stays_that_cannot_be_read_names_nobody(body: bytes) -> None:
    with pytest.raises(Unusable):
        stays_in(body, "0412")


def journal(*lines: dict[str, Any], **more: Any) -> bytes:
    return said(journalPostings={"postings": list(lines)}, **more)


LINE = {"checkNo": MARK, "transactionCode": "4511", "transactionNo": 88, "postedAmount": {"amount": 13.75}}


def test_the_journal_is_asked_for_our_check_number() -> None:
    asked = parse_qs(urlsplit(journal_request(OPTIONS, "abc", CALL, date(2026, 11, 22)).path).query)
    assert asked["checkNumberWildCard"] == [MARK]
    assert (asked["startDate"], asked["endDate"]) == (["2026-11-19"], ["2026-11-23"])


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, journal(LINE), Found),
        (200, journal({**LINE, "checkNo": "", "reference": f"{MARK} phone"}), Found),
        (200, journal({**LINE, "postedAmount": {"amount": 11.46}, "price": {"amount": 13.75}}), Found),
        (200, journal(), NotFound),
        (204, b"", NotFound),
        (200, journal({**LINE, "checkNo": mark_of(8)}), NotFound),
        (200, journal({**LINE, "transactionCode": "9000"}), Unreadable),
        (200, journal({**LINE, "postedAmount": {"amount": 13.57}}), Unreadable),
        (200, journal(hasMore=True), Unreadable),
        (200, b"<html>", Unreadable),
        (500, said(**PROBLEM), Unreadable),
    ],
)
def test_the_journal_is_read(status: int, body: bytes, kind: type) -> None:
    assert isinstance(found_in(OPTIONS, CALL, status, body), kind)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["0412", MARK])
)
KEYS = st.sampled_from(
    "reservations reservationInfo reservationIdList id type roomStay roomId arrivalDate hasMore cashiering title "
    "journalPostings postings transactionNo checkNo price amount expires_in access_token".split()
)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5))


@given(st.sampled_from([200, 201, 204, 400, 500]), st.dictionaries(KEYS, ANYTHING, max_size=6))
def test_whatever_json_comes_is_understood_or_is_not_usable(status: int, members: dict[str, Any]) -> None:
    """No answer of a gateway's makes the adapter stumble."""
    body = json.dumps(members).encode()
    for read in (lambda: stays_in(body, "0412"), lambda: outcome_of(status, body), lambda: token_in(body)):
        try:
            read()
        except Unusable:
            pass
    assert not isinstance(found_in(OPTIONS, CALL, status, body), Found)
