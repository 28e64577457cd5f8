"""A scheduled report runs once for each of its days, whatever the clocks do and whenever somebody looks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.schedules import MOST_MADE_UP, PERIODS, Rhythm, Run, instant_of, made_up, next_run, period_of, runs_between
from rating.calendar import holiday_calendar

WARSAW = ZoneInfo("Europe/Warsaw")
ZONES = [WARSAW, *map(ZoneInfo, ("UTC", "America/St_Johns", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut"))]
BEGIN = datetime(2026, 1, 10, tzinfo=UTC)
POLISH = holiday_calendar("PL")


def office(day: date) -> bool:
    """Monday to Friday, without Poland's holidays."""
    return day.weekday() < 5 and not POLISH(day)


def daily(at: str = "06:00", **more: object) -> Rhythm:
    """A daily one."""
    return Rhythm(every="daily", at=time.fromisoformat(at), **more)  # type: ignore[arg-type]


rhythms = st.builds(
    Rhythm,
    every=st.sampled_from(["hours", "daily", "weekly", "monthly"]),
    at=st.times().map(lambda one: one.replace(second=0, microsecond=0, tzinfo=None, fold=0)),
    hours=st.sampled_from([1, 2, 3, 4, 6, 8, 12]),
    weekday=st.integers(0, 6),
    day=st.integers(1, 31),
    when_closed=st.sampled_from(["run", "next", "skip"]),
    period=st.sampled_from(PERIODS),
).filter(lambda one: one.every != "hours" or one.when_closed != "next")  # the configuration refuses that


@settings(max_examples=60, deadline=None)
@given(rhythm=rhythms, zone=st.sampled_from(ZONES), steps=st.lists(st.floats(0.01, 500), min_size=1, max_size=30))
def test_however_often_somebody_looks_each_run_comes_exactly_once(
    rhythm: Rhythm, zone: ZoneInfo, steps: list[float]
) -> None:
    seen: list[Run] = []
    at = BEGIN
    for hours in steps:
        then = at + timedelta(hours=hours)
        seen += runs_between(rhythm, zone, office, at, then)
        at = then
    assert seen == runs_between(rhythm, zone, office, BEGIN, at)
    assert len({run.label for run in seen}) == len(seen)
    assert [run.due for run in seen] == sorted(run.due for run in seen)
    if rhythm.every == "hours":
        assert len({run.due for run in seen}) == len(seen)
    for run in seen:
        assert run.first <= run.last <= run.due.astimezone(zone).date()


