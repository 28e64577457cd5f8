"""Protects the promise that a call of an Avaya IP Office is read as it was made, whatever the release sends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from protocols.records import CallRecord, Furniture, Parsed, Unparsed
from protocols.smdr.as_json import as_json
from tests.protocols.smdr.samples import NOW, call, expected, frames, parser, present, sample

SEGMENT = (
    "2026/11/21 16:33:19,00:00:05,3,203,O,902155512345,902155512345,,0,1000044,0,E203,Extn203,T9005,Line 5.1,0,0,"
    ",,,,,,,,,,,,"
).split(",")


def read(zone_record: bytes) -> Parsed:
    return parser("avaya-ipoffice")(zone_record, NOW)


def segment(**changed: str) -> bytes:
    """Write the sample segment with some fields changed, by their number from 1: `f5="I"`."""
    row = list(SEGMENT)
    for name, value in changed.items():
        row[int(name[1:]) - 1] = value
    return ",".join(row).encode()


@pytest.mark.parametrize("number", range(10))
def test_a_sample_segment_says_what_is_written_beside_it(number: int) -> None:
    frame = frames("avaya-ipoffice", sample("avaya-ipoffice/segments.txt"))[number]
    shown = present(as_json(parser("avaya-ipoffice")(frame.data, NOW), frame.data, 1))
    assert shown == expected("avaya-ipoffice/segments.json")[number]


def test_the_samples_are_of_every_length_seen() -> None:
    lengths = {frame.data.count(b",") + 1 for frame in frames("avaya-ipoffice", sample("avaya-ipoffice/segments.txt"))}
    assert {17, 30, 34, 35, 37} <= lengths


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"f1": "2026/13/21 16:33:19"},
            "column 1 (call start) holds '2026/13/21', expected a date between 1980 and 2199",
        ),
        ({"f1": "2026/11/21 25:33:19"}, "column 1 (call start) holds '25:33:19', expected a time of day"),
        ({"f1": ""}, "column 1 (call start) holds '', expected year/month/day hours:minutes:seconds"),
        ({"f2": "00:61:00"}, "column 2 (connected time) holds '00:61:00', expected hours:minutes:seconds"),
        ({"f2": "-0:00:05"}, "column 2 (connected time) holds '-0:00:05', expected hours:minutes:seconds"),
        ({"f3": "3s"}, "column 3 (ring time) holds '3s', expected a whole number"),
        ({"f3": "٣"}, "column 3 (ring time) holds '٣', expected a whole number"),
        ({"f5": "X"}, "column 5 (direction) holds 'X', expected I or O"),
        ({"f9": "7"}, "column 9 (is internal) holds '7', expected 0 or 1"),
        ({"f11": ""}, "column 11 (continuation) holds '', expected 0 or 1"),
        ({"f16": "x" * 500}, "column 16 (hold time) holds '" + "x" * 39 + "…', expected a whole number"),
    ],
)
def test_an_impossible_value_is_named_with_its_column(changed: dict[str, str], reason: str) -> None:
    assert read(segment(**changed)) == Unparsed(reason)


def test_a_line_with_too_few_fields_says_how_many() -> None:
    reason = "the line has 3 fields between commas; an IP Office record has at least 17"
    assert read(b"2026/11/21 16:33:19,00:00:05,3") == Unparsed(reason)


def test_blank_lines_rulers_and_titles_are_furniture() -> None:
    assert isinstance(read(b""), Furniture)
    assert isinstance(read(b"-----"), Furniture)
    assert isinstance(read(b"Call Start,Connected Time,Ring Time"), Furniture)


def test_a_call_is_unanswered_only_when_it_ends_without_talk() -> None:
    assert call(read(segment(f2="00:00:00"))).answered is False
    assert call(read(segment(f2="00:00:00", f11="1"))).answered is None
    assert call(read(segment(f11="1"))).answered is True


@pytest.mark.parametrize(
    ("first", "second", "direction", "extension", "trunk"),
    [
        ("E203", "T9005", "O", "203", "T9005"),
        ("T9005", "E203", "O", "203", "T9005"),
        ("V9502", "T9005", "I", "902155512345", "T9005"),
        ("V11002", "T9002", "O", "203", "T9002"),
        ("E0123", "V9051", "O", "0123", None),
    ],
)
def test_extension_and_trunk_are_found_on_either_side(
    first: str, second: str, direction: str, extension: str, trunk: str | None
) -> None:
    found = call(read(segment(f5=direction, f12=first, f14=second)))
    assert (found.extension, found.trunk) == (extension, trunk)


@pytest.mark.parametrize(
    ("sent", "dialled", "warned"),
    [
        ("902155512345", "902155512345", False),
        ("8262623#", "8262623", False),
        ("+48221234567", "+48221234567", False),
        ("902155512345@192.0.2.1", "902155512345", False),
        ("9w02155512345", "902155512345", True),
        ("", None, False),
    ],
)
def test_the_number_dialled_is_kept_in_digits(sent: str, dialled: str | None, warned: bool) -> None:
    found = call(read(segment(f6=sent, f7=sent)))
    assert found.dialled == dialled
    assert bool(found.warnings) is warned


def test_commas_in_both_names_move_nothing() -> None:
    moved = segment(f13="Smith, John, Dr.", f15="Line 5.1, outside", f16="7")
    found = call(read(moved))
    assert (found.trunk, found.hold_seconds, found.park_seconds) == ("T9005", 7, 0)
    assert len(found.warnings) == 2


def test_a_comma_in_a_name_without_other_words_is_seen_too() -> None:
    found = call(read(segment(f13="Smith,214", f15="")))
    assert (found.trunk, found.hold_seconds) == ("T9005", 0)


def test_call_units_that_are_no_number_do_not_cost_the_record() -> None:
    found = call(read(segment(f24="n/a")))
    assert found.pulses is None
    assert found.warnings == ("the call units hold 'n/a', not a whole number; they are left out",)
    assert call(read(segment(f24="  12.00"))).pulses == 12


def test_the_hour_that_came_twice_is_the_first_with_a_warning_where_nothing_decides() -> None:
    found = call(read(segment(f1="2026/10/25 02:30:00")))
    assert found.start.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert found.warnings == ("the clock showed 2026-10-25 02:30:00 twice that night; the first time is taken",)


def test_an_hour_that_never_was_is_read_with_a_warning() -> None:
    found = call(read(segment(f1="2026/03/29 02:30:00")))
    assert found.start.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert found.warnings == ("the clock never showed 2026-03-29 02:30:00: it was put forward over it",)


def test_a_name_that_is_not_utf_8_does_no_harm() -> None:
    assert isinstance(read(segment(f13="@").replace(b"@", b"M\xfcller")), CallRecord)
