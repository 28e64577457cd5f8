"""How times, durations, numbers and amounts are written for people. Pure: the instant is an argument.

Times stand in the hotel's zone on the 24-hour clock; a day is named where it is not today. Telephone numbers are
grouped as people dial them. Text from outside (guest names, digits, an exchange's words) is made visible: what would
reorder a line, ring a bell or hide is written as its escape, so that nobody is shown a number that is not there.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers

from gateway.instants import from_micros
from gateway.store.reading import money

#: Characters of a text from outside that are shown in one place; what is longer ends in an ellipsis.
MOST_SHOWN: Final = 400
#: Formatted numbers remembered; a page shows forty, a busy evening repeats a few hundred.
_NUMBERS_REMEMBERED: Final = 4_096
#: Joiners that several scripts need inside of words; they cannot move anything.
_JOINERS: Final = "\u200c\u200d"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, limit: int = MOST_SHOWN) -> str:
    """Text fit for a page: controls, direction marks and lone surrogates as escapes, and no longer than `limit`."""
    short = text if len(text) <= limit else f"{text[: limit - 1]}…"
    if short.isprintable():
        return short
    return "".join(_escape(one) if _unseen(one) else one for one in short)


def _unseen(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character) in _UNSEEN


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def ago(seconds: float) -> str:
    """A span in its largest unit: "12 s", "5 min", "3 h", "4 d". A clock that runs behind counts as no time."""
    whole = max(0, int(seconds))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def minutes(seconds: int | None) -> str:
    """Talk time as m:ss, beyond an hour h:mm:ss; empty where it is not known."""
    if seconds is None or seconds < 0:
        return ""
    whole, rest = divmod(seconds, 60)
    hours, part = divmod(whole, 60)
    return f"{hours}:{part:02d}:{rest:02d}" if hours else f"{part}:{rest:02d}"


def amount(minor: int | None, decimals: int | None, currency: str | None) -> str:
    """An amount with its currency; empty where there is none."""
    figure = money(minor, decimals or 0)
    return "" if figure is None else f"{figure} {currency or ''}".rstrip()


@lru_cache(maxsize=_NUMBERS_REMEMBERED)
def grouped(e164: str, country: str) -> str:
    """A number in E.164 as people dial it: the national way at home, else with its country code."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    at_home = phonenumbers.country_code_for_region(country) == number.country_code
    form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


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
