"""A report as people see it, the same for page and PDF: every cell as text, pictures drawn, long tables cut with a word. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice
from typing import Final

from gateway.languages.spoken import is_english, plural, say
from gateway.reports.charts import behind, draw
from gateway.reports.values import Cell, Column, Money, Note, Report, Section, Table
from gateway.reports.wording import amount, heading, shown
from gateway.web.words import day, visible


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column's head; `figures` stand to the right, `words` may be broken; `long` is the length of its longest cell."""

    title: str
    figures: bool
    words: bool
    long: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table's texts; `rest` says what is not shown."""

    name: str
    title: str
    note: str
    columns: tuple[ShownColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, ...], ...]
    rest: str
    nothing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """A picture as SVG with the table behind it."""

    title: str
    sentence: str
    svg: str
    table: ShownTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A report's texts."""

    title: str
    hotel: str
    days: str
    zone: str
    run_at: str
    finding: str
    complete: tuple[str, ...]
    assumptions: tuple[str, ...]
    sections: tuple[ShownTable | ShownPicture | Note, ...]


#: Rows of a table that stands behind so many others that a page has enough: what it is about.
FEW_ROWS: Final = 25


def show(report: Report, most: int, together: int | None = None) -> Shown:
    """A report as texts, with at most so many rows of each table, and of all its tables where that is said."""
    return Shown(
        title=visible(say(report.title)),
        hotel=visible(report.hotel),
        days=days_words(report),
        zone=report.zone.key,
        run_at=f"{report.run_at.astimezone(report.zone):%Y-%m-%d %H:%M}",
        finding=visible(say(report.finding)),
        complete=tuple(visible(say(one)) for one in report.complete),
        assumptions=tuple(visible(say(one)) for one in report.assumptions),
        sections=tuple(_shown_sections(report, most, together)),
    )


def _shown_sections(report: Report, most: int, together: int | None) -> Iterator[ShownTable | ShownPicture | Note]:
    left = together
    for one in report.sections:
        shown = shown_section(one, report.zone, most if left is None else min(most, max(FEW_ROWS, left)))
        if left is not None and isinstance(shown, ShownTable):
            left -= len(shown.rows)
        yield shown


def days_words(report: Report) -> str:
    """The days of a report in words."""
    if is_english():
        return report.days
    first, last = (day(one, year=True) for one in (report.first, report.last))
    return first if first == last else say("{first} to {last}", first=first, last=last)


def shown_section(section: Section, zone: tzinfo, most: int) -> ShownTable | ShownPicture | Note:
    """One part of a report as texts."""
    if isinstance(section, Note):
        return Note(title=visible(say(section.title)), sentences=tuple(visible(say(one)) for one in section.sentences))
    if isinstance(section, Table):
        return _table(section, zone, most)
    return ShownPicture(
        title=visible(say(section.title)),
        sentence=visible(say(section.sentence)),
        svg=draw(section, zone),
        table=_table(behind(section), zone, most),
    )


def _table(table: Table, zone: tzinfo, most: int) -> ShownTable:
    places = [place for place, column in enumerate(table.columns) if not column.detail]
    rows = [[row[place] for place in places] for row in islice(table.rows, most)]
    totals = [[row[place] for place in places] for row in table.totals]
    columns = [_column(table.columns[at], [row[n] for row in (*rows, *totals)]) for n, at in enumerate(places)]
    hidden = table.count - len(rows)

    def texts(row: list[Cell], blank: str) -> tuple[str, ...]:
        return tuple(blank if cell is None else one.text(cell, zone) for one, cell in zip(columns, row, strict=True))

    shown_rows = tuple(texts(row, "–") for row in rows)
    return ShownTable(
        name=table.name,
        title=visible(say(table.title)),
        note=visible(say(table.note)) if table.note else "",
        columns=tuple(
            ShownColumn(
                one.title,
                one.column.figures,
                one.column.kind == "text",
                max((len(row[n]) for row in shown_rows), default=0),
            )
            for n, one in enumerate(columns)
        ),
        rows=shown_rows,
        totals=tuple(texts(row, "") for row in totals),
        rest=plural(
            "{number} row more: CSV, work book and JSON have them all.",
            "{number} rows more: CSV, work book and JSON have them all.",
            hidden,
        )
        if hidden > 0
        else "",
        nothing=say(table.nothing),
    )


@dataclass(frozen=True, slots=True)
class _Column:
    """A column with its title as shown; `currency` stands there where all amounts have the same."""

    column: Column
    title: str
    currency: str

    def text(self, cell: Cell, zone: tzinfo) -> str:
        """A cell under it."""
        if self.currency and isinstance(cell, Money):
            return amount(cell)
        return shown(cell, self.column.kind, zone)


def _column(column: Column, cells: list[Cell]) -> _Column:
    held = {cell.currency for cell in cells if isinstance(cell, Money)}
    currency = held.pop() if len(held) == 1 else ""
    title = visible(heading(column))
    return _Column(column, f"{title}, {currency}" if currency else title, currency)
