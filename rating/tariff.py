"""A tariff as values: what one period's prices are, ready to be looked up.

Three things decide a price: the prefix of the number, the band of the week, and the class of the number. A rate is
one row of a deck or the price of a whole class; terms are what surrounds the price per minute (connection fee,
increments, free seconds, mark-up, surcharge, minimum) and come from the class, or else from the tariff.

Which price wins, most particular first: a deck row written for this class of number (or for this very short number),
then the price of the class, then the longest prefix among the other deck rows. So "all premium numbers cost 2.00" is
said once, and a general row for the home country cannot make a toll-free number cost money.

Prices, fees and percentages are whole millionths (of a currency unit; of one). Nothing here knows where the values
were read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from rating.bands import Week
from rating.money import Rounding

SHORT = "#"
"""Begins the key of a short number of the home country, such as #411; other keys begin with + and are E.164."""


class Rate(NamedTuple):
    """What a minute costs to one prefix, in each band of the week.

    `prices` and `connections` hold one entry for each band, in the order of the tariff's bands, entry 0 for the time
    outside all of them. `connections` is None and `first` is 0 where the terms of the class decide.
    `first` and `then` are the increments in seconds. `one_price` says that the band makes no difference.
    """

    prefix: str
    place: str
    prices: tuple[int, ...]
    connections: tuple[int, ...] | None
    first: int
    then: int
    one_price: bool


class Terms(NamedTuple):
    """What surrounds the price per minute.

    The billed time is `first` plus as many `then` seconds as are begun; with `modulo`, the whole time rounded up to
    a multiple of `then`, and no less than `first`. `free_seconds` are taken off the talk time before that.
    `markup` is a share of time and connection fee; `surcharge` is added to each charged call after it; `minimum` is
    the least that a call costs if it costs anything.
    """

    connection: int = 0
    first: int = 1
    then: int = 1
    modulo: bool = False
    free_seconds: int = 0
    markup: int = 0
    surcharge: int = 0
    minimum: int = 0


class PrefixTable(NamedTuple):
    """Rates by prefix: one dictionary, probed at each length that occurs, longest first.

    Measured faster than every trie that can be had in plain Python, and it builds in milliseconds.
    """

    rates: Mapping[str, Rate]
    lengths: tuple[int, ...]

    def find(self, key: str) -> Rate | None:
        """Give the rate of the longest prefix of `key`, or None."""
        get = self.rates.get
        for length in self.lengths:
            rate = get(key[:length])
            if rate is not None:
                return rate
        return None


def prefix_table(rates: Mapping[str, Rate]) -> PrefixTable:
    """Build a table from rates by key, where keys begin with + or #."""
    return PrefixTable(rates, tuple(sorted({len(key) for key in rates}, reverse=True)))


class ClassRule(NamedTuple):
    """How one class of numbers is charged: its terms, whether it is free, its own rows and its own price."""

    terms: Terms
    free: bool = False
    rows: PrefixTable | None = None
    price: Rate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """One tax on the call, as a share in millionths; `included` when the tariff's prices contain it already."""

    name: str = "tax"
    share: int = 0
    included: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """The prices of one period. `valid_from` and `valid_to` are days of the property, both included.

    `split` is true where a call that crosses the edge of a band pays each part at its own price, false where the
    band of its start decides for the whole of it. `rules` has one entry for each class that may cost money.
    """

    code: str
    currency: str
    decimals: int
    valid_from: date
    valid_to: date | None
    rounding: Rounding
    tax: Tax
    week: Week
    split: bool
    rules: Mapping[str, ClassRule] = field(repr=False)
    deck: PrefixTable = field(repr=False)
    terms: Terms = Terms()
    starter: bool = False
