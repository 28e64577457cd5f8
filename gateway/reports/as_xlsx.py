"""A report as a work book: what it is about on the first sheet, then a sheet a table with typed cells.

Amounts are numbers with their currency in the format, durations are times, instants are local times: people go on
counting here. Pictures are charts of the work book, over the figures they show. Rows go to the disk as they come; what one sheet cannot hold goes on in the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Any, Final

from gateway.languages.spoken import said, say
from gateway.reports.charts import behind
from gateway.reports.showing import days_words
from gateway.reports.values import Cell, Column, Money, Note, Report, Row, Table
from gateway.reports.wording import heading, local_moment, shown
from gateway.reports.xlsx_charts import draw
from gateway.spreadsheets import SHEET_ROWS, open_book
from gateway.web.words import visible

#: Characters of a sheet's name that Excel takes.
LONGEST_NAME: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\']")
_WIDTHS: Final = {"text": 24, "instant": 20, "money": 16}
_DAY_SECONDS: Final = 86_400
#: How numbers of a kind are shown.
_FORMATS: Final = {
    "count": "#,##0",
    "seconds": "[h]:mm:ss",
    "percent": "0.00",
    "erlangs": "0.00",
    "ccs": "0.0",
    "hour": "00",
    "instant": "yyyy-mm-dd hh:mm:ss",
    "day": "yyyy-mm-dd",
}


def write_xlsx(report: Report, path: Path) -> None:
    """Write the work book."""
    book = open_book(path)
    _Book(book, report.zone).write(report)
    book.close()


class _Book:
    def __init__(self, book: Any, zone: tzinfo) -> None:
        self._book, self._zone = book, zone
        self._bold = book.add_format({"bold": True})
        self._large = book.add_format({"bold": True, "font_size": 14})
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self._formats: dict[tuple[str, bool], Any] = {}
        self._names: set[str] = set()

    def write(self, report: Report) -> None:
        self._first(report)
        for section in report.sections:
            if isinstance(section, Note):
                continue
            if isinstance(section, Table):
                self._table(section)
                continue
            table = behind(section)
            draw(self._book, self._table(table), section, table.count, len(table.columns))

    def _first(self, report: Report) -> None:
        sheet = self._book.add_worksheet(self._name(say("Report")))
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 110)
        for place, (title, words) in enumerate(_about(report)):
            sheet.write_string(place, 0, title, self._bold)
            sheet.write_string(place, 1, visible(words), self._large if place == 0 else None)

    def _table(self, table: Table) -> Any:
        """Write a table, and return the sheet that its last rows are on."""
        sheet, row = self._sheet(table), 0
        for cells in table.rows:
            row += 1
            if row > SHEET_ROWS:
                sheet, row = self._sheet(table), 1
            self._row(sheet, row, table.columns, cells, bold=False)
        for place, cells in enumerate(table.totals, row + 1):
            self._row(sheet, place, table.columns, cells, bold=True)
        return sheet

    def _sheet(self, table: Table) -> Any:
        sheet = self._book.add_worksheet(self._name(say(table.title)))
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, _WIDTHS.get(column.kind, max(9, len(column.title) + 2)))
            sheet.write_string(0, place, heading(column), self._head)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def _name(self, title: str) -> str:
        """A name for a sheet that no other has."""
        plain = _FORBIDDEN.sub(" ", visible(title)).strip()[:LONGEST_NAME] or "Sheet"
        name, number = plain, 1
        while name.lower() in self._names:
            number += 1
            name = f"{plain[: LONGEST_NAME - 4]} {number}"
        self._names.add(name.lower())
        return name

    def _row(self, sheet: Any, row: int, columns: tuple[Column, ...], cells: Row, *, bold: bool) -> None:
        for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            if cell is not None:
                self._cell(sheet, (row, place), column, cell, bold)

    def _cell(self, sheet: Any, at: tuple[int, int], column: Column, cell: Cell, bold: bool) -> None:
        if isinstance(cell, Money):
            digits = f"#,##0.{'0' * cell.decimals}" if cell.decimals else "#,##0"
            # Fifteen digits are what a work book's numbers hold exactly; an amount has fewer.
            sheet.write_number(*at, cell.minor / 10**cell.decimals, self._format(f'{digits} "{cell.currency}"', bold))
        elif isinstance(cell, str):
            sheet.write_string(*at, visible(said(cell)), self._bold if bold else None)
        elif isinstance(cell, date):
            sheet.write_datetime(*at, datetime.combine(cell, time()), self._format(_FORMATS["day"], bold))
        elif column.kind == "instant" and isinstance(cell, int):
            sheet.write_datetime(*at, local_moment(cell, self._zone), self._format(_FORMATS["instant"], bold))
        elif column.kind == "seconds" and isinstance(cell, int | float):
            sheet.write_number(*at, cell / _DAY_SECONDS, self._format(_FORMATS["seconds"], bold))
        elif isinstance(cell, int | float):
            mean = column.kind == "count" and isinstance(cell, float)  # a mean of counts
            sheet.write_number(
                *at, cell, self._format("#,##0.0" if mean else _FORMATS.get(column.kind, "General"), bold)
            )
        else:
            sheet.write_string(*at, shown(cell, column.kind, self._zone))

    def _format(self, number: str, bold: bool) -> Any:
        key = (number, bold)
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"num_format": number, "bold": bold})
        return self._formats[key]


def _about(report: Report) -> Iterator[tuple[str, str]]:
    yield say("Report"), say(report.title)
    yield say("Finding"), say(report.finding)
    yield say("Hotel"), report.hotel
    yield say("Days"), days_words(report)
    yield say("Times"), report.zone.key
    yield say("Run at"), f"{report.run_at.astimezone(report.zone):%Y-%m-%d %H:%M:%S}"
    for words in report.complete:
        yield say("Data"), say(words)
    for words in report.assumptions:
        yield say("Assumed"), say(words)
    for section in report.sections:
        if isinstance(section, Note):
            for words in section.sentences:
                yield say(section.title), say(words)
