"""Protects the names under which a call is known in the database, the web API, the exports and `parse --json`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from protocols.framing import MAX_RECORD
from protocols.records import CallRecord, Furniture, HotelEvent, Parsed, Unparsed
from protocols.smdr.as_json import as_json
from tests.protocols.smdr.samples import WARSAW

CALL = CallRecord(direction="out", answered=None, start=datetime(2026, 11, 21, 16, 40, tzinfo=WARSAW))

PROMISED = (
    "kind raw line direction answered start end time_basis ring_seconds talk_seconds hold_seconds park_seconds extension "
    "dialled caller did trunk trunk_in trunk_out trunk_group group_in group_out account_code authorization_code call_key "
    "leg_key more_follows sequence pulses aoc_amount aoc_currency condition warnings"
).split()


def test_a_call_has_every_promised_name_and_no_other() -> None:
    assert sorted(as_json(CALL, b"", 1)) == sorted(PROMISED)


def test_no_field_of_a_call_is_left_out() -> None:
    # Stages are our own reading of several columns, for the reports on calls that came in; they are no promised name.
    assert set(CallRecord._fields) - {"stages"} <= set(as_json(CALL, b"", 1))


def test_absent_is_null_and_instants_have_their_offset() -> None:
    shown = json.loads(json.dumps(as_json(CALL, b"a\0b", 7)))
    assert (shown["kind"], shown["raw"], shown["line"]) == ("call", "a\\x00b", 7)
    assert (shown["start"], shown["end"], shown["answered"]) == ("2026-11-21T16:40:00+01:00", None, None)
    assert shown["warnings"] == []


@pytest.mark.parametrize(("parsed", "kind"), [(Furniture("a blank line"), "furniture"), (Unparsed("no"), "unparsed")])
def test_what_is_no_call_has_its_reason(parsed: Parsed, kind: str) -> None:
    assert isinstance(parsed, Furniture | Unparsed)
    assert as_json(parsed, b"x", 2) == {"kind": kind, "raw": "x", "line": 2, "reason": parsed.reason}


def test_an_event_of_the_hotel_has_what_it_tells() -> None:
    event = HotelEvent(reason="room status", at=datetime(2026, 1, 1, tzinfo=UTC), extension="205", code="3")
    assert as_json(event, b"", 1) == {
        "kind": "event",
        "raw": "",
        "line": 1,
        "reason": "room status",
        "at": "2026-01-01T00:00:00+00:00",
        "extension": "205",
        "code": "3",
    }


def test_raw_is_bounded() -> None:
    assert len(str(as_json(Unparsed("no"), b"\xff" * 100_000, 1)["raw"])) == MAX_RECORD
