"""Protects what innRoad is told of a call, and that no number it answers is taken for a yes that the hotel did not name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pms_adapters.contract import a_posting
from pms_adapters.posting import Posted, Refused
from pms_adapters.soap.innroad import InnRoadOptions, charge_values, header_values, outcome_of
from pms_adapters.web.exchange import NoAnswer
from tests.pms_adapters.soap.wire import read, texts, written

CALL = replace(a_posting(), started_at=datetime(2026, 11, 20, 8, 15, 30, tzinfo=ZoneInfo("Europe/Vienna")))


def options(**changes: Any) -> InnRoadOptions:
    given = {
        "client_code": "SEASIDE",
        "login": "us",
        "password": "s3cret",
        "property_id": "1",
        "yes": [1],
        "no": [0, -1],
    }
    return InnRoadOptions.model_validate({**given, **changes})


def told(given: InnRoadOptions, posting: Any = CALL) -> dict[str, str]:
    return texts(written("innroad", "PostCallCharge", charge_values(given, posting), header_values(given)))


def test_a_call_is_told_in_their_words() -> None:
    assert told(options(call_type={"default": "LD", "local": "L"})) == {
        "pDMM": "",
        "pPhoneNumber": "0043123456789",
        "pChargeAmount": "13.75",
        "pStationNumber": "0412",
        "pDateTime": "11/20/2026",
        "pTime": "08:15:30",
        "pDuration": "00:04:12",
        "pCallType": "LD",
        "pPropertyID": "1",
    }


@pytest.mark.parametrize(("form", "written"), [("seconds", "252"), ("minutes", "5"), ("hh:mm:ss", "00:04:12")])
def test_a_length_is_written_as_agreed(form: str, written: str) -> None:
    assert told(options(duration=form))["pDuration"] == written


@given(st.integers(-(10**14), 10**14), st.sampled_from([0, 2, 3]))
def test_the_double_on_the_wire_is_the_exact_decimal(amount: int, decimals: int) -> None:
    written_amount = told(options(), replace(CALL, amount=amount, decimals=decimals))["pChargeAmount"]
    assert "E" not in written_amount.upper()
    assert Decimal(written_amount) * 10**decimals == amount


def answered(number: int) -> Posted | Refused:
    result = f"<PostCallChargeResult>{number}</PostCallChargeResult>"
    return outcome_of(options(), read("innroad", f"<PostCallChargeResponse>{result}</PostCallChargeResponse>"))


def test_a_number_means_what_the_hotel_says() -> None:
    assert answered(1) == Posted("1")
    assert answered(0) == Refused("0", "innRoad answered 0")
    assert answered(-1) == Refused("-1", "innRoad answered -1")


@given(st.integers(-(2**31), 2**31 - 1).filter(lambda number: number not in {1, 0, -1}))
def test_any_other_number_is_neither_yes_nor_no(number: int) -> None:
    with pytest.raises(NoAnswer):
        answered(number)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"yes": []}, "at least 1"),
        ({"yes": [1], "no": [1]}, "both yes and no"),
        ({"yes": ["1"]}, "integer"),
        ({"date_form": "tomorrow"}, "no part of a date"),
        ({"duration": "days"}, "minutes"),
    ],
)
def test_options_that_cannot_work_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        options(**wrong)


def test_the_password_is_not_shown() -> None:
    assert "s3cret" not in repr(options())
    assert not any("s3cret" in line for line in options().lines())
