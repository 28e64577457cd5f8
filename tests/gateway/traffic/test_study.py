"""Protects the one value that all pages and exports are drawn from: what it says of a house that was made to say it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.instants import SECOND, to_micros
from gateway.traffic.capacity import Capacity, Installed
from gateway.traffic.erlang import erlang_b
from gateway.traffic.intervals import HOUR, QUARTER, Load, Peak, apportioned
from gateway.traffic.rollup import Sums, TrunkLine
from gateway.traffic.saying import sentence
from gateway.traffic.study import Asked, GroupStudy, Study, study
from gateway.traffic.uses import Use

ZONE = ZoneInfo("Europe/Warsaw")
MONDAY = date(2026, 6, 1)
NOON = to_micros(datetime(2026, 6, 1, 10, 0, tzinfo=UTC))  # by the hotel's clock
DAY = 24 * HOUR
ASKED = Asked(first=MONDAY, last=MONDAY, zone=ZONE, now=NOON + 30 * DAY)


def city(*members: str, trunks: int | None = None, **said: object) -> Installed:
    plain = Installed(
        group="city",
        name="City lines",
        trunks=len(members) if trunks is None else trunks,
        members=frozenset(members),
        since=None,
        direction="both",
        target=0.01,
    )
    return replace(plain, **said)  # type: ignore[arg-type]


def use(trunk: str, minute: float, minutes: float, direction: str = "out", *, unrung: int = 0, group: str = "") -> Use:
    since = NOON + int(minute * 60) * SECOND
    return Use(trunk, group, direction, since, since + int(minutes * 60) * SECOND, 1, unrung)


def studied(uses: list[Use], *installed: Installed, asked: Asked = ASKED) -> Study:
    house = Capacity(installed)
    lines: dict[tuple[str, str, str], Load] = {}
    quarters: dict[str, dict[int, Load]] = {}
    for one in uses:
        for quarter, load in apportioned(one):
            line = (one.group, one.trunk, one.direction)
            lines[line] = lines.get(line, Load()).plus(load)
            there = quarters.setdefault(house.group_of(one.trunk, one.group), {})
            there[quarter] = there.get(quarter, Load()).plus(load)
    sums = Sums([TrunkLine(*line, load) for line, load in lines.items()], quarters)
    return study(asked, house, sums, uses)


def group(found: Study, name: str = "city") -> GroupStudy:
    return next(one for one in found.groups if one.group == name)


def peak(found: GroupStudy) -> Peak:
    assert found.peak is not None
    return found.peak


def test_two_trunks_and_an_hour() -> None:
    """T1 is busy from 12:00 to 12:40, T2 from 12:20 to 13:00: two erlangs for twenty minutes."""
    found = group(studied([use("T1", 0, 40), use("T2", 20, 40, "in")], city("T1", "T2", "T3")))
    assert (peak(found).busy, peak(found).first, peak(found).time) == (2, NOON + 1200 * SECOND, 1200 * SECOND)
    assert found.all_busy is not None
    assert found.all_busy.episodes == 0
    assert found.busy.clock is not None
    assert found.busy.clock.minute == 720
    assert found.busy.clock.erlangs == pytest.approx(80 / 60)
    assert found.grade is not None
    assert found.grade.carried == pytest.approx(80 / 60)
    assert found.grade.blocking_modelled == pytest.approx(erlang_b(3, found.grade.offered.erlangs))
    assert [(one.trunk, one.remarks) for one in found.trunks] == [
        ("T1", ("out only",)),
        ("T2", ("in only",)),
        ("T3", ("unused",)),
    ]
    assert found.trunks[0].occupancy == pytest.approx(40 / 1440)
    assert found.trunks[0].mean_holding_s == 2400
    assert (found.out.seizures, found.incoming.seizures) == (1, 1)
    assert found.heat[0, 12] == pytest.approx(80 / 60)
    assert found.heat[0, 13] == 0
    assert found.time_at == (DAY - 3600 * SECOND, 2400 * SECOND, 1200 * SECOND)
    assert found.busy.high_load == found.busy.normal_load == found.busy.time_consistent
    assert found.name == "City lines"


def test_all_busy_in_the_busy_hour_is_a_share_of_that_hour() -> None:
    found = group(studied([use("T1", 0, 40), use("T2", 20, 40)], city("T1", "T2")))
    assert found.grade is not None
    assert found.grade.all_busy == pytest.approx(20 / 60)
    assert found.all_busy == (1200 * SECOND, 1, 1200 * SECOND, False, NOON + 1200 * SECOND)


def test_trunks_that_nobody_configured_are_named_and_counted() -> None:
    found = studied([use("T1", 0, 10), use("X9", 0, 10, group="old")], city("T1"))
    assert found.unknown == (("old", "X9"),)
    old = group(found, "old")
    assert (old.installed, old.grade, old.all_busy, peak(old).busy) == (None, None, None, 1)


def test_a_group_that_is_never_used_is_there() -> None:
    found = group(studied([], city("T1", "T2")))
    assert [one.remarks for one in found.trunks] == [("unused",), ("unused",)]
    assert peak(found).busy == 0
    assert found.grade is not None
    assert found.grade.verdict == "ample"


def test_an_allowance_is_added_and_said() -> None:
    found = studied([use("T1", 0, 10, unrung=1)], city("T1", "T2"))
    assert group(found).busy.clock is not None
    assert group(found).grade is not None
    assert peak(group(found)).time == 612 * SECOND
    assert any("12 seconds were added" in words for words in found.assumptions)
    assert not any("12 seconds" in words for words in studied([use("T1", 0, 10)], city("T1")).assumptions)


def test_an_allowance_alone_is_no_overlap() -> None:
    found = group(studied([use("T1", 0, 10, unrung=1), use("T1", 10, 10, unrung=1)], city("T1", "T2")))
    assert (peak(found).busy, found.cut, found.beyond) == (1, 0, False)


def test_times_that_cannot_be_are_cut_and_flagged() -> None:
    found = studied([use("T1", 0, 10), use("T1", 9, 10)], city("T1", "T2"))
    assert (group(found).cut, peak(group(found)).busy) == (1, 1)
    assert any("cut" in words for words in found.assumptions)


def test_more_in_use_than_there_are_is_flagged() -> None:
    """Of channels without names nothing can be cut: the figure is shown, and that it cannot be."""
    found = group(studied([use("SIP", 0, 10, group="city") for _ in range(3)], city(trunks=2)))
    assert (peak(found).busy, found.beyond, found.cut) == (3, True, 0)


def test_a_full_group_is_saturated_and_says_so() -> None:
    found = studied([use("T1", 0, 60), use("T2", 0, 60)], city("T1", "T2"))
    grade = group(found).grade
    assert grade is not None
    assert (grade.verdict, grade.for_target) == ("saturated", None)
    assert any("saturated" in words for words in found.assumptions)


def test_odd_trunks() -> None:
    """Dead, stuck and noisy ones."""
    hold = [use("T1", -12 * 60, 24 * 60), use("T1", 1, 0, "in")]
    noise = [use("T2", n, 0.1, "in" if n % 2 else "out") for n in range(40)]
    found = {one.trunk: one.remarks for one in group(studied([*hold, *noise], city("T1", "T2", "T3"))).trunks}
    assert found == {"T1": ("stuck",), "T2": ("noisy",), "T3": ("unused",)}


def test_trunks_that_fell_silent_or_answer_nobody() -> None:
    """A month; T1 works all of it, T2 went silent after a week, T3 takes calls that nobody ever answers, T4 holds one for a day."""
    asked = replace(ASKED, last=MONDAY + timedelta(days=29))
    often = [use("T1", 60 * n, 3, "in" if n % 8 else "out") for n in range(0, 650, 4)]
    early = [use("T2", 60 * n, 3, "in" if n % 8 else "out") for n in range(0, 168, 4)]
    deaf = [use("T3", 60 * n + 5, 3, "in" if n % 40 else "out")._replace(answered=0) for n in range(0, 650, 20)]
    held = [use("T4", 0, 13 * 60), use("T4", 60 * 640, 1, "in")]
    found = group(studied([*often, *early, *deaf, *held], city("T1", "T2", "T3", "T4"), asked=asked))
    assert {one.trunk: one.remarks for one in found.trunks} == {
        "T1": (),
        "T2": ("silent since 2026-06-08",),
        "T3": ("never answered",),
        "T4": ("stuck",),
    }


@pytest.mark.parametrize(
    ("ways", "meant", "remarks"),
    [
        (["out", "out"], "both", ("out only",)),
        (["in"], "both", ("in only",)),
        (["in", "out"], "both", ()),
        (["out", "in"], "out", ("meant for calls out, and 1 came in",)),
        (["out", "in"], "in", ("meant for calls in, and 1 went out",)),
        (["out"], "out", ()),
        ([], "both", ("unused",)),
    ],
)
def test_a_group_is_held_against_its_direction(ways: list[str], meant: str, remarks: tuple[str, ...]) -> None:
    uses = [use("T1", 5 * n, 1, way) for n, way in enumerate(ways)]
    assert group(studied(uses, city("T1", direction=meant))).remarks == remarks


@pytest.mark.parametrize(
    ("uses", "trunks", "words"),
    [
        ([], 3, "No call used group City lines in these days."),
        ([use("T1", 0, 6)], 3, "Group City lines needs 1 trunk fewer for P.01."),
        ([use("T1", 0, 6)], 2, "Group City lines has as many trunks as P.01 asks for."),
        (
            [use("T1", 0, 6), use("T2", 1, 5)],
            2,
            "Group City lines needs 1 trunk more for P.01; 5 minutes all busy on Monday 1 Jun at 12:01.",
        ),
        (
            [use("T1", 0, 20), use("T2", 1, 0.5), use("T2", 5, 1)],
            2,
            "Group City lines needs 1 trunk more for P.01; 90 seconds all busy in 2 times, the longest on Monday 1 Jun at 12:05.",
        ),
        (
            [use("T1", 0, 3), use("T2", 0, 3), use("T3", 0, 3)],
            3,
            "Group City lines lost more in its busy hour than P.01 allows, though by the model 2 trunks would do: its calls come "
            "in clumps, or trunks were out of service; 3 minutes all busy on Monday 1 Jun at 12:00.",
        ),
        (
            [use("T1", 0, 60), use("T2", 0, 60)],
            2,
            "Group City lines is saturated: it needs more trunks, and how many more cannot be told from what it carried; "
            "60 minutes all busy on Monday 1 Jun at 12:00.",
        ),
    ],
)
def test_one_sentence_says_it(uses: list[Use], trunks: int, words: str) -> None:
    found = studied(uses, city(*(f"T{n}" for n in range(1, trunks + 1))))
    assert sentence(group(found), ZONE) == words


def test_an_unknown_group_is_said_to_be_one() -> None:
    found = studied([use("X9", 0, 10, group="old"), use("Y", 0, 1)], city("T1"))
    assert sentence(group(found, "old"), ZONE).startswith("Group old is in no table [[trunks]]")
    assert sentence(group(found, ""), ZONE).startswith("Trunks of which the exchange tells no group")


def test_sums_alone_say_nothing_of_what_cannot_be_added_up() -> None:
    house, load = Capacity([city("T1", "T2")]), Load(1, 1, 600 * SECOND)
    sums = Sums([TrunkLine("", "T1", "out", load)], {"city": {NOON: load}})
    found = group(study(ASKED, house, sums, None))
    assert (found.peak, found.all_busy, found.time_at) == (None, None, ())
    assert found.grade is not None
    assert found.grade.all_busy is None
    assert sentence(found, ZONE) == "Group City lines needs 1 trunk more for P.01."


def test_a_day_on_which_nobody_listened_is_no_quiet_day() -> None:
    """Thirty calls on Monday and on Wednesday, none on Tuesday: the mean is of two days. A quiet house may rest a day."""
    asked = replace(ASKED, last=MONDAY + timedelta(days=2))
    busy = [use("T1", 2 * n + 1440 * day, 1) for n in range(30) for day in (0, 2)]
    found = studied(busy, city("T1", "T2"), asked=asked)
    assert found.unheard == (MONDAY + timedelta(days=1),)
    hour = group(found).busy.time_consistent
    assert hour is not None
    assert hour.days == 2
    assert hour.erlangs == pytest.approx(0.5)
    assert (1, 12) not in group(found).heat
    assert studied(busy[::3], city("T1"), asked=asked).unheard == ()


def test_a_one_way_group_is_not_blamed_for_going_one_way() -> None:
    found = group(studied([use("T1", 0, 10)], city("T1", direction="out")))
    assert found.trunks[0].remarks == ()


def test_overflow_is_judged_by_the_equivalent_random_method() -> None:
    first = city(trunks=10, group="sip", name="sip")
    last = city(trunks=10, overflow_of=("sip",))
    calls = [use("", 0, 60, group="sip") for _ in range(8)] + [use("", 0, 60, group="city")]
    found = group(studied(calls, first, last))
    assert found.grade is not None
    assert found.grade.offered.variance is not None
    assert found.grade.offered.variance > found.grade.offered.erlangs


def test_the_newest_hour_is_provisional() -> None:
    now = NOON + 30 * 60 * SECOND
    found = studied([use("T1", 0, 10)], city("T1"), asked=replace(ASKED, now=now))
    assert found.provisional_from == NOON - 2 * QUARTER
    assert studied([use("T1", 0, 10)], city("T1")).provisional_from is None


def test_figures_are_of_the_time_that_was_there() -> None:
    """At noon of a day half of it is over: a trunk busy for six of its twelve hours was busy half the time."""
    found = group(studied([use("T1", -360, 360)], city("T1"), asked=replace(ASKED, now=NOON)))
    assert found.trunks[0].occupancy == pytest.approx(0.5)


def test_hours_to_come_are_not_taken_for_idle_ones() -> None:
    """Two evenings of one erlang each, and a third day of which only the morning is over."""
    evenings = [use("T1", 8 * 60 + day * 1440, 60) for day in range(2)]
    asked = replace(ASKED, last=MONDAY + timedelta(days=2), now=NOON + 2 * DAY)
    hour = group(studied(evenings, city("T1"), asked=asked)).busy.time_consistent
    assert hour is not None
    assert (hour.minute, hour.erlangs, hour.days) == (20 * 60, 1.0, 2)


def test_a_period_that_has_not_begun_has_no_figures() -> None:
    found = group(studied([], city("T1"), asked=replace(ASKED, now=NOON - 30 * DAY)))
    assert found.busy.time_consistent is None
    assert found.grade is None
    assert found.heat == {}


def test_a_change_within_the_period_is_told() -> None:
    change = NOON - 3 * HOUR
    found = group(studied([use("T1", 0, 10)], city("T1"), city("T1", "T2", since=change)))
    assert found.changed_at == (change,)
    assert found.installed is not None
    assert found.installed.trunks == 2


def test_a_month_that_grows_says_when_it_will_be_full() -> None:
    chance = random.Random(5)
    calls = [use(f"T{slot + 1}", day * 1440 + chance.random(), 55) for day in range(28) for slot in range(2 + day // 4)]
    members = [f"T{n}" for n in range(1, 16)]
    asked = replace(ASKED, last=MONDAY + timedelta(days=27))
    found = group(studied(calls, city(*members), asked=asked))
    assert found.forecast is not None
    assert found.forecast.trend_is_clear
    assert found.full_on is not None
    assert found.full_on > asked.last
    noon = replace(asked, last=MONDAY + timedelta(days=28), now=NOON + 28 * DAY)  # and half of a day without a call
    with_half_a_day = group(studied(calls, city(*members), asked=noon))
    assert with_half_a_day.forecast == found.forecast


def test_attempts_that_the_exchange_calls_blocked_are_measured() -> None:
    blocked = [use("", n, 0, group="city")._replace(blocked=1, answered=0) for n in range(5)]
    found = group(studied([*(use("T1", n * 3, 2) for n in range(15)), *blocked], city("T1", "T2")))
    assert found.grade is not None
    assert found.grade.blocking_measured == 0.25
    assert found.grade.offered.erlangs == pytest.approx(0.5 / 0.75)
