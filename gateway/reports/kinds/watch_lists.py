"""Calls to numbers on the house's own lists, summed by list and by caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from gateway.alarms.lists import BARRED, Hit, NumberLists
from gateway.languages.places import placed
from gateway.languages.spoken import later, later_plural
from gateway.number_lists import ListUnreadable
from gateway.reports.asking import Asked, report
from gateway.reports.office import on_persons, shown_extension
from gateway.reports.sums import Purse, money_rows
from gateway.reports.values import Column, Money, Note, Report, Row, Section, table
from gateway.store.listed import listed_calls
from gateway.store.reporting import Chosen

#: Calls that are named one by one; the sums have them all.
MOST_NAMED: Final = 5_000
_WHO: Final = (Column("who", "room or department"), Column("extension", "extension"))
_LIST: Final = (Column("list", "list"), Column("kind", "kind"))
_SUMS: Final = (
    Column("calls", "calls", "count"),
    Column("talk_seconds", "talk", "seconds"),
    Column("price", "price", "money"),
)
_CALL: Final = (
    Column("call", "call", "text", detail=True),
    Column("began", "began", "instant"),
    *_WHO,
    Column("number", "number"),
    Column("place", "place"),
    *_LIST,
    Column("note", "note"),
    *_SUMS[1:],
)

Keys = tuple[str | None, ...]


@dataclass(slots=True)
class Sum:
    """Calls, talk and prices together."""

    calls: int = 0
    talk: int = 0
    price: Purse = field(default_factory=Purse)

    def add(self, call: dict[str, Any]) -> None:
        """One call."""
        self.calls += 1
        self.talk += call["talk_seconds"] or 0
        if call["amount"] is not None:
            self.price.put(call["amount"], call["currency"], call["decimals"])


def _rows(sums: dict[Keys, Sum], home: Money) -> Iterator[Row]:
    """Whoever called most first."""
    for keys, one in sorted(sums.items(), key=lambda item: (-item[1].calls, *map(str, item[0]))):
        yield from money_rows((*keys, one.calls, one.talk), [one.price.known], home)


def watch_lists(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    try:
        lists = asked.guard().lists if asked.guard is not None else NumberLists((), ())
    except ListUnreadable as error:
        trouble: list[Section] = [Note(title="A list cannot be read", sentences=(f"{error}.",))]
        return _report(asked, connection, chosen, "A list of numbers cannot be read, so nothing was counted.", trouble)
    if not lists.lists:
        words = "The house has no lists of numbers: write [[lists]] in the configuration."
        return _report(asked, connection, chosen, words, [])
    by_list, by_caller = defaultdict[Keys, Sum](Sum), defaultdict[Keys, Sum](Sum)
    named: list[Row] = []
    for call, hit in on_lists(connection, chosen, lists):
        by_list[tuple(hit.list)].add(call)
        by_caller[call["room"] or call["department"], shown_extension(asked.office, call), *hit.list].add(call)
        if len(named) < MOST_NAMED:
            named.append(_call(asked, call, hit))
    number = sum(one.calls for one in by_list.values())
    barred = sum(one.calls for keys, one in by_list.items() if keys[1] == BARRED)
    beyond = (
        later("The first {shown} of {number} are named.", shown=MOST_NAMED, number=number)
        if number > MOST_NAMED
        else ""
    )
    sections: list[Section] = [
        table("lists", "By list", (*_LIST, *_SUMS), _rows(by_list, asked.money(0))),
        table("callers", "By caller", (*_WHO, *_LIST, *_SUMS), _rows(by_caller, asked.money(0))),
        table("calls", "The calls", _CALL, named, note=beyond),
    ]
    return _report(asked, connection, chosen, _finding(number, barred), sections)


def _finding(number: int, barred: int) -> str:
    if barred:
        return later_plural(
            "{number} call went to a number on the house's lists, {barred} of them to barred ones.",
            "{number} calls went to numbers on the house's lists, {barred} of them to barred ones.",
            number,
            barred=barred,
        )
    if number:
        return later_plural(
            "{number} call went to a number on the house's lists.",
            "{number} calls went to numbers on the house's lists.",
            number,
        )
    return "Nobody called a listed number."


def on_lists(connection: Connection, chosen: Chosen, lists: NumberLists) -> Iterator[tuple[dict[str, Any], Hit]]:
    """The calls out of the house that went to a number on a list, in order."""
    for call in listed_calls(connection, chosen):
        hit = lists.find(call["number"], call["started_at"])
        if hit is not None:
            yield call, hit


def listed(asked: Asked, connection: Connection, chosen: Chosen) -> tuple[int, int] | None:
    """How many calls went to listed numbers, and their talk; None where there are no lists, or one cannot be read."""
    try:
        lists = asked.guard().lists if asked.guard is not None else None
    except ListUnreadable:
        return None
    if not lists:
        return None
    whole = Sum()
    for call, _ in on_lists(connection, chosen, lists):
        whole.add(call)
    return whole.calls, whole.talk


def _call(asked: Asked, call: dict[str, Any], hit: Hit) -> Row:
    price = Money(call["amount"], call["currency"], call["decimals"]) if call["amount"] is not None else None
    who = (str(call["id"]), call["started_at"], call["room"] or call["department"], call["extension"])
    return (*who, asked.number(call), placed(call["place"]), *hit.list, hit.entry.note, call["talk_seconds"], price)


def _report(asked: Asked, connection: Connection, chosen: Chosen, finding: str, sections: list[Section]) -> Report:
    return report(
        asked,
        connection,
        chosen,
        kind="watch-lists",
        title="Watch lists",
        finding=finding,
        sections=sections,
        assumptions=(
            "Outgoing calls whose number has the form of E.164. The longest entry that fits says which list a number is on.",
            "The price is what the tariff gave, whoever pays.",
            *on_persons(asked.office),
        ),
    )
