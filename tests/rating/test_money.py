"""Protects the minor unit: amounts are whole numbers, every division names its rounding, and no text is read loosely."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.money import (
    CURRENCIES,
    ROUNDINGS,
    exact,
    format_amount,
    half_up,
    minor_digits,
    parse_amount,
    percent_text,
    price_text,
    rounded,
)

NAMES = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN, "up": ROUND_UP, "down": ROUND_DOWN}


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("EUR", 2),
        ("USD", 2),
        ("PLN", 2),
        ("HUF", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("ISK", 0),
        ("CLP", 0),
        ("KWD", 3),
        ("TND", 3),
    ],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "ZZZ", "CLF"])
def test_an_unknown_currency_is_refused_in_a_sentence(currency: str) -> None:
    with pytest.raises(ValueError, match="is not a currency code of ISO 4217; write three capital letters"):
        minor_digits(currency)


def test_there_are_the_currencies_of_the_world() -> None:
    assert 150 < len(CURRENCIES) < 170


@given(st.integers(-(10**12), 10**12), st.sampled_from(["2", "4", "10", "1000", "8"]), st.sampled_from(ROUNDINGS))
def test_rounding_agrees_with_decimal_arithmetic(numerator: int, denominator: str, rounding: str) -> None:
    expected = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), NAMES[rounding])
    assert rounded(numerator, int(denominator), rounding) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"), [(5, 2, 3), (-5, 2, -3), (2675, 10, 268), (0, 7, 0), (1, 3, 0), (2, 3, 1)]
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert half_up(numerator, denominator) == expected


@given(st.integers(-(10**15), 10**15), st.integers(0, 4))
def test_an_amount_written_and_read_is_the_same(minor: int, decimals: int) -> None:
    assert parse_amount(format_amount(minor, decimals), decimals) == minor


@pytest.mark.parametrize(
    ("minor", "decimals", "text"),
    [
        (420, 2, "4.20"),
        (0, 2, "0.00"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (100_000_000, 2, "1000000.00"),
        (7, 0, "7"),
        (7, 3, "0.007"),
    ],
)
def test_an_amount_is_written_without_grouping(minor: int, decimals: int, text: str) -> None:
    assert format_amount(minor, decimals) == text


@pytest.mark.parametrize(
    ("text", "minor"), [("4.20", 420), ("4,2", 420), (" 4 ", 400), ("-.5", -50), ("+1.10", 110), ("0.500", 50)]
)
def test_an_amount_is_read_with_point_or_comma(text: str, minor: int) -> None:
    assert parse_amount(text, 2) == minor


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "1.", "1.2.3", "1,000.00", "1e3", "inf", "nan", "0x1", "٣", "²", "1_0", "9" * 33, "--1", "1 0"],
)
def test_what_is_no_number_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number; write it like"):
        parse_amount(text, 2)


def test_decimals_that_would_be_lost_are_refused() -> None:
    with pytest.raises(ValueError, match="has more decimals than the 2 that are kept"):
        parse_amount("0.005", 2)


@given(st.text(max_size=40) | st.text("0123456789.,+-", max_size=10))
def test_a_text_is_a_number_exactly_when_decimal_arithmetic_agrees(text: str) -> None:
    try:
        value = exact(text, 6)
    except ValueError:
        return
    assert Decimal(text.strip().replace(",", ".")).scaleb(6) == value


@pytest.mark.parametrize(
    ("millionths", "text"), [(13_700, "0.0137"), (2_500_000, "2.50"), (0, "0.00"), (1, "0.000001"), (-500_000, "-0.50")]
)
def test_a_price_is_written_without_needless_zeros(millionths: int, text: str) -> None:
    assert price_text(millionths) == text


@pytest.mark.parametrize(
    ("millionths", "text"), [(190_000, "19"), (73_750, "7.375"), (1_500_000, "150"), (0, "0"), (1, "0.0001")]
)
def test_a_share_is_written_as_a_percentage(millionths: int, text: str) -> None:
    assert percent_text(millionths) == text
