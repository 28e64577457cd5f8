"""How times, durations, numbers and amounts are written for people. Pure: the instant is an argument.

Times stand in the hotel's zone on the 24-hour clock; a day is named where it is not today. Telephone numbers are
grouped as people dial them. Text from outside (guest names, digits, an exchange's words) is made visible: what would
reorder a line, ring a bell or hide is written as its escape, so that nobody is shown a number that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.instants import from_micros
from gateway.shown import grouped, minutes, visible
from gateway.store.reading import money

__all__ = ["Clock", "ago", "amount", "count", "grouped", "minutes", "visible"]


def ago(seconds: float) -> str:
    """A span in its largest unit: "12 s", "5 min", "3 h", "4 d". A clock that runs behind counts as no time."""
    whole = max(0, int(seconds))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def amount(minor: int | None, decimals: int | None, currency: str | None) -> str:
    """An amount with its currency; empty where there is none."""
    figure = money(minor, decimals or 0)
    return "" if figure is None else f"{figure} {currency or ''}".rstrip()


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 record", "3 records"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


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
        year = "" if local.year == self.today.year else f" {local.year}"
        return f"{local:%a} {local.day} {local:%b}{year}"

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
