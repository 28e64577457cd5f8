"""Cutting a stream of bytes into records.

An exchange sends records back to back over a connection, or appends them to a file; the reads that bring them
here stop anywhere: in the middle of a record, between CR and LF, or after twenty records at once. A framer takes
whatever came and gives back the whole records in it, each with the place in the stream where it stood, so that a
file can be read on from exactly there. What it gives does not depend on how the bytes were divided: byte by byte
and all at once give the same frames (the tests hold it to that).

A framer never raises and never keeps more than a named limit: a record that outgrows it comes out as one frame
with its head and a fault, and the stream goes on after its terminator. It knows no dialect; which framer a
source needs is said in `protocols.smdr.catalog`.
"""

from __future__ import annotations

import re
from typing import Protocol

from protocols.records import Frame

# The longest call record any dialect describes is under 1 KiB (Asterisk drops longer rows itself); 16 KiB leaves
# room for a vendor's additions and is the limit Twisted's own line receiver uses.
MAX_RECORD = 16_384

# How much of an over-long record is kept to be shown: enough to see what kind of data came in.
KEPT_OF_LONG_RECORD = 4_096

CUT_OFF = "the stream ended before the end of this record"


#: Part of what is said of a record of which only the beginning was kept.
_LONGER = "longer than"


def _too_long(length: int) -> str:
    return f"the record is {length} bytes long, {_LONGER} {MAX_RECORD}; only its first {KEPT_OF_LONG_RECORD} are kept"


def is_part(reason: str) -> bool:
    """Whether this was said of a record of which a part is not there: a number in it may be a part of a number."""
    return reason == CUT_OFF or _LONGER in reason


class Framer(Protocol):
    """Something that cuts a stream into records."""

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the records that they complete."""
        ...

    def end(self) -> list[Frame]:
        """Say that the stream is over: a remainder comes out as a frame with a fault."""
        ...

    @property
    def pending(self) -> int:
        """How many bytes are held for a record that is not complete yet."""
        ...


class LineFramer:
    """Cuts a stream into lines ended by LF, CR LF or CR.

    Leading NUL bytes, which some exchanges send when they connect, are left out. A blank line is a frame without
    data. `start` is the place in the stream of the first byte that will be fed.

    A CR that is the last byte read is held until the next byte shows whether an LF belongs to it; once the stream
    has shown a CR that stands alone, every CR ends its record at once, so that only the first record of a CR-only
    feed waits for its successor.
    """

    __slots__ = ("_bare_cr", "_dropped", "_position", "_skip_lf", "_tail")

    def __init__(self, start: int = 0) -> None:
        self._tail = b""
        self._dropped = 0  # bytes of an over-long record that stood between its kept head and what comes next
        self._position = start  # place of the first byte of _tail
        self._bare_cr = False
        self._skip_lf = False

    @property
    def pending(self) -> int:
        """How many bytes are held for a record that is not complete yet."""
        return len(self._tail)

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the lines that they complete."""
        if self._skip_lf and data:
            self._skip_lf = False
            if data[0] == 0x0A:
                self._position += 1
                data = data[1:]
        pieces = (self._tail + data if self._tail else data).splitlines(True)
        rest = b""
        if pieces and not pieces[-1].endswith(b"\n") and not (self._bare_cr and pieces[-1].endswith(b"\r")):
            rest = pieces.pop()
        frames = [self._frame(piece) for piece in pieces]
        # A CR just seen alone ends what follows it at once, in this very chunk too.
        if self._bare_cr and rest.endswith(b"\r"):
            frames.append(self._frame(rest))
            rest = b""
        if self._bare_cr and data and not rest and data.endswith(b"\r"):
            self._skip_lf = True
        self._hold(rest)
        return frames

    def end(self) -> list[Frame]:
        """Give out what is held: a line ended by the CR that was held is whole, any other is cut off."""
        tail, position, dropped = self._tail, self._position, self._dropped
        self._tail, self._dropped, self._position = b"", 0, position + len(tail) + dropped
        if not tail:
            return []
        data = tail.removesuffix(b"\r")
        fault = _too_long(len(data) + dropped) if dropped else None if data != tail else CUT_OFF
        return [Frame(data[:KEPT_OF_LONG_RECORD] if dropped else data, position, self._position, fault)]

    def _frame(self, piece: bytes) -> Frame:
        """Make a frame of a line with its terminator, and step over it."""
        start = self._position
        end = start + len(piece) + self._dropped
        if piece.endswith(b"\r\n"):
            data = piece[:-2]
            if self._bare_cr:  # the frame ended with the CR already; the LF is stepped over
                end -= 1
                self._position = end + 1
            else:
                self._position = end
        else:
            self._bare_cr = self._bare_cr or piece.endswith(b"\r")
            data = piece[:-1]
            self._position = end
        if data.startswith(b"\0"):
            whole = len(data)
            data = data.lstrip(b"\0")
            start += whole - len(data)
        length = len(data) + self._dropped
        self._dropped = 0
        if length > MAX_RECORD:
            return Frame(data[:KEPT_OF_LONG_RECORD], start, end, _too_long(length))
        return Frame(data, start, end)

    def _hold(self, rest: bytes) -> None:
        """Keep the beginning of an unfinished line, within the limit."""
        kept = rest.lstrip(b"\0") if not self._dropped else rest
        self._position += len(rest) - len(kept)
        content = kept.removesuffix(b"\r")
        if len(content) + self._dropped > MAX_RECORD:
            head = content[:KEPT_OF_LONG_RECORD]
            self._dropped += len(content) - len(head)
            kept = head + kept[len(content) :]
        self._tail = kept


