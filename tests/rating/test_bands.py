"""Protects the nights on which the clocks change: bands follow the clock on the wall, lengths follow real time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rating.bands import DAY, WEEK, Stretch, Week, band_at, overlap, pieces, week_of

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
HOUR = 3600


def daily(start: float, end: float) -> Week:
    """A week with one band, each day between these hours."""
    return week_of(
        [("band", [Stretch(day * DAY + int(start * HOUR), day * DAY + int(end * HOUR)) for day in range(7)])]
    )


def at(year: int, month: int, day: int, hour: int, minute: int, zone: ZoneInfo = BERLIN, fold: int = 0) -> int:
    """Seconds since 1970 of a wall time."""
    return int(datetime(year, month, day, hour, minute, tzinfo=zone, fold=fold).timestamp())


@pytest.mark.parametrize(
    ("promise", "week", "zone", "start", "seconds", "expected"),
    [
        (
            "the hour that comes twice is in its band twice",
            daily(2, 3),
            BERLIN,
            at(2024, 10, 27, 1, 30),
            4 * HOUR,
            [(0, 1800), (1, 2 * HOUR), (0, 5400)],
        ),
        (
            "an edge inside the hour that comes twice is passed twice",
            daily(2.5, 3),
            BERLIN,
            at(2024, 10, 27, 2, 0),
            2 * HOUR,
            [(0, 1800), (1, 1800), (0, 1800), (1, 1800)],
        ),
        (
            "a band inside the hour that is skipped does not happen",
            daily(2.25, 2.75),
            BERLIN,
            at(2024, 3, 31, 1, 30),
            HOUR,
            [(0, HOUR)],
        ),
        (
            "a band that begins in the skipped hour begins at the jump",
            daily(2.5, 4),
            BERLIN,
            at(2024, 3, 31, 1, 50),
            2 * HOUR,
            [(0, 600), (1, HOUR), (0, 3000)],
        ),
        (
            "a change of half an hour is a change too",
            daily(1.5, 2),
            LORD_HOWE,
            at(2024, 4, 7, 1, 0, LORD_HOWE),
            2 * HOUR,
            [(0, 1800), (1, HOUR), (0, 1800)],
        ),
        (
            "a call through the change without an edge stays whole",
            daily(12, 13),
            BERLIN,
            at(2024, 10, 27, 1, 0),
            5 * HOUR,
            [(0, 5 * HOUR)],
        ),
    ],
)
def test_bands_on_the_nights_of_change(
    promise: str, week: Week, zone: ZoneInfo, start: int, seconds: int, expected: list[tuple[int, int]]
) -> None:
    assert pieces(week, zone, start, seconds) == expected, promise


def test_a_band_may_run_past_midnight_and_past_the_end_of_the_week() -> None:
    week = week_of([("sunday night", [Stretch(6 * DAY + 22 * HOUR, 7 * DAY + 6 * HOUR)])])
    monday = at(2024, 3, 4, 5, 59)
    assert [band_at(week, BERLIN, monday), band_at(week, BERLIN, monday + 60)] == [1, 0]
    assert pieces(week, BERLIN, at(2024, 3, 3, 21, 0), 24 * HOUR) == [(0, HOUR), (1, 8 * HOUR), (0, 15 * HOUR)]


def test_a_week_without_bands_is_one_band() -> None:
    assert pieces(Week(), BERLIN, at(2024, 3, 4, 0, 0), 30 * DAY) == [(0, 30 * DAY)]


def test_bands_that_touch_do_not_overlap_and_bands_that_share_a_second_do() -> None:
    day, night = [Stretch(0, 10)], [Stretch(10, 20)]
    assert overlap([("day", day), ("night", night)]) is None
    assert overlap([("day", day), ("night", [Stretch(9, 20)])]) == ("day", "night")
    assert overlap([("end", [Stretch(WEEK - 5, WEEK + 5)]), ("begin", [Stretch(4, 10)])]) == ("end", "begin")
