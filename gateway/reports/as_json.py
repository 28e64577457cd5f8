"""A report as one JSON object, written piece by piece so that a million rows need no memory."""

from __future__ import annotations

import json
from datetime import tzinfo
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
            out.write(_text({"note": section.title, "sentences": section.sentences}))
        else:
            _write_table(section if isinstance(section, Table) else behind(section), report.zone, out)
    out.write("]}\n")


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
    columns = [{"name": one.name, "title": one.title, "kind": one.kind} for one in table.columns]
    out.write(_text({"table": table.name, "title": table.title, "note": table.note, "columns": columns})[:-1])
    out.write(',"rows":[')
    for place, row in enumerate(table.rows):
        out.write(",\n" if place else "")
        out.write(_text(_object(table.columns, row, zone)))
    totals = [_object(table.columns, row, zone) for row in table.totals]
    out.write(f'],"totals":{_text(totals)}}}')


def _object(columns: tuple[Column, ...], row: Row, zone: tzinfo) -> dict[str, Any]:
    return {one.name: _value(cell, one, zone) for one, cell in zip(columns, row, strict=True)}


def _value(cell: Cell, column: Column, zone: tzinfo) -> Any:
    figure = plain(cell, column.kind, zone)
    return {"amount": figure, "currency": cell.currency} if isinstance(cell, Money) else figure


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