_BLANK_LINE = re.compile(rb"\r?\n\r?\n")

# The last bytes of an over-long block that may be the beginning of its end: one short of CR LF CR LF.
_END_SEEN_SO_FAR = 3


class _MarkedFramer:
    """What the framers share whose records end with a mark of their own: the bytes held, and a frame made of them."""

    __slots__ = ("_dropped", "_position", "_tail")

    def __init__(self, start: int = 0) -> None:
        self._tail = b""
        self._dropped = 0
        self._position = start

    @property
    def pending(self) -> int:
        """How many bytes are held for a record that is not complete yet."""
        return len(self._tail)

    def end(self) -> list[Frame]:
        """Give out what is held, as a frame with a fault."""
        tail, self._tail = self._tail, b""
        return [self._frame(tail, 0, CUT_OFF)] if tail else []

    def _frame(self, content: bytes, terminator: int, fault: str | None = None) -> Frame:
        start, length = self._position, len(content) + self._dropped
        self._position, self._dropped = start + length + terminator, 0
        if length > MAX_RECORD:
            return Frame(content[:KEPT_OF_LONG_RECORD], start, self._position, _too_long(length))
        return Frame(content, start, self._position, fault)


class BlockFramer(_MarkedFramer):
    """Cuts a stream into blocks of lines that end with a blank line, as the Asterisk manager interface sends.

    The frame keeps the line ends inside the block; blank lines and NULs before a block are left out.
    """

    __slots__ = ()

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the blocks that they complete."""
        seen = max(len(self._tail) - _END_SEEN_SO_FAR, 0)
        text = self._tail + data
        frames: list[Frame] = []
        at = self._skip_blank(text, 0) if not self._dropped else 0
        while (match := _BLANK_LINE.search(text, max(seen, at))) is not None:
            frames.append(self._frame(text[at : match.start()], match.end() - match.start()))
            at = self._skip_blank(text, match.end())
        self._hold(text[at:])
        return frames

    def _skip_blank(self, text: bytes, at: int) -> int:
        """Step over line ends and NULs before a block, and return where the block begins in `text`."""
        first = len(text) - len(text[at:].lstrip(b"\r\n\0"))
        self._position += first - at
        return first

    def _hold(self, rest: bytes) -> None:
        """Keep the beginning of an unfinished block, within the limit."""
        # The possible beginning of the end is not yet known to be content, so it does not count against the limit.
        if len(rest) + self._dropped > MAX_RECORD + _END_SEEN_SO_FAR:
            kept = rest[:KEPT_OF_LONG_RECORD] + rest[-_END_SEEN_SO_FAR:]
            self._dropped += len(rest) - len(kept)
            rest = kept
        self._tail = rest


class NulFramer(_MarkedFramer):
    """Cuts a stream into records that end with a NUL, whatever line ends they hold; two NULs in a row part an empty record."""

    __slots__ = ()

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the records that they complete."""
        *whole, rest = (self._tail + data).split(b"\0")
        frames = [self._frame(content, 1) for content in whole]
        if len(rest) + self._dropped > MAX_RECORD:
            self._dropped += len(rest) - KEPT_OF_LONG_RECORD
            rest = rest[:KEPT_OF_LONG_RECORD]
        self._tail = rest
        return frames
