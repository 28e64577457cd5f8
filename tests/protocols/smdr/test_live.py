"""Of a call as it begins only the dialling is kept; records go on byte for byte, however the stream is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.framing import BlockFramer
from protocols.smdr.live import Sieve
from protocols.smdr.sessions import AmiSession

CDR = b"Event: Cdr\r\nSource: 205\r\nDestination: 112\r\nLastData: PJSIP/112@trunk1\r\n\r\n"
OTHER = b"Event: Newstate\r\nPrivilege: call,all\r\nChannelState: 6\r\n\r\n"


def dial_begin(*, exten: str = "9112", string: str = "112@trunk1", to: str = "PJSIP/trunk1-0000001a") -> bytes:
    """A DialBegin of Asterisk 18, shortened to what matters and some of what does not."""
    lines = [
        "Event: DialBegin", "Privilege: call,all", "Channel: PJSIP/205-00000019", "ChannelState: 4", "CallerIDNum: 205",
        "CallerIDName: Room 205", "Language: en", f"Exten: {exten}", "Uniqueid: 1795295208.47", "Linkedid: 1795295208.46",
        f"DestChannel: {to}", "DestLinkedid: 1795295208.46", f"DialString: {string}", "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def test_a_dialling_says_who_dials_what_over_which_trunk_and_of_which_call() -> None:
    sieve = Sieve()
    assert sieve.feed(OTHER + dial_begin() + OTHER) == b""
    (dialling,) = sieve.taken()
    assert (dialling.extension, dialling.numbers, dialling.call_key) == ("205", ("9112", "112"), "1795295208.46")
    assert dialling.trunk(frozenset()) == "trunk1"
    assert sieve.taken() == []


@pytest.mark.parametrize(
    ("string", "number"),
    [
        ("112@trunk1", "112"), ("trunk1/112", "112"), ("PJSIP/112@trunk1", "112"), ("SIP/777", "777"),
        ("PJSIP/trunk1/sip:112@10.0.0.1", "112"), ("DAHDI/g1/112", "112"), ("reception", None), ("", None),
    ],
)  # fmt: skip
def test_the_number_is_found_in_every_way_to_dial(string: str, number: str | None) -> None:
    sieve = Sieve()
    sieve.feed(dial_begin(exten="", string=string))
    assert sieve.taken()[0].numbers == (() if number is None else (number,))


@pytest.mark.parametrize(
    ("channel", "trunks", "trunk"),
    [
        ("PJSIP/112-00000021", frozenset(), None),  # a room whose extension is 112
        ("PJSIP/112-00000021", frozenset({"112"}), "112"),
        ("SIP/48221000-00000021", frozenset({"SIP/48221000"}), "48221000"),
        ("Local/112@internal-00000003;1", frozenset(), None),
        ("DAHDI/i1/112-1", frozenset(), "i1"),
        ("", frozenset(), None),
    ],
)
def test_a_call_within_the_house_goes_over_no_trunk(channel: str, trunks: frozenset[str], trunk: str | None) -> None:
    sieve = Sieve()
    sieve.feed(dial_begin(to=channel))
    assert sieve.taken()[0].trunk(trunks) == trunk


@given(
    st.lists(st.sampled_from([CDR, OTHER, dial_begin(), b"Response: Success\r\n\r\n"])), st.lists(st.integers(1, 80))
)
def test_records_pass_whole_however_the_stream_is_cut(blocks: list[bytes], cuts: list[int]) -> None:
    sieve, framer, stream, passed = Sieve(), BlockFramer(), b"".join(blocks), b""
    for size in [*cuts, len(stream)]:
        passed += sieve.feed(stream[:size])
        stream = stream[size:]
    kept = [block for block in blocks if block.startswith((b"Event: Cdr", b"Response"))]
    assert passed == b"".join(kept)
    assert [frame.data for frame in framer.feed(passed)] == [block.removesuffix(b"\r\n\r\n") for block in kept]
    assert len(sieve.taken()) == blocks.count(dial_begin())


def test_a_record_that_is_cut_off_is_told_at_the_end_and_another_event_is_not() -> None:
    sieve = Sieve()
    assert sieve.feed(OTHER + CDR[:40]) == b""
    assert sieve.rest() == CDR[:40]
    sieve.feed(OTHER[:40])
    assert sieve.rest() == b""


@given(st.binary(max_size=400))
def test_garbage_is_neither_a_crash_nor_kept_for_ever(data: bytes) -> None:
    sieve = Sieve()
    for _ in range(3):
        sieve.feed(b"Event: DialBegin\r\n" + data + b"\r\n\r\n")
    assert len(sieve.taken()) <= 1_200


def test_a_live_session_asks_for_both_classes_and_one_that_is_not_asks_for_records_alone() -> None:
    live = AmiSession("u", "s", live=True)
    said, _ = live.receive(b"Asterisk Call Manager/10.0.0\r\n")
    assert b"\r\nEvents: cdr,call\r\n" in said
    assert live.receive(b"Response: Success\r\n\r\n" + OTHER + CDR + dial_begin()) == (b"", CDR)
    assert [one.numbers for one in live.diallings()] == [("9112", "112")]
    plain = AmiSession("u", "s")
    assert b"\r\nEvents: cdr\r\n" in plain.receive(b"Asterisk Call Manager/10.0.0\r\n")[0]
    assert plain.diallings() == []
