"""Business days: which date comes next, and when a day ends if the PMS does not say so. Pure.

A hotel's day ends with its night audit and not at midnight. The edge is the *begin* of the PMS's night audit (FIAS NS): from
then on charges wait here, and what is posted after its end stands under the PMS's new date. Where the PMS tells nothing, the
clock draws the edge at a set time; a person may draw it by hand. DA and TI of NS and NE are the PMS's system clock and say
nothing of the business date, so the date follows by rule: the day after, or the calendar's where that is further on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, NamedTuple, TypeAlias

from gateway.instants import SECOND, from_micros, to_micros

#: A date, where a row has a column of that name.
LocalDate: TypeAlias = date
#: How the edge of a day is drawn.
EndsBy: TypeAlias = Literal["pms", "clock", "hand"]
#: A second begin within this time of an edge is the same night audit, begun anew; in microseconds.
SAME_NIGHT: Final = 6 * 3600 * SECOND
#: Where the clock drew the edge, the PMS's own night audit may still come, and is that day's.
_AFTER_THE_CLOCK: Final = 18 * 3600 * SECOND
#: How long after the set time a PMS that tells its night audit is waited for before the clock draws the edge, likewise.
PATIENCE: Final = 9 * 3600 * SECOND
#: After how long a night audit without an end, or one that has not begun, is worth a word, likewise.
LATE: Final = 3 * 3600 * SECOND
#: A night audit this late in the evening opens the following day.
_EVENING: Final = timedelta(hours=6)


#: What people may do with a business day, by the word that the table of commands has for it.
DAY_DEEDS: Final = ("day-total", "day-name", "day-end", "day-date", "day-close")
#: How the sentence begins that tells of such a deed that was done.
DONE: Final = "done: "


class Edge(NamedTuple):
    """Where a day begins or ends: the instant, and the first record, charge and attempt behind it."""

    at: int
    record: int
    posting: int
    attempt: int


class BusinessDay(NamedTuple):
    """A row of `business_days`."""

    id: int
    date: str
    opened_at: int
    opened_by: str
    records_from: int
    postings_from: int
    attempts_from: int
    night_start: int | None
    night_end: int | None
    ended_at: int | None
    ended_by: str
    records_until: int | None
    postings_until: int | None
    attempts_until: int | None
    remarks: str
    closed_at: int | None
    closed_by: str
    closed_why: str
    sheet: str

    @property
    def day(self) -> LocalDate:
        """Its date."""
        return date.fromisoformat(self.date)

    @property
    def begin(self) -> Edge:
        """Where it began."""
        return Edge(self.opened_at, self.records_from, self.postings_from, self.attempts_from)

    @property
    def end(self) -> Edge:
        """Where it ended; far ahead while it is open."""
        if self.ended_at is None or self.records_until is None:
            return FAR
        return Edge(self.ended_at, self.records_until, self.postings_until or 0, self.attempts_until or 0)

    @property
    def state(self) -> str:
        """In a word."""
        if self.closed_at is not None:
            return "closed"
        return "open" if self.ended_at is None else "ended"


#: Ahead of everything that has a number.
FAR: Final = Edge(2**62, 2**62, 2**62, 2**62)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRule:
    """How this house's days end: by whom, at which hour of the clock, and in which zone that is."""

    by: EndsBy
    at: time
    zone: tzinfo

    def date_at(self, instant: int) -> date:
        """The business date at an instant, by the clock alone."""
        local = from_micros(instant).astimezone(self.zone)
        started = local.timetz().replace(tzinfo=None) >= self.at
        if self.at < time(12):
            return local.date() if started else local.date() - timedelta(days=1)
        return local.date() + timedelta(days=1) if started else local.date()

    def ends(self, day: date) -> int:
        """When a business date ends, by the clock alone."""
        shown = day + timedelta(days=1) if self.at < time(12) else day
        return to_micros(datetime.combine(shown, self.at, self.zone))

    def due(self, day: BusinessDay, now: int) -> int | None:
        """The instant at which the clock ends an open day that should have ended by `now`; None if it should not."""
        if self.by == "hand":
            return None
        edge = max(self.ends(day.day), day.opened_at + 1)
        return edge if now >= edge + (PATIENCE if self.by == "pms" else 0) else None

    def next_date(self, day: BusinessDay, at: int) -> date:
        """The date that follows when a day ends at an instant: the day after, or the calendar's where that is further on."""
        local = from_micros(at).astimezone(self.zone)
        return max(day.day + timedelta(days=1), (local + _EVENING).date())


#: What a word of the PMS about its night audit does: end the open day, mark an end, or nothing but a remark.
Heard: TypeAlias = Literal["ends", "night ends", "ends without begin", "again", "end again"]


def heard(last: BusinessDay | None, running: bool, at: int) -> Heard:
    """What it means that the night audit began (`running`) or ended, by the last day that ended."""
    same = _AFTER_THE_CLOCK if last is not None and last.ended_by == "clock" else SAME_NIGHT
    recent = last is not None and last.ended_at is not None and at - last.ended_at < same
    if running:
        return "again" if recent else "ends"
    if last is not None and last.night_start is not None and last.night_end is None:
        return "night ends"
    return "end again" if recent else "ends without begin"


def running_since(last: BusinessDay | None) -> int | None:
    """Since when the PMS's night audit runs, as far as we were told."""
    if last is None or last.night_start is None or last.night_end is not None:
        return None
    return last.night_start


def shown_date(open_day: BusinessDay, last: BusinessDay | None) -> date:
    """The PMS's business date now: it moves on when the night audit ends, and not when it begins."""
    return last.day if last is not None and running_since(last) is not None else open_day.day


def belonging(days: Sequence[BusinessDay], instant: int) -> BusinessDay | None:
    """The day in which an instant is; None for one before the first of them."""
    return next((one for one in days if one.opened_at <= instant < one.end.at), None)


def to_work_on(days: Sequence[BusinessDay]) -> BusinessDay | None:
    """Of days, newest first, the one an auditor wants: the oldest that ended and is not closed, else the newest."""
    waiting = [one for one in days if one.state == "ended"]
    return waiting[-1] if waiting else days[0] if days else None
