"""The PMS of a simulated hotel that is asked over SOAP: OPERA's web services on the simulated network.

The server is the rehearsal PMS (gateway/simulators/soap): twisted.web and lxml, its own ledger and its own faults, and no
line of the adapter's. Added here: a watch on the wire that reads HTTP in both directions, to know which charges left
the gateway and which answers reached it.
"""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Final
from unittest.mock import patch
from zoneinfo import ZoneInfo

from twisted.web import server

from gateway.simulators.soap.door import door_site
from gateway.simulators.soap.pms import SoapPms, SoapPmsSettings
from pms_adapters.marks import token_of
from pms_adapters.web import link
from tests.simulation.hotel_pms import PORT, HandedAnswer, HotelPms, Line
from tests.simulation.network import Wire
from tests.simulation.world import Machine

#: Seconds after which a silent PMS is asked for a sign of life: a day has 1,440 minutes, and nothing happens in most.
IDLE: Final = 1800.0
TICK: Final = 300.0
#: The date in every answer of the web server, which else would be the true one, and make a day more than its seed.
DATE: Final = b"Wed, 25 Nov 2026 06:00:00 GMT"

_CHARGE: Final = re.compile(rb"[ :<]Charge=\"")
_MARK: Final = re.compile(rb"LongInfo=\"(FG[0-9A-Z]+) ")
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_YES: Final = b'resultStatusFlag="SUCCESS"'
_SPOILT: Final = (b"<!DOCTYPE", b'/moved"')


@contextlib.contextmanager
def unhurried() -> Iterator[None]:
    """A web that is asked for signs of life as seldom as a simulated day wants it, and whose date is the same every day."""
    with (
        patch.multiple(link, IDLE_SECONDS=IDLE, TICK_SECONDS=TICK),
        patch.object(server, "datetimeToString", lambda: DATE),
    ):
        yield


class OwsHotelPms(HotelPms):
    """The PMS over SOAP."""

    pms: SoapPms

    def __init__(
        self, machine: Machine, rooms: tuple[str, ...], zone: ZoneInfo, handed: Callable[[HandedAnswer], None]
    ) -> None:
        settings = SoapPmsSettings(
            dialect="ows", listen=f"tcp:{PORT}:interface=127.0.0.1", rooms=rooms, zone=zone, seed=machine.world.seed
        )
        super().__init__(machine, rooms, SoapPms(settings, machine, machine.now, lambda _said: None), handed)

    @property
    def folio(self) -> list[Line]:
        """Everything that was posted, booked or not, by the mark that its line bears."""
        return [Line(_token(one.long), one.booked, one.amount) for one in self.pms.office.folio]

    def _begin(self) -> Coroutine[Any, Any, None]:
        return self.pms.start(door_site(self.pms, self._machine))

    def fault(self, few: int, long: float) -> tuple[str, float]:
        """One of the things a web service does wrong."""
        draw = self._machine.world.draw
        return draw.choice(
            (
                (f"close-before:{few}", 0.0),
                (f"deaf:{few}", 0.0),
                (f"fault:{few}", 0.0),
                (f"close-after:{few}", 0.0),
                (f"silence:{few}", 0.0),
                (f"half:{few}", 0.0),
                (f"wrong-namespace:{few}", 0.0),
                (f"error-500:{few}", 0.0),
                (f"html:{few}", 0.0),
                (f"dtd:{few}", 0.0),
                (f"late:{draw.uniform(1, 25):.1f}:{few}", 0.0),
                (f"late:{draw.uniform(28, 700):.1f}:{few}", 0.0),
                (f"lookup-{draw.choice(('deaf', 'html', 'half', 'error-500', 'close-before'))}:{few}", 0.0),
                (f"read-{draw.choice(('deaf', 'html', 'half', 'error-500', 'close-before'))}:{few}", 0.0),
                (f"refuse:{draw.choice(('PROPERTY_RESTRICTED', 'SYS-81'))}:{draw.uniform(0.1, 0.6):.2f}", long),
                (f"refuse:NIGHT_AUDIT:{draw.uniform(0.3, 1.0):.2f}", long),
            )
        )

    def watch(self, wire: Wire, left: Callable[[int], None]) -> None:
        """Note the answers to charges that a connection hands to the gateway, and tell each charge that leaves it."""
        going, coming = Messages(), Messages()
        asked: deque[int | None] = deque()

        def leaving(data: bytes) -> None:
            for message in going.feed(data):
                mark = _MARK.search(message) if _CHARGE.search(message) else None
                token = int(_token(mark[1].decode()) or 0) if mark is not None else None
                asked.append(token)
                if token is not None:
                    left(token)

        def tap(data: bytes) -> None:
            for message in coming.feed(data):
                token = asked.popleft() if asked else None
                if token is not None:
                    yes = _YES in message and not any(one in message for one in _SPOILT)
                    answer = HandedAnswer(token, "OK" if yes else "")
                    self.answers.append(answer)
                    self._handed(answer)

        wire.ends[0].tap, wire.ends[0].leaving = tap, leaving


class Messages:
    """Cuts one direction of an HTTP/1.1 connection into messages; each says its length."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole now."""
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, rest = self._held.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            size = int(length[1]) if length is not None else 0
            if len(rest) < size:
                return
            self._held = rest[size:]
            yield head + b"\r\n\r\n" + rest[:size]


def _token(text: str) -> str:
    """The number that a marked text bears; empty if it bears none."""
    token = token_of(text.partition(" ")[0]) if text else None
    return "" if token is None else str(token)
