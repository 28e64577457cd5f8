"""Protects exactness: the published cases of other rating programs, each with the exact answer, not the one that drifted.

The cases come from the public tests and manuals of the programs named in them, in our own words. Where a program prints
a drifted value (0.3001 for 180 s at 0.10 a minute), the exact one stands here. Amounts with more decimals than a
currency has are written in hundredths or thousandths of the unit: the arithmetic is the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import pytest

from rating.money import format_amount
from rating.outcomes import Unrated
from tests.rating.scenes import BERLIN, HEAD, abroad, book, call, outcome, priced


class Case(NamedTuple):
    """One case: where it is from, the tariff, the call, the answer."""

    name: str
    rules: str
    row: str
    seconds: int
    amount: str
    billed: int | None = None
    start: datetime = datetime(2024, 3, 4, 12, 0, tzinfo=BERLIN)
    currency: str = "EUR"


EVENING = """
[[band]]
name = "evening"
days = "mon-fri"
from = "18:00"
to = "24:00"
[[band]]
name = "weekend"
days = "sat,sun"
from = "00:00"
to = "24:00"
"""
EVENING_DECK = (
    "prefix;place;price_per_minute;evening;weekend;connection;connection:evening;connection:weekend;increments\n"
    "331;Lyon;60;30;30;1;0;0;1/1\n"
)

UP, DOWN = 'rounding = "up"\n', 'rounding = "down"\n'

CASES = [
    Case("CGRateS 11: 1/s, 60 s first, then by the second, 85 s", "", "33;;60;;60/1", 85, "85.00", 85),
    Case("CGRateS 13: the same for 1 s", "", "33;;60;;60/1", 1, "60.00", 60),
    Case("CGRateS 15: 0.10/min by the second, 180 s (prints 0.3001)", "", "33;;0.10;;1/1", 180, "0.30"),
    Case("CGRateS 17: fee 0.15, 0.05/min, rounded up, 24 s", UP, "33;;0.05;0.15;1/1", 24, "0.17"),
    Case("CGRateS 19: 0.033/s, one decimal, up, 10 s (tenths)", UP, "33;;19.8;;1/1", 10, "4", currency="JPY"),
    Case("CGRateS 20: the same, rounded down", DOWN, "33;;19.8;;1/1", 10, "3", currency="JPY"),
    Case("CGRateS 21: 0.01/s, 60 s free, 120 s", "free_seconds = 60\n", "33;;0.60;;1/1", 120, "0.60", 60),
    Case("CGRateS 28: 0.60 holds a minute, then 0.10/min, 20 s", "free_seconds=60\n", "33;;0.1;0.6;1/1", 20, "0.60"),
    Case(
        "CGRateS 29: the same, 85 s, up at 4 decimals (prints 0.6418; hundredths)",
        UP + "free_seconds = 60\n",
        "33;;10;60;1/1",
        85,
        "64.17",
    ),
    Case("CGRateS 30: the same, 120 s (prints 0.7002)", "free_seconds = 60\n", "33;;0.10;0.60;1/1", 120, "0.70"),
    Case(
        "CGRateS 35: 0.30 holds a minute, 0.05/min, 90 s (prints 0.3249)",
        "free_seconds=60\n",
        "33;;5;30;1",
        90,
        "32.50",
    ),
    Case("CGRateS 37: fee 0.10 and 0.01/s, 45 s", "", "33;;0.60;0.10;1/1", 45, "0.55"),
    Case("CGRateS 38: fee 0.20, 1.20/min, 60 s first, 45 s", "", "33;;1.20;0.20;60/1", 45, "1.40", 60),
    Case("CGRateS 40: 0.10 for each call, 45 s", "", "33;;0;0.10;1/1", 45, "0.10"),
    Case("CGRateS 43: 1/s, 90 s", "", "33;;60;;1/1", 90, "90.00"),
    Case("CGRateS 46: 1/min, 600 s", "", "33;;1;;60/60", 600, "10.00"),
    Case("CGRateS 47: 1/s, 600 s", "", "33;;60;;1/1", 600, "600.00"),
    Case("CGRateS issue 118: 0.006/min at 30/6, 32 s (hundredths)", "", "33;;0.6;;30/6", 32, "0.36", 36),
    Case("CGRateS issue 118: the same, 75 s", "", "33;;0.6;;30/6", 75, "0.78", 78),
    Case("MagnusBilling: 0.05/min at 30/6, 45 s", "", "33;;0.05;;30/6", 45, "0.04", 48),
    Case("CDRTool: fee 0.0450, 0.1600/min, 59 s (hundredths)", "", "33;;16;4.50;1/1", 59, "20.23"),
    Case("46Labs: 0.00137 for 6 s, 205 s (prints 0.04765; thousandths)", "", "33;;13.7;;6/6", 205, "47.95", 210),
    Case("VoIPmonitor: 10 s first, then 6 s, 30 s talked", "", "33;;60;;10/6", 30, "34.00", 34),
    Case("HEKphone: 30/20 at 0.06/min, 120 s", "", "33;;0.06;;30/20", 120, "0.13", 130),
    Case(
        "Yeastar 61: 0.20 holds 120 s, then 0.30 a minute, 68 s",
        "free_seconds=120\n",
        "33;;0.3;0.2;60/60",
        68,
        "0.20",
        0,
    ),
    Case("Yeastar 62: the same, 125 s", "free_seconds = 120\n", "33;;0.30;0.20;60/60", 125, "0.50", 60),
    Case("OpenVox 66: fee 1.00, 2.00 a minute begun, 20 s", "", "33;;2.00;1.00;60/60", 20, "3.00"),
    Case("OpenVox 67: the same, 84 s", "", "33;;2.00;1.00;60/60", 84, "5.00"),
    Case("CommunityCellularManager 70: 60/min, steps of 30 s, 0 s", "", "33;;60;;30/30", 0, "0.00", 0),
    Case("CommunityCellularManager 70: 5 s", "", "33;;60;;30/30", 5, "30.00", 30),
    Case("CommunityCellularManager 70: steps of 60 s, 5 s", "", "33;;60;;60/60", 5, "60.00", 60),
    Case("CommunityCellularManager 70: 61 s", "", "33;;60;;60/60", 61, "120.00", 120),
    Case(
        "CommunityCellularManager 71: 5 s free, 200/min, up to the next hundred, 170 s (hundreds)",
        UP + "free_seconds = 5\n",
        "33;;2;;1/1",
        170,
        "6",
        currency="JPY",
    ),
    Case("the same at 100/min, 700 s", UP + "free_seconds = 5\n", "33;;1;;1/1", 700, "12", currency="JPY"),
    Case("the same at 300/min, 190 s", UP + "free_seconds = 5\n", "33;;3;;1/1", 190, "10", currency="JPY"),
    Case(
        "the same at 600/min, steps of 30 s, 70 s",
        UP + "free_seconds = 5\n",
        "33;;6;;30/30",
        70,
        "9",
        90,
        currency="JPY",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_published_case_costs_exactly_this(case: Case) -> None:
    rated = priced(book(case.rules, HEAD + case.row, currency=case.currency), case.seconds, start=case.start)
    assert format_amount(rated.amount, rated.decimals) == case.amount
    if case.billed is not None:
        assert rated.billed_seconds == case.billed


@pytest.mark.parametrize(
    ("start", "seconds", "amount", "promise"),
    [
        (datetime(2012, 2, 2, 17, 30, tzinfo=BERLIN), 3600, "2701.00", "CGRateS 1: half before the edge, half after"),
        (datetime(2012, 2, 3, 17, 30, tzinfo=BERLIN), 3600, "2701.00", "CGRateS 8: the same on a Friday"),
        (datetime(2012, 2, 2, 17, 30, tzinfo=BERLIN), 0, "0.00", "CGRateS 3: no second, no fee"),
        (datetime(2012, 2, 1, 23, 50, tzinfo=BERLIN), 30, "15.00", "CGRateS 5: the evening has no fee"),
        (datetime(2012, 2, 1, 22, 50, tzinfo=BERLIN), 110, "55.00", "CGRateS 7"),
        (datetime(2012, 2, 3, 23, 59, tzinfo=BERLIN), 120, "60.00", "from Friday evening into the weekend"),
        (datetime(2012, 2, 5, 23, 59, tzinfo=BERLIN), 120, "90.00", "from the weekend into Monday"),
        (datetime(2012, 2, 2, 23, 59, tzinfo=BERLIN), 120, "90.00", "from Thursday evening past midnight"),
    ],
)
def test_a_call_across_bands_pays_each_part_at_its_own_price(
    start: datetime, seconds: int, amount: str, promise: str
) -> None:
    rated = priced(book(EVENING, EVENING_DECK), seconds, start=start, number=abroad("+3310256308200"))
    assert (format_amount(rated.amount, 2), rated.prefix) == (amount, "+331"), promise


@pytest.mark.parametrize(
    ("reading", "seconds", "billed"),
    [("steps", 40, 48), ("modulo", 40, 54), ("steps", 30, 30), ("modulo", 30, 36), ("modulo", 5, 30), ("steps", 5, 30)],
)
def test_both_readings_of_30_18_can_be_had(reading: str, seconds: int, billed: int) -> None:
    tariff = book(f'increment_reading = "{reading}"\n', HEAD + "33;;60;;30/18")
    assert priced(tariff, seconds).billed_seconds == billed


def test_a_destination_that_is_in_no_deck_is_unrated_and_never_zero() -> None:
    """CGRateS 42."""
    assert outcome(book("", HEAD + "34;Spain;0.10;;"), call(45)) == Unrated("the tariff T has no rate for +33140000000")


@pytest.mark.parametrize(("price", "tax", "net"), [("104.30", 948, 9482), ("4.00", 36, 364)])
def test_a_tax_that_is_included_is_taken_out_line_by_line(price: str, tax: int, net: int) -> None:
    """Panasonic's guest bill: 10 % in 104.30 and in 4.00."""
    tariff = book('[tax]\nname = "VAT"\npercent = "10"\nincluded = true\n', HEAD + f"33;;{price};;60/60")
    rated = priced(tariff, 60)
    assert (rated.tax, rated.net, rated.amount) == (tax, net, tax + net)
