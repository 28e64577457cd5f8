"""Budgets of departments, extensions of the house and account codes, and how they stand: a month's calls against an amount. Pure.

A budget warns and never bars: a call of the house has no folio that could be held, and nobody is ever kept from an emergency.
What guests may spend is in the tariff (`rating/limits.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from gateway.alarms.kinds import BUDGET_NEAR, BUDGET_PASSED, Fact
from rating.money import format_amount

Whose: TypeAlias = Literal["department", "extension", "account_code"]
#: What each is called in a sentence.
NAMES: Final[Mapping[Whose, str]] = {
    "department": "department",
    "extension": "extension",
    "account_code": "account code",
}


class Budget(NamedTuple):
    """What somebody may spend in a calendar month, in minor units of the hotel's currency; near it from `warn_percent` on.

    `unnamed` is said in the place of a name that would lead to a person, where the house may not show figures by person.
    """

    whose: Whose
    name: str
    amount: int
    warn_percent: int = 80
    unnamed: str = ""


class Standing(NamedTuple):
    """A budget and what is spent of it this month."""

    budget: Budget
    spent: int

    @property
    def verdict(self) -> Literal["within", "near", "passed"]:
        """Whether somebody must be told."""
        if self.spent > self.budget.amount:
            return "passed"
        return "near" if self.spent * 100 >= self.budget.amount * self.budget.warn_percent else "within"


def standings(budgets: Iterable[Budget], spent: Mapping[tuple[str, str], int]) -> list[Standing]:
    """How budgets stand by what was spent, by whose and name."""
    return [Standing(one, spent.get((one.whose, one.name), 0)) for one in budgets]


def facts(found: Iterable[Standing], currency: str, decimals: int, month: str) -> Iterator[Fact]:
    """What is to be told, once of all who are called the same. An alarm of a month ends with it: nothing of the next is spent."""
    told: set[tuple[str, str]] = set()
    for one in found:
        who = one.budget.unnamed or f"{NAMES[one.budget.whose]} {one.budget.name}"
        limit = "limit" if one.budget.unnamed else f"{format_amount(one.budget.amount, decimals)} {currency}"
        if (one.verdict, who) in told:
            continue
        told.add((one.verdict, who))
        if one.verdict == "near":
            words = f"{who} has spent {one.budget.warn_percent} % of its {limit} for {month}, or more"
            yield Fact(BUDGET_NEAR, who, words)
        elif one.verdict == "passed":
            yield Fact(BUDGET_PASSED, who, f"{who} has spent more than its {limit} for {month}")
