"""The forms of a report by name, each with its writer: into a file, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from gateway.config import Config
from gateway.languages.catalogues import STAFF
from gateway.languages.speech import Speech, speech
from gateway.languages.spoken import speaking, spoken
from gateway.reports.as_csv import write_csv
from gateway.reports.as_html import html_file
from gateway.reports.as_json import write_json
from gateway.reports.as_pdf import pdf
from gateway.reports.as_xlsx import write_xlsx
from gateway.reports.values import Report

Write: TypeAlias = Callable[[Report, Path, str], None]


class Form(NamedTuple):
    """A form of a report: what it is called, how a browser knows it, whether it is text, and what writes it."""

    title: str
    content_type: str
    text: bool
    write: Write


def _csv(report: Report, path: Path, table: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        write_csv(report, out, table)


def _json(report: Report, path: Path, _table: str) -> None:
    with path.open("w", encoding="utf-8") as out:
        write_json(report, out)


def _html(report: Report, path: Path, _table: str) -> None:
    path.write_text(html_file(report), encoding="utf-8")


def _pdf(report: Report, path: Path, _table: str) -> None:
    path.write_bytes(pdf(report))


def _xlsx(report: Report, path: Path, _table: str) -> None:
    write_xlsx(report, path)


FORMS: Final[Mapping[str, Form]] = {
    "csv": Form("CSV", "text/csv; charset=utf-8", True, _csv),
    "xlsx": Form("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False, _xlsx),
    "pdf": Form("PDF", "application/pdf", False, _pdf),
    "json": Form("JSON", "application/json; charset=utf-8", True, _json),
    "html": Form("HTML", "text/html; charset=utf-8", True, _html),
}


def own_tongue(config: Config, language: str = "") -> Speech:
    """The language of a file: the one that was asked for, else the house's own."""
    return speech(language or config.property.language, STAFF, config.property.country)


def write(report: Report, form: str, path: Path, table: str = "", tongue: Speech | None = None) -> None:
    """Write a report into a file that is there only once it is whole; raises OSError and NoSuchTable.

    `table` chooses one for CSV, which holds but one. What people read is written in `tongue`, else in what is spoken now.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    made = Path(name)
    try:
        with speaking(tongue or spoken()):
            FORMS[form].write(report, made, table)
        made.chmod(0o640)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
