"""Rankings: which extensions, departments and destinations are called most, longest, and at the highest cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection

from gateway.languages.places import placed
from gateway.languages.spoken import joined, later, ours
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.calls import PRICE
from gateway.reports.office import on_persons, without_persons
from gateway.reports.sums import Purse, Tally, money_rows, tallied
from gateway.reports.values import Bars, Cell, Column, Money, Report, Row, Section, Table, table
from gateway.reports.wording import class_words
from gateway.store.reporting import call_sums

Measure: TypeAlias = Literal["calls", "talk", "cost"]
#: The heads of the columns that say who or what is ranked.
_HEADS: Final = {
    "department": later("department"),
    "extension": later("extension"),
    "room": later("room"),
    "destination": later("destination"),
}
#: Places that a ranking names, and that its pictures show.
MOST_NAMED: Final = 25
MOST_BARS: Final = 10
_FIGURES: Final = (
    Column("calls", "calls", "count"),
    Column("talk_seconds", "talk", "seconds"),
    Column("price", "price", "money"),
    Column("cost", "cost", "money"),
)
_TITLES: Final[Mapping[Measure, tuple[str, str, str]]] = {
    "calls": ("busiest", "The busiest", "Ranked by how many calls they made and took."),
    "talk": ("longest", "The longest on the telephone", "Ranked by talk time."),
    "cost": (
        "costliest",
        "The costliest",
        "Ranked by what the carriers ask where the tariff knows it, else by the price.",
    ),
}
_PICTURES: Final[Mapping[Measure, Column]] = {
    "calls": Column("calls", "calls", "count"),
    "talk": Column("talk", "talk", "seconds"),
    "cost": Column("cost", "cost", "money"),
}
_DESTINATIONS: Final = (
    "A destination is the place or network that the price was for, else the class of number; outgoing calls only."
)


def busiest(asked: Asked, connection: Connection) -> Report:
    """By calls."""
    return _ranking(asked, connection, "calls")


def longest(asked: Asked, connection: Connection) -> Report:
    """By talk time."""
    return _ranking(asked, connection, "talk")


def costliest(asked: Asked, connection: Connection) -> Report:
    """By cost."""
    return _ranking(asked, connection, "cost")


def _ranking(asked: Asked, connection: Connection, measure: Measure) -> Report:
    chosen = asked.chosen(connection)
    kind, title, words = _TITLES[measure]
    whose = call_sums(connection, chosen, ("extension", "room", "department"))
    places = [one for one in call_sums(connection, chosen, ("place", "number_class")) if one["direction"] == "out"]
    shown = [one for one in without_persons(asked.office, whose) if one["extension"]]
    ranked = (
        (
            "departments",
            later("Departments"),
            ("department",),
            tallied((one for one in whose if one["department"]), "department"),
        ),
        (
            "extensions",
            later("Extensions") if asked.office.agreement else later("Extensions of guest rooms"),
            ("extension", "room", "department"),
            tallied(shown, "extension", "room", "department"),
        ),
        ("destinations", later("Destinations"), ("destination",), _destinations(places)),
    )
    rule = _rule(asked, measure)
    sections: list[Section] = []
    for name, heading, heads, found in ranked:
        first = sorted((key for key in found if rule(found[key]) > 0), key=lambda key: (-rule(found[key]), str(key)))
        sections += _picture(asked, measure, name, heading, [(key, rule(found[key])) for key in first])
        sections.append(_table(asked, name, heading, heads, [(key, found[key]) for key in first]))
    return report(
        asked,
        connection,
        chosen,
        kind=kind,
        title=title,
        finding=_finding(ranked, rule),
        sections=sections,
        assumptions=(TALK, PRICE, words, _DESTINATIONS, *on_persons(asked.office)),
    )


def _destinations(rows: Sequence[dict[str, Any]]) -> dict[tuple[Any, ...], Tally]:
    return tallied(
        (
            {**one, "destination": placed(one["place"]) or class_words(one["number_class"]) or ours("unknown")}
            for one in rows
        ),
        "destination",
    )


def _rule(asked: Asked, measure: Measure) -> Callable[[Tally], int]:
    """What is compared: whole calls, seconds, or minor units of the hotel's currency."""

    def cost(one: Tally) -> int:
        purse = one.cost if one.cost.currencies else None
        if purse is not None:
            return _minor(asked, purse.of(asked.currency, asked.decimals))
        return sum(_minor(asked, each.of(asked.currency, asked.decimals)) for each in (one.priced, one.house))

    rules: Mapping[Measure, Callable[[Tally], int]] = {
        "calls": lambda one: one.calls,
        "talk": lambda one: one.talk,
        "cost": cost,
    }
    return rules[measure]


def _minor(asked: Asked, money: Money) -> int:
    """An amount in the hotel's decimals: costs may have more of them, and a ranking needs no fraction of a cent."""
    return money.minor // int(10 ** max(0, money.decimals - asked.decimals))


def _finding(ranked: Sequence[tuple[str, str, tuple[str, ...], Any]], rule: Callable[[Tally], int]) -> str:
    said = []
    for _, heading, _, found in ranked:
        top = max(found, key=lambda key: rule(found[key]), default=None)
        if top is not None and rule(found[top]) > 0:
            said.append(later("{heading}: {name}", heading=ours(heading), name=top[0]))
    return (
        later("First of each: {list}.", list=joined("; ", said)) if said else "No call was made or taken in these days."
    )


def _table(
    asked: Asked, name: str, title: str, heads: Sequence[str], ranked: Sequence[tuple[tuple[Any, ...], Tally]]
) -> Table:
    columns = (Column("rank", "rank", "count"), *(Column(one, _HEADS[one]) for one in heads), *_FIGURES)
    rows: list[Row] = []
    for place, (key, one) in enumerate(ranked[:MOST_NAMED], 1):
        price = Purse()
        price.pour(one.priced)
        price.pour(one.house)
        before: list[Cell] = [place, *key, one.calls, one.talk]
        rows += money_rows(before, [price, one.cost.known], asked.money(0))
    beyond = (
        later("The first {shown} of {number} are named.", shown=MOST_NAMED, number=len(ranked))
        if len(ranked) > MOST_NAMED
        else ""
    )
    return table(name, title, columns, rows, note=beyond, nothing="None.")


def _picture(
    asked: Asked, measure: Measure, name: str, title: str, ranked: Sequence[tuple[tuple[Any, ...], int]]
) -> list[Section]:
    top = ranked[:MOST_BARS]
    if len(top) < 2:
        return []

    def cell(value: int) -> Cell:
        return asked.money(value) if measure == "cost" else value

    return [
        Bars(
            name=f"{name}_bars",
            title=title,
            sentence=later("{name} comes first.", name=top[0][0][0]),
            measure=_PICTURES[measure],
            series=(_PICTURES[measure].title,),
            labels=tuple(key[0] or "" for key, _ in top),
            heading=_HEADS[name.removesuffix("s")],
            values=tuple((cell(value),) for _, value in top),
            lying=True,
        )
    ]
