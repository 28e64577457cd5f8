"""Protects the promise that a call of a Mitel MiVoice Business is read from the right columns and the right year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.records import CallRecord, Furniture, Parsed, Unparsed
from protocols.smdr.as_json import as_json
from tests.protocols.smdr.samples import MITEL_FORMS, NOW, call, expected, frames, parser, present, sample

#        ...+....1....+....2....+....3....+....4....+....5....+....6....+....7....+....8....+....9
RECORD = " 11/21 11:42  00:08:29 214       902155512345              A T021                         "


def read(record: str, now: datetime = NOW, **options: str) -> Parsed:
    return parser("mitel-mivb", options=options)(record.encode("latin-1"), now)


def placed(**at: str) -> str:
    """Write the sample record with texts put at columns, counted from 1: `c60="B"`."""
    row = list(RECORD)
    for column, text in at.items():
        start = int(column[1:]) - 1
        row[start : start + len(text)] = text
    return "".join(row)


@pytest.mark.parametrize("form", MITEL_FORMS)
def test_sample_records_of_each_width_say_what_is_written_beside_them(form: str) -> None:
    parse = parser("mitel-mivb")
    found = [
        present(as_json(parse(frame.data, NOW), frame.data, 1))
        for frame in frames("mitel-mivb", sample(f"mitel-mivb/{form}.txt"))
    ]
    assert found == expected(f"mitel-mivb/{form}.json")


@pytest.mark.parametrize(
    ("day", "now", "year"),
    [
        ("12/31", datetime(2027, 1, 1, 0, 5, tzinfo=UTC), 2026),
        ("01/01", datetime(2026, 12, 31, 22, 59, tzinfo=UTC), 2027),
        ("01/01", datetime(2026, 12, 31, 23, 1, tzinfo=UTC), 2027),
        ("11/21", datetime(2026, 11, 21, 10, 42, tzinfo=UTC), 2026),
        ("11/22", datetime(2026, 11, 21, 10, 42, tzinfo=UTC), 2026),
        ("02/29", datetime(2028, 3, 1, tzinfo=UTC), 2028),
        ("02/29", datetime(2027, 1, 10, tzinfo=UTC), 2028),
        ("02/29", datetime(2025, 6, 1, tzinfo=UTC), 2024),
        ("02/29", datetime(2101, 1, 1, tzinfo=UTC), 2104),
    ],
)
def test_the_missing_year_is_the_one_nearest_to_now(day: str, now: datetime, year: int) -> None:
    assert call(read(placed(c2=day), now)).start.year == year


@given(day=st.dates(date(2000, 1, 1), date(2098, 12, 31)), late=st.integers(-150, 150))
def test_a_record_read_within_five_months_gets_its_own_year(day: date, late: int) -> None:
    now = datetime.combine(day, time(12), UTC) + timedelta(days=late)
    assert call(read(placed(c2=f"{day:%m/%d}"), now)).start.date() == day


@pytest.mark.parametrize(
    ("shown", "half", "clock", "hour"),
    [
        ("11:42", " ", "24", 11),
        ("11:42", "P", "24", 23),
        ("11:42", "p", "24", 23),
        ("12:42", "P", "24", 12),
        ("12:42", "A", "24", 0),
        ("12:42", " ", "24", 12),
        ("12:42", " ", "12", 0),
        ("11:42", " ", "12", 11),
        ("17:42", "P", "24", 17),
        ("00:42", " ", "12", 0),
    ],
)
def test_the_start_is_read_in_twelve_and_twenty_four_hours(shown: str, half: str, clock: str, hour: int) -> None:
    assert call(read(placed(c8=shown, c13=half), clock=clock)).start.hour == hour


def test_meter_pulses_are_read_where_the_option_says_so() -> None:
    record = placed(c55="00042")
    assert call(read(record, pulses="yes")).pulses == 42
    assert call(read(record, pulses="yes")).dialled == "902155512345"
    assert call(read(record)).pulses is None
    assert call(read(placed(c34="90215551234567890123456789"))).dialled == "90215551234567890123456789"


@pytest.mark.parametrize(
    ("calling", "called", "digits", "completion", "direction"),
    [
        ("214 ", "T021", "9021", " ", "out"),
        ("T102", "214 ", "214 ", " ", "in"),
        ("X102", "ATT1", "    ", " ", "in"),
        ("T102", "    ", "    ", "E", "in"),
        ("T102", "X082", "9021", "A", "tandem"),
        ("214 ", "215 ", "215 ", "I", "internal"),
        ("214 ", "    ", "215 ", "I", "internal"),
        ("214 ", "215 ", "215 ", "O", "internal"),
        ("214 ", "    ", "9021", " ", "out"),
        ("214 ", "    ", "    ", " ", "unknown"),
        ("    ", "    ", "    ", " ", "unknown"),
    ],
)
def test_the_trunk_among_the_parties_gives_the_direction(
    calling: str, called: str, digits: str, completion: str, direction: str
) -> None:
    record = placed(c24=calling, c34=digits.ljust(26), c60=completion, c62=called)
    assert call(read(record)).direction == direction


@pytest.mark.parametrize(
    ("calling", "called", "to_answer", "completion", "duration", "answered", "ring"),
    [
        ("214 ", "T021", "    ", "A", "00:00:10", True, None),
        ("214 ", "T021", "    ", "T", "00:00:10", True, None),
        ("214 ", "T021", "    ", " ", "00:00:10", None, None),
        ("214 ", "T021", "    ", " ", "00:00:00", False, None),
        ("T102", "214 ", " 008", " ", "00:00:10", True, 8),
        ("T102", "ATT1", "*008", " ", "00:00:10", True, 8),
        ("T102", "214 ", " ***", " ", "00:00:10", False, None),
        ("T102", "ATT1", "****", " ", "00:00:00", False, None),
        ("T102", "ATT1", "*   ", " ", "00:00:10", None, None),
        ("T102", "214 ", "0125", " ", "00:00:10", True, 125),
        ("T102", "214 ", "    ", "B", "00:00:10", False, None),
    ],
)
def test_what_the_exchange_says_of_the_answer_is_kept(
    calling: str, called: str, to_answer: str, completion: str, duration: str, answered: bool | None, ring: int | None
) -> None:
    found = call(read(placed(c15=duration, c24=calling, c29=to_answer, c60=completion, c62=called)))
    assert (found.answered, found.ring_seconds) == (answered, ring)


def test_a_long_call_mark_that_disagrees_with_the_duration_is_told() -> None:
    assert call(read(placed(c1="-"))).warnings == ()
    assert call(read(placed(c1=" "))).warnings == ()
    assert call(read(placed(c1="+"))).warnings == (
        "the long-call mark '+' does not agree with the duration of 509 seconds",
    )


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ({"c2": "13/45"}, "columns 2-6 (date) holds '13/45', expected a month and a day"),
        ({"c2": "02/30"}, "columns 2-6 (date) holds '02/30', expected a month and a day"),
        ({"c8": "24:00"}, "columns 8-12 (start time) holds '24:00:00', expected a time of day"),
        ({"c13": "X"}, "column 13 (half of day) holds 'X', expected P, A or a blank"),
        ({"c15": "00:61:00"}, "columns 15-22 (duration) holds '00:61:00', expected hours:minutes:seconds"),
        ({"c29": "0x08"}, "columns 29-32 (time to answer) holds '0x08', expected a whole number"),
    ],
)
def test_an_impossible_value_is_named_with_its_columns(at: dict[str, str], reason: str) -> None:
    assert read(placed(**at)) == Unparsed(reason)


def test_a_record_cut_off_before_the_called_party_is_not_guessed_at() -> None:
    assert read(RECORD[:61]) == Unparsed(
        "the record is 61 columns long, cut off before column 62; the form is standard columns"
    )
    assert isinstance(read(RECORD.rstrip()), CallRecord)


def test_a_record_whose_leading_blank_was_cut_off_is_read_all_the_same() -> None:
    assert read(RECORD.lstrip()) == read(RECORD)


@pytest.mark.parametrize("line", ["", "   ", "-" * 80])
def test_what_belongs_to_the_page_is_furniture(line: str) -> None:
    assert isinstance(read(line), Furniture)


@pytest.mark.parametrize("line", ["ATZ", "garbage \x00\xff", "2026/11/21 16:33:19,00:00:05", "x" * 16_384])
def test_anything_else_is_unparsed_with_a_bounded_reason(line: str) -> None:
    found = read(line)
    assert isinstance(found, Unparsed)
    assert len(found.reason) < 250
