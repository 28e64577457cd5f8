"""The pages of reports: which there are, one of them on a page, and each of them as a file.

A page is counted in a thread, on a snapshot, and shows the beginning of long tables. A file may take a minute of processor
time, so the command `foliogate report` makes it in a process of its own, one at a time, and what it made is sent and gone.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Connection
from twisted.internet.defer import CancelledError, DeferredSemaphore

from gateway.languages.spoken import Texts, say
from gateway.reports.as_html import values
from gateway.reports.asking import asked_of
from gateway.reports.catalog import KINDS
from gateway.reports.writing import FORMS
from gateway.schedules import last_month, last_week, yesterday
from gateway.web.house import House
from gateway.web.laboratory import NotUnderstood, asked_days
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.rest.answers import Fields, field_text
from gateway.web.workers import Ended, Run, Running

#: Files that may wait while one is made; whoever comes then is asked to come again.
MOST_WAITING: Final = 8
#: Characters of a field that are looked at.
LONGEST: Final = 40

PERIODS: Final = Texts({"yesterday": "Yesterday", "week": "Last week", "month": "Last month", "own": "These days"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a form or an address asks for, as text."""

    kind: str = "balance"
    period: str = "yesterday"
    first: str = ""
    last: str = ""
    table: str = ""
    about: str = ""
    masked: bool = False


def read_question(fields: Fields, kind: str = "") -> Question:
    """The fields of a question, each bounded; a missing one is empty."""

    def text(name: bytes) -> str:
        return field_text(fields, name).strip()[:LONGEST]

    return Question(
        kind=kind or text(b"kind"),
        period=text(b"period") or "own",
        first=text(b"from"),
        last=text(b"to"),
        table=text(b"table"),
        about=text(b"about"),
        masked=text(b"masked") == "1",
    )


class Workshop:
    """Makes files of reports in processes, one after the other, in a folder that goes when the gateway ends."""

    def __init__(self, run: Run) -> None:
        self._run, self._turn = run, DeferredSemaphore(1)
        self._root: Path | None = None
        self._last = 0
        self._running: Running | None = None

    async def make(self, arguments: list[str], name: str) -> Path | str:
        """The file that the command makes, in a folder of its own, or a sentence that says why there is none.

        Whoever takes it tells `forget`. Whoever goes away before it is made ends the making.
        """
        if len(self._turn.waiting) >= MOST_WAITING:
            return say("Too many reports are being made; ask again in a minute.")
        self._root = self._root or Path(tempfile.mkdtemp(prefix="foliogate-reports-"))
        self._last += 1
        path = self._root / str(self._last) / name
        begun: list[Running] = []
        try:
            ended: Ended = await self._turn.run(self._make, [*arguments, f"--output={path}"], path.parent, begun)
        except CancelledError:
            for running in begun:
                running.stop()
            self.forget(path)
            raise
        if ended.code == 0 and path.exists():
            return path
        self.forget(path)
        words = ended.words.removeprefix("foliogate: ").removeprefix("Error: ")
        return words or say("The report could not be made; the gateway's log may say more.")

    def _make(self, arguments: list[str], folder: Path, begun: list[Running]) -> Any:
        folder.mkdir()
        self._running = self._run(arguments, lambda _line: None)
        begun.append(self._running)
        return self._running.ended

    def forget(self, path: Path) -> None:
        """A file was sent, or nobody wants it any more."""
        shutil.rmtree(path.parent, ignore_errors=True)

    def close(self) -> None:
        """End what runs and take away what is left."""
        if self._running is not None:
            self._running.stop()
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)


class ReportPages:
    """The list of reports, and each of them."""

    def __init__(self, house: House, reads: Reads, live: Live, pages: Pages, workshop: Workshop) -> None:
        self._house, self._reads, self._live, self._pages, self._workshop = house, reads, live, pages, workshop

    async def all(self, asked: Question | None = None, problem: str = "") -> Page:
        """What can be asked, and the form."""
        groups: dict[str, list[tuple[str, Any]]] = {}
        for name, kind in KINDS.items():
            groups.setdefault(kind.group, []).append((name, kind))
        today = self._live.clock().today.date()
        page = await self._pages.page(
            "reports.html",
            here="reports",
            title=say("Reports"),
            groups=groups,
            periods=PERIODS,
            asked=asked or Question(first=str(yesterday(today)[0]), last=str(yesterday(today)[1])),
            days={name: self._days_of(name) for name in ("yesterday", "week", "month")},
            problem=problem,
        )
        return Page(page.html, 422 if problem else page.status)

    def _days_of(self, period: str) -> tuple[date, date]:
        today = self._live.clock().today.date()
        return {"week": last_week, "month": last_month}.get(period, yesterday)(today)

    def address(self, asked: Question) -> str:
        """Where the report that a form asks for is; raises NotUnderstood."""
        if asked.kind not in KINDS:
            raise NotUnderstood(say("Choose one of the reports."))
        if asked.period in PERIODS and asked.period != "own":
            first, last = self._days_of(asked.period)
        else:
            first, last = asked_days(asked.first, asked.last, "foliogate report")
        return f"/reports/{asked.kind}?{_days(first, last, asked)}"

    async def one(self, asked: Question) -> Page:
        """A report on a page."""
        kind = KINDS.get(asked.kind)
        if kind is None:
            return await self._pages.missing(say("There is no report {kind}.", kind=asked.kind))
        try:
            first, last = asked_days(asked.first, asked.last, "foliogate report")
        except NotUnderstood as error:
            return await self.all(asked, str(error))
        house = self._house
        question = asked_of(
            house.config, house.database, first, last, house.now(), masked=asked.masked, about=asked.about
        )

        def work(connection: Connection) -> tuple[dict[str, Any], list[tuple[str, str]]]:
            made = kind.make(question, connection)
            return values(made), [(one.name, say(one.title)) for one in made.tables]

        shown, tables = await self._reads.read(work)
        return await self._pages.page(
            "report.html",
            here="reports",
            title=say(kind.title),
            kind=asked.kind,
            days=_days(first, last, asked),
            forms={name: form.title for name, form in FORMS.items() if name != "csv"},
            tables=tables,
            **shown,
        )

    async def file(self, asked: Question, form: str) -> tuple[Path, str] | Page:
        """A report as a file and what a browser is to call it, or the page that says why there is none."""
        if asked.kind not in KINDS or form not in FORMS:
            return await self._pages.missing(say("There is no such report."))
        try:
            first, last = asked_days(asked.first, asked.last, "foliogate report")
        except NotUnderstood as error:
            return await self.all(asked, str(error))
        said = [f"--config={self._house.config.file}", f"--from={first}", f"--to={last}", f"--format={form}"]
        said += [f"--table={asked.table}"] if asked.table and form == "csv" else []
        said += ["--masked"] if asked.masked else []
        said += [f"--about={asked.about}"] if asked.about else []
        days = f"{first}" if first == last else f"{first}-{last}"
        name = f"{asked.kind}-{days}.{form}"
        made = await self._workshop.make(["report", asked.kind, *said], name)
        if isinstance(made, str):
            return await self._pages.problem(503, say("No report"), made)
        return made, name

    def forget(self, path: Path) -> None:
        """A file was sent, or its reader went away."""
        self._workshop.forget(path)


def _days(first: date, last: date, asked: Question) -> str:
    more = {"about": asked.about} if asked.about else {}
    more |= {"masked": "1"} if asked.masked else {}
    return urlencode({"from": first.isoformat(), "to": last.isoformat(), **more})
