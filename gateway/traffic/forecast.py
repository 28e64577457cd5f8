"""Where a group's busy hour is going: a straight trend, a level for each weekday, and a band that says how sure that is.

Least squares with one level a weekday and one slope for all; exact, since within a weekday only the slope is left. Days
that were not measured are left out, never taken for zero. It does not know holidays, congresses or seasons: over less than
a year a season looks like a trend, and the band is for days that are like those measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist
from typing import Final, NamedTuple, TypeAlias

#: Measured days below which nothing is said: each weekday twice.
LEAST_DAYS: Final = 14
#: How much of the days the band is to hold.
BAND: Final = 0.95


class Expected(NamedTuple):
    """What is expected on a day, and the band that most such days stay in; never below 0."""

    day: date
    erlangs: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A fitted trend: `slope` erlangs a day, `slope_error` its standard error, the level of each weekday (Monday is 0) at
    `origin`, and how much a day strays from all that."""

    origin: date
    slope: float
    slope_error: float
    levels: Mapping[int, float]
    stray: float
    days: int
    _means: Mapping[int, tuple[float, int]]
    _spread: float

    @property
    def trend_is_clear(self) -> bool:
        """True if the slope is more than chance would make, nineteen times of twenty."""
        return abs(self.slope) > _student(self._freedom) * self.slope_error

    @property
    def _freedom(self) -> int:
        return self.days - len(self.levels) - 1

    def on(self, day: date) -> Expected | None:
        """What is expected on a day; None for a weekday that was never measured."""
        weekday = day.weekday()
        if weekday not in self.levels:
            return None
        at = (day - self.origin).days
        middle = self.levels[weekday] + self.slope * at
        mean, count = self._means[weekday]
        error = self.stray * math.sqrt(1 + 1 / count + (at - mean) ** 2 / self._spread)
        band = _student(self._freedom) * error
        return Expected(day, max(0.0, middle), max(0.0, middle - band), max(0.0, middle + band))

    def following(self, last: date, days: int) -> list[Expected]:
        """What is expected on the days after `last`."""
        found = [self.on(last + timedelta(days=number)) for number in range(1, days + 1)]
        return [one for one in found if one is not None]

    def first_above(self, erlangs: float, last: date, within: int) -> date | None:
        """The first day after `last`, among so many, whose expected busy hour is above what a group can be offered."""
        return next((one.day for one in self.following(last, within) if one.erlangs > erlangs), None)


def fit(measured: Mapping[date, float]) -> Forecast | None:
    """Fit busy hours by day; None where there are fewer than LEAST_DAYS, or too few of each weekday to tell a trend."""
    if len(measured) < LEAST_DAYS:
        return None
    origin = min(measured)
    by_weekday: dict[int, list[tuple[float, float]]] = {}
    for day, erlangs in sorted(measured.items()):
        by_weekday.setdefault(day.weekday(), []).append(((day - origin).days, erlangs))
    centres = {weekday: _centre(points) for weekday, points in by_weekday.items()}
    spread = cross = 0.0
    for weekday, points in by_weekday.items():
        mean, level = centres[weekday]
        spread += math.fsum((at - mean) ** 2 for at, _ in points)
        cross += math.fsum((at - mean) * (erlangs - level) for at, erlangs in points)
    freedom = len(measured) - len(by_weekday) - 1
    if spread == 0 or freedom < 1:
        return None
    slope = cross / spread
    levels = {weekday: level - slope * mean for weekday, (mean, level) in centres.items()}
    left = math.fsum(
        (erlangs - levels[weekday] - slope * at) ** 2
        for weekday, points in by_weekday.items()
        for at, erlangs in points
    )
    stray = math.sqrt(left / freedom)
    return Forecast(
        origin=origin,
        slope=slope,
        slope_error=stray / math.sqrt(spread),
        levels=levels,
        stray=stray,
        days=len(measured),
        _means={weekday: (centres[weekday][0], len(points)) for weekday, points in by_weekday.items()},
        _spread=spread,
    )


Season: TypeAlias = tuple[int, float]
"""How many days, and their mean."""


def seasons(measured: Mapping[date, float]) -> tuple[dict[int, Season], dict[tuple[int, int], Season]]:
    """The mean of the days by weekday (Monday is 0), and by month, as year and month."""
    weekdays: dict[int, list[float]] = {}
    months: dict[tuple[int, int], list[float]] = {}
    for day, erlangs in sorted(measured.items()):
        weekdays.setdefault(day.weekday(), []).append(erlangs)
        months.setdefault((day.year, day.month), []).append(erlangs)
    return (
        {name: (len(some), math.fsum(some) / len(some)) for name, some in sorted(weekdays.items())},
        {name: (len(some), math.fsum(some) / len(some)) for name, some in sorted(months.items())},
    )


def _centre(points: list[tuple[float, float]]) -> tuple[float, float]:
    return (math.fsum(at for at, _ in points) / len(points), math.fsum(value for _, value in points) / len(points))


def _student(freedom: int) -> float:
    """Student's quantile for the band, by its expansion from the normal one (Abramowitz and Stegun 26.7.5)."""
    z = NormalDist().inv_cdf(0.5 + BAND / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / freedom + second / freedom**2 + third / freedom**3 + fourth / freedom**4
