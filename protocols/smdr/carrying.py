"""What stands before a record and belongs to it: a date that is sent once a day, or printed once at the head of a page. Pure.

Some exchanges do not write the date into each record. A record must be readable by itself all the same: it is stored as
it came, and is read again from the store years later, after a restart, or alone. So what was said before is put in
front of each record where the stream is cut: `CONTEXT RS ROW`, where RS is the sign that ASCII has for parting records
(0x1E). The state of a feed is then nothing but what its last record carries, and the store keeps that with the record
in one commit: a file is read on after a restart with the last stored record in hand (`resumed`).

A dialect says what a context line is; it gives the line in a form of its own, short, and the same when asked again.
A row that nothing was said before carries nothing, and its parser says that it has no date.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from protocols.framing import Framer
from protocols.records import Frame

SEPARATOR: Final = b"\x1e"
#: What a context line may be long, in its short form: a date, or the place of each column of a file with titles.
LONGEST: Final = 400

ContextOf: TypeAlias = Callable[[bytes], bytes | None]
"""The short form of a line that says something of the rows after it; None for any other line."""


Advance: TypeAlias = Callable[[bytes, bytes], bytes]
"""What is carried from a line on, of what was carried before it: for rows that tell something of those behind them too."""


class CarryingFramer:
    """Puts the last context line in front of every record behind it; positions stay those of the record's own bytes."""

    __slots__ = ("_advance", "_carried", "_context_of", "_inner")

    def __init__(
        self, inner: Framer, context_of: ContextOf, carried: bytes = b"", advance: Advance | None = None
    ) -> None:
        self._inner, self._context_of, self._carried, self._advance = inner, context_of, carried, advance

    @property
    def pending(self) -> int:
        """How many bytes are held for a record that is not complete yet."""
        return self._inner.pending

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the records that they complete."""
        return [self._with_context(frame) for frame in self._inner.feed(data)]

    def end(self) -> list[Frame]:
        """Say that the stream is over."""
        return [self._with_context(frame) for frame in self._inner.end()]

    def _with_context(self, frame: Frame) -> Frame:
        context = self._context_of(frame.data) if frame.fault is None else None
        if self._advance is not None and frame.fault is None:
            self._carried = self._advance(self._carried, frame.data)[:LONGEST]
        elif context is not None:
            self._carried = context[:LONGEST]
        if context is not None:
            return frame
        return frame._replace(data=self._carried + SEPARATOR + frame.data) if self._carried else frame


def parted(data: bytes) -> tuple[bytes, bytes]:
    """What a record carries, and its own bytes; nothing is carried by a record that stands alone."""
    context, found, row = data.partition(SEPARATOR)
    return (context, row) if found else (b"", data)


def bare(data: bytes) -> bytes:
    """A record's own bytes, as the exchange sent them."""
    return parted(data)[1]


def resumed(last: bytes, context_of: ContextOf) -> bytes:
    """What the record after this stored one carries."""
    context, row = parted(last)
    return (context_of(row) or context)[:LONGEST]
