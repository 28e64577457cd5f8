"""Protects what is promised of datagrams, posts, cables and relays: kept, bounded, answered only when kept, told when lost."""

from __future__ import annotations

import os
import tty
from base64 import b64encode
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.testing import MemoryReactorClock, StringTransport

from gateway.intake import datagrams, relay
from gateway.intake.datagrams import Datagrams, let_in
from gateway.intake.feed import Segment
from gateway.intake.push import LONGEST_BODY, Inlet, PushSite, may_post
from gateway.intake.relay import Relay
from gateway.intake.tcp import Door, RecordsFactory, dialler
from pms_adapters.serial_port import SerialEndpoint, SerialPlace
from protocols.framing import LineFramer
from protocols.records import Frame
from protocols.smdr.catalog import DIALECTS
from tests.gateway.rig import Rig, line

HERE = ("192.0.2.7", 514)
TOKEN = "a-token-of-some-length"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A house."""
    made = Rig(f"sqlite:///{tmp_path / 'store.db'}")
    yield made
    made.close()


def calls(rig: Rig) -> int:
    """How many calls are kept."""
    return int(rig.rows("SELECT count(*) FROM calls")[0][0])


# -- datagrams --------------------------------------------------------------------------------------------------------


def test_a_datagram_is_whole_and_one_of_a_stranger_is_not_looked_at(rig: Rig) -> None:
    there = Datagrams(
        feed=rig.feed(Segment("main", "connection")),
        framer=LineFramer,
        senders=(ip_network("192.0.2.0/24"),),
        crowded=lambda: False,
        missed=pytest.fail,
    )
    there.datagramReceived(line(1), HERE)
    there.datagramReceived(line(2) + b"\r\n" + line(3), HERE)
    there.datagramReceived(line(4), ("198.51.100.1", 514))
    rig.pump()
    assert calls(rig) == 3


def test_datagrams_wait_while_the_store_cannot_be_written_and_what_finds_no_place_is_counted(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datagrams, "MOST_HELD_BYTES", 2 * len(line(1)))
    missed: list[str] = []
    crowd = [True]
    there = Datagrams(
        feed=rig.feed(Segment("main", "connection")),
        framer=LineFramer,
        senders=(),
        crowded=lambda: crowd[0],
        missed=missed.append,
    )
    for number in range(1, 6):
        there.datagramReceived(line(number), HERE)
    crowd[0] = False
    there.datagramReceived(line(6), HERE)  # behind those that wait, for which there is no place
    there.relax()
    there.datagramReceived(line(7), HERE)
    rig.pump()
    assert [row[0] for row in rig.rows("SELECT call_key FROM calls ORDER BY id")] == ["1", "2", "7"]
    assert "lost" in missed[0]
    assert missed[1:] == ["4 datagrams were lost while the store could not be written"]


def test_addresses_are_let_in_by_network() -> None:
    allowed = (ip_network("192.0.2.7"), ip_network("2001:db8::/32"))
    assert let_in("192.0.2.7", allowed)
    assert let_in("::ffff:192.0.2.7", allowed)
    assert let_in("2001:db8::1", allowed)
    assert not let_in("192.0.2.8", allowed)
    assert not let_in("not an address", allowed)


# -- posts ------------------------------------------------------------------------------------------------------------


class Post:
    """Posts to an inlet, over the wire's own bytes."""

    def __init__(self, rig: Rig) -> None:
        self.crowded = False
        inlet = Inlet(
            token=TOKEN,
            open_feed=lambda told: rig.feed_told(Segment("main", "connection"), told),
            framer=LineFramer,
            crowded=lambda: self.crowded,
        )
        self.clock: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
        self.site = PushSite(inlet, self.clock)

    def __call__(self, body: bytes, head: str = f"Authorization: Bearer {TOKEN}", how: str = "POST /cdr") -> Any:
        """The transport on which an answer stands, or will."""
        site: Any = self.site
        channel, wire = site.buildProtocol(IPv4Address("TCP", *HERE)), transport()
        channel.makeConnection(wire)
        lines = [f"{how} HTTP/1.1", "Host: here", f"Content-Length: {len(body)}", *([head] if head else []), "", ""]
        channel.dataReceived("\r\n".join(lines).encode() + body)
        return wire


def transport() -> Any:
    """The wire's other end."""
    return StringTransport()  # type: ignore[no-untyped-call]


def status(wire: Any) -> str:
    """The status of the answer; empty while there is none."""
    return str(wire.value().split(b" ")[1].decode()) if wire.value() else ""


