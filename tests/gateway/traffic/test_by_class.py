"""Protects whoever asks what fills the trunks: every second of a call is in one class, one nature and one hour."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.instants import SECOND, from_micros, to_micros
from gateway.traffic.by_class import ClassCall, Nature, Period, elapsed_by_hour, filled, nature_of
from gateway.traffic.intervals import HOUR, QUARTER
from gateway.traffic.uses import Use

WARSAW = ZoneInfo("Europe/Warsaw")
#: Two quarter hours before the clocks go back, and three hours behind it.
SINCE = to_micros(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
PERIOD = Period(SINCE, SINCE + 14 * QUARTER, WARSAW, 12)
NATURES: tuple[Nature, ...] = ("priced", "free", "unanswered", "unpriced", "incoming", "tandem")

CALLS = st.lists(
    st.tuples(
        st.sampled_from(["mobile", "local", ""]),
        st.sampled_from(NATURES),
        st.sampled_from(["T1", "T2"]),
        st.integers(-3_000, 14 * 900),
        st.integers(0, 5_000),
        st.integers(0, 1),
    ),
    max_size=12,
)


@given(CALLS)
@example([("mobile", "free", "T1", 1_700, 200, 0)])
@settings(max_examples=60, deadline=None)
def test_it_is_what_a_clock_would_count(drawn: list[tuple[str, Nature, str, int, int, int]]) -> None:
    """Second by second: what was busy in it, by class, nature and the hour that the wall clock showed."""
    calls, by_hand = [], dict[tuple[str, str, int, str], int]()
    for number_class, nature, trunk, since, length, unrung in drawn:
        use = Use(trunk, "", "out", SINCE + since * SECOND, SINCE + (since + length) * SECOND, 1, unrung)
        calls.append(ClassCall(number_class, nature, [use]))
        name = {"incoming": "incoming", "tandem": "in and out again"}.get(nature, number_class or "not known")
        for second in range(max(0, since), min(14 * 900, since + length + 12 * unrung)):
            hour = from_micros(SINCE + second * SECOND).astimezone(WARSAW).hour
            place = (trunk, name, hour, nature)
            by_hand[place] = by_hand.get(place, 0) + SECOND
    found = filled(calls, lambda trunk, _group: trunk, PERIOD)
    assert {
        (one.group, one.name, hour, nature): busy for one in found for (hour, nature), busy in one.hours.items()
    } == by_hand
    assert sum(one.whole for one in found) == sum(by_hand.values())
    assert sum(one.calls for one in found) == sum(0 <= since < 14 * 900 for _, _, _, since, _, _ in drawn)


def test_the_hour_that_comes_twice_has_twice_the_time() -> None:
    elapsed = elapsed_by_hour(PERIOD)
    assert (elapsed[2], elapsed[3], sum(elapsed)) == (HOUR + 2 * QUARTER, HOUR, 14 * QUARTER)


@pytest.mark.parametrize(
    ("direction", "answered", "status", "amount", "nature"),
    [
        ("in", True, "not_chargeable", None, "incoming"),
        ("tandem", True, "charge", 50, "tandem"),
        ("internal", True, "not_chargeable", None, "internal"),
        ("out", True, "charge", 50, "priced"),
        ("out", True, "allocated", 50, "priced"),
        ("out", True, "charge", 0, "free"),
        ("out", True, "not_chargeable", None, "free"),
        ("out", True, "charge", None, "unpriced"),
        ("out", True, "open", None, "unpriced"),
        ("out", False, "not_chargeable", None, "unanswered"),
    ],
)
def test_what_a_call_is_for_its_trunk(
    direction: str, answered: bool, status: str, amount: int | None, nature: Nature
) -> None:
    assert nature_of(direction, answered, status, amount) == nature


def test_a_call_inside_the_house_is_counted_and_holds_nothing() -> None:
    [one] = filled([ClassCall("", "internal", []), ClassCall("", "internal", [])], lambda _t, group: group, PERIOD)
    assert (one.name, one.calls, one.whole) == ("inside the house", 2, 0)
