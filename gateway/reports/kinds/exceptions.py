"""Calls that stand out: long, costly, dearer than their price, at night, from vacant rooms, one number again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from gateway.config.meanings import minor
from gateway.instants import to_micros
from gateway.languages.spoken import joined, later, ours
from gateway.reports.asking import Asked, report
from gateway.reports.kinds import losses, unusual
from gateway.reports.kinds.losses import loss_table
from gateway.reports.kinds.named_calls import FACTS, facts
from gateway.reports.kinds.unusual import unusual_table
from gateway.reports.kinds.watch_lists import listed
from gateway.reports.office import shown_extension
from gateway.reports.periods import Period
from gateway.reports.values import Bars, Column, Money, Report, Row, Section, Table, table
from gateway.reports.wording import in_words, kept_words
from gateway.store import reporting as store
from gateway.store.reporting import Chosen, calls_where
from protocols.text import mask_number

#: Calls of one sort that are named.
MOST_NAMED: Final = 500
_CALL: Final = (
    *FACTS,
    Column("price", "price", "money"),
    Column("reason", "ruling", "text", detail=True),
)


class Sort(NamedTuple):
    """A way to stand out: its name, title, what it is in a sentence, the calls, and which of them come first."""

    name: str
    title: str
    words: str
    condition: ColumnElement[bool]
    first: Any = None


def exceptions(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    sums, tables = _gathered(asked, connection, chosen)
    columns = (
        Column("sort", "sort"),
        Column("meaning", "what it is"),
        Column("number", "number", "count"),
        Column("talk_seconds", "talk", "seconds"),
    )
    found = [row for row in sums if row[2]]
    told = [later("{what} ({number})", what=row[0], number=row[2]) for row in found]
    finding = (
        later("What stands out: {list}.", list=joined(", ", told)) if told else "Nothing stands out in these days."
    )
    sections: list[Section] = [*_picture(found), table("sorts", "What stands out", columns, sums)]
    return report(
        asked,
        connection,
        chosen,
        kind="exceptions",
        title="Exceptions",
        finding=finding,
        sections=[*sections, *(one for one in tables if one.count)],
        assumptions=(
            "Outgoing calls only. A call may stand out in more than one way.",
            "What counts as long, costly, short or often is set in [reports] of the configuration; what is usual is learned from "
            "the weeks before, and nothing is said with fewer than four of them.",
        ),
    )


def _gathered(asked: Asked, connection: Connection, chosen: Chosen) -> tuple[list[Row], list[Table]]:
    """Every way to stand out: how many and how long, and the calls themselves."""
    tables: list[Table] = []
    sums: list[Row] = []
    for sort in sorts(asked):
        rows, whole = calls_where(connection, chosen, sort.condition, MOST_NAMED, sort.first)
        sums.append((sort.title, sort.words, whole["calls"], whole["talk"]))
        tables.append(_named(asked, sort, rows, whole["calls"]))
    tables += _often(asked, connection, chosen)
    words = (_again(asked), _sought(asked))
    sums += [(ours(one.title), what, one.count, None) for one, what in zip(tables[len(sums) :], words, strict=True)]
    for make, what in ((loss_table, losses.WORDS), (unusual_table, unusual.WORDS)):
        found_table, number = make(asked, connection, chosen, MOST_NAMED)
        tables.append(found_table)
        sums.append((found_table.title, what, number, None))
    on_lists = listed(asked, connection, chosen)
    if on_lists is not None:
        sums.append(
            (
                ours("On watch lists"),
                ours("numbers on the house's own lists: the report watch-lists names them"),
                *on_lists,
            )
        )
    return sums, tables


def sorts(asked: Asked) -> list[Sort]:
    """The ways in which a single call stands out, by the house's own thresholds."""
    said = asked.settings
    dear = asked.money(minor(said.costly, asked.currency))
    long = said.long_minutes * 60
    return [
        Sort(
            "long",
            ours("Long calls"),
            later("{long_minutes} min and more", long_minutes=said.long_minutes),
            store.lasting(long),
            store.LONGEST_FIRST,
        ),
        Sort(
            "costly",
            ours("Costly calls"),
            later("a price of {amount} and more", amount=in_words(dear)),
            store.costing(dear.minor, dear.currency),
            store.DEAREST_FIRST,
        ),
        Sort(
            "short",
            ours("Short calls"),
            later("answered, under {short_seconds} s", short_seconds=said.short_seconds),
            store.shorter(said.short_seconds),
        ),
        Sort("premium", ours("Premium numbers"), ours("the class premium"), store.of_class("premium")),
        Sort(
            "international",
            ours("International calls"),
            ours("the class international"),
            store.of_class("international"),
        ),
        Sort("after_hours", ours("After hours"), _night(asked), store.begun_in(list(after_hours(asked)))),
        Sort(
            "vacant", ours("From vacant rooms"), ours("nobody was in the room, by the PMS"), store.from_vacant_rooms()
        ),
    ]


