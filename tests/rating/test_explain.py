"""Protects the question at the desk: why 4.20? The stored trace alone answers it, in a few lines that add up."""

from __future__ import annotations

import json
import re
from datetime import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.explain import duration, explain
from rating.trace import Head, Line, read_trace
from tests.rating.scenes import BERLIN, HEAD, at_home, book, priced

BANDS = '[[band]]\nname = "evening"\nfrom = "18:00"\nto = "24:00"\n'


def lines(rules: str, row: str, seconds: int, *, currency: str = "EUR") -> list[str]:
    """The explanation of an international call, by way of what a store gives back."""
    rated = priced(book(rules, HEAD + row, currency=currency), seconds)
    stored = json.loads(json.dumps(rated.trace))
    return [
        re.sub("version [0-9a-f]{12}", "version V", line) for line in explain(stored, rated.currency, rated.decimals)
    ]


def test_a_plain_call_is_explained_in_five_lines() -> None:
    assert lines("", "33;France;0.30;;60/60", 125) == [
        "International call: France. Price of prefix +33 in tariff T, version V.",
        "Talked 2 min 05 s; billed in steps of 60 s: 3 min 00 s.",
        "3 min 00 s at 0.30 EUR a minute: 0.90 EUR.",
        "Sum 0.90 EUR, rounded, halves up: 0.90 EUR.",
        "To pay: 0.90 EUR.",
    ]


def test_every_fee_that_was_added_is_named_with_its_amount() -> None:
    rules = 'markup_percent = "150"\nsurcharge = "0.50"\n[tax]\nname = "VAT"\npercent = "19"\n'
    assert lines(rules, "33;France;0.0137;0.10;6/6", 125)[1:] == [
        "Talked 2 min 05 s; billed in steps of 6 s: 2 min 06 s.",
        "2 min 06 s at 0.0137 EUR a minute: 0.02877 EUR.",
        "Connection fee: 0.10 EUR.",
        "Mark-up 150 % on 0.12877: 0.193155 EUR.",
        "Call charge: 0.50 EUR.",
        "Sum 0.821925 EUR, rounded, halves up: 0.82 EUR.",
        "VAT 19 % on 0.82: 0.16 EUR.",
        "To pay: 0.98 EUR.",
    ]


def test_free_seconds_a_minimum_and_an_included_tax_are_named() -> None:
    rules = (
        'free_seconds = 30\nminimum = "1.00"\nrounding = "up"\n[tax]\nname = "VAT"\npercent = "10"\nincluded = true\n'
    )
    assert lines(rules, "33;France;0.10;;60/1", 100)[1:] == [
        "Talked 1 min 40 s, 30 s of it free of the price per minute; billed 60 s first, then in steps of 1 s: 1 min 10 s.",
        "1 min 10 s at 0.10 EUR a minute: 0.11666666… EUR.",
        "Less than the minimum charge, so that is due: 1.00 EUR.",
        "Sum 1.00 EUR, rounded up: 1.00 EUR.",
        "It contains VAT 10 %: 0.10 EUR.",
        "Net: 0.90 EUR.",
        "To pay: 1.00 EUR.",
    ]


def test_each_band_of_a_call_has_a_line_of_its_own() -> None:
    tariff = book(BANDS, "prefix;place;price_per_minute;evening;increments\n33;France;0.60;0.30;1/1\n")
    rated = priced(tariff, 3600, start=datetime(2024, 3, 4, 17, 30, tzinfo=BERLIN))
    assert explain(rated.trace, "EUR", 2)[2:4] == [
        "30 min 00 s at 0.60 EUR a minute: 18.00 EUR.",
        "30 min 00 s at 0.30 EUR a minute (evening): 9.00 EUR.",
    ]


def test_the_other_reading_of_increments_and_the_price_of_a_class_are_named() -> None:
    rules = 'increments = "30/18"\nincrement_reading = "modulo"\n[class.mobile]\nprice_per_minute = "0.60"\n'
    rated = priced(book(rules), 40, number=at_home("mobile"))
    told = explain(rated.trace, "EUR", 2)
    assert told[0].startswith("Call to a mobile: Germany. Price of the class in tariff T, version ")
    assert told[1] == "Talked 40 s; billed in multiples of 18 s, at least 30 s: 54 s."


