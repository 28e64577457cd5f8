"""The gateway's intake on a real socket, with one thing that no exchange of today has: an acknowledgement per line.

Everything is the product's own: connection protocol, door with its back-pressure, feed, writer in its thread. Only the
session is the bench's. It answers one byte for each record once it is committed (`Session.committed`), so that the
sender can tell when a line is safe.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.threads import deferToThread

from gateway.intake.batch import Batch
from gateway.intake.tcp import Door, RecordsFactory
from gateway.store.writer import BACKLOG_HIGH, BACKLOG_LOW, WriterThread
from protocols.framing import LineFramer
from protocols.smdr.sessions import PlainSession
from tests.bench.house import House
from tests.bench.lab import companion

ACK = b"\x06"


class AckSession(PlainSession):
    """Nothing but records, and a byte back for each that is committed."""

    __slots__ = ()

    def committed(self, count: int) -> bytes:
        """One byte for each record."""
        return ACK * count


class Reception:
    """A house with its writer's thread and a listening port."""

    def __init__(self, reactor: Any, folder: Path, settled: Callable[[Batch], None] = lambda batch: None) -> None:
        self._reactor, self._settled = reactor, settled
        self.thread = WriterThread(reactor)
        self.house = House.on_disk(folder, wake=self.thread.wake)
        self.thread.writer = self.house.writer
        self.house.fill_rooms()
        self.kept = 0
        self.oddities: list[str] = []
        self._port: Any = None
        self._door = Door(
            open_feed=self.house.feed,
            told=self._told,
            changed=lambda count: None,
            problem=self.oddities.append,
            crowded=lambda: self.house.writer.backlog > BACKLOG_HIGH,
            later=reactor.callLater,
        )

    async def open(self) -> int:
        """Start the writer and listen; returns the port."""
        self.thread.startService()
        factory = RecordsFactory(AckSession, LineFramer, self._door)
        endpoint = serverFromString(self._reactor, "tcp:0:interface=127.0.0.1")  # type: ignore[no-untyped-call]
        self._port = await endpoint.listen(factory)
        return int(self._port.getHost().port)

    async def close(self) -> None:
        """Commit what waits and let go of everything."""
        self._door.close_all()
        await self._port.stopListening()
        await self.thread.stopService()
        assert self.oddities == [], self.oddities

    def _told(self, batch: Batch | None, count: int) -> None:
        assert batch is not None, "records were kept unread"
        self.kept += count
        self._settled(batch)
        if self.house.writer.backlog <= BACKLOG_LOW:
            self._door.relax()


class Sender:
    """The process that plays the exchange."""

    def __init__(self, port: int, **words: Any) -> None:
        self._process = companion("sender")
        self._say(json.dumps({"port": port, **words}))

    async def ready(self) -> None:
        """Wait until it is connected and its lines are made."""
        assert await self._hear() == "ready\n"

    async def go(self) -> dict[str, float]:
        """Let it send, and wait for what it measured."""
        self._say("go")
        result: dict[str, float] = json.loads(await self._hear())
        return result

    async def end(self) -> None:
        """Let it close its connections."""
        await _in_thread(self._leave)

    def _leave(self) -> None:
        self._process.communicate(timeout=10)

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")

    async def _hear(self) -> str:
        assert self._process.stdout is not None
        return str(await _in_thread(self._process.stdout.readline))


def _in_thread(work: Callable[[], Any]) -> Deferred[Any]:
    return deferToThread(work)


def run(main: Callable[[Any], Any]) -> Any:
    """Run a coroutine on the reactor until it ends, and return what it returned."""
    from twisted.internet import reactor

    outcome: list[Any] = []

    def begin() -> None:
        done = Deferred.fromCoroutine(main(reactor))
        done.addBoth(outcome.append)
        done.addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(begin)
    reactor.run()
    [result] = outcome
    if hasattr(result, "raiseException"):
        result.raiseException()
    return result