@settings(max_examples=60, deadline=None)
@given(rhythm=rhythms, zone=st.sampled_from(ZONES), after=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
def test_the_next_run_is_the_first_of_those_to_come_and_on_the_wall_at_its_time(
    rhythm: Rhythm, zone: ZoneInfo, after: datetime
) -> None:
    now = after.replace(tzinfo=UTC)
    run = next_run(rhythm, zone, office, now)
    if run is None:
        assert rhythm.when_closed == "skip"
        return
    assert runs_between(rhythm, zone, office, now, run.due)[0] == run
    local = run.due.astimezone(zone)
    exists = local.replace(tzinfo=None) == datetime.combine(local.date(), local.time())
    there_and_back = instant_of(local.date(), rhythm.at, zone).astimezone(zone).time()
    if rhythm.every != "hours" and exists and there_and_back == rhythm.at:
        assert local.time() == rhythm.at
        assert local.fold == 0


def test_a_time_that_does_not_exist_and_one_that_comes_twice_each_run_once() -> None:
    def due(at: str, first: datetime, days: int, **more: object) -> list[str]:
        runs = runs_between(daily(at, **more), WARSAW, office, first, first + timedelta(days=days))
        return [f"{run.label} {run.due:%d %H:%M}" for run in runs]

    spring, autumn = datetime(2026, 3, 27, 20, tzinfo=UTC), datetime(2026, 10, 23, 20, tzinfo=UTC)
    assert due("02:30", spring, 3) == ["2026-03-28 28 01:30", "2026-03-29 29 01:30", "2026-03-30 30 00:30"]
    assert due("02:30", autumn, 3) == ["2026-10-24 24 00:30", "2026-10-25 25 00:30", "2026-10-26 26 01:30"]
    hourly = Rhythm(every="hours", hours=1, at=time(0), period="today")
    night = datetime(2026, 3, 28, 23, tzinfo=UTC)
    labels = [run.label for run in runs_between(hourly, WARSAW, office, night, night + timedelta(hours=4))]
    assert labels == ["2026-03-29 01:00", "2026-03-29 02:00", "2026-03-29 04:00", "2026-03-29 05:00"]
    six = Rhythm(every="hours", hours=6, at=time(13, 30), period="today")
    long_day = instant_of(date(2026, 10, 25), time(0), WARSAW)
    walls = [
        f"{run.due.astimezone(WARSAW):%H:%M}"
        for run in runs_between(six, WARSAW, office, long_day, long_day + timedelta(hours=25))
    ]
    assert walls == ["01:30", "07:30", "13:30", "19:30"]


@pytest.mark.parametrize(
    ("rhythm", "month", "told"),
    [
        # 2 May 2026 is a Saturday, 1 and 3 May are Polish holidays, 4 June is Corpus Christi, 15 August a holiday on a Saturday
        (Rhythm(every="monthly", at=time(6), day=1, when_closed="next", period="last month"), 5, "05-04: 04-01 04-30"),
        (Rhythm(every="monthly", at=time(6), day=1, when_closed="skip", period="last month"), 5, ""),
        (Rhythm(every="monthly", at=time(6), day=31, period="month to date"), 6, "06-30: 06-01 06-29"),
        (Rhythm(every="monthly", at=time(6), day=15, when_closed="previous", period="month to date"), 8, "08-14: 08-01 08-13"),
        (Rhythm(every="weekly", at=time(6), weekday=3, when_closed="next", period="last week"), 6, "06-05: 05-25 05-31"),
    ],
)  # fmt: skip
def test_a_run_on_a_closed_day_is_moved_or_skipped_and_loses_no_day(rhythm: Rhythm, month: int, told: str) -> None:
    since = datetime(2026, month, 1, tzinfo=UTC) - timedelta(hours=3)
    runs = runs_between(rhythm, WARSAW, office, since, since + timedelta(days=30))
    said = [f"{run.due.astimezone(WARSAW):%m-%d}: {run.first:%m-%d} {run.last:%m-%d}" for run in runs]
    assert (said or [""])[0] == told


def test_a_daily_report_moved_over_a_weekend_still_tells_of_every_day() -> None:
    friday = datetime(2026, 11, 20, 12, tzinfo=UTC)
    runs = runs_between(daily(when_closed="next"), WARSAW, office, friday, friday + timedelta(days=4))
    assert [(run.due.astimezone(WARSAW).day, run.first.day) for run in runs] == [(23, 20), (23, 21), (23, 22), (24, 23)]


def test_what_was_missed_is_made_up_but_a_sheet_of_the_moment_only_once() -> None:
    off = datetime(2026, 9, 1, tzinfo=UTC)
    missed = runs_between(daily(), WARSAW, office, off, off + timedelta(days=60))
    assert [run.label for run in made_up(daily(), missed)] == [run.label for run in missed][-MOST_MADE_UP:]
    assert made_up(daily(of_now=True), missed) == missed[-1:]
    assert made_up(daily(), []) == []


def test_the_days_that_a_period_means() -> None:
    sunday = date(2026, 11, 1)
    said = {name: [f"{one:%m-%d}" for one in period_of(name, sunday)] for name in PERIODS}
    assert said == {
        "yesterday": ["10-31", "10-31"],
        "last week": ["10-19", "10-25"],
        "last month": ["10-01", "10-31"],
        "month to date": ["10-01", "10-31"],
        "today": ["11-01", "11-01"],
    }
