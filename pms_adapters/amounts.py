"""Amounts on their way to a PMS: whole minor units inside, exact outside, or not at all.

A line protocol takes units with decimals that are agreed (`scaled`). A web service takes a decimal number: 1375 minor
units with two decimals are 13.75, with none 1375, with three 1.375. What a folio shows is compared as a number, because
a PMS may write 13.75 as 13.7500.
"""

from __future__ import annotations

from decimal import Decimal

from pms_adapters.posting import Posting


def scaled(amount: int, decimals: int, to: int) -> int | None:
    """An amount of minor units with `decimals`, in units with `to` decimals; None where that is not exact."""
    if to >= decimals:
        return amount * int(10 ** (to - decimals))
    whole, rest = divmod(amount, int(10 ** (decimals - to)))
    return None if rest else whole


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
