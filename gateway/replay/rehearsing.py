"""A rehearsal: stored calls priced by another book of tariffs, or bought from another carrier, one line for each.

Three questions can be asked. *Price*: what guests would have paid by another tariff, beside what they were charged.
*Cost*: what a carrier would have asked, beside what the carrier of then did. *Split*: each call by whichever carrier
of the book asks least. The store is only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from gateway.intake.batch import Rules, Source
from gateway.intake.stored_calls import Again, StoredCall, calls_between
from gateway.replay.carriers import Quoted
from gateway.replay.comparing import Line
from gateway.settle import Free, Priced
from gateway.store.database import Database
from gateway.store.reporting import Span
from protocols.records import JoinedCall
from rating.book import TariffBook

Question: TypeAlias = Literal["price", "cost", "split"]


class CannotCompare(Exception):
    """The question has no answer as it is asked; the sentence says why."""


class Money(NamedTuple):
    """The currency of a comparison and its decimals."""

    currency: str
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One rehearsal. `carrier` is the one asked for in a question of cost."""

    database: Database
    rules: Rules
    sources: Mapping[str, Source]
    book: TariffBook
    question: Question
    carrier: str = ""

    @property
    def carriers(self) -> tuple[str, ...]:
        """Every carrier that the book has a tariff of costs for."""
        return tuple(dict.fromkeys(line.carrier for line in self.book.costs))

    def money(self) -> Money:
        """What the amounts are in. Costs may keep more decimals than the currency has. Raises CannotCompare."""
        if self.question == "price":
            return Money(self.book.currency, self.book.decimals)
        wanted = self.carriers if self.question == "split" else (self.carrier,)
        if not self.carriers:
            raise CannotCompare("the tariff has no carrier: a tariff of costs is one with the key carrier")
        if missing := [name for name in wanted if name not in self.carriers]:
            raise CannotCompare(f"the tariff has no carrier {missing[0]}; it has {', '.join(self.carriers)}")
        tariffs = [one.tariff for line in self.book.costs if line.carrier in wanted for one in line.periods]
        if len(currencies := {one.currency for one in tariffs}) > 1:
            raise CannotCompare(f"these carriers ask in different currencies: {', '.join(sorted(currencies))}")
        return Money(tariffs[0].currency, max(one.decimals for one in tariffs))

    def lines(self, span: Span, seen: Callable[[int], None] = lambda _call: None) -> Iterator[Line]:
        """Each call that may cost money, in order; `seen` hears the number of each slice's last call."""
        again, money = Again(self.database, self.rules, self.sources, span), self.money()
        ask = {"price": self._price, "cost": self._cost, "split": self._split}[self.question]
        for calls in calls_between(self.database, span):
            for call in calls:
                joined = again.joined(call)
                if joined is None:
                    why = "its number or its records are erased: their time is over"
                    if call.source not in self.sources:
                        why = f"the configuration has no exchange {call.source}"
                    yield _line(call, None, None, "", why)
                elif (line := ask(again, call, joined, money)) is not None:
                    yield line
            seen(calls[-1].id)

    def quoted(self, span: Span, seen: Callable[[int], None] = lambda _call: None) -> Iterator[Quoted]:
        """Each call out that a carrier carried or could have, with what every carrier asks for it, in order."""
        again, money = Again(self.database, self.rules, self.sources, span), self.money()
        for calls in calls_between(self.database, span):
            for call in calls:
                joined = again.joined(call)
                before = _stored(call.cost, call.cost_currency, call.cost_decimals, money)
                asked = {name: self._asked(again, call, joined, name, money) for name in self.carriers}
                if before is not None or any(amount is not None for amount in asked.values()):
                    yield Quoted(call.started_at, before, asked)
            seen(calls[-1].id)

    def _asked(self, again: Again, call: StoredCall, joined: JoinedCall | None, name: str, money: Money) -> int | None:
        cost = None if joined is None else again.cost(call, joined, self.book, name)
        return None if cost is None else _scaled(cost.amount, cost.decimals, money)

    def _price(self, again: Again, call: StoredCall, joined: JoinedCall, money: Money) -> Line | None:
        if call.department is not None or (call.status == "not_chargeable" and call.amount is not None):
            return None  # a call of the house, or of a vacant room: it has a price and nobody pays it
        cost = again.price(call, joined, self.book)
        if isinstance(cost, Priced):
            return _line(
                call, _stored(call.amount, call.currency, call.decimals, money), cost.amount, call.carrier or ""
            )
        if call.amount is None:
            return None if isinstance(cost, Free) else _line(call, None, None, call.carrier or "", cost.reason)
        after = 0 if isinstance(cost, Free) else None
        return _line(
            call, _stored(call.amount, call.currency, call.decimals, money), after, call.carrier or "", cost.reason
        )

    def _cost(self, again: Again, call: StoredCall, joined: JoinedCall, money: Money) -> Line | None:
        before = _stored(call.cost, call.cost_currency, call.cost_decimals, money)
        asked = again.cost(call, joined, self.book, self.carrier)
        if asked is None:
            words = f"{self.carrier} has no rate for it"
            return None if before is None else _line(call, before, None, call.carrier or "", words)
        after = _scaled(asked.amount, asked.decimals, money)
        return _line(call, before, after, call.carrier or "", _NO_COST if before is None else "")

    def _split(self, again: Again, call: StoredCall, joined: JoinedCall, money: Money) -> Line | None:
        """The carrier that asks least; of equals the one whose tariff comes first."""
        before = _stored(call.cost, call.cost_currency, call.cost_decimals, money)
        best: tuple[int, str] | None = None
        for name in self.carriers:
            amount = self._asked(again, call, joined, name, money)
            if amount is not None and (best is None or amount < best[0]):
                best = amount, name
        if best is None:
            return None if before is None else _line(call, before, None, "", "no carrier has a rate for it")
        return _line(call, before, best[0], best[1], _NO_COST if before is None else "")


_NO_COST: Final = "no cost is stored: no carrier's tariff was in force when it was made"


def _scaled(amount: int, decimals: int, money: Money) -> int:
    return amount * int(10 ** (money.decimals - decimals))


def _stored(amount: int | None, currency: str | None, decimals: int | None, money: Money) -> int | None:
    """A stored amount in the units of the comparison; None where it is in another currency or finer than those."""
    if amount is None or currency != money.currency or decimals is None or decimals > money.decimals:
        return None
    return amount if decimals == money.decimals else _scaled(amount, decimals, money)


def _line(call: StoredCall, before: int | None, after: int | None, carrier: str, note: str = "") -> Line:
    """Fields in the order of Line: this is done for every call of a year."""
    caller = call.room or call.department or call.extension or ""
    said = (call.number_class or "unknown", call.place or "", call.trunk or "", carrier, call.talk_seconds or 0)
    return Line(call.id, call.started_at, caller, call.dialled or "", *said, before, after, note)
