"""Protects the promise that a call is charged once and whole, however many records tell of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.records import CallRecord, Direction, JoinedCall
from protocols.smdr.catalog import DIALECTS
from protocols.smdr.legs import join_linked, join_segments, join_single
from tests.protocols.smdr.samples import NOW, call, frames, parser, sample

START = datetime(2026, 11, 21, 16, 40, tzinfo=UTC)
OUT = CallRecord(
    direction="out",
    answered=True,
    start=START,
    talk_seconds=5,
    extension="203",
    dialled="902155512345",
    trunk="T9005",
    trunk_out="T9005",
    call_key="1000050",
)
INSIDE = OUT._replace(direction="internal", trunk=None, trunk_out=None, dialled="207")


def charges(joined: JoinedCall) -> list[tuple[str | None, int | None]]:
    return [(leg.dialled, leg.talk_seconds) for leg in joined.charged]


# -- a record is a call ----------------------------------------------------------------------------------------------


def test_a_call_out_on_a_trunk_is_charged_once() -> None:
    joined = join_single([OUT])
    assert joined == JoinedCall(call=OUT, charged=(OUT,), holders=("203",), complete=True)


@pytest.mark.parametrize(
    "uncharged",
    [
        INSIDE,
        OUT._replace(direction="in"),
        OUT._replace(answered=False),
        OUT._replace(talk_seconds=0),
        OUT._replace(talk_seconds=None),
        OUT._replace(direction="unknown"),
    ],
)
def test_what_did_not_talk_outward_is_not_charged(uncharged: CallRecord) -> None:
    assert join_single([uncharged]).charged == ()


def test_a_call_of_which_nobody_knows_whether_it_was_answered_is_not_passed_over() -> None:
    assert len(join_single([OUT._replace(answered=None)]).charged) == 1


def test_records_that_nothing_joins_are_not_joined() -> None:
    with pytest.raises(ValueError, match="nothing that joins them"):
        join_single([OUT, OUT])


# -- Avaya IP Office: segments ---------------------------------------------------------------------------------------


def test_segments_of_a_transferred_call_are_one_charge_with_their_times_added() -> None:
    first = OUT._replace(more_follows=True)
    second = OUT._replace(extension="207", talk_seconds=240)  # which repeats the original start, as some releases do
    waiting = join_segments([first])
    assert not waiting.complete
    joined = join_segments([first, second])
    assert joined.complete
    assert charges(joined) == [("902155512345", 245)]
    assert joined.charged[0].more_follows is False
    assert joined.holders == ("203", "207")
    assert (joined.call.extension, joined.call.talk_seconds, joined.call.start) == ("203", 245, START)
    assert joined.warnings == ()


def test_a_consultation_inside_is_talked_but_not_charged() -> None:
    inside = INSIDE._replace(more_follows=True, talk_seconds=30, extension="210")
    joined = join_segments([inside, OUT])
    assert charges(joined) == [("902155512345", 5)]
    assert (joined.call.talk_seconds, joined.call.dialled) == (35, "902155512345")
    assert joined.holders == ("210", "203")


def test_a_call_that_was_only_talked_inside_does_not_look_like_an_answered_call_out() -> None:
    rung = OUT._replace(answered=False, talk_seconds=0, more_follows=True)
    joined = join_segments([rung, INSIDE._replace(talk_seconds=30)])
    assert joined.charged == ()
    assert (joined.call.direction, joined.call.talk_seconds) == ("internal", 30)


def test_an_attempt_that_nobody_answered_is_one_unanswered_call_out() -> None:
    rung = OUT._replace(answered=None, talk_seconds=0, more_follows=True)
    joined = join_segments([rung, rung._replace(answered=False, more_follows=False)])
    assert joined.charged == ()
    assert (joined.call.direction, joined.call.dialled, joined.call.talk_seconds) == ("out", "902155512345", 0)


def test_segments_that_name_different_numbers_are_told() -> None:
    joined = join_segments([OUT._replace(more_follows=True), OUT._replace(dialled="9112")])
    assert charges(joined) == [("902155512345", 10)]
    assert joined.warnings == ("the records of this call name different numbers; the call is charged under the first",)


def test_a_segment_after_the_last_is_told() -> None:
    joined = join_segments([OUT, OUT])
    assert joined.warnings == ("a record followed the one that said it was the last of the call",)


def test_pulses_of_segments_are_added() -> None:
    legs = [OUT._replace(pulses=3, more_follows=True), OUT._replace(pulses=4)]
    assert join_segments(legs).charged[0].pulses == 7


DIRECTIONS: list[Direction] = ["out", "in", "internal", "tandem"]


@given(st.lists(st.tuples(st.sampled_from(DIRECTIONS), st.integers(0, 5_000)), min_size=1))
def test_what_is_charged_is_what_was_talked_outward(talks: list[tuple[Direction, int]]) -> None:
    legs = [
        (OUT if way == "out" else INSIDE)._replace(direction=way, talk_seconds=talk, answered=talk > 0)
        for way, talk in talks
    ]
    joined = join_segments(legs)
    outward = sum(talk for way, talk in talks if way in ("out", "tandem"))
    assert sum(leg.talk_seconds or 0 for leg in joined.charged) == outward
    assert len(joined.charged) == (1 if outward else 0)
    if not joined.charged:
        assert joined.call.direction not in ("out", "tandem") or joined.call.talk_seconds == 0


# -- Asterisk: linked records ----------------------------------------------------------------------------------------


def joined_asterisk(name: str, transport: str) -> dict[str | None, JoinedCall]:
    parse = parser("asterisk")
    legs = [call(parse(frame.data, NOW)) for frame in frames("asterisk", sample(name), transport)]
    key = lambda leg: leg.call_key or ""  # noqa: E731
    return {one: DIALECTS["asterisk"].join(list(group)) for one, group in groupby(sorted(legs, key=key), key)}


@pytest.mark.parametrize(
    ("name", "transport"), [("asterisk/Master.csv", "file"), ("asterisk/ami_cdr_events.txt", "connect")]
)
def test_the_real_records_are_six_calls_of_which_four_cost_money_once_each(name: str, transport: str) -> None:
    joined = joined_asterisk(name, transport)
    assert {key: charges(one) for key, one in joined.items()} == {
        "1795295208.47": [("02155512345", 4)],
        "1795295214.50": [],
        "1795295216.54": [],
        "1795295217.56": [("7330", 3)],
        "1795295223.61": [("1234", 3)],
        "1795295231.67": [("0033144556677", 8)],
    }
    assert all(one.complete and one.holders == ("205",) for one in joined.values())
    busy = joined["1795295214.50"].call
    assert (busy.direction, busy.answered, busy.dialled) == ("out", False, "0441234567")


def test_a_consultation_transfer_makes_two_calls_that_cost_money() -> None:
    first = OUT._replace(leg_key="PJSIP/trunk1-01")
    second = OUT._replace(leg_key="PJSIP/trunk1-02", dialled="0441", talk_seconds=7)
    assert charges(join_linked([first, second])) == [("902155512345", 5), ("0441", 7)]


def test_two_records_of_one_trunk_channel_count_the_time_they_share_once() -> None:
    first = OUT._replace(leg_key="PJSIP/trunk1-01", talk_seconds=10, end=START + timedelta(seconds=12))
    same = first._replace(talk_seconds=12, end=START + timedelta(seconds=20))
    joined = join_linked([first, same])
    assert charges(joined) == [("902155512345", 18)]
    assert "counts once" in joined.charged[0].warnings[0]


def test_two_records_of_one_trunk_channel_that_follow_each_other_are_added() -> None:
    first = OUT._replace(leg_key="PJSIP/trunk1-01", talk_seconds=10, end=START + timedelta(seconds=10))
    then = first._replace(talk_seconds=5, end=START + timedelta(seconds=15))
    assert charges(join_linked([first, then])) == [("902155512345", 15)]


def test_a_call_answered_inside_after_a_busy_trunk_is_not_a_call_out() -> None:
    busy = OUT._replace(answered=False, talk_seconds=0)
    joined = join_linked([busy, INSIDE._replace(talk_seconds=2)])
    assert joined.charged == ()
    assert (joined.call.direction, joined.call.talk_seconds) == ("internal", 2)


def test_the_whole_call_goes_from_the_first_start_to_the_last_end() -> None:
    late = OUT._replace(start=START + timedelta(seconds=30), end=START + timedelta(seconds=90), leg_key="b")
    early = INSIDE._replace(extension="210", end=START + timedelta(seconds=95), leg_key="a")
    whole = join_linked([late, early]).call
    assert (whole.start, whole.end, whole.extension) == (START, START + timedelta(seconds=95), "210")


@pytest.mark.parametrize("join", [join_segments, join_linked, join_single])
def test_no_records_are_no_call(join: object) -> None:
    assert callable(join)
    with pytest.raises(ValueError, match="record"):
        join([])


# -- who held it, and how long ---------------------------------------------------------------------------------------


def shares(joined: JoinedCall) -> list[list[tuple[str, int]]]:
    return [[tuple(share) for share in stretch] for stretch in joined.shares]  # type: ignore[misc]


def held(extension: str | None, seconds: int, **more: object) -> CallRecord:
    return OUT._replace(extension=extension, talk_seconds=seconds, **more)  # type: ignore[arg-type]


def test_each_segment_is_its_telephones_and_one_that_names_none_is_nobodys() -> None:
    legs = [held("203", 10, more_follows=True), held(None, 5, more_follows=True), held("204", 7), held("203", 3)]
    assert shares(join_segments(legs)) == [[("203", 13), ("", 5), ("204", 7)]]


def test_a_call_of_one_telephone_has_no_shares_and_what_was_talked_inside_is_none() -> None:
    assert join_segments([OUT, OUT]).shares == ()
    assert join_single([OUT]).shares == ()
    assert shares(join_segments([OUT, INSIDE._replace(extension="207")])) == [[("203", 5)]]


def test_each_line_has_its_own_shares_and_a_stretch_told_twice_counts_once() -> None:
    """The second record of the first line covers ten seconds more: these are its telephone's."""
    first = held("203", 20, leg_key="a", end=START + timedelta(seconds=20))
    again = held("204", 25, leg_key="a", end=START + timedelta(seconds=30))
    other = held("204", 9, leg_key="b", start=START + timedelta(seconds=40))
    joined = join_linked([again, other, first])
    assert shares(joined) == [[("203", 20), ("204", 10)], [("204", 9)]]
    assert [leg.talk_seconds for leg in joined.charged] == [30, 9]


@given(
    st.lists(
        st.tuples(st.sampled_from(["203", "204", None]), st.integers(0, 90), st.integers(0, 9_999), st.integers(0, 60)),
        min_size=2,
        max_size=5,
    )
)
def test_shares_come_to_the_talk_time_that_is_charged(told: list[tuple[str | None, int, int, int]]) -> None:
    """However records overlap, and with fractions of seconds in their ends."""
    legs = [
        held(who, seconds, leg_key="a", end=START + timedelta(seconds=at + seconds, milliseconds=rest))
        for who, seconds, rest, at in told
    ]
    for join in (join_linked, join_segments):
        joined = join(legs)
        if joined.shares:
            assert [sum(one.seconds for one in stretch) for stretch in joined.shares] == [
                leg.talk_seconds for leg in joined.charged
            ]
