"""Protects the promise that a line arrives as it was sent or is known not to have, however the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.hobic.wire import MAX_RECORD, Came, Enquired, Framing, Receiver, Reception, Stray, Wire

LINE = b"0042 HTL 11/20  0412 08:15    5   13.75 0043123456789      I"
LINES = st.binary(max_size=80).map(lambda raw: bytes(0x20 + byte % 0x5F for byte in raw)).filter(bool)
WIRES = [
    Wire(framing="hb"),
    Wire(framing="hb", form_feed=True, answers="yn"),
    Wire(framing="hb", answers="none"),
    Wire(framing="hx"),
    Wire(framing="hx", answers="yn", bcc_covers="line"),
    Wire(framing="hx", bcc_covers="stx+line+etx"),
]


def received(wire: Wire, *chunks: bytes) -> list[Reception]:
    receiver = Receiver(wire)
    return [one for chunk in chunks for one in receiver.receive(chunk)]


def test_a_line_as_a_printer_gets_it() -> None:
    assert Wire().framed(b"AB") == b"\nAB\r\n"
    assert Wire(form_feed=True).framed(b"AB") == b"\nAB\r\n\x0c"


def test_a_line_with_its_checksum() -> None:
    """A is 41, B is 42: their exclusive or is 03, with ETX 00, with STX 02."""
    assert Wire(framing="hx", bcc_covers="line").framed(b"AB") == b"\x02AB\x03\x03"
    assert Wire(framing="hx").framed(b"AB") == b"\x02AB\x03\x00"
    assert Wire(framing="hx", bcc_covers="stx+line+etx").framed(b"AB") == b"\x02AB\x03\x02"


def test_what_is_never_acknowledged_has_no_checksum_to_answer_to() -> None:
    with pytest.raises(ValueError, match='answers = "none" is for "hb"'):
        Wire(framing="hx", answers="none")


@pytest.mark.parametrize("byte", [*range(0x20), 0x7F])
@pytest.mark.parametrize("framing", ["hb", "hx"])
def test_a_line_cannot_smuggle_a_second_one(framing: Framing, byte: int) -> None:
    with pytest.raises(ValueError, match="control characters"):
        Wire(framing=framing).framed(b"ROOM" + bytes((byte,)) + b"0412")


@given(st.sampled_from(WIRES), st.lists(LINES, max_size=5), st.lists(st.integers(1, 9), max_size=30))
def test_lines_arrive_in_order_however_they_are_cut(wire: Wire, lines: list[bytes], cuts: list[int]) -> None:
    """Byte by byte, all at once, and anything between give the same."""
    stream = b"".join(wire.framed(line) for line in lines)
    whole = received(wire, stream)
    assert whole == [Came(line) for line in lines]
    chunks, place = [], 0
    for cut in cuts:
        chunks.append(stream[place : place + cut])
        place += cut
    assert received(wire, *chunks, stream[place:]) == whole
    assert received(wire, *(bytes((byte,)) for byte in stream)) == whole


@given(LINES, st.integers(1, 60), st.integers(1, 255))
def test_a_byte_that_changed_on_the_way_is_found(line: bytes, place: int, change: int) -> None:
    """One byte between STX and the checksum: no damaged line is ever taken for a whole one."""
    wire = Wire(framing="hx")
    stream = bytearray(wire.framed(line))
    place = 1 + place % (len(line) + 2)
    stream[place] ^= change
    trusted = [one for one in received(wire, bytes(stream)) if isinstance(one, Came) and not one.fault]
    assert trusted == []


def test_enquiries_and_noise_are_told() -> None:
    wire = Wire(framing="hx")
    assert received(wire, b"\x05") == [Enquired()]
    assert received(wire, b"hello\x05") == [Enquired(), Stray(b"hello")]


def test_a_record_that_begins_again_is_the_new_one() -> None:
    wire = Wire(framing="hx")
    assert received(wire, b"\x02half", wire.framed(LINE)) == [Came(LINE)]


@pytest.mark.parametrize("framing", ["hb", "hx"])
def test_a_stream_without_an_end_is_not_kept(framing: Framing) -> None:
    """And the record behind it is read."""
    wire = Wire(framing=framing)
    receiver = Receiver(wire)
    receiver.receive(b"\x02" + b"9" * MAX_RECORD * 3)
    assert receiver.pending <= MAX_RECORD
    end = b"\x03\x00" if framing == "hx" else b"\r\n"
    (came,) = receiver.receive(end)
    assert isinstance(came, Came)
    assert "are the most" in came.fault
    assert receiver.receive(wire.framed(LINE)) == [Came(LINE)]


@given(st.sampled_from(WIRES), st.lists(st.binary(max_size=60), max_size=8))
def test_whatever_comes_nothing_breaks_and_little_is_kept(wire: Wire, chunks: list[bytes]) -> None:
    receiver = Receiver(wire)
    for chunk in chunks:
        receiver.receive(chunk)
        assert receiver.pending <= MAX_RECORD
