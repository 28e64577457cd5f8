"""Protects whoever decides on trunks by our word: grades, what-ifs, forecasts, and when we must not say anything."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.instants import to_micros
from gateway.traffic import erlang
from gateway.traffic.capacity import Capacity, Installed, Rent, members_between
from gateway.traffic.forecast import LEAST_DAYS, fit
from gateway.traffic.grade import Measured, Offered, grade, offered_to, overflow_from
from gateway.traffic.uses import Use
from gateway.traffic.whatif import around, needed_at, returnable

# -- grade -----------------------------------------------------------------------------------------------------------


def test_a_group_is_held_against_its_target() -> None:
    found = grade(Measured(trunks=24, carried=15.0, all_busy=0.02), 0.01)
    assert found.offered.erlangs == pytest.approx(15.14, abs=0.01)
    assert found.offered[1:] == (False, None)
    assert found.blocking_modelled == pytest.approx(erlang.erlang_b(24, found.offered.erlangs))
    assert found.needed == (24, 23, 20)
    assert (found.for_target, found.surplus, found.verdict) == (24, 0, "as wanted")
    assert found.blocking_measured is None
    assert found.all_busy == 0.02
    assert found.occupancy == 15 / 24


def test_above_ninety_per_cent_no_number_is_made_up() -> None:
    found = grade(Measured(trunks=24, carried=22.0), 0.01)
    assert found.offered.saturated
    assert 21.6 < found.offered.erlangs < 31  # a lower bound, what 90 % would have been offered
    assert (found.blocking_modelled, found.for_target, found.surplus, found.last_trunk) == (None, None, None, None)
    assert found.needed == (None, None, None)
    assert found.verdict == "saturated"


def test_blocked_attempts_that_the_exchange_tells_are_believed_before_the_model() -> None:
    told = Measured(trunks=24, carried=22.0, attempts=1000, blocked=120)
    assert offered_to(told).erlangs == pytest.approx(25.0)
    assert not offered_to(told).saturated
    assert grade(told, 0.01).blocking_measured == 0.12
    assert grade(told, 0.01).verdict == "short"


def test_a_group_that_carried_nothing_needs_nothing() -> None:
    found = grade(Measured(trunks=8, carried=0.0), 0.01)
    assert (found.for_target, found.surplus, found.verdict, found.blocking_modelled) == (0, 8, "ample", 0.0)


def test_a_group_that_takes_overflow_needs_more_than_erlang_b_says() -> None:
    offered = overflow_from([(10, 8.0), (20, 20.0)])
    found = grade(Measured(trunks=10, carried=4.0), 0.01, offered)
    assert found.blocking_modelled == pytest.approx(0.0812, rel=0.01)
    assert found.for_target is not None
    assert found.for_target > erlang.erlang_b_trunks(offered.erlangs, 0.01)
    assert found.verdict == "short"


# -- what if -----------------------------------------------------------------------------------------------------------


def test_the_table_of_sizes_and_growth() -> None:
    rows = around(24, Offered(15.0), rent=Rent(5000, 2))
    assert [row.trunks for row in rows] == list(range(19, 30))
    now = next(row for row in rows if row.trunks == 24)
    assert now.blocking[0] == pytest.approx(erlang.erlang_b(24, 15.0))
    assert now.blocking[2] == pytest.approx(erlang.erlang_b(24, 18.0))
    assert [row.saves for row in rows][:2] == [25_000, 20_000]
    assert all(one.blocking[0] > other.blocking[0] for one, other in zip(rows, rows[1:], strict=False))
    assert around(3, Offered(1.0))[0].trunks == 1
    assert around(3, Offered(1.0))[0].saves is None


def test_overflow_stays_as_peaked_when_it_grows() -> None:
    (row,) = [row for row in around(10, Offered(4.0, variance=8.0)) if row.trunks == 10]
    assert row.blocking[1] == pytest.approx(erlang.erm_blocking(10, 4.4, 8.8))
    assert row.last_trunk is None


def test_nothing_is_said_of_other_sizes_of_a_saturated_group() -> None:
    with pytest.raises(ValueError, match="saturated"):
        around(24, Offered(25.0, saturated=True))
    assert returnable(24, Offered(1.0, saturated=True), 0.01) == 0


def test_trunks_that_could_be_given_back() -> None:
    assert returnable(30, Offered(15.0), 0.01) == 6
    assert returnable(20, Offered(15.0), 0.01) == 0
    assert returnable(4, Offered(0.0), 0.01) == 3  # the last one is somebody's way to the ambulance


def test_people_at_the_operator_position() -> None:
    """A published example: 48 erlangs, 55 people, a wait of 8.184 s on average."""
    found = needed_at(calls_an_hour=720, holding_s=240, target_s=15, service_level=0.8)
    assert found.people == 55
    assert found.average_wait_s == pytest.approx(8.184, abs=0.001)
    assert (
        erlang.erlang_c_service_level(servers=54, traffic=48.0, holding_s=240, target_s=15) < 0.8 <= found.service_level
    )


# -- forecast ----------------------------------------------------------------------------------------------------------


def test_a_trend_and_its_weekdays_are_found_again_exactly() -> None:
    first = date(2026, 3, 2)
    shape = (1.0, 0.5, 0.0, 0.2, 2.0, 4.0, 3.0)
    days = [first + timedelta(days=n) for n in range(60) if n % 7 != 2 or n > 20]  # and some days are missing
    found = fit({day: 10 + 0.05 * (day - first).days + shape[day.weekday()] for day in days})
    assert found is not None
    assert found.slope == pytest.approx(0.05)
    later = first + timedelta(days=100)
    expected = found.on(later)
    assert expected is not None
    assert expected.erlangs == pytest.approx(15 + shape[later.weekday()])
    assert expected.high - expected.low == pytest.approx(0, abs=1e-6)
    assert found.trend_is_clear
    (above,) = {found.first_above(20.0, first + timedelta(days=59), 400)}
    assert above is not None
    assert above.weekday() == 5  # the first of the Saturdays, which are the busiest


def test_the_band_holds_nineteen_days_of_twenty() -> None:
    """Two thousand days to come of a hundred histories: the share inside is that of the band."""
    inside = total = 0
    for seed in range(100):
        chance = random.Random(seed)
        first = date(2026, 1, 5)
        found = fit({first + timedelta(days=n): 20 + chance.gauss(0, 2) + n % 7 for n in range(28)})
        assert found is not None
        for expected in found.following(first + timedelta(days=27), 20):
            actual = 20 + chance.gauss(0, 2) + (expected.day - first).days % 7
            inside += expected.low <= actual <= expected.high
            total += 1
    assert 0.93 < inside / total < 0.97


def test_few_days_say_nothing() -> None:
    first = date(2026, 1, 5)
    assert fit({first + timedelta(days=n): 1.0 for n in range(LEAST_DAYS - 1)}) is None
    assert fit({}) is None
    mondays = fit({first + timedelta(days=7 * n): 1.0 for n in range(LEAST_DAYS)})
    assert mondays is not None
    assert mondays.on(first + timedelta(days=1)) is None  # a weekday that was never measured
    assert not mondays.trend_is_clear


# -- capacity ----------------------------------------------------------------------------------------------------------


def installed(group: str, trunks: int, since: int | None = None, members: tuple[str, ...] = ()) -> Installed:
    return Installed(
        group=group,
        name=group,
        trunks=trunks,
        members=frozenset(members),
        since=since,
        direction="both",
        target=0.01,
    )


def test_a_group_has_the_trunks_of_the_day() -> None:
    change = to_micros(datetime(2026, 7, 1, tzinfo=UTC))
    house = Capacity([installed("city", 30, change), installed("city", 24)])
    before, after = house.at("city", change - 1), house.at("city", change)
    assert before is not None
    assert after is not None
    assert (before.trunks, after.trunks) == (24, 30)
    assert house.changes("city", change - 1, change + 1) == [change]
    assert house.changes("city", change, change + 1) == []
    assert house.at("elsewhere", 0) is None
    assert Capacity([installed("new", 4, change)]).at("new", change - 1) is None


def test_trunks_that_no_entry_names_are_told() -> None:
    house = Capacity([installed("city", 2, members=("T1", "T2")), installed("7", 8)])
    uses = [Use(trunk, group, "out", 0, 1, 1, 0) for trunk, group in (("T1", ""), ("T9", ""), ("31", "7"), ("", ""))]
    assert house.unknown((use.group, use.trunk) for use in uses) == [("", ""), ("", "T9")]
    assert (house.group_of("T1", "x"), house.group_of("31", "7")) == ("city", "7")
    assert house.groups == ["7", "city"]


def test_a_range_of_trunks_is_written_as_the_exchange_writes_them() -> None:
    assert members_between("T008", "T011") == ("T008", "T009", "T010", "T011")
    assert members_between("8", "11") == ("8", "9", "10", "11")
    for first, last in (("T1", "U2"), ("T9", "T1"), ("a", "b"), ("1", "99999")):
        with pytest.raises(ValueError, match="range"):
            members_between(first, last)
