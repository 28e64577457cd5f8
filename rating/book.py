"""The book of tariffs: every period's tariff, which of them is in force for whom, and who approved them.

A book never changes. A new version of the tariff folder is a new book, and the one reference to it is exchanged;
calls already rated keep the numbers of the book they were rated with. Its version is the head of a digest over the
texts it was read from, so that a charge names the exact text that priced it.

Prices: the general tariff holds for every call whose payer carries none; others are carried by their code. Costs: one
line of tariffs for each carrier, found by the carrier's name or by the trunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from rating.bands import instant_of
from rating.circumstances import Circumstances, fits
from rating.contracts import Contract
from rating.tariff import Tariff

FOREVER = 2**62
"""Seconds since 1970 of the end of a tariff without a last day; later than every date there is."""


class Period(NamedTuple):
    """A tariff and the instants (seconds since 1970) from which and until which it is in force.

    A call that begins, by whatever clock, on a day from `sure_from` to `sure_to` (ordinals) is within it for certain.
    """

    start: int
    end: int
    tariff: Tariff
    sure_from: int
    sure_to: int


Periods: TypeAlias = tuple[Period, ...]


class CostLine(NamedTuple):
    """A carrier's tariffs through the years, and the trunks that are the carrier's (none named: all the others)."""

    carrier: str
    trunks: tuple[str, ...]
    trunk_groups: tuple[str, ...]
    periods: Periods


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffBook:
    """All tariffs of a property. `version` is 12 hexadecimal digits; `approved_by` is None while nobody vouches for it.

    `starter` says that a tariff of it still carries the mark of invented prices. `periods` are those of the general
    tariff, `carried` those of each code that a payer may carry. `asked` names the circumstances that some rule looks
    at, `directions` those beside "out" that some rule prices, `attempts` says that unanswered calls may cost.
    """

    zone: ZoneInfo
    currency: str
    decimals: int
    version: str
    approved_by: str | None
    starter: bool
    periods: Periods = field(repr=False)
    carried: Mapping[str, Periods] = field(default_factory=dict, repr=False)
    costs: tuple[CostLine, ...] = field(default=(), repr=False)
    asked: frozenset[str] = frozenset()
    directions: frozenset[str] = frozenset()
    attempts: bool = False

    def in_force(self, start: datetime, code: str = "") -> Tariff | None:
        """Give the tariff in force at an aware time: the general one, or that of a code; or None."""
        return in_force(self.carried.get(code, ()) if code else self.periods, start)

    def cost_line(self, around: Circumstances) -> CostLine | None:
        """Give the line of the carrier that is named; else that of the trunk; else the one that names no trunks."""
        if around.carrier:
            return next((line for line in self.costs if line.carrier == around.carrier), None)
        others = None
        if len(self.costs) == 1 and not self.costs[0].trunks and not self.costs[0].trunk_groups:
            return self.costs[0]
        for line in self.costs:
            if fits(line.trunks, around.trunk) or fits(line.trunk_groups, around.trunk_group):
                return line
            if others is None and not (line.trunks or line.trunk_groups):
                others = line
        return others

    @property
    def tariffs(self) -> tuple[Tariff, ...]:
        """Every tariff once: the general ones, newest first, then those of a code, then the carriers'."""
        lines = [self.periods, *self.carried.values(), *(line.periods for line in self.costs)]
        return tuple({id(one.tariff): one.tariff for line in lines for one in line}.values())

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The carriers' contracts."""
        return tuple(one.contract for one in self.tariffs if one.contract is not None)


def in_force(periods: Periods, start: datetime) -> Tariff | None:
    """Give the tariff of the period that an aware time falls in, or None."""
    day = start.toordinal()
    for one in periods:
        if one.sure_from <= day <= one.sure_to:
            return one.tariff
    instant = instant_of(start)
    return next((one.tariff for one in periods if one.start <= instant < one.end), None)


def tariff_book(
    tariffs: tuple[Tariff, ...], *, zone: ZoneInfo, version: str, approved_by: str | None = None
) -> TariffBook:
    """Put tariffs of one currency together; the newest comes first, because most calls are of today."""
    prices = [one for one in tariffs if not one.is_cost]
    rules = [(tariff, rule) for tariff in tariffs for special in tariff.special for rule in special.by_class.values()]
    rules += [(tariff, rule) for tariff in tariffs for rule in tariff.rules.values()]
    return TariffBook(
        zone=zone,
        currency=prices[0].currency,
        decimals=prices[0].decimals,
        version=version,
        approved_by=approved_by,
        starter=any(tariff.starter for tariff in tariffs),
        periods=_periods([one for one in prices if not one.for_whom.by_code], zone),
        carried={code: _periods([one for one in prices if one.code == code], zone) for code in _codes(prices)},
        costs=_cost_lines([one for one in tariffs if one.is_cost], zone),
        asked=_asked(tariffs),
        directions=frozenset().union(*(special.directions for one in tariffs for special in one.special)) - {"out"},
        attempts=any(rule.terms.attempt for _, rule in rules),
    )


def _codes(tariffs: Iterable[Tariff]) -> dict[str, None]:
    return dict.fromkeys(tariff.code for tariff in tariffs)


def _asked(tariffs: Iterable[Tariff]) -> frozenset[str]:
    """The circumstances that must be known, beside those that whoever asks fills in."""
    entries = {one.entry for tariff in tariffs for special in tariff.special for one in special.conditions}
    if any(tariff.unsupervised or tariff.for_whom.trunks or tariff.for_whom.trunk_groups for tariff in tariffs):
        entries |= {"trunk", "trunk_group"}
    return frozenset(entries)


def _cost_lines(tariffs: list[Tariff], zone: ZoneInfo) -> tuple[CostLine, ...]:
    lines = []
    for carrier in dict.fromkeys(one.for_whom.carrier for one in tariffs):
        own = [one for one in tariffs if one.for_whom.carrier == carrier]
        trunks = tuple(dict.fromkeys(trunk for one in own for trunk in one.for_whom.trunks))
        groups = tuple(dict.fromkeys(group for one in own for group in one.for_whom.trunk_groups))
        lines.append(CostLine(carrier, trunks, groups, _periods(own, zone)))
    return tuple(lines)


def _periods(tariffs: list[Tariff], zone: ZoneInfo) -> Periods:
    newest_first = sorted(tariffs, key=lambda tariff: tariff.valid_from, reverse=True)
    return tuple(_period(tariff, zone) for tariff in newest_first)


def _period(tariff: Tariff, zone: ZoneInfo) -> Period:
    end = FOREVER if tariff.valid_to is None else _midnight(tariff.valid_to + timedelta(days=1), zone)
    last = date.max if tariff.valid_to is None else tariff.valid_to
    # Clocks around the world are at most 26 hours apart.
    sure_from, sure_to = tariff.valid_from.toordinal() + 2, last.toordinal() - 2
    return Period(_midnight(tariff.valid_from, zone), end, tariff, sure_from, sure_to)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
