"""What each carrier would have cost for the calls of a period: its calls, its rent, and what it asks at least. Pure sums.

A carrier's offer is more than its prices: a rent a month, and often a commitment, an amount that calls must come to in a
month or is asked all the same. Both are of whole calendar months; of a month that is not whole within the period they
count by its days, rounded half up once.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import NamedTuple, TypeAlias

from gateway.instants import from_micros
from rating.money import half_up

Month: TypeAlias = tuple[int, int]


class Quoted(NamedTuple):
    """One call: what it cost as it was carried, and what each carrier would have asked; None where nobody knows."""

    started_at: int
    before: int | None
    asked: Mapping[str, int | None]


class Terms(NamedTuple):
    """What a carrier asks a month beside its calls: a rent, and what calls must come to; in units of the comparison."""

    rent: int = 0
    commitment: int = 0


class Part(NamedTuple):
    """A calendar month, as far as it lies in the period."""

    month: Month
    days: int
    of: int

    def share(self, amount: int) -> int:
        """Its part of a monthly amount."""
        return half_up(amount * self.days, self.of)


def months_between(first: date, last: date) -> list[Part]:
    """The calendar months that a period touches, both days included."""
    parts = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        days = monthrange(year, month)[1]
        begin = max(first, date(year, month, 1))
        end = min(last, date(year, month, days))
        parts.append(Part((year, month), (end - begin).days + 1, days))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return parts


@dataclass(slots=True)
class Bill:
    """A carrier's calls by month; `unknown` counts the calls it has no price for."""

    calls: int = 0
    unknown: int = 0
    by_month: dict[Month, int] = field(default_factory=dict)

    def add(self, month: Month, amount: int | None) -> None:
        """One call."""
        if amount is None:
            self.unknown += 1
            return
        self.calls += 1
        self.by_month[month] = self.by_month.get(month, 0) + amount


class Offer(NamedTuple):
    """What a carrier would have cost: calls, what they fell short of the commitment, and rent."""

    carrier: str
    calls: int
    unknown: int
    cost: int
    short: int
    rent: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.cost + self.short + self.rent


def compared(
    calls: Iterable[Quoted],
    carriers: Sequence[str],
    terms: Mapping[str, Terms],
    period: tuple[date, date],
    zone: tzinfo,
) -> tuple[Bill, list[Offer]]:
    """The calls as they were carried, and what each carrier would have cost, the cheapest first.

    A carrier that has no price for some of the calls stands behind those that have one for more.
    """
    before, bills = Bill(), {name: Bill() for name in carriers}
    for call in calls:
        local = from_micros(call.started_at).astimezone(zone)
        month = local.year, local.month
        before.add(month, call.before)
        for name, bill in bills.items():
            bill.add(month, call.asked[name])
    parts = months_between(*period)
    offers = [_offer(name, bill, terms.get(name, Terms()), parts) for name, bill in bills.items()]
    return before, sorted(offers, key=lambda one: (one.unknown, one.total, one.carrier))


def _offer(name: str, bill: Bill, terms: Terms, parts: Iterable[Part]) -> Offer:
    cost = sum(bill.by_month.values())
    short = rent = 0
    for part in parts:
        short += max(0, part.share(terms.commitment) - bill.by_month.get(part.month, 0))
        rent += part.share(terms.rent)
    return Offer(name, bill.calls, bill.unknown, cost, short, rent)
