"""Postings over FIAS: one link against the wire and the disk, many links against the same links without a store.

One link can never be faster than one round trip and one commit for each posting, because a charge is written down as
sent before a byte of it leaves. So one durable link is held against 1 / (round trip + F), where the round trip is that
of a bare Twisted ping-pong of the same bytes with the same peer, and F the time of one sync, both of the same process.

Many links share commits. They are held against the same clerks, adapters and steps on a store that keeps nothing: no
database, no commit, no second thread. A second limit is told beside it: the same store, but a sync costs nothing.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import clientFromString, connectProtocol
from twisted.internet.protocol import Protocol

from gateway.posting.clerk import MOST_QUEUED
from gateway.store.rows import Due
from gateway.store.schema import calls, postings
from gateway.store.writer import WriterThread
from protocols.fias.codec import encode
from protocols.fias.records import Record
from tests.bench.house import ByHand, House
from tests.bench.kit import Figure, Findings, middle, paired, probe
from tests.bench.lab import companion, measure
from tests.bench.links import Links, NothingKept
from tests.bench.reception import run
from tests.bench.rows import multiply

LINKS = 200
#: Round trips of one ping-pong.
TRIPS = 2_000
#: Calls that are really settled; the others are copies of them.
SETTLED = 500

#: A charge as the adapter writes it, and a greeting that the peer answers in kind before it.
PS = (
    ("RN", "265"), ("PT", "C"), ("TA", "360"), ("DD", "9583006527"), ("DU", "000259"), ("PC", "N"), ("CT", "Poland"),
    ("PX", "9003"), ("P#", "1234"), ("DA", "261121"), ("TI", "235755"),
)  # fmt: skip


class PingPong(Protocol):
    """Sends the bytes of a charge, and again as soon as the answer is whole."""

    def __init__(self, trips: int) -> None:
        self._left, self._ping = trips, encode(Record("PS", PS), "cp850")
        self._begun = 0.0
        self.done: Deferred[float] = Deferred()

    def connectionMade(self) -> None:
        """The peer greets first; that is passed over."""
        assert self.transport is not None
        self.transport.setTcpNoDelay(True)  # type: ignore[attr-defined]

    def dataReceived(self, data: bytes) -> None:
        """One end mark is one answer."""
        if not data.endswith(b"\x03"):
            return
        assert self.transport is not None
        if not self._begun:
            self._begun = time.perf_counter()
        elif self._left == 0:
            self.done.callback(time.perf_counter() - self._begun)
            self.transport.loseConnection()
            return
        self._left -= 1
        self.transport.write(self._ping)


async def round_trip(reactor: Any, port: int) -> float:
    """The median round trip in seconds over three ping-pongs."""
    taken = []
    for _ in range(3):
        player = PingPong(TRIPS)
        endpoint = clientFromString(reactor, f"tcp:127.0.0.1:{port}")  # type: ignore[no-untyped-call]
        await connectProtocol(endpoint, player)  # type: ignore[no-untyped-call]
        taken.append(await player.done / TRIPS)
    return middle(taken)


def stocked(house: House, count: int) -> list[Due]:
    """A house with so many charges that are due: some settled from lines, the others copies of those."""
    house.fill_rooms()
    hand = ByHand(house)
    settled = min(SETTLED, count)
    hand.run(hand.lines(settled), settled)
    multiply(house, count, (calls, postings))
    base, dues = hand.due, list(hand.due)
    for shift in range(settled, count, settled):
        dues += [one._replace(posting_id=one.posting_id + shift, call_id=one.call_id + shift) for one in base]
    assert house.count("postings", "state = 'due'") == count
    return dues[:count]


def post(folder: Path, *, links: int, count: int, kept: bool = True) -> dict[str, Any]:
    """Post so many charges; postings a second from the first until the last is written down as posted.

    Without `kept`, the clerks' steps go to a store that keeps nothing.
    """
    assert count <= links * MOST_QUEUED
    synced = probe(folder)

    async def main(reactor: Any) -> dict[str, Any]:
        thread = WriterThread(reactor)
        house = House.on_disk(folder, wake=thread.wake)
        dues = stocked(house, count)
        thread.writer = house.writer
        writer = house.writer if kept else NothingKept(reactor).writer
        many = Links(reactor, house.memory, writer.submit, links)
        thread.startService()
        trip = await round_trip_to_fresh_peer(reactor)
        await many.open()
        cpu, commits, begun = time.process_time(), writer.commits, time.perf_counter()
        many.deal(dues)
        spent = await many.until(lambda: many.idle) - begun
        cpu, commits = time.process_time() - cpu, writer.commits - commits
        seen = await many.close()
        await thread.stopService()
        assert seen["postings"] == count
        if kept:
            _all_written_down(house, count)
        return {
            "rate": count / spent, "cpu_us": cpu / count * 1e6, "F": synced, "trip": trip, "steps": count / commits,
        }  # fmt: skip

    result: dict[str, Any] = run(main)
    return result


async def round_trip_to_fresh_peer(reactor: Any) -> float:
    """A ping-pong with a peer of its own, because the bytes say the same number again and again."""
    peer = companion("fias_peer")
    assert peer.stdout is not None
    trip = await round_trip(reactor, int(peer.stdout.readline()))
    peer.communicate(timeout=10)
    return trip


def _all_written_down(house: House, count: int) -> None:
    for table, where in (("postings", "state = 'posted' AND attempts = 1"), ("attempts", "event = 'accepted'")):
        found = house.count(table, where)
        assert found == count, f"{count} charges posted, {found} rows in {table} say so"


def bench(repeats: int = 2) -> Findings:
    """All figures of posting."""
    free = measure("posting.post", links=1, count=2_000, kept=False)
    against = "bare ping-pong of the same bytes"
    yield Figure(name="one link, nothing kept", figure=free["rate"], unit="/s", limit=1 / free["trip"], against=against)
    yield from _one_link()
    yield from _many_links(repeats)


def _one_link() -> Findings:
    for us, count in ((None, 1_000), (1000, 1_000), (4000, 400)):
        kept = measure("posting.post", fsync_us=us, links=1, count=count)
        where = "real disk" if us is None else f"F = {us // 1000} ms (shim)"
        yield Figure(
            name=f"one link, durable, {where}",
            figure=kept["rate"],
            unit="/s",
            limit=1 / (kept["trip"] + kept["F"]),
            against=f"1 / (round trip {kept['trip'] * 1e6:.0f} us + F {kept['F'] * 1e3:.2f} ms)",
            target=None if us is None else 0.85,
        )


def _many_links(repeats: int) -> Findings:
    ways: dict[str, dict[str, Any]] = {
        "nothing": {"kept": False},
        "disk": {},
        "shim": {"fsync_us": 1000},
        "unsynced": {"fsync_us": 0},
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, words in ways.items():
            rates[name].append(measure("posting.post", links=LINKS, count=3_000, **words)["rate"])
    real, one_ms = f"{LINKS} links, durable, real disk", f"{LINKS} links, durable, F = 1 ms (shim)"
    yield paired(real, rates["disk"], rates["nothing"], against="the same, nothing kept", target=0.40)
    yield paired(one_ms, rates["shim"], rates["nothing"], against="the same, nothing kept", target=0.33)
    yield paired(real, rates["disk"], rates["unsynced"], against="the same, syncs at no cost (shim)")
    yield paired(one_ms, rates["shim"], rates["unsynced"], against="the same, syncs at no cost (shim)")
