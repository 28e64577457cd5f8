"""Protects the promise that a call keeps its day where the day comes apart from it: through commits, restarts and rotation.

And that the parts of a call longer than its exchange can say are one call, charged once. The real store, settling and follower.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.testing import StringTransport

from gateway.instants import to_micros
from gateway.intake.feed import Segment
from gateway.intake.files import FollowedFile
from gateway.intake.tcp import RecordsFactory
from gateway.store import records
from protocols.smdr.catalog import DIALECTS
from protocols.smdr.nec_session import NecSession
from tests.gateway.rig import Rig
from tests.gateway.test_doors import Lobby

OPTIONS = {"layout": "printer"}


def row(time: str, duration: str = "0010", condition: str = "A") -> bytes:
    """A Printer record of a call from 201 over circuit 3 of group 501."""
    line = f"{time} {duration} {condition} {'9':>3} {'501':>3} {'902155512345':>15} {'201':>5} {'':15} {'':7}    {'':3} {'':3} {'003':>3} 0"
    return line.encode("ascii") + b"\r\n"


def follower(rig: Rig, path: Path) -> FollowedFile:
    """A new process that follows the file."""
    return FollowedFile(
        path,
        open_feed=lambda segment: rig.feed_told(segment, lambda batch, count: None),
        framer=lambda start, last: DIALECTS["avaya-cm"].framer(start, transport="file", options=OPTIONS, last=last),
        source="main",
        known=rig.database.read(lambda c: records.known_files(c, rig.memory.owner, "main")),
        crowded=lambda: False,
        state=lambda up, problem: None,
        missed=lambda sentence: None,
    )


def look(rig: Rig, followed: FollowedFile) -> None:
    for _ in range(4):
        followed.look()
        rig.pump()


def test_the_day_of_a_call_survives_a_restart_and_a_rotation(store_url: str, tmp_path: Path) -> None:
    rig, path = Rig(store_url, dialect="avaya-cm", options=OPTIONS), tmp_path / "cdr.log"
    try:
        today = f"{rig.now:%m%d}".encode("ascii")
        path.write_bytes(row("0001") + today + b"\r\n\0\0\0" + row("0002"))
        first = follower(rig, path)
        look(rig, first)
        first.close()
        with path.open("ab") as file:
            file.write(row("0003"))
        second = follower(rig, path)  # another process, with nothing but the store
        look(rig, second)
        path.rename(tmp_path / "cdr.log.1")
        path.write_bytes(row("0004"))  # the exchange goes on in a new file, and says no date
        look(rig, second)
        second.close()
        kinds = [str(one[0]) for one in rig.rows("SELECT kind FROM records ORDER BY id")]
        assert kinds == ["unparsed", "furniture", "call", "call", "call"]
        began = [int(one[0]) for one in rig.rows("SELECT started_at FROM calls ORDER BY id")]
        assert [later - began[0] for later in began] == [0, 60_000_000, 120_000_000]  # a minute apart, on one day
        assert 0 < to_micros(rig.now) - began[0] < 26 * 3600 * 1_000_000
    finally:
        rig.close()


def test_a_call_of_more_than_ten_hours_is_one_call_and_one_charge(store_url: str) -> None:
    rig = Rig(store_url, dialect="avaya-cm", options=OPTIONS)
    try:
        today = f"{rig.now:%m%d}".encode("ascii")
        feed = rig.feed(Segment("main", "connection"))
        framer = DIALECTS["avaya-cm"].framer(transport="listen", options=OPTIONS)
        stream = today + b"\r\n" + row("1030", "9599", "4") + row("1100", "0300") + row("1101", "0010")
        feed.take(framer.feed(stream))
        rig.pump()
        calls = rig.rows("SELECT legs, talk_seconds FROM calls ORDER BY id")
        assert [(int(legs), int(talked)) for legs, talked in calls] == [(2, 35_994 + 1_800), (1, 60)]
    finally:
        rig.close()


def test_an_exchange_that_wants_to_be_asked_is_asked_again_and_again_until_it_is_gone(rig: Rig) -> None:
    lobby = Lobby(rig)
    factory = RecordsFactory(
        lambda: NecSession(0), lambda: DIALECTS["nec-neax"].framer(transport="connect"), lobby.door
    )
    protocol: Any = factory.buildProtocol(None)
    wire: Any = StringTransport()  # type: ignore[no-untyped-call]
    protocol.makeConnection(wire)
    wire.clear()
    rig.clock.advance(5.0)
    request = wire.value()
    assert request[:2] == b"\x161"
    rig.clock.advance(5.0)
    assert wire.value() == request * 2
    protocol.connectionLost()
    rig.clock.advance(60.0)
    assert wire.value() == request * 2
