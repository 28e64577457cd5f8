"""The days a report is about, as the hotel counts them, and how instants fall into them. Pure.

A local day begins at its midnight in the property's zone and ends at the next one, so that it has 23 or 25 hours when
the clocks are put. Instants come from the store as quarter hours of UTC: no zone in use has an offset that is not a
multiple of fifteen minutes, so they fall whole into local hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gateway.instants import SECOND, midnight

#: The stretch of UTC by which the store adds up, in microseconds.
QUARTER: Final = 900 * SECOND
#: Local places of quarter hours that are remembered: a little over a year of them.
_REMEMBERED: Final = 40_000
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class LocalHour(NamedTuple):
    """Where an instant falls: the local day, and the hour of it on the wall."""

    day: date
    hour: int


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, the first and the last included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> int:
        """Its first instant, in microseconds UTC."""
        return midnight(self.first, self.zone)

    @property
    def until(self) -> int:
        """The first instant after it."""
        return midnight(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> list[date]:
        """Its days."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class Stretch(Period):
    """Days that begin and end at other instants than midnight: business days, from night audit to night audit."""

    begin: int
    end: int

    @property
    def since(self) -> int:
        """Its first instant."""
        return self.begin

    @property
    def until(self) -> int:
        """The first instant after it."""
        return self.end


@lru_cache(_REMEMBERED)
def local_hour(quarter: int, zone: ZoneInfo) -> LocalHour:
    """The local day and hour of a quarter hour, which is counted from 1970 in UTC."""
    at = datetime.fromtimestamp(quarter * QUARTER // SECOND, UTC).astimezone(zone)
    return LocalHour(at.date(), at.hour)
