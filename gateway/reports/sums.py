"""Sums that a report makes of the store's sums: calls, seconds, and purses of money that never mix currencies. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.languages.spoken import joined
from gateway.reports.values import Cell, Money, Row


class Purse:
    """Amounts by currency. One that comes with more decimals makes the others of its currency exact to as many."""

    def __init__(self) -> None:
        self._minor: dict[str, tuple[int, int]] = {}

    def put(self, minor: int, currency: str, decimals: int) -> None:
        """Add an amount."""
        held, digits = self._minor.get(currency, (0, decimals))
        most = max(digits, decimals)
        self._minor[currency] = (held * 10 ** (most - digits) + minor * 10 ** (most - decimals), most)

    def pour(self, other: Purse) -> None:
        """Add all of another."""
        for money in other.amounts():
            self.put(*money)

    def amounts(self) -> list[Money]:
        """What is in it, by currency."""
        return [Money(minor, currency, decimals) for currency, (minor, decimals) in sorted(self._minor.items())]

    def of(self, currency: str, decimals: int = 0) -> Money:
        """The amount of one currency; nothing of it is an amount too."""
        minor, digits = self._minor.get(currency, (0, decimals))
        return Money(minor, currency, digits)

    @property
    def known(self) -> Purse | None:
        """Itself, or None where nothing was ever put in: a cost of which nobody knows is not a cost of nothing."""
        return self if self._minor else None

    @property
    def currencies(self) -> set[str]:
        """What it holds."""
        return set(self._minor)

    def words(self, home: Money) -> str:
        """All of it in words; nothing of the home currency where it is empty."""
        from gateway.reports.wording import in_words

        return joined(" + ", map(in_words, self.amounts() or [home._replace(minor=0)]))


@dataclass(slots=True)
class Tally:
    """Calls added up. `priced` is what guests are to pay by their calls' own prices, `house` what calls of departments come to.

    `margin` is the price less the cost of the guests' calls for which both are known in one currency; `uncosted` counts
    those for which they are not.
    """

    calls: int = 0
    outward: int = 0
    inward: int = 0
    inside: int = 0
    talk: int = 0
    uncosted: int = 0
    priced: Purse = field(default_factory=Purse)
    house: Purse = field(default_factory=Purse)
    cost: Purse = field(default_factory=Purse)
    margin: Purse = field(default_factory=Purse)

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in one sum of the store."""
        self.calls += row["calls"]
        self.talk += row["talk"]
        self.outward += row["calls"] if row["direction"] == "out" else 0
        self.inward += row["calls"] if row["direction"] == "in" else 0
        self.inside += row["calls"] if row["direction"] == "internal" else 0
        if row["priced"] and row["status"] in ("charge", "allocated"):
            purse = self.priced if row["status"] == "charge" else self.house
            purse.put(row["amount"], row["currency"], row["decimals"])
        if row["costed"]:
            self.cost.put(row["cost"], row["cost_currency"], row["cost_decimals"])
        if row["status"] == "charge":
            self._margin(row)

    def _margin(self, row: Mapping[str, Any]) -> None:
        whole = row["priced"] == row["costed"] == row["calls"]
        if not whole or row["currency"] != row["cost_currency"]:
            self.uncosted += row["calls"]
            return
        self.margin.put(row["amount"], row["currency"], row["decimals"])
        self.margin.put(-row["cost"], row["cost_currency"], row["cost_decimals"])

    def join(self, other: Tally) -> None:
        """Take in another."""
        for name in ("calls", "outward", "inward", "inside", "talk", "uncosted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("priced", "house", "cost", "margin"):
            getattr(self, name).pour(getattr(other, name))


def tallied(rows: Iterable[Mapping[str, Any]], *names: str) -> dict[tuple[Any, ...], Tally]:
    """The store's sums by the values of some columns."""
    found: dict[tuple[Any, ...], Tally] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), Tally()).add(row)
    return found


def together(tallies: Iterable[Tally]) -> Tally:
    """All of them in one."""
    whole = Tally()
    for one in tallies:
        whole.join(one)
    return whole


def money_rows(
    before: Sequence[Cell], purses: Sequence[Purse | None], home: Money, after: Sequence[Cell] = ()
) -> list[Row]:
    """A row with an amount of each purse; where there are several currencies, a row for each, figures on the first alone.

    `home` is nothing of the hotel's currency: what a row without any amount holds. A purse that is `None` is not known.
    """
    currencies = set().union(*(one.currencies for one in purses if one is not None)) or {home.currency}
    ordered = sorted(currencies, key=lambda one: (one != home.currency, one))
    rows: list[Row] = []
    for place, currency in enumerate(ordered):
        amounts = [None if one is None else one.of(currency, home.decimals) for one in purses]
        said = before if not place else [one if isinstance(one, str | date) else None for one in before]
        rows.append((*said, *amounts, *(after if not place else [None] * len(after))))
    return rows
