"""A sheet as PDF: A4, Letter or an 80 mm roll, set by Typst from a text of ours; what is told goes in as data.

Typst carries fonts with Latin, Greek and Cyrillic; Noto Naskh Arabic comes with this package (its licence beside it). A name
in another script needs a font on the machine. Nothing is fetched.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Final

from gateway.bills.sheet import Paper, Sheet, Table
from gateway.shown import visible

#: Letters in a row that are left whole; Typst breaks no word by itself.
_WORD: Final = re.compile(r"(\S{24})(?=\S)")
#: Rows up to which the document is tagged for screen readers; the tags of a long one weigh more than its text.
MOST_TAGGED_ROWS: Final = 500


def pdf(sheet: Sheet, paper: Paper, at: datetime) -> bytes:
    """The document; `at` is the instant it says it was made."""
    import typst

    made: Any = typst.compile(
        _template(),
        font_paths=_fonts(),
        sys_inputs={"sheet": told(sheet, paper)},
        timestamp=at.astimezone(UTC).replace(microsecond=0),
        pdf_tags=sum(len(one.rows) for one in sheet.spread) <= MOST_TAGGED_ROWS,
    )
    return bytes(made)


def pictures(sheet: Sheet, paper: Paper, dots: float = 96.0) -> list[bytes]:
    """The same pages as PNG, for eyes."""
    import typst

    made: Any = typst.compile(
        _template(), font_paths=_fonts(), sys_inputs={"sheet": told(sheet, paper)}, format="png", ppi=dots
    )
    return list(made) if isinstance(made, list) else [made]


@cache
def _template() -> bytes:
    return (resources.files("gateway.bills") / "templates" / "sheet.typ").read_bytes()


@cache
def _fonts() -> Any:
    """The fonts of this package, of Typst and of the machine, looked through once in a process."""
    import typst

    return typst.Fonts(font_paths=[str(resources.files("gateway.bills") / "fonts")])


def told(sheet: Sheet, paper: Paper) -> str:
    """All that the text sets, as JSON; whatever came from outside is made visible first."""
    return json.dumps(
        {
            "paper": paper,
            "language": sheet.speech.language,
            "direction": sheet.speech.direction,
            "title": sheet.title,
            "mark": _shown(sheet.mark),
            "hotel": _shown(sheet.hotel),
            "address": [_shown(one) for one in sheet.address],
            "facts": [[name, _shown(value)] for name, value in sheet.facts],
            "lead": [_shown(one) for one in sheet.lead],
            "spread": [_table(one) for one in sheet.spread],
            "small": [_table(one) for one in sheet.small],
            "notes": [_shown(one) for one in sheet.notes],
            "printed": _shown(sheet.printed),
            "forward": sheet.forward,
            "brought": sheet.brought,
            "paging": sheet.paging,
        }
    )


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": [one._asdict() for one in table.columns],
        "rows": [
            {
                "cells": [_shown(cell) for cell in row.cells],
                "remark": _shown(row.remark),
                "carried": row.carried,
                "faint": row.faint,
            }
            for row in table.rows
        ],
        "totals": table.totals,
    }


def _shown(text: str) -> str:
    """A text from outside, made visible, with places to break; set apart, so that its own direction moves nothing beside it."""
    return f"\u2068{_WORD.sub(_BREAK, visible(text))}\u2069" if text else ""


_BREAK: Final = "\\1\u200b"
