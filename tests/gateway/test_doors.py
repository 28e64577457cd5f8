"""The bounds of the ways in: what may wait, who may connect, and who is not listened to while others must catch up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from twisted.internet.testing import StringTransport

from gateway.app.doors import Doors
from gateway.intake import tcp
from gateway.intake.feed import Segment
from gateway.intake.files import FollowedFile
from gateway.intake.tcp import Door, RecordsFactory, RecordsProtocol
from gateway.store.writer import BACKLOG_BYTES, BACKLOG_HIGH
from protocols.framing import LineFramer
from protocols.smdr.sessions import PlainSession
from tests.conftest import LoggedFailures
from tests.gateway.rig import Rig, line


class Acknowledging(PlainSession):
    """An exchange's session that answers a byte for each record committed."""

    def committed(self, count: int) -> bytes:
        """One byte for each."""
        return b"\x06" * count


class Lobby:
    """A source's door on a rig, and the connections that come through it."""

    def __init__(self, rig: Rig, crowded: Callable[[], bool] = lambda: False) -> None:
        self.rig, self.problems, self.count = rig, list[str](), 0
        self.door = Door(
            open_feed=lambda told: rig.feed_told(Segment("main", "connection"), told),
            told=lambda batch, count: None,
            changed=self._changed,
            problem=self.problems.append,
            crowded=crowded,
            later=rig.clock.callLater,
        )
        self._factory = RecordsFactory(Acknowledging, LineFramer, self.door)

    def _changed(self, count: int) -> None:
        self.count = count

    def dial(self) -> tuple[RecordsProtocol, StringTransport]:
        """An exchange connects."""
        protocol, wire = self._factory.buildProtocol(None), StringTransport()  # type: ignore[no-untyped-call]
        protocol.makeConnection(wire)  # type: ignore[no-untyped-call]
        return protocol, wire


def reading(wire: StringTransport) -> bool:
    """Whether the gateway reads from this connection."""
    return wire.producerState == "producing"


def test_when_too_much_waits_every_connection_is_held_at_once_and_later_read_again(rig: Rig) -> None:
    """One that floods holds all, so that hundreds of connections do not each bring one more read."""
    lobby = Lobby(rig, crowded=lambda: rig.writer.backlog > 2)
    (loud, loud_wire), (_, quiet_wire) = lobby.dial(), lobby.dial()
    loud.dataReceived(line(1) + b"\n")
    assert reading(loud_wire)
    loud.dataReceived(line(2) + b"\n" + line(3) + b"\n")
    _, late_wire = lobby.dial()
    assert not any(map(reading, (loud_wire, quiet_wire, late_wire)))
    rig.pump()
    lobby.door.relax()
    assert all(map(reading, (loud_wire, quiet_wire, late_wire)))


def test_a_peer_that_does_not_read_its_acknowledgements_is_not_read_either(rig: Rig) -> None:
    """Neither the crowd's end nor the peer's reading alone lets it go on: both must."""
    lobby = Lobby(rig, crowded=lambda: rig.writer.backlog > 0)
    protocol, wire = lobby.dial()
    protocol.pauseProducing()  # the transport's own: its buffer is full
    protocol.dataReceived(line(1) + b"\n")
    rig.pump()
    lobby.door.relax()
    assert not reading(wire)
    protocol.resumeProducing()
    assert reading(wire)
    assert wire.value() == b"\x06"  # type: ignore[no-untyped-call]


def test_half_open_connections_cannot_keep_the_exchange_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """When all places are taken the oldest that never spoke makes room; those that spoke stay, and then the newest is refused."""
    monkeypatch.setattr(tcp, "MOST_CONNECTIONS", 3)
    lobby = Lobby(rig)
    exchange, exchange_wire = lobby.dial()
    exchange.dataReceived(line(1) + b"\n")
    wires = [lobby.dial()[1] for _ in range(3)]
    assert [wire.disconnected for wire in wires] == [True, False, False]
    assert not exchange_wire.disconnected
    assert lobby.count == 3
    assert "all 3 places" in lobby.problems[-1]
    talkative = [lobby.dial() for _ in range(2)]
    for number, (protocol, _) in enumerate(talkative):
        protocol.dataReceived(line(10 + number) + b"\n")
    _, refused = lobby.dial()
    assert refused.disconnected
    assert [wire.disconnected for _, wire in talkative] == [False, False]
    assert lobby.count == 3


