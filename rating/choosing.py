"""Which rule of a tariff holds for a call: the first special rule that fits it, else the rule of its class.

What a rule asks of the circumstances is the same for thousands of calls, so the answer is remembered; what it asks of
the number or of the clock is looked at for each call. A condition never fits a circumstance that is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import gcd
from operator import itemgetter
from typing import NamedTuple

from rating.circumstances import Circumstances, all_fit
from rating.money import MILLIONTHS
from rating.numbering import FINER_CLASSES
from rating.outcomes import Trace
from rating.tariff import ClassRule, PrefixTable, SpecialRule, Tariff, Terms

REMEMBERED = 8_192
"""Answers kept for one tariff. Full, they are forgotten together: with a hotel's few hundred circumstances it never is."""


class Plain(NamedTuple):
    """What of a plain rule does not depend on the call: the factor and the sum of its fees, and the end of the trace.

    With them a price of p millionths a minute for s seconds is (p x s x `times` + `plus`) / `unit` currency units.
    """

    times: int
    plus: int
    unit: int
    lines: Trace


class Choice(NamedTuple):
    """A rule that may hold for a call, made ready for its circumstances.

    `fees` are those that are added after the mark-up, as (name, amount), `fees_sum` what they come to. `asks` is None
    where nothing more is asked; else the rule says what the number must begin with, its countries and its bands.
    `plain` is set where nothing but increments, connection fee, mark-up and fees can bear on a price by the minute.
    """

    rule: ClassRule
    name: str
    terms: Terms
    deck: PrefixTable
    fees: tuple[tuple[str, int], ...]
    fees_sum: int
    asks: SpecialRule | None
    continued: bool
    plain: Plain | None


def choices(tariff: Tariff, number_class: str, direction: str, around: Circumstances) -> tuple[Choice, ...]:
    """Give the rules that may hold, in order; the first one whose own conditions fit the number is the one."""
    key: object = number_class
    if tariff.special or around.operator or around.continued or direction != "out":
        key = (number_class, direction, _entries(tariff.asked)(around))
    found = tariff.remembered.get(key)
    if found is None:
        if len(tariff.remembered) >= REMEMBERED:
            tariff.remembered.clear()
        found = tariff.remembered[key] = tuple(_choices(tariff, number_class, direction, around))
    return found  # type: ignore[return-value]


@lru_cache(maxsize=256)
def _entries(asked: tuple[str, ...]) -> Callable[[Circumstances], object]:
    """Give what picks those entries of the circumstances that some rule looks at; the others make no difference."""
    return itemgetter(*map(Circumstances._fields.index, (*asked, "operator", "continued")))


def _choices(tariff: Tariff, number_class: str, direction: str, around: Circumstances) -> Iterable[Choice]:
    for special in tariff.special:
        rule = _rule(special.by_class, number_class) if direction == "out" else special.by_class.get("")
        if rule is None or direction not in special.directions or not all_fit(special.conditions, around):
            continue
        more = bool(special.prefixes or special.countries or special.bands)
        yield _ready(rule, special.name, tariff, special.deck or tariff.deck, around, special if more else None)
        if not more:
            return
    base = _rule(tariff.rules, number_class)
    if direction == "out" and base is not None:
        yield _ready(base, "", tariff, tariff.deck, around, None)


def _rule(rules: Mapping[str, ClassRule], number_class: str) -> ClassRule | None:
    """The rule of a class, or else of the wider class that it is within."""
    return rules.get(number_class) or rules.get(FINER_CLASSES.get(number_class, number_class))


def _ready(
    rule: ClassRule, name: str, tariff: Tariff, deck: PrefixTable, around: Circumstances, asks: SpecialRule | None
) -> Choice:
    terms = rule.terms._replace(connection=0, attempt=0) if around.continued else rule.terms
    fees = [("surcharge", terms.surcharge), ("access", terms.access_fee), ("attempt", terms.attempt)]
    if around.operator:
        fees.append(("operator", terms.operator_fee))
    kept = tuple(fee for fee in fees if fee[1])
    plain = None if rule.free or rule.metered is not None or tariff.unsupervised else _plain(terms, kept, tariff)
    whole = sum(amount for _, amount in kept)
    return Choice(rule, name, terms, deck, kept, whole, asks, around.continued, plain)


def _plain(terms: Terms, fees: tuple[tuple[str, int], ...], tariff: Tariff) -> Plain | None:
    if terms.minimum or terms.maximum >= 0 or terms.discount or terms.add_per_minute or terms.grace_seconds:
        return None
    times, unit = MILLIONTHS + terms.markup, 60 * MILLIONTHS * MILLIONTHS
    plus = 60 * (terms.connection * times + sum(amount for _, amount in fees) * MILLIONTHS)
    common = gcd(times, plus, unit)  # small numbers are quicker
    lines: Trace = ("connection", "", terms.connection, 0) if terms.connection else ()
    lines += ("markup", "", terms.markup, 0) if terms.markup else ()
    fee_lines = [entry for name, amount in fees for entry in ("charge", name, amount, 0)]
    return Plain(
        times // common,
        plus // common,
        unit // common,
        (*lines, *fee_lines, "round", tariff.rounding, tariff.round_to, 0),
    )
