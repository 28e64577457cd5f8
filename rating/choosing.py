"""Which rule of a tariff holds for a call: the first special rule that fits it, else the rule of its class.

What a rule asks of the circumstances is the same for thousands of calls, so the answer is remembered; what it asks of
the number or of the clock is looked at for each call. A condition never fits a circumstance that is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rating.circumstances import Circumstances, all_fit
from rating.tariff import ClassRule, PrefixTable, SpecialRule, Tariff, Terms

REMEMBERED = 8_192
"""Answers kept for one tariff. Full, they are forgotten together: with a hotel's few hundred circumstances it never is."""


class Choice(NamedTuple):
    """A rule that may hold for a call, made ready for its circumstances.

    `fees` are those that are added after the mark-up, as (name, amount), `fees_sum` what they come to. `asks` is None
    where nothing more is asked; else the rule says what the number must begin with, its countries and its bands.
    """

    rule: ClassRule
    name: str
    terms: Terms
    deck: PrefixTable
    fees: tuple[tuple[str, int], ...]
    fees_sum: int
    asks: SpecialRule | None


def choices(tariff: Tariff, number_class: str, direction: str, around: Circumstances) -> tuple[Choice, ...]:
    """Give the rules that may hold, in order; the first one whose own conditions fit the number is the one."""
    key = (number_class, direction, around if tariff.special else around.operator)
    found = tariff.remembered.get(key)
    if found is None:
        if len(tariff.remembered) >= REMEMBERED:
            tariff.remembered.clear()
        found = tariff.remembered[key] = tuple(_choices(tariff, number_class, direction, around))
    return found  # type: ignore[return-value]


def _choices(tariff: Tariff, number_class: str, direction: str, around: Circumstances) -> Iterable[Choice]:
    for special in tariff.special:
        rule = special.by_class.get(number_class if direction == "out" else "")
        if rule is None or direction not in special.directions or not all_fit(special.conditions, around):
            continue
        more = bool(special.prefixes or special.countries or special.bands)
        yield _ready(rule, special.name, special.deck or tariff.deck, around, special if more else None)
        if not more:
            return
    base = tariff.rules.get(number_class)
    if direction == "out" and base is not None:
        yield _ready(base, "", tariff.deck, around, None)


def _ready(rule: ClassRule, name: str, deck: PrefixTable, around: Circumstances, asks: SpecialRule | None) -> Choice:
    terms = rule.terms
    fees = [("surcharge", terms.surcharge), ("access", terms.access_fee), ("attempt", terms.attempt)]
    if around.operator:
        fees.append(("operator", terms.operator_fee))
    kept = tuple(fee for fee in fees if fee[1])
    return Choice(rule, name, terms, deck, kept, sum(amount for _, amount in kept), asks)