def test_a_currency_without_decimals_is_explained_without_them() -> None:
    assert lines("", "33;;12.5;;60/60", 61, currency="JPY")[-1] == "To pay: 25 JPY."


@given(st.integers(0, 5000), st.integers(0, 200))
def test_the_figures_of_the_lines_add_up(seconds: int, connection: int) -> None:
    """What a person reads: the amount of each part and of the fee, summed and rounded, is the amount to pay."""
    told = lines("", f"33;France;0.60;{connection / 100:.2f};1/1", seconds)
    parts = [Fraction(found[1]) for line in told if (found := re.search(r"a minute.*: ([0-9.]+) EUR", line))]
    fees = [Fraction(found[1]) for line in told if (found := re.search(r"Connection fee: ([0-9.]+)", line))]
    to_pay = re.search(r"To pay: ([0-9.]+)", told[-1])
    assert to_pay is not None
    assert sum(parts) + sum(fees) == Fraction(to_pay[1])


@pytest.mark.parametrize("trace", [(), (2,), (1, "T"), ("1",) * 24, (1,) * 24, (1,) * 25])
def test_a_trace_of_another_layout_is_not_explained_wrongly(trace: tuple[int | str, ...]) -> None:
    assert explain(trace, "EUR", 2) == ["This charge was stored in a layout that this version cannot explain."]


def test_a_trace_is_read_back_as_it_was_written() -> None:
    rated = priced(book('surcharge = "1"\n', HEAD + "33;France;0.30;0.10;60/60"), 125)
    read = read_trace(rated.trace)
    assert read is not None
    fixed, items = read
    assert isinstance(fixed, Head)
    assert (fixed.tariff, fixed.version, fixed.prefix, fixed.place) == ("T", rated.version, "+33", "France")
    assert (fixed.talk_seconds, fixed.billed_seconds) == (125, 180)
    assert (fixed.net, fixed.tax, fixed.amount) == (rated.net, rated.tax, rated.amount)
    assert items == [
        Line("time", "", 180, 300_000),
        Line("connection", "", 100_000, 0),
        Line("charge", "surcharge", 1_000_000, 0),
        Line("round", "half-up", 1, 0),
    ]


@given(st.lists(st.integers() | st.text(max_size=5), max_size=40))
def test_no_trace_whatever_raises(trace: list[int | str]) -> None:
    assert explain(trace, "EUR", 2)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min 00 s"), (3599, "59 min 59 s"), (3607, "1 h 00 min 07 s")],
)
def test_a_duration_is_written_for_people(seconds: int, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("tax_kind", "minimum", "end"),
    [
        (
            "added",
            0,
            ["Sum 0.821925 EUR, rounded, halves up: 0.82 EUR.", "VAT 19 % on 0.82: 0.16 EUR.", "To pay: 0.98 EUR."],
        ),
        ("included", 0, ["It contains VAT 19 %: 0.16 EUR.", "Net: 0.82 EUR.", "To pay: 0.98 EUR."]),
        ("added", 1_000_000, ["VAT 19 % on 0.82: 0.16 EUR.", "To pay: 0.98 EUR."]),
    ],
)
def test_a_charge_of_the_first_layout_still_explains_itself(tax_kind: str, minimum: int, end: list[str]) -> None:
    """Its entries as the first version stored them, for the call of the tests above."""
    what = (1, "T", "0123456789ab", "international", "+33", "France", 125, 0, 6, 6, "steps", 126)
    old = (
        *what,
        100_000,
        1_500_000,
        500_000,
        minimum,
        "half-up",
        2,
        "VAT",
        190_000,
        tax_kind,
        82,
        16,
        98,
        "",
        126,
        13_700,
    )
    told = explain(json.loads(json.dumps(old)), "EUR", 2)
    assert told[1:6] == [
        "Talked 2 min 05 s; billed in steps of 6 s: 2 min 06 s.",
        "2 min 06 s at 0.0137 EUR a minute: 0.02877 EUR.",
        "Connection fee: 0.10 EUR.",
        "Mark-up 150 % on 0.12877: 0.193155 EUR.",
        "Call charge: 0.50 EUR.",
    ]
    assert told[-len(end) :] == end
    assert any("minimum" in line for line in told) == bool(minimum)
