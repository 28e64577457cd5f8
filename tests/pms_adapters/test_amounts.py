"""Protects the amount on its way to a PMS: the decimal number that leaves is the minor units that were priced."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pms_adapters.amounts import amount_of, as_double, written
from pms_adapters.contract import a_posting

CENTS = st.integers(-(10**14), 10**14)
DECIMALS = st.sampled_from([0, 2, 3])


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        (1375, 2, "13.75"),
        (1375, 0, "1375"),
        (1375, 3, "1.375"),
        (1, 3, "0.001"),
        (-5, 2, "-0.05"),
        (100000, 2, "1000.00"),
    ],
)
def test_minor_units_are_written_with_all_their_decimals(amount: int, decimals: int, text: str) -> None:
    assert written(amount_of(replace(a_posting(), amount=amount, decimals=decimals))) == text


@given(CENTS, DECIMALS)
def test_no_amount_is_rounded_in_text_or_in_json(amount: int, decimals: int) -> None:
    number = amount_of(replace(a_posting(), amount=amount, decimals=decimals))
    assert Decimal(written(number)) * 10**decimals == amount
    assert Decimal(json.dumps(as_double(number))) * 10**decimals == amount


def test_what_a_double_cannot_say_is_refused_and_not_rounded() -> None:
    with pytest.raises(ValueError, match="more digits"):
        as_double(Decimal("12345678901234567.89"))
