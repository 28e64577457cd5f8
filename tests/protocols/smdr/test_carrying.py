"""Protects the promise that a record is stored with the day it was written under, through a restart and over a cut anywhere."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from protocols.framing import LineFramer
from protocols.smdr.avaya_cm import context_of
from protocols.smdr.carrying import CarryingFramer, bare, parted, resumed
from protocols.smdr.catalog import DIALECTS
from tests.protocols.smdr.samples import call, parser

LINES = [b"0700 first", b"11 20", b"1542 one", b"", b"1543 two", b"1121", b"0001 three"]
STREAM = b"".join(line + b"\r\n" for line in LINES)


def test_each_row_carries_the_date_above_it_and_the_date_itself_carries_nothing() -> None:
    found = [frame.data for frame in CarryingFramer(LineFramer(), context_of).feed(STREAM)]
    assert found == [
        b"0700 first",
        b"11 20",
        b"1120\x1e1542 one",
        b"1120\x1e",
        b"1120\x1e1543 two",
        b"1121",
        b"1121\x1e0001 three",
    ]
    assert [bare(one) for one in found] == LINES


@given(st.integers(0, len(LINES)))
def test_reading_on_behind_any_stored_record_gives_what_was_read_in_one_go(stored: int) -> None:
    dialect = DIALECTS["avaya-cm"]
    whole = dialect.framer(transport="file").feed(STREAM)
    place, last = (whole[stored - 1].end, whole[stored - 1].data) if stored else (0, b"")
    later = dialect.framer(place, transport="file", last=last).feed(STREAM[place:])
    assert later == whole[stored:]


def test_the_short_form_of_a_context_line_is_its_own_short_form() -> None:
    for line in (b"11 21", b"1121", b"\0\0\0" + b"1121"):
        short = context_of(line)
        assert short is not None
        assert context_of(short) == short
    assert resumed(b"1120\x1e1121", context_of) == b"1121"
    assert resumed(b"1120\x1eATZ", context_of) == b"1120"
    assert parted(b"ATZ") == (b"", b"ATZ")


def test_a_stored_record_read_again_years_later_keeps_its_day() -> None:
    """What is carried has no year; the instant at which it was received, which the store keeps, gives it."""
    record = b"0228\x1e1542 0083 A     501         5550100   201"
    parse = parser("avaya-cm", options={"layout": "printer"})
    assert call(parse(record, datetime(2024, 2, 28, 16, tzinfo=UTC))).end == datetime(2024, 2, 28, 14, 42, tzinfo=UTC)
