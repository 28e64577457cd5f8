"""Protects the promise that a printed line tells the room and the money that it was given, or is not printed at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.hobic.lines import (
    GENERIC,
    MAX_LINE,
    PricedCall,
    Template,
    Unfit,
    charge_of,
    minutes,
    read,
    sequence_of,
    template,
    write,
)

CALL = PricedCall(
    sequence=42,
    hotel="HTL",
    room="0412",
    at=datetime(2026, 11, 20, 8, 15, 30),
    talk_seconds=252,
    charge=1375,
    number="0043123456789",
    call_class="I",
    place="Austria",
    reservation="77001",
)


def printed(text: str, call: PricedCall = CALL, **how: Any) -> str | Unfit:
    return write(template(text, **how), call)


def test_the_generic_record_is_the_one_everybody_knows() -> None:
    """Sequence, hotel, date, extension, time, minutes, charge, number, class."""
    assert printed(GENERIC) == "0042 HTL 11/20  0412 08:15    5   13.75 0043123456789      I"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{room:<6}{charge:07}", "0412  0013.75"),
        ("{room:>4},{charge:>8},{date:YYYYMMDD},{time:HHMMSS}", "0412,   13.75,20261120,081530"),
        ("{date:DD.MM.YY} {room:<4} {charge:>6} {seconds:05}", "20.11.26 0412  13.75 00252"),
        ("{{{room:<4}}}{charge:>5}", "{0412}13.75"),
        ("{room:<4} ${charge:>6} {place:<4} {reservation:<3} {number:<5}", "0412 $ 13.75 Aust 770 00431"),
    ],
)
def test_a_site_writes_its_own_line(text: str, line: str) -> None:
    assert printed(text) == line


def test_decimals_and_their_point_are_the_sites() -> None:
    assert printed("{room:<4}{charge:>8}", point="") == "0412    1375"
    assert printed("{room:<4}{charge:>8}", point=",") == "0412   13,75"
    assert printed("{room:<4}{charge:>8}", decimals=0) == "0412    1375"
    assert printed("{room:<4}{charge:>8}", decimals=3) == "0412   1.375"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"room": "Royal Suite"}, "wider than its column"),
        ({"room": ""}, "names no room"),
        ({"room": "4\n12"}, "cannot hold"),
        ({"room": "4ü12"}, "cannot hold"),
        ({"charge": 123456789}, "wider than its column"),
        ({"talk_seconds": 60 * 10_000}, "wider than its column"),
        ({"call_class": "INT"}, "wider than its column"),
    ],
)
def test_what_would_be_another_charge_is_not_printed(change: dict[str, Any], words: str) -> None:
    """Neither a room nor an amount is ever cut or changed."""
    line = printed(GENERIC, PricedCall(**{**fields(CALL), **change}))
    assert isinstance(line, Unfit)
    assert words in line.why


def test_money_that_goes_back_is_not_hidden_behind_zeros() -> None:
    back = PricedCall(**{**fields(CALL), "charge": -1375})
    assert printed("{room:<4}{charge:>8}", back) == "0412  -13.75"
    assert isinstance(printed("{room:<4}{charge:08}", back), Unfit)


def test_a_number_that_is_too_long_is_cut_and_nothing_ends_a_line() -> None:
    long = PricedCall(**{**fields(CALL), "number": "9" * 30 + "\r\n\x02"})
    line = printed(GENERIC, long)
    assert isinstance(line, str)
    assert "9" * 18 + " I" in line
    assert line.isprintable()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{room:<4}", "without a column {charge"),
        ("{charge:>7}", "without a column {room"),
        ("{room:<4}{charge:>7}{room:<4}", "stands there twice"),
        ("{room:<4}{charge}", "how wide"),
        ("{room:<0}{charge:>7}", "how wide"),
        ("{rooom:<4}{charge:>7}", 'no column "rooom"'),
        ("{room:<4}{charge:>7}}", "single }"),
        ("{room:<4}{charge:>7}{date:dd}", "no form of a date"),
        ("{room:<4}{charge:>7}{time:HH:NN}", "no form of a time"),
        ("{room:04}{charge:>7}", "zeros before a text"),
        ("{room:<4}{charge:>7}é", "printable ASCII"),
        ("{room:<4}{charge:>7}{number:<250}", "240 are the most"),
    ],
)
def test_a_template_that_cannot_work_is_told_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as told:
        template(text)
    assert words in str(told.value)


@pytest.mark.parametrize(
    ("seconds", "up", "half_up", "down"),
    [(0, 0, 0, 0), (1, 1, 0, 0), (29, 1, 0, 0), (30, 1, 1, 0), (60, 1, 1, 1), (61, 2, 1, 1), (90, 2, 2, 1)],
)
def test_minutes_are_rounded_as_the_site_says(seconds: int, up: int, half_up: int, down: int) -> None:
    assert [minutes(seconds, whole) for whole in ("up", "half-up", "down")] == [up, half_up, down]


@given(st.integers(1, 10**9), st.integers(1, 6))
def test_a_sequence_number_is_never_0_and_follows_its_neighbour(number: int, width: int) -> None:
    highest = 10**width - 1
    here, after = sequence_of(number, width), sequence_of(number + 1, width)
    assert 1 <= here <= highest
    assert after == (here + 1 if here < highest else 1)


COLUMNS = st.permutations(
    [
        "{sequence:04}",
        "{hotel:<6}",
        "{date:MM/DD/YYYY}",
        "{room:>8}",
        "{time:HH:MM:SS}",
        "{minutes:>5}",
        "{seconds:06}",
        "{charge:>12}",
        "{number:<20}",
        "{class:<1}",
        "{place:<10}",
    ]
)
TEMPLATES = st.builds(
    lambda columns, between, decimals, point: template(between.join(columns), decimals=decimals, point=point),
    COLUMNS,
    st.sampled_from(["", " ", ",", "{{", " | "]),
    st.integers(0, 4),
    st.sampled_from([".", ",", ""]),
)
WORDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=8)
CALLS = st.builds(
    PricedCall,
    sequence=st.integers(1, 10**8),
    hotel=WORDS.map(lambda word: word[:6]),
    room=WORDS,
    at=st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)),
    talk_seconds=st.integers(0, 90_000),
    charge=st.integers(-(10**7), 10**7),
    number=st.text("0123456789*#", max_size=40),
    call_class=st.sampled_from(["L", "N", "I"]),
    place=st.text(max_size=30),
)


@given(TEMPLATES, CALLS)
def test_what_is_printed_is_read_again_and_every_line_is_as_wide_as_the_others(
    made: Template, call: PricedCall
) -> None:
    """The law of both ends: the room, the money and the moment that were written are the ones that are read."""
    line = write(made, call)
    assert isinstance(line, str)
    assert len(line) == made.width <= MAX_LINE
    values = read(made, line)
    assert not isinstance(values, Unfit)
    assert values["room"] == call.room
    assert charge_of(made, values) == call.charge
    assert values["date"] == call.at.strftime("%m/%d/%Y")
    assert values["time"] == call.at.strftime("%H:%M:%S")
    assert int(values["seconds"]) == call.talk_seconds
    assert call.number.startswith(values["number"])
    assert int(values["sequence"]) == sequence_of(call.sequence, 4)


@given(TEMPLATES, st.text(max_size=120))
def test_whatever_is_read_never_breaks_a_reader(made: Template, line: str) -> None:
    values = read(made, line)
    if not isinstance(values, Unfit):
        charge_of(made, values)


@given(st.text(max_size=40))
def test_whatever_is_written_as_a_template_is_one_or_a_sentence(text: str) -> None:
    try:
        made = template(text)
    except ValueError:
        return
    assert made.column("room") is not None


def fields(call: PricedCall) -> dict[str, Any]:
    return {name: getattr(call, name) for name in PricedCall.__dataclass_fields__}
