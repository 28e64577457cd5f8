"""A tariff as values: what one period's prices are, ready to be looked up.

Three things decide a price: the prefix of the number, the band of the week, and the class of the number. A rate is
one row of a deck or the price of a whole class; terms are what surrounds it (fees, increments, free seconds, mark-up,
minimum, maximum, discount) and come from the class, or else from the tariff. A special rule is for some calls only
(those of a guest class, over a trunk, at a prefix …): the first one that fits a call takes the place of its class.

Which price wins, most particular first: what the exchange metered, where the tariff charges that; a deck row written
for this class of number (or for this very short number); then the price of the rule or class; then the longest prefix
among the other deck rows. So "all premium numbers cost 2.00" is said once, and a general row for the home country
cannot make a toll-free number cost money.

Prices, fees and percentages are whole millionths (of a currency unit; of one). Nothing here knows where the values
were read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from rating.bands import Week
from rating.circumstances import Condition
from rating.contracts import Contract
from rating.limits import Budget
from rating.money import Rounding
from rating.taxes import Layer

SHORT = "#"
"""Begins the key of a short number of the home country, such as #411; other keys begin with + and are E.164."""

NO_MAXIMUM = -1

Basis: TypeAlias = Literal["minute", "call", "pulses", "advice", "cost"]
"""What is charged: time, a whole call, meter pulses, the exchange's own amount, or the carrier's cost."""


class Step(NamedTuple):
    """A price by elapsed time, from `start` seconds into the call. `charge` is due once, when the call gets beyond it.

    The time within the step is counted as `first`, then as many `then` as are begun; what that adds beyond the start
    of the next step is taken from the next step.
    """

    start: int
    prices: tuple[int, ...]
    charge: int
    first: int
    then: int


class Rate(NamedTuple):
    """What a minute (or a call, or a pulse: `basis`) costs to one prefix, in each band of the week.

    `prices` and `connections` hold one entry for each band, in the order of the tariff's bands, entry 0 for the time
    outside all of them. `connections` is None and `first` is 0 where the terms of the class decide.
    `first` and `then` are the increments in seconds. `one_price` says that the band makes no difference.
    `per` is the seconds that a price of time is for; `modulo` is the reading of the increments, None as the terms say.
    Where there are `steps`, their prices hold instead. `plain` says that there is nothing but a price per minute.
    """

    prefix: str
    place: str
    prices: tuple[int, ...]
    connections: tuple[int, ...] | None
    first: int
    then: int
    one_price: bool
    per: int = 60
    modulo: bool | None = None
    basis: Basis = "minute"
    steps: tuple[Step, ...] = ()
    plain: bool = True


class Terms(NamedTuple):
    """What surrounds the price.

    The billed time is `first` plus as many `then` seconds as are begun; with `modulo`, the whole time rounded up to
    a multiple of `then`, and no less than `first`. `free_seconds` are taken off the talk time before that; a call of
    at most `grace_seconds` costs nothing. `markup` is a share of time and connection fee. After it come
    `add_per_minute` on the billed time, `surcharge` and `access_fee` for each charged call, and `operator_fee` for
    one that the operator set up. `minimum` is the least that a call costs if it costs anything, `maximum` the most,
    `discount` a share of what is left. `attempt` is due for each call that left the house, answered or not.
    """

    connection: int = 0
    first: int = 1
    then: int = 1
    modulo: bool = False
    free_seconds: int = 0
    markup: int = 0
    surcharge: int = 0
    minimum: int = 0
    grace_seconds: int = 0
    add_per_minute: int = 0
    access_fee: int = 0
    operator_fee: int = 0
    maximum: int = NO_MAXIMUM
    discount: int = 0
    attempt: int = 0


