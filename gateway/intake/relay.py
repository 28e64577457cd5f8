"""The one port of an exchange, served again: what it tells us, other collectors may hear too.

Many exchanges have a single output for their records. Whoever is allowed to connects here and gets each record as it came, one a
line, from then on; nothing is kept for one who is away. A collector that does not read is let go before it costs memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from twisted.internet.interfaces import IAddress, IPushProducer
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.intake.datagrams import Network, let_in
from protocols.records import Frame

#: Collectors that may listen at a time.
MOST_COLLECTORS: Final = 16
#: Bytes held for a collector that reads slowly; then it is let go.
MOST_UNREAD_BYTES: Final = 1024 * 1024


@implementer(IPushProducer)
class Collector(Protocol):
    """One collector that listens."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._paused = False

    @property
    def _wire(self) -> Any:
        return self.transport

    def connectionMade(self) -> None:
        """Listen from now on."""
        self._wire.registerProducer(self, True)
        self._relay.joined(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """It is gone."""
        self._relay.left(self)

    def dataReceived(self, data: bytes) -> None:
        """Whatever a collector says is no business of the exchange."""

    def tell(self, data: bytes) -> None:
        """Send, or hold while it does not read."""
        if not self._paused:
            self._wire.write(data)
            return
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > MOST_UNREAD_BYTES:
            self._relay.gave_up(self)

    def pauseProducing(self) -> None:
        """The collector does not read."""
        self._paused = True

    def resumeProducing(self) -> None:
        """It reads again."""
        self._paused = False
        held, self._held, self._held_bytes = self._held, [], 0
        if held:
            self._wire.write(b"".join(held))

    def stopProducing(self) -> None:
        """The connection is going; connectionLost says the rest."""

    def let_go(self) -> None:
        """End it at once."""
        self._held, self._held_bytes = [], 0
        self._wire.abortConnection()


class Relay(Factory):
    """The collectors of one exchange."""

    noisy = False
    _log = Logger()

    def __init__(self, name: str, allowed: Sequence[Network], bare: Callable[[bytes], bytes] = bytes) -> None:
        self._name, self._allowed, self._bare = name, allowed, bare
        self._here: dict[Collector, None] = {}

    def buildProtocol(self, addr: IAddress | None) -> Collector | None:
        """A collector, if its address is allowed and there is a place."""
        host = str(getattr(addr, "host", ""))
        if not let_in(host, self._allowed) or len(self._here) >= MOST_COLLECTORS:
            self._log.warn("{host} may not hear the records of {name}", host=host, name=self._name)
            return None
        return Collector(self)

    def joined(self, collector: Collector) -> None:
        """It hears what comes from now on."""
        self._here[collector] = None

    def left(self, collector: Collector) -> None:
        """It hears no more."""
        self._here.pop(collector, None)

    def gave_up(self, collector: Collector) -> None:
        """It does not read."""
        self._log.warn("a collector of the records of {name} does not read and is let go", name=self._name)
        collector.let_go()

    def heard(self, frames: Sequence[Frame]) -> None:
        """Records came from the exchange."""
        if self._here:
            data = b"".join(self._bare(frame.data) + b"\r\n" for frame in frames)
            for collector in list(self._here):
                collector.tell(data)

    def close(self) -> None:
        """Let all go."""
        for collector in list(self._here):
            collector.let_go()
