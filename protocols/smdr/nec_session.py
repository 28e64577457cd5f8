"""The conversation with a NEC NEAX or SV9500 on TCP 60010: records are asked for, and stay there until they are acknowledged. Pure.

Everything is in frames: SYN, a kind, the length of the data in five digits, the data, and the exclusive-or of all bytes behind
the SYN. The data begins with the number of our device, `00` to `03`: several collectors can each be one.

    we  5 status monitor   is the line alive?             it  3 status    1 nothing there, 2 all well
    we  1 request          send what you have             it  2 records   sequence 0 to 9, then texts from STX to ETX
    we  4 acknowledge      I have sequence n

An acknowledgement goes out only when the records are committed. A frame that comes again meanwhile, or after its
acknowledgement was lost, brings the same sequence and the same bytes: it is not read twice.

Source: the open-source reader NEC-SMDR-Collector. UNCERTAIN: how often to ask (it asks every five seconds); whether records come
by themselves after an acknowledgement (so we ask at once); the parity of its own request does not follow the rule, ours does.
"""

from __future__ import annotations

from collections import deque
from functools import reduce
from operator import xor
from typing import Final, NamedTuple

SYN, STX, ETX = 0x16, b"\x02", b"\x03"
_ACK: Final = b"\x06"
_HEAD: Final = 7  # SYN, kind, five digits

#: Data of one frame: a record has some two hundred bytes, and a frame brings a few.
MAX_DATA: Final = 16_384
#: Seconds between two requests.
EVERY: Final = 5.0
#: Frames that wait for their commit: an exchange sends the next one only when it has our acknowledgement.
_MOST_WAITING: Final = 9
#: Bytes of noise after which the other end is no such exchange.
_MOST_NOISE: Final = 65_536


def frame(kind: bytes, data: bytes) -> bytes:
    """Dress data for the line."""
    body = kind + f"{len(data):05}".encode("ascii") + data
    return bytes((SYN,)) + body + bytes((reduce(xor, body),))


class _Waiting(NamedTuple):
    """The data of a frame of records, and how many of them are not committed yet."""

    data: bytes
    left: int


class NecSession:
    """Our end: one device number of the exchange."""

    __slots__ = ("_check", "_device", "_held", "_last", "_noise", "_waiting", "every", "problem")

    def __init__(self, device: int, *, check: bool = True) -> None:
        self._device = f"0{device}".encode("ascii")
        self._check = check
        self._held = b""
        self._last = b""  # the data of the records that came last
        self._waiting: deque[_Waiting] = deque()
        self._noise = 0
        self.every = EVERY
        self.problem: str | None = None

    def connected(self) -> bytes:
        """Say who we are, and ask."""
        return frame(b"5", self._device + b"00" + _ACK) + self._request()

    def tick(self) -> bytes:
        """Ask again; not while records wait to be committed, for they would only come again."""
        return b"" if self._waiting else self._request()

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Take frames apart; texts are records, everything else is answered or passed over."""
        self._held += data
        answer, records = b"", b""
        while (found := self._next()) is not None:
            said, texts = self._taken(*found)
            answer, records = answer + said, records + texts
        if self._noise > _MOST_NOISE:
            self.problem = "the other end does not speak like a NEC exchange: no frame is among what it sends"
        return answer, records

    def committed(self, count: int) -> bytes:
        """So many records are kept: acknowledge the frames that are kept whole; when all are, ask for more."""
        answer = b""
        while self._waiting and count >= self._waiting[0].left:
            done = self._waiting.popleft()
            count -= done.left
            answer += self._acknowledge(done.data)
        if self._waiting:
            self._waiting[0] = self._waiting[0]._replace(left=self._waiting[0].left - count)
        return answer if self._waiting or not answer else answer + self._request()

    def _request(self) -> bytes:
        return frame(b"1", self._device)

    def _acknowledge(self, data: bytes) -> bytes:
        return frame(b"4", self._device + data[2:3] + _ACK)

    def _next(self) -> tuple[bytes, bytes] | None:
        """Cut the next whole frame: its kind and its data; what is no frame is passed over."""
        while True:
            at = self._held.find(SYN)
            self._skip(len(self._held) if at < 0 else at)
            if len(self._held) < _HEAD:
                return None
            kind, length = self._held[1:2], self._held[2:_HEAD]
            if not length.isdigit() or int(length) > MAX_DATA:
                self._skip(1)
                continue
            end = _HEAD + int(length)
            if len(self._held) <= end:
                return None
            body, parity = self._held[1:end], self._held[end]
            if self._check and reduce(xor, body) != parity:
                self._skip(1)
                continue
            self._held, self._noise = self._held[end + 1 :], 0
            return kind, body[_HEAD - 1 :]

    def _skip(self, count: int) -> None:
        self._held = self._held[count:]
        self._noise += count

    def _taken(self, kind: bytes, data: bytes) -> tuple[bytes, bytes]:
        if kind != b"2":
            return b"", b""
        if any(one.data == data for one in self._waiting):
            return b"", b""  # again: it is on its way into the store
        if data == self._last:
            return self._acknowledge(data), b""  # our acknowledgement was lost
        if len(self._waiting) >= _MOST_WAITING:
            return b"", b""  # it comes again
        self._last = data
        texts = [text.replace(b"\r", b" ").replace(b"\n", b" ") for text in data[3:].split(ETX)]
        texts = [text for text in texts if text.strip(b"\0 ")]
        if not texts:
            return self._acknowledge(data), b""
        self._waiting.append(_Waiting(data, len(texts)))
        return b"", b"".join(text + ETX for text in texts)
