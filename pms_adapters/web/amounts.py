"""Amounts at the border: whole minor units inside, exact decimal numbers in a PMS's messages, never a binary fraction.

A web service takes an amount as a decimal number. It is made of the posting's minor units without any rounding: 1375
with two decimals is 13.75, with none 1375, with three 1.375. What a folio shows is compared as a number, because a PMS
may write 13.75 as 13.7500.
"""

from __future__ import annotations

from decimal import Decimal

from pms_adapters.posting import Posting


def amount_of(posting: Posting) -> Decimal:
    """The amount of a posting in whole units of its currency, with all its decimals."""
    return Decimal(posting.amount).scaleb(-posting.decimals)


def written(amount: Decimal) -> str:
    """An amount as text with a point and no exponent: 13.75, 0.001, 1375."""
    return f"{amount:f}"


def as_double(amount: Decimal) -> float:
    """The binary number that is written as this very amount; raises ValueError where none is.

    JSON readers keep about fifteen digits, which is more than a call costs in any currency.
    """
    number = float(amount)
    if Decimal(repr(number)) != amount:
        raise ValueError(f"the amount {written(amount)} has more digits than the PMS can take exactly")
    return number
