"""Working hours of departments: whether an instant is inside them, and which stretches of a time are. Pure.

Hours are those of the hotel's wall clock. A span that ends at or before its beginning runs past midnight and belongs to the day
on which it begins. Each span of each day is turned into two instants, so that nothing depends on how long that day is: on the
night in autumn a span ends when its last minute is over for the second time, and one that begins within the repeated hour
begins the first time; in spring an hour that does not exist is as long after midnight as it would have been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from gateway.instants import from_micros, to_micros

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A span of some weekdays (Monday is 0), but not on the days of `closed`; on public holidays only if `holidays`."""

    days: frozenset[int]
    begin: time
    end: time
    closed: frozenset[date] = frozenset()
    holidays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """The shifts of departments; under "" those of every department without shifts of its own."""

    zone: tzinfo = UTC
    shifts: Mapping[str, tuple[Shift, ...]] = field(default_factory=dict)
    is_holiday: Callable[[date], bool] = field(default=lambda _day: False, compare=False)

    def of(self, department: str | None) -> tuple[Shift, ...]:
        """The shifts that hold for a department; none where nothing was said, and none for guest rooms."""
        return self.shifts.get(department, self.shifts.get("", ())) if department else ()

    def inside(self, department: str | None, micros: int) -> bool | None:
        """Whether a department works at an instant (microseconds UTC); None where no hours are set for it."""
        shifts = self.of(department)
        if not shifts:
            return None
        day = from_micros(micros).astimezone(self.zone).date()
        return any(
            since <= micros < until for one in (day - _DAY, day) for since, until in self._day(shifts, one.toordinal())
        )

    def spans(self, department: str | None, since: int, until: int) -> list[tuple[int, int]]:
        """The stretches of a time in which a department works, in order and apart from each other."""
        shifts = self.of(department)
        first = from_micros(since).astimezone(self.zone).date() - _DAY
        last = from_micros(until).astimezone(self.zone).date()
        days = range(first.toordinal(), last.toordinal() + 1)
        found = (span for day in days for span in self._day(shifts, day))
        return list(_joined((max(begin, since), min(end, until)) for begin, end in found))

    def _day(self, shifts: tuple[Shift, ...], ordinal: int) -> tuple[tuple[int, int], ...]:
        return _instants(shifts, ordinal, self.zone, self.is_holiday)


@lru_cache(maxsize=4_096)
def _instants(
    shifts: tuple[Shift, ...], ordinal: int, zone: tzinfo, is_holiday: Callable[[date], bool]
) -> tuple[tuple[int, int], ...]:
    """The spans that begin on a day, as instants."""
    day = date.fromordinal(ordinal)
    found = []
    for one in shifts:
        if day.weekday() in one.days and day not in one.closed and (one.holidays or not is_holiday(day)):
            ends = day if one.end > one.begin else day + _DAY
            found.append((_instant(day, one.begin, zone, 0), _instant(ends, one.end, zone, 1)))
    return tuple(found)


def _instant(day: date, at: time, zone: tzinfo, fold: int) -> int:
    """A time of the wall clock as an instant: of one that comes twice the first (0) or the second (1)."""
    plain = to_micros(datetime.combine(day, at, zone))
    return max(plain, to_micros(datetime.combine(day, at.replace(fold=fold), zone)))


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in order, those that touch made one, those of no length left out."""
    held: tuple[int, int] | None = None
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if held is not None and begin <= held[1]:
            held = held[0], max(held[1], end)
            continue
        if held is not None:
            yield held
        held = begin, end
    if held is not None:
        yield held
