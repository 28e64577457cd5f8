"""A report as a page: the part that stands within the site's frame, and a file of its own that needs nothing else."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from gateway.reports.showing import ShownPicture, ShownTable, show
from gateway.reports.values import Report
from gateway.web.templates import environment, static_files

#: Rows of a table on a page: what somebody scrolls through.
MOST_PAGE_ROWS: Final = 500
#: Rows of all tables on a page of the site together, so that one with thirty departments is no heavier than it must be.
MOST_ROWS_TOGETHER: Final = 1_500


def values(report: Report, together: int | None = MOST_ROWS_TOGETHER) -> dict[str, Any]:
    """What the templates of a report get."""
    return {"report": show(report, MOST_PAGE_ROWS, together), "sort": _sort, "markup": Markup}


def html_file(report: Report) -> str:
    """A report as one file: style within, no script, nothing fetched."""
    style = static_files()["page.css"].data.decode("utf-8")
    template = environment().get_template("report_file.html")
    return template.render(style=Markup(style), **values(report, together=None))


def _sort(section: object) -> str:
    if isinstance(section, ShownTable):
        return "table"
    return "picture" if isinstance(section, ShownPicture) else "note"
