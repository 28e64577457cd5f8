"""Protects the tariff's author: what the text says a call must cost is what it costs, or the line is named with what it is."""

from __future__ import annotations

from fractions import Fraction

import pytest

from rating.cases import exact_text, failed_cases
from rating.numbering import number_plan
from tests.rating.scenes import book_of, folder

PLAN = number_plan("DE", "30", ("9",), lambda digits: digits == "201")
RULES = 'price_per_minute = "0.10"\nincrements = "30/6"\n[[rule]]\nname = "vip"\nvip = true\ndiscount_percent = 50\n'
COST = (
    'kind = "cost"\ncode = "C"\ncarrier = "Tele"\ncurrency = "EUR"\nvalid_from = 2000-01-01\ndecks = []\n'
    'price_per_minute = "0.03"\n[[test]]\ndialled = "0033140000000"\namount = "0.03"\n'
)


def failed(*cases: str, cost: str = COST) -> list[str]:
    """The problems of a tariff with these test cases."""
    text = RULES + "".join(f"[[test]]\n{case}\n" for case in cases)
    return [str(one) for one in failed_cases(book_of({**folder(text), "cost.toml": cost.encode()}), PLAN)]


@pytest.mark.parametrize(
    "case",
    [
        'dialled = "0033140000000"\namount = "0.10"',
        'dialled = "900331 40000000"\nseconds = 61\nbilled_seconds = 66\namount = 0.11\nexact = "0.11"',
        'dialled = "+33140000000"\nseconds = 31\nexact = "0.06"\nnet = "0,06"\ntax = 0\nplace = "France"',
        'dialled = "0033140000000"\nvip = "1"\nrule = "vip"\namount = "0.05"\ncost = "0.03"',
        'dialled = "112"\noutcome = "emergency"',
        'dialled = "201"\noutcome = "internal"',
        'dialled = "00"\noutcome = "unrated"',
        'dialled = "0033140000000"\nanswered = false\noutcome = "unanswered"',
        'dialled = "0033140000000"\ndirection = "in"\noutcome = "incoming"',
        'dialled = "0033140000000"\nstart = 1999-12-31T23:59:59\noutcome = "unrated"',
        'dialled = "0033140000000"\nstart = 2024-03-04T12:00:00+02:00\namount = "0.10"',
        'dialled = "0033140000000"\nstart = "2024-03-04T12:00"\namount = "1/10"',
    ],
)
def test_a_case_that_comes_out_is_silent(case: str) -> None:
    assert failed(case) == []


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (
            'name = "Paris"\ndialled = "0033140000000"\namount = "0.20"',
            "tariff.toml:10: test: The test 'Paris' expects amount 0.20, and it is 0.10 (prefix the whole tariff, 60 s billed).",
        ),
        (
            'dialled = "0033140000000"\nvip = "1"\namount = "0.10"',
            "expects amount 0.10, and it is 0.05 (prefix the whole tariff, rule vip, 60 s billed).",
        ),
        ('dialled = "112"\namount = "0.10"', "expects amount 0.10, and it is nothing (emergency call: never charged)."),
        ('dialled = "0033140000000"\nbilled_seconds = 61', "expects billed_seconds 61, and it is 60"),
        ('dialled = "0033140000000"\namount = "much"', "expects amount much, and it is 0.10"),
        ('dialled = "0033140000000"\namount = "1/0"', "expects amount 1/0, and it is 0.10"),
    ],
)
def test_a_case_that_comes_out_otherwise_is_named_with_its_line_and_what_it_is(case: str, expected: str) -> None:
    (found,) = failed(case)
    assert expected in found


def test_the_cases_of_a_cost_tariff_are_of_its_own_cost() -> None:
    assert failed(cost=COST.replace('amount = "0.03"', 'amount = "0.04"')) == [
        "cost.toml:8: test: The test '0033140000000' expects amount 0.04, and it is 0.0300 (prefix the whole tariff, 60 s billed)."
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(5, 4), "1.25"),
        (Fraction(77, 120), "77/120"),
        (Fraction(7), "7"),
        (Fraction(1, 3), "1/3"),
    ],
)
def test_an_exact_amount_is_a_decimal_number_where_it_ends(value: Fraction, text: str) -> None:
    assert exact_text(value) == text
