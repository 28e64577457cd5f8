"""The one writer: take what has queued while the last commit ran, transact, announce.

Everything that changes the store is a job. `Writer.step` is the loop body: it takes jobs, runs their `work` in one
transaction, and returns what to announce once the commit has returned; whoever drives it (a thread in the process, the
reactor in a simulation, a test by hand) delivers the announcements on the reactor's side. Marks of postings, room news
and commands go before records, and records are capped, so that a flood of calls never starves the postings.

When a transaction fails, nothing is lost and nothing is half done: the memory that the jobs share is read again
from the store, and the jobs are tried again. Trouble of the store itself (disk full, locked, gone) keeps every job
in line until it passes; a job that fails by itself is run alone, then in its parts if it has any, and what fails even
so is rescued by its own means.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias, runtime_checkable

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import Logger

from gateway.store.database import Database

#: Records in one commit. More would make ingest a little faster and postings wait; see docs/benchmarks.md.
MOST_RECORDS: Final = 250
#: Records that may wait for the writer before the intake stops reading from its sockets, and starts again: about a
#: second of work. An exchange that cannot be acknowledged loses what waits if the process dies, and one that is quiet
#: waits behind what another has sent.
BACKLOG_HIGH: Final = 5_000
BACKLOG_LOW: Final = 2_500
#: Bytes that may wait likewise: 5,000 records of usual length are 1 MB, but one may have 16 KiB.
BACKLOG_BYTES: Final = 8 * 1024 * 1024
#: Bytes that each exchange may have in line, however much the others have: one that floods must not silence the rest.
FAIR_SHARE: Final = 64 * 1024
#: Marks, commands and pieces of room news in one commit, before its records: more than any number of links has at
#: once, and few enough that a PMS which tells without end leaves the exchanges their share.
MOST_PROMPT: Final = 250
#: How many of them may wait before a PMS is no longer read: a large house's whole state comes as one piece, so only a
#: PMS gone wild says more in the time of a commit.
NEWS_HIGH: Final = 500
#: Seconds to wait before the first and every later try while the store is in trouble.
RETRY_SECONDS: Final = (0.2, 0.5, 1.0, 2.0, 5.0)

#: Trouble of the store itself, in which every job keeps its place and is tried again.
STORE_TROUBLE: Final = (OperationalError, InterfaceError, InternalError, OSError)

Announce: TypeAlias = Callable[[], None]


class Job(Protocol):
    """A piece of work for the writer."""

    @property
    def records(self) -> int:
        """How many records it brings; 0 for marks, news and commands, which go first."""

    def work(self, connection: Connection) -> Announce:
        """Do it inside the transaction; the result is called on the reactor's side after the commit."""

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Do the least that loses nothing, after `work` failed by its own fault."""


@runtime_checkable
class Divisible(Protocol):
    """A job that smaller jobs can do: when it fails, each of them is tried alone, so that one fault is one record's."""

    def parts(self) -> list[Job]:
        """The smaller jobs, in order; none where it cannot be divided further."""