@pytest.fixture
def doors(rig: Rig) -> Doors:
    """The ways in of a gateway, on the rig's writer."""
    return Doors(
        reactor=rig.clock,
        writer=rig.writer,
        settling=rig.settling,
        segments=rig.segments,
        now=lambda: rig.now,
        told=lambda source, batch, count: None,
        dialled=lambda pbx, dialling: None,
        missed=lambda source, sentence: None,
        look_seconds=0.5,
        captures=lambda name: Path("/nonexistent") / name,
        marks=lambda segment: [],
    )


def test_what_waits_is_bounded_by_records_and_by_bytes(rig: Rig, doors: Doors) -> None:
    """Records of usual length are counted; long ones are weighed."""
    feed = doors._feed(Segment("main", "connection"), lambda batch, count: None)
    long, framer = b"x" * 16_000 + b"\n", LineFramer()
    assert not doors.crowded("main")
    while not doors.crowded("main"):
        feed.take(framer.feed(long * 100))
    assert BACKLOG_BYTES < rig.writer.backlog * 16_000 < BACKLOG_BYTES + 2 * 1_600_000
    assert rig.writer.backlog < BACKLOG_HIGH
    rig.pump()
    assert not doors.crowded("main")


def test_an_exchange_that_floods_does_not_silence_another(rig: Rig, doors: Doors) -> None:
    """The quiet one may have its share in line, however much waits."""
    loud, framer = doors._feed(Segment("main", "connection"), lambda batch, count: None), LineFramer()
    while not doors.crowded("main"):
        loud.take(framer.feed(b"".join(line(n) + b"\n" for n in range(500))))
    assert rig.writer.backlog > BACKLOG_HIGH
    assert not doors.crowded("annex")


def test_nothing_is_read_while_nothing_can_be_written(
    rig: Rig, doors: Doors, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """A full disk: what the exchange still has is safer with the exchange than in our memory."""
    feed = doors._feed(Segment("main", "connection"), lambda batch, count: None)
    with monkeypatch.context() as broken:
        broken.setattr(rig.database, "transact_kept", _no_space)
        feed.take(LineFramer().feed(line(1) + b"\n"))
        assert rig.writer.step() == []
        assert doors.crowded("main")
    rig.writer.step()
    assert not doors.crowded("main")


def _no_space(work: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_is_not_read_while_too_much_waits(rig: Rig, tmp_path: Path) -> None:
    """However often it is looked at: a file may hold gigabytes."""
    crowd = [True]
    path = tmp_path / "calls.log"
    path.write_bytes(line(1) + b"\n")
    taken: list[int] = []
    followed = FollowedFile(
        path,
        open_feed=lambda segment: rig.feed_told(segment, lambda batch, count: taken.append(count)),
        framer=lambda start, last: LineFramer(start),
        source="main",
        known=(),
        crowded=lambda: crowd[0],
        state=lambda up, problem: None,
        missed=lambda sentence: None,
    )
    for _ in range(3):
        followed.look()
    assert rig.writer.backlog == 0
    crowd[0] = False
    followed.look()
    rig.pump()
    followed.close()
    assert taken == [1]


def test_the_segments_that_settling_remembers_are_bounded(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exchange that connects anew for each record, for years; forgetting one that still sends changes nothing."""
    monkeypatch.setattr("gateway.intake.settling.REMEMBERED_SEGMENTS", 3)
    old = rig.connect()
    rig.send(old, line(1))
    for number in range(2, 12):
        rig.send(rig.connect(), line(number))
    assert len(rig.settling._segments) <= 3
    rig.send(old, line(1), line(2), line(3))
    # Taken for a new connection, it would be in a run of three: proved repeats. (The call numbers alone are a doubt.)
    assert "repeat" not in [row[0] for row in rig.rows("SELECT mark FROM records")]
