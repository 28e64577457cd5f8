"""Protects the choice of the hour that trunks are bought for: each definition on days small enough to work out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.instants import to_micros
from gateway.traffic.busy_hour import (
    Day,
    average_daily_peak,
    averaged,
    bouncing,
    clock_hour,
    days_of,
    highest_days,
    sliding_hour,
    time_consistent,
)
from gateway.traffic.intervals import QUARTER, Load

FIRST = date(2026, 6, 1)
UTC_ZONE = ZoneInfo("UTC")


def loads(busy: dict[tuple[int, str], float], zone: ZoneInfo = UTC_ZONE) -> dict[int, Load]:
    """Erlangs by day number and local time of a quarter hour, as loads; one seizure in each."""
    found = {}
    for (number, clock), erlangs in busy.items():
        hour, minute = map(int, clock.split(":"))
        local = datetime(2026, 6, 1, hour, minute, tzinfo=zone) + timedelta(days=number)
        found[to_micros(local.astimezone(UTC))] = Load(1, 1, round(erlangs * QUARTER), 0)
    return found


def days(busy: dict[tuple[int, str], float], count: int = 1, zone: ZoneInfo = UTC_ZONE) -> list[Day]:
    return days_of(loads(busy, zone), FIRST, FIRST + timedelta(days=count - 1), zone)


#: A peak across two clock hours.
ACROSS = {(0, clock): 8.0 for clock in ("10:30", "10:45", "11:00", "11:15")}


def test_a_clock_hour_underestimates_a_peak_across_two() -> None:
    (day,) = days(ACROSS)
    assert (clock_hour(day).erlangs, clock_hour(day).minute) == (4.0, 600)
    assert (sliding_hour(day).erlangs, sliding_hour(day).minute, sliding_hour(day).seizures) == (8.0, 630, 4)


def test_hours_are_those_of_the_house() -> None:
    (day,) = days(ACROSS, zone=ZoneInfo("Asia/Kathmandu"))
    assert sliding_hour(day).minute == 630


def test_the_time_consistent_hour_averages_the_days_first() -> None:
    """Each day's own peak wanders; the same hour of both days is lower and steadier."""
    wandering = {(0, f"09:{m:02}"): 6.0 for m in (0, 15, 30, 45)} | {(1, f"15:{m:02}"): 6.0 for m in (0, 15, 30, 45)}
    steady = {(n, f"12:{m:02}"): 4.0 for n in (0, 1) for m in (0, 15, 30, 45)}
    both = days(wandering | steady, 2)
    consistent, peak = time_consistent(both), average_daily_peak(both)
    assert consistent is not None
    assert peak is not None
    assert (consistent.minute, consistent.erlangs, consistent.days) == (720, 4.0, 2)
    assert (peak.minute, peak.erlangs, peak.days) == (None, 6.0, 2)


def test_the_bouncing_hour_breaks_ties_by_seizures() -> None:
    busy = loads({(0, "09:00"): 4.0, (0, "14:00"): 4.0})
    later = max(busy)
    busy[later] = busy[later]._replace(seizures=9)
    hours, average = bouncing(days_of(busy, FIRST, FIRST, UTC_ZONE))
    assert [hour.minute for hour in hours] == [840]
    assert average is not None
    assert average.erlangs == 1.0


def test_the_highest_days_come_highest_first() -> None:
    busy = {(n, "12:00"): float(n) for n in range(12)}
    found = highest_days(days(busy, 12), 10)
    assert [hour.day.day - 1 for hour in found] == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    mean = averaged(found)
    assert mean is not None
    assert mean.erlangs == pytest.approx(6.5 / 4)
    assert averaged([]) is None


def test_no_days_have_no_busy_hour() -> None:
    assert time_consistent([]) is average_daily_peak([]) is None
    assert highest_days([]) == []
    assert bouncing([]) == ([], None)


def test_an_hour_that_a_day_has_twice_is_two_samples() -> None:
    zone = ZoneInfo("Europe/Warsaw")
    day = date(2026, 10, 25)
    begin = to_micros(datetime(2026, 10, 25, 0, 0, tzinfo=UTC))  # 02:00 for the first time; again an hour later
    quarters = {begin + n * QUARTER: Load(1, 1, QUARTER, 0) for n in range(4)}
    (one,) = days_of(quarters, day, day, zone)
    assert len(one.quarters) == 100
    average = time_consistent([one])
    assert average is not None
    # 01:45 comes once, and has three of the four busy quarters in it; 02:00 comes twice, once with all, once with none
    assert average.erlangs == 0.75


@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 95)), st.floats(0, 30), max_size=60))
def test_each_days_own_peak_is_never_below_the_same_hour_of_all(busy: dict[tuple[int, int], float]) -> None:
    several = days({(n, f"{q // 4:02}:{q % 4 * 15:02}"): load for (n, q), load in busy.items()}, 5)
    consistent, peak, clock = time_consistent(several), average_daily_peak(several), bouncing(several)[1]
    assert consistent is not None
    assert peak is not None
    assert clock is not None
    assert peak.erlangs >= consistent.erlangs - 1e-9
    assert peak.erlangs >= clock.erlangs - 1e-9
