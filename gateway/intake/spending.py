"""Budgets: what a guest or a department has spent, held against the limits of their tariff when a call is charged.

No call is ever barred by it; the exchange does that, if anybody. A limit that is near or passed is written beside the
call, and where the tariff asks for it a charge beyond the limit waits for a person.

What somebody has spent is read once from the store and then kept in memory, which is forgotten whenever a
transaction failed. A house without budgets pays nothing for this.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from gateway.instants import from_micros
from gateway.settle import Ruling, Wanted
from gateway.store import schema
from gateway.store.memory import LATE_RECORDS, Memory
from gateway.store.pages import first_since
from rating.book import TariffBook
from rating.circumstances import Circumstances
from rating.limits import Budget, Standing, budgets_for, standing
from rating.money import format_amount

_c, _r = schema.calls.c, schema.records.c

#: Guests and departments whose spending is remembered.
REMEMBERED: Final = 5_000


class Spent(NamedTuple):
    """One charged call of somebody: when it began and what it cost."""

    started: int
    amount: int


class Spending:
    """What people have spent, and how that stands against budgets."""

    def __init__(self, memory: Memory, book: TariffBook) -> None:
        self._memory, self._book = memory, book
        self._spent: dict[tuple[str, str], dict[int, Spent]] = {}
        self.wanted = any(tariff.budgets for tariff in book.tariffs)
        memory.also_reload(lambda _connection: self._spent.clear())

    def judge(
        self, connection: Connection, call_id: int, started: int, ruling: Ruling, amount: int, around: Circumstances
    ) -> list[Standing]:
        """Count a call in, and tell the budgets that are near or passed by it."""
        tariff = self._book.in_force(from_micros(started), around.tariff)
        budgets = budgets_for(tariff.budgets, around) if tariff is not None else []
        who = ("reservation", ruling.reservation) if ruling.reservation else ("department", ruling.department)
        if not budgets or who[1] is None:
            return []
        spent = self._of(connection, (who[0], who[1]), started)
        spent[call_id] = Spent(started, amount)
        stood = [standing(one, self._sum(one, spent.values(), started, amount)) for one in budgets]
        return [one for one in stood if one.verdict != "within"]

    def _of(self, connection: Connection, who: tuple[str, str], started: int) -> dict[int, Spent]:
        known = self._spent.get(who)
        if known is None:
            if len(self._spent) >= REMEMBERED:
                self._spent.clear()
            known = self._spent[who] = _read(connection, self._memory.owner, *who, started)
        return known

    def _sum(self, budget: Budget, spent: Iterable[Spent], started: int, amount: int) -> int:
        if budget.per == "call":
            return amount
        now = from_micros(started).astimezone(self._book.zone)
        form = {"stay": "", "day": "%Y-%m-%d", "month": "%Y-%m"}[budget.per]
        here = now.strftime(form)
        return sum(
            one.amount
            for one in spent
            if not form or from_micros(one.started).astimezone(self._book.zone).strftime(form) == here
        )


def _read(connection: Connection, owner: str, column: str, name: str, started: int) -> dict[int, Spent]:
    """The charged calls of somebody in the last quarter."""
    first = first_since(connection, owner, schema.records, _r.received_at, started - LATE_RECORDS)
    wanted = select(_c.id, _c.started_at, _c.amount).where(
        _c.property == owner, _c.id >= first, _c[column] == name, _c.amount.is_not(None)
    )
    return {number: Spent(began, amount) for number, began, amount in connection.execute(wanted)}


def sentence(one: Standing, currency: str, decimals: int) -> str:
    """How somebody stands, as it is written beside the call."""
    limit, spent = format_amount(one.budget.amount, decimals), format_amount(one.spent, decimals)
    word = "passed" if one.verdict == "over" else "nearly reached"
    return f"budget {one.budget.name} {word}: {spent} of {limit} {currency} a {one.budget.per}"


def limited(ruling: Ruling, stood: Iterable[Standing], words: str) -> Ruling:
    """The ruling, with the charge held where a budget that is passed asks for it."""
    wanted = ruling.wanted
    if wanted is None or wanted.hold is not None:
        return ruling
    if not any(one.verdict == "over" and one.budget.action == "hold" for one in stood):
        return ruling
    return ruling._replace(reason=words, wanted=Wanted("held", wanted.amount, "over_budget", words))
