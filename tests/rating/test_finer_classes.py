"""Protects prices that differ within a class: satellites are not a call abroad, shared-cost numbers not directory enquiries."""

from __future__ import annotations

import pytest

from rating.numbering import number_plan
from rating.outcomes import RatedCall
from tests.rating.scenes import book_of, call, outcome

PLAN = number_plan("DE", "30", ("0",), lambda _: False)
RULES = (
    'code = "T"\ncurrency = "EUR"\nvalid_from = 2020-01-01\n'
    '[class.service]\nprice_per_minute = "0.60"\n[class.international]\nprice_per_minute = "1.00"\n'
)
SATELLITE, SHARED, DIRECTORY, FRANCE = "000870773111111", "00180512345", "011833", "00033140000000"


def amounts(rules: str, deck: str = "") -> list[int]:
    """What a minute costs to a satellite, a shared-cost number, directory enquiries and France, in cents."""
    book = book_of({"t.toml": rules.encode(), "d.csv": f"prefix;price_per_minute;class\n*;1.00;\n{deck}".encode()})
    found = [outcome(book, call(60), PLAN.classify(dialled)) for dialled in (SATELLITE, SHARED, DIRECTORY, FRANCE)]
    assert all(isinstance(one, RatedCall) for one in found), found
    return [one.amount for one in found if isinstance(one, RatedCall)]


@pytest.mark.parametrize(
    ("rules", "deck", "expected"),
    [
        (RULES, "", [100, 60, 60, 100]),
        (RULES + '[class.satellite]\nprice_per_minute = "8.00"\n', "", [800, 60, 60, 100]),
        (RULES + '[class.shared-cost]\nprice_per_minute = "0.14"\n', "", [100, 14, 60, 100]),
        (RULES, "870;7.00;satellite\n49180;0.20;shared-cost\n", [700, 20, 60, 100]),
        (RULES, "881;7.00;satellite\n49137;0.20;shared-cost\n", [100, 60, 60, 100]),
        (RULES + '[[rule]]\nname = "sky"\nclass = "satellite"\nprice_per_minute = "9.00"\n', "", [900, 60, 60, 100]),
        (
            RULES + '[[rule]]\nname = "far"\nclass = "international"\nprice_per_minute = "2.00"\n',
            "",
            [200, 60, 60, 200],
        ),
        (
            RULES + '[class.satellite]\nprice_per_minute = "8.00"\n[[rule]]\nname = "all"\nsurcharge = "1.00"\n',
            "",
            [900, 160, 160, 200],
        ),
    ],
)
def test_a_finer_class_has_its_own_price_where_the_tariff_says_one_and_else_that_of_the_wider(
    rules: str, deck: str, expected: list[int]
) -> None:
    assert amounts(rules, deck) == expected
