"""A report as PDF, set by Typst from a text of ours; what is told goes in as data and is never read as markup.

Typst carries its own compiler and fonts (Latin, Greek and Cyrillic; other scripts need a font on the machine). Nothing is
fetched and no file is read but the text itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC
from functools import cache
from importlib import resources
from typing import Any, Final

from gateway.languages.spoken import say, spoken
from gateway.reports.showing import Shown, ShownColumn, ShownPicture, ShownTable, show
from gateway.reports.values import Report

#: Rows of a table on paper: some forty pages, a second's work; more is for a work book.
MOST_PDF_ROWS: Final = 2_000
#: Rows of all tables up to which the document is tagged for screen readers; tags of a long one weigh twenty times its text.
MOST_TAGGED_ROWS: Final = 500
#: Columns that fit an upright page.
MOST_UPRIGHT: Final = 8
#: Letters of a cell before its column takes a share of the width instead of as much as it likes.
LONGEST_UNSHARED: Final = 12
#: Letters in a row that are left whole; Typst breaks no word by itself.
_WORD: Final = re.compile(r"(\S{24})(?=\S)")


def pdf(report: Report) -> bytes:
    """The document."""
    import typst

    shown = show(report, MOST_PDF_ROWS)
    made: Any = typst.compile(
        _template(),
        sys_inputs={"report": _told(shown)},
        timestamp=report.run_at.astimezone(UTC).replace(microsecond=0),
        pdf_tags=sum(len(one.rows) for one in shown.sections if isinstance(one, ShownTable)) <= MOST_TAGGED_ROWS,
    )
    return bytes(made)


def pictures(report: Report, dots: float = 96.0) -> list[bytes]:
    """The same pages as PNG, for eyes."""
    import typst

    made: Any = typst.compile(
        _template(), sys_inputs={"report": _told(show(report, MOST_PDF_ROWS))}, format="png", ppi=dots
    )
    return list(made) if isinstance(made, list) else [made]


@cache
def _template() -> bytes:
    return (resources.files("gateway.reports") / "templates" / "report.typ").read_bytes()


def _told(shown: Shown) -> str:
    sections = [_section(one) for one in shown.sections]
    wide = any(len(one.get("columns", ())) > MOST_UPRIGHT for one in sections)
    for one in sections:
        if one["sort"] == "picture":
            one["width"] = 62 if wide else 100
    frame = {
        "language": spoken().language,
        "times": say("times: {zone}", zone=shown.zone),
        "run": say("run at {moment}", moment=shown.run_at),
        "page": re.split(r"(\{\w+\})", say("page {number} of {whole}")),
        "counted": say("How it was counted"),
    }
    return json.dumps({**_head(shown), **frame, "wide": wide, "sections": sections})


def _head(shown: Shown) -> dict[str, Any]:
    names = ("title", "hotel", "days", "zone", "run_at", "finding")
    said = {name: _broken(getattr(shown, name)) for name in names}
    lists = {name: [_broken(one) for one in getattr(shown, name)] for name in ("complete", "assumptions")}
    return said | lists


def _section(section: Any) -> dict[str, Any]:
    if isinstance(section, ShownTable):
        return _table(section)
    if isinstance(section, ShownPicture):
        return {"sort": "picture", "title": section.title, "sentence": section.sentence, "svg": section.svg}
    return {"sort": "note", "title": section.title, "sentences": [_broken(one) for one in section.sentences]}


def _table(table: ShownTable) -> dict[str, Any]:
    return {
        "sort": "table",
        "title": table.title,
        "note": table.note,
        "rest": table.rest,
        "nothing": table.nothing,
        "size": 9 if len(table.columns) <= MOST_UPRIGHT + 3 else 8,
        "columns": [
            {"title": one.title, "figures": one.figures, "share": share}
            for one, share in zip(table.columns, _shares(table.columns), strict=True)
        ],
        "rows": _texts(table.rows),
        "totals": _texts(table.totals),
    }


def _shares(columns: Sequence[ShownColumn]) -> list[int]:
    """Shares of the width for columns of long words; 0 for one that takes what it needs."""
    return [min(40, one.long) if one.words and one.long > LONGEST_UNSHARED else 0 for one in columns]


def _texts(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[_broken(cell) for cell in row] for row in rows]


def _broken(text: str) -> str:
    """A text in which a word of any length finds a place to break."""
    return _WORD.sub("\\1\u200b", text)
