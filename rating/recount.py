"""A stored charge worked out again from its trace alone, to be held against what is stored beside it.

The explanation tells people how an amount came about; this is for the check of a whole store, which asks of every
charge whether its amount still follows from its numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from rating.money import ROUNDINGS, Rounding, rounded
from rating.taxes import Tax, layers, levied
from rating.trace import Line, exact_amount, is_tax, read_trace


def recounted(trace: Sequence[int | str]) -> tuple[int, int, int] | None:
    """Net, tax and amount in the trace's own units; None for a trace of another layout."""
    read = read_trace(trace)
    if read is None:
        return None
    head, lines = read
    end = next((line for line in lines if line.what == "round"), None)
    if end is None or end.text not in ROUNDINGS or end.a < 1:
        return None
    rounding: Rounding = end.text
    exact = exact_amount(lines)
    whole = rounded(exact.numerator * 10**head.decimals, exact.denominator * end.a, rounding) * end.a
    taxes = layers([_tax(line) for line in lines if is_tax(line)], head.decimals)
    net, _, gross = levied(whole, taxes, rounding)
    return net, gross - net, gross


def _tax(line: Line) -> Tax:
    """The tax that a line of a trace tells of."""
    fixed = line.what.startswith("fixed ")
    place = line.what.removeprefix("fixed ")
    return Tax(
        name=line.text,
        share=0 if fixed else line.a,
        fixed=line.a if fixed else 0,
        included=place.startswith("in "),
        compound=place.endswith("and taxes"),
    )
