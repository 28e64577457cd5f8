"""When a schedule runs, and which days of the hotel each run is about. Pure.

A run is named by the day it was planned for, and by the time too where there are several a day, as the clock on the wall
has them: so it is one run however often somebody looks, and whichever day it was moved to because the hotel's office was
closed. On the night on which an hour does not exist, a run planned for it comes as long after midnight as ever; on the
night on which an hour comes twice, it runs in the first.

What is asked of the calendar (which days are worked) is handed over as a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias, assert_never, get_args
from zoneinfo import ZoneInfo

Every: TypeAlias = Literal["hours", "daily", "weekly", "monthly"]
#: What becomes of a run that falls on a day that is not worked.
WhenClosed: TypeAlias = Literal["run", "next", "previous", "skip"]
PeriodName: TypeAlias = Literal["yesterday", "last week", "last month", "month to date", "today"]
PERIODS: Final[tuple[PeriodName, ...]] = get_args(PeriodName)

#: Days that a run is moved at most; a hotel whose office is closed for longer gets it on its own day.
MOST_MOVED: Final = 14
#: How far ahead the next run is looked for: a monthly one that is skipped on closed days is found in it.
LONGEST_AHEAD: Final = timedelta(days=400)
#: Missed runs that are made up, the newest of them: a month of days. Older ones are let go, and the log says so.
MOST_MADE_UP: Final = 31

Worked: TypeAlias = Callable[[date], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often, when, and about which days. `weekday` counts from Monday 0; `day` beyond a month's end is its last day.

    `hours` divide the day. `of_now` is for what tells how things stand at that moment: it cannot be made up for the past.
    """

    every: Every
    at: time
    hours: int = 24
    weekday: int = 0
    day: int = 1
    when_closed: WhenClosed = "run"
    period: PeriodName = "yesterday"
    of_now: bool = False


class Run(NamedTuple):
    """One run: its name, when it is due (UTC), and its days, both included."""

    label: str
    due: datetime
    first: date
    last: date


def runs_between(rhythm: Rhythm, zone: ZoneInfo, worked: Worked, after: datetime, until: datetime) -> list[Run]:
    """The runs that are due after one instant and not after another, in their order."""
    begin = after.astimezone(zone).date() - timedelta(days=MOST_MOVED + 1)
    end = until.astimezone(zone).date() + timedelta(days=MOST_MOVED + 1)
    found = [run for day in _days(rhythm, begin, end) for run in _runs_of(rhythm, zone, worked, day)]
    return sorted((run for run in found if after < run.due <= until), key=lambda run: (run.due, run.label))


def next_run(rhythm: Rhythm, zone: ZoneInfo, worked: Worked, after: datetime) -> Run | None:
    """The first run after an instant; None where every one within a year is skipped."""
    for days in (2, 40, LONGEST_AHEAD.days):
        found = runs_between(rhythm, zone, worked, after, after + timedelta(days=days))
        if found:
            return found[0]
    return None


def made_up(rhythm: Rhythm, due: list[Run]) -> list[Run]:
    """Of the runs that are due together, those to make: all days of the last month, but of a sheet of the moment the newest."""
    if rhythm.of_now or rhythm.every == "hours":
        return due[-1:]
    return due[-MOST_MADE_UP:]


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time on the hotel's clock as an instant: the first of two, and for none as long after midnight as ever."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def period_of(name: PeriodName, day: date) -> tuple[date, date]:
    """The days that a run of a day is about."""
    match name:
        case "yesterday":
            return yesterday(day)
        case "last week":
            return last_week(day)
        case "last month":
            return last_month(day)
        case "month to date":
            last = day - timedelta(days=1)
            return last.replace(day=1), last
        case "today":
            return day, day
        case _:
            assert_never(name)


def yesterday(today: date) -> tuple[date, date]:
    """The day before."""
    return today - timedelta(days=1), today - timedelta(days=1)


def last_week(today: date) -> tuple[date, date]:
    """The whole week before this one, Monday to Sunday."""
    monday = today - timedelta(days=today.weekday() + 7)
    return monday, monday + timedelta(days=6)


def last_month(today: date) -> tuple[date, date]:
    """The whole month before this one."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


# -- the days and times of a rhythm -----------------------------------------------------------------------------------


def _days(rhythm: Rhythm, begin: date, end: date) -> Iterator[date]:
    """The days for which a run is planned, before any of them is moved."""
    for number in range((end - begin).days + 1):
        day = begin + timedelta(days=number)
        match rhythm.every:
            case "hours" | "daily":
                yield day
            case "weekly":
                if day.weekday() == rhythm.weekday:
                    yield day
            case "monthly":
                if day.day == min(rhythm.day, _month_length(day)):
                    yield day
            case _:
                assert_never(rhythm.every)


def _month_length(day: date) -> int:
    return ((day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day


def _runs_of(rhythm: Rhythm, zone: ZoneInfo, worked: Worked, planned: date) -> Iterator[Run]:
    """The runs planned for a day. One that is moved on is about the days before its own; one that is moved back, before that."""
    day = _moved(planned, rhythm.when_closed, worked)
    if day is None:
        return
    first, last = period_of(rhythm.period, min(day, planned))
    seen: set[datetime] = set()
    for at in _times(rhythm):
        due = instant_of(day, at, zone)
        label = planned.isoformat() if rhythm.every != "hours" else f"{planned.isoformat()} {at:%H:%M}"
        if due not in seen:  # an hour that does not exist falls on the next one, whose run is there already
            seen.add(due)
            yield Run(label, due, first, last)


def _times(rhythm: Rhythm) -> Iterator[time]:
    if rhythm.every != "hours":
        yield rhythm.at
        return
    step = rhythm.hours * 60
    for minute in range((rhythm.at.hour * 60 + rhythm.at.minute) % step, 24 * 60, step):
        yield time(minute // 60, minute % 60)


def _moved(planned: date, when_closed: WhenClosed, worked: Worked) -> date | None:
    """The day on which a run takes place; None where it does not."""
    if when_closed == "run" or worked(planned):
        return planned
    if when_closed == "skip":
        return None
    step = timedelta(days=1 if when_closed == "next" else -1)
    near = (planned + number * step for number in range(1, MOST_MOVED + 1))
    return next((day for day in near if worked(day)), planned)
