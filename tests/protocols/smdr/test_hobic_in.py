"""Protects the taking of priced lines: none is acknowledged before it is kept, and a damaged one is asked for again."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from protocols.smdr.catalog import DIALECTS
from protocols.smdr.counting import Counter
from protocols.smdr.hobic_in import HobicSession
from protocols.smdr.sessions import PlainSession
from protocols.smdr.settings import SourceSettings

HOBIC = DIALECTS["hobic"]
LINE = b"0001 HTL 11/21   205 10:00    3   13.75 00447700900123     I"
ENQ, ACK, NAK = b"\x05", b"\x06", b"\x15"


def framed(line: bytes, off: int = 0) -> bytes:
    checksum = 0x03
    for byte in line:
        checksum ^= byte
    return b"\x02" + line + b"\x03" + bytes((checksum ^ off,))


def test_an_enquiry_is_answered_at_once_and_a_line_when_it_is_kept() -> None:
    session = HOBIC.session({"framing": "hx"}, transport="listen")
    assert session.receive(ENQ) == (ACK, b"")
    assert session.receive(framed(LINE)) == (b"", LINE + b"\n")
    assert session.committed(1) == ACK


def test_a_line_with_a_wrong_checksum_is_refused_and_goes_no_further() -> None:
    session = HOBIC.session({"framing": "hx"}, transport="serial")
    assert session.receive(framed(LINE, off=1)) == (NAK, b"")
    assert session.receive(framed(LINE)) == (b"", LINE + b"\n")


@pytest.mark.parametrize(("answers", "said"), [("ack", ACK * 2), ("yn", b"yy"), ("none", b"")])
def test_printed_lines_are_acknowledged_as_the_machine_wants_it(answers: str, said: bytes) -> None:
    session = HOBIC.session({"answers": answers}, transport="connect")
    assert session.receive(b"\n" + LINE + b"\r\n\f\n" + LINE + b"\r\n") == (b"", (LINE + b"\n") * 2)
    assert session.committed(2) == said


def test_a_file_has_no_conversation() -> None:
    assert isinstance(HOBIC.session({}, transport="file"), PlainSession)
    assert isinstance(HOBIC.session({}, transport="listen"), HobicSession)


def test_lines_are_counted_where_the_site_says_so() -> None:
    assert HOBIC.counter({}) is None
    assert HOBIC.counter({"count_lines": "yes"}) == Counter(first=1, last=9999)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"line": "{room:>5}"}, "without a column {charge"),
        ({"framing": "hx", "answers": "none"}, 'the framing "hx" is acknowledged'),
        ({"point": "dot"}, "the option point is 'dot'"),
    ],
)
def test_a_line_that_cannot_be_agreed_on_is_told(options: dict[str, str], words: str) -> None:
    told = HOBIC.check(SourceSettings(timezone=ZoneInfo("UTC"), options=options))
    assert any(words in one for one in told)
