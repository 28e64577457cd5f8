"""Protects the promise that no byte from a PMS is mistaken, lost without a word, or able to stop the gateway."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.fias.codec import (
    MAX_RECORD,
    MAX_STRAY_KEPT,
    BadRecord,
    Cut,
    Framed,
    FrameEvent,
    Frames,
    Overlong,
    Stray,
    clean,
    decode,
    encode,
    lrc,
)
from protocols.fias.errors import LocalProtocolError
from protocols.fias.records import Record

ENCODINGS = ["cp850", "cp1252", "cp1251", "cp437", "iso8859-2", "utf-8", "cp936", "cp950", "cp932"]

names = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#+$"), min_size=2, max_size=2)
values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="|"), max_size=40)
records = st.builds(Record, names, st.lists(st.tuples(names, values), max_size=12).map(tuple))
anything = st.text(max_size=30)


def fed(stream: bytes, size: int | None = None) -> list[FrameEvent]:
    """The events of a stream, fed whole or in pieces."""
    frames = Frames()
    pieces = [stream] if size is None else [stream[at : at + size] for at in range(0, len(stream), size)]
    return [event for piece in pieces for event in frames.feed(piece)]


def framed(events: list[FrameEvent]) -> list[bytes]:
    return [event.data for event in events if isinstance(event, Framed)]


# -- frames ------------------------------------------------------------------------------------------------------------


def test_twenty_records_in_one_read_are_twenty_records() -> None:
    stream = b"".join(encode(Record("GI", (("RN", f"{n:04}"),)), "cp850") for n in range(20))
    assert framed(fed(stream)) == [f"GI|RN{n:04}|".encode() for n in range(20)]


def test_a_record_cut_anywhere_is_one_record() -> None:
    stream = encode(Record("PA", (("AS", "OK"), ("P#", "42"))), "cp850")
    for cut in range(len(stream) + 1):
        frames = Frames()
        assert frames.feed(stream[:cut]) + frames.feed(stream[cut:]) == [Framed(b"PA|ASOK|P#42|")]


@given(st.lists(records, max_size=6), st.integers(1, 7))
def test_the_size_of_the_pieces_does_not_matter(said: list[Record], size: int) -> None:
    stream = b"".join(encode(one, "cp850") for one in said)
    assert fed(stream) == fed(stream, size) == [Framed(encode(one, "cp850")[1:-1]) for one in said]


def test_a_peer_that_appends_a_checksum_or_an_acknowledgement_is_understood() -> None:
    one, two = b"LS|DA261120|TI080000|", b"LA|DA261120|TI080003|"
    stream = b"\x02" + one + b"\x03\x76" + b"\x06" + b"\x02" + two + b"\x03\x67\x06"
    assert fed(stream) == fed(stream, 1) == [Framed(one), Framed(two)]


@pytest.mark.parametrize("checksum", [0x02, 0x03, 0x05, 0x06, 0x15, 0x7C, 0x41, 0x00])
def test_an_appended_checksum_of_any_value_costs_no_record(checksum: int) -> None:
    stream = (b"\x02LA|\x03" + bytes([checksum])) * 3
    assert framed(fed(stream)) == framed(fed(stream, 1)) == [b"LA|"] * 3


def test_bytes_outside_a_record_are_told_and_skipped() -> None:
    assert fed(b"HTTP/1.1 400\r\n\x02LA|\x03") == [Stray(b"HTTP/1.1 400", 12), Framed(b"LA|")]


def test_of_a_flood_of_stray_bytes_only_the_first_are_kept() -> None:
    [event] = fed(b"x" * 100_000)
    assert event == Stray(b"x" * MAX_STRAY_KEPT, 100_000)


def test_a_record_that_lost_its_end_does_not_swallow_the_next() -> None:
    assert fed(b"\x02GI|RN04\x02LA|\x03") == [Cut(b"GI|RN04"), Framed(b"LA|")]


def test_an_overlong_record_is_one_event_and_what_follows_is_read() -> None:
    stream = b"\x02" + b"X" * 1_000_000 + b"\x03\x02LA|\x03"
    for size in (None, 4096):
        events = fed(stream, size)
        assert [type(event) for event in events] == [Overlong, Framed]
        assert events[-1] == Framed(b"LA|")
        assert isinstance(events[0], Overlong)
        assert events[0].head == b"X" * MAX_RECORD


def test_the_longest_allowed_record_is_whole() -> None:
    data = b"GI|" + b"N" * (MAX_RECORD - 3)
    assert fed(b"\x02" + data + b"\x03") == [Framed(data)]
    assert fed(b"\x02" + data + b"\x03", 1000) == [Framed(data)]


@given(st.binary(max_size=300), st.integers(1, 40))
def test_no_bytes_raise_and_a_good_record_after_them_is_read(noise: bytes, size: int) -> None:
    stream = noise + b"\x03\x02LS|DA261120|TI080000|\x03"
    assert framed(fed(stream))[-1] == b"LS|DA261120|TI080000|"
    assert framed(fed(stream)) == framed(fed(stream, size))


@given(st.binary(max_size=400))
def test_what_is_framed_contains_no_frame_marks(noise: bytes) -> None:
    for data in framed(fed(noise)):
        assert 0x02 not in data
        assert 0x03 not in data


def test_half_a_character_that_resembles_a_start_mark_is_no_start_mark() -> None:
    name = "中\N{LATIN CAPITAL LETTER A WITH TILDE}"  # in UTF-8 with bytes 82 and 83, which seven bits make 02 and 03
    written = encode(Record("GI", (("GN", "炂\u00c3\u0142"), ("GF", name))), "utf-8")
    assert b"\x82" in written
    assert fed(written, 1) == [Framed(written[1:-1])]


# -- records -----------------------------------------------------------------------------------------------------------


def test_fields_keep_their_order_and_their_repeats() -> None:
    move = decode(b"GC|G#77001|RN0518|GSN|RO0412|GSY|", "cp850")
    assert isinstance(move, Record)
    assert move.fields == (("G#", "77001"), ("RN", "0518"), ("GS", "N"), ("RO", "0412"), ("GS", "Y"))
    assert move.all("GS") == ("N", "Y")


def test_an_empty_field_is_there_but_says_nothing() -> None:
    answer = decode(b"PA|RN0412|ASOK|P#93803011|DA261120|TI155638|GN|ID|SO|WS|C#|", "utf-8")
    assert isinstance(answer, Record)
    assert answer.first("GN") is None
    assert answer.has("GN")
    assert answer.first("P#") == "93803011"


def test_the_swap_flag_has_no_value_and_counts_by_being_there() -> None:
    listed = decode(b"GI|RN0412|SF|", "cp850")
    assert isinstance(listed, Record)
    assert listed.has("SF")
    assert listed.first("SF") is None


def test_a_missing_last_bar_is_forgiven() -> None:
    assert decode(b"LS|DA261120|TI080000", "cp850") == Record("LS", (("DA", "261120"), ("TI", "080000")))


def test_a_bar_inside_a_name_does_not_cost_the_check_in() -> None:
    odd = decode(b"GI|RN0412|GNMiller|x|G#77001|", "cp850")
    assert isinstance(odd, Record)
    assert (odd.first("RN"), odd.first("G#"), odd.first("GN")) == ("0412", "77001", "Miller")
    assert odd.marks == ("'x' between two bars is too short to be a field",)


def test_a_code_page_that_does_not_fit_loses_nothing_and_leaves_a_mark() -> None:
    read = decode(b"GI|RN0412|GNM\xfcller|", "utf-8")
    assert isinstance(read, Record)
    assert read.first("GN") == "M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller"
    assert read.marks == ("not all of it is utf-8; read as Latin-1",)


@pytest.mark.parametrize("encoding", ["cp936", "cp950", "cp932"])
def test_a_bar_that_is_half_a_character_is_no_bar(encoding: str) -> None:
    name = next(char for char in map(chr, range(0x4E00, 0x9FFF)) if b"|" in char.encode(encoding, "ignore"))
    read = decode(b"GI|RN0412|GN" + name.encode(encoding) + b"|G#77001|", encoding)
    assert isinstance(read, Record)
    assert read.first("GN") == name
    assert read.first("G#") == "77001"


@pytest.mark.parametrize("data", [b"", b"|", b"L", b"LRGI|FLRN|", b"<Login/>", b"  |RN1|", b"\xff\xfe|"])
def test_what_is_no_record_is_a_value_with_a_reason(data: bytes) -> None:
    read = decode(data, "cp850")
    assert isinstance(read, BadRecord)
    assert read.data == data
    assert "no record name" in read.reason


@given(st.binary(max_size=200), st.sampled_from(ENCODINGS))
def test_no_bytes_make_the_decoder_raise(data: bytes, encoding: str) -> None:
    read = decode(data, encoding)
    assert isinstance(read, Record | BadRecord)


@given(records, st.sampled_from(ENCODINGS))
def test_what_is_written_is_read_back(said: Record, encoding: str) -> None:
    assert decode(encode(said, encoding)[1:-1], encoding) == said


@given(names, anything, st.sampled_from(ENCODINGS))
def test_no_text_can_break_out_of_its_field(name: str, text: str, encoding: str) -> None:
    written = encode(Record("GI", ((name, text), ("ZZ", "end"))), encoding)
    assert [type(event) for event in fed(written)] == [Framed]
    read = decode(written[1:-1], encoding)
    assert isinstance(read, Record)
    assert [key for key, _ in read.fields] == [name, "ZZ"]


def test_every_field_is_closed_also_the_last_and_the_empty_one() -> None:
    assert encode(Record("GI", (("RN", "0412"), ("SF", ""))), "cp850") == b"\x02GI|RN0412|SF|\x03"


def test_what_the_code_page_lacks_becomes_a_question_mark() -> None:
    assert encode(Record("PS", (("CT", "Łódź"),)), "cp850") == b"\x02PS|CT?\xa2d?|\x03"


@pytest.mark.parametrize("kind", ["", "P", "PSX", "P|", "\x02S", "ŁS"])
def test_a_name_that_is_not_two_plain_characters_is_our_own_mistake(kind: str) -> None:
    with pytest.raises(LocalProtocolError, match="two plain characters"):
        encode(Record(kind), "cp850")


def test_cleaning_removes_bars_and_controls_and_nothing_else() -> None:
    assert clean("a|b\x00\x1f\x7f\r\nc é|") == "abc é"


# -- checksum ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        (b"LS|DA261120|TI080000|", 0x76),
        (b"LA|DA261120|TI080003|", 0x67),
        (b"LE|DA261120|TI235900|", 0x65),
        (b"LD|DA261120|TI080001|V#0.1|IFCA|", 0x37),
        (b"PS|RN0412|PTC|TA1375|DA261120|TI081530|P#42|", 0x51),
        (b"12345", 0x32),
        (b"", 0x03),
    ],
)
def test_the_checksum_covers_the_record_and_its_end_mark(data: bytes, checksum: int) -> None:
    assert lrc(data) == checksum


@given(st.binary(max_size=100), st.integers(0, 99), st.integers(1, 255))
def test_one_changed_byte_changes_the_checksum(data: bytes, at: int, flip: int) -> None:
    if at < len(data):
        changed = bytearray(data)
        changed[at] ^= flip
        assert lrc(bytes(changed)) != lrc(data)
