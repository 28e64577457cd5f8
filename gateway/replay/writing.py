"""A rehearsal written down: its calls as CSV, as JSON lines or as a work book, and its sums as one object.

Every writer takes one line at a time and keeps none, so that a million calls need no memory. Money is written as a
decimal string; in a work book as a number with its decimals, because people add there.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path
from typing import IO, Any, Final, Protocol

from gateway.instants import from_micros
from gateway.replay.comparing import Asked, Comparison, Line, Sums
from gateway.spreadsheets import SHEET_ROWS, open_book, plain_cell
from rating.money import format_amount

#: The columns of a call, in every form.
COLUMNS: Final = (
    "call",
    "start",
    "caller",
    "dialled",
    "class",
    "place",
    "trunk",
    "carrier",
    "talk_seconds",
    "before",
    "after",
    "difference",
    "note",
)


class Writer(Protocol):
    """Takes the calls of a rehearsal, then its end."""

    def line(self, line: Line) -> None:
        """One call."""

    def end(self, summary: dict[str, Any]) -> None:
        """The sums; nothing comes after them."""


def values(line: Line, asked: Asked, zone: tzinfo) -> tuple[Any, ...]:
    """A call in the order of COLUMNS, money as decimal strings."""
    money = (_money(one, asked.decimals) for one in (line.before, line.after, line.difference))
    started = from_micros(line.started_at).astimezone(zone).isoformat()
    said = (line.caller, line.number, line.number_class, line.place, line.trunk, line.carrier, line.talk_seconds)
    return (line.call_id, started, *said, *money, line.note)


def _money(minor: int | None, decimals: int) -> str | None:
    return None if minor is None else format_amount(minor, decimals)


class CsvWriter:
    """Calls as CSV with a head."""

    def __init__(self, out: IO[str], asked: Asked, zone: tzinfo) -> None:
        self._rows, self._asked, self._zone = csv.writer(out), asked, zone
        self._rows.writerow(COLUMNS)

    def line(self, line: Line) -> None:
        """One row."""
        self._rows.writerow([plain_cell(one) for one in values(line, self._asked, self._zone)])

    def end(self, summary: dict[str, Any]) -> None:
        """A table of calls has no place for sums."""


class JsonWriter:
    """Calls as one JSON object a line, and the sums as the last."""

    def __init__(self, out: IO[str], asked: Asked, zone: tzinfo) -> None:
        self._out, self._asked, self._zone = out, asked, zone

    def line(self, line: Line) -> None:
        """One object."""
        said = dict(zip(COLUMNS, values(line, self._asked, self._zone), strict=True))
        self._out.write(json.dumps({"kind": "call", **said}, ensure_ascii=False) + "\n")

    def end(self, summary: dict[str, Any]) -> None:
        """The sums."""
        self._out.write(json.dumps({"kind": "summary", **summary}, ensure_ascii=False) + "\n")


class BookWriter:
    """A work book: the sums in front, then sheets of calls."""

    def __init__(self, path: Path, asked: Asked, zone: tzinfo) -> None:
        self._book = open_book(path)
        self._asked, self._zone = asked, zone
        self._money = self._book.add_format({"num_format": "0." + "0" * asked.decimals if asked.decimals else "0"})
        self._bold = self._book.add_format({"bold": True})
        self._sums = self._book.add_worksheet("sums")
        self._calls, self._row = self._sheet(), 1

    def _sheet(self) -> Any:
        sheet = self._book.add_worksheet()
        sheet.set_column(1, 1, 26)
        sheet.set_column(5, 5, 26)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, COLUMNS, self._bold)
        return sheet

    def line(self, line: Line) -> None:
        """One row of the sheet, or of the next one."""
        if self._row > SHEET_ROWS:
            self._calls, self._row = self._sheet(), 1
        for column, value in enumerate(values(line, self._asked, self._zone)):
            self._cell(self._calls, self._row, column, COLUMNS[column], value)
        self._row += 1

    def _cell(self, sheet: Any, row: int, column: int, name: str, value: Any) -> None:
        if value is None:
            return
        if name in _AMOUNTS:
            sheet.write_number(row, column, float(value), self._money)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        else:
            sheet.write_string(row, column, str(value))

    def end(self, summary: dict[str, Any]) -> None:
        """The sums, each group below the other, and the book is closed."""
        sheet, row = self._sums, 0
        for name in ("what", "before", "after", "first", "last", "currency", "version"):
            sheet.write_string(row, 0, name, self._bold)
            sheet.write_string(row, 1, str(summary["asked"][name]))
            row += 1
        for title, rows in (("total", [summary["total"]]), *summary["groups"].items()):
            row += 1
            sheet.write_row(row, 0, [title, *SUMS], self._bold)
            for one in rows:
                row += 1
                sheet.write_string(row, 0, str(one.get("name", "all calls")))
                for column, name in enumerate(SUMS, 1):
                    self._cell(sheet, row, column, name, one[name])
            row += 1
        self._book.close()


#: What is told of each sum.
SUMS: Final = (
    "calls",
    "compared",
    "before",
    "after",
    "difference",
    "dearer",
    "dearer_by",
    "cheaper",
    "cheaper_by",
    "only_before",
    "only_after",
)
_AMOUNTS: Final = frozenset({"before", "after", "difference", "dearer_by", "cheaper_by"})


def summed(sums: Sums, decimals: int, name: str | None = None) -> dict[str, Any]:
    """A sum as an object."""
    said = {one: getattr(sums, one) for one in SUMS}
    money = {one: format_amount(value, decimals) if one in _AMOUNTS else value for one, value in said.items()}
    return money if name is None else {"name": name, **money}


def summary(asked: Asked, comparison: Comparison, zone: tzinfo) -> dict[str, Any]:
    """The sums of a rehearsal as one object: what was asked, the whole, the groups, and the calls that move most."""

    def calls(lines: Iterable[Line]) -> list[dict[str, Any]]:
        return [dict(zip(COLUMNS, values(line, asked, zone), strict=True)) for line in lines]

    groups = {
        grouping: [summed(sums, asked.decimals, name) for name, sums in sorted(named.items(), key=_largest)]
        for grouping, named in comparison.groups.items()
    }
    return {
        "asked": {name: getattr(asked, name) for name in Asked.__dataclass_fields__},
        "total": summed(comparison.whole, asked.decimals),
        "groups": groups,
        "dearer": calls(comparison.dearer()),
        "cheaper": calls(comparison.cheaper()),
        "notes": [{"note": words, "calls": number} for words, number in comparison.notes.items()],
    }


def _largest(named: tuple[str, Sums]) -> tuple[int, str]:
    return -named[1].before - named[1].after, named[0]


def run(lines: Iterable[Line], asked: Asked, zone: tzinfo, writers: Iterable[Writer]) -> dict[str, Any]:
    """Let a rehearsal flow through its sums and its writers; returns the sums."""
    comparison, outputs = Comparison(), list(writers)
    for line in lines:
        comparison.add(line)
        for one in outputs:
            one.line(line)
    found = summary(asked, comparison, zone)
    for one in outputs:
        one.end(found)
    return found
