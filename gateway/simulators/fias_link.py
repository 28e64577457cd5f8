"""One connection of the simulated PMS: bytes on one side, the state table of the FIAS link on the other.

The table is `protocols.fias.link` in the PMS role, the same that the gateway runs in its own; here it only meets a
transport and a clock. Here too the faults of the wire are committed: an LA that is never said, a checksum that TCP
does not want. What the gateway asks of the hotel goes to the `Owner`.

While the gateway does not take our bytes, none of its bytes are taken: the two buffers between us stay bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, assert_never
from typing import Protocol as Shape

from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.simulators.pms_faults import PmsFaults
from protocols.fias.actions import (
    Action,
    AuditChanged,
    Deliver,
    HangUp,
    LinkDown,
    LinkUp,
    Oddity,
    ProbeAnswered,
    ResyncBegan,
    ResyncEnded,
    ResyncFailed,
    Send,
)
from protocols.fias.codec import BadRecord, Cut, Framed, FrameEvent, Frames, Overlong, Stray, decode
from protocols.fias.errors import LocalProtocolError
from protocols.fias.link import Link
from protocols.fias.records import Record, stamped


class Owner(Shape):
    """What a connection tells the PMS it belongs to. No method raises."""

    def link_opened(self, connection: PmsConnection) -> None:
        """A client is there; it may be sent away at once."""

    def link_alive(self, connection: PmsConnection) -> None:
        """The two ends have greeted each other."""

    def link_asks(self, connection: PmsConnection, record: Record) -> None:
        """The gateway sent a record that is not of the link itself."""

    def link_closed(self, connection: PmsConnection) -> None:
        """The connection is gone."""

    def link_oddity(self, sentence: str) -> None:
        """Something came that could not be used."""


@implementer(IPushProducer)
class PmsConnection(Protocol):
    """One client. `local_now` is the hotel's wall clock, as an aware instant in its zone."""

    def __init__(
        self,
        owner: Owner,
        clock: IReactorTime,
        local_now: Callable[[], datetime],
        faults: PmsFaults,
        encoding: str,
    ) -> None:
        self._owner, self._clock, self._local_now = owner, clock, local_now
        self._faults, self._encoding = faults, encoding
        self._frames = Frames()
        self._timer: IDelayedCall | None = None
        self.link = Link("pms")
        self.welcome = True

    def connectionMade(self) -> None:
        """Say LS, unless the owner does not want this client."""
        self._owner.link_opened(self)
        if self.welcome:
            self._wire.registerProducer(self, True)
            self._carry_out(self.link.connected(self._clock.seconds()))

    def dataReceived(self, data: bytes) -> None:
        """Take bytes in pieces of any size."""
        for event in self._frames.feed(data) if self.welcome else ():
            self._framed(event)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The link is down."""
        if self.welcome:
            self._carry_out(self.link.disconnected(self._clock.seconds()))
        self._set_timer(None)
        self._owner.link_closed(self)

    def send(self, record: Record) -> bool:
        """Send a record if the link allows it now; False if it does not."""
        try:
            self._carry_out(self.link.send(record, self._clock.seconds()))
        except LocalProtocolError:
            return False
        return True

    def refuse(self) -> None:
        """Send this client away without a word."""
        self.welcome = False
        self._wire.loseConnection()

    def cut(self) -> None:
        """Break the connection as a pulled plug does."""
        self._wire.abortConnection()

    def pauseProducing(self) -> None:
        """The gateway does not read: read nothing from it."""
        self._wire.pauseProducing()

    def resumeProducing(self) -> None:
        """The gateway reads again."""
        self._wire.resumeProducing()

    def stopProducing(self) -> None:
        """The connection is going; connectionLost says the rest."""

    @property
    def _wire(self) -> Any:
        """The transport; Twisted types it as less than every TCP transport is."""
        return self.transport

    def _framed(self, event: FrameEvent) -> None:
        match event:
            case Framed(data):
                record = decode(data, self._encoding)
                if isinstance(record, BadRecord):
                    self._owner.link_oddity(record.reason)
                else:
                    self._carry_out(self.link.receive(record, self._clock.seconds()))
            case Overlong():
                self._owner.link_oddity("a record without an end")
            case Cut():
                self._owner.link_oddity("a record began before the last one had ended")
            case Stray(_, count):
                self._owner.link_oddity(f"{count} bytes outside any record")
            case _:
                assert_never(event)

    def _carry_out(self, actions: Iterable[Action]) -> None:
        for action in actions:
            self._carry_out_one(action)
        self._set_timer(self.link.due())

    def _carry_out_one(self, action: Action) -> None:
        match action:
            case Send(record):
                if record.kind != "LA" or not self._faults.on("no-la"):
                    self._wire.write(self._faults.wire(stamped(record, self._local_now()), self._encoding))
            case Deliver(record):
                self._owner.link_asks(self, record)
            case LinkUp():
                self._owner.link_alive(self)
            case HangUp():
                self._wire.unregisterProducer()
                self._wire.loseConnection()
            case Oddity(sentence):
                self._owner.link_oddity(sentence)
            case LinkDown() | ProbeAnswered() | AuditChanged() | ResyncBegan() | ResyncEnded() | ResyncFailed():
                pass  # what these tell is the gateway's to know, or follows from the connection's end
            case _:
                assert_never(action)

    def _set_timer(self, due: float | None) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None if due is None else self._clock.callLater(max(0.0, due - self._clock.seconds()), self._tick)

    def _tick(self) -> None:
        self._carry_out(self.link.tick(self._clock.seconds()))
