"""Protects "the session of a dialect and its exchange understand each other": each link of the simulator against our session.

Both ends are the real ones; between them are two transports in memory, and every byte is counted.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from twisted.internet.testing import StringTransport

from gateway.intake.tcp import InTurn
from gateway.simulators.exchange import Exchange
from gateway.simulators.hotel import CallSource, parse_rooms
from gateway.simulators.line_faults import LineFaults
from gateway.simulators.pbx_links import StreamLink
from gateway.simulators.pbx_terminals import TERMINALS
from gateway.simulators.writers import writer_of
from protocols.records import CallRecord, Frame, Furniture
from protocols.smdr.catalog import DIALECTS, SourceSettings
from protocols.smdr.oxe_session import OxeSession
from protocols.smdr.sessions import Polling

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Talk:
    """One exchange, and our end of the links to it."""

    def __init__(
        self, dialect: str, options: Mapping[str, str] | None = None, faults: LineFaults | None = None
    ) -> None:
        self.dialect, self.options = DIALECTS[dialect], dict(options or {})
        self.exchange = Exchange(
            writer_of(dialect), faults or LineFaults(), random.Random(3), call_later=lambda seconds, work: work()
        )
        self.calls: list[CallRecord] = []
        self.unread: list[str] = []
        self.session = self.dialect.session(self.options, transport="connect")
        self._parse = self.dialect.parser(SourceSettings(timezone=WARSAW, trunk_access=("9",), options=self.options))

    def dial(self) -> None:
        """A new link, with a session and a framer of its own."""
        self.session = self.dialect.session(self.options, transport="connect")
        self._framer = self.dialect.framer(transport="connect", options=self.options)
        self.link: StreamLink = TERMINALS[self.dialect.name](self.exchange, lambda: None, lambda: None)
        self.wire = StringTransport()  # type: ignore[no-untyped-call]
        self.link.makeConnection(self.wire)  # type: ignore[no-untyped-call]
        self._say(self.session.connected())

    def run(self, rounds: int = 200, commit: bool = True, piece: int = 7) -> None:
        """Carry bytes both ways until nobody says anything more."""
        for _ in range(rounds):
            data: bytes = self.wire.value()  # type: ignore[no-untyped-call]
            self.wire.clear()  # type: ignore[no-untyped-call]
            for at in range(0, len(data), piece):
                answer, records = self.session.receive(data[at : at + piece])
                self._say(answer)
                self._take(self._framer.feed(records), commit=commit)
            if self.wire.disconnecting or (not data and self.exchange.idle):
                return
            if not data and isinstance(self.session, Polling):
                self._say(self.session.tick())
            if not self.wire.io.tell() and not isinstance(self.session, Polling):
                return

    def _take(self, frames: list[Frame], commit: bool) -> None:
        for frame in frames:
            parsed = self._parse(frame.data, NOW)
            if isinstance(parsed, CallRecord):
                self.calls.append(parsed)
            elif not isinstance(parsed, Furniture):
                self.unread.append(parsed.reason)
        if commit and frames:
            self._say(self.session.committed(len(frames)))

    def _say(self, data: bytes) -> None:
        if data:
            self.link.dataReceived(data)

    def hang_up(self) -> None:
        """The link is gone."""
        self.link.connectionLost()


def ring(talk: Talk, count: int) -> None:
    """So many calls end of which the exchange tells."""
    source = CallSource(7, parse_rooms("101-120"))
    while talk.exchange.balance.records < count:
        talk.exchange.tell([source.call_ending(NOW.astimezone(WARSAW))])


@pytest.mark.parametrize("dialect", TERMINALS)
def test_every_record_of_the_exchange_is_read_over_its_own_conversation(dialect: str) -> None:
    talk = Talk(dialect)
    ring(talk, 30)
    talk.dial()
    talk.run()
    assert talk.session.problem is None
    assert talk.unread == []
    assert talk.exchange.idle
    assert len(talk.calls) == talk.exchange.balance.written > 0


def test_a_wrong_password_of_the_panasonic_terminal_is_said_once() -> None:
    talk = Talk("panasonic", {"password": "geheim"})
    talk.dial()
    talk.run()
    assert "did not take the password" in (talk.session.problem or "")
    assert "geheim" not in (talk.session.problem or "") + repr(talk.session)
    assert talk.link._wrong == 1  # type: ignore[attr-defined]


ACKNOWLEDGED = [name for name in TERMINALS if writer_of(name).acknowledged]


@pytest.mark.parametrize("dialect", ACKNOWLEDGED)
def test_a_record_that_was_not_committed_stays_in_the_exchange_and_comes_again(dialect: str) -> None:
    talk = Talk(dialect)
    ring(talk, 3)
    talk.dial()
    talk.run(rounds=20, commit=False)
    assert len(talk.calls) == 1
    assert talk.exchange.balance.written == 0
    talk.hang_up()
    talk.dial()
    talk.run()
    assert talk.exchange.balance.written == 3
    assert talk.exchange.idle
    assert len(talk.calls) == 4


@pytest.mark.parametrize("dialect", ACKNOWLEDGED)
def test_a_broken_record_is_sent_anew_and_read_once(dialect: str) -> None:
    # A HOBIC machine cannot tell whether its line is acknowledged or the noise in front of it.
    talk = Talk(dialect, faults=LineFaults(cut=0.3, garbage=0.0 if dialect == "hobic" else 0.3))
    ring(talk, 20)
    for _ in range(60):
        talk.dial()
        talk.run(rounds=60)
        talk.hang_up()
        if talk.exchange.idle:
            break
    assert talk.exchange.balance.cut > 0
    assert len(talk.calls) == talk.exchange.balance.written == 20


def test_the_standby_cpu_of_an_omnipcx_is_told_and_left() -> None:
    session = OxeSession()
    assert session.connected() == b"\0\x01S"
    assert session.receive(b"\0\x01R") == (b"", b"")
    assert "standby" in (session.problem or "")


def test_an_omnipcx_that_asks_is_answered_only_when_all_that_came_is_committed() -> None:
    session = OxeSession()
    session.receive(b"\0\x01P")
    ticket = b"\x03\x04" + b"\x01\0\x02\0".ljust(772, b" ")
    assert session.receive(ticket + ticket + b"\0\x08TEST_REQ") == (b"", ticket + ticket)
    assert session.committed(1) == b""
    assert session.committed(1) == b"\0\x08TEST_RSP"
    assert session.receive(b"\0\x08TEST_REQ") == (b"\0\x08TEST_RSP", b"")


def test_an_omnipcx_that_falls_silent_is_given_up() -> None:
    session = OxeSession()
    session.receive(b"\0\x01P")
    for _ in range(4):
        assert session.problem is None
        session.tick()
    assert "silent for two minutes" in (session.problem or "")


def test_the_two_addresses_of_an_exchange_are_dialled_in_turn() -> None:
    dialled: list[str] = []

    class Place:
        def __init__(self, name: str) -> None:
            self.name = name

        def connect(self, factory: object) -> None:
            dialled.append(self.name)

    both = InTurn([Place("first"), Place("second")])  # type: ignore[list-item]
    for _ in range(3):
        both.connect(None)
    assert dialled == ["first", "second", "first"]
