"""Calls that stand out: long, costly, dearer than their price, at night, from vacant rooms, one number again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from gateway.instants import to_micros
from gateway.reports.asking import Asked, report
from gateway.reports.kinds.losses import loss_table
from gateway.reports.kinds.named_calls import FACTS, facts
from gateway.reports.kinds.unusual import unusual_table
from gateway.reports.kinds.watch_lists import listed
from gateway.reports.office import shown_extension
from gateway.reports.periods import Period
from gateway.reports.values import Bars, Column, Money, Report, Row, Section, Table, table
from gateway.reports.wording import amount
from gateway.store import reporting as store
from gateway.store.reporting import Chosen, calls_where
from gateway.web.words import count
from protocols.text import mask_number
from rating.money import exact, half_up

#: Calls of one sort that are named.
MOST_NAMED: Final = 500
#: Decimals in which the threshold of a costly call is read.
_DECIMALS: Final = 4
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
    told = [f"{row[2]} {str(row[0]).lower()}" for row in found]
    finding = f"What stands out: {', '.join(told)}." if told else "Nothing stands out in these days."
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
    sums += [(one.title, one.note.partition(" The most")[0], one.count, None) for one in tables[len(sums) :]]
    for make in (loss_table, unusual_table):
        found_table, number = make(asked, connection, chosen, MOST_NAMED)
        tables.append(found_table)
        sums.append((found_table.title, found_table.note.partition(" The first")[0], number, None))
    on_lists = listed(asked, connection, chosen)
    if on_lists is not None:
        sums.append(
            ("On watch lists", "numbers on the house's own lists: the report watch-lists names them", *on_lists)
        )
    return sums, tables


def sorts(asked: Asked) -> list[Sort]:
    """The ways in which a single call stands out, by the house's own thresholds."""
    said = asked.settings
    dear = asked.money(half_up(exact(said.costly, _DECIMALS) * 10**asked.decimals, 10**_DECIMALS))
    long = said.long_minutes * 60
    night = f"{said.after_hours_from:%H:%M} and {said.after_hours_to:%H:%M}"
    hours = list(after_hours(asked))
    return [
        Sort("long", "Long calls", f"{said.long_minutes} min and more", store.lasting(long), store.LONGEST_FIRST),
        Sort(
            "costly",
            "Costly calls",
            f"a price of {amount(dear)} {dear.currency} and more",
            store.costing(dear.minor, dear.currency),
            store.DEAREST_FIRST,
        ),
        Sort("short", "Short calls", f"answered, under {said.short_seconds} s", store.shorter(said.short_seconds)),
        Sort("premium", "Premium numbers", "the class premium", store.of_class("premium")),
        Sort("international", "International calls", "the class international", store.of_class("international")),
        Sort("after_hours", "After hours", f"of the house, begun between {night}", store.begun_in(hours)),
        Sort("vacant", "From vacant rooms", "nobody was in the room, by the PMS", store.from_vacant_rooms()),
    ]


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
    beyond = f" The first {MOST_NAMED} of {number} are named." if number > MOST_NAMED else ""
    return Table(
        name=sort.name,
        title=sort.title,
        columns=_CALL,
        rows=tuple(_call(asked, one) for one in rows),
        count=len(rows),
        note=f"{sort.words[0].upper()}{sort.words[1:]}.{beyond}",
    )


def _call(asked: Asked, one: dict[str, Any]) -> Row:
    price = Money(one["amount"], one["currency"], one["decimals"]) if one["amount"] is not None else None
    return (*facts(asked, one), price, one["reason"])


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
    most = f" The most called {MOST_NAMED} are named."
    more = f" The most sought {MOST_NAMED} are named."
    return [
        table(
            "repeated",
            "Repeated numbers",
            (*who, *columns),
            repeated,
            note=f"One extension called one number {said.repeated} times and more."
            + (most if len(again) == MOST_NAMED else ""),
        ),
        table(
            "sought",
            "Numbers sought by many",
            (Column("callers", "extensions", "count"), *columns),
            many,
            note=f"{said.many_callers} extensions and more called the number."
            + (more if len(sought) == MOST_NAMED else ""),
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
            sentence=f"{count(int(str(top[2])), 'time')}: {str(top[0]).lower()}.",
            measure=Column("number", "number", "count"),
            series=("number",),
            labels=tuple(str(row[0]) for row in found),
            heading="sort",
            values=tuple((row[2],) for row in found),
            lying=True,
        )
    ]
