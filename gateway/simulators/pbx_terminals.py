"""Exchanges that hold a conversation before or between their records: each link is the exchange's end of one.

A link here plays one kind of exchange as its users describe it, written apart from the session in `protocols.smdr` that talks
to it: a log-in that echoes, a question for records, an acknowledgement for each. Nothing of it knows the gateway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from twisted.protocols.basic import LineOnlyReceiver

from gateway.simulators.exchange import Exchange
from gateway.simulators.pbx_links import StreamLink
from gateway.simulators.write_alcatel_oxe import empty as empty_ticket

PANASONIC_PASSWORD: Final = "PCCSMDR"
TICKETS_PER_QUESTION: Final = 25
WRONG_AT_MOST: Final = 3
"""Wrong passwords after which the terminal hangs up."""


class PanasonicLink(LineOnlyReceiver, StreamLink):
    """The terminal on TCP 2300: prompt, `SMDR`, a password that is echoed as stars; then the page is printed."""

    MAX_LENGTH = 256

    def __init__(
        self,
        exchange: Exchange,
        opened: Callable[[], None],
        closed: Callable[[], None],
        password: str = PANASONIC_PASSWORD,
    ) -> None:
        StreamLink.__init__(self, exchange, opened, closed)
        self._password, self._asked, self._wrong = password, False, 0

    def connectionMade(self) -> None:
        """Prompt; the exchange hears of the terminal only after the log-in."""
        self._begin()
        self.write(b"\r\n-")
        self._opened()

    def lineReceived(self, line: bytes) -> None:
        """Echo what was typed and answer it."""
        text = line.decode("ascii", "replace").strip()
        if not self._asked:
            self.write(line + b"\r\n")
            self._asked = text.upper() == "SMDR"
            self.write(b"Enter Password:" if self._asked else b"\r\n-")
            return
        self.write(b"*" * len(line) + b"\r\n")
        if text == self._password:
            self._exchange.attach(self)
            return
        self._wrong += 1
        self.write(b"Enter Password:")
        if self._wrong >= WRONG_AT_MOST:
            self.drop()


class NecLink(StreamLink):
    """The port 60010 of a SV9500: it tells when it is asked, one text at a time, and keeps each until it is acknowledged.

    A frame is SYN, a kind, five digits of length, data, and the exclusive-or of what stands behind the SYN.
    """

    def __init__(self, exchange: Exchange, opened: Callable[[], None], closed: Callable[[], None]) -> None:
        super().__init__(exchange, opened, closed)
        self._heard, self._sequence, self._sent, self._asked = b"", 0, b"", False
        self.refused = 0

    def connectionMade(self) -> None:
        """Wait to be asked."""
        self._begin()
        self._opened()

    def dataReceived(self, data: bytes) -> None:
        """Take the frames of the collector apart."""
        self._heard += data
        while len(self._heard) >= 8:
            end = 7 + int(self._heard[2:7])
            if len(self._heard) <= end:
                return
            body, parity, self._heard = self._heard[1:end], self._heard[end], self._heard[end + 1 :]
            if _parity(body) == parity:
                self._asked_for(body[:1], body[6:])
            else:
                self.refused += 1

    def _asked_for(self, kind: bytes, data: bytes) -> None:
        if kind == b"5":
            self.write(_nec_frame(b"3", data[:2] + b"2"))
        elif kind == b"4" and data[2:3] == b"%d" % self._sequence and self._sent:
            self._sequence, self._sent = (self._sequence + 1) % 10, b""
            self._exchange.pause(self, True)
            self._exchange.acknowledge(self)
        elif kind == b"1":
            self._tell(data[:2])

    def _tell(self, device: bytes) -> None:
        """Send what waits, or again what was sent and not acknowledged; or that there is nothing."""
        if self._sent:
            self.write(self._sent)
        elif self._asked:
            self._exchange.pause(self, False)
        else:
            self._asked = True
            self._exchange.attach(self)
        if not self._sent:
            self.write(_nec_frame(b"3", device + b"1"))
            self._exchange.pause(self, True)

    def dress(self, data: bytes) -> bytes:
        """A text in a frame of its own."""
        self._sent = _nec_frame(b"2", b"00%d" % self._sequence + data)
        return self._sent


class OxeLink(StreamLink):
    """Port 2533 of an OmniPCX Enterprise: it tells its role, sends tickets when it is asked to, and asks whether we are there.

    Every message is two bytes of length and so many bytes. It asks at the beginning and again after so many tickets, and
    sends no more to a client that does not answer.
    """

    role = b"P"

    def __init__(self, exchange: Exchange, opened: Callable[[], None], closed: Callable[[], None]) -> None:
        super().__init__(exchange, opened, closed)
        self._heard, self._asked, self._tickets = b"", False, 0

    def connectionMade(self) -> None:
        """Wait to be spoken to."""
        self._begin()
        self._opened()

    def dataReceived(self, data: bytes) -> None:
        """Take the messages of the client apart."""
        self._heard += data
        while len(self._heard) >= 2 and len(self._heard) >= 2 + int.from_bytes(self._heard[:2], "big"):
            length = int.from_bytes(self._heard[:2], "big")
            body, self._heard = self._heard[2 : 2 + length], self._heard[2 + length :]
            self._said(body)

    def _said(self, body: bytes) -> None:
        if body == b"S":
            self.write(b"\0\x01" + self.role)
        elif body == b"\0\0":
            self.write(empty_ticket())
            self._ask()
            self._exchange.attach(self)
        elif body == b"TEST_RSP":
            self._asked = False
            self._exchange.pause(self, False)

    def _ask(self) -> None:
        """Ask, and wait for the answer before more is sent."""
        self._asked = True
        self.write(b"\0\x08TEST_REQ")
        self._exchange.pause(self, True)

    def dress(self, data: bytes) -> bytes:
        """A ticket goes as it is; after so many of them the exchange asks."""
        self._tickets += 1
        if self._tickets % TICKETS_PER_QUESTION == 0:
            self._ask()
        return data


class HobicLink(StreamLink):
    """A call accounting system: a line at a time, kept until it is acknowledged, and sent again when it is refused.

    As Holidex has it, it asks (ENQ) before each line whether somebody is there, and sends the line when that is acknowledged.
    """

    def __init__(self, exchange: Exchange, opened: Callable[[], None], closed: Callable[[], None]) -> None:
        super().__init__(exchange, opened, closed)
        self._line, self._asks = b"", False

    def write(self, data: bytes) -> None:
        """A line goes, or, as Holidex has it, the question ahead of it."""
        self._line, self._asks = data, data.startswith(b"\x02")
        super().write(b"\x05" if self._asks else data)

    def dataReceived(self, data: bytes) -> None:
        """ACK and NAK; nothing else is understood."""
        for byte in data:
            if byte not in (0x06, 0x15) or not self._line:
                continue
            if byte == 0x15:
                self.write(self._line)
            elif self._asks:
                self._asks = False
                super().write(self._line)
            else:
                self._line = b""
                self._exchange.acknowledge(self)


def _nec_frame(kind: bytes, data: bytes) -> bytes:
    body = kind + b"%05d" % len(data) + data
    return b"\x16" + body + bytes([_parity(body)])


def _parity(body: bytes) -> int:
    parity = 0
    for byte in body:
        parity ^= byte
    return parity


TERMINALS: Final[Mapping[str, Callable[[Exchange, Callable[[], None], Callable[[], None]], StreamLink]]] = {
    "panasonic": PanasonicLink,
    "nec-neax": NecLink,
    "alcatel-oxe": OxeLink,
    "hobic": HobicLink,
}
"""The exchanges that converse, by dialect."""
