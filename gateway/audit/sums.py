"""Numbers and amounts added up without mixing currencies, or decimals of one currency. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias


class Coin(NamedTuple):
    """What an amount is counted in."""

    currency: str
    decimals: int


Purse: TypeAlias = dict[Coin, int]


@dataclass(slots=True)
class Sum:
    """How many, and what they come to; `net` and `tax` only where the price is known in parts."""

    number: int = 0
    gross: Purse = field(default_factory=dict)
    net: Purse = field(default_factory=dict)
    tax: Purse = field(default_factory=dict)

    def add(self, number: int, coin: Coin | None = None, gross: int = 0, net: int = 0, tax: int = 0) -> None:
        """Take in so many; without a coin they have no amount."""
        self.number += number
        if coin is not None:
            put(self.gross, coin, gross)
            put(self.net, coin, net)
            put(self.tax, coin, tax)

    def take(self, other: Sum, times: int = 1) -> None:
        """Take in another, or take it away."""
        self.number += times * other.number
        for mine, its in ((self.gross, other.gross), (self.net, other.net), (self.tax, other.tax)):
            for coin, minor in its.items():
                put(mine, coin, times * minor)

    @property
    def nothing(self) -> bool:
        """Whether neither a number nor an amount is in it."""
        return not self.number and not any(self.gross.values())


def put(purse: Purse, coin: Coin, minor: int) -> None:
    """Add an amount."""
    purse[coin] = purse.get(coin, 0) + minor


def less(one: Purse, other: Purse) -> Purse:
    """What is left; coins of which nothing is left are not in it."""
    rest = dict(one)
    for coin, minor in other.items():
        put(rest, coin, -minor)
    return {coin: minor for coin, minor in rest.items() if minor}
