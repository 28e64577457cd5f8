"""Budgets: what a guest or a department has spent, held against the limits of their tariff when a call is charged.

No call is ever barred by it; the exchange does that, if anybody. A limit that is near or passed is written beside the
call, and where the tariff asks for it a charge beyond the limit waits for a person.

Where a person gave a guest a limit of his own, that one holds in the place of the tariff's limits for a stay. The first call
by which somebody comes near a limit or passes it is told once; for limits of a stay that is written down, as a mark for the
room.

What somebody has spent is read once from the store and then kept in memory, which is forgotten whenever a
transaction failed. A house without budgets pays nothing for this.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import Connection

from gateway.alarms.kinds import LIMIT, Fact
from gateway.instants import from_micros
from gateway.settle import Ruling, Wanted
from gateway.store.limit_deeds import mark
from gateway.store.memory import Memory
from gateway.store.stay_limits import ORDER, OWN, Spent, Verdict, charged
from gateway.store.stays import LATE_RECORDS
from rating.book import TariffBook
from rating.circumstances import Circumstances
from rating.limits import Budget, Standing, budgets_for, standing
from rating.money import format_amount

#: Guests and departments whose spending is remembered.
REMEMBERED: Final = 5_000


class Stood(NamedTuple):
    """How somebody stands against a budget; `first` where this call is the first to make it so."""

    standing: Standing
    first: bool


class Spending:
    """What people have spent, and how that stands against budgets."""

    def __init__(self, memory: Memory, book: TariffBook) -> None:
        self._memory, self._book = memory, book
        self._spent: dict[tuple[str, str], dict[int, Spent]] = {}
        self._budgets = any(tariff.budgets for tariff in book.tariffs)
        self._warn_at = {(one.name, one.amount): one.warn_at for tariff in book.tariffs for one in tariff.budgets}
        self._begin()
        memory.also_reload(lambda _connection: self._begin())

    def _begin(self) -> None:
        self._spent.clear()
        self._memory.stay_limits.warn_at = self._warn_at

    @property
    def wanted(self) -> bool:
        """Whether there is any limit in this house."""
        return self._budgets or bool(self._memory.stay_limits.said)

    def judge(
        self, connection: Connection, call_id: int, started: int, ruling: Ruling, amount: int, around: Circumstances
    ) -> list[Stood]:
        """Count a call in, and tell the budgets that are near or passed by it."""
        tariff = self._book.in_force(from_micros(started), around.tariff)
        budgets = budgets_for(tariff.budgets, around) if tariff is not None else []
        budgets = self._memory.stay_limits.instead(budgets, ruling.reservation)
        who = ("reservation", ruling.reservation) if ruling.reservation else ("department", ruling.department)
        if not budgets or who[1] is None:
            return []
        spent = self._of(connection, (who[0], who[1]), started)
        before = spent.pop(call_id, None)
        earlier = [(one, self._sum(one, spent.values(), started, 0) + self._counted(one, before)) for one in budgets]
        spent[call_id] = Spent(started, amount)
        found = []
        for one, sum_before in earlier:
            now = standing(one, self._sum(one, spent.values(), started, amount))
            if now.verdict != "within":
                found.append(Stood(now, self._first(one, ruling.reservation, sum_before, now.verdict)))
        return found

    def _counted(self, budget: Budget, before: Spent | None) -> int:
        """What a call that is ruled anew had cost before."""
        return before.amount if before is not None and budget.per != "call" else 0

    def _first(self, budget: Budget, guest: str | None, before: int, verdict: Verdict) -> bool:
        """Whether nothing before this call had come so far. A limit of a stay remembers it; the others work it out."""
        if budget.per == "call":
            return False  # each such call is told beside it, and none of them is the first
        if budget.per == "stay" and guest:
            known = self._memory.stay_limits.marks.get((guest, budget.name), "within")
        else:
            known = standing(budget, before).verdict
        return ORDER.index(verdict) > ORDER.index(known)

    def keep(
        self, connection: Connection, stood: Iterable[Stood], ruling: Ruling, call_id: int, words: Words, now: int
    ) -> list[Fact]:
        """Write the marks down that this call makes, and tell what somebody must hear of."""
        crossed = []
        for one, first in stood:
            if not first:
                continue
            if one.budget.per == "stay" and ruling.reservation:
                about = (one.budget.name, one.budget.amount)
                mark(connection, self._memory, ruling.reservation, one.verdict, about, one.spent, now, call_id)
            who = ruling.reservation or ruling.department or ""
            crossed.append(Fact(LIMIT, f"{who} {one.budget.name} {one.verdict}", words.alarm(one)))
        return crossed

    def _of(self, connection: Connection, who: tuple[str, str], started: int) -> dict[int, Spent]:
        if who[1] in self._memory.stay_limits.recount:  # somebody changed what he is charged
            self._memory.stay_limits.recount.discard(who[1])
            self._spent.pop(who, None)
        known = self._spent.get(who)
        if known is None:
            if len(self._spent) >= REMEMBERED:
                self._spent.clear()
            since = started - LATE_RECORDS
            known = self._spent[who] = charged(connection, self._memory.owner, *who, since)
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


class Words(NamedTuple):
    """How standings are said: whose calls they are, and in which money."""

    whose: str
    currency: str
    decimals: int

    def beside(self, one: Standing) -> str:
        """As it is written beside the call."""
        return f"budget {self._said(one)}"

    def alarm(self, one: Standing) -> str:
        """As somebody is told who was not looking."""
        what = "own limit of the stay" if one.budget.name == OWN else f"limit {one.budget.name}"
        share = f", {one.spent * 100 // one.budget.amount} %" if one.budget.amount else ""
        word = "has passed" if one.verdict == "over" else "is near"
        return f"{self.whose} {word} the {what}: {self._figures(one)} a {one.budget.per}{share}"

    def _said(self, one: Standing) -> str:
        word = "passed" if one.verdict == "over" else "nearly reached"
        return f"{one.budget.name} {word}: {self._figures(one)} a {one.budget.per}"

    def _figures(self, one: Standing) -> str:
        limit, spent = format_amount(one.budget.amount, self.decimals), format_amount(one.spent, self.decimals)
        return f"{spent} of {limit} {self.currency}"


def limited(ruling: Ruling, stood: Iterable[Stood], words: str) -> Ruling:
    """The ruling, with the charge held where a budget that is passed asks for it."""
    wanted = ruling.wanted
    if wanted is None or wanted.hold is not None:
        return ruling
    if not any(one.verdict == "over" and one.budget.action == "hold" for one, _ in stood):
        return ruling
    return ruling._replace(reason=words, wanted=Wanted("held", wanted.amount, "over_budget", words))
