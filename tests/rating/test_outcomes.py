"""Protects the guest and the books: what is never charged is never priced, and what cannot be priced is never zero."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from protocols.records import CallRecord, Direction
from rating.numbering import DialledNumber, number_plan
from rating.outcomes import NotChargeable, RatedCall, Unrated
from rating.rate import TALK_LIMIT, rate
from tests.rating.scenes import HEAD, MONDAY_NOON, abroad, at_home, book, call, outcome

TARIFF = book('[class.local]\nprice_per_minute = "1"\n', HEAD + "33;;1;;60/60")
EMERGENCY = DialledNumber("112", "emergency", None, "DE", "emergency", "112")


@pytest.mark.parametrize("direction", ["out", "internal", "tandem", "unknown"])
@pytest.mark.parametrize("answered", [True, False, None])
@pytest.mark.parametrize("seconds", [None, 0, 600, -1])
def test_an_emergency_comes_before_everything_else(
    direction: Direction, answered: bool | None, seconds: int | None
) -> None:
    found = outcome(TARIFF, call(seconds, direction=direction, answered=answered), EMERGENCY)
    assert found == NotChargeable("emergency", "emergency call: never charged")


def test_a_call_that_came_in_for_room_112_is_no_emergency() -> None:
    found = outcome(TARIFF, call(60, direction="in"), EMERGENCY)
    assert isinstance(found, NotChargeable)
    assert found.code == "incoming"


@pytest.mark.parametrize(("direction", "code"), [("in", "incoming"), ("internal", "internal"), ("tandem", "tandem")])
def test_only_calls_out_are_charged(direction: Direction, code: str) -> None:
    found = outcome(TARIFF, call(60, direction=direction))
    assert isinstance(found, NotChargeable)
    assert found.code == code
    assert found.reason


def test_a_number_of_the_house_is_internal_whatever_the_direction_says() -> None:
    found = outcome(TARIFF, call(60), DialledNumber("201", "internal", None, "DE", "internal", "201"))
    assert isinstance(found, NotChargeable)
    assert found.code == "internal"


@pytest.mark.parametrize(("answered", "seconds"), [(False, 0), (False, 30), (False, None), (None, 0)])
def test_a_call_without_an_answer_is_not_charged(answered: bool | None, seconds: int | None) -> None:
    found = outcome(TARIFF, call(seconds, answered=answered))
    assert isinstance(found, NotChargeable)
    assert found.code == "unanswered"


@pytest.mark.parametrize(
    ("record", "number", "reason"),
    [
        (call(None), abroad(), "the exchange does not say how long the call lasted"),
        (call(None, answered=None), abroad(), "the exchange does not say how long the call lasted"),
        (call(direction="unknown"), abroad(), "the exchange does not say whether the call went out or came in"),
        (call(-1), abroad(), "a talk time of -1 seconds cannot be right"),
        (call(TALK_LIMIT + 1), abroad(), "a talk time of 2678401 seconds cannot be right"),
        (call(start=MONDAY_NOON.replace(year=1979)), abroad(), "a call in the year 1979 cannot be right"),
        (call(start=datetime.max.replace(tzinfo=UTC)), abroad(), "a call in the year 9999 cannot be right"),
        (call(), DialledNumber("", "unknown", None, None, ""), "no digits are known"),
        (call(), DialledNumber("0x", "unknown", None, None, ""), "the number '0x' could not be understood"),
        (call(), abroad("+34123"), "the tariff T has no rate for +34123"),
        (call(), at_home("premium"), "the tariff T has no rate for +4930123456"),
        (call(), at_home("local")._replace(number_class="new"), "the tariff T has no rule for calls of class new"),
        (call(start=datetime(1999, 12, 31, tzinfo=UTC)), abroad(), "no tariff is in force on 1999-12-31"),
    ],
)
def test_what_cannot_be_priced_says_why(record: CallRecord, number: DialledNumber, reason: str) -> None:
    assert outcome(TARIFF, record, number) == Unrated(reason)


def test_a_call_of_a_month_is_priced_exactly() -> None:
    found = outcome(TARIFF, call(TALK_LIMIT))
    assert isinstance(found, RatedCall)
    assert found.amount == TALK_LIMIT // 60 * 100


def test_a_call_with_unknown_answer_and_talk_time_is_charged() -> None:
    """Exchanges without answer supervision report a duration and nothing else."""
    assert isinstance(outcome(TARIFF, call(60, answered=None)), RatedCall)


@pytest.mark.parametrize("digits", ["112", "9112", "110", "9110", "99112"])
def test_an_emergency_number_is_never_priced_even_when_a_deck_would_match_it(digits: str) -> None:
    plan = number_plan("DE", "30", ("9",), lambda _: False)
    tariff = book('[class.local]\nprice_per_minute = "1"\n', "prefix;price_per_minute\n*;1\n49;1\n1;1\n")
    found = rate(call(start=MONDAY_NOON + timedelta(hours=1)), plan.classify(digits), tariff)
    assert isinstance(found, NotChargeable)
    assert found.code == "emergency"
