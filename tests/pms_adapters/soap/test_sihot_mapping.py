"""Protects what SIHOT is told of a call, whose account it finds, and what its word means."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pms_adapters.contract import a_posting
from pms_adapters.marks import mark_of
from pms_adapters.posting import Posted, Posting, Refused
from pms_adapters.soap.sihot import ADD, SEARCH, SihotOptions, charge_values, outcome_of, search_values, stays_in
from pms_adapters.web.exchange import NoAnswer
from pms_adapters.web.stays import Stay
from tests.pms_adapters.soap.wire import kit_of, read, texts, written

OPTIONS = SihotOptions.model_validate({"security_id": "s3cret", "service": {"default": "TEL"}, "outlet": "PBX"})
CALL = replace(a_posting(7), started_at=datetime(2026, 11, 20, 8, 15, tzinfo=ZoneInfo("Europe/Vienna")))
MARK = mark_of(7)
KIT = kit_of("sihot", OPTIONS)
YES, NO = "<Result><Success>true</Success></Result>", "<Result><Success>false</Success>{}</Result>"


def answered(result: str, transaction: str = MARK) -> Posted | Refused:
    body = f"<{ADD}Response><TransactionID>{transaction}</TransactionID>{result}</{ADD}Response>"
    return outcome_of(read("sihot", body), MARK)


def charged(posting: Posting = CALL) -> dict[str, str]:
    return texts(written("sihot", ADD, charge_values(KIT, posting, "4711")))


def test_a_call_is_a_service_with_its_own_price() -> None:
    assert charged() == {
        "TransactionID": MARK,
        "SecurityID": "s3cret",
        "ACCOUNT-OBJID": "4711",
        "accounttype": "x",
        "service": "TEL",
        "quantity": "1",
        "manualrate": "13.75",
        "currency": "EUR",
        "outlet": "PBX",
        "descriptionlst": f"{MARK} International",
        "invoicetext": "International 0043123456789",
        "comment": f"{MARK} 2026-11-20 08:15 4:12",
    }
    assert "s3cret" not in repr(OPTIONS)


@given(
    st.integers(-(10**14), 10**14),
    st.sampled_from([0, 2, 3]),
    st.text(alphabet=st.characters(categories=["L", "N", "Zs"])),
)
def test_any_charge_is_valid_and_exact(amount: int, decimals: int, text: str) -> None:
    told = charged(replace(CALL, amount=amount, decimals=decimals, text=text))
    assert Decimal(told["manualrate"]) * 10**decimals == amount
    assert told["descriptionlst"].startswith(MARK)


def test_who_is_in_the_room_is_asked_for_today() -> None:
    asked = texts(written("sihot", SEARCH, search_values(OPTIONS, "0412", "LOOK", date(2026, 11, 21))))
    assert (asked["date"], asked["room"]) == ("2026-11-21", "0412")


def guest(number: str, more: str = "") -> str:
    return f"<GUEST-ENTRY><ACCOUNT-OBJID>{number}</ACCOUNT-OBJID>{more}</GUEST-ENTRY>"


def test_the_accounts_of_the_guests_in_the_room_are_found() -> None:
    guests = (
        guest("1", "<room>0412</room><personStatus>3</personStatus><dateFrom>2026-11-19</dateFrom>"),
        guest("2", "<room>0413</room>"),
        guest("3", "<personStatus>4</personStatus>"),
        guest("4", "<accounttype>G</accounttype>"),
        guest("5", "<accounttype>x</accounttype>"),
    )
    body = f"<{SEARCH}Response>{YES}<GUEST-LIST>{''.join(guests)}</GUEST-LIST></{SEARCH}Response>"
    found = stays_in(OPTIONS, read("sihot", body), "0412")
    assert found == [Stay(key="1", arrival=date(2026, 11, 19)), Stay(key="5", arrival=None)]
    assert stays_in(OPTIONS, read("sihot", f"<{SEARCH}Response>{YES}</{SEARCH}Response>"), "0412") == []


def test_yes_is_yes_and_no_says_why() -> None:
    entry = "<MSG-LIST><MSG-ENTRY><MSG-CLASS>ACC</MSG-CLASS><MSG-NO>12</MSG-NO><MSG-TEXT>closed</MSG-TEXT></MSG-ENTRY></MSG-LIST>"
    assert answered(YES) == Posted()
    assert answered(NO.format("<ErrorMsg>account closed</ErrorMsg>")) == Refused("ERROR", "account closed")
    assert answered(NO.format(entry)) == Refused("ACC 12", "closed")
    assert answered(NO.format("")) == Refused("ERROR", "no words with it")


@pytest.mark.parametrize("success", ["true", "false"])
def test_an_answer_to_another_question_is_a_doubt(success: str) -> None:
    with pytest.raises(NoAnswer):
        answered(f"<Result><Success>{success}</Success></Result>", mark_of(8))
