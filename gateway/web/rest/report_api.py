"""Reports and trunks over the API: which there are, and each as JSON, with a bounded number of rows.

A report is counted in a thread on a snapshot, as its page is; who wants every row takes a file. The names are those of the
exports: `gateway.reports.as_json` and `gateway.traffic.as_json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from gateway.reports.as_json import report_object
from gateway.reports.asking import Asked, asked_of
from gateway.reports.catalog import KINDS
from gateway.reports.kinds.studying import studied
from gateway.schedules import yesterday
from gateway.traffic.as_json import study_json
from gateway.web.house import House
from gateway.web.laboratory import NotUnderstood, asked_days
from gateway.web.live import Live
from gateway.web.reads import Reads
from gateway.web.rest.answers import Fields, field_text
from gateway.web.rest.api import BadQuestion, whole
from gateway.web.rest.problems import Problem

#: Rows of each table of a report, unless fewer or more are asked for, and at most.
REPORT_ROWS: Final = 500
MOST_REPORT_ROWS: Final = 5_000
#: Years that a day may lie in: the store keeps instants since 1970.
_FIRST_YEAR, _LAST_YEAR = 1971, 2999


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDays:
    """Which days are asked for, and whether the middle of telephone numbers is hidden."""

    first: date
    last: date
    masked: bool


class ReportApi:
    """Answers about reports and trunks, as values for JSON."""

    def __init__(self, house: House, reads: Reads, live: Live) -> None:
        self._house, self._reads, self._live = house, reads, live

    def kinds(self) -> dict[str, Any]:
        """Every kind of report."""
        listed = [
            {"kind": name, "title": one.title, "answers": one.answers, "group": one.group}
            for name, one in KINDS.items()
        ]
        return {"reports": listed}

    async def report(self, kind: str, fields: Fields) -> dict[str, Any]:
        """One report; raises Problem and BadQuestion."""
        made = KINDS.get(kind)
        if made is None:
            raise Problem(404, f"There is no report of this kind; there are {', '.join(KINDS)}.")
        rows = whole(fields, "rows", 1, MOST_REPORT_ROWS) or REPORT_ROWS
        asked = self._asked(fields)
        return await self._reads.read(lambda connection: report_object(made.make(asked, connection), rows))

    async def trunks(self, fields: Fields) -> dict[str, Any]:
        """The whole study of the trunks; raises BadQuestion."""
        asked = self._asked(fields)

        def work(connection: Connection) -> dict[str, Any]:
            return study_json(studied(asked, connection, swept=True))

        return await self._reads.read(work)

    def _asked(self, fields: Fields) -> Asked:
        days, house = self._days(fields), self._house
        return asked_of(house.config, house.database, days.first, days.last, house.now(), masked=days.masked)

    def _days(self, fields: Fields) -> AskedDays:
        """Yesterday, unless the question says otherwise; one day where only the first is given."""

        for name in (b"from", b"to"):
            if name in fields and not field_text(fields, name):
                raise BadQuestion(f"{name.decode()} must be a day, as 2026-11-20, or be left out")
        masked = field_text(fields, b"masked")
        if masked not in ("", "0", "1"):
            raise BadQuestion("masked must be 0 or 1")
        first = field_text(fields, b"from") or str(yesterday(self._live.clock().today.date())[0])
        try:
            found = asked_days(first, field_text(fields, b"to") or first, "foliogate report")
        except NotUnderstood as error:
            raise BadQuestion(str(error).removesuffix(".")) from error
        if not all(_FIRST_YEAR <= day.year <= _LAST_YEAR for day in found):
            raise BadQuestion(f"from and to must be days of the years {_FIRST_YEAR} to {_LAST_YEAR}")
        return AskedDays(first=found[0], last=found[1], masked=masked == "1")
