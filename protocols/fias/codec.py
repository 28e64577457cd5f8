"""FIAS bytes to values and back: frames on a TCP stream, records inside a frame.

A frame is STX, the record, ETX; on TCP that is all (specification 2.20.25, chapter 7, "TCP/IP"). Serial lines add a
checksum and acknowledgements and have their own machine, `serial`. Two orders of work matter and are easy to get
wrong. *Frame first, decode after*: a code page applied to the stream, or a seven-bit mask, can make a start mark
out of half a character. *Decode first, split after*: in Chinese and Japanese code pages the second byte of a
character may be the one that means "|".

There is no escape in FIAS: "|" and control characters cannot be said, so `encode` leaves them out. The reader is
more tolerant than the writer: a missing last "|", an LRC or an ACK after a record, bytes between records, a record
without an end. None of it raises: each is skipped or told of as a value.

What must never happen here: unbounded memory (a record ends at MAX_RECORD), a byte of one record counted to the
next, an exception on bytes from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import xor
from typing import Final, TypeAlias

from protocols.fias.errors import LocalProtocolError
from protocols.fias.records import Record

STX: Final = 0x02
ETX: Final = 0x03
ENQ: Final = 0x05
ACK: Final = 0x06
NAK: Final = 0x15

MAX_RECORD: Final = 8_192
"""The longest record kept, in bytes. The specification allows 2,000 characters; four bytes each is the most any
code page needs. What is longer has lost its end, or is no FIAS."""

MAX_STRAY_KEPT: Final = 64
"""How many stray bytes one event shows: enough to recognise another protocol, too few to fill a log."""

MAX_SHOWN: Final = 20
"""How much of a text a sentence quotes."""

_QUIET: Final = bytes((ETX, ENQ, ACK, NAK, 0x00, 0x0A, 0x0D))
"""Bytes between records that need no telling: acknowledgements of serial-minded peers, line ends."""

_FORBIDDEN: Final = dict.fromkeys((*range(0x20), 0x7F, ord("|")))

NAME_LENGTH: Final = 2
"""Every record name and every field name has two characters."""


@dataclass(frozen=True, slots=True)
class Framed:
    """One whole record's bytes, between STX and ETX."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Overlong:
    """A record passed MAX_RECORD without an end; `head` is its beginning, the rest is skipped up to the next STX."""

    head: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A record began before the last one had ended; `data` is what there was of the first."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Stray:
    """Bytes outside any record. `count` is how many in this piece of the stream, `head` how the first of them look."""

    head: bytes
    count: int


FrameEvent: TypeAlias = Framed | Overlong | Cut | Stray


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A frame that holds no record; `reason` is a plain sentence."""

    data: bytes
    reason: str


class Frames:
    """Cuts a byte stream into records. Feed it whatever the socket gives, in pieces of any size."""

    def __init__(self) -> None:
        self._record: bytearray | None = None
        self._after_etx = False
        self._skipping = False

    def feed(self, data: bytes) -> list[FrameEvent]:
        """Take the next piece of the stream and return what it completed, in order."""
        events: list[FrameEvent] = []
        position = 0
        while position < len(data):
            if self._record is None:
                position = self._outside(data, position, events)
            else:
                position = self._inside(self._record, data, position, events)
        return events

    def _outside(self, data: bytes, position: int, events: list[FrameEvent]) -> int:
        start = _next_start(data, position)
        # The first byte after an ETX may be an LRC that the peer appends although TCP wants none.
        between = data[position + self._after_etx : start].translate(None, _QUIET)
        self._after_etx = False
        if between and not self._skipping:
            events.append(Stray(between[:MAX_STRAY_KEPT], len(between)))
        if start < len(data):
            self._record, self._skipping = bytearray(), False
        return start + 1

    def _inside(self, record: bytearray, data: bytes, position: int, events: list[FrameEvent]) -> int:
        stop = _next_mark(data, position)
        record += data[position : min(stop, position + MAX_RECORD + 1 - len(record))]
        if len(record) > MAX_RECORD:
            events.append(Overlong(bytes(record[:MAX_RECORD])))
            self._record, self._skipping = None, True
            return position
        if stop == len(data):
            return stop
        if data[stop] == ETX:
            events.append(Framed(bytes(record)))
            self._record, self._after_etx = None, True
        else:
            self._restart(record, events)
        return stop + 1

    def _restart(self, record: bytearray, events: list[FrameEvent]) -> None:
        """An STX inside a record: the record before it lost its end (or an LRC of 02 looked like a start)."""
        if any(byte not in _QUIET for byte in record):
            events.append(Cut(bytes(record)))
        self._record = bytearray()


def _next_mark(data: bytes, position: int) -> int:
    """Where the next STX or ETX stands, or the end of the data."""
    etx = data.find(ETX, position)
    end = len(data) if etx < 0 else etx
    stx = data.find(STX, position, end)
    return end if stx < 0 else stx


def _next_start(data: bytes, position: int) -> int:
    """Where the next STX stands, or the end of the data: what is between belongs to no record."""
    stx = data.find(STX, position)
    return len(data) if stx < 0 else stx


def decode(data: bytes, encoding: str) -> Record | BadRecord:
    """Read one record from the bytes between STX and ETX.

    Bytes that the code page does not know are read as Latin-1, which loses nothing, and the record is marked. A
    piece too short to be a field is left out and marked: one "|" inside a name must not cost a check-in.
    """
    marks: tuple[str, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        marks = (f"not all of it is {encoding}; read as Latin-1",)
    kind, *pieces = text.split("|")
    if len(kind) != NAME_LENGTH or not kind.isascii() or not kind.isprintable() or " " in kind:
        return BadRecord(data, f"no record name at the start, but {_shown(kind)}")
    return _assembled(kind, pieces, marks)


def _assembled(kind: str, pieces: list[str], marks: tuple[str, ...]) -> Record:
    fields = tuple((piece[:NAME_LENGTH], piece[NAME_LENGTH:]) for piece in pieces if len(piece) >= NAME_LENGTH)
    stray = [piece for piece in pieces if len(piece) == 1]
    if stray:
        marks += (f"{_shown(stray[0])} between two bars is too short to be a field",)
    return Record(kind, fields, marks)


def _shown(text: str) -> str:
    return repr(text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…")


def clean(text: str) -> str:
    """The text without what FIAS cannot say: bars and control characters."""
    if text.isascii() and text.isprintable() and "|" not in text:  # nearly every value there is
        return text
    return text.translate(_FORBIDDEN)


def encode(record: Record, encoding: str) -> bytes:
    """Write a record as a TCP frame: STX, name, every field closed by a bar, ETX.

    Characters that the code page lacks become "?". Raises LocalProtocolError where the record's name or a field's
    name is not two plain characters, because the peer would read something else.
    """
    for name in (record.kind, *(name for name, _ in record.fields)):
        if not _is_name(name):
            raise LocalProtocolError(
                f"{name!r} cannot be the name of a record or field: two plain characters are needed"
            )
    body = "|".join((record.kind, *(name + clean(value) for name, value in record.fields))) + "|"
    return b"\x02" + body.encode(encoding, errors="replace") + b"\x03"


@lru_cache(maxsize=1_000)  # every name of the catalogue, and as many again
def _is_name(name: str) -> bool:
    return len(name) == NAME_LENGTH and name.isascii() and clean(name) == name


def lrc(data: bytes) -> int:
    """The checksum of a record on a serial line: every byte of `data` and the ETX that follows it, combined by XOR.

    `data` is the record as it stands between STX and ETX (specification 2.20.25, chapter 7, "LRC").
    """
    return reduce(xor, data, ETX)
