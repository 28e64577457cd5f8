"""The log of calls: its page, its filters, and the calls of a filter as a file.

The page asks four things in one snapshot: the numbers of the calls that stand on it, their rows, the sums of the filter and
the filters that people keep. A file is made by the command `foliogate report calls` in a process of its own, by the same
question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection

from gateway.call_log.asking import PERIODS, Misread, Question, written
from gateway.call_log.fields import HOURS
from gateway.config.meanings import hours_of
from gateway.languages.kept import kept
from gateway.languages.spoken import say
from gateway.reports.writing import FORMS
from gateway.roles import Person
from gateway.store import call_log, call_tags, commands, log_filters
from gateway.store import pages as queries
from gateway.store.call_log import Sums
from gateway.store.log_filters import Kept
from gateway.web import log_words
from gateway.web.deeds import Deeds
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.log_question import asked_of, wanted_of
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.report_pages import Workshop
from gateway.web.room_pages import quarrel
from gateway.web.security import Tokens
from gateway.web.stories import PAGE_ROWS
from gateway.web.views import CallView, Day, by_day, call_view


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the store says to a question, in one snapshot."""

    calls: list[dict[str, Any]]
    postings: Mapping[int, list[dict[str, Any]]]
    known_tags: list[str]
    disputed: set[int]
    sums: Sums
    kept: list[Kept]
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterForm:
    """What the form of kept filters brought: one to keep by its name, or one to take away by its number."""

    name: str = ""
    asked: str = ""
    everybody: bool = False
    drop: int | None = None
    who: str = ""
    token: str = ""


