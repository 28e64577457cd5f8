"""Protects the promise that no record is lost or changed by the way its bytes arrive."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocols.framing import CUT_OFF, KEPT_OF_LONG_RECORD, MAX_RECORD, BlockFramer, Framer, LineFramer, NulFramer
from protocols.records import Frame
from protocols.smdr.asterisk import StreamFramer
from protocols.smdr.nortel import ContinuedFramer

FRAMERS: dict[str, Callable[[int], Framer]] = {
    "lines": LineFramer,
    "blocks": BlockFramer,
    "asterisk": StreamFramer,
    "nuls": NulFramer,
    "continued": ContinuedFramer,
}


def cut(framer: Framer, chunks: Sequence[bytes]) -> list[Frame]:
    """Feed a stream in these chunks, and end it."""
    found = [frame for chunk in chunks for frame in framer.feed(chunk)]
    return found + framer.end()


def singly(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def data_of(frames: list[Frame]) -> list[bytes]:
    return [frame.data for frame in frames]


# -- lines -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_each_line_end_ends_a_record(end: bytes) -> None:
    assert data_of(LineFramer().feed(b"one" + end + b"two" + end + b"three")) == [b"one", b"two"]


def test_places_are_exact_and_count_from_the_start_given() -> None:
    framer = LineFramer(start=100)
    assert framer.feed(b"one\r\ntwo\r\n\r\nthr") == [
        Frame(b"one", 100, 105),
        Frame(b"two", 105, 110),
        Frame(b"", 110, 112),
    ]
    assert framer.pending == 3
    assert framer.feed(b"ee\n") == [Frame(b"three", 112, 118)]
    assert framer.pending == 0


def test_a_cr_that_ends_a_chunk_waits_for_its_lf() -> None:
    framer = LineFramer()
    assert framer.feed(b"one\r") == []
    assert framer.feed(b"\ntwo") == [Frame(b"one", 0, 5)]


def test_once_a_cr_has_stood_alone_every_cr_ends_its_record_at_once() -> None:
    framer = LineFramer()
    framer.feed(b"one\r")
    assert framer.feed(b"two\r") == [Frame(b"one", 0, 4), Frame(b"two", 4, 8)]
    assert framer.feed(b"three\r") == [Frame(b"three", 8, 14)]


def test_nuls_before_a_record_are_left_out() -> None:
    assert LineFramer().feed(b"\0\0\0one\r\n\0two\r\n") == [Frame(b"one", 3, 8), Frame(b"two", 9, 14)]


def test_a_stream_of_nuls_takes_no_memory() -> None:
    framer = LineFramer()
    for _ in range(50):
        assert framer.feed(b"\0" * 10_000) == []
    assert framer.pending == 0
    assert framer.feed(b"one\n") == [Frame(b"one", 500_000, 500_004)]


def test_a_line_of_a_megabyte_is_one_frame_with_its_head_and_nothing_after_it_suffers() -> None:
    framer = LineFramer()
    most = 0
    found: list[Frame] = []
    for _ in range(256):
        found += framer.feed(b"x" * 4_096)
        most = max(most, framer.pending)
    found += framer.feed(b"\r\nnext\r\n")
    assert most <= MAX_RECORD
    assert [frame.data for frame in found] == [b"x" * KEPT_OF_LONG_RECORD, b"next"]
    assert found[0].fault == f"the record is 1048576 bytes long, longer than {MAX_RECORD}; only its first 4096 are kept"
    assert (found[0].start, found[0].end) == (0, 1_048_578)
    assert found[1] == Frame(b"next", 1_048_578, 1_048_584)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_longest_record_is_whole_and_one_byte_more_is_not(end: bytes) -> None:
    (whole,) = LineFramer().feed(b"x" * MAX_RECORD + end)
    assert whole.fault is None
    assert len(whole.data) == MAX_RECORD
    (long,) = LineFramer().feed(b"x" * (MAX_RECORD + 1) + end)
    assert long.fault is not None


def test_what_is_left_at_the_end_comes_out_with_a_fault() -> None:
    framer = LineFramer()
    framer.feed(b"one\ntw")
    assert framer.end() == [Frame(b"tw", 4, 6, CUT_OFF)]
    assert framer.end() == []


def test_a_cr_at_the_very_end_ends_a_whole_record() -> None:
    framer = LineFramer()
    framer.feed(b"one\r")
    assert framer.end() == [Frame(b"one", 0, 4)]


# -- blocks ----------------------------------------------------------------------------------------------------------


def test_a_block_ends_with_a_blank_line() -> None:
    framer = BlockFramer(start=10)
    assert framer.feed(b"A: 1\r\nB: 2\r\n\r\nC: 3\r\n") == [Frame(b"A: 1\r\nB: 2", 10, 24)]
    assert framer.feed(b"\r\n") == [Frame(b"C: 3", 24, 32)]


def test_blank_lines_before_a_block_are_left_out() -> None:
    assert BlockFramer().feed(b"\0\r\n\r\nA: 1\n\n\n\nB: 2\n\n") == [Frame(b"A: 1", 5, 11), Frame(b"B: 2", 13, 19)]


def test_an_endless_block_is_bounded_and_ends_with_the_next_blank_line() -> None:
    framer = BlockFramer()
    most = 0
    for _ in range(100):
        assert framer.feed(b"Key: value\r\n" * 100) == []
        most = max(most, framer.pending)
    found = framer.feed(b"\r\nNext: 1\r\n\r\n")
    assert most < MAX_RECORD + 16
    assert [len(frame.data) for frame in found] == [KEPT_OF_LONG_RECORD, 7]
    assert found[0].fault is not None
    assert (found[0].end, found[1].start) == (120_002, 120_002)


def test_a_block_cut_off_by_the_end_says_so() -> None:
    framer = BlockFramer()
    framer.feed(b"A: 1\r\nB:")
    assert framer.end() == [Frame(b"A: 1\r\nB:", 0, 8, CUT_OFF)]


# -- Asterisk: rows or events ----------------------------------------------------------------------------------------


def test_an_asterisk_stream_shows_by_its_first_bytes_what_it_is() -> None:
    assert data_of(StreamFramer().feed(b"Event: Cdr\r\nA: 1\r\n\r\n")) == [b"Event: Cdr\r\nA: 1"]
    assert data_of(StreamFramer().feed(b'"","205"\n"","206"\n')) == [b'"","205"', b'"","206"']


def test_an_asterisk_stream_that_has_shown_too_little_is_held() -> None:
    framer = StreamFramer(start=5)
    assert framer.feed(b"\r\nEve") == []
    assert framer.pending == 5
    assert framer.feed(b"n,thing\n") == [Frame(b"", 5, 7), Frame(b"Even,thing", 7, 18)]


def test_an_asterisk_stream_of_blanks_is_bounded() -> None:
    framer = StreamFramer()
    for _ in range(100):
        framer.feed(b"\0" * 1_000)
    assert framer.pending <= 5_096


# -- all -------------------------------------------------------------------------------------------------------------

# Drawn, not parametrized: pytest-twisted wraps a hypothesis test anew for each parameter, which breaks the second.
KINDS = st.sampled_from(sorted(FRAMERS))

# Bytes that matter to a framer, more often than chance would draw them.
STREAMS = st.lists(
    st.one_of(
        st.sampled_from([b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\0", b"\0\0", b"Event: Cdr\r\n", b'"a","b"\n']),
        st.binary(max_size=6),
        st.sampled_from([b"x" * MAX_RECORD, b"y" * (MAX_RECORD - 1), b"z" * 3]),
    ),
    max_size=14,
).map(b"".join)


@given(kind=KINDS, stream=STREAMS, points=st.lists(st.integers(0, 100_000), max_size=8), start=st.integers(0, 2**40))
@example(kind="lines", stream=b"a\r\r\nb\r\n", points=[2], start=0)
@example(
    kind="blocks",
    stream=b"x" * MAX_RECORD + b"\r\n\r\nEvent: Cdr\r\n\r\n",
    points=[MAX_RECORD + 1, MAX_RECORD + 2],
    start=0,
)
def test_frames_do_not_depend_on_how_the_bytes_are_divided(
    kind: str, stream: bytes, points: list[int], start: int
) -> None:
    whole = cut(FRAMERS[kind](start), [stream])
    edges = [0, *sorted(point % (len(stream) + 1) for point in points), len(stream)]
    chunks = [stream[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    assert cut(FRAMERS[kind](start), chunks) == whole


@given(
    kind=KINDS,
    stream=st.lists(st.sampled_from([b"\r", b"\n", b"\0", b"a", b"E", b"vent: "]), max_size=40).map(b"".join),
)
def test_byte_by_byte_gives_the_same_frames(kind: str, stream: bytes) -> None:
    assert cut(FRAMERS[kind](0), singly(stream)) == cut(FRAMERS[kind](0), [stream])


@given(kind=KINDS, stream=STREAMS)
def test_places_are_in_order_and_data_is_what_stands_there(kind: str, stream: bytes) -> None:
    reached = 0
    for frame in cut(FRAMERS[kind](0), [stream]):
        assert reached <= frame.start <= frame.end <= len(stream)
        assert stream[frame.start :].startswith(frame.data)
        assert len(frame.data) <= MAX_RECORD
        reached = frame.end


@given(stream=STREAMS)
def test_no_byte_of_a_line_is_lost(stream: bytes) -> None:
    """What stands between frames is line ends and leading NULs, nothing else."""
    reached = 0
    for frame in cut(LineFramer(), [stream]):
        assert set(stream[reached : frame.start]) <= {0x00, 0x0A}
        if frame.fault is None:
            assert stream[frame.start + len(frame.data) : frame.end] in (b"\n", b"\r", b"\r\n")
        reached = frame.end
    assert set(stream[reached:]) <= {0x00, 0x0A}


@given(
    lines=st.lists(st.binary(max_size=30).map(lambda b: b.translate(None, b"\r\n\0")), max_size=8), at=st.integers(0, 7)
)
def test_a_file_can_be_read_on_from_where_a_frame_ended(lines: list[bytes], at: int) -> None:
    stream = b"".join(line + b"\r\n" for line in lines)
    whole = LineFramer().feed(stream)
    here = whole[at].end if at < len(whole) else 0
    assert LineFramer(here).feed(stream[here:]) == [frame for frame in whole if frame.start >= here]


# -- records that end with a NUL, and records of several lines ----------------------------------------------------------


def test_a_nul_ends_a_record_whatever_it_holds() -> None:
    framer = NulFramer(start=10)
    assert framer.feed(b"one\r\n\0two\0\0thr") == [
        Frame(b"one\r\n", 10, 16),
        Frame(b"two", 16, 20),
        Frame(b"", 20, 21),
    ]
    assert framer.pending == 3
    assert framer.end() == [Frame(b"thr", 21, 24, CUT_OFF)]


def test_a_line_with_its_mark_belongs_to_the_line_before_it() -> None:
    framer = ContinuedFramer(start=10)
    assert framer.feed(b"N 001\r\n& 1\r\n& 2\r\n") == []
    assert framer.feed(b"N 002\r\n") == [Frame(b"N 001\n& 1\n& 2", 10, 27)]
    assert framer.end() == [Frame(b"N 002", 27, 34)]
    assert framer.feed(b"& 3\r\n") == [Frame(b"& 3", 34, 39)]