class PrefixTable(NamedTuple):
    """Rates by prefix: one dictionary, probed at each length that occurs, longest first; `heads` cut those lengths.

    Measured faster than every trie that can be had in plain Python, and it builds in milliseconds.
    """

    rates: Mapping[str, Rate]
    lengths: tuple[int, ...]
    heads: tuple[slice, ...]

    def find(self, key: str) -> Rate | None:
        """Give the rate of the longest prefix of `key`, or None."""
        get = self.rates.get
        for head in self.heads:
            rate = get(key[head])
            if rate is not None:
                return rate
        return None


def prefix_table(rates: Mapping[str, Rate]) -> PrefixTable:
    """Build a table from rates by key, where keys begin with + or #."""
    lengths = tuple(sorted({len(key) for key in rates}, reverse=True))
    return PrefixTable(rates, lengths, tuple(slice(length) for length in lengths))


class ClassRule(NamedTuple):
    """How one class of numbers is charged: its terms, whether it is free, its own rows and its own price.

    `metered` is the price of what the exchange meters; where it metered nothing, `price` and the rows hold. `last`
    is the price of the whole tariff, for what no row of a deck is for.
    """

    terms: Terms
    free: bool = False
    rows: PrefixTable | None = None
    price: Rate | None = None
    metered: Rate | None = None
    last: Rate | None = None


class SpecialRule(NamedTuple):
    """A rule for some calls. An empty entry asks for nothing; `directions` holds at least one.

    `by_class` is what it makes of each class that it is for; the empty class stands for all calls that are not "out".
    `deck` takes the place of the tariff's own. `line` is where it stands in the text.
    """

    name: str
    line: int | None
    directions: frozenset[str]
    conditions: tuple[Condition, ...]
    prefixes: tuple[str, ...]
    countries: frozenset[str]
    bands: frozenset[int]
    by_class: Mapping[str, ClassRule]
    deck: PrefixTable | None = None


class Unsupervised(NamedTuple):
    """Lines on which the exchange cannot tell the answer: what it reports is the time since the line was taken.

    A call of at most `allowance` seconds counts as not answered; from the others `subtract` seconds are taken off.
    """

    trunks: tuple[str, ...]
    allowance: int
    subtract: int


class CallCase(NamedTuple):
    """A call that the tariff's author wrote down, with what it must come to. Read by `rating.case_text`."""

    file: str
    line: int | None
    name: str
    given: Mapping[str, object]
    expected: Mapping[str, str]


class Carried(NamedTuple):
    """Whose calls a tariff is for, where not everybody's: those that carry its code, or a carrier's on its trunks."""

    carrier: str = ""
    trunks: tuple[str, ...] = ()
    trunk_groups: tuple[str, ...] = ()
    by_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """The prices of one period. `valid_from` and `valid_to` are days of the property, both included.

    `split` is true where a call that crosses the edge of a band pays each part at its own price, false where the
    band of its start decides for the whole of it. `rules` has one entry for each class that may cost money.
    An amount is rounded to a multiple of `round_to` units. `otherwise` is the code of the tariff that is asked where
    this one has no price. `asked` names the circumstances that its special rules look at, `lines` tells where
    its keys stand; `remembered` is where `rating.choosing` keeps its answers.
    """

    code: str
    currency: str
    decimals: int
    valid_from: date
    valid_to: date | None
    rounding: Rounding
    taxes: tuple[Layer, ...]
    week: Week
    split: bool
    rules: Mapping[str, ClassRule] = field(repr=False)
    deck: PrefixTable = field(repr=False)
    terms: Terms = Terms()
    starter: bool = False
    file: str = ""
    is_cost: bool = False
    for_whom: Carried = Carried()
    otherwise: str = ""
    round_to: int = 1
    post_zero: bool = False
    special: tuple[SpecialRule, ...] = field(default=(), repr=False)
    unsupervised: tuple[Unsupervised, ...] = ()
    contract: Contract | None = None
    budgets: tuple[Budget, ...] = ()
    cases: tuple[CallCase, ...] = field(default=(), repr=False)
    asked: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict, repr=False, compare=False)
    remembered: dict[object, object] = field(default_factory=dict, repr=False, compare=False)
