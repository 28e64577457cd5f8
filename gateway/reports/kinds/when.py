"""How the calls of a report lie in time: a picture by hour for one day, by day for several, weekday by hour beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from gateway.languages.spoken import Later, later, ours
from gateway.reports.periods import WEEKDAYS, Period, local_hour
from gateway.reports.values import Bars, Column, Heat, Picture
from gateway.reports.wording import day_words
from gateway.web.words import long_day

#: Days from which on a week of hours says something.
_A_WEEK: Final = 7
_CALLS: Final = Column("calls", "calls", "count")


def pictures(rows: Iterable[Mapping[str, Any]], period: Period) -> list[Picture]:
    """The pictures for sums by quarter hour and direction."""
    listed = list(rows)
    if not listed:
        return []
    found: list[Picture] = [_by_hour(listed, period) if period.first == period.last else _by_day(listed, period)]
    if len(period.days) >= _A_WEEK:
        found.append(_by_week(listed, period))
    return found


def _by_hour(rows: list[Mapping[str, Any]], period: Period) -> Bars:
    counted = _counted(rows, period, lambda day, hour: hour)
    busiest = max(range(24), key=lambda hour: sum(counted[hour].values()))
    labels = tuple(f"{hour:02d}" for hour in range(24))
    sentence = later(
        "Most calls began between {begin}:00 and {end}:00.", begin=f"{busiest:02d}", end=f"{busiest + 1:02d}"
    )
    return _bars("hours", "Calls by hour of the day", sentence, labels, "hour", [counted[hour] for hour in range(24)])


def _by_day(rows: list[Mapping[str, Any]], period: Period) -> Bars:
    counted = _counted(rows, period, lambda day, hour: day)
    days = period.days
    busiest = max(days, key=lambda day: sum(counted[day].values()))
    labels = tuple(day_words(day) for day in days)
    sentence = later("Most calls began on {day}.", day=Later(partial(long_day, busiest)))
    return _bars("days", "Calls by day", sentence, labels, "day", [counted[day] for day in days])


def _bars(
    name: str, title: str, sentence: str, labels: tuple[str, ...], heading: str, counted: list[Counter[str]]
) -> Bars:
    ways = ("out", "in", "other")
    used = tuple(way for way in ways if any(one[way] for one in counted)) or ("out",)
    return Bars(
        name=name,
        title=title,
        sentence=sentence,
        measure=_CALLS,
        series=used,
        labels=labels,
        heading=heading,
        values=tuple(tuple(one[way] for way in used) for one in counted),
    )


def _by_week(rows: list[Mapping[str, Any]], period: Period) -> Heat:
    """How many calls began in each hour of each weekday, all weeks together."""
    counted = _counted(rows, period, lambda day, hour: (day.weekday(), hour))
    values = tuple(tuple(float(sum(counted[day, hour].values())) for hour in range(24)) for day in range(7))
    places = [(day, hour) for day in range(7) for hour in range(24)]
    top = max(places, key=lambda place: values[place[0]][place[1]])
    return Heat(
        name="week",
        title="Calls by weekday and hour",
        sentence=later(
            "Most calls began on {day} between {begin}:00 and {end}:00 (outlined).",
            day=ours(WEEKDAYS[top[0]]),
            begin=f"{top[1]:02d}",
            end=f"{top[1] + 1:02d}",
        ),
        measure=_CALLS,
        rows=WEEKDAYS,
        columns=tuple(f"{hour:02d}" for hour in range(24)),
        heading="day",
        values=values,
        outlined=top,
    )


def _counted(rows: list[Mapping[str, Any]], period: Period, place: Any) -> Any:
    """Calls by place in time and direction."""
    found: dict[Any, Counter[str]] = {}
    for row in rows:
        at = local_hour(row["quarter"], period.zone)
        way = row["direction"] if row["direction"] in ("out", "in") else "other"
        found.setdefault(place(at.day, at.hour), Counter())[way] += row["calls"]
    return _Kept(found)


class _Kept(dict[Any, Counter[str]]):
    def __missing__(self, key: Any) -> Counter[str]:
        return Counter()
