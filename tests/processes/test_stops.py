"""The promise when a process stands still (SIGSTOP) and goes on: a suspended machine, a paged-out PMS, a hung exchange.

Nothing is closed and nothing fails: whoever stands still simply does not answer, and goes on where it was. The long
form stops each for a minute.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.acceptance.peers import House, eventually, running
from tests.processes.hotel import Books, Pms, RowWriter, hotel
from tests.processes.peer import PeerProcess
from tests.processes.size import sized

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(sized(600, 1500))]

STANDSTILL = sized(2.5, 60.0)
#: Shorter than the standstill, so that the answer that waits in the socket comes too late.
PATIENCE = sized(1, 20)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """The process stands still."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def scene(folder: Path) -> Iterator[tuple[House, PeerProcess, PeerProcess, Books]]:
    """A gateway, a PMS and an exchange, each a process, with charges going through."""
    pms = PeerProcess("pms")
    house = hotel(folder, int(pms.said), more_pms=f"answer_timeout = {PATIENCE}\n")
    books = Books(folder / "foliogate.db")
    with running(house):
        exchange = PeerProcess("exchange", str(house.pbx_port))
        try:
            eventually("charges go through", lambda: books.count("postings WHERE state = 'posted'") > 20)
            yield house, pms, exchange, books
        finally:
            for peer in (pms, exchange):
                if peer.process.poll() is None:
                    peer.process.kill()
                    peer.process.communicate()


def settled(house: House, pms: PeerProcess, exchange: PeerProcess, books: Books) -> Counter[str]:
    """The day ends; the books are compared, and the states of all postings returned."""
    # Only now: what came while the PMS stood still, on a slow machine, drains hardly faster than calls come.
    sent = exchange.end()["sent"]
    eventually("every call is kept", lambda: len(books.records()) >= sent, 60)
    eventually("nothing is due", lambda: not books.count("postings WHERE state IN ('due', 'sent')"), sized(120, 600))
    assert house.stop() == 0
    told = pms.end()
    ledger = SimpleNamespace(
        ledger={int(n): times for n, times in told["ledger"].items()},
        amounts={int(n): amount for n, amount in told["amounts"].items()},
    )
    house.command("db", "verify", "--config", str(house.config))
    return books.check(cast("Pms", ledger))


def goes_on(books: Books, seconds: float = 20.0) -> None:
    """Wait until more charges are posted than are now."""
    posted = books.count("postings WHERE state = 'posted'")
    eventually("it goes on", lambda: books.count("postings WHERE state = 'posted'") > posted + 20, seconds)


def test_whoever_stood_still_goes_on_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Gateway, PMS and exchange in turn; at the end each call is posted once, or is the one doubt the silent PMS left."""
    with scene(tmp_path) as (house, pms, exchange, books):
        assert house.process is not None
        _gateway_stands_still(house.process.pid, books)
        _exchange_stands_still(exchange.process.pid, books, tmp_path / "Master.csv")
        _pms_stands_still(pms.process.pid, books)
        states = settled(house, pms, exchange, books)
    assert set(states) <= {"posted", "in_doubt"}
    assert states["in_doubt"] <= 1
    assert not books.count("records WHERE kind = 'unparsed'"), "a line that was cut by the standstill is whole again"


def _gateway_stands_still(pid: int, books: Books) -> None:
    """The answer waits in the socket while the clock runs on: in doubt for a moment, then posted by itself."""
    with stopped(pid):
        time.sleep(STANDSTILL)
    goes_on(books)
    eventually("the late answer settles the doubt", lambda: not books.count("postings WHERE state = 'in_doubt'"))


def _exchange_stands_still(pid: int, books: Books, file: Path) -> None:
    """The other exchange's rows are posted meanwhile."""
    with stopped(pid):
        before = books.count("postings WHERE state = 'posted'")
        rows = RowWriter(file, seed=1, pause=0.05)
        time.sleep(STANDSTILL)
        rows.stop()
        enough = before + rows.written
        eventually("the file is posted", lambda: books.count("postings WHERE state = 'posted'") >= enough)
    goes_on(books)


def _pms_stands_still(pid: int, books: Books) -> None:
    """Calls go on being kept, and one posting is in doubt: not one for each second of silence."""
    with stopped(pid):
        kept = books.count("records")
        time.sleep(STANDSTILL)
        assert books.count("records") > kept + 20
        assert books.count("postings WHERE state IN ('in_doubt', 'sent')") == 1
    goes_on(books, 150)
