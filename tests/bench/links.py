"""Many PMS links in one process: the product's clerk and adapter for each, and the peer they talk to.

The gateway of today has one link; a centre would have many. Each link here is what the product composes for one:
its FIAS adapter, its own numbers on the wire, its clerk. Charges are dealt out to the links in turn. All links share
one writer, as they would share one store.

`Nothing` is the store that keeps nothing: statements are given to it and it says that one row changed. With it the
same clerk, adapter and steps run without a database, a commit or a second thread, and show what posting itself costs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.endpoints import clientFromString
from twisted.internet.task import deferLater

from gateway.clock import utc_now
from gateway.intake.batch import Batch
from gateway.posting.clerk import Clerk
from gateway.posting.steps import WireNumbers
from gateway.store.database import Database
from gateway.store.memory import Memory
from gateway.store.rows import Due
from gateway.store.writer import Announce, Job, Writer
from pms_adapters.events import RoomNews
from pms_adapters.fias.adapter import FiasAdapter
from pms_adapters.fias.settings import FiasSettings
from pms_adapters.posting import LinkState, Posted, Posting, PostingResult, Refused
from tests.bench.house import ZONE
from tests.bench.lab import companion

T = TypeVar("T")


class Counted(FiasAdapter):
    """The FIAS adapter, counting what was answered with yes; everything else is the product's."""

    posted = 0

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """One attempt."""
        return super().post(posting).addCallback(self._count)

    def _count(self, result: PostingResult) -> PostingResult:
        self.posted += isinstance(result, Posted)
        return result


class BenchLink:
    """One link, and what its adapter tells."""

    def __init__(self, reactor: Any, memory: Memory, submit: Callable[[Job], None], port: int, name: str) -> None:
        self.oddities: list[str] = []
        self.adapter = Counted(
            settings=FiasSettings(name=name, timezone=ZONE),
            endpoint=clientFromString(reactor, f"tcp:127.0.0.1:{port}"),  # type: ignore[no-untyped-call]
            clock=reactor,
            wall_clock=utc_now,
        )
        self.clerk = Clerk(
            memory=memory,
            numbers=WireNumbers(memory, name, 8),
            adapter=self.adapter,
            submit=submit,
            clock=reactor,
            now=utc_now,
            zone=lambda instant: instant.astimezone(ZONE),
            odd=self.oddities.append,
        )

    def link_changed(self, state: LinkState) -> None:
        """Go on."""
        self.clerk.pump()

    def room_news(self, news: RoomNews) -> None:
        """The peer tells none."""
        self.oddities.append(f"room news: {news}")

    def late_answer(self, token: int, result: Posted | Refused) -> None:
        """Nothing may be late here."""
        self.oddities.append(f"late answer to {token}: {result}")

    def oddity(self, sentence: str) -> None:
        """Nothing may be odd here."""
        self.oddities.append(sentence)


class _Noted:
    """A job of a clerk; when it is committed and announced, the clock is read."""

    def __init__(self, job: Job, done: Callable[[], None]) -> None:
        self._job, self._done = job, done
        self.records = job.records

    def work(self, connection: Connection) -> Announce:
        """The job's own."""
        announce = self._job.work(connection)

        def noted() -> None:
            self._done()
            announce()

        return noted

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """A step that fails would be a posting too few, so the bench fails."""
        raise error


class Links:
    """So many links to one peer."""

    def __init__(self, reactor: Any, memory: Memory, submit: Callable[[Job], None], count: int) -> None:
        self._reactor = reactor
        self.committed_at = 0.0
        self._peer = companion("fias_peer")
        assert self._peer.stdout is not None
        self.port = int(self._peer.stdout.readline())
        self.all = [
            BenchLink(reactor, memory, lambda job: submit(_Noted(job, self._note)), self.port, f"pms-{number}")
            for number in range(count)
        ]
        self._turn = 0

    async def open(self) -> None:
        """Connect every link, and wait until each takes postings and its clerk has seen the outbox."""
        for link in self.all:
            link.adapter.start(link)
        await self.until(lambda: all(link.adapter.state.ready and link.clerk.idle for link in self.all))

    def deal(self, dues: Sequence[Due]) -> None:
        """Give each charge to the next link."""
        hands: dict[int, list[Due]] = {}
        for due in dues:
            hands.setdefault(self._turn, []).append(due)
            self._turn = (self._turn + 1) % len(self.all)
        for number, hand in hands.items():
            self.all[number].clerk.take(hand)

    @property
    def posted(self) -> int:
        """How many postings the peer has said yes to."""
        return sum(link.adapter.posted for link in self.all)

    @property
    def idle(self) -> bool:
        """True when every charge was answered and the answer written down."""
        return all(link.clerk.idle and not link.clerk.waiting for link in self.all)

    async def until(self, true: Callable[[], bool]) -> float:
        """Wait for something, and return when the last step was committed; looking seldom, not to be measured itself."""
        while not true():
            await deferLater(self._reactor, 0.02)
        return self.committed_at

    def _note(self) -> None:
        self.committed_at = time.perf_counter()

    async def close(self) -> dict[str, int]:
        """Say goodbye on every link; what the peer has seen."""
        for link in self.all:
            link.clerk.stop()
        await gatherResults([link.adapter.stop() for link in self.all])
        assert [odd for link in self.all for odd in link.oddities] == []
        out, _ = self._peer.communicate(timeout=10)
        seen: dict[str, int] = json.loads(out)
        assert seen["postings"] == seen["different"] == self.posted, f"{self.posted} posted, the PMS saw {seen}"
        return seen


def deal(links: list[Links], batch: Batch) -> None:
    """Give what a batch made due to the links, once there are any."""
    for some in links:
        some.deal(batch.due)


class _Nothing:
    """Takes any statement and says that it changed one row; has no row to give."""

    rowcount = 1

    @property
    def connection(self) -> _Nothing:
        return self

    def cursor(self) -> _Nothing:
        return self

    def executemany(self, sql: str, rows: object) -> None:
        pass

    def execute(self, statement: object, row: object = None) -> list[object]:
        return []


class Nothing:
    """A database that keeps nothing."""

    def transact_kept(self, work: Callable[[Connection], T]) -> T:
        """Do it, and keep nothing of it."""
        return work(cast("Connection", _Nothing()))


class NothingKept:
    """The writer on a store that keeps nothing, driven by the reactor itself, or by hand where there is none."""

    def __init__(self, reactor: Any | None) -> None:
        self._reactor, self._called = reactor, False
        self.writer = Writer(cast("Database", Nothing()), lambda connection: None, self._wake)

    def _wake(self) -> None:
        if self._reactor is not None and not self._called:
            self._called = True
            self._reactor.callLater(0, self._step)

    def _step(self) -> None:
        self._called = False
        for announcement in self.writer.step():
            announcement()
