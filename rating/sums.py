"""The arithmetic of one charge, exact to the last division. Rating does it; `rating.trace` does it again, in fractions.

Everything is a whole number. Prices and fees are millionths of a currency unit, shares are millionths of one, and an
amount on its way is a numerator over a denominator that both are kept. The order is fixed: what was used, and the
connection fee; the mark-up on both; then what is not marked up; minimum, maximum and discount; one rounding; then each
tax, rounded by itself. Pricing one increment and multiplying it is what this never does: 60 steps of a price that was
rounded once are wrong sixty times over.
"""

from __future__ import annotations

from rating.money import MILLIONTHS
from rating.tariff import Step, Terms

MINUTE = 60


def billed_seconds(talk: int, first: int, then: int, modulo: bool, free: int) -> int:
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


def billed_steps(talk: int, steps: tuple[Step, ...]) -> list[tuple[Step, int]]:
    """Divide a call over steps of elapsed time: each step that it gets into, with the seconds billed in it.

    A step whose time the last one's increments have covered already is billed for none.
    """
    found: list[tuple[Step, int]] = []
    covered = 0
    for place, step in enumerate(steps):
        if talk <= step.start:
            break
        upto = min(talk, steps[place + 1].start) if place + 1 < len(steps) else talk
        seconds = billed_seconds(upto - covered, step.first, step.then, False, 0)
        found.append((step, seconds))
        covered += seconds
    return found


def added_up(spent: int, below: int, extras: int, terms: Terms) -> tuple[int, int, tuple[int | str, ...]]:
    """Put mark-up, extras, minimum, maximum and discount on what was spent.

    `spent` and `extras` are millionths over `below`. Gives the exact amount in currency units, as numerator and
    denominator, and the lines of the trace for the limits that were met. The minimum holds only for a call that costs
    something: what is free stays free.
    """
    total, unit = spent * (MILLIONTHS + terms.markup) + extras * MILLIONTHS, below * MILLIONTHS
    met: tuple[int | str, ...] = ()
    if 0 < total < terms.minimum * unit:
        total, met = terms.minimum * unit, ("least", "", terms.minimum, 0)
    if terms.maximum >= 0 and terms.maximum * unit < total:
        total, met = terms.maximum * unit, (*met, "most", "", terms.maximum, 0)
    if terms.discount:
        met = (*met, "discount", "", terms.discount, 0)
        total, unit = total * (MILLIONTHS - terms.discount), unit * MILLIONTHS
    return total, unit * MILLIONTHS, met
