"""A silence is told when it is longer than is usual at that hour of the week, and a quiet night wakes nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.quiet import LEAST_SILENCE, UNLEARNED, Normal, expected, hour_of, learn, too_long

WARSAW = ZoneInfo("Europe/Warsaw")
#: Eight weeks before this Monday, 2026-11-23 in Warsaw.
MONDAY = datetime(2026, 11, 23, tzinfo=WARSAW)


def weeks(per_hour: dict[int, int], *, count: int = 8, until: datetime = MONDAY) -> dict[int, int]:
    """Records by hour: so many in each local hour of each day."""
    end = hour_of(until)
    found = {}
    for hour in range(end - count * 168, end):
        local = datetime.fromtimestamp(hour * 3600, UTC).astimezone(WARSAW)
        found[hour] = per_hour.get(local.hour, 0)
    return found


BUSY = dict.fromkeys(range(7, 23), 20)
SMALL = dict.fromkeys(range(8, 20), 2)


def silence_until_told(counts: dict[int, int], since: datetime) -> timedelta:
    """How long a silence lasts until it is told, to five minutes."""
    normal = learn(counts, hour_of(since), WARSAW)
    now = since
    while not too_long(normal, since, now, WARSAW):
        now += timedelta(minutes=5)
        assert now - since < timedelta(days=5)
    return now - since


@pytest.mark.parametrize(
    ("counts", "since", "told_after"),
    [
        # a large house at noon: half an hour, and never less
        (BUSY, MONDAY + timedelta(hours=12), timedelta(minutes=30)),
        # the last call at 22:50: nobody is woken, it is told half an hour after the morning began
        (BUSY, MONDAY + timedelta(hours=22, minutes=50), timedelta(hours=8, minutes=30)),
        # twenty-four calls a day: within the same day
        (SMALL, MONDAY + timedelta(hours=9), timedelta(hours=5)),
        # the same, when it fell silent in the evening: the next day, and not in the night
        (SMALL, MONDAY + timedelta(hours=19, minutes=30), timedelta(hours=17)),
    ],
)
def test_how_long_a_silence_may_last(counts: dict[int, int], since: datetime, told_after: timedelta) -> None:
    assert abs(silence_until_told(weeks(counts), since) - told_after) <= timedelta(minutes=10)


def test_a_congress_is_not_a_normal() -> None:
    plain, congress = weeks(SMALL), weeks(SMALL)
    for hour in list(congress)[-168:]:
        congress[hour] *= 50
    since = MONDAY + timedelta(hours=9)
    assert silence_until_told(congress, since) == silence_until_told(plain, since)


@pytest.mark.parametrize(
    "counts",
    [{}, weeks(BUSY, count=1), dict.fromkeys(list(weeks(BUSY))[::100], 1)],
    ids=["nothing", "one week", "too few records"],
)
def test_without_history_a_day_is_too_long(counts: dict[int, int]) -> None:
    since = MONDAY + timedelta(hours=12)
    assert learn(counts, hour_of(since), WARSAW) is None
    assert not too_long(None, since, since + UNLEARNED - timedelta(seconds=1), WARSAW)
    assert too_long(None, since, since + UNLEARNED, WARSAW)


def test_a_silence_never_teaches_that_silence_is_normal() -> None:
    """After three silent weeks it is as wrong as on the first day."""
    since = MONDAY + timedelta(hours=12)
    normal = learn(weeks(BUSY), hour_of(since), WARSAW)
    assert all(too_long(normal, since, since + timedelta(days=day), WARSAW) for day in range(1, 60))


def test_a_weekend_is_judged_by_weekends() -> None:
    """A house without guests on Sundays."""
    counts = {
        hour: number if datetime.fromtimestamp(hour * 3600, UTC).astimezone(WARSAW).weekday() != 6 else 0
        for hour, number in weeks(BUSY).items()
    }
    since = MONDAY - timedelta(days=1, hours=1)  # Saturday 23:00
    assert silence_until_told(counts, since) == timedelta(days=1, hours=8, minutes=30)


@given(
    st.lists(st.floats(0, 500), min_size=168, max_size=168),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    st.integers(0, 14 * 24 * 60),
    st.integers(0, 14 * 24 * 60),
)
def test_a_longer_silence_swallows_no_fewer(rates: list[float], begin: datetime, first: int, more: int) -> None:
    normal, since = Normal(tuple(rates)), begin.replace(tzinfo=UTC)
    near = expected(normal, since, since + timedelta(minutes=first), WARSAW)
    far = expected(normal, since, since + timedelta(minutes=first + more), WARSAW)
    assert 0 <= near <= far + 1e-6
    assert far <= max(rates) * (first + more) / 60 + 1e-6
    assert not too_long(normal, since, since + LEAST_SILENCE - timedelta(seconds=1), WARSAW)
