"""One table of a report as CSV, row by row, for programs and spreadsheets. Totals are left out: they would be added twice.

A column of money becomes two, the amount and its currency, because one table may hold both of a country that changed
its money.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import tzinfo
from typing import IO

from gateway.reports.values import Column, Money, Report, Row, Table
from gateway.reports.wording import plain
from gateway.spreadsheets import plain_cell


class NoSuchTable(Exception):
    """The report has no table of that name; the sentence says which it has."""


def chosen_table(report: Report, name: str = "") -> Table:
    """A table of a report by its name, the first without one; raises NoSuchTable."""
    tables = report.tables
    found = next((one for one in tables if name in ("", one.name)), None)
    if found is None:
        has = ", ".join(one.name for one in tables)
        raise NoSuchTable(f'the report {report.kind} has no table "{name}"' + (f"; it has {has}" if has else ""))
    return found


def write_csv(report: Report, out: IO[str], name: str = "") -> None:
    """Write a table, a row at a time."""
    one = chosen_table(report, name)
    rows = csv.writer(out)
    rows.writerow(_head(one.columns))
    for row in one.rows:
        rows.writerow(list(_cells(one.columns, row, report.zone)))


def _head(columns: tuple[Column, ...]) -> list[str]:
    pairs = ((one.name, f"{one.name}_currency") if one.kind == "money" else (one.name,) for one in columns)
    return [name for names in pairs for name in names]


def _cells(columns: tuple[Column, ...], row: Row, zone: tzinfo) -> Iterator[object]:
    for column, cell in zip(columns, row, strict=True):
        yield plain_cell(plain(cell, column.kind, zone))
        if column.kind == "money":
            yield cell.currency if isinstance(cell, Money) else None
