"""Where the calls went: by class of number, by place and by carrier, with prices, costs and what is left of them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from gateway.languages.places import placed
from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.calls import PRICE
from gateway.reports.sums import Tally, money_rows, tallied, together
from gateway.reports.values import Bars, Column, Report, Row, Section, Table, table
from gateway.reports.wording import class_words
from gateway.store.reporting import call_sums
from gateway.web.words import minutes

#: Places and carriers in a picture.
MOST_BARS: Final = 12
MARGIN: Final = (
    "The margin is the price less the cost of guests' calls for which both are known in one currency; calls of the house "
    "and corrections are not in it."
)


def classes(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    rows = [
        one for one in call_sums(connection, chosen, ("number_class", "place", "carrier")) if one["direction"] == "out"
    ]
    whole, home = together(tallied(rows).values()), asked.money(0)
    tables = [
        _table(asked, rows, "class", "By class of number", "number_class"),
        _table(asked, rows, "place", "By place", "number_class", "place"),
        _table(asked, rows, "carrier", "By carrier", "carrier"),
    ]
    uncosted = (
        later_plural(
            "The cost of {number} call of guests is not known.",
            "The cost of {number} calls of guests is not known.",
            whole.uncosted,
        )
        if whole.uncosted
        else ""
    )
    told = later(
        "{calls}, {minutes} of talk, {price} at guests' prices, {cost}; {margin} remain where both are known.",
        calls=later_plural("{number} outgoing call", "{number} outgoing calls", whole.calls),
        minutes=minutes(whole.talk),
        price=whole.priced.words(home),
        cost=later("cost {amount}", amount=whole.cost.words(home)) if whole.cost.known else ours("no cost known"),
        margin=whole.margin.words(home),
    )
    finding = joined(" ", (told, uncosted))
    return report(
        asked,
        connection,
        chosen,
        kind="classes",
        title="Calls by class, place and carrier",
        finding=finding,
        sections=(*_picture(asked, rows), *tables),
        assumptions=("Outgoing calls only.", TALK, PRICE, MARGIN),
    )


def _table(asked: Asked, rows: list[dict[str, Any]], name: str, title: str, *keys: str) -> Table:
    found = tallied(rows, *keys)
    listed: list[Row] = []
    for key, tally in sorted(found.items(), key=_dearest):
        listed += _rows(asked, [_named(name, one) for name, one in zip(keys, key, strict=True)], tally)
    titles = {"number_class": "class", "place": "place", "carrier": "carrier"}
    columns = (
        *(Column(titles[key], titles[key]) for key in keys),
        Column("calls", "calls", "count"),
        Column("talk_seconds", "talk", "seconds"),
        Column("price", "guests' price", "money"),
        Column("house_price", "house's calls", "money"),
        Column("cost", "cost", "money"),
        Column("margin", "margin", "money"),
        Column("uncosted", "cost not known", "count", detail=True),
    )
    head = [ours("together"), *([None] * (len(keys) - 1))]
    totals = _rows(asked, head, together(found.values()))
    return table(name, title, columns, listed, totals=tuple(totals), nothing="No call went out.")


def _named(key: str, value: str | None) -> str:
    said = class_words(value) if key == "number_class" else placed(value) if key == "place" else value
    return said or ours("not known")


def _dearest(found: tuple[tuple[Any, ...], Tally]) -> tuple[Any, ...]:
    key, tally = found
    paid = sum(one.minor for one in (*tally.priced.amounts(), *tally.house.amounts()))
    return (-paid, -tally.calls, *(one or "" for one in key))


def _rows(asked: Asked, key: list[Any], tally: Tally) -> list[Row]:
    purses = [tally.priced, tally.house, tally.cost.known, tally.margin.known]
    return money_rows((*key, tally.calls, tally.talk), purses, asked.money(0), (tally.uncosted,))


def _picture(asked: Asked, rows: list[dict[str, Any]]) -> list[Section]:
    """What guests pay for each class, in the hotel's currency."""
    found = [
        (class_words(key[0]) or ours("not known"), tally.priced.of(asked.currency, asked.decimals))
        for key, tally in sorted(tallied(rows, "number_class").items(), key=_dearest)
    ][:MOST_BARS]
    if not any(money.minor for _, money in found):
        return []
    return [
        Bars(
            name="paid",
            title="Guests' price by class",
            sentence=later("Most is paid for calls of the class {name}.", name=found[0][0]),
            measure=Column("price", "guests' price", "money"),
            series=("guests' price",),
            labels=tuple(name for name, _ in found),
            heading="class",
            values=tuple((money,) for _, money in found),
            lying=True,
        )
    ]
