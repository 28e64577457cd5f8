"""The look of the watch at budgets: what is spent this month, added up by the database when it counts by hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from gateway.alarms.budgets import Budget, facts, standings
from gateway.alarms.kinds import Fact
from gateway.config import Config
from gateway.config.meanings import budgets_of
from gateway.instants import midnight, to_micros
from gateway.store.office import spent_in
from gateway.store.reporting import Span, began
from rating.money import minor_digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgeting:
    """The budgets of a house. A month is the calendar's, on the hotel's clock."""

    budgets: tuple[Budget, ...]
    zone: tzinfo
    currency: str
    decimals: int

    def look(self, connection: Connection, owner: str, now: datetime) -> list[Fact]:
        """What is near or passed now. Runs in a thread."""
        first = now.astimezone(self.zone).date().replace(day=1)
        chosen = began(connection, owner, Span(midnight(first, self.zone), to_micros(now)))
        found = standings(self.budgets, spent_in(connection, chosen, self.currency))
        return list(facts(found, self.currency, self.decimals, f"{first:%Y-%m}"))


def budgeting_of(config: Config) -> Budgeting | None:
    """What looks at the budgets of a house; None where it has none."""
    budgets, home = budgets_of(config), config.property
    if not budgets:
        return None
    return Budgeting(budgets=budgets, zone=home.timezone, currency=home.currency, decimals=minor_digits(home.currency))
