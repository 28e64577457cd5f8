"""Protects the gateway from what a wire may send: no parser raises, and what it returns is bounded."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.records import CallRecord, HotelEvent, Parsed
from protocols.smdr.as_json import as_json
from protocols.smdr.catalog import DIALECTS
from tests.protocols.smdr.samples import NOW, frames, parser, sample, sample_sets, streamed

RECORDS: dict[str, list[bytes]] = {
    "asterisk": [
        frame.data
        for name, transport in (("Master.csv", "file"), ("ami_cdr_events.txt", "connect"))
        for frame in frames("asterisk", sample(f"asterisk/{name}"), transport)
    ],
}
for one in sample_sets():
    known = parser(one.dialect, options=one.options)
    cut = streamed(DIALECTS[one.dialect], one.data, one.transport, one.options)
    read = [frame.data for frame in cut if isinstance(known(frame.data, one.now), CallRecord | HotelEvent)]
    RECORDS.setdefault(one.dialect, []).extend(read)
PARSERS = {name: parser(name) for name in DIALECTS}
NAMES = st.sampled_from(sorted(DIALECTS))

# A splice: where, how much is replaced, and by what.
SPLICES = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.integers(0, 6),
        st.one_of(
            st.binary(max_size=6), st.sampled_from([b",", b'"', b"\xff", b"99999999999", b"-", b":", b"@", b"&"])
        ),
    ),
    max_size=4,
)


def check(parsed: Parsed, raw: bytes) -> None:
    """Hold a parsed record to what everyone who gets it relies on."""
    shown = json.dumps(as_json(parsed, raw, 1))
    assert len(shown) < 20_000 + 12 * len(raw)
    if isinstance(parsed, CallRecord):
        assert parsed.start.tzinfo is not None
        assert parsed.end is None or parsed.end.tzinfo is not None
        assert all(
            seconds is None or seconds >= 0
            for seconds in (parsed.ring_seconds, parsed.talk_seconds, parsed.hold_seconds)
        )
        assert parsed.dialled is None or parsed.dialled.removeprefix("+").isdecimal()
        assert all(len(words) < 300 for words in parsed.warnings)
    else:
        assert parsed.reason
        assert len(parsed.reason) < 300


@given(NAMES, st.binary(max_size=400))
def test_bytes_that_are_no_record_are_kept_with_a_reason(name: str, data: bytes) -> None:
    check(PARSERS[name](data, NOW), data)


@given(st.data(), NAMES, SPLICES)
def test_a_damaged_record_never_raises(data: st.DataObject, name: str, splices: list[tuple[int, int, bytes]]) -> None:
    record = data.draw(st.sampled_from(RECORDS[name]))
    for at, length, put in splices:
        record = record[:at] + put + record[at + length :]
    check(PARSERS[name](record, NOW), record)


@given(st.data(), NAMES, st.integers(0, 400))
def test_a_record_cut_short_never_raises(data: st.DataObject, name: str, length: int) -> None:
    record = data.draw(st.sampled_from(RECORDS[name]))[:length]
    check(PARSERS[name](record, NOW), record)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_no_dialect_takes_another_ones_records_for_calls(name: str) -> None:
    taken = [
        (other, record)
        for other, records in RECORDS.items()
        if other != name
        for record in records
        if isinstance(PARSERS[name](record, NOW), CallRecord | HotelEvent)
    ]
    assert taken == []


@given(NAMES, st.lists(st.integers(1, 700), max_size=10))
def test_records_do_not_depend_on_how_their_bytes_arrive(name: str, steps: list[int]) -> None:
    stream = b"".join(record + b"\r\n\r\n" for record in RECORDS[name])
    whole = frames(name, stream)
    framer = DIALECTS[name].framer(transport="file")
    found, at = [], 0
    for step in [*steps, len(stream)]:
        found += framer.feed(stream[at : at + step])
        at += step
    assert found + framer.end() == whole
