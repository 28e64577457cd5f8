"""The page of the trunks: for each group one sentence, the week, three figures side by side, and where it is going.

What stands here is that of the reports, for whoever looks once a week; each group leads on to them. A page is counted in a
thread, on a snapshot, over a bounded number of days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup
from sqlalchemy import Connection

from gateway.instants import from_micros
from gateway.languages.spoken import Plurals, is_english, plural, said, say, spoken
from gateway.reports.asking import Asked, asked_of
from gateway.reports.catalog import KINDS, TRUNKS
from gateway.reports.kinds.planning import season_tables, since_known
from gateway.reports.kinds.studying import assumed, studied, warnings
from gateway.reports.kinds.trunk_pictures import expected_words, headroom, trend, week
from gateway.reports.kinds.trunk_tables import remark_words
from gateway.reports.showing import ShownPicture, ShownTable, shown_section
from gateway.reports.values import Picture, Section
from gateway.traffic.grade import GRADES, Grade
from gateway.traffic.saying import PLAIN, Saying, lasting, sentence, target_words
from gateway.traffic.study import GroupStudy
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.words import day, decimal, visible

#: Days that the page may be about; a longer time is for the reports.
SPANS: Final = (7, 28, 91)
_USUAL: Final = 28
#: Rows of a table on the page, trunks named in one line, and the smallest share that is written as a figure.
_MOST_ROWS: Final = 100
_MOST_NAMED: Final = 12
_LEAST: Final = 0.00005
#: How many trunks a group has, by the way they go.
_INSTALLED: Final = Plurals(
    {
        "both": ("{number} trunk both ways", "{number} trunks both ways"),
        "in": ("{number} trunk for calls in", "{number} trunks for calls in"),
        "out": ("{number} trunk for calls out", "{number} trunks for calls out"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShown:
    """A group as the page has it; `figures` are words, what it says beside it, and its tone."""

    name: str
    sentence: str
    capacity: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    hint: str
    odd: tuple[str, ...]
    pictures: tuple[ShownPicture, ...]
    going: str
    trend: tuple[ShownPicture, ...]
    seasons: tuple[ShownTable, ...]


def chosen_span(text: str) -> int:
    """How many days the address asks for; the usual ones where it asks for others."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) in SPANS else _USUAL


