"""The mails of the day and the week go out once, at the hotel's hour, and once after a downtime."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.diary import DELAYS, MOST_TRIES, delay, due_run, latest_run

WARSAW = ZoneInfo("Europe/Warsaw")
SEVEN = time(7)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of November 2026 in Warsaw; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=WARSAW)


def test_a_run_is_due_from_its_hour_on_and_once() -> None:
    assert due_run(local(20, 6, 59), SEVEN, date(2026, 11, 19)) is None
    assert due_run(local(20, 7), SEVEN, date(2026, 11, 19)) == date(2026, 11, 20)
    assert due_run(local(20, 23), SEVEN, date(2026, 11, 20)) is None


def test_missed_runs_are_made_up_once() -> None:
    """Four days down: one mail, that of today."""
    assert due_run(local(20, 12), SEVEN, date(2026, 11, 16)) == date(2026, 11, 20)
    assert due_run(local(20, 6), SEVEN, date(2026, 11, 16)) == date(2026, 11, 19)


def test_a_first_start_owes_nothing() -> None:
    assert due_run(local(20, 12), SEVEN, None) is None


def test_the_weekly_run_has_its_day() -> None:
    assert latest_run(local(22, 12), SEVEN, 0) == date(2026, 11, 16)
    assert latest_run(local(23, 6, 59), SEVEN, 0) == date(2026, 11, 16)
    assert latest_run(local(23, 7), SEVEN, 0) == date(2026, 11, 23)
    assert due_run(local(28, 12), SEVEN, date(2026, 11, 16), 0) == date(2026, 11, 23)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    st.times(),
    st.one_of(st.none(), st.integers(0, 6)),
    st.lists(st.integers(1, 3 * 24 * 60), max_size=60),
)
def test_no_run_is_made_twice_and_none_before_its_time(
    begin: datetime, at: time, weekday: int | None, pauses: list[int]
) -> None:
    """Over any looks at any times, across the change of the hour too."""
    now = begin.replace(tzinfo=UTC)
    last = latest_run(now.astimezone(WARSAW), at, weekday)
    for pause in pauses:
        now += timedelta(minutes=pause)
        here = now.astimezone(WARSAW)
        run = due_run(here, at, last, weekday)
        if run is not None:
            assert run > last
            assert (run, at) <= (here.date(), here.time())
            assert weekday is None or run.weekday() == weekday
            last = run


def test_a_delivery_is_tried_for_three_days_with_growing_pauses() -> None:
    pauses = [delay(tries) for tries in range(1, MOST_TRIES)]
    assert pauses[: len(DELAYS)] == list(DELAYS)
    assert pauses[len(DELAYS) :] == [3600] * (MOST_TRIES - 1 - len(DELAYS))
    assert delay(MOST_TRIES) is None
    assert 72 * 3600 < sum(filter(None, pauses)) < 75 * 3600
