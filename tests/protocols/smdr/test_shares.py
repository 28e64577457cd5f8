"""Protects "a call that was handed on is charged once, and never with another guest's call": shares without a key."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.intake.live_calls import LiveCall, LiveCalls
from protocols.records import CallRecord
from protocols.smdr.catalog import DIALECTS
from protocols.smdr.shares import Sharing, in_turn, join_shares, marked_later, unmarked
from tests.protocols.smdr.samples import FOLDER, NOW, SampleSet, parser, sample_sets, streamed

FIRST = CallRecord(
    direction="out",
    answered=None,
    start=NOW,
    time_basis="end",
    end=NOW + timedelta(seconds=60),
    talk_seconds=60,
    extension="201",
    dialled="9021555123456",
    trunk="05",
    trunk_out="05",
)
SECOND = FIRST._replace(
    start=NOW + timedelta(seconds=60), end=NOW + timedelta(seconds=180), talk_seconds=120, extension="102", stages=("transfer",)
)  # fmt: skip
BY_MARK = Sharing(marked=marked_later)


def found(sharing: Sharing | None, legs: list[CallRecord]) -> list[LiveCall]:
    """The calls that records make, in the order in which they come."""
    live, calls = LiveCalls(sharing), list[LiveCall]()
    for number, leg in enumerate(legs):
        known = live.find(leg)
        if known is None:
            calls.append(live.begin(number, leg, str(number).encode(), remember=True))
        else:
            known.add(leg, str(number).encode())
    return calls


# -- samples ----------------------------------------------------------------------------------------------------------


def shares_beside(one: SampleSet) -> list[dict[str, Any]]:
    path = (FOLDER / one.name).with_suffix(".shares.json")
    return json.loads(path.read_text("utf-8")) if path.exists() else []


SHARED = [one for one in sample_sets() if shares_beside(one)]


@pytest.mark.parametrize("one", SHARED, ids=[one.name for one in SHARED])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_rows_make_the_calls_that_are_written_beside_them(one: SampleSet, backwards: bool) -> None:
    dialect, parse = DIALECTS[one.dialect], parser(one.dialect, options=one.options)
    read = [parse(frame.data, one.now) for frame in streamed(dialect, one.data, one.transport, one.options)]
    legs = [leg for leg in read if isinstance(leg, CallRecord)]
    calls = found(dialect.sharing(one.options), legs[::-1] if backwards else legs)
    wanted = shares_beside(one)
    assert len(calls) == len(wanted)
    for call, want in zip(calls[::-1] if backwards else calls, wanted, strict=True):
        joined = dialect.join(call.legs)
        charged = [[each.extension, each.dialled, each.trunk, each.talk_seconds] for each in joined.charged]
        assert [charged, joined.call.direction, joined.complete] == [
            want["charged"],
            want["direction"],
            want.get("complete", True),
        ]
        assert (sorted if backwards else list)(joined.holders) == (sorted if backwards else list)(want["holders"])
        apart = found(None, legs)
        assert len(apart) == len(legs)


def test_every_dialect_that_finds_shares_has_a_sample_of_them() -> None:
    usual = {name for name, dialect in DIALECTS.items() if dialect.sharing({}) is not None}
    assert usual == {"panasonic", "nec-sl", "nec-neax"}
    assert usual | {"unify", "avaya-cm"} == {name for name, one in DIALECTS.items() if "handed_on" in one.options}
    assert usual < {one.dialect for one in SHARED}
    assert all(DIALECTS[name].sharing({"handed_on": "apart"}) is None for name in (*usual, "unify", "avaya-cm"))


# -- what makes two records one call, and what does not ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "follows"),
    [
        ({}, True),
        ({"dialled": None}, True),
        ({"direction": "unknown", "dialled": None}, True),
        ({"direction": "unknown", "dialled": "9021555999000"}, False),
        ({"dialled": "9021555999000"}, False),
        ({"trunk": "06"}, False),
        ({"trunk": None}, False),
        ({"extension": "201"}, False),
        ({"extension": "201", "authorization_code": "8812"}, True),
        ({"stages": ()}, False),
        ({"talk_seconds": 0}, False),
        ({"direction": "in", "dialled": None, "caller": "0225550100"}, False),
        ({"end": SECOND.start + timedelta(seconds=125)}, True),
        ({"end": SECOND.start + timedelta(seconds=126)}, False),
        ({"end": SECOND.start + timedelta(seconds=114)}, False),
    ],
)
def test_each_thing_that_speaks_against_it_keeps_two_calls_apart(change: dict[str, Any], follows: bool) -> None:
    later = SECOND._replace(**change)
    assert BY_MARK.follows(FIRST, later) is follows
    assert len(found(BY_MARK, [FIRST, later])) == (1 if follows else 2)
    assert len(found(BY_MARK, [later, FIRST])) == (1 if follows else 2)
    assert len(found(None, [FIRST, later])) == 2


def test_without_a_mark_only_the_site_s_word_joins() -> None:
    plain = SECOND._replace(stages=())
    assert not BY_MARK.follows(FIRST, plain)
    assert Sharing(marked=unmarked).follows(FIRST, plain)
    assert not Sharing(marked=unmarked).follows(FIRST, plain._replace(extension="201"))


def test_a_call_in_between_on_the_trunk_ends_the_search() -> None:
    between = FIRST._replace(extension="202", dialled="9021555999000", talk_seconds=3)
    assert len(found(BY_MARK, [FIRST, between, SECOND])) == 3
    other_trunk = between._replace(trunk="06")
    assert len(found(BY_MARK, [FIRST, other_trunk, SECOND])) == 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 4_000), min_size=1, max_size=6),
    st.integers(0, 59),
    st.sampled_from([1, 60]),
    st.booleans(),
    st.booleans(),
)
def test_a_call_handed_on_any_number_of_times_is_one_charge_for_all_of_it(
    talks: list[int], second: int, resolution: int, ends: bool, backwards: bool
) -> None:
    """Also where the exchange prints minutes only; and a stranger's call before and behind it is never in it."""
    at, legs = NOW + timedelta(seconds=second), []
    for number, talk in enumerate([50, *talks, 200]):
        stranger = number in (0, len(talks) + 1)
        begin, at = at, at + timedelta(seconds=talk)
        shown = at if ends else begin
        shown = shown.replace(second=shown.second if resolution == 1 else 0)
        start = shown - timedelta(seconds=talk) if ends else shown
        legs.append(
            FIRST._replace(
                start=start,
                end=shown if ends else None,
                talk_seconds=talk,
                extension=str(300 + number),
                stages=("transfer",) if number > 1 and not stranger else (),
            )
        )
    calls = found(Sharing(marked=marked_later, resolution=resolution), legs[::-1] if backwards else legs)
    assert sorted(len(call.legs) for call in calls) == sorted([1, len(talks), 1])
    (call,) = (call for call in calls if call.legs[0].extension not in ("300", str(301 + len(talks))))
    joined = join_shares(call.legs)
    assert [(one.extension, one.dialled, one.talk_seconds) for one in joined.charged] == [
        ("301", FIRST.dialled, sum(talks))
    ]
    assert set(joined.holders) == {str(301 + number) for number in range(len(talks))}
    assert joined.complete
    assert joined.call.extension == "301"
    if not backwards:
        assert in_turn(call.legs) == call.legs
