"""Protects the writer from the pages: many who look cost one reading, a slow disk does not pile readers up, threads do it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Queue
from typing import Any

import pytest
from sqlalchemy import Connection, text
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.threadpool import ThreadPool

from gateway.store.elsewhere import in_threads
from gateway.web.live import FRESH, Shared
from gateway.web.reads import AT_ONCE, MOST_WAITING, Reads, StoreBusy, StoreUnreadable
from tests.gateway.web.asking import at_once
from tests.gateway.web.house import StandingHouse


def result_of(deferred: Deferred[Any]) -> Any:
    """What a Deferred has fired with; an exception is raised."""
    found: list[Any] = []
    deferred.addBoth(found.append)
    assert found, "not fired yet"
    if hasattr(found[0], "raiseException"):
        found[0].raiseException()
    return found[0]


class Slow:
    """A reading that the test ends."""

    def __init__(self) -> None:
        self.begun: list[Deferred[str]] = []
        self.now = 0.0

    def make(self) -> Deferred[str]:
        """Begin one."""
        self.begun.append(Deferred())
        return self.begun[-1]

    def shared(self) -> Shared[str]:
        """Shared by all who ask."""

        async def make() -> str:
            return await self.make()

        return Shared(make, lambda: self.now)


def ask(shared: Shared[str]) -> Deferred[str]:
    """Somebody asks."""
    return Deferred.fromCoroutine(shared.get())


def test_those_who_ask_at_the_same_time_share_one_reading() -> None:
    slow = Slow()
    shared = slow.shared()
    asked = [ask(shared) for _ in range(5)]
    assert len(slow.begun) == 1
    slow.begun[0].callback("seen")
    assert [result_of(one) for one in asked] == ["seen"] * 5


def test_what_was_just_read_is_shown_and_what_is_old_is_not() -> None:
    slow = Slow()
    shared = slow.shared()
    first = ask(shared)
    slow.begun[0].callback("old")
    assert result_of(first) == "old"
    slow.now += FRESH / 2
    assert result_of(ask(shared)) == "old"
    slow.now += FRESH
    second = ask(shared)
    slow.begun[1].callback("new")
    assert result_of(second) == "new"


def test_somebody_who_goes_away_takes_nothing_from_the_others() -> None:
    slow = Slow()
    shared = slow.shared()
    gone, stays = ask(shared), ask(shared)
    gone.cancel()
    with pytest.raises(CancelledError):
        result_of(gone)
    slow.begun[0].callback("seen")
    assert result_of(stays) == "seen"


def test_a_reading_that_fails_fails_for_all_and_is_tried_again() -> None:
    slow = Slow()
    shared = slow.shared()
    asked = [ask(shared), ask(shared)]
    slow.begun[0].errback(StoreUnreadable("gone"))
    for one in asked:
        with pytest.raises(StoreUnreadable):
            result_of(one)
    again = ask(shared)
    slow.begun[1].callback("back")
    assert result_of(again) == "back"


def test_readers_do_not_pile_up_behind_a_slow_disk(empty: StandingHouse) -> None:
    out: list[Deferred[Any]] = []

    def never(work: Callable[[], Any]) -> Deferred[Any]:
        out.append(Deferred())
        return out[-1]

    reads = Reads(empty.database, never)
    asked = [Deferred.fromCoroutine(reads.read(lambda c: 1)) for _ in range(AT_ONCE + MOST_WAITING)]
    assert len(out) == AT_ONCE
    with pytest.raises(StoreBusy):
        result_of(Deferred.fromCoroutine(reads.read(lambda c: 1)))
    for one in asked:
        one.cancel()
        with pytest.raises(CancelledError):
            result_of(one)


def test_trouble_of_the_store_is_told_in_a_sentence(empty: StandingHouse) -> None:
    reads = Reads(empty.database, at_once)
    with pytest.raises(StoreUnreadable, match="no such table"):
        result_of(Deferred.fromCoroutine(reads.read(lambda c: c.execute(text("SELECT 1 FROM nowhere")))))


class OneQueue:
    """As much of a reactor as threads need: a pool, and a queue of calls for the thread of the test."""

    def __init__(self) -> None:
        self.calls: Queue[Callable[[], object]] = Queue()
        self.pool = ThreadPool(0, 2)

    def getThreadPool(self) -> ThreadPool:
        """The pool."""
        return self.pool

    def callFromThread(self, function: Callable[..., object], *arguments: Any) -> None:
        """Call it in the thread of the test, when that looks."""
        self.calls.put(lambda: function(*arguments))


def test_the_store_is_read_in_a_thread_of_its_own(empty: StandingHouse) -> None:
    reactor = OneQueue()
    reactor.pool.start()
    try:
        reads = Reads(empty.database, in_threads(reactor))

        def work(connection: Connection) -> tuple[str, int]:
            return threading.current_thread().name, int(connection.execute(text("SELECT 42")).scalar_one())

        asked = Deferred.fromCoroutine(reads.read(work))
        reactor.calls.get(timeout=10)()
        thread, found = result_of(asked)
    finally:
        reactor.pool.stop()
    assert found == 42
    assert thread != threading.current_thread().name
