"""Protects the price of a call from a spreadsheet: a cell is read exactly, or refused with its reason."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.imports.cells import (
    Blanks,
    DateOrder,
    date_order,
    decimal_mark,
    read_amount,
    read_codes,
    read_day,
    read_steps,
)


@pytest.mark.parametrize(
    ("cell", "blanks", "codes"),
    [
        ("48", "refuse", "48"),
        ("+48", "refuse", "48"),
        ("0048", "refuse", "48"),
        ("'48", "refuse", "48"),
        ("48.0", "refuse", "48"),
        ("48;49", "refuse", "48 49"),
        ("48, 49 ,50", "refuse", "48 49 50"),
        ("48|49/50", "refuse", "48 49 50"),
        ("48-50", "refuse", "48 49 50"),
        ("49172 - 49174", "refuse", "49172 49173 49174"),
        ("48-49;50;52-53", "refuse", "48 49 50 52 53"),
        ("48 22", "join", "4822"),
        ("48 49", "separate", "48 49"),
        ("48 22,23", "country", "4822 4823"),
        ("61 38,39", "country", "6138 6139"),
        ("39 06-08", "country", "3906 3907 3908"),
        ("48", "country", "48"),
        ("\n48;\n49\n", "refuse", "48 49"),
    ],
)
def test_prefixes_are_read_as_they_are_written(cell: str, blanks: Blanks, codes: str) -> None:
    assert read_codes(cell, blanks) == codes.split()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "missing"),
        ("  ;  ", "holds no prefix"),
        ("4.82E+10", "shortened it"),
        ("4,82212E+11", "shortened it"),
        ("48e5", "shortened it"),
        ("2026-01-04", "is a date"),
        ("04.01.2026", "is a date"),
        ("048", "is no prefix"),
        ("48a", "is no prefix"),
        ("4٨", "is no prefix"),
        ("48-", "is no prefix"),
        ("-48", "is no prefix"),
        ("50-48", "no range"),
        ("48-500", "no range"),
        ("1-204", "no range"),
        ("480000-489999", "more than 1000"),
        (";".join(f"48{n}000-48{n}999" for n in range(10, 30)), "more than 10000 prefixes"),
        ("48 22", "--code-blanks"),
        ("1" * 16, "is no prefix"),
        ("9" * 30_000, "more than 20000"),
    ],
)
def test_what_is_no_prefix_is_refused_with_its_reason(cell: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_codes(cell)


def test_a_country_and_area_longer_than_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 15 digits"):
        read_codes("48 " + "1" * 14, "country")


@pytest.mark.parametrize(
    ("cell", "decimal", "millionths"),
    [
        ("0.1", "point", 100_000),
        (".1", "point", 100_000),
        ("0,1", "comma", 100_000),
        ("0.0137", "point", 13_700),
        ("0.000001", "point", 1),
        ("1,234.50", "point", 1_234_500_000),
        ("1.234,50", "comma", 1_234_500_000),
        ("1 234,50", "comma", 1_234_500_000),
        ("€ 0.10", "point", 100_000),
        ("0.10 EUR", "point", 100_000),
        ("EUR0.10", "point", 100_000),
        ("0", "point", 0),
        ("0.100000000", "point", 100_000),
        ("12", "comma", 12_000_000),
    ],
)
def test_prices_are_exact(cell: str, decimal: str, millionths: int) -> None:
    assert read_amount(cell, decimal, "EUR") == millionths


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "missing"),
        ("-0.1", "negative"),
        ("inf", "is no price"),
        ("NaN", "is no price"),
        ("1e5", "is no price"),
        ("#N/A", "is no price"),
        ("=A1*2", "is no price"),
        ("free", "is no price"),
        ("0.1.2", "is no price"),
        ("0.10 USD", "is in USD, not in EUR"),
        ("1000000.01", "decimal point lost"),
        ("9" * 400, "is no price"),
        ("0.0000001", "more than six decimals"),
        ("٣", "is no price"),
        ("TRUE", "is no price"),
    ],
)
def test_what_is_no_price_is_refused_with_its_reason(cell: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_amount(cell, "point", "EUR")


def test_a_price_per_second_is_multiplied_exactly_or_refused() -> None:
    assert read_amount("0.0005", "point", "EUR", times=Fraction(60)) == 30_000
    assert read_amount("0.00008333", "point", "EUR", times=Fraction(60), places=4) == 5_000
    with pytest.raises(ValueError, match="--round"):
        read_amount("0.00000833333", "point", "EUR", times=Fraction(60))


def test_prices_in_cents_and_in_another_currency() -> None:
    assert read_amount("1.37", "point", "GBP", over=100) == 13_700
    assert read_amount("0.01", "point", "USD", times=Fraction("4.0213"), places=6) == 40_213


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.booleans())
def test_every_price_with_six_decimals_is_read_without_a_millionth_lost(whole: int, rest: int, comma: bool) -> None:
    text = f"{whole}{',' if comma else '.'}{rest:06d}"
    assert read_amount(text, "comma" if comma else "point", "EUR") == whole * 1_000_000 + rest


@given(st.text(max_size=40))
def test_no_cell_whatever_brings_anything_but_a_value_or_a_sentence(cell: str) -> None:
    for read in (
        read_codes,
        lambda text: read_codes(text, "country"),
        lambda text: read_amount(text, "comma", "EUR"),
        read_steps,
        lambda text: read_day(text, ""),
    ):
        with suppress(ValueError):
            read(cell)


@pytest.mark.parametrize(
    ("prices", "mark"),
    [(["0.1", "2"], "point"), (["0,1", "2"], "comma"), (["1.234,5"], "comma"), (["1,234.5"], "point"), ([], "point")],
)
def test_the_decimal_mark_is_told_from_the_prices(prices: list[str], mark: str) -> None:
    assert decimal_mark(prices) == mark


def test_prices_that_disagree_about_the_decimal_mark_are_refused() -> None:
    with pytest.raises(ValueError, match="--decimal"):
        decimal_mark(["0.1", "0,2"])
    with pytest.raises(ValueError, match="--decimal"):
        read_amount("0.1", "comma", "EUR")


@pytest.mark.parametrize(
    ("cell", "steps"),
    [
        ("60/1", "60/1"), ("60-1", "60/1"), ("60+1", "60/1"), ("60", "60/60"), ("30 / 6", "30/6"), ("1/1", "1/1"), ("60.0", "60/60"),
        ("per second", "1/1"), ("Per minute", "60/60"), ("minute", "60/60"), ("60 sec", "60/60"), ("", ""),
    ],
)  # fmt: skip
def test_increments_are_read(cell: str, steps: str) -> None:
    assert read_steps(cell) == steps


@pytest.mark.parametrize("cell", ["0", "0/1", "60/0", "all others per second", "60/1/1", "-60", "x", "999999"])
def test_what_are_no_increments_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="no increments"):
        read_steps(cell)


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("2026-12-01", "", date(2026, 12, 1)),
        ("2026/12/1", "", date(2026, 12, 1)),
        ("2026-12-01 00:00:00", "", date(2026, 12, 1)),
        ("01.12.2026", "DMY", date(2026, 12, 1)),
        ("12/01/2026", "MDY", date(2026, 12, 1)),
        ("1/12/26", "DMY", date(2026, 12, 1)),
        ("46357", "", date(2026, 12, 1)),
        ("", "", None),
    ],
)
def test_days_are_read(cell: str, order: DateOrder, day: date | None) -> None:
    assert read_day(cell, order) == day


@pytest.mark.parametrize(
    ("cell", "said"),
    [("01/12/2026", "--date-order"), ("2026-13-01", "is no day"), ("soon", "is no day"), ("31/31/2026", "order")],
)
def test_what_is_no_day_is_refused(cell: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_day(cell, "")


def test_the_order_of_a_date_is_told_from_all_of_them() -> None:
    assert date_order(["01/12/2026", "13/12/2026"]) == "DMY"
    assert date_order(["01/12/2026", "12/13/2026"]) == "MDY"
    assert date_order(["01.12.2026"]) == "DMY"
    assert date_order(["01/12/2026", "2026-12-13"]) == ""
    assert date_order(["13/12/2026", "12/13/2026"]) == ""
