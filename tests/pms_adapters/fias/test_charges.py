"""Protects the promise that what is booked is exactly what was priced, for exactly that room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pms_adapters.amounts import scaled
from pms_adapters.contract import a_posting
from pms_adapters.fias.charges import posting_record
from pms_adapters.fias.settings import FiasSettings
from pms_adapters.posting import Posting, Refused
from protocols.fias.codec import encode
from protocols.fias.records import Record
from tests.pms_adapters.fias.scene import HOTEL


def settings(**changes: Any) -> FiasSettings:
    return FiasSettings(name="opera", timezone=HOTEL, **changes)


def posting(**changes: Any) -> Posting:
    return replace(a_posting(token=42), **changes)


def written(charge: Posting, **changes: Any) -> str:
    record = posting_record(charge, settings(**changes))
    assert isinstance(record, Record), record
    return encode(record, "cp850")[1:-1].decode("cp850")


def refused(charge: Posting, **changes: Any) -> str:
    refusal = posting_record(charge, settings(**changes))
    assert isinstance(refusal, Refused), refusal
    assert (refusal.code, refusal.retry) == ("LOCAL", "never")
    return refusal.text


def test_a_charge_reads_as_the_specification_has_it() -> None:
    assert written(posting()) == (
        "PS|RN0412|PTC|TA1375|DD0043123456789|DU000412|PCI|CTInternational|P#42|DA261120|TI081530|"
    )


def test_outlet_and_trunk_are_sent_where_they_are_known() -> None:
    record = posting_record(posting(trunk="T021"), settings(outlet={"international": "100"}))
    assert isinstance(record, Record)
    assert (record.first("SO"), record.first("PX")) == ("100", "021")


@pytest.mark.parametrize(
    ("trunk", "sent"), [("17", "17"), ("T1", "1"), ("SIP/17", None), ("1234567", None), (None, None)]
)
def test_a_trunk_that_is_no_number_is_left_out(trunk: str | None, sent: str | None) -> None:
    record = posting_record(posting(trunk=trunk), settings())
    assert isinstance(record, Record)
    assert record.first("PX") == sent


@pytest.mark.parametrize(
    ("number_class", "call_type"),
    [("local", "L"), ("national", "N"), ("mobile", "N"), ("international", "I"), ("premium", None)],
)
def test_the_call_type_follows_the_class_of_number(number_class: str, call_type: str | None) -> None:
    record = posting_record(posting(number_class=number_class), settings())
    assert isinstance(record, Record)
    assert record.first("PC") == call_type


def test_the_hotels_own_call_types_and_outlets_go_before_the_usual_ones() -> None:
    ours = settings(call_type={"mobile": "M", "local": ""}, outlet={"mobile": "7", "default": "1"})
    assert [ours.call_type_of(name) for name in ("mobile", "local", "national")] == ["M", "", "N"]
    assert [ours.outlet_of(name) for name in ("mobile", "local")] == ["7", "1"]


@pytest.mark.parametrize(
    ("amount", "decimals", "link", "sent"),
    [
        (1375, 2, 2, "1375"),
        (1375, 2, 3, "13750"),
        (1370, 3, 2, "137"),
        (5, 0, 2, "500"),
        (0, 2, 2, "0"),
        (500, 2, 0, "5"),
    ],
)
def test_the_amount_has_the_links_decimals(amount: int, decimals: int, link: int, sent: str) -> None:
    record = posting_record(posting(amount=amount, decimals=decimals), settings(amount_decimals=link))
    assert isinstance(record, Record)
    assert record.first("TA") == sent


def test_an_amount_that_the_link_cannot_say_exactly_is_refused_and_never_rounded() -> None:
    assert refused(posting(amount=1375, decimals=3)) == (
        "1375 with 3 decimals cannot be said exactly on a link with 2 decimals"
    )


@given(st.integers(-(10**6), 10**9), st.integers(0, 4), st.integers(0, 4))
def test_scaling_is_exact_or_not_done(amount: int, decimals: int, to: int) -> None:
    result = scaled(amount, decimals, to)
    if result is None:
        assert amount * 10**to % 10**decimals != 0
    else:
        assert result * 10**decimals == amount * 10**to


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": -1}, "negative amount"),
        ({"amount": 10**15}, "more than 15 digits"),
        ({"token": 0}, "not between 1 and 99999999"),
        ({"token": 100_000_000}, "not between 1 and 99999999"),
        ({"room": ""}, "names no room"),
        ({"room": "04|12"}, "cannot send"),
        ({"room": "04\n12"}, "cannot send"),
        ({"room": "Zimmer 客"}, "cannot be written in cp850"),
    ],
)
def test_what_could_only_go_wrong_there_is_refused_here(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in refused(posting(**changes))


def test_an_older_pms_takes_four_digits() -> None:
    assert "P#9999|" in written(posting(token=9999), token_width=4)
    assert "between 1 and 9999" in refused(posting(token=10_000), token_width=4)


def test_room_names_are_text() -> None:
    assert "|RNRoyal Suite|" in written(posting(room="Royal Suite"))
    assert "|RN0412|" in written(posting(room="0412"))


def test_dialled_digits_are_digits_and_at_most_twenty() -> None:
    record = posting_record(posting(dialled="+43 (1) 234*56#٣" + "9" * 30), settings())
    assert isinstance(record, Record)
    assert record.first("DD") == "43123456" + "9" * 12


def test_texts_are_short_and_clean() -> None:
    record = posting_record(posting(text="Bosnia and | Herzegovina, Banja Luka\x02"), settings())
    assert isinstance(record, Record)
    assert record.first("CT") == "Bosnia and  Herzegov"
    assert not record.has("X1")


def test_further_text_and_reservation_go_only_where_the_hotel_wants_them() -> None:
    fields = ("RN", "PT", "TA", "CT", "X1", "P#", "DA", "TI")
    longer = posting(text="Bosnia and Herzegovina, Banja Luka", reservation="77001")
    line = written(longer, posting_fields=fields, send_reservation=True)
    assert line == "PS|RN0412|PTC|TA1375|CTBosnia and Herzegovi|X1na, Banja Luka|P#42|DA261120|TI081530|G#77001|"
    assert "G#" not in written(longer)


def test_empty_fields_are_not_sent() -> None:
    assert written(posting(dialled="", text="", number_class="premium")) == (
        "PS|RN0412|PTC|TA1375|DU000412|P#42|DA261120|TI081530|"
    )


def test_the_start_of_the_call_is_said_on_the_hotels_clock() -> None:
    late = posting(started_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert written(late).endswith("|DA270101|TI003000|")


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=10), st.integers(-5, 10**7))
def test_whatever_the_exchange_wrote_the_record_stays_whole(dialled: str, text: str, trunk: str, seconds: int) -> None:
    charge = posting(dialled=dialled, text=text, trunk=trunk, talk_seconds=seconds)
    line = written(charge)
    assert line.startswith("PS|RN0412|PTC|TA1375|")
    assert line.endswith("|P#42|DA261120|TI081530|")
    assert len(line) < 200
