"""Protects the reading of times and numbers: strictly, with the clock's traps told, and never with an exception but one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.smdr.fields import WallClock, Wrong, count, duration, number_sent, time_of_day

TEXTS = st.one_of(st.text(max_size=12), st.text(alphabet="0123456789:+-_ .٣", max_size=10))


@given(st.integers(0, 359_999))
def test_a_duration_is_read_as_it_was_written(seconds: int) -> None:
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    assert duration("d", text) == duration("d", "00" + text) == duration("d", "0" + text) == seconds


@given(st.integers(0, 86_399))
def test_a_time_of_day_is_read_as_it_was_written(seconds: int) -> None:
    assert time_of_day("t", f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}") == seconds


@given(st.integers(0, 10**9), st.integers(0, 2))
def test_a_count_is_read_as_it_was_written(number: int, noughts: int) -> None:
    assert count("n", "0" * noughts + str(number)) == number


@given(TEXTS)
def test_anything_else_is_wrong_and_never_another_exception(text: str) -> None:
    clock = WallClock(UTC)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for read in (
        lambda: duration("d", text),
        lambda: time_of_day("t", text),
        lambda: count("n", text),
        lambda: clock.day("y", text),
        lambda: clock.nearest("m", text, now),
        lambda: number_sent(text, []),
    ):
        assert len(complaint(read)) < 150


def complaint(read: Callable[[], object]) -> str:
    """Read something and return what is wrong with it, blank if nothing is."""
    try:
        read()
    except Wrong as wrong:
        return wrong.sentence("column 1")
    return ""


@pytest.mark.parametrize("text", ["+1", "1_0", "١", " 1", "1 ", "1.0", "1" * 13])
def test_a_count_is_read_strictly(text: str) -> None:
    with pytest.raises(Wrong):
        count("n", text)


@pytest.mark.parametrize("text", ["1:00:00", "00:60:00", "00:00:60", "00:00", "00000:00:00", "00-00-00", "００:00:00"])
def test_a_duration_is_read_strictly(text: str) -> None:
    with pytest.raises(Wrong):
        duration("d", text)


@pytest.mark.parametrize("text", ["24:00:00", "23:60:00", "7:00:00", "007:00:00"])
def test_a_time_of_day_is_read_strictly(text: str) -> None:
    with pytest.raises(Wrong):
        time_of_day("t", text)


@pytest.mark.parametrize("text", ["1979/12/31", "2200/01/01", "2026/02/29", "2026/11-21", "26/11/21", "2026/11/211"])
def test_a_date_that_cannot_be_is_wrong(text: str) -> None:
    with pytest.raises(Wrong):
        WallClock(UTC).day("y", text)


@pytest.mark.parametrize(
    ("zone", "day", "doubtful", "skipped"),
    [
        ("Europe/Warsaw", "2026/10/25", 2 * 3600, None),
        ("Europe/Warsaw", "2026/03/29", None, 2 * 3600),
        ("America/New_York", "2026/11/01", 1 * 3600, None),
        ("Australia/Lord_Howe", "2026/04/05", 5_400, None),
        ("Australia/Lord_Howe", "2026/10/04", None, 7_200),
        ("Africa/Casablanca", "2026/02/15", 2 * 3600, None),
        ("UTC", "2026/10/25", None, None),
    ],
)
def test_the_traps_of_each_zone_are_found(zone: str, day: str, doubtful: int | None, skipped: int | None) -> None:
    clock = WallClock(ZoneInfo(zone))
    found = clock.day("y", day)
    told: list[list[str]] = [[], []]
    for seconds, words in ((doubtful, told[0]), (skipped, told[1])):
        if seconds is not None:
            clock.instant(found, seconds, words)
            assert clock.is_doubtful(found, seconds) is (seconds == doubtful)
    assert [bool(words) for words in told] == [doubtful is not None, skipped is not None]
    before: list[str] = []
    clock.instant(found, 60, before)
    assert before == []


@given(
    st.datetimes(
        datetime(1981, 1, 2, tzinfo=UTC).replace(tzinfo=None), datetime(2098, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    )
)
def test_what_a_clock_showed_is_read_back_as_the_same_instant(at: datetime) -> None:
    """Given the instant as a hint, even the hour that came twice is read back right."""
    zone = ZoneInfo("Europe/Warsaw")
    instant = at.replace(tzinfo=UTC, microsecond=0)
    shown = instant.astimezone(zone)
    clock = WallClock(zone)
    seconds = shown.hour * 3600 + shown.minute * 60 + shown.second
    read = clock.instant(clock.day("y", f"{shown:%Y/%m/%d}"), seconds, [], instant)
    assert read.astimezone(UTC) == instant


def test_what_is_remembered_of_days_is_bounded() -> None:
    clock = WallClock(UTC)
    for year in range(1980, 2000):
        for month in range(1, 13):
            for day in range(1, 29):
                clock.day("y", f"{year}/{month:02}/{day:02}")
    assert len(clock._days) <= 4_096
