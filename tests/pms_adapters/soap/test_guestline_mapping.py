"""Protects what Guestline is told of a call, whose booking it finds, and what stands on its folios."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pms_adapters.contract import a_posting
from pms_adapters.marks import mark_of
from pms_adapters.posting import Found, Refused
from pms_adapters.soap.guestline import (
    GuestlineOptions,
    charge_values,
    folios_in,
    lines_in,
    look_up_values,
    refusal,
    stays_in,
)
from pms_adapters.web.folio import look_for
from pms_adapters.web.stays import Stay
from tests.pms_adapters.soap.wire import read, texts, written

CALL = replace(a_posting(7), started_at=datetime(2026, 11, 20, 8, 15, tzinfo=ZoneInfo("Europe/London")), currency="GBP")
MARK = mark_of(7)
POST, INFO, ITEMS = "pmschg_PostToRoom", "pmsbkg_RoomFolioInfo", "pmsbkg_RoomFolioItemsAndBalance"
HERE = Stay(key="BK123/1", arrival=date(2026, 11, 19))


def options(**changes: Any) -> GuestlineOptions:
    given = {
        "site": "SEASIDE",
        "interface": 7,
        "operator": "us",
        "password": "s3cret",
        "analysis_code": {"default": "TEL"},
    }
    return GuestlineOptions.model_validate({**given, **changes})


def charged(given: GuestlineOptions, posting: Any = CALL) -> dict[str, str]:
    return texts(written("guestline", POST, {"SessionID": "s", **charge_values(given, posting, HERE.key)}))


def test_the_password_is_not_shown() -> None:
    assert "s3cret" not in repr(options())


def test_a_charge_goes_to_the_booking_that_was_found() -> None:
    told = charged(options(shift=2))
    assert (told["PostingMethod"], told["PostingParameter"]) == ("PostingMethod_Booking_RoomRef", "BK123/1")
    assert told["GrossTotal"] == "13.75"
    assert told["Description"] == f"{MARK} International 0043123456789"
    assert (told["ExternalInvoiceNo"], told["AnalysisCode"], told["ShiftNo"]) == (MARK, "TEL", "2")
    assert "FolioID" not in told


@pytest.mark.parametrize(("way", "method"), [("room", "PostingMethod_RoomID"), ("extension", "PostingMethod_TelExtNo")])
def test_a_charge_goes_to_the_room_where_the_hotel_wants_it(way: str, method: str) -> None:
    told = charged(options(post_by=way, grouped=False, folio=2))
    assert (told["PostingMethod"], told["PostingParameter"]) == (method, "0412")
    assert told["FolioID"] == "2"
    assert "ExternalInvoiceNo" not in told


@given(
    st.integers(-(10**14), 10**14),
    st.sampled_from([0, 2, 3]),
    st.text(alphabet=st.characters(categories=["L", "N", "Zs"])),
)
def test_any_charge_is_valid_and_exact(amount: int, decimals: int, text: str) -> None:
    told = charged(options(), replace(CALL, amount=amount, decimals=decimals, text=text))
    assert Decimal(told["GrossTotal"]) * 10**decimals == amount
    assert told["Description"].startswith(MARK)


def test_a_booking_that_a_check_in_told_us_of_is_looked_up_itself() -> None:
    told_of = replace(CALL, reservation="BK9/1")
    assert look_up_values(options(), told_of)["RetrievalParameter"] == "BK9/1"
    assert look_up_values(options(), CALL)["RetrievalMethod"] == "RetrievalMethod_RoomID"
    assert look_up_values(options(post_by="extension"), told_of)["RetrievalMethod"] == "RetrievalMethod_TelExtNo"


def info(inside: str) -> Any:
    whole = f"<RoomFolioInfo>{inside}</RoomFolioInfo>"
    body = f"<{INFO}Response><{INFO}Result><ExceptionCode>0</ExceptionCode></{INFO}Result>{whole}</{INFO}Response>"
    return read("guestline", body)


def guest(number: int, allowed: str) -> str:
    posts = f"<PostsAllowed>{allowed}</PostsAllowed>" if allowed else ""
    return f"<cpmsbkg_RoomFolioInfo_FolioItem>{posts}<Number>{number}</Number></cpmsbkg_RoomFolioInfo_FolioItem>"


BOOKED = "<RoomBookRef>BK123/1</RoomBookRef><Arrival>{}</Arrival><RoomFolioItems>{}</RoomFolioItems>"


def test_the_booking_in_a_room_is_found_with_its_arrival() -> None:
    found = stays_in(options(), info(BOOKED.format("2026-11-19T00:00:00", guest(1, "1"))))
    assert found == [HERE]
    (timed,) = stays_in(options(), info(BOOKED.format("2026-11-19T15:30:00", guest(1, "1"))))
    assert timed.arrival == datetime(2026, 11, 19, 15, 30)
    assert stays_in(options(), info("")) == []


@pytest.mark.parametrize(
    ("guests", "folio", "closed"),
    [
        (guest(1, "0"), None, True),
        (guest(1, "1"), None, False),
        (guest(1, ""), None, False),
        ("", None, False),
        (guest(1, "1") + guest(2, "0"), 2, True),
        (guest(1, "0") + guest(2, "1"), 2, False),
        (guest(2, "0") + guest(3, "0"), None, True),
    ],
)
def test_whoever_may_not_be_charged_is_not(guests: str, folio: int | None, closed: bool) -> None:
    (found,) = stays_in(options(folio=folio), info(BOOKED.format("2026-11-19T00:00:00", guests)))
    assert found.no_post is closed


def answered(code: int, words: str = "") -> Refused | None:
    said = f"<ExceptionCode>{code}</ExceptionCode><ExceptionDescription>{words}</ExceptionDescription>"
    return refusal(read("guestline", f"<{POST}Response><{POST}Result>{said}</{POST}Result></{POST}Response>"))


def test_zero_is_yes_and_every_other_code_is_no() -> None:
    assert answered(0) is None
    assert answered(70004, "not permitted") == Refused("70004", "not permitted")
    assert answered(12) == Refused("12", "no words with it")
    assert answered(7007, "expired") == Refused("7007", "expired", "later")


def item(text: str, amount: str = "13.7500", code: str = "TEL") -> str:
    return (
        f"<cpmsbkg_RoomFolioItemsAndBalance_Item><strDescription>{text}</strDescription><cGrossTotal>{amount}</cGrossTotal>"
        f"<strAnalCode>{code}</strAnalCode><iTransID>88</iTransID></cpmsbkg_RoomFolioItemsAndBalance_Item>"
    )


def test_a_charge_is_found_on_the_folio_by_its_mark() -> None:
    items = item("Room", "99.00", "ACC") + item(f"{MARK} International 0043")
    body = (
        f"<{ITEMS}Response><{ITEMS}Result><ExceptionCode>0</ExceptionCode></{ITEMS}Result>"
        f"<RoomFolioItemsAndBalance><Items>{items}</Items></RoomFolioItemsAndBalance></{ITEMS}Response>"
    )
    assert look_for(CALL, "TEL", lines_in(read("guestline", body)), "the folio") == Found("88")


def test_every_folio_of_the_room_is_read() -> None:
    room = info(BOOKED.format("2026-11-19T00:00:00", guest(1, "1") + guest(3, "1") + guest(2, "1")))
    assert list(folios_in(options(), room)) == [1, 2, 3]
    assert list(folios_in(options(folio=2), room)) == [2, 1, 3]
    assert list(folios_in(options(), info(""))) == [1]


@pytest.mark.parametrize(
    "wrong", [{"analysis_code": {}}, {"post_by": "name"}, {"folio": 0}, {"analysis_code": {"moon": "X"}}]
)
def test_options_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        options(**wrong)
