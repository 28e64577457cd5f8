"""The page of reports that go out by themselves: each schedule, its next run, what came of the last ones, and "now".

What is asked for goes to the gateway as a command, with a name, and the page says what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from gateway.config import RecipientSettings, ScheduleSettings
from gateway.config.delivery import ACCOUNTING, sftp_address
from gateway.config.meanings import worked_days
from gateway.delivery.orders import REPORT
from gateway.delivery.packs import in_words
from gateway.languages.kept import kept
from gateway.languages.spoken import Texts, later, plural, say
from gateway.reports.catalog import KINDS
from gateway.roles import Person
from gateway.schedules import Rhythm, next_run
from gateway.store import runs
from gateway.store.runs import FileRow, RunRow
from gateway.web.deeds import Deeds
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.security import Tokens
from gateway.web.words import Clock, day, visible

#: Runs of a schedule that are shown.
MOST_RUNS: Final = 6
_WEEKDAYS: Final = (
    later("every Monday at {hour}"),
    later("every Tuesday at {hour}"),
    later("every Wednesday at {hour}"),
    later("every Thursday at {hour}"),
    later("every Friday at {hour}"),
    later("every Saturday at {hour}"),
    later("every Sunday at {hour}"),
)
_CLOSED: Final = Texts(
    {
        "next": "on a closed day, on the next worked one",
        "previous": "on a closed day, on the worked one before",
        "skip": "not on closed days",
    }
)
_PERIODS: Final = Texts(
    {
        "yesterday": "about the day before",
        "last week": "about the week before",
        "last month": "about the month before",
        "month to date": "about the month so far",
        "today": "about the day so far",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file on the page; its number is 0 once it is gone."""

    number: int
    name: str
    size: str
    masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run on the page: `tone` is that of its state."""

    id: int
    planned: str
    days: str
    state: str
    tone: str
    percent: int | None
    marks: str
    files: tuple[FileView, ...]
    told: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """A schedule on the page."""

    place: int
    name: str
    report: str
    kind: str
    when: str
    next: str
    recipients: tuple[str, ...]
    accounting: bool
    runs: tuple[RunView, ...]


class SchedulePages:
    """The page, and the files of runs."""

    def __init__(self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages, deeds: Deeds) -> None:
        self._house, self._reads, self._live, self._tokens = house, reads, live, tokens
        self._pages, self._deeds = pages, deeds

    async def all(self, told: str = "", problem: str = "", who: str = "", name: str = "") -> Page:
        """Every schedule; `problem` is about the form of the one that is named."""
        config, owner = self._house.config, self._house.database.property

        def work(connection: Connection) -> dict[str, Any]:
            found = {one.name: runs.newest(connection, owner, one.name, MOST_RUNS) for one in config.schedules}
            numbers = [row.id for rows in found.values() for row in rows]
            return {
                "runs": found,
                "files": runs.files_of(connection, owner, numbers),
                "told": runs.deliveries_of(connection, owner, numbers),
            }

        read = await self._reads.read(work)
        clock = self._live.clock()
        page = await self._pages.page(
            "schedules.html",
            here="schedules",
            title=say("Scheduled reports"),
            schedules=[self._view(place, one, read, clock) for place, one in enumerate(config.schedules, 1)],
            kept=plural("{number} day", "{number} days", config.delivery.keep_days),
            told=told,
            problem=problem,
            who=who,
            asked=name,
            token=self._tokens.sign("schedules"),
        )
        return Page(page.html, 422 if problem else page.status)

    def _view(self, place: int, one: ScheduleSettings, read: Mapping[str, Any], clock: Clock) -> ScheduleView:
        config = self._house.config
        run = next_run(one.rhythm, config.property.timezone, worked_days(config), clock.now)
        by_name = {who.name: who for who in config.recipients}
        kind = KINDS.get(one.report)
        return ScheduleView(
            place=place,
            name=visible(one.name),
            report=one.report,
            kind=say(kind.title) if kind is not None else one.report,
            when=", ".join((when(one.rhythm), *(form.upper() for form in one.forms))),
            next=say("never")
            if run is None
            else say(
                "{moment}, about {days}",
                moment=f"{day(run.due.astimezone(clock.zone), year=True)} {run.due.astimezone(clock.zone):%H:%M}",
                days=_days(run.first, run.last),
            ),
            recipients=tuple(recipient(by_name[name]) for name in one.to),
            accounting=one.report == ACCOUNTING,
            runs=tuple(self._run(row, read, clock) for row in read["runs"][one.name]),
        )

    def _run(self, row: RunRow, read: Mapping[str, Any], clock: Clock) -> RunView:
        percent = self._house.status.making.get(row.id)
        state, tone = state_of(row, percent, clock)
        marks = [say("made up: the gateway was off")] if row.made_up else []
        marks += [say("asked for by {name}", name=visible(row.asked_by))] if row.asked_by else []
        marks += [say("export {number}", number=row.export_id)] if row.export_id is not None else []
        return RunView(
            id=row.id,
            planned=clock.moment(row.due_at),
            days=_days(row.first, row.last),
            state=state,
            tone=tone,
            percent=percent,
            marks="; ".join(marks),
            files=tuple(_file(one) for one in read["files"] if one.run_id == row.id),
            told=tuple(delivery(one, clock) for one in read["told"] if one["run_id"] == row.id),
        )

    async def make(self, name: str, who: str, why: str, token: str) -> Page:
        """Ask for a report now, and say what came of it."""
        known = next((one for one in self._house.config.schedules if visible(one.name) == name), None)
        problem = ""
        if not self._tokens.fits(token, "schedules"):
            problem = say("This page is older than the running gateway. Look again and ask anew.")
        elif known is None:
            problem = say("There is no such schedule; the configuration may have changed.")
        elif not who:
            problem = say("Write your name: whoever gets the report will ask who wanted it.")
        if problem or known is None:
            return await self.all(problem=problem, who=who, name=name if known is not None else "")
        words = await self._deeds.ask(
            who, REPORT, why, known.name, later=say("written down; the gateway has not begun it yet")
        )
        told = kept(words)
        sentence = f"{told[:1].upper()}{told[1:]}."
        if words.startswith("not made"):
            return await self.all(problem=sentence, who=who, name=name)
        return await self.all(told=sentence)

    async def file(self, number: int, person: Person) -> tuple[Path, FileRow] | Page:
        """A file of a run, or the page that says why there is none, or none for this person."""
        owner = self._house.database.property
        row = await self._reads.read(lambda c: runs.one_file(c, owner, number))
        path = self._house.config.delivery.folder / str(row.run_id) / row.name if row is not None else None
        if row is None or path is None or not path.is_file():
            return await self._pages.missing(say("This file is no longer kept; ask for the report again."))
        if not row.masked and not person.may("see_full_numbers"):
            words = say(
                "This file has whole telephone numbers, which your role may not see; the masked one is beside it."
            )
            return await self._pages.problem(403, say("Not for you"), words)
        return path, row


# -- words; pure ------------------------------------------------------------------------------------------------------


def when(rhythm: Rhythm) -> str:
    """How often, in words."""
    at = f"{rhythm.at:%H:%M}"
    often = {
        "hours": plural("every hour", "every {number} hours, one of them at {hour}", rhythm.hours, hour=at),
        "daily": say("every day at {hour}", hour=at),
        "weekly": say(_WEEKDAYS[rhythm.weekday], hour=at),
        "monthly": say("every month on day {day} at {hour}", day=rhythm.day, hour=at),
    }[rhythm.every]
    about = say("as things stand") if rhythm.of_now else _PERIODS[rhythm.period]
    closed = _CLOSED.get(rhythm.when_closed, "")
    return ", ".join(one for one in (often, closed, about) if one)


def recipient(one: RecipientSettings) -> str:
    """Who gets it and how, without a secret."""
    how = {
        "mail": say("by mail to {addresses}", addresses=", ".join(one.mail)),
        "folder": say("into {folder}", folder=one.folder),
        "hook": say("by web hook"),
    }
    if one.way == "sftp":
        at = sftp_address(one.sftp)
        how["sftp"] = say("by SFTP to {host}, folder {folder}", host=at.host, folder=at.folder)
    mask = say("numbers masked") if one.masked else say("whole numbers")
    return visible(f"{one.name}, {how[one.way]} ({mask})")


def state_of(row: RunRow, percent: int | None, clock: Clock) -> tuple[str, str]:
    """A run's state in a sentence, and its tone."""
    if percent is not None:
        return say("being made"), "quiet"
    problem = visible(row.problem)
    match row.state:
        case "made":
            return say("made {moment}", moment=clock.moment(row.made_at or row.planned_at)), "good"
        case "skipped":
            return say("not made: {problem}", problem=problem), "quiet"
        case "failed":
            return say("given up: {problem}", problem=problem), "red"
    if row.tries:
        return plural(
            "failed {number} time, tried again {moment}: {problem}",
            "failed {number} times, tried again {moment}: {problem}",
            row.tries,
            moment=clock.moment(row.again_at),
            problem=problem,
        ), "amber"
    return say("waits to be made"), "quiet"


def delivery(one: Mapping[str, Any], clock: Clock) -> tuple[str, str, str]:
    """A recipient, what came of his delivery, and its tone."""
    name, problem = visible(one["recipient"]), visible(one["problem"])
    if one["delivered"]:
        return name, say("has it since {moment}", moment=clock.moment(one["done_at"])), "good"
    if one["done_at"] is not None:
        return name, say("given up: {problem}", problem=problem), "red"
    if one["tries"]:
        return (
            name,
            plural(
                "failed {number} time, tried again {moment}: {problem}",
                "failed {number} times, tried again {moment}: {problem}",
                one["tries"],
                moment=clock.moment(one["due_at"]),
                problem=problem,
            ),
            "amber",
        )
    return name, say("on its way"), "quiet"


def _file(one: FileRow) -> FileView:
    number = one.id if one.gone_at is None else 0
    return FileView(number=number, name=visible(one.name), size=in_words(one.bytes), masked=bool(one.masked))


def _days(first: date, last: date) -> str:
    shown = day(first, year=True), day(last, year=True)
    return shown[0] if first == last else say("{first} to {last}", first=shown[0], last=shown[1])
