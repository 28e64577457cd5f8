"""The simulated disk under a real SQLite file, and the writer driven by the clock instead of a thread.

The file is real, and so is the trouble: a full disk is SQLite's own `max_page_count`, a locked store is another
connection that holds it, a read-only one is `query_only`. Only time is simulated: the clock tells how long a commit
takes, and the announcements of one step may come after the next step has begun, as they may between two threads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import event
from twisted.application.service import Service
from twisted.internet.defer import Deferred

from gateway.store.database import Database
from gateway.store.writer import Announce, Drive, Writer, announce
from tests.simulation.world import Died, Machine, World

Trouble = Literal["", "full", "read-only", "locked"]
#: Pages a full disk still has.
_LAST_PAGES = 1
_MOST_PAGES = 1_000_000


class Disk:
    """What is wrong with the disk now, for every process that comes to use it."""

    def __init__(self, world: World, path: Path) -> None:
        self._world, self._path = world, path
        self.trouble: Trouble = ""
        self.slow = 0.0
        self._holder: sqlite3.Connection | None = None

    def commit_takes(self) -> float:
        """Seconds of the next commit."""
        draw = self._world.draw
        if self.slow:
            return draw.uniform(0.2, 1.0) * self.slow
        return draw.uniform(0.001, 0.02) if draw.random() < 0.97 else draw.uniform(0.02, 0.8)

    def begin(self, trouble: Trouble) -> None:
        """Something goes wrong."""
        self.end()
        self.trouble = trouble
        if trouble == "locked":
            self._holder = sqlite3.connect(self._path, isolation_level=None, timeout=0)
            try:
                self._holder.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:  # the store is not there yet, or in use at this very instant
                self.end()

    def end(self) -> None:
        """All is well again."""
        self.trouble = ""
        if self._holder is not None:
            self._holder.close()
            self._holder = None

    def attach(self, database: Database, machine: Machine) -> None:
        """Stand between a process and its store: under SQLAlchemy, where every statement passes."""

        @event.listens_for(database.engine, "do_connect")
        def _connect(_dialect: Any, _record: Any, words: Any, named: Any) -> Watched:
            watched: Watched = sqlite3.connect(*words, **named, factory=Watched)
            watched.machine, watched.disk = machine, self
            return watched

        @event.listens_for(database.engine, "connect")
        def _impatient(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA busy_timeout=0")  # a real wait would stop the simulated clock

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Give a connection the disk as it is now."""
        connection.execute(f"PRAGMA query_only={int(self.trouble == 'read-only')}")
        pages = _MOST_PAGES
        if self.trouble == "full":
            pages = int(connection.execute("PRAGMA page_count").fetchone()[0]) + _LAST_PAGES
        connection.execute(f"PRAGMA max_page_count={pages}")


class Watched(sqlite3.Connection):
    """A connection whose process may die at any statement that writes, and whose disk may be in trouble."""

    machine: Machine
    disk: Disk
    writes = False

    def cursor(self, *_words: Any, **_named: Any) -> WatchedCursor:  # type: ignore[override]
        """A cursor that is watched too."""
        return WatchedCursor(self)

    def commit(self) -> None:
        """Commit, unless the process dies before."""
        if self.in_transaction:
            self.machine.raise_if_dead("before commit")
        super().commit()


class WatchedCursor(sqlite3.Cursor):
    """Its statements are where a process may die inside a transaction."""

    connection: Watched

    def execute(self, words: str, *more: Any) -> WatchedCursor:
        """Do it, unless the process dies before."""
        watched = self.connection
        if words.startswith("BEGIN"):
            watched.writes = words == "BEGIN IMMEDIATE"
            watched.disk.prepare(watched)
        if watched.writes:
            watched.machine.raise_if_dead("statement")
        super().execute(words, *more)
        return self

    def executemany(self, words: str, rows: Any) -> WatchedCursor:
        """Do it, unless the process dies before."""
        self.connection.machine.raise_if_dead("statement")
        super().executemany(words, rows)
        return self


class ClockDrive(Service):
    """Drives a writer by the clock. `taken` and `kept` are told when a step takes what is in line, and what came of it."""

    def __init__(self, machine: Machine, disk: Disk, taken: Callable[[], None], kept: Callable[[bool], None]) -> None:
        self.writer: Writer | None = None
        self._machine, self._disk, self._taken, self._kept = machine, disk, taken, kept
        self._awake = False
        self._ended: Deferred[None] | None = None

    def wake(self) -> None:
        """A job is in line: step soon, unless a step is under way."""
        if self.running and not self._awake:
            self._awake = True
            self._machine.callLater(0.0001, self._step)

    def startService(self) -> None:
        """Begin."""
        super().startService()  # type: ignore[no-untyped-call]
        self.wake()

    def stopService(self) -> Deferred[None]:
        """Commit what is in line and end."""
        self._ended = Deferred()
        self.wake()
        return self._ended

    def _step(self) -> None:
        writer, machine = self.writer, self._machine
        assert writer is not None  # the composition root gives it before it starts us
        if writer.idle or (self._ended is not None and writer.trouble):
            self._rest()
            return
        self._taken()
        announcements = self._transact(writer)
        took = self._disk.commit_takes()
        if machine.dies_at("after commit"):
            return
        if announcements:
            machine.callLater(took + self._disk.commit_takes() / 50, announce, announcements)
        machine.callLater(took + writer.pause, self._step)

    def _transact(self, writer: Writer) -> list[Announce]:
        commits = writer.commits
        try:
            announcements = writer.step()
        except Died:
            self._kept(False)
            raise
        whole = writer.trouble is None and not writer.backlog
        self._machine.world.say(f"commit {writer.commits - commits} {writer.trouble or ''}".rstrip())
        self._kept(whole)
        return announcements

    def _rest(self) -> None:
        self._awake = False
        if self._ended is not None and not self._ended.called:
            super().stopService()  # type: ignore[no-untyped-call]
            self._ended.callback(None)


_check: type[Drive] = ClockDrive