class TrunkPages:
    """One page, over a few lengths of time."""

    def __init__(self, house: House, reads: Reads, live: Live, pages: Pages) -> None:
        self._house, self._reads, self._live, self._pages = house, reads, live, pages

    async def trunks(self, span: int) -> Page:
        """The last days, today included."""
        house, last = self._house, self._live.clock().today.date()
        first = last - timedelta(days=span - 1)
        asked = asked_of(house.config, house.database, first, last, house.now())
        values = await self._reads.read(lambda connection: _values(asked, connection))
        return await self._pages.page(
            "trunks.html",
            here="trunks",
            title=say("Trunks"),
            span=span,
            spans={
                days: say("7 days") if days == SPANS[0] else plural("{number} week", "{number} weeks", days // 7)
                for days in SPANS
            },
            reports=[(name, say(kind.title)) for name, kind in KINDS.items() if kind.group == TRUNKS],
            days=urlencode({"from": first.isoformat(), "to": last.isoformat()}),
            last=day(last, year=True),
            markup=Markup,
            **values,
        )


def _values(asked: Asked, connection: Connection) -> dict[str, Any]:
    found = studied(asked, connection, swept=True)
    year = since_known(asked, connection)
    years = {one.group: one for one in year.groups}
    groups = [_group(asked, one, years.get(one.group), number) for number, one in enumerate(found.groups)]
    return {
        "groups": groups,
        "warnings": [visible(said(words)) for words in warnings(asked, found)],
        "assumptions": [said(assumed(words)) for words in found.assumptions],
        "first": day(found.asked.first, year=True),
        "known_since": day(year.asked.first, year=True),
    }


def _group(asked: Asked, one: GroupStudy, year: GroupStudy | None, number: int) -> GroupShown:
    zone = asked.period.zone
    pictures: list[Picture] = [*([week(one, number)] if one.whole.seizures else []), *headroom(one, number)]
    known = year is not None and bool(year.whole.seizures)
    return GroupShown(
        name=visible(said(remark_words(one.name))),
        sentence=visible(sentence(one, zone, _tongue())),
        capacity=tuple(map(visible, _capacity(one, asked))),
        figures=tuple(_figures(one.grade)) if one.grade is not None else (),
        hint=_hint(one.grade) if one.grade is not None else "",
        odd=tuple(map(visible, _odd(one))),
        pictures=_shown(pictures, asked, ShownPicture),
        going=visible(said(expected_words(year))) if year is not None else "",
        trend=_shown(
            [trend(year, asked.period.last, number)] if year is not None and known else [], asked, ShownPicture
        ),
        seasons=_shown(season_tables(year, number) if year is not None and known else [], asked, ShownTable),
    )


S = TypeVar("S", ShownPicture, ShownTable)


def _shown(sections: Iterable[Section], asked: Asked, kind: type[S]) -> tuple[S, ...]:
    """Parts of a report as texts, which are all of one kind."""
    shown = (shown_section(one, asked.period.zone, _MOST_ROWS) for one in sections)
    return tuple(one for one in shown if isinstance(one, kind))


def _tongue() -> Saying:
    """The language that is spoken; English as everywhere else that these sentences stand."""
    return PLAIN if is_english() else spoken()


def _capacity(one: GroupStudy, asked: Asked) -> list[str]:
    """How many there are, how many were in use at most, and whether there was a moment without a free one."""
    installed = one.installed
    said = []
    if installed is not None:
        said.append(_INSTALLED.say(installed.direction, installed.trunks))
    if one.peak is not None and one.peak.first is not None:
        at = from_micros(one.peak.first).astimezone(asked.period.zone)
        first = f"{day(at, year=False)} {at:%H:%M}"
        said.append(say("at most {busy} at once, first on {moment}", busy=one.peak.busy, moment=first))
    busy = one.all_busy
    if busy is not None and not busy.episodes:
        said.append(say("never all busy"))
    elif busy is not None:
        said.append(
            plural(
                "all busy once, {duration} in all",
                "all busy {number} times, {duration} in all",
                busy.episodes,
                duration=lasting(busy.time, _tongue()),
            )
        )
    hour = one.busy.time_consistent
    if hour is not None and hour.minute is not None and hour.erlangs:
        at_hour = f"{hour.minute // 60:02d}:{hour.minute % 60:02d}"
        said.append(say("busy hour from {hour}: {erlangs} erlangs", hour=at_hour, erlangs=decimal(hour.erlangs, 2)))
    return said


def _figures(found: Grade) -> list[tuple[str, str]]:
    """Lost calls: measured, modelled and wanted, each by its own means; beside them the time without a free trunk."""
    return [
        (say("lost, measured"), _percent(found.blocking_measured, say("not told"))),
        (say("all trunks busy, of the busy hour"), _percent(found.all_busy, say("not known"))),
        (say("lost, modelled"), _percent(found.blocking_modelled, say("saturated"))),
        (say("target, {target}", target=target_words(found.target)), _percent(found.target, "")),
    ]


def _hint(found: Grade) -> str:
    """What lies behind the figures, where they need a word."""
    if found.offered.saturated:
        return say(
            "Above 90 % of its trunks a group hides what it turned away; at least so much was offered: "
            "{erlangs} erlangs.",
            erlangs=decimal(found.offered.erlangs, 1),
        )
    needed = ", ".join(
        say("{number} for {target}", number=trunks, target=target_words(gos))
        for gos, trunks in zip(GRADES, found.needed, strict=True)
    )
    erlangs = decimal(found.offered.erlangs, 2)
    if found.blocking_measured is not None:
        return say(
            "In the busy hour {erlangs} erlangs were offered; trunks needed: {needed}.", erlangs=erlangs, needed=needed
        )
    return say(
        "The exchange does not tell of calls that found no trunk. In the busy hour {erlangs} erlangs were offered; "
        "trunks needed: {needed}.",
        erlangs=erlangs,
        needed=needed,
    )


def _percent(share: float | None, unknown: str) -> str:
    if share is None:
        return unknown
    if share >= _LEAST or not share:
        return say("{figure} %", figure=decimal(100 * share, 2))
    return say("under {figure} %", figure=decimal(100 * _LEAST, 2))


def _odd(one: GroupStudy) -> list[str]:
    """What is odd about the group and its trunks, by remark."""
    by_remark: dict[str, list[str]] = {}
    for trunk in one.trunks:
        for remark in trunk.remarks:
            by_remark.setdefault(remark, []).append(trunk.trunk or say("without a name"))
    told = [
        say("The group: {remark}.", remark=said(remark_words(remark))) for remark in one.remarks if remark != "unused"
    ]
    for remark, trunks in by_remark.items():
        if remark not in one.remarks:
            shown = ", ".join(trunks[:_MOST_NAMED])
            if len(trunks) > _MOST_NAMED:
                shown = say("{list} and {number} more", list=shown, number=len(trunks) - _MOST_NAMED)
            words = said(remark_words(remark))
            told.append(f"{words[:1].upper()}{words[1:]}: {shown}.")
    return told
