"""Days that are no ordinary weekdays: public holidays and a tariff's own dates, and the bands that hold on them.

The most particular word about a day decides which bands it has: a band that names the date, else (on a holiday) the
bands that say "holiday", else those of the weekday. A band that runs past midnight ends on the next day wherever that
day's own bands leave it room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from rating.bands import DAY, DAYS_REMEMBERED, DayTable

EPOCH_DAY = date(1970, 1, 1).toordinal()
"""Days are counted from 1970 here, as seconds are."""

FIRST_HOLIDAY_YEAR, LAST_HOLIDAY_YEAR = 1980, 2199


class BandDays(NamedTuple):
    """When one band holds: from `start` to `end` seconds into a day (beyond a day: into the next morning).

    `weekdays` count from Monday 0; `dates` are "MM-DD" for every year or "YYYY-MM-DD".
    """

    start: int
    end: int
    weekdays: frozenset[int]
    holidays: bool = False
    dates: frozenset[str] = frozenset()


def holiday_calendar(region: str) -> Callable[[date], bool]:
    """Give the public holidays of a country ("PL") or a part of it ("DE-BY"). ValueError, with a sentence, for none."""
    import holidays  # the package reads its calendars when it is imported

    country, _, part = region.partition("-")
    try:
        days = holidays.country_holidays(country, subdiv=part or None)
    except (NotImplementedError, AttributeError) as error:
        raise ValueError(f"No holidays are known for {region!r}; write a country like PL, or DE-BY.") from error
    return lambda day: FIRST_HOLIDAY_YEAR <= day.year <= LAST_HOLIDAY_YEAR and day in days


def day_tables(bands: Sequence[BandDays], is_holiday: Callable[[date], bool]) -> Callable[[int], DayTable]:
    """Give the function from a day (since 1970, of the property's clock) to its edges and bands."""

    @lru_cache(maxsize=DAYS_REMEMBERED)
    def begun(day: int) -> tuple[int, ...]:
        return _bands_of(date.fromordinal(EPOCH_DAY + day), bands, is_holiday)

    @lru_cache(maxsize=DAYS_REMEMBERED)
    def table(day: int) -> DayTable:
        return _table(
            [bands[one] for one in begun(day)], begun(day), [bands[one] for one in begun(day - 1)], begun(day - 1)
        )

    return table


def clash(bands: Sequence[BandDays]) -> tuple[int, int] | None:
    """Find two bands that claim the same minute of a holiday or of one date; weekdays are looked at elsewhere."""
    for later, one in enumerate(bands):
        for earlier, other in enumerate(bands[:later]):
            together = (one.holidays and other.holidays) or _share_a_date(one, other)
            if together and one.start < other.end and other.start < one.end:
                return earlier, later
    return None


def _share_a_date(one: BandDays, other: BandDays) -> bool:
    yearly = {day[-5:] for day in one.dates} & {day[-5:] for day in other.dates}
    return bool(one.dates & other.dates) or any(day in one.dates or day in other.dates for day in yearly)


def _bands_of(day: date, bands: Sequence[BandDays], is_holiday: Callable[[date], bool]) -> tuple[int, ...]:
    names = {day.isoformat(), day.isoformat()[5:]}
    if dated := [index for index, band in enumerate(bands) if band.dates & names]:
        return tuple(dated)
    if any(band.holidays for band in bands) and is_holiday(day):
        return tuple(index for index, band in enumerate(bands) if band.holidays)
    return tuple(index for index, band in enumerate(bands) if day.weekday() in band.weekdays)


def _table(
    today: list[BandDays], here: tuple[int, ...], yesterday: list[BandDays], before: tuple[int, ...]
) -> DayTable:
    """Lay the ends of yesterday's bands on the day, and the day's own over them."""
    laid = [(0, band.end - DAY, index) for band, index in zip(yesterday, before, strict=True) if band.end > DAY]
    laid += [(band.start, min(band.end, DAY), index) for band, index in zip(today, here, strict=True)]
    edges = sorted({0, *(edge for start, end, _ in laid for edge in (start, end) if edge < DAY)})
    bands = []
    for edge in edges:
        covering = [index + 1 for start, end, index in laid if start <= edge < end]
        bands.append(covering[-1] if covering else 0)
    return DayTable(tuple(edges), tuple(bands))