def test_a_post_is_answered_when_it_is_kept_and_not_before(rig: Rig) -> None:
    post = Post(rig)
    first, second = post(line(1)), post(line(2) + b"\n" + line(3))
    assert (status(first), status(second)) == ("", "")
    rig.pump()
    assert (status(first), status(second)) == ("200", "200")
    assert calls(rig) == 3


def test_what_cannot_be_taken_is_refused_and_not_kept(rig: Rig) -> None:
    post = Post(rig)
    assert status(post(line(1), "")) == "401"
    assert status(post(line(1), "Authorization: Bearer wrong")) == "401"
    assert status(post(line(1), how="PUT /cdr")) == "405"
    assert status(post(b"x" * (LONGEST_BODY + 1))) == "413"
    assert status(post(b"")) == "400"
    post.crowded = True
    assert status(post(line(1))) == "503"
    rig.pump()
    assert int(rig.rows("SELECT count(*) FROM records")[0][0]) == 0


def test_the_token_comes_as_bearer_as_password_or_in_the_address(rig: Rig) -> None:
    basic = b64encode(f"cdr:{TOKEN}".encode()).decode()
    assert may_post(TOKEN, f"Bearer {TOKEN}", None)
    assert may_post(TOKEN, f"Basic {basic}", None)
    assert may_post(TOKEN, None, TOKEN)
    for wrong in (None, "Basic !", f"Basic {TOKEN}", "Bearer", f"Digest {TOKEN}"):
        assert not may_post(TOKEN, wrong, None)
    kept = Post(rig)(line(1), "", f"POST /cdr?token={TOKEN}")
    rig.pump()
    assert status(kept) == "200"


# -- a cable ----------------------------------------------------------------------------------------------------------


def test_a_cable_is_read_and_opened_again_when_its_device_comes_back(rig: Rig) -> None:
    """The device vanishes with its far end; what was cut off is kept, and the new one is read."""
    counts: list[int] = []
    door = Door(
        open_feed=lambda told: rig.feed_told(Segment("main", "connection"), told),
        told=lambda batch, count: None,
        changed=counts.append,
        problem=pytest.fail,
        crowded=lambda: False,
        later=rig.clock.callLater,
    )
    dialect = DIALECTS["mitel-mivb"]
    factory = RecordsFactory(lambda: dialect.session({}, transport="serial"), LineFramer, door)
    clock: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    place = Path(os.path.realpath(rig.database.path or "")).parent / "ttyS9"

    def plug() -> int:
        outer, inner = os.openpty()
        tty.setraw(inner)
        place.unlink(missing_ok=True)
        place.symlink_to(os.ttyname(inner))
        ends.append(inner)
        return outer

    ends: list[int] = []
    outer = plug()
    service = dialler(SerialEndpoint(clock, SerialPlace(str(place), 9600, 8, "N", 1)), factory, clock)
    service.startService()
    assert counts == [1]
    os.write(outer, b"first\r\nsec")
    _readable(clock)
    rig.pump()
    os.close(ends[0])
    os.close(outer)
    place.unlink()
    _readable(clock)
    clock.advance(1)
    assert counts[-1] == 0
    clock.advance(40)  # nothing there yet: it is tried again and again
    again = plug()
    clock.advance(40)
    assert counts[-1] == 1
    os.write(again, b"third\r\n")
    _readable(clock)
    rig.pump()
    kept = [bytes(row[0]) for row in rig.rows("SELECT raw FROM records ORDER BY id")]
    assert kept == [b"first", b"sec", b"third"]
    service.stopService()
    os.close(again)
    os.close(ends[1])


def _readable(clock: Any) -> None:
    for one in list(clock.getReaders()):
        failed = one.doRead()
        if failed:
            clock.removeReader(one)
            one.connectionLost(failed)


# -- a relay ----------------------------------------------------------------------------------------------------------


def collector(there: Relay, host: str = "192.0.2.9") -> Any:
    """One that listens, if it is let in."""
    made: Any = there.buildProtocol(IPv4Address("TCP", host, 5000))
    if made is not None:
        made.makeConnection(transport())
    return made


def test_a_relay_tells_whom_it_may_and_lets_go_of_who_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "MOST_UNREAD_BYTES", 20)
    there = Relay("main", (ip_network("192.0.2.9"),))
    first, slow = collector(there), collector(there)
    assert collector(there, "192.0.2.8") is None
    slow.pauseProducing()
    there.heard([Frame(b"one", 0, 3), Frame(b"two", 5, 8)])
    assert first.transport.value() == b"one\r\ntwo\r\n"
    assert slow.transport.value() == b""
    slow.resumeProducing()
    assert slow.transport.value() == b"one\r\ntwo\r\n"
    slow.pauseProducing()
    there.heard([Frame(b"x" * 30, 0, 30)])
    assert slow.transport.disconnected
    assert not first.transport.disconnected