class LogPages:
    """The page of the log, and its files."""

    def __init__(
        self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages, deeds: Deeds, workshop: Workshop
    ) -> None:
        self._house, self._reads, self._live, self._tokens = house, reads, live, tokens
        self._pages, self._deeds, self._workshop = pages, deeds, workshop
        self._today = live.shared(self._count_today)
        self._hours = hours_of(house.config)

    # -- the page -------------------------------------------------------------------------------------------------

    async def one(
        self,
        said: Mapping[str, str],
        person: Person,
        before: int | None = None,
        told: int | None = None,
        problem: str = "",
    ) -> Page:
        """The calls that an address asks for; or the sentence that says what of it is not understood."""
        masked = not person.may("see_full_numbers")
        try:
            asked = asked_of(said, masked=masked)
        except Misread as error:
            return await self._not_understood(said, error.told(say), person)
        found = await self._reads.read(lambda connection: self._found(connection, asked, person, before, told))
        page = await self._pages.page(
            "log.html",
            here="calls",
            title=say("Calls by a filter") if asked.terms else say("Calls"),
            **self._frame(asked, log_words.said_by(asked), problem, person, found.kept, found.known_tags),
            **self._listed(asked, found, before),
            figures=log_words.figures(await self._today.get()) if before is None else [],
            told=found.told,
        )
        return Page(page.html, 422 if problem else page.status)

    async def _not_understood(self, said: Mapping[str, str], problem: str, person: Person) -> Page:
        owner, whose = self._house.database.property, _whose(person)
        kept = await self._reads.read(lambda connection: log_filters.standing(connection, owner, whose))
        page = await self._pages.page(
            "log.html",
            here="calls",
            title=say("Calls"),
            **self._frame(Question(), said, problem, person, kept),
            days=[],
            dated=False,
            older=None,
            paged=False,
            sums=[],
            capped="",
            hidden="",
            figures=[],
            told="",
        )
        return Page(page.html, 422)

    def address(self, said: Mapping[str, str], person: Person) -> str:
        """Where the log is that a form asks for, in its shortest form; raises Misread.

        Days that somebody wrote hold, unless he chose another period than the one that stood there (`was`).
        """
        if said.get("period") == said.get("was") and (said.get("from") or said.get("to")):
            said = {**said, "period": "own"}
        return log_words.address(asked_of(said, masked=not person.may("see_full_numbers")))

    def _found(
        self, connection: Connection, asked: Question, person: Person, before: int | None, told: int | None
    ) -> Found:
        owner, wanted = self._house.database.property, wanted_of(self._house, asked)
        numbers = call_log.numbers(connection, wanted, PAGE_ROWS + 1, before)
        return Found(
            calls=call_log.rows(connection, owner, numbers),
            postings=queries.of_calls(connection, owner, numbers),
            known_tags=call_tags.in_use(connection, owner),
            disputed=call_log.disputed_of(connection, owner, numbers),
            sums=call_log.sums(connection, wanted),
            kept=log_filters.standing(connection, owner, _whose(person)),
            told=_result(connection, owner, told),
        )

    def _listed(self, asked: Question, found: Found, before: int | None) -> dict[str, Any]:
        shown = found.calls[:PAGE_ROWS]
        views = [self._view(one, found) for one in shown]
        clock, by_time = self._live.clock(), asked.sort == "began"
        if not by_time:
            views = [
                replace(view, time=log_words.dated(call["started_at"], clock))
                for view, call in zip(views, shown, strict=True)
            ]
        return {
            "days": list(by_day(views, clock)) if by_time else [Day("", views)] if views else [],
            "dated": not by_time,
            "older": shown[-1]["id"] if len(found.calls) > PAGE_ROWS else None,
            "paged": before is not None,
            "sums": log_words.sums(found.sums),
            "hidden": log_words.hidden(found.sums),
            "capped": log_words.capped(found.sums),
        }

    def _view(self, call: dict[str, Any], found: Found) -> CallView:
        number = call["id"]
        view = call_view(call, found.postings.get(number, []), self._live.clock(), self._house.config.property.country)
        worked = self._hours.inside(call["department"], call["started_at"])
        after = say(HOURS["outside"]) if worked is False else ""
        place = " · ".join(filter(None, (log_words.became(call) or view.place, after)))
        mark = quarrel(view.mark) if number in found.disputed else view.mark
        return replace(view, place=place, mark=mark)

    def _frame(
        self,
        asked: Question,
        said: Mapping[str, str],
        problem: str,
        person: Person,
        kept: Sequence[Kept],
        tags: Sequence[str] = (),
    ) -> dict[str, Any]:
        """What stands around the list: periods, filters, the form."""
        config = self._house.config
        known = {
            "department": sorted(set(config.rooms.departments.values())),
            "source": [one.name for one in config.pbx],
            "tag": tags,
        }
        said = {"period": asked.period, **said}
        where = log_words.address(asked)
        return {
            "where": where,
            "asked": asked,
            "said": said,
            "problem": problem,
            "periods": log_words.periods(asked),
            "all_periods": [(name, say(words)) for name, words in PERIODS.items()],
            "ready": log_words.ready(asked),
            "kept": log_words.kept_links(kept, _whose(person)),
            "chosen": list(log_words.chosen(asked)),
            "entries": log_words.entries(said, known),
            "sorts": log_words.sorts(),
            "heads": log_words.headings(asked),
            "forms": {
                name: (form.title, log_words.address(asked, f"/calls/file.{name}"))
                for name, form in FORMS.items()
                if name != "html"
            },
            "query": where.partition("?")[2],
            "token": self._tokens.sign("log-filters"),
        }

    async def _count_today(self) -> Sums:
        wanted = wanted_of(self._house, Question(period="today"))
        return await self._reads.read(lambda connection: call_log.sums(connection, wanted))

    # -- kept filters -----------------------------------------------------------------------------------------------

    async def filter(self, form: FilterForm, person: Person) -> Page | str:
        """Keep a filter or take one away; the address to look at then, or the page that says what is missing."""
        said = dict(parse_qsl(form.asked))
        problem = self._problem(form, person)
        try:
            asked = asked_of(said, masked=not person.may("see_full_numbers"))
        except Misread as error:
            return await self._not_understood(said, error.told(say), person)
        if problem:
            return await self.one(said, person, problem=problem)
        deed, subject = self._subject(form, asked, person)
        owner, now = self._house.database.property, self._house.micros()

        def write(connection: Connection) -> int:
            said = {"now": now, "who": form.who, "deed": deed, "posting_id": None, "why": "", "subject": subject}
            return commands.give(connection, owner, **said)  # type: ignore[arg-type]

        given = await self._deeds.written(write)
        return log_words.joined(log_words.address(asked), f"told={given}")

    def _subject(self, form: FilterForm, asked: Question, person: Person) -> tuple[str, str]:
        whose = "" if person.open_house or (form.everybody and person.may("tag_calls")) else person.name
        if form.drop is not None:
            return log_filters.DROP, log_filters.to_drop(form.drop, whose)
        return log_filters.KEEP, log_filters.to_keep(form.name, log_words.address(asked).partition("?")[2], whose)

    def _problem(self, form: FilterForm, person: Person) -> str:
        if not self._tokens.fits(form.token, "log-filters"):
            return say("This page is older than the running gateway. Look again and send it anew.")
        if form.drop is None and not form.name:
            return say("Write what the filter is to be called.")
        if not form.who:
            return say("Write your name: whoever sees the filter must know whose it is.")
        return ""

    # -- files --------------------------------------------------------------------------------------------------------

    async def file(self, said: Mapping[str, str], form: str, person: Person) -> tuple[Path, str] | Page:
        """The calls of a filter as a file and what a browser is to call it, or the page that says why there is none."""
        masked = not person.may("see_full_numbers") or said.get("masked") == "1"
        if form not in FORMS:
            return await self._pages.missing(say("There is no such file."))
        try:
            asked = asked_of(said, masked=masked)
        except Misread as error:
            return await self._not_understood(said, error.told(say), person)
        first, last = asked.days(self._live.clock().today.date())
        terms = [one for one in written(asked) if one[0] not in (*_DAYS, "sort", "order")]
        question = urlencode([*terms, ("sort", asked.sort), ("order", "up" if asked.up else "down")])
        command = ["report", "calls", f"--config={self._house.config.file}", f"--from={first}", f"--to={last}"]
        command += [f"--format={form}", f"--filter={question}", *(["--masked"] if masked else [])]
        name = f"calls-{first}-{last}.{form}" if first != last else f"calls-{first}.{form}"
        made = await self._workshop.make(command, name)
        if isinstance(made, str):
            return await self._pages.problem(503, say("No file"), made)
        return made, name

    def forget(self, path: Path) -> None:
        """A file was sent, or its reader went away."""
        self._workshop.forget(path)


_DAYS: Final = ("period", "from", "to")


def _whose(person: Person) -> str:
    return "" if person.open_house else person.name


def _result(connection: Connection, owner: str, told: int | None) -> str:
    """What came of the command that a page is shown for, if it was about a kept filter."""
    row = queries.command(connection, owner, told) if told is not None else None
    if row is None or row["deed"] not in log_filters.DEEDS:
        return ""
    return kept(str(row["result"])) or say("written down; the gateway has not carried it out yet")
