"""A report as one JSON object, written piece by piece so that a million rows need no memory."""

from __future__ import annotations

import json
from datetime import tzinfo
from itertools import islice
from typing import IO, Any

from gateway.reports.charts import behind
from gateway.reports.values import Cell, Column, Money, Note, Report, Row, Table
from gateway.reports.wording import plain


def write_json(report: Report, out: IO[str]) -> None:
    """Write the whole report, its pictures as the tables behind them."""
    out.write(_text(head(report))[:-1])
    out.write(',"sections":[')
    for place, section in enumerate(report.sections):
        out.write("," if place else "")
        if isinstance(section, Note):
            out.write(_text(_note(section)))
        else:
            _write_table(section if isinstance(section, Table) else behind(section), report.zone, out)
    out.write("]}\n")


def report_object(report: Report, most: int) -> dict[str, Any]:
    """A report as a value, with at most so many rows of each table; `count` says how many there are."""
    sections: list[dict[str, Any]] = []
    for section in report.sections:
        if isinstance(section, Note):
            sections.append(_note(section))
        else:
            table = section if isinstance(section, Table) else behind(section)
            rows = [_object(table.columns, row, report.zone) for row in islice(table.rows, most)]
            sections.append(
                {**_about(table), "count": table.count, "rows": rows, "totals": _totals(table, report.zone)}
            )
    return {**head(report), "sections": sections}


def head(report: Report) -> dict[str, Any]:
    """What stands over the figures."""
    return {
        "report": report.kind,
        "title": report.title,
        "property": report.hotel,
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "zone": report.zone.key,
        "run_at": report.run_at.isoformat(),
        "finding": report.finding,
        "completeness": report.complete,
        "assumptions": report.assumptions,
    }


def _write_table(table: Table, zone: tzinfo, out: IO[str]) -> None:
    out.write(_text(_about(table))[:-1])
    out.write(',"rows":[')
    for place, row in enumerate(table.rows):
        out.write(",\n" if place else "")
        out.write(_text(_object(table.columns, row, zone)))
    out.write(f'],"totals":{_text(_totals(table, zone))}}}')


def _note(note: Note) -> dict[str, Any]:
    return {"note": note.title, "sentences": list(note.sentences)}


def _about(table: Table) -> dict[str, Any]:
    columns = [{"name": one.name, "title": one.title, "kind": one.kind} for one in table.columns]
    return {"table": table.name, "title": table.title, "note": table.note, "columns": columns}


def _totals(table: Table, zone: tzinfo) -> list[dict[str, Any]]:
    return [_object(table.columns, row, zone) for row in table.totals]


def _object(columns: tuple[Column, ...], row: Row, zone: tzinfo) -> dict[str, Any]:
    return {one.name: _value(cell, one, zone) for one, cell in zip(columns, row, strict=True)}


def _value(cell: Cell, column: Column, zone: tzinfo) -> Any:
    figure = plain(cell, column.kind, zone)
    return {"amount": figure, "currency": cell.currency} if isinstance(cell, Money) else figure


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
