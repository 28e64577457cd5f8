"""Protects every figure on a trunk page: the sweeps, against counting each second of a span one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.instants import SECOND, from_micros, to_micros
from gateway.traffic.intervals import (
    NOTHING,
    QUARTER,
    Held,
    Load,
    Sweep,
    apportioned,
    local_hours,
    one_call_a_trunk,
    provisional_from,
    quarter_of,
    whole_minutes,
    with_allowance,
)
from gateway.traffic.uses import Use

#: Spans in seconds, around a span of 120 that is looked at.
STRETCHES = st.lists(st.tuples(st.integers(-20, 140), st.integers(0, 60)), max_size=40)
SPAN = (0, 120)


def by_seconds(stretches: Sequence[tuple[int, int]]) -> list[int]:
    """How many were in use in each second of the span: whole seconds, so a second is busy or it is not."""
    return [sum(begin <= at < begin + length for begin, length in stretches) for at in range(*SPAN)]


def sweep_of(stretches: Sequence[tuple[int, int]]) -> Sweep:
    held = [Held(begin * SECOND, (begin + length) * SECOND) for begin, length in stretches]
    return Sweep(held, SPAN[0] * SECOND, SPAN[1] * SECOND)


@given(STRETCHES)
@settings(max_examples=200)
def test_the_peak_is_that_of_the_busiest_second(stretches: list[tuple[int, int]]) -> None:
    seconds = by_seconds(stretches)
    peak, most = sweep_of(stretches).peak(), max(seconds)
    assert peak.busy == most == sweep_of(stretches).most()
    assert peak.first == (seconds.index(most) * SECOND if most else None)
    assert peak.time == (seconds.count(most) * SECOND if most else 0)


@given(STRETCHES, st.integers(1, 6))
@settings(max_examples=200)
def test_all_busy_is_counted_as_a_clock_would(stretches: list[tuple[int, int]], trunks: int) -> None:
    full = [busy >= trunks for busy in by_seconds(stretches)]
    begun = [at for at in range(len(full)) if full[at] and (at == 0 or not full[at - 1])]
    runs = [next((at for at in range(since, len(full)) if not full[at]), len(full)) - since for since in begun]
    longest = max(runs, default=0)
    first = next((since * SECOND for since, run in zip(begun, runs, strict=True) if run == longest), None)
    found = sweep_of(stretches).all_busy(trunks)
    assert found == (sum(full) * SECOND, len(begun), longest * SECOND, full[0], first)


@given(STRETCHES)
def test_the_picture_of_the_headroom_adds_up_to_the_span(stretches: list[tuple[int, int]]) -> None:
    seconds = by_seconds(stretches)
    found = sweep_of(stretches).time_at()
    assert found == [seconds.count(busy) * SECOND for busy in range(max(seconds) + 1)]
    assert sum(found) == (SPAN[1] - SPAN[0]) * SECOND


def test_back_to_back_calls_are_one_trunk() -> None:
    assert sweep_of([(0, 10), (10, 10), (20, 5)]).peak() == (1, 0, 25 * SECOND)
    assert sweep_of([(0, 10), (10, 10)]).all_busy(1).episodes == 1


def test_a_group_without_trunks_has_no_time_at_which_all_are_busy() -> None:
    with pytest.raises(ValueError, match="at least one trunk"):
        sweep_of([]).all_busy(0)


@given(
    st.integers(0, 5 * QUARTER),
    st.integers(0, 7 * QUARTER),
    st.integers(0, 1),
)
def test_a_use_is_in_its_quarters_to_the_microsecond(since: int, length: int, answered: int) -> None:
    use = Use("1", "g", "out", since, since + length, answered, 0)
    parts = dict(apportioned(use))
    assert all(quarter % QUARTER == 0 for quarter in parts)
    for quarter, load in parts.items():
        assert load.busy == max(0, min(use.until, quarter + QUARTER) - max(since, quarter))
        assert load.busy or quarter == quarter_of(since)  # nothing is written for a quarter that it did not touch
    whole = NOTHING
    for load in parts.values():
        whole = whole.plus(load)
    assert whole == Load(1, answered, length)
    assert parts[quarter_of(since)].seizures == 1


@pytest.mark.parametrize(
    ("zone", "day", "hours", "odd"),
    [
        ("Europe/Warsaw", date(2026, 3, 29), 23, None),
        ("Europe/Warsaw", date(2026, 10, 25), 25, 2),
        ("Europe/Warsaw", date(2026, 7, 1), 24, None),
        ("Asia/Kathmandu", date(2026, 7, 1), 24, None),
        ("America/Sao_Paulo", date(2018, 11, 4), 23, None),  # its midnight did not exist
        ("America/Havana", date(2026, 11, 1), 25, 0),
    ],
)
def test_a_local_day_has_the_hours_its_clocks_show(zone: str, day: date, hours: int, odd: int | None) -> None:
    found = local_hours(day, ZoneInfo(zone))
    assert len(found) == hours
    assert [one.until for one in found[:-1]] == [one.since for one in found[1:]]
    assert all(one.until - one.since == 4 * QUARTER for one in found)
    twice = [one.hour for one in found if [other.hour for other in found].count(one.hour) == 2]
    assert twice == ([odd, odd] if odd is not None else [])
    assert len({(one.hour, one.offset) for one in found}) == hours


def test_lord_howe_has_an_hour_of_thirty_minutes() -> None:
    found = local_hours(date(2026, 10, 4), ZoneInfo("Australia/Lord_Howe"))
    assert sum(one.until - one.since for one in found) == 94 * QUARTER  # 23.5 hours
    assert any(one.until - one.since == 2 * QUARTER for one in found)


@given(st.dates(date(1990, 1, 2), date(2037, 12, 30)), st.sampled_from(["Europe/Warsaw", "Australia/Lord_Howe"]))
def test_every_quarter_hour_is_in_one_local_hour_of_its_day(day: date, zone: str) -> None:
    found, following = local_hours(day, ZoneInfo(zone)), local_hours(day + timedelta(days=1), ZoneInfo(zone))
    assert found[-1].until == following[0].since
    for one in found:
        for quarter in range(one.since, one.until, QUARTER):
            local = from_micros(quarter).astimezone(ZoneInfo(zone))
            assert (local.date(), local.hour) == (day, one.hour)


CALLS = st.lists(st.tuples(st.sampled_from(["1", "2", "3"]), st.integers(0, 200), st.integers(0, 90)), max_size=30)


@given(CALLS)
def test_no_trunk_carries_two_calls_at_once(calls: list[tuple[str, int, int]]) -> None:
    uses = [Use(trunk, "g", "out", since, since + length, 1, 0) for trunk, since, length in calls]
    made = one_call_a_trunk(uses)
    assert len(made.held) == len(uses)
    assert Sweep(made.held, 0, 1000).most() <= 3
    possible = [one for one in uses if all(one is other or not _meet(one, other) for other in uses)]
    assert all(Held(one.since, one.until) in made.held for one in possible)
    assert (made.cut == 0) == (sorted(made.held) == sorted(Held(one.since, one.until) for one in uses))


def _meet(one: Use, other: Use) -> bool:
    return one.trunk == other.trunk and one.since <= other.until and other.since <= one.until


def test_calls_of_a_trunk_without_a_name_are_left_as_they_are() -> None:
    uses = [Use("", "g", "in", 0, 10, 1, 0), Use("", "g", "in", 5, 10, 1, 0)]
    assert one_call_a_trunk(uses).cut == 0


def test_an_allowance_stands_for_ringing_that_nobody_told() -> None:
    told, untold = (Use("1", "g", "out", 0, 10, 1, unrung) for unrung in (0, 1))
    assert with_allowance(told, 12) == (0, 10)
    assert with_allowance(untold, 12) == (0, 22)


def test_minutes_are_noticed() -> None:
    minutes = [Use("1", "g", "out", n * 60 * SECOND, n * 60 * SECOND + 1, 1, 0) for n in range(10)]
    assert whole_minutes(minutes)
    assert not whole_minutes(minutes[:9])
    assert not whole_minutes([*minutes, minutes[0]._replace(since=SECOND)])


def test_the_newest_hour_may_still_grow() -> None:
    now = to_micros(datetime(2026, 7, 1, 12, 20, tzinfo=UTC))
    assert from_micros(provisional_from(now)) == datetime(2026, 7, 1, 11, 15, tzinfo=UTC)
