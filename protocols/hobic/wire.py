"""How a printed line travels: HB as a printer would get it, HX (Holidex) between STX and ETX with a checksum.

    HB   LF line CR LF, and FF where a site wants a page for each; the receiver answers ACK or NAK, 'y' or 'n', or nothing
    HX   the sender asks ENQ, the receiver answers ACK; then STX line ETX BCC, and ACK or NAK again

BCC is one byte, the exclusive or of the line and its ETX; some sites count STX too, some leave ETX out. It may have any
value, so it is known by its place, the byte behind ETX, and by nothing else. Anything that is no part of a record is
told and forgotten, and nothing is kept beyond a named limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor
from typing import Final, Literal, TypeAlias

STX, ETX, ENQ, ACK, LF, FF, CR, NAK = 0x02, 0x03, 0x05, 0x06, 0x0A, 0x0C, 0x0D, 0x15

MAX_RECORD: Final = 512
"""Bytes of a record that a receiver takes: twice the longest line."""
MAX_STRAY_KEPT: Final = 16
"""Stray bytes that are told; a peer of another kind would fill the log with itself."""

Framing: TypeAlias = Literal["hb", "hx"]
Answers: TypeAlias = Literal["ack", "yn", "none"]
Covers: TypeAlias = Literal["line+etx", "line", "stx+line+etx"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What both ends of a line have agreed. Raises ValueError with one sentence where they cannot have."""

    framing: Framing = "hb"
    answers: Answers = "ack"
    form_feed: bool = False
    bcc_covers: Covers = "line+etx"

    def __post_init__(self) -> None:
        """See that the framing and its answers go together."""
        if self.framing == "hx" and self.answers == "none":
            raise ValueError('the framing "hx" is acknowledged; answers = "none" is for "hb"')

    @property
    def yes(self) -> bytes:
        """What a receiver answers to a record it has taken."""
        return b"y" if self.answers == "yn" else bytes((ACK,))

    @property
    def no(self) -> bytes:
        """What it answers to one that it has not."""
        return b"n" if self.answers == "yn" else bytes((NAK,))

    def framed(self, line: bytes) -> bytes:
        """A line as it travels. Raises ValueError where it holds a control character."""
        if any(byte < 0x20 or byte == 0x7F for byte in line):
            raise ValueError("a line must not hold control characters: they would end it")
        if self.framing == "hx":
            return bytes((STX, *line, ETX, self.bcc(line)))
        return bytes((LF, *line, CR, LF)) + (bytes((FF,)) if self.form_feed else b"")

    def bcc(self, line: bytes) -> int:
        """The checksum of a line."""
        covered = {"line": line, "line+etx": bytes((*line, ETX)), "stx+line+etx": bytes((STX, *line, ETX))}
        return reduce(xor, covered[self.bcc_covers], 0)

    def answer(self, byte: int) -> bool | None:
        """Whether a byte says yes or no; None if it says neither."""
        said = bytes((byte,)).lower() if self.answers == "yn" else bytes((byte,))
        return {self.yes: True, self.no: False}.get(said)


@dataclass(frozen=True, slots=True)
class Enquired:
    """The sender asks whether we listen."""


@dataclass(frozen=True, slots=True)
class Came:
    """A record came; `fault` says in a sentence why it cannot be trusted, and is empty if it can."""

    line: bytes
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Stray:
    """Bytes that belong to no record; the first of them."""

    data: bytes


Reception: TypeAlias = Enquired | Came | Stray


class _Reading(Enum):
    BETWEEN = "between records"
    LINE = "inside a record"
    BCC = "at the checksum"


class Receiver:
    """The receiving end: cuts the stream into what the sender said. What to answer is for its owner to say."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._reading = _Reading.BETWEEN
        self._line = bytearray()
        self._dropped = 0
        self._stray = bytearray()

    @property
    def pending(self) -> int:
        """How many bytes are held of a record that is not whole yet."""
        return len(self._line)

    def receive(self, data: bytes) -> list[Reception]:
        """Take the next bytes."""
        told: list[Reception] = []
        for byte in data:
            told += self._hx(byte) if self._wire.framing == "hx" else self._hb(byte)
        if self._stray:
            told.append(Stray(bytes(self._stray)))
            self._stray.clear()
        return told

    def _hb(self, byte: int) -> list[Reception]:
        if byte in (LF, FF, CR):
            return self._whole("") if self._line else []
        self._keep(byte)
        return []

    def _hx(self, byte: int) -> list[Reception]:
        if self._reading is _Reading.BCC:
            self._reading = _Reading.BETWEEN
            right = self._wire.bcc(bytes(self._line))
            return self._whole("" if byte == right else f"its checksum is {byte:02X} instead of {right:02X}")
        if byte == STX:
            self._reading = _Reading.LINE
            self._line.clear()
            self._dropped = 0
        elif self._reading is _Reading.LINE and byte == ETX:
            self._reading = _Reading.BCC
        elif self._reading is _Reading.LINE:
            self._keep(byte)
        elif byte == ENQ:
            return [Enquired()]
        elif len(self._stray) < MAX_STRAY_KEPT:
            self._stray.append(byte)
        return []

    def _keep(self, byte: int) -> None:
        if len(self._line) < MAX_RECORD:
            self._line.append(byte)
        else:
            self._dropped += 1

    def _whole(self, fault: str) -> list[Reception]:
        line, dropped = bytes(self._line), self._dropped
        self._line.clear()
        self._dropped = 0
        if dropped:
            fault = f"it is {len(line) + dropped} bytes long, {MAX_RECORD} are the most"
        elif not fault and any(one < 0x20 or one >= 0x7F for one in line):
            fault = "it holds bytes that no line has"
        return [Came(line, fault)]
