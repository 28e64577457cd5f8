"""FIAS on a serial line: checksum, acknowledgement and repetition, as a pure machine.

On RS-232 a record travels as STX, record, ETX, LRC, and the receiver answers ACK or NAK (specification 2.20.25,
chapter 7, "FIPS"). The rules below are its full-duplex protocol; half duplex was dropped in 2003.

* The LRC is one raw byte of any value: it may itself look like STX, ETX or ENQ, so it is known by its place, the byte
  after ETX, and by nothing else.
* NAK makes the sender send the record again, three times at most; then the record is given up and the owner told.
* Silence, or an answer that is neither, makes the sender ask ENQ, three times at most; the receiver repeats its last
  answer. The record itself is not sent again for an ENQ: that is what keeps a charge from being booked twice when only
  the answer was lost.
* A receiver that has received nothing answers ENQ with NAK, and so does one that has seen a stray byte since.
* One record is under way at a time; the next waits.

What arrives while a record of ours is being written is no concern here: `Write` hands over whole records, and the
answer to the peer's record is a `Write` of its own after it, never inside.

A record that was given up did *not* vanish: `GivenUp` says whether the peer may have it (it never answered) or has
refused its bytes each time (it answered NAK), and the owner decides what that means for a charge.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from protocols.fias.codec import ACK, ENQ, ETX, MAX_RECORD, MAX_STRAY_KEPT, NAK, STX, lrc
from protocols.fias.errors import LocalProtocolError

MAX_WAITING: Final = 1_000
"""Records waiting for the line. A resync of a large hotel comes from the other side; ours are single charges, and a
thousand of them at 9600 baud are two minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialTimers:
    """The line's waits, in seconds, and its limits. The values are the specification's."""

    answer: float = 3.0
    enquiry: float = 3.0
    retries: int = 3
    enquiries: int = 3


