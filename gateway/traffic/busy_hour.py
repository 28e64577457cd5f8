"""The busy hour, by each of the definitions people mean: which hour of which days a group is held against.

ITU-T E.500 takes four consecutive quarter hours, averaged over several days so that one odd day does not decide. Hotels are
not offices: evenings and weekends are busy, so no day is left out unless who asks leaves it out.

The time-consistent busy hour is the default for sizing; the average of each day's own peak is never below it; the bouncing
busy hour is what Avaya's reports show. docs/traffic.md says when to take which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gateway.instants import from_micros
from gateway.traffic.intervals import HOUR, NOTHING, QUARTER, Load, local_hours

#: Days of a high-day average in common use, and the days ITU-T E.500 (1988) takes for normal and for high load.
TEN_HIGHEST: Final = 10
NORMAL_DAYS: Final = 30
HIGH_DAYS: Final = 5


class Quarter(NamedTuple):
    """One quarter hour of a local day: its instant, the minute of the day its clock shows, and what happened."""

    since: int
    minute: int
    load: Load


class Hour(NamedTuple):
    """Sixty minutes of a day: when they began, the minute of the day then, the mean number of trunks busy, the seizures."""

    day: date
    since: int
    minute: int
    erlangs: float
    seizures: int


@dataclass(frozen=True)
class Day:
    """A local day by quarter hours: 96 as a rule, 92 or 100 where the clocks change."""

    day: date
    quarters: tuple[Quarter, ...]

    @cached_property
    def hours(self) -> tuple[Hour, ...]:
        """Every four consecutive quarter hours: each definition of a busy hour looks at them, so they are made once."""
        busy = [one.load.busy for one in self.quarters]
        seized = [one.load.seizures for one in self.quarters]
        sums = zip(
            self.quarters,
            map(sum, zip(busy, busy[1:], busy[2:], busy[3:], strict=False)),
            map(sum, zip(seized, seized[1:], seized[2:], seized[3:], strict=False)),
            strict=False,
        )
        return tuple(Hour(self.day, first.since, first.minute, load / HOUR, count) for first, load, count in sums)


class Average(NamedTuple):
    """A busy hour averaged over days. `minute` is where it begins in the day; None where that differs by day."""

    minute: int | None
    erlangs: float
    seizures: float
    days: int


def days_of(quarters: Mapping[int, Load], first: date, last: date, zone: ZoneInfo) -> list[Day]:
    """The local days from `first` to `last`, both included, of loads by UTC quarter hour."""
    days = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        days.append(Day(day, tuple(_quarters(quarters, day, zone))))
    return days


def _quarters(loads: Mapping[int, Load], day: date, zone: ZoneInfo) -> Iterable[Quarter]:
    return (Quarter(since, minute, loads.get(since, NOTHING)) for since, minute in _clock(day, zone))


@lru_cache(maxsize=1_000)  # all groups of a house go by the same clock
def _clock(day: date, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """The quarter hours of a day: the instant at which each begins, and the minute of the day that the clock shows then."""
    found = []
    for hour in local_hours(day, zone):
        for since in range(hour.since, hour.until, QUARTER):
            local = from_micros(since).astimezone(zone)
            found.append((since, local.hour * 60 + local.minute))
    return tuple(found)


def _on_the_hour(day: Day) -> list[Hour]:
    return [hour for hour in day.hours if hour.minute % 60 == 0]


def _busiest(hours: Iterable[Hour]) -> Hour:
    """The hour of the most traffic; of equals that with more seizures, then the earlier."""
    return max(hours, key=lambda hour: (hour.erlangs, hour.seizures, -hour.since))


def clock_hour(day: Day) -> Hour:
    """The busiest of the hours that begin on the hour: simple, and below the peak where that lies across two."""
    return _busiest(_on_the_hour(day))


def sliding_hour(day: Day) -> Hour:
    """The busiest four consecutive quarter hours, wherever they begin (ITU-T E.500; Fed-Std-1037C says any sixty minutes)."""
    return _busiest(day.hours)


def time_consistent(days: Sequence[Day]) -> Average | None:
    """The hour that is busiest on average over the days, the same by the clock on each; None without a day.

    An hour that a day has twice counts as two samples, one that it lacks as none.
    """
    by_minute: dict[int, list[Hour]] = {}
    for day in days:
        for hour in day.hours:
            by_minute.setdefault(hour.minute, []).append(hour)
    averages = [_averaged(hours, minute) for minute, hours in by_minute.items()]
    return max(averages, key=lambda one: (one.erlangs, one.seizures, -(one.minute or 0)), default=None)


def average_daily_peak(days: Sequence[Day], peak: Callable[[Day], Hour] = sliding_hour) -> Average | None:
    """Each day's own busiest hour, averaged: with `sliding_hour` ITU's ADPQH, with `clock_hour` its ADPFH."""
    return _averaged([peak(day) for day in days], None) if days else None


def bouncing(days: Sequence[Day]) -> tuple[list[Hour], Average | None]:
    """The busiest clock hour of each day wherever it falls, and their average: what Avaya's trunk reports go by."""
    hours = [clock_hour(day) for day in days]
    return hours, _averaged(hours, None) if hours else None


def highest_days(days: Sequence[Day], most: int = TEN_HIGHEST) -> list[Hour]:
    """The time-consistent busy hour on the days on which it was highest, the highest first."""
    average = time_consistent(days)
    if average is None:
        return []
    hours = [_busiest(same) for day in days if (same := _at(day, average.minute))]
    return sorted(hours, key=lambda hour: (-hour.erlangs, hour.since))[:most]


def _at(day: Day, minute: int | None) -> list[Hour]:
    return [hour for hour in day.hours if hour.minute == minute]


def averaged(hours: Sequence[Hour]) -> Average | None:
    """The mean of some hours, such as the ten highest days; None of none."""
    minutes = {hour.minute for hour in hours}
    return _averaged(hours, minutes.pop() if len(minutes) == 1 else None) if hours else None


def _averaged(hours: Sequence[Hour], minute: int | None) -> Average:
    erlangs = sum(hour.erlangs for hour in hours) / len(hours)
    seizures = sum(hour.seizures for hour in hours) / len(hours)
    return Average(minute, erlangs, seizures, len({hour.day for hour in hours}))


class BusyHours(NamedTuple):
    """The busy hour by each definition; None where there is no day.

    `normal_load` and `high_load` are means of the highest 30 and 5 days, as ITU-T E.500 (1988) takes them of a year.
    """

    clock: Hour | None
    sliding: Hour | None
    time_consistent: Average | None
    average_daily_peak: Average | None
    bouncing: Average | None
    ten_highest: tuple[Hour, ...]
    normal_load: Average | None
    high_load: Average | None


def busy_hours(days: Sequence[Day]) -> BusyHours:
    """The busy hours of some days."""
    if not days:
        return BusyHours(None, None, None, None, None, (), None, None)
    by_load = [(clock_hour(day), sliding_hour(day)) for day in days]
    highest = highest_days(days, len(days))
    return BusyHours(
        clock=max((one for one, _ in by_load), key=lambda hour: hour.erlangs),
        sliding=max((one for _, one in by_load), key=lambda hour: hour.erlangs),
        time_consistent=time_consistent(days),
        average_daily_peak=average_daily_peak(days),
        bouncing=bouncing(days)[1],
        ten_highest=tuple(highest[:TEN_HIGHEST]),
        normal_load=averaged(highest[:NORMAL_DAYS]),
        high_load=averaged(highest[:HIGH_DAYS]),
    )
