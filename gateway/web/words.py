"""How times, durations, numbers and amounts are written for people, in the language that is spoken. The instant is an argument.

Times stand in the hotel's zone on the 24-hour clock; a day is named where it is not today. Telephone numbers are
grouped as people dial them. Text from outside (guest names, digits, an exchange's words) is made visible: what would
reorder a line, ring a bell or hide is written as its escape, so that nobody is shown a number that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from gateway.instants import from_micros
from gateway.languages.speech import Speech
from gateway.languages.spoken import is_english, later, say, spoken
from gateway.shown import grouped, minutes, visible
from rating.money import format_amount

__all__ = [
    "Clock",
    "ago",
    "amount",
    "count",
    "day",
    "decimal",
    "figure",
    "grouped",
    "long_day",
    "minutes",
    "short_day",
    "visible",
    "written",
]


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun, in English: "1 record", "3 records"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


#: Days remembered as a language writes them, and amounts: what the pages that are open show.
_DAYS_REMEMBERED: Final = 4_096
_AMOUNTS_REMEMBERED: Final = 8_192
_UNITS: Final = (
    (later("{number} d"), 86_400),
    (later("{number} h"), 3_600),
    (later("{number} min"), 60),
    (later("{number} s"), 1),
)


def ago(seconds: float) -> str:
    """A span in its largest unit: "12 s", "5 min", "3 h", "4 d". A clock that runs behind counts as no time."""
    whole = max(0, int(seconds))
    words, size = next((one for one in _UNITS if whole >= one[1]), _UNITS[-1])
    return say(words, number=whole // size)


def figure(minor: int | None, decimals: int | None) -> str:
    """An amount without its currency; empty where there is none."""
    if minor is None:
        return ""
    return format_amount(minor, decimals or 0) if is_english() else _figure(minor, decimals or 0, spoken())


def amount(minor: int | None, decimals: int | None, currency: str | None) -> str:
    """An amount with its currency; empty where there is none."""
    return "" if minor is None else f"{figure(minor, decimals)} {currency or ''}".rstrip()


def decimal(value: float, decimals: int) -> str:
    """A figure that is no money, with so many decimals."""
    return f"{value:.{decimals}f}" if is_english() else spoken().decimal(value, decimals)


def written(text: str) -> str:
    """An amount that comes as a decimal string."""
    return figure(int(text.replace(".", "")), len(text.partition(".")[2]))


@lru_cache(_AMOUNTS_REMEMBERED)
def _figure(minor: int, decimals: int, tongue: Speech) -> str:
    return tongue.amount(minor, decimals)


def day(local: date, *, year: bool) -> str:
    """A day: Fri 20 Nov."""
    if is_english():
        return f"{local:%a} {local.day} {local:%b}{f' {local.year}' if year else ''}"
    return _day(date(local.year, local.month, local.day), year, spoken())


@lru_cache(_DAYS_REMEMBERED)
def _day(local: date, year: bool, tongue: Speech) -> str:
    return tongue.weekday(local, year=year)


def long_day(local: date) -> str:
    """A day in words alone: Friday 20 November 2026."""
    return f"{local:%A} {local.day} {local:%B %Y}" if is_english() else spoken().long_day(local)


def short_day(local: date) -> str:
    """A day of this year: 20 Nov."""
    return f"{local.day} {local:%b}" if is_english() else spoken().short_day(local)


@dataclass(frozen=True, slots=True)
class Clock:
    """The hotel's clock on the wall: its zone, and what time it is."""

    zone: ZoneInfo
    now: datetime

    def at(self, micros: int) -> datetime:
        """A stored instant in the hotel's zone."""
        return from_micros(micros).astimezone(self.zone)

    def hour(self, micros: int) -> str:
        """The time of day: 14:02."""
        return f"{self.at(micros):%H:%M}"

    def second(self, micros: int) -> str:
        """The time of day to the second: 14:02:31."""
        return f"{self.at(micros):%H:%M:%S}"

    def day(self, micros: int) -> str:
        """The day: Fri 20 Nov, with the year where it is not this one."""
        local = self.at(micros)
        return day(local, year=local.year != self.today.year)

    @property
    def today(self) -> datetime:
        """Now, in the hotel's zone."""
        return self.now.astimezone(self.zone)

    @property
    def midnight(self) -> datetime:
        """When today began."""
        return self.today.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

    def moment(self, micros: int, beside: int | None = None) -> str:
        """The time of day, with the day before it where that is not today, or not the day it is shown beside."""
        known = self.today if beside is None else self.at(beside)
        same = self.at(micros).date() == known.date()
        return self.hour(micros) if same else f"{self.day(micros)} {self.hour(micros)}"

    def is_today(self, micros: int) -> bool:
        """True for an instant of this day."""
        return self.at(micros).date() == self.today.date()

    def full(self, micros: int) -> str:
        """Day and time to the second, for whoever compares it with another list."""
        return f"{self.day(micros)} {self.second(micros)}"

    def exact(self, micros: int) -> str:
        """The instant for programs: ISO 8601 with the zone's offset."""
        return self.at(micros).isoformat()

    def since(self, moment: datetime) -> timedelta:
        """How long ago an instant was."""
        return self.now - moment

    def age(self, micros: int) -> str:
        """How long ago a stored instant was, in its largest unit."""
        return ago((self.now - from_micros(micros)) / timedelta(seconds=1))
