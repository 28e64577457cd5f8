"""The pictures of the trunks, each of a study's figures: for the reports and for the page of the trunks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from gateway.languages.spoken import joined, later
from gateway.reports.periods import WEEKDAYS
from gateway.reports.values import Band, Bars, Column, Heat, Lines
from gateway.traffic.busy_hour import sliding_hour
from gateway.traffic.by_class import HOURS, Filled, Nature
from gateway.traffic.study import GroupStudy
from gateway.web.words import decimal, short_day

_ERLANGS: Final = Column("erlangs", "trunks busy", "erlangs")
#: Days that a forecast looks ahead.
AHEAD_DAYS: Final = 28
_TWO_YEARS: Final = 730
#: Measured days that are shown before them.
_SHOWN_DAYS: Final = 3 * AHEAD_DAYS
#: Trunks of a group that are shown one by one.
_MOST_TRUNKS: Final = 40
#: The natures of calls by what they bring.
_BRINGS: Final[tuple[tuple[str, frozenset[Nature]], ...]] = (
    (later("out, with a price"), frozenset({"priced"})),
    (later("out, free"), frozenset({"free"})),
    (
        later("incoming, and out without an answer or a price"),
        frozenset({"incoming", "tandem", "unanswered", "unpriced"}),
    ),
)


def occupancies(one: GroupStudy, number: int) -> list[Bars]:
    """How busy each trunk of a group was, where there are not too many to see."""
    shown = [trunk for trunk in one.trunks if trunk.trunk]
    if not shown or len(shown) > _MOST_TRUNKS:
        return []
    return [
        Bars(
            name=f"occupancy_{number}",
            title=later("Occupancy of each trunk, {name}", name=one.name),
            sentence=later("Trunks that do much less than their neighbours may be dead, or stand last in the hunt."),
            measure=Column("occupancy", "occupancy", "percent"),
            series=("occupancy",),
            labels=tuple(trunk.trunk for trunk in shown),
            heading="trunk",
            values=tuple((round(100 * trunk.occupancy, 2),) for trunk in shown),
            lying=True,
        )
    ]


def week(one: GroupStudy, number: int) -> Heat:
    """Weekday by hour; the group has been measured."""
    top = max(one.heat, key=lambda place: one.heat[place])
    return Heat(
        name=f"heat_{number}",
        title=later("Trunks busy by weekday and hour, {name}", name=one.name),
        sentence=later(
            "The busiest hour, outlined, is {day} {hour}:00 with {number} trunks busy.",
            day=later(WEEKDAYS[top[0]]),
            hour=f"{top[1]:02d}",
            number=decimal(one.heat[top], 2),
        ),
        measure=_ERLANGS,
        rows=WEEKDAYS,
        columns=tuple(f"{hour:02d}" for hour in range(HOURS)),
        heading="day",
        values=tuple(tuple(one.heat.get((day, hour)) for hour in range(HOURS)) for day in range(len(WEEKDAYS))),
        outlined=top,
    )


def by_hour(filled: Sequence[Filled], elapsed: Sequence[int], number: int, name: str) -> Bars:
    """What fills a group's trunks at each hour of the day, by what it brings."""
    values = [[0.0] * len(_BRINGS) for _ in range(HOURS)]
    for one in filled:
        for (hour, nature), busy in one.hours.items():
            place = next(place for place, (_, natures) in enumerate(_BRINGS) if nature in natures)
            values[hour][place] += busy / elapsed[hour] if elapsed[hour] else 0.0
    return Bars(
        name=f"classes_by_hour_{number}",
        title=later("What fills the trunks through the day, {name}", name=name),
        sentence=later(
            "Free calls hold a trunk as any other; above them stand calls that come in or bring nothing yet."
        ),
        measure=_ERLANGS,
        series=tuple(words for words, _ in _BRINGS),
        labels=tuple(f"{hour:02d}" for hour in range(HOURS)),
        heading="hour",
        values=tuple(tuple(row) for row in values),
    )


def measured_days(one: GroupStudy) -> dict[date, float]:
    """The sliding busy hour of each day that was measured whole."""
    return {day.day: sliding_hour(day).erlangs for day in one.whole_days}


def trend(one: GroupStudy, last: date, number: int) -> Lines:
    """The busy hour of each day, what is expected of the next, and how many trunks there are."""
    measured = measured_days(one)
    expected = one.forecast
    ahead = [last + timedelta(days=n) for n in range(1, AHEAD_DAYS + 1)] if expected is not None else []
    shown = [*sorted(measured)[-_SHOWN_DAYS:], *ahead]
    said = {day: expected.on(day) for day in shown} if expected is not None else {}
    inside = [said.get(day) if day > last else None for day in shown]
    return Lines(
        name=f"forecast_{number}",
        title=later("Busy hour of each day, {name}", name=one.name),
        sentence=expected_words(one),
        measure=_ERLANGS,
        series=("measured", "trend"),
        labels=tuple(short_day(day) for day in shown),
        heading="day",
        values=tuple((measured.get(day), middle.erlangs if (middle := said.get(day)) else None) for day in shown),
        band=None
        if expected is None
        else Band(
            "expected",
            tuple(day.low if day else None for day in inside),
            tuple(day.high if day else None for day in inside),
        ),
        level=_level(one),
    )


def _level(one: GroupStudy) -> tuple[str, float] | None:
    if one.installed is None:
        return None
    return later("{trunks} trunks", trunks=one.installed.trunks), float(one.installed.trunks)


def expected_words(one: GroupStudy) -> str:
    """Where the busy hour is going, in a sentence or two."""
    if one.forecast is None:
        return later("{name}: too few days for a forecast; it needs each weekday twice.", name=one.name)
    a_month = one.forecast.slope * 30
    if not one.forecast.trend_is_clear:
        return later("{name}: no clear trend; the band says what to expect.", name=one.name)
    said = {"name": one.name, "erlangs": decimal(abs(a_month), 2)}
    told = [
        later("{name}: the busy hour rises by {erlangs} erlangs a month.", **said)
        if a_month > 0
        else later("{name}: the busy hour falls by {erlangs} erlangs a month.", **said)
    ]
    if one.full_on is not None:
        told.append(later("Its trunks would not meet their target from {day} on.", day=one.full_on))
    if one.forecast.days < _TWO_YEARS:
        told.append(later("With less than two years of days this may be a season."))
    return joined(" ", told)


def headroom(one: GroupStudy, number: int) -> list[Bars]:
    """For how much of the time how many trunks were in use, from the first to the last that ever was."""
    whole = sum(one.time_at)
    if len(one.time_at) < 2 or len(one.time_at) > _MOST_TRUNKS:
        return []
    shares: Mapping[int, float] = {busy: 100 * time / whole for busy, time in enumerate(one.time_at)}
    return [
        Bars(
            name=f"headroom_{number}",
            title=later("How many trunks were in use at once, {name}", name=one.name),
            sentence=later(
                "{percent} % of the time none was; the most at once were {number}.",
                percent=decimal(shares[0], 1),
                number=len(one.time_at) - 1,
            ),
            measure=Column("share", later("share of the time"), "percent"),
            series=(later("share of the time"),),
            labels=tuple(str(busy) for busy in shares),
            heading=later("trunks in use"),
            values=tuple((round(share, 4),) for share in shares.values()),
        )
    ]
