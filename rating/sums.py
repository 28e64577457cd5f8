"""The arithmetic of one charge, exact to the last division. Rating does it, and the explanation repeats it.

Everything is a whole number. Prices and fees are millionths of a currency unit, shares are millionths of one, prices
are per minute, so an amount is a numerator over 60 seconds x 10**6 x 10**6. The order is fixed: time and connection
fee; mark-up on both; surcharge; minimum; one rounding to minor units; then the tax, rounded by itself.
Pricing one increment and multiplying it is what this never does: 60 steps of a price that was rounded once are wrong
sixty times over.
"""

from __future__ import annotations

from collections.abc import Iterable

from rating.money import MILLIONTHS, Rounding, rounded

MINUTE = 60
UNIT = MINUTE * MILLIONTHS * MILLIONTHS
"""The denominator of `cost`: a numerator of this size is one currency unit."""


def billed_seconds(talk: int, *, first: int, then: int, modulo: bool, free: int) -> int:
    """Round talk time up to increments, after the free seconds are taken off.

    The usual reading is `first` plus as many `then` as are begun (30/18 bills 48 s for 40 s); with `modulo` the whole
    is rounded up to a multiple of `then`, and is no less than `first` (54 s for the same call).
    """
    paid = talk - free
    if paid <= 0:
        return 0
    if modulo:
        return max(first, -(-paid // then) * then)
    return first if paid <= first else first - (first - paid) // then * then


def cost(pieces: Iterable[tuple[int, int]], *, connection: int, markup: int, surcharge: int, minimum: int) -> int:
    """Sum a call up, before rounding, as a numerator over UNIT. `pieces` are (price per minute, seconds).

    The minimum holds only for a call that costs something: what is free stays free.
    """
    spent = connection * MINUTE
    for price, seconds in pieces:
        spent += price * seconds
    total = spent * (MILLIONTHS + markup) + surcharge * (MINUTE * MILLIONTHS)
    least = minimum * (MINUTE * MILLIONTHS)
    return least if 0 < total < least else total


def amounts(
    numerator: int, decimals: int, *, rounding: Rounding, tax_share: int, tax_included: bool
) -> tuple[int, int, int]:
    """Round a cost and find its tax: (net, tax, gross) in minor units, and net + tax is gross.

    With the tax included, the rounded cost is the gross amount and the tax is taken out of it; otherwise it is the
    net amount and the tax is added.
    """
    whole = rounded(numerator * 10**decimals, UNIT, rounding)
    if tax_included:
        tax = rounded(whole * tax_share, MILLIONTHS + tax_share, rounding)
        return whole - tax, tax, whole
    tax = rounded(whole * tax_share, MILLIONTHS, rounding)
    return whole, tax, whole + tax
