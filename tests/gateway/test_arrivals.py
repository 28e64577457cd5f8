"""What became of a call that came in, by its records: each outcome from its condition, and no nought where nothing is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.arrivals import ABANDONED, MISSED, TAKEN, arrival_of, contact_number
from gateway.reports.kinds.arrived import OUTCOMES, Waits
from gateway.reports.kinds.who_called import STANDINGS, standing
from gateway.store.inbound import Later
from protocols.records import CallRecord
from rating.callers import Home, caller_number, origin

HOME = Home("PL", "22")
NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
CALLER = "0048601234567"


def leg(after: int = 0, **said: Any) -> CallRecord:
    """A leg that began so many seconds after noon; unless said otherwise, 201 took it after eight seconds for a minute."""
    usual: dict[str, Any] = {"direction": "in", "answered": True, "ring_seconds": 8, "talk_seconds": 60}
    usual |= {"extension": "201", "caller": CALLER, "did": "5500"}
    return CallRecord(start=NOON + timedelta(seconds=after), **(usual | said))


RANG: dict[str, Any] = {"answered": False, "talk_seconds": 0, "ring_seconds": 25}
QUEUED: dict[str, Any] = {"stages": ("queue reception", "machine"), "ring_seconds": 1, "talk_seconds": 39}


@pytest.mark.parametrize(
    ("legs", "outcome", "waited", "hands"),
    [
        ([leg()], "answered", 8, 0),
        ([leg(ring_seconds=None)], "answered", None, 0),
        ([leg(**RANG)], "rang", 25, 0),
        ([leg(answered=False, talk_seconds=0, ring_seconds=None)], "rang", None, 0),
        ([leg(**RANG, condition="BUSY")], "refused", None, 0),
        ([leg(answered=None)], "untold", None, 0),
        ([leg(answered=None, talk_seconds=0)], "untold", None, 0),
        # voice mail and menus are nobody, however long they talked
        ([leg(stages=("voicemail", "machine"))], "voicemail", None, 0),
        ([leg(**RANG), leg(25, stages=("voicemail", "machine"))], "voicemail", None, 0),
        ([leg(stages=("menu", "machine"))], "menu", 68, 0),
        ([leg(**QUEUED)], "queue", 40, 0),
        # who was answered behind a queue had been answered by the exchange first: how long he waited is not told
        ([leg(stages=("queue reception",), ring_seconds=0)], "answered", None, 0),
        ([leg(stages=("menu", "machine")), leg(70)], "answered", None, 0),
        # several telephones rang and one took it
        ([leg(**RANG, extension="202", stages=("group",)), leg(stages=("group",))], "answered", 8, 0),
        # the operator took it and handed it on
        ([leg(extension="600"), leg(68, extension="201")], "answered", 8, 1),
        ([leg(extension="600"), leg(68, **RANG)], "handed_on", 8, 0),
        ([leg(stages=("attendant", "transfer"))], "answered", 8, 1),
        # rang somewhere else first, then was answered
        ([leg(**RANG, extension="202"), leg(25)], "answered", 33, 0),
    ],
)
def test_each_outcome_has_its_condition(legs: list[CallRecord], outcome: str, waited: int | None, hands: int) -> None:
    found = arrival_of(legs, HOME)
    assert found is not None
    assert (found.outcome, found.waited, found.hands) == (outcome, waited, hands)
    assert (found.caller, found.did) == ("+48601234567", "5500")


def test_a_call_that_did_not_come_in_is_none() -> None:
    assert arrival_of([leg(direction="out")], HOME) is None
    assert arrival_of([leg(direction="internal")], HOME) is None
    assert arrival_of([leg(direction="tandem")], HOME) is not None


def test_every_outcome_is_either_taken_or_missed_or_untold_and_has_its_words() -> None:
    assert {*TAKEN, *MISSED, "untold"} == set(OUTCOMES)
    assert set(ABANDONED) < set(MISSED)


LEGS = st.builds(
    leg,
    st.integers(0, 300),
    answered=st.sampled_from([True, False, None]),
    ring_seconds=st.none() | st.integers(0, 90),
    talk_seconds=st.none() | st.integers(0, 90),
    extension=st.sampled_from(["201", "202", None]),
    stages=st.sampled_from([(), ("machine",), ("queue a", "machine"), ("voicemail", "machine"), ("transfer",)]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LEGS, min_size=1, max_size=4))
def test_nobody_is_said_to_have_answered_unless_a_record_says_so_and_no_wait_is_invented(
    legs: list[CallRecord],
) -> None:
    found = arrival_of(legs, HOME)
    assert found is not None
    person = any(one.answered is True and "machine" not in one.stages for one in legs)
    assert (found.outcome in TAKEN) == person
    if found.waited is not None:
        assert found.waited >= 0
        assert found.outcome in (*TAKEN, *ABANDONED)
        # whatever is told of the wait was told by a record
        assert any(one.ring_seconds is not None for one in legs)


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("+48 601 234 567", "+48601234567"),
        ("0048601234567", "+48601234567"),
        ("48601234567", "+48601234567"),
        ("601234567", "+48601234567"),
        ("1234567", "+48221234567"),
        ("sip:+442071234567@198.51.100.7", "+442071234567"),
        ("201", "201"),
        ("99999999999999", "99999999999999"),
        ("anonymous", ""),
        ("", ""),
        ("\u0664\u0662", ""),
    ],
)
def test_a_caller_is_the_same_however_his_number_is_written(shown: str, number: str) -> None:
    assert caller_number(shown, HOME) == number


def test_where_a_caller_is_from() -> None:
    assert origin("+48221234567") == ("Poland", "22", False)
    assert origin("+48601234567") == ("Poland", "", True)
    assert origin("201") == ("", "", False)


def test_a_contact_is_the_number_outside() -> None:
    assert contact_number("out", "+48601234567", "90601234567", None, HOME) == "+48601234567"
    assert contact_number("out", None, "9112", None, HOME) == "9112"
    assert contact_number("in", None, None, CALLER, HOME) == "+48601234567"
    assert contact_number("in", None, "5500", None, HOME) == ""
    assert contact_number("internal", None, "202", None, HOME) == ""


def test_a_percentile_is_a_wait_that_was_and_what_is_not_told_is_not_in_it() -> None:
    waits = Waits()
    assert (waits.mean, waits.percentile(50), waits.longest) == (None, None, None)
    for seconds in (4, 6, 8, 10, 40, None):
        waits.add(seconds)
    assert (waits.told, waits.untold, waits.mean) == (5, 1, 13.6)
    assert [waits.percentile(percent) for percent in (1, 20, 50, 80, 81, 100)] == [4, 4, 8, 10, 40, 40]
    assert waits.within(8) == 3


def test_how_it_stands_with_somebody_who_was_missed() -> None:
    def later(at: int, *, inward: bool, spoken: bool) -> Later:
        return Later("+48601234567", at, inward, at, spoken)

    again, tried = later(1, inward=True, spoken=False), later(2, inward=False, spoken=False)
    assert standing([]) == (STANDINGS[0], None)
    assert standing([again]) == (STANDINGS[0], None)
    assert standing([again, tried]) == (STANDINGS[1], 2)
    assert standing([tried, later(3, inward=False, spoken=True)]) == ("called back", 3)
    assert standing([later(3, inward=True, spoken=True), tried]) == ("called again", 3)