class Writer:
    """The queue of jobs and the loop body that carries them out."""

    _log = Logger()

    def __init__(self, database: Database, reload: Callable[[Connection], None], wake: Announce) -> None:
        self._database = database
        self._reload = reload
        self._wake = wake
        self._prompt: deque[Job] = deque()
        self._bulk: deque[Job] = deque()
        self._stale = True
        self._failures = 0
        # Two counters, because `submit` and `step` may run in two threads and each adds to its own alone.
        self._submitted = 0
        self._committed = 0
        self.trouble: str | None = None
        self.commits = 0

    @property
    def backlog(self) -> int:
        """How many records wait for their commit."""
        return self._submitted - self._committed

    @property
    def out_of_breath(self) -> bool:
        """True while so many marks, commands and pieces of news wait that a PMS should not be listened to."""
        return len(self._prompt) > NEWS_HIGH

    @property
    def idle(self) -> bool:
        """True when nothing waits."""
        return not self._prompt and not self._bulk

    @property
    def pause(self) -> float:
        """Seconds to wait before the next step: 0 unless the store is in trouble."""
        return RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS)) - 1] if self._failures else 0.0

    def submit(self, job: Job) -> None:
        """Put a job in line; may be called while a step runs in another thread."""
        if job.records:
            self._submitted += job.records
            self._bulk.append(job)
        else:
            self._prompt.append(job)
        self._wake()

    def step(self) -> list[Announce]:
        """Take, transact; what to announce comes back. Never raises."""
        jobs = self._take()
        try:
            announcements = self._transact(jobs)
        except STORE_TROUBLE as error:
            self._put_back(jobs, error)
            return []
        except Exception as error:  # noqa: BLE001 - one of the jobs is at fault: find it, keep the others
            self._stale = True
            self._log.warn("a batch of {count} jobs failed: {error!r}", count=len(jobs), error=error)
            announcements = self._one_by_one(jobs)
        return announcements

    def _take(self) -> list[Job]:
        jobs: list[Job] = []
        while self._prompt and len(jobs) < MOST_PROMPT:
            jobs.append(self._prompt.popleft())
        room = MOST_RECORDS
        while self._bulk and (self._bulk[0].records <= room or room == MOST_RECORDS):
            jobs.append(self._bulk.popleft())
            room -= jobs[-1].records
        return jobs

    def _transact(self, jobs: list[Job]) -> list[Announce]:
        def work(connection: Connection) -> list[Announce]:
            if self._stale:
                self._reload(connection)
            return [job.work(connection) for job in jobs]

        try:
            announcements = self._database.transact_kept(work)
        except BaseException:
            self._stale = True
            raise
        self._succeeded(jobs)
        return announcements

    def _succeeded(self, jobs: list[Job]) -> None:
        self._committed += sum(job.records for job in jobs)
        self.commits += 1
        if self.trouble:
            self._log.info("the store can be written again; what waited is being committed")
        self._stale, self._failures, self.trouble = False, 0, None

    def _put_back(self, jobs: list[Job], error: Exception) -> None:
        """The store is in trouble: every job goes back to its place, in order."""
        self._bulk.extendleft(reversed([job for job in jobs if job.records]))
        self._prompt.extendleft(reversed([job for job in jobs if not job.records]))
        self._failures += 1
        trouble = f"the store cannot be written: {str(getattr(error, 'orig', error)).splitlines()[0]}"
        if trouble != self.trouble:  # once, however often it is tried: a full disk must not be filled with its own log
            self._log.error("{trouble}; nothing more is read or posted until it can be", trouble=trouble)
        self.trouble = trouble

    def _one_by_one(self, jobs: list[Job]) -> list[Announce]:
        waiting, announcements = deque(jobs), list[Announce]()
        while waiting:
            try:
                announcements += self._alone(waiting)
            except Exception as error:  # noqa: BLE001 - even its least failed: keep it and all behind it, and say so
                self._put_back(list(waiting), error)
                break
        return announcements

    def _alone(self, waiting: deque[Job]) -> list[Announce]:
        """Do the first job by itself; where that fails put its parts in its place, or rescue what has none."""
        job = waiting[0]
        try:
            announcements = self._transact([job])
        except STORE_TROUBLE:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the job gets its chance to do its least
            if isinstance(job, Divisible) and (parts := job.parts()):
                waiting.popleft()
                waiting.extendleft(reversed(parts))
                return []
            self._log.failure("a job failed by itself: {job!r}", job=type(job).__name__)
            announcements = self._transact([_Rescued(job, error)])
        waiting.popleft()
        return announcements


class _Rescued:
    """A job that failed, about to do its least."""

    def __init__(self, job: Job, error: Exception) -> None:
        self._job, self._error = job, error

    @property
    def records(self) -> int:
        return self._job.records

    def work(self, connection: Connection) -> Announce:
        return self._job.rescue(connection, self._error)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        raise error


class Drive(Protocol):
    """Whatever calls `Writer.step` and delivers its announcements: a thread here, the clock in a simulated day.

    `stopService` drains: it fires when everything in line is committed, or the store is in trouble.
    """

    writer: Writer | None

    def wake(self) -> None:
        """A job is in line."""

    def startService(self) -> None:
        """Begin."""

    def stopService(self) -> Deferred[None]:
        """Commit what is in line and end."""


class WriterThread(Service):
    """Drives a writer in a thread of its own, and brings its announcements to the reactor.

    Stopping drains: the thread ends when everything in line is committed, or the store is in trouble (then what
    waits was never acknowledged to anybody, or will be found in the store as it stood).
    """

    def __init__(self, reactor: IReactorFromThreads) -> None:
        self._reactor = reactor
        self._bell = threading.Condition()
        self._rung = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._gone: Deferred[None] = Deferred()
        self.writer: Writer | None = None

    def wake(self) -> None:
        """Tell the thread that a job is in line."""
        with self._bell:
            self._rung = True
            self._bell.notify()

    def startService(self) -> None:
        """Start the thread."""
        super().startService()  # type: ignore[no-untyped-call]
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def stopService(self) -> Deferred[None]:
        """Commit what is in line and end the thread."""
        super().stopService()  # type: ignore[no-untyped-call]
        self._stopping = True
        self.wake()
        return self._gone

    def _run(self) -> None:
        writer = self.writer
        assert writer is not None  # the composition root gives it before it starts us
        while not (self._stopping and (writer.idle or writer.trouble)):
            self._wait(writer)
            announcements = writer.step() if not writer.idle else []
            if announcements:
                self._reactor.callFromThread(announce, announcements)
        self._reactor.callFromThread(self._gone.callback, None)

    def _wait(self, writer: Writer) -> None:
        with self._bell:
            if writer.pause:
                self._bell.wait(0 if self._stopping else writer.pause)
            elif not self._rung and writer.idle and not self._stopping:
                self._bell.wait()
            self._rung = False


def announce(announcements: list[Announce]) -> None:
    """Deliver; one that fails is logged and does not take the others with it."""
    for announcement in announcements:
        with Writer._log.failuresHandled("while announcing a commit"):
            announcement()


_check: type[Drive] = WriterThread
