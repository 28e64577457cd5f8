"""Taxes on one charge, layer upon layer, each rounded by itself.

A layer is a percentage or a fixed amount for each call, on the net amount or on the net amount and the layers before
it; it is contained in the prices of the tariff, or added to them. Contained layers are taken out of the rounded amount
first, then the others are added. What is rounded is each layer's own amount, so a bill that lists them adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from rating.money import MILLIONTHS, Rounding, rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """One layer. `share` is in millionths of its base, `fixed` in millionths of a currency unit for each call.

    `included` when the tariff's prices contain it already; `compound` when its base holds the layers before it.
    """

    name: str = "tax"
    share: int = 0
    fixed: int = 0
    included: bool = False
    compound: bool = False


class Layer(NamedTuple):
    """A tax made ready: its amount is (base x `share` + `fixed`) / `whole`, in minor units.

    The base is the amount that contains it, for an included tax; else the net amount, or with `compound` all so far.
    """

    name: str
    kind: str
    shown: int
    share: int
    fixed: int
    whole: int
    included: bool
    compound: bool


def layers(taxes: Sequence[Tax], decimals: int) -> tuple[Layer, ...]:
    """Make taxes ready for amounts of so many decimals."""
    return (*_contained([tax for tax in taxes if tax.included], decimals), *_added(taxes, decimals))


def levied(amount: int, taxes: tuple[Layer, ...], rounding: Rounding) -> tuple[int, list[int], int]:
    """Find the taxes of a rounded amount: (net, each tax, gross), in minor units. An amount of zero is not taxed."""
    if not amount:
        return 0, [0] * len(taxes), 0
    found: list[int] = []
    net = amount
    for tax in taxes:
        if tax.included:
            due = min(rounded(max(0, amount * tax.share + tax.fixed), tax.whole, rounding), net)
            net -= due
        else:
            base = net + sum(found) if tax.compound else net
            due = rounded(base * tax.share + tax.fixed, tax.whole, rounding)
        found.append(due)
    return net, found, net + sum(found)


def kind_of(tax: Tax) -> str:
    """The word for a layer in a trace: where it is, and on what."""
    place = f"{'in' if tax.included else 'on'} {'net and taxes' if tax.compound else 'net'}"
    return f"fixed {place}" if tax.fixed else place


def _added(taxes: Sequence[Tax], decimals: int) -> list[Layer]:
    return [
        Layer(
            tax.name,
            kind_of(tax),
            tax.share or tax.fixed,
            tax.share,
            tax.fixed * 10**decimals,
            MILLIONTHS,
            False,
            tax.compound,
        )
        for tax in taxes
        if not tax.included
    ]


def _contained(taxes: Sequence[Tax], decimals: int) -> list[Layer]:
    """Solve for the net amount: each contained layer is a x net + b, and all of them with the net are the amount."""
    lines: list[tuple[Fraction, Fraction]] = []
    for tax in taxes:
        share, fixed = Fraction(tax.share, MILLIONTHS), Fraction(tax.fixed * 10**decimals, MILLIONTHS)
        times = 1 + sum((a for a, _ in lines), Fraction(0)) if tax.compound else Fraction(1)
        plus = sum((b for _, b in lines), Fraction(0)) if tax.compound else Fraction(0)
        lines.append((share * times, share * plus + fixed))
    whole, constant = 1 + sum((a for a, _ in lines), Fraction(0)), sum((b for _, b in lines), Fraction(0))
    ready = []
    for tax, (a, b) in zip(taxes, lines, strict=True):
        slope, offset = a / whole, b - a * constant / whole
        below = slope.denominator * offset.denominator
        ready.append(
            Layer(
                tax.name,
                kind_of(tax),
                tax.share or tax.fixed,
                int(slope * below),
                int(offset * below),
                below,
                True,
                tax.compound,
            )
        )
    return ready
