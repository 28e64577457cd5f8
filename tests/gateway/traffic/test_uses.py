"""Protects the time a trunk counts as busy: from seizure to release, each trunk of a call, and nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.instants import SECOND, to_micros
from gateway.traffic.uses import LONGEST_USE, Use, use_of_row, uses_from, uses_of_legs, uses_text
from protocols.records import CallRecord
from tests.gateway.rig import NOON

AT = to_micros(NOON)


def leg(after: int = 0, **said: Any) -> CallRecord:
    """A record that begins so many seconds after noon."""
    plain: dict[str, Any] = {"direction": "out", "answered": True, "trunk": "T1", "ring_seconds": 4, "talk_seconds": 60}
    return CallRecord(start=NOON + timedelta(seconds=after), **(plain | said))


def seconds(uses: tuple[Use, ...]) -> list[tuple[str, str, int, int, int]]:
    """Trunk, direction, beginning, end, answered, in seconds after noon."""
    return [
        (one.trunk, one.direction, (one.since - AT) // SECOND, (one.until - AT) // SECOND, one.answered) for one in uses
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, [("T1", "out", 0, 64, 1)]),
        ({"direction": "in"}, [("T1", "in", 0, 64, 1)]),
        ({"answered": False, "talk_seconds": 0, "ring_seconds": 30}, [("T1", "out", 0, 30, 0)]),
        ({"answered": None}, [("T1", "out", 0, 64, 1)]),  # an exchange that cannot tell, but something was talked
        ({"answered": None, "talk_seconds": 0}, [("T1", "out", 0, 4, 0)]),
        ({"hold_seconds": 20, "park_seconds": 5}, [("T1", "out", 0, 89, 1)]),
        ({"end": NOON + timedelta(seconds=70)}, [("T1", "out", 0, 70, 1)]),
        ({"end": NOON}, [("T1", "out", 0, 64, 1)]),  # an end that cannot be is not believed
        ({"direction": "internal", "trunk": None}, []),
        ({"direction": "unknown", "trunk": None}, []),
        ({"trunk": None}, [("", "out", 0, 64, 1)]),
        ({"talk_seconds": -5, "ring_seconds": 0}, [("T1", "out", 0, 0, 1)]),
        (
            {"direction": "tandem", "trunk_in": "T7", "trunk_out": "T8", "trunk": "T8"},
            [("T7", "in", 0, 64, 1), ("T8", "out", 0, 64, 1)],
        ),
    ],
)
def test_one_record(said: dict[str, Any], expected: list[tuple[str, str, int, int, int]]) -> None:
    assert seconds(uses_of_legs([leg(**said)])) == expected


def test_an_attempt_that_found_no_trunk_free_held_none() -> None:
    (use,) = uses_of_legs([leg(condition="CONGESTION", answered=False, talk_seconds=0, ring_seconds=None)])
    assert (use.blocked, use.answered, use.unrung, use.until - use.since) == (1, 0, 0, 0)
    (use,) = uses_of_legs([leg(condition="CONGESTION")])  # it was talked on, so it was not blocked
    assert use.blocked == 0


def test_a_record_without_ringing_says_so() -> None:
    (use,) = uses_of_legs([leg(ring_seconds=None)])
    assert (use.unrung, use.until - use.since) == (1, 60 * SECOND)


def test_a_record_of_a_month_is_cut() -> None:
    (use,) = uses_of_legs([leg(talk_seconds=30 * 86_400)])
    assert use.until - use.since == LONGEST_USE


def test_segments_that_go_on_are_one_seizure() -> None:
    """The same trunk, handed from one extension to the next."""
    assert seconds(uses_of_legs([leg(0, ring_seconds=4), leg(64, ring_seconds=0, talk_seconds=30)])) == [
        ("T1", "out", 0, 94, 1)
    ]


def test_a_segment_that_repeats_the_first_start_goes_on_where_that_ended() -> None:
    assert seconds(uses_of_legs([leg(), leg(ring_seconds=0, talk_seconds=30)])) == [("T1", "out", 0, 94, 1)]


def test_one_channel_told_twice_counts_once() -> None:
    twice = [leg(leg_key="SIP/1-a"), leg(2, leg_key="SIP/1-a", talk_seconds=58)]
    assert seconds(uses_of_legs(twice)) == [("T1", "out", 0, 64, 1)]


def test_two_channels_of_one_trunk_are_two_uses() -> None:
    """A SIP trunk carries many calls under one name."""
    both = [leg(leg_key="SIP/1-a"), leg(10, leg_key="SIP/1-b")]
    assert seconds(uses_of_legs(both)) == [("T1", "out", 0, 64, 1), ("T1", "out", 10, 74, 1)]


def test_a_trunk_taken_again_later_is_a_second_seizure() -> None:
    assert seconds(uses_of_legs([leg(), leg(200, trunk="T2"), leg(300)])) == [
        ("T1", "out", 0, 64, 1),
        ("T2", "out", 200, 264, 1),
        ("T1", "out", 300, 364, 1),
    ]


def test_uses_are_kept_and_read_back() -> None:
    uses = uses_of_legs([leg(), leg(200, trunk="T2", trunk_group="ä")])
    assert tuple(uses_from(uses_text(uses))) == uses
    assert uses_text(uses).isascii()


def test_what_a_row_says_is_what_its_record_says() -> None:
    record = leg(trunk_group="7")
    row = use_of_row("out", 1, AT, 4, 60, "T1", "7")
    assert (row,) == uses_of_legs([record])
