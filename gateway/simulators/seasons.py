"""The year of a simulated hotel: how full it is, how much is said on the telephone, and at which hours, day by day.

`Even` is the hotel that knows no season. `CityYear` is a city hotel with one: full in summer and in the weeks of fairs, quiet
in January and between Christmas and New Year's Eve; guests on business come on Monday and leave on Friday, guests on
holiday the other way round. Some weeks of spring and autumn have a congress: the house is full for three days, and everybody
telephones in the breaks. Numbers are of our own invention. The same seed is the same year.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final, Protocol

from gateway.simulators.stays import OCCUPANCY

CALLS_PER_ROOM_AND_DAY: Final = 3.75
"""About 150 calls a day from 40 rooms, incoming and internal ones included."""
HOURLY_WEIGHTS: Final = (4, 2, 1, 1, 1, 3, 12, 30, 55, 62, 50, 40, 38, 34, 30, 36, 48, 66, 74, 68, 56, 44, 26, 11)
"""How many of a day's calls begin in each hour, relative to each other: the two humps of a hotel's day."""
CONGRESS_HOURS: Final = (4, 2, 1, 1, 1, 3, 14, 40, 52, 22, 74, 24, 40, 92, 24, 22, 84, 30, 70, 66, 58, 48, 30, 12)
"""The same on a day with a congress: the breaks at half past ten, at one and at four are when people call."""
_MONTHS: Final = (0.52, 0.60, 0.70, 0.78, 0.88, 0.92, 0.90, 0.92, 0.94, 0.84, 0.68, 0.62)
#: How the week bends that, Monday first: of a hotel of business people, and of one of holiday makers.
_BUSINESS: Final = (1.04, 1.10, 1.12, 1.08, 0.92, 0.86, 0.82)
_HOLIDAY: Final = (0.92, 0.94, 0.98, 1.02, 1.12, 1.14, 0.94)
_CONGRESSES: Final = 12
_CONGRESS_MONTHS: Final = (3, 4, 5, 6, 9, 10, 11)
_CONGRESS_CALLS: Final = 1.9
_CONGRESS_FULL: Final = 0.99
#: Nobody is on the telephone less than on Christmas Eve, and more than at the turn of the year.
_FEASTS: Final = {(12, 24): (0.40, 0.5), (12, 25): (0.42, 0.6), (12, 26): (0.45, 0.7), (12, 31): (0.97, 1.3)}


class Year(Protocol):
    """What a day is like."""

    def occupancy(self, day: date) -> float:
        """The share of rooms that are let if somebody asks for them."""

    def calls(self, day: date) -> float:
        """Calls a room and day."""

    def hours(self, day: date) -> Sequence[int]:
        """The weights of its hours."""


@dataclass(frozen=True, slots=True)
class Even:
    """Every day is like the other."""

    calls_per_room: float = CALLS_PER_ROOM_AND_DAY

    def occupancy(self, day: date) -> float:
        """An ordinary night."""
        return OCCUPANCY

    def calls(self, day: date) -> float:
        """As many as ever."""
        return self.calls_per_room

    def hours(self, day: date) -> Sequence[int]:
        """Two humps."""
        return HOURLY_WEIGHTS


@dataclass(frozen=True, slots=True)
class CityYear:
    """Seasons, weekdays, feasts and congresses."""

    seed: int
    calls_per_room: float = CALLS_PER_ROOM_AND_DAY

    def occupancy(self, day: date) -> float:
        """By month and weekday; full while there is a congress."""
        if (day.month, day.day) in _FEASTS:
            return _FEASTS[day.month, day.day][0]
        if day in congress_days(self.seed, day.year):
            return _CONGRESS_FULL
        week = _HOLIDAY if day.month in (7, 8) else _BUSINESS
        return min(0.98, _MONTHS[day.month - 1] * week[day.weekday()])

    def calls(self, day: date) -> float:
        """Guests call as they are there: the house's own calls apart, a half-empty hotel is a quiet one."""
        if day in congress_days(self.seed, day.year):
            return self.calls_per_room * _CONGRESS_CALLS
        feast = _FEASTS.get((day.month, day.day), (0.0, 1.0))[1]
        return self.calls_per_room * feast * self.occupancy(day) / OCCUPANCY

    def hours(self, day: date) -> Sequence[int]:
        """Two humps; on a congress day the breaks."""
        return CONGRESS_HOURS if day in congress_days(self.seed, day.year) else HOURLY_WEIGHTS


@cache
def congress_days(seed: int, year: int) -> frozenset[date]:
    """Tuesdays to Thursdays of some weeks of spring and autumn."""
    draw = random.Random(f"congresses {seed} {year}")
    first = date(year, 1, 1)
    tuesdays = [first + timedelta(days=n) for n in range(365) if (first + timedelta(days=n)).weekday() == 1]
    weeks = draw.sample([day for day in tuesdays if day.month in _CONGRESS_MONTHS], _CONGRESSES)
    return frozenset(tuesday + timedelta(days=more) for tuesday in weeks for more in range(3))
