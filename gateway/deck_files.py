"""Price lists as files: CSV texts and XLSX workbooks, opened with bounds, their cells handed on as text.

The one place that opens what a carrier sent. What the cells mean is for `rating.imports`, which is pure; here a cell
only becomes the text that a person sees in it: a spreadsheet's 0.1 is "0.1", its whole numbers have no ".0", its days
are written 2026-12-01, and a formula is the value that was saved with it.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from rating.imports.reading import Sheet

#: The largest price list read; a quarter of a million rows have about 15 MB.
MOST_BYTES: Final = 64 * 1024 * 1024
#: What a workbook may unpack to: a sheet of a million rows has 200 MB of XML.
MOST_UNPACKED: Final = 512 * 1024 * 1024
#: Lines of a sheet or text: Excel's own bound, because a sheet may be formatted down to its last line.
MOST_LINES: Final = 1_048_576
#: Columns looked at; the widest lists known have thirty.
MOST_COLUMNS: Final = 200
#: Lines from which the separator of a text is told.
LINES_LOOKED_AT: Final = 50

_SEPARATORS = "\t;|,"  # a comma may also be in prices and lists of prefixes, so it comes last
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_WORKBOOK = b"PK\x03\x04"
_PDF = b"%PDF"


class ListUnreadable(Exception):
    """The price list cannot be opened; the sentence says why and what to do."""


class Opened(NamedTuple):
    """A price list, opened: its sheet, and the names of the sheets that were not read."""

    sheet: Sheet
    others: tuple[str, ...] = ()


def open_list(path: Path, *, sheet: str = "", separator: str = "", encoding: str = "") -> Opened:
    """Open a price list. Raises ListUnreadable with a sentence."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ListUnreadable(f"{path} is larger than {MOST_BYTES // 2**20} MB, which no price list needs")
        data = path.read_bytes()
    except OSError as error:
        raise ListUnreadable(f"{path} cannot be read: {error.strerror}") from error
    if data.startswith(_OLD_WORKBOOK):
        raise ListUnreadable(f"{path} is a workbook of the old kind (.xls): open it and save it as .xlsx or CSV")
    if data.startswith(_PDF):
        raise ListUnreadable(f"{path} is a PDF; ask the carrier for the list as CSV or XLSX")
    if data.startswith(_WORKBOOK):
        return _workbook(path.name, data, sheet)
    return Opened(Sheet(path.name, list(_csv_rows(path.name, _text(path.name, data, encoding), separator))))


def _text(name: str, data: bytes, encoding: str) -> str:
    try:
        if encoding:
            return data.decode(encoding)
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except LookupError as error:
        raise ListUnreadable(f"{encoding!r} is no encoding that is known; write one such as cp1250") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        said = (
            f"is not text in {encoding}"
            if encoding
            else "is not UTF-8 text; say which it is, such as --encoding cp1252"
        )
        raise ListUnreadable(f"{name}, line {line}: it {said}") from error


def _csv_rows(name: str, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator or _separator(text))
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, cells[:MOST_COLUMNS]
            line = reader.line_num + 1
            if line > MOST_LINES:
                raise ListUnreadable(f"{name} has more than {MOST_LINES} lines")
    except csv.Error as error:
        raise ListUnreadable(f"{name}, line {line}: this is not CSV: {error}") from error


def _separator(text: str) -> str:
    """The sign that stands in most of the first lines."""
    lines = [line for line in text[: 1 << 16].splitlines()[:LINES_LOOKED_AT] if line.strip()]
    counts = {sign: sum(sign in line for line in lines) for sign in _SEPARATORS}
    best = max(counts.values(), default=0)
    return next((sign for sign in _SEPARATORS if counts[sign] * 5 >= best * 4 and counts[sign]), ",")


def _workbook(name: str, data: bytes, wanted: str) -> Opened:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which bear on no cell
            _bounded(name, data)
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheets = [one.title for one in book.worksheets]
            if wanted and wanted not in sheets:
                raise ListUnreadable(f"{name} has no sheet {wanted!r}; it has: {', '.join(sheets)}")
            title = wanted or next((one.title for one in book.worksheets if one.sheet_state == "visible"), sheets[0])
            page = book[title]
            page.reset_dimensions()  # what a workbook says of its size may be anything
            rows = list(_sheet_rows(name, page.iter_rows(max_col=MOST_COLUMNS, values_only=True)))
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        SyntaxError,
    ) as error:
        raise ListUnreadable(
            f"{name} is no workbook that can be read ({type(error).__name__}); save it again as .xlsx"
        ) from error
    return Opened(Sheet(name, rows), tuple(one for one in sheets if one != title))


def _sheet_rows(name: str, rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, without the empty cells that fill them up."""
    for line, row in enumerate(rows, start=1):
        filled = max((at for at, value in enumerate(row, start=1) if value is not None), default=0)
        if filled:
            yield line, [_cell(value) for value in row[:filled]]
        if line > MOST_LINES:
            raise ListUnreadable(f"{name} has more than {MOST_LINES} rows")


def _bounded(name: str, data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise ListUnreadable(f"{name} unpacks to more than {MOST_UNPACKED // 2**20} MB, which no price list needs")


def _cell(value: object) -> str:
    """The text of a cell. Spreadsheets show fifteen digits of a number, so what lies beyond is not meant."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(format(value, '.15g')):f}" if abs(value) < 1e15 else format(value, "E")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)
