"""Who called: by extension, and by department of the house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.calls import PRICE
from gateway.reports.office import TOGETHER, folded, on_persons
from gateway.reports.sums import Tally, money_rows, tallied, together
from gateway.reports.values import Bars, Column, Report, Row, Section, Table, table
from gateway.store.reporting import call_sums
from gateway.web.words import minutes

#: Extensions or departments in the picture.
MOST_BARS: Final = 12
_FIGURES: Final = (
    Column("out", "out", "count"),
    Column("in", "in", "count"),
    Column("internal", "internal", "count"),
    Column("talk_seconds", "talk", "seconds"),
    Column("price", "guests' price", "money"),
    Column("house_price", "house's calls", "money"),
    Column("cost", "cost", "money"),
)
#: The title of the picture of talk, and what is said of it.
_TALK: Final = {
    "extension": (later("Talk by extension"), later("Extension {name} talked longest.")),
    "department": (later("Talk by department"), later("Department {name} talked longest.")),
}
_COUNTS: Final = (
    "The extension of a call is the one that pays or would pay; a call that several held counts once, for it."
)


def extensions(asked: Asked, connection: Connection) -> Report:
    """Each extension, and whose it is."""
    chosen = asked.chosen(connection)
    keys = ("extension", "room", "department")
    told = call_sums(connection, chosen, keys)
    found = folded(asked.office, tallied(told, *keys), 0, 2)
    heads = (Column("extension", "extension"), Column("room", "room"), Column("department", "department"))
    listed = _table(asked, "extensions", "Extensions", heads, found, "No extension called.")
    whole = together(found.values())
    known = len({row["extension"] for row in told if row["extension"]})
    return report(
        asked,
        connection,
        chosen,
        kind="extensions",
        title="Calls by extension",
        finding=later(
            "{extensions} had {calls} with {minutes} of talk.",
            extensions=later_plural("{number} extension", "{number} extensions", known),
            calls=later_plural("{number} call", "{number} calls", whole.calls),
            minutes=minutes(whole.talk),
        ),
        sections=(*_picture({key: one for key, one in found.items() if key[0] != TOGETHER}, "extension", 0), listed),
        assumptions=(TALK, PRICE, _COUNTS, *on_persons(asked.office)),
    )


def departments(asked: Asked, connection: Connection) -> Report:
    """Each department, and its extensions."""
    chosen = asked.chosen(connection)
    rows = [one for one in call_sums(connection, chosen, ("department", "extension")) if one["department"]]
    found = tallied(rows, "department")
    head = Column("department", "department")
    listed = _table(asked, "departments", "Departments", (head,), found, "No department called.")
    within = _table(
        asked,
        "extensions",
        "Extensions of departments",
        (head, Column("extension", "extension")),
        folded(asked.office, tallied(rows, "department", "extension"), 1, 0),
        "No department called.",
    )
    whole = together(found.values())
    finding = later(
        "{departments} made or took {calls} with {minutes} of talk; by guests' prices they come to {money}.",
        departments=later_plural("{number} department", "{number} departments", len(found)),
        calls=later_plural("{number} call", "{number} calls", whole.calls),
        minutes=minutes(whole.talk),
        money=whole.house.words(asked.money(0)),
    )
    return report(
        asked,
        connection,
        chosen,
        kind="departments",
        title="Calls by department",
        finding=finding,
        sections=(*_picture(found, "department", 0), listed, within),
        assumptions=(TALK, PRICE, _COUNTS, *on_persons(asked.office)),
    )


def _table(
    asked: Asked, name: str, title: str, heads: Sequence[Column], found: dict[tuple[Any, ...], Tally], nothing: str
) -> Table:
    rows: list[Row] = []
    for key in sorted(found, key=lambda one: tuple(part or "" for part in one)):
        rows += _rows(asked, list(key), found[key])
    totals = _rows(asked, [ours("together"), *([None] * (len(heads) - 1))], together(found.values()))
    return table(name, title, (*heads, *_FIGURES), rows, totals=tuple(totals), nothing=nothing)


def _rows(asked: Asked, key: list[Any], tally: Tally) -> list[Row]:
    figures = (tally.outward, tally.inward, tally.inside, tally.talk)
    return money_rows((*key, *figures), [tally.priced, tally.house, tally.cost.known], asked.money(0))


def _picture(found: dict[tuple[Any, ...], Tally], heading: str, place: int) -> list[Section]:
    """Who talked longest."""
    talk: dict[str, int] = {}
    for key, tally in found.items():
        if key[place]:
            talk[key[place]] = talk.get(key[place], 0) + tally.talk
    top = sorted(talk.items(), key=lambda one: (-one[1], one[0]))[:MOST_BARS]
    if not top or not top[0][1]:
        return []
    beyond = (
        later("The {shown} of {number} that talked longest are shown.", shown=MOST_BARS, number=len(talk))
        if len(talk) > MOST_BARS
        else ""
    )
    title, longest = _TALK[heading]
    return [
        Bars(
            name="talk",
            title=title,
            sentence=joined(" ", (later(longest, name=top[0][0]), beyond)),
            measure=Column("talk", "talk", "seconds"),
            series=("talk",),
            labels=tuple(name for name, _ in top),
            heading=heading,
            values=tuple((seconds,) for _, seconds in top),
            lying=True,
        )
    ]