@dataclass(frozen=True, slots=True)
class Write:
    """Put these bytes on the line, uninterrupted."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record came whole and with the right checksum; it has been acknowledged."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The peer acknowledged our record: its interface program has it. A business answer is another matter."""

    data: bytes


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Our record was given up. `refused`: the peer answered NAK each time, so it has not taken it; otherwise it never
    gave a clear answer and may have it."""

    data: bytes
    refused: bool
    why: str


@dataclass(frozen=True, slots=True)
class Noise:
    """Something on the line was no part of the protocol; told in a sentence."""

    sentence: str


SerialEvent: TypeAlias = Write | Arrived | Acknowledged | GivenUp | Noise


class _Reading(Enum):
    BETWEEN = "between records"
    RECORD = "inside a record"
    LRC = "at the checksum"
    OVERLONG = "inside a record that is too long"


@dataclass(slots=True)
class _UnderWay:
    """The record that waits for its answer: how often it was sent, and how often its answer was asked for."""

    data: bytes
    due: float
    sends: int = 1
    enquiries: int = 0


class SerialLine:
    """One end of a serial FIAS line. Both ends are alike."""

    def __init__(self, *, timers: SerialTimers | None = None) -> None:
        self._timers = timers or SerialTimers()
        self._reading = _Reading.BETWEEN
        self._record = bytearray()
        self._last_answer = NAK
        self._under_way: _UnderWay | None = None
        self._waiting: deque[bytes] = deque()
        self._noise = bytearray()

    @property
    def idle(self) -> bool:
        """Whether nothing of ours is under way or waiting."""
        return self._under_way is None and not self._waiting

    def due(self) -> float | None:
        """When `tick` wants to be called; None for never."""
        return self._under_way.due if self._under_way else None

    def send(self, data: bytes, now: float) -> list[SerialEvent]:
        """Send a record, given as its bytes between STX and ETX, now or after those before it.

        Raises LocalProtocolError where the bytes hold a frame mark, or where MAX_WAITING records wait already.
        """
        if STX in data or ETX in data:
            raise LocalProtocolError("a record for the line must not contain STX or ETX")
        if len(self._waiting) >= MAX_WAITING:
            raise LocalProtocolError(f"{MAX_WAITING} records wait for the line already")
        self._waiting.append(data)
        return self._send_next(now)

    def receive(self, data: bytes, now: float) -> list[SerialEvent]:
        """Take the next bytes from the line."""
        events: list[SerialEvent] = []
        for byte in data:
            match self._reading:
                case _Reading.BETWEEN:
                    events += self._between(byte, now)
                case _Reading.RECORD:
                    self._inside(byte)
                case _Reading.OVERLONG:
                    events += self._overlong(byte)
                case _Reading.LRC:
                    events += self._checked(byte)
        return events + self._told()

    def tick(self, now: float) -> list[SerialEvent]:
        """Time has passed: ask for a missing answer, or give the record up."""
        under_way = self._under_way
        if under_way is None or under_way.due > now:
            return []
        if under_way.enquiries >= self._timers.enquiries:
            return self._give_up(False, f"no answer, also not to {under_way.enquiries} ENQ", now)
        under_way.enquiries += 1
        under_way.due = now + self._timers.enquiry
        return [Write(bytes((ENQ,)))]

    # -- receiving -------------------------------------------------------------------------------------------------

    def _between(self, byte: int, now: float) -> list[SerialEvent]:
        match byte:
            case _ if byte == STX:
                self._reading = _Reading.RECORD
                self._record.clear()
            case _ if byte == ENQ:
                return [*self._told(), Write(bytes((self._last_answer,)))]
            case _ if byte == ACK:
                return self._told() + self._acknowledged(now)
            case _ if byte == NAK:
                return self._told() + self._refused(now)
            case _:
                # A stray byte may have been a mangled record: the stored answer no longer speaks of the last one.
                self._last_answer = NAK
                if len(self._noise) < MAX_STRAY_KEPT:
                    self._noise.append(byte)
        return []

    def _inside(self, byte: int) -> None:
        if byte == ETX:
            self._reading = _Reading.LRC
        elif byte == STX:
            self._record.clear()
        elif len(self._record) >= MAX_RECORD:
            self._reading = _Reading.OVERLONG
        else:
            self._record.append(byte)

    def _overlong(self, byte: int) -> list[SerialEvent]:
        """Wait for the end of what is no record, so that its bytes are not taken for a conversation."""
        if byte == STX:
            self._reading = _Reading.RECORD
            self._record.clear()
        elif byte == ETX:
            self._reading = _Reading.LRC
            self._record.append(byte)  # one byte past the limit: the checksum cannot help it any more
        return []

    def _checked(self, byte: int) -> list[SerialEvent]:
        data, self._reading = bytes(self._record), _Reading.BETWEEN
        self._record.clear()
        if len(data) <= MAX_RECORD and lrc(data) == byte:
            self._last_answer = ACK
            return [Write(bytes((ACK,))), Arrived(data)]
        self._last_answer = NAK
        why = "is too long" if len(data) > MAX_RECORD else f"has checksum {byte:02X} instead of {lrc(data):02X}"
        return [Write(bytes((NAK,))), Noise(f"a record on the serial line {why}; refused with NAK")]

    def _told(self) -> list[SerialEvent]:
        if not self._noise:
            return []
        heard = bytes(self._noise).hex(" ")
        self._noise.clear()
        return [Noise(f"bytes on the serial line that belong to no record: {heard}")]

    # -- sending ---------------------------------------------------------------------------------------------------

    def _send_next(self, now: float) -> list[SerialEvent]:
        if self._under_way is not None or not self._waiting:
            return []
        data = self._waiting.popleft()
        self._under_way = _UnderWay(data, now + self._timers.answer)
        return [Write(_framed(data))]

    def _acknowledged(self, now: float) -> list[SerialEvent]:
        if self._under_way is None:
            return []
        data, self._under_way = self._under_way.data, None
        return [Acknowledged(data), *self._send_next(now)]

    def _refused(self, now: float) -> list[SerialEvent]:
        under_way = self._under_way
        if under_way is None:
            return []
        if under_way.sends > self._timers.retries:
            return self._give_up(True, f"refused with NAK {under_way.sends} times", now)
        under_way.sends += 1
        under_way.enquiries = 0
        under_way.due = now + self._timers.answer
        return [Write(_framed(under_way.data))]

    def _give_up(self, refused: bool, why: str, now: float) -> list[SerialEvent]:
        assert self._under_way is not None
        data, self._under_way = self._under_way.data, None
        return [GivenUp(data, refused, why), *self._send_next(now)]


def _framed(data: bytes) -> bytes:
    return bytes((STX, *data, ETX, lrc(data)))
