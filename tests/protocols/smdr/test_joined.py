"""Protects "the trunk leg is charged once": what the records of each sample add up to, in whatever order they come."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from protocols.records import CallRecord
from protocols.smdr.catalog import DIALECTS
from tests.protocols.smdr.samples import FOLDER, SampleSet, parser, sample_sets, streamed

#: Orders of the records of one call that are tried: all of them for up to four records.
MOST_ORDERS = 24


def calls_beside(one: SampleSet) -> list[dict[str, Any]]:
    path = (FOLDER / one.name).with_suffix(".calls.json")
    return json.loads(path.read_text("utf-8")) if path.exists() else []


WANTED = [(one, call) for one in sample_sets() for call in calls_beside(one)]


@pytest.mark.parametrize(("one", "call"), WANTED, ids=[f"{one.name}-{call['call_key']}" for one, call in WANTED])
def test_the_records_of_a_call_add_up_to_what_is_written_beside_them(one: SampleSet, call: dict[str, Any]) -> None:
    dialect, parse = DIALECTS[one.dialect], parser(one.dialect, trunks=one.trunks, options=one.options)
    frames = streamed(dialect, one.data, one.transport, one.options)
    read = [parse(frame.data, one.now) for frame in frames if frame.fault is None]
    legs = [leg for leg in read if isinstance(leg, CallRecord) and leg.call_key == call["call_key"]]
    assert len(legs) == call["records"]
    for order in itertools.islice(itertools.permutations(legs), MOST_ORDERS):
        joined = dialect.join(order)
        charged = [(each.extension, each.dialled, each.trunk, each.talk_seconds) for each in joined.charged]
        assert sorted(charged, key=str) == sorted(map(tuple, call["charged"]), key=str)
        assert sorted(joined.holders) == sorted(call["holders"])
        assert (joined.call.direction, joined.call.answered) == (call["direction"], call["answered"])
        assert joined.complete is call.get("complete", True)
        if joined.shares or len(joined.holders) > 1:
            told = [sum(share.seconds for share in stretch) for stretch in joined.shares]
            assert told == [each.talk_seconds for each in joined.charged]
        shares = [[list(share) for share in stretch] for stretch in joined.shares]
        assert sorted(map(sorted, shares)) == sorted(map(sorted, call.get("shares", [])))


def test_every_dialect_whose_records_can_be_joined_has_a_call_of_several() -> None:
    several = {one.dialect for one, call in WANTED if call["records"] > 1}
    assert {"cisco-cme", "cisco-cucm", "freeswitch", "yate"} <= several
