"""Budgets and credit limits: what someone may still spend, and for how long a call may last on it. Pure answers.

The tariff says the limit; whoever keeps the books says what is spent; what is done about it is for the gateway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rating.circumstances import Circumstances, Condition, all_fit

Period: TypeAlias = Literal["call", "day", "month", "stay"]
Action: TypeAlias = Literal["warn", "hold"]
PERIODS: tuple[Period, ...] = ("call", "day", "month", "stay")
ACTIONS: tuple[Action, ...] = ("warn", "hold")
#: The share of a limit, in millionths, from which on it is near, where a tariff says no other.
WARN_AT: Final = 800_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A limit of a tariff in minor units, for those whom `conditions` fit. `warn_at` is a share in millionths."""

    name: str
    amount: int
    per: Period
    action: Action
    warn_at: int = WARN_AT
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How someone stands against a budget: what is left (negative when over), and what the tariff asks for."""

    budget: Budget
    spent: int
    verdict: Literal["within", "near", "over"]

    @property
    def left(self) -> int:
        """What may still be spent, in minor units."""
        return self.budget.amount - self.spent


def budgets_for(budgets: Iterable[Budget], around: Circumstances) -> list[Budget]:
    """Give the budgets that hold for a call, in their order."""
    return [one for one in budgets if all_fit(one.conditions, around)]


def standing(budget: Budget, spent: int) -> Standing:
    """Compare what is spent, this call included, with a budget."""
    if spent > budget.amount:
        return Standing(budget, spent, "over")
    near = spent * 1_000_000 >= budget.amount * budget.warn_at
    return Standing(budget, spent, "near" if near else "within")


def longest_within(limit: int, amount_for: Callable[[int], int], most_seconds: int) -> int:
    """Tell how many seconds a call may last without costing more than `limit` minor units.

    `amount_for` prices a call of so many seconds and never falls as they grow; about twenty calls of it decide.
    """
    if amount_for(most_seconds) <= limit:
        return most_seconds
    low, high = 0, most_seconds
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if amount_for(middle) <= limit else (low, middle)
    return low
