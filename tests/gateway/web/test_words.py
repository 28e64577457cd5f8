"""Protects what people read: a time is the hotel's, a number is the one that was dialled, a name cannot reorder a line."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.instants import to_micros
from gateway.web.words import Clock, ago, amount, count, grouped, minutes, visible

WARSAW = ZoneInfo("Europe/Warsaw")


def clock(hour: int = 12, day: int = 20) -> Clock:
    """A Friday in November, in Warsaw."""
    return Clock(WARSAW, datetime(2026, 11, day, hour, 0, tzinfo=WARSAW).astimezone(UTC))


def at(*parts: int) -> int:
    """A stored instant from Warsaw's wall clock."""
    return to_micros(datetime(*parts, tzinfo=WARSAW))  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (0.9, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (400_000, "4 d")],
)
def test_a_span_is_told_in_its_largest_unit(seconds: float, words: str) -> None:
    assert ago(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, ""), (-1, ""), (0, "0:00"), (65, "1:05"), (3599, "59:59"), (3725, "1:02:05")]
)
def test_talk_time_is_minutes_and_seconds(seconds: int | None, words: str) -> None:
    assert minutes(seconds) == words


@pytest.mark.parametrize(
    ("minor", "decimals", "currency", "words"),
    [(420, 2, "PLN", "4.20 PLN"), (5, 2, "EUR", "0.05 EUR"), (-5, 3, "KWD", "-0.005 KWD"), (70, 0, "JPY", "70 JPY")],
)
def test_an_amount_has_its_currency_and_its_decimals(minor: int, decimals: int, currency: str, words: str) -> None:
    assert amount(minor, decimals, currency) == words


def test_no_amount_is_not_zero() -> None:
    assert amount(None, None, None) == ""


def test_a_time_of_today_needs_no_day_and_another_has_one() -> None:
    assert clock().moment(at(2026, 11, 20, 9, 5)) == "09:05"
    assert clock().moment(at(2026, 11, 19, 23, 59)) == "Thu 19 Nov 23:59"
    assert clock().moment(at(2025, 12, 31, 23, 59)) == "Wed 31 Dec 2025 23:59"


def test_today_is_the_hotels_day_and_not_greenwichs() -> None:
    late = Clock(WARSAW, datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    assert late.moment(at(2026, 11, 21, 0, 10)) == "00:10"
    assert late.midnight == datetime(2026, 11, 21, 0, 0, tzinfo=WARSAW)


def test_midnight_is_right_on_the_day_the_clocks_change() -> None:
    evening = Clock(WARSAW, datetime(2026, 10, 25, 20, 0, tzinfo=UTC))
    assert evening.midnight.astimezone(UTC) == datetime(2026, 10, 24, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "country", "words"),
    [
        ("+48601234567", "PL", "601 234 567"),
        ("+442071234567", "PL", "+44 20 7123 4567"),
        ("+48601234567", "DE", "+48 601 234 567"),
        ("+", "PL", "+"),
        ("not a number", "PL", "not a number"),
    ],
)
def test_a_number_is_grouped_as_people_dial_it(number: str, country: str, words: str) -> None:
    assert grouped(number, country) == words


@given(st.text(st.sampled_from("0123456789"), min_size=6, max_size=14))
def test_grouping_changes_no_digit_of_a_foreign_number(digits: str) -> None:
    shown = grouped(f"+49{digits}", "PL")
    assert "".join(one for one in shown if one.isdigit()) in (f"49{digits}", f"49{digits}".replace("490", "49", 1))


@given(st.text(max_size=600))
def test_what_comes_from_outside_can_neither_hide_nor_reorder_nor_overflow(text: str) -> None:
    shown = visible(text)
    kinds = {unicodedata.category(one) for one in shown if one not in "\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert len(shown) <= 10 * 400


def test_what_is_shown_says_what_was_there() -> None:
    assert visible("Åsa Björk") == "Åsa Björk"
    assert visible("a\u202eb\x07\ud800") == "a\\u202eb\\x07\\ud800"
    assert visible("نیم\u200cفاصله") == "نیم\u200cفاصله"
    assert visible("x" * 500) == "x" * 399 + "…"


def test_one_is_not_many() -> None:
    assert [count(n, "record") for n in (0, 1, 2)] == ["0 records", "1 record", "2 records"]
