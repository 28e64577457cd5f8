"""Explaining a charge: the stored trace as a few lines that a guest understands and an auditor can recompute.

Nothing but the trace is asked: no tariff, no number plan, so that a charge of last year explains itself in the words
of last year's tariff. Every number that the amount rests on is written out, each line with its own result, and the
results add up in the order in which `rating.sums` adds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import get_type_hints

from rating.money import MILLIONTHS, format_amount, percent_text, price_text
from rating.rate import TRACE_LAYOUT, Trace
from rating.sums import MINUTE

FIXED = len(Trace._fields)
"""Entries of a trace before the items; each item has three."""

DECIMALS_SHOWN = 8
"""Decimals of an unrounded amount that are written out; what is longer ends in an ellipsis."""

_KINDS: tuple[type, ...] = tuple(get_type_hints(Trace).values())

_ROUNDING_WORDS = {
    "half-up": "rounded, halves up",
    "half-even": "rounded, halves to the even digit",
    "up": "rounded up",
    "down": "rounded down",
}
_CLASS_WORDS = {
    "local": "Local call",
    "national": "National call",
    "mobile": "Call to a mobile",
    "international": "International call",
    "toll-free": "Call to a toll-free number",
    "premium": "Call to a premium number",
    "service": "Call to a service number",
}


def explain(trace: Sequence[int | str], currency: str, decimals: int, language: str = "en") -> list[str]:
    """Write a charge out, a line for each step, from its stored trace alone.

    A trace of another layout gets one line that says so: it is never explained wrongly.
    """
    read = read_trace(trace)
    if read is None:
        return ["This charge was stored in a layout that this version cannot explain."]
    fixed, items = read
    return [
        _what(fixed),
        _time(fixed),
        *(_item(item, currency) for item in items),
        *_additions(fixed, items, currency),
        *_result(fixed, items, currency, decimals),
    ]


def read_trace(trace: Sequence[int | str]) -> tuple[Trace, list[tuple[str, int, int]]] | None:
    """Take a trace apart: the fixed entries, and (band, seconds, price) for each part; None for another layout."""
    if len(trace) < FIXED or trace[0] != TRACE_LAYOUT or (len(trace) - FIXED) % 3:
        return None
    fixed = Trace._make(trace[:FIXED])
    if not all(isinstance(value, kind) for value, kind in zip(fixed, _KINDS, strict=True)):
        return None
    items = []
    for at in range(FIXED, len(trace), 3):
        band, seconds, price = trace[at : at + 3]
        if not (isinstance(band, str) and isinstance(seconds, int) and isinstance(price, int)):
            return None
        items.append((band, seconds, price))
    return fixed, items


def _what(fixed: Trace) -> str:
    what = _CLASS_WORDS.get(fixed.number_class, fixed.number_class)
    found = fixed.prefix if fixed.prefix.startswith(("class", "#")) else f"prefix {fixed.prefix}"
    return f"{what}: {fixed.place}. Price of {found} in tariff {fixed.tariff}, version {fixed.version}."


def _time(fixed: Trace) -> str:
    talked = f"Talked {duration(fixed.talk_seconds)}"
    free = f", {fixed.free_seconds} s of it free of the price per minute" if fixed.free_seconds else ""
    if fixed.reading == "modulo":
        steps = f"in multiples of {fixed.then} s, at least {fixed.first} s"
    elif fixed.first == fixed.then:
        steps = "to the second" if fixed.then == 1 else f"in steps of {fixed.then} s"
    else:
        steps = f"{fixed.first} s first, then in steps of {fixed.then} s"
    return f"{talked}{free}; billed {steps}: {duration(fixed.billed_seconds)}."


def _item(item: tuple[str, int, int], currency: str) -> str:
    band, seconds, price = item
    named = f" ({band})" if band else ""
    spent = Fraction(price * seconds, MINUTE * MILLIONTHS)
    return f"{duration(seconds)} at {price_text(price)} {currency} a minute{named}: {_number(spent)} {currency}."


def _additions(fixed: Trace, items: list[tuple[str, int, int]], currency: str) -> Iterator[str]:
    """The line of fees and mark-up, and the line of a minimum that was reached for; neither where there is nothing."""
    fee = Fraction(fixed.connection, MILLIONTHS)
    spent = fee + _time_cost(items)
    marked = spent * fixed.markup / MILLIONTHS
    words = []
    if fixed.connection:
        words.append(f"connection fee {_number(fee)}")
    if fixed.markup:
        words.append(f"mark-up {percent_text(fixed.markup)} % on {_number(spent)}: {_number(marked)}")
    if fixed.surcharge:
        words.append(f"call charge {price_text(fixed.surcharge)}")
    if words:
        yield f"Added: {'; '.join(words)} {currency}."
    total = spent + marked + Fraction(fixed.surcharge, MILLIONTHS)
    if 0 < total < Fraction(fixed.minimum, MILLIONTHS):
        yield f"Less than the minimum charge, so that is due: {price_text(fixed.minimum)} {currency}."


def _result(fixed: Trace, items: list[tuple[str, int, int]], currency: str, decimals: int) -> Iterator[str]:
    exact = exact_cost(fixed, items)
    words = _ROUNDING_WORDS.get(fixed.rounding, fixed.rounding)
    included = fixed.tax_kind == "included"
    whole = fixed.amount if included else fixed.net
    yield f"Sum {_number(exact)} {currency}, {words}: {format_amount(whole, decimals)} {currency}."
    tax = f"{fixed.tax_name} {percent_text(fixed.tax_share)} %: {format_amount(fixed.tax, decimals)} {currency}"
    total = f"To pay: {format_amount(fixed.amount, decimals)} {currency}."
    if not fixed.tax_share:
        yield total
    elif included:
        yield f"{total} It contains {tax} (net {format_amount(fixed.net, decimals)})."
    else:
        yield f"{tax}. {total}"


def exact_cost(fixed: Trace, items: list[tuple[str, int, int]]) -> Fraction:
    """What the call costs before rounding, in currency units."""
    spent = Fraction(fixed.connection, MILLIONTHS) + _time_cost(items)
    total = spent * (MILLIONTHS + fixed.markup) / MILLIONTHS + Fraction(fixed.surcharge, MILLIONTHS)
    least = Fraction(fixed.minimum, MILLIONTHS)
    return least if 0 < total < least else total


def _time_cost(items: list[tuple[str, int, int]]) -> Fraction:
    return Fraction(sum(price * seconds for _, seconds, price in items), MINUTE * MILLIONTHS)


def duration(seconds: int) -> str:
    """Write a duration for people: "45 s", "2 min 05 s", "1 h 00 min 07 s"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min {rest:02d} s"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _number(value: Fraction) -> str:
    """Write an unrounded amount: all its decimals where they end soon, else the first of them and an ellipsis."""
    scaled = value * 10**DECIMALS_SHOWN
    whole = scaled.numerator // scaled.denominator
    text = format_amount(whole, DECIMALS_SHOWN)
    if scaled.denominator != 1:
        return f"{text}…"
    head, _, fraction = text.partition(".")
    return f"{head}.{fraction.rstrip('0').ljust(2, '0')}"
