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

PANASONIC_PASSWORD: Final = "PCCSMDR"
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


TERMINALS: Final[Mapping[str, Callable[[Exchange, Callable[[], None], Callable[[], None]], StreamLink]]] = {
    "panasonic": PanasonicLink,
}
"""The exchanges that converse, by dialect."""
