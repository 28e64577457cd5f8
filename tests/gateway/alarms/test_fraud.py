"""Toll fraud is seen by its records: each pattern where it was planted, nothing in an ordinary week, and no run twice."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.alarms import evidence
from gateway.alarms.fraud import Call, History, Limits, suspicions
from gateway.alarms.fraud_rules import HOUR, RULES, country_of
from gateway.alarms.lists import Entry, NumberList, NumberLists
from gateway.alarms.normal import Weeks
from gateway.instants import SECOND, to_micros

WARSAW = ZoneInfo("Europe/Warsaw")
#: A Wednesday noon: nobody would call it after hours.
NOON = to_micros(datetime(2026, 11, 25, 11, tzinfo=UTC))
NIGHT = NOON + 13 * HOUR
MINUTE = 60 * SECOND


def limits(**changed: Any) -> Limits:
    usual: dict[str, Any] = {
        "zone": WARSAW, "currency": "PLN", "decimals": 2, "parallel": 3, "sequential": 5, "off_hours": 4, "tandem": 2,
        "new_country": 3, "vacant": 1, "cost_per_hour": 10_000, "after_from": time(22), "after_to": time(6),
    }  # fmt: skip
    return Limits(**usual | changed)


def call(number: int, at: int, /, **said: Any) -> Call:
    usual: dict[str, Any] = {
        "id": number, "began": at, "ended": at + MINUTE, "who": "room 101", "number": f"+4930{1000000 + number * 7919}",
        "place": "Germany", "country": "+49", "cost": 100, "abroad": True,
    }  # fmt: skip
    return Call(**usual | said)


def rules(calls: list[Call], history: History | None = None, **changed: Any) -> dict[str, list[int]]:
    """The patterns that are found, with the calls of each."""
    found = suspicions(calls, limits(**changed), history or History())
    return {one.rule: [each.id for each in one.calls] for one in found}


def spread(count: int, at: int = NOON, step: int = 10 * MINUTE, **said: Any) -> list[Call]:
    return [call(number, at + number * step, **said) for number in range(1, count + 1)]


PLANTED = {
    "barred": [call(1, NOON, abroad=False, barred="No cards")],
    "vacant": [call(1, NOON, vacant=True)],
    "parallel": [call(n, NOON + n * SECOND, ended=NOON + HOUR) for n in (1, 2, 3)],
    "sequential": [call(n, NOON + n * 9 * MINUTE, who=f"room {n}", number=f"+25261234{n:03}") for n in range(1, 6)],
    "tandem": [call(n, NOON + n * MINUTE, who="trunk T1", tandem=True) for n in (1, 2)],
    "off_hours": spread(4, NIGHT),
    "new_country": spread(3, step=9 * MINUTE, country="+252"),
    "cost": spread(2, cost=5_000),
    "unusual": [call(n, NOON + n * MINUTE * 9, who=f"room {n}") for n in range(1, 7)],
}


def weeks(each: int) -> Weeks:
    """Eight weeks in which so many calls abroad were made in every hour."""
    last = NOON // HOUR
    first = last - 9 * 7 * 24
    return Weeks(dict.fromkeys(range(first, last), each), first, last, WARSAW)


@pytest.mark.parametrize("rule", RULES)
def test_each_pattern_is_found_where_it_was_planted_and_no_other(rule: str) -> None:
    known = History(frozenset({"+49", "+44"}), weeks(0) if rule == "unusual" else weeks(50))
    found = rules(PLANTED[rule], known)
    assert found == {rule: [one.id for one in PLANTED[rule]]}
    assert rules(PLANTED[rule], known, off=frozenset({rule})) == {}
    if len(PLANTED[rule]) > 1 and rule != "unusual":
        assert rule not in rules(PLANTED[rule][:-1], known), "one call fewer is nothing"


def test_an_ordinary_day_of_a_hotel_is_nothing() -> None:
    guests = [
        call(n, NOON + n * 3 * MINUTE, who=f"room {n % 40}", country="+44", number=f"+44207{n * 7919 % 10**7:07}")
        for n in range(300)
    ]
    assert rules(guests, History(frozenset({"+44"}), weeks(20))) == {}


def test_nothing_is_new_or_unusual_for_a_house_without_history() -> None:
    assert rules(PLANTED["new_country"]) == {}
    assert rules(PLANTED["unusual"], History(None, Weeks({}, NOON // HOUR - 100, NOON // HOUR, WARSAW))) == {}


@settings(max_examples=60, deadline=None)
@given(
    starts=st.lists(st.integers(0, 300), min_size=1, max_size=40),
    least=st.integers(1, 6),
)
def test_the_calls_of_a_run_are_those_of_every_hour_that_has_enough(starts: list[int], least: int) -> None:
    """Against a plain count over every hour that ends with a call."""
    calls = [call(n, NIGHT + at * MINUTE) for n, at in enumerate(sorted(starts))]
    wanted = set()
    for last in calls:
        hour = [one for one in calls if last.began - HOUR <= one.began <= last.began and one.id <= last.id]
        wanted |= {one.id for one in hour} if len(hour) >= least else set()
    night = [
        one
        for one in suspicions(calls, limits(off_hours=least, after_to=time(21)), History())
        if one.rule == "off_hours"
    ]
    assert {each.id for one in night for each in one.calls} == wanted
    assert sum(len(one.calls) for one in night) == len(wanted), "no call is in two runs"


def test_calls_before_a_person_took_it_make_no_new_alarm_but_later_ones_do() -> None:
    calls = spread(4, NIGHT)
    key = ("off_hours", "room 101")
    assert suspicions(calls, limits(), History(), {key: calls[-1].began}) == []
    later = [*calls, *(one._replace(id=one.id + 10, began=one.began + HOUR) for one in calls)]
    (again,) = suspicions(later, limits(), History(), {key: calls[-1].began})
    assert [one.id for one in again.calls] == [11, 12, 13, 14]


def test_evidence_grows_by_what_is_new_and_counts_nothing_twice() -> None:
    first, all_ = (suspicions(spread(n, NIGHT), limits(), History())[0] for n in (4, 6))
    before = evidence.found(first, "PLN", 2)
    after = evidence.found(all_, "PLN", 2, before)
    assert (after.calls, after.cost, after.seconds) == (6, 600, 360)
    assert evidence.found(first, "PLN", 2, after) == after
    assert evidence.taken_up(after.kept()) == after
    assert after.sentence("Thu 26 Nov 01:10") == (
        "room 101 called abroad again and again at night or at the weekend: 6 calls, 0:06:00 h, 6.00 PLN so far, "
        "since Thu 26 Nov 01:10"
    )
    assert evidence.key_of(after.subject) == first.key
    assert evidence.taken_up('{"source": 1}') is None


@pytest.mark.parametrize(
    ("number", "code"),
    [("+48601234567", "+48"), ("+12125551234", "+1"), ("+18765551234", "+1876"), ("+252612345", "+252"), ("118", "")],
)
def test_the_country_of_a_number(number: str, code: str) -> None:
    assert country_of(number) == code


def test_what_is_usual_is_the_middle_of_past_weeks_and_not_spoilt_by_a_congress() -> None:
    last = NOON // HOUR
    first = last - 9 * 7 * 24
    counts = dict.fromkeys(range(first, last), 4)
    for hour in range(last - 7 * 24 - 2, last - 7 * 24 + 3):
        counts[hour] = 400
    usual = Weeks(counts, first, last, WARSAW).normal(last)
    assert usual is not None
    assert (usual.middle, usual.most, usual.weeks) == (4, 12, 8)
    assert usual.words == "normal on a Wednesday at 12:00 is at most 12, by the last 8 weeks"
    assert Weeks(counts, last - 4 * 7 * 24, last, WARSAW).normal(last) is None, "three whole weeks are too few"


def test_the_same_hour_on_the_wall_is_compared_over_a_change_of_the_clocks() -> None:
    """Calls at midnight by the wall, in the weeks before and after the clocks go back."""
    last = to_micros(datetime(2026, 11, 13, 0, tzinfo=WARSAW)) // HOUR
    nights = {
        to_micros(datetime(2026, month, day, 0, tzinfo=WARSAW)) // HOUR
        for month, day in ((11, 6), (10, 30), (10, 23), (10, 16), (10, 9))
    }
    around = {night + beside for night in nights for beside in (-1, 0, 1)}
    usual = Weeks(dict.fromkeys(around, 30), last - 9 * 7 * 24, last, WARSAW).normal(last)
    assert usual is not None
    assert usual.middle == 30


def test_the_longest_entry_says_which_list_a_number_is_on() -> None:
    day = 86_400 * SECOND
    lists = NumberLists(
        [NumberList("premium", "premium"), NumberList("staff", "private")],
        [Entry("+48700", 0), Entry("+48700123", 1, "Ala"), Entry("+44", 1, "old", 10 * day, 20 * day), Entry("+44", 0)],
    )

    def name(number: str, at: int = 0) -> str | None:
        hit = lists.find(number, at)
        return hit.list.name if hit else None

    assert [name("+48700123456"), name("+48700124456"), name("+4860"), name("+4870")] == [
        "staff",
        "premium",
        None,
        None,
    ]
    assert [name("+442071234567", at * day) for at in (9, 10, 19, 20)] == ["premium"] * 4, "the earlier list wins"
    assert lists.find(None, 0) is None