def _night(asked: Asked) -> str:
    said = asked.settings
    return later(
        "of the house, begun between {begin} and {end}",
        begin=f"{said.after_hours_from:%H:%M}",
        end=f"{said.after_hours_to:%H:%M}",
    )


def after_hours(asked: Asked) -> Iterator[tuple[int, int]]:
    """The stretches of the days' nights, on the hotel's clock; a night may begin on the day before the first."""
    period: Period = asked.period
    begin, end = asked.settings.after_hours_from, asked.settings.after_hours_to
    for day in [period.first - timedelta(days=1), *period.days]:
        following = day if begin < end else day + timedelta(days=1)
        since = to_micros(datetime.combine(day, begin, period.zone))
        until = to_micros(datetime.combine(following, end, period.zone))
        if until > period.since and since < period.until:
            yield since, until


def _named(asked: Asked, sort: Sort, rows: list[dict[str, Any]], number: int) -> Table:
    beyond = (
        later("The first {shown} of {number} are named.", shown=MOST_NAMED, number=number)
        if number > MOST_NAMED
        else ""
    )
    return Table(
        name=sort.name,
        title=sort.title,
        columns=_CALL,
        rows=tuple(_call(asked, one) for one in rows),
        count=len(rows),
        note=joined(" ", (later("Meant is: {what}.", what=sort.words), beyond)),
    )


def _call(asked: Asked, one: dict[str, Any]) -> Row:
    price = Money(one["amount"], one["currency"], one["decimals"]) if one["amount"] is not None else None
    return (*facts(asked, one), price, kept_words(one["reason"]))


def _again(asked: Asked) -> str:
    return later("One extension called one number {number} times and more.", number=asked.settings.repeated)


def _sought(asked: Asked) -> str:
    return later("{number} extensions and more called the number.", number=asked.settings.many_callers)


def _often(asked: Asked, connection: Connection, chosen: Chosen) -> list[Table]:
    """Numbers called again and again by one extension, and numbers sought by many."""
    said = asked.settings
    again = store.repeated(connection, chosen, said.repeated, MOST_NAMED)
    sought = store.sought(connection, chosen, said.many_callers, MOST_NAMED)
    who = (Column("who", "room or department"), Column("extension", "extension"))
    columns = (
        Column("number", "number"),
        Column("calls", "calls", "count"),
        Column("talk_seconds", "talk", "seconds"),
        Column("first", "first", "instant"),
        Column("last", "last", "instant"),
    )
    repeated: list[Row] = [
        (one["room"] or one["department"], shown_extension(asked.office, one), *_number(asked, one, one["calls"]))
        for one in again
    ]
    many: list[Row] = [(one["callers"], *_number(asked, one, one["calls"])) for one in sought]
    most = later("The most called {shown} are named.", shown=MOST_NAMED)
    more = later("The most sought {shown} are named.", shown=MOST_NAMED)
    return [
        table(
            "repeated",
            "Repeated numbers",
            (*who, *columns),
            repeated,
            note=joined(" ", (_again(asked), most if len(again) == MOST_NAMED else "")),
        ),
        table(
            "sought",
            "Numbers sought by many",
            (Column("callers", "extensions", "count"), *columns),
            many,
            note=joined(" ", (_sought(asked), more if len(sought) == MOST_NAMED else "")),
        ),
    ]


def _number(asked: Asked, one: dict[str, Any], calls: int) -> Row:
    number = mask_number(one["number"]) if asked.masked else one["number"]
    return (number, calls, one["talk"], one["first"], one["last"])


def _picture(found: list[Row]) -> list[Section]:
    if not found:
        return []
    top = max(found, key=lambda row: row[2] if isinstance(row[2], int) else 0)
    return [
        Bars(
            name="standing_out",
            title="How often",
            sentence=later("Most often: {what} ({number}).", what=top[0], number=top[2]),
            measure=Column("number", "number", "count"),
            series=("number",),
            labels=tuple(row[0] for row in found if isinstance(row[0], str)),
            heading="sort",
            values=tuple((row[2],) for row in found),
            lying=True,
        )
    ]
