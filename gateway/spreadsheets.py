"""What every table for a spreadsheet has to mind: nothing from outside may become a formula or a link in it.

A guest's name or a dialled text goes into files that people open with a double click (CWE-1236).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

#: Rows of one sheet besides its head; a sheet of a work book has 1,048,576 rows.
SHEET_ROWS: Final = 1_000_000
#: Characters that a spreadsheet takes for the beginning of a formula, some of them only in East Asian settings.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SIGNED: Final = re.compile(r"[+-][0-9]+(\.[0-9]+)?")


def plain_cell(value: object) -> object:
    """Text that no spreadsheet runs as a formula; a signed number stays one."""
    if isinstance(value, str) and value.startswith(FORMULA) and not _SIGNED.fullmatch(value):
        return f"'{value}"
    return value


def open_book(path: Path) -> Any:
    """A work book whose rows go to the disk as they are written, and in which text is only ever text."""
    import xlsxwriter

    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    return xlsxwriter.Workbook(str(path), plain)
