"""The writer loses no job: a failed transaction is tried again whole, a faulty job alone, and announcements follow commits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from gateway.store.writer import MOST_RECORDS, Announce
from tests.conftest import LoggedFailures
from tests.gateway.rig import Rig, line


class Probe:
    """A job that notes what happens to it, and writes a room."""

    def __init__(self, log: list[str], name: str, records: int = 0, fail: Callable[[], None] = lambda: None) -> None:
        self._log, self._name, self.records, self._fail = log, name, records, fail

    def work(self, connection: Connection) -> Announce:
        """Write, then perhaps fail."""
        connection.execute(text("INSERT INTO rooms (property, room) VALUES ('SEASIDE', :room)"), {"room": self._name})
        self._fail()
        return lambda: self._log.append(f"{self._name} told")

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """The least."""
        return lambda: self._log.append(f"{self._name} rescued: {error}")


def failing(error: Exception, times: int = 1) -> Callable[[], None]:
    """Something that fails so often and then works."""
    left = [error] * times

    def fail() -> None:
        if left:
            raise left.pop()

    return fail


def rooms(rig: Rig) -> list[str]:
    """What the probes wrote."""
    return [row[0] for row in rig.rows("SELECT room FROM rooms ORDER BY room")]


def test_prompt_jobs_go_before_records_and_records_are_capped(rig: Rig) -> None:
    """A flood of calls never starves the postings."""
    log: list[str] = []
    for number in range(4):
        rig.writer.submit(Probe(log, f"bulk{number}", records=MOST_RECORDS // 2))
    rig.writer.submit(Probe(log, "mark"))
    assert rig.writer.backlog == 2 * MOST_RECORDS
    for announcement in rig.writer.step():
        announcement()
    assert log == ["mark told", "bulk0 told", "bulk1 told"]
    rig.pump()
    assert rig.writer.backlog == 0


def test_nothing_is_announced_before_it_is_committed(rig: Rig) -> None:
    """`step` returns what to announce after the commit returned."""
    log: list[str] = []
    rig.writer.submit(Probe(log, "a"))
    announcements = rig.writer.step()
    assert (log, rooms(rig)) == ([], ["a"])
    announcements[0]()
    assert log == ["a told"]


@pytest.mark.parametrize("error", [OperationalError("x", None, Exception("disk is full")), OSError("gone")])
def test_trouble_of_the_store_keeps_every_job_in_order_until_it_passes(
    rig: Rig, error: Exception, logged_failures: LoggedFailures
) -> None:
    """Nothing half done, nothing lost, memory read again."""
    log: list[str] = []
    rig.writer.submit(Probe(log, "a"))
    rig.writer.submit(Probe(log, "b", fail=failing(error)))
    rig.writer.submit(Probe(log, "c", records=3))
    assert rig.writer.step() == []
    assert rig.writer.trouble is not None
    assert rig.writer.pause > 0
    assert rooms(rig) == []
    assert rig.writer.backlog == 3
    for announcement in rig.writer.step():
        announcement()
    assert log == ["a told", "b told", "c told"]
    assert not rig.writer.trouble
    assert not rig.writer.pause


def test_a_job_that_fails_by_itself_is_rescued_and_its_neighbours_are_committed(
    rig: Rig, logged_failures: LoggedFailures
) -> None:
    """The faulty one does its least; the others are done as if it had not been there."""
    log: list[str] = []
    rig.writer.submit(Probe(log, "a"))
    rig.writer.submit(Probe(log, "b", fail=failing(ZeroDivisionError("ours"), times=2)))
    rig.writer.submit(Probe(log, "c"))
    rig.pump()
    assert log == ["a told", "b rescued: ours", "c told"]
    assert rooms(rig) == ["a", "c"]
    assert logged_failures.take(ZeroDivisionError)


def test_records_whose_settling_fails_as_a_whole_are_kept_unread(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """The bytes are never lost, whatever our code does."""
    monkeypatch.setattr(rig.settling, "settle", lambda *_: failing(ZeroDivisionError("ours"))())
    feed = rig.connect()
    rig.send(feed, line(1), line(2))
    assert (
        rig.rows("SELECT kind, reason FROM records") == [("unparsed", "settling failed: ZeroDivisionError('ours')")] * 2
    )
    assert logged_failures.take(ZeroDivisionError)
