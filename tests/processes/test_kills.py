"""The promise under kill -9: at whatever moment the process dies, no record is lost and no charge is doubled.

The moments are drawn from a seed: some second after the start (the start itself among them), the instant in which a
posting has reached the PMS and is not answered, that in which its answer has left, that in which an exchange has sent a
burst or written a row. After each death the books are compared: the exchanges', the store's, the PMS's.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.peers import House, eventually
from tests.processes.hotel import FIRST_ROW, Books, Exchange, Pms, RowWriter, hotel
from tests.processes.size import seed, sized

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(3600)]

KILLS = sized(10, 200)
#: A gateway that meets none of its moments is killed after so many seconds all the same.
LONGEST = 15.0


class Executioner:
    """Kills the gateway at a drawn moment, in the thread that brings the moment about."""

    def __init__(self, number: int) -> None:
        self._draw = random.Random(number)
        self._lock = threading.Lock()
        self._kind, self._after, self._victim = "", 0, 0
        self.met: list[str] = []

    def sentence(self, house: House) -> float:
        """Draw a moment for this run; returns after how many seconds the clock strikes it down if nothing else does."""
        assert house.process is not None
        with self._lock:
            self._kind = self._draw.choice(("second", "posting", "answer", "burst", "row"))
            self._after = self._draw.randint(1, 40)
            self._victim = house.process.pid
        return self._draw.uniform(0.1, 3.0) if self._kind == "second" else LONGEST

    def moment(self, kind: str) -> None:
        """Something happened at a peer."""
        with self._lock:
            if kind != self._kind or not self._victim:
                return
            self._after -= 1
            if self._after > 0:
                return
            os.kill(self._victim, signal.SIGKILL)
            self.met.append(kind)
            self._victim = 0

    def strike(self) -> None:
        """The clock's turn, if nobody was quicker."""
        with self._lock:
            if self._victim:
                os.kill(self._victim, signal.SIGKILL)
                self.met.append("second")
            self._victim = 0  # and nobody kills a number that may be another process's by then


def test_killed_at_random_moments_nothing_is_lost_and_nothing_is_doubled(tmp_path: Path) -> None:
    """Two exchanges and a PMS go on as if nothing were; each call is kept once and charged once, or is one doubt a death."""
    draw = Executioner(seed())
    pms = Pms(draw.moment, seed=seed())
    house = hotel(tmp_path, pms.port)
    books = Books(tmp_path / "foliogate.db")
    house.start()
    exchange = Exchange(house.pbx_port, seed=seed(), moment=draw.moment)
    rows = RowWriter(tmp_path / "Master.csv", seed=seed(), moment=draw.moment)
    known = 0
    try:
        eventually("the guest is known and charged", lambda: pms.ledger, 60)
        for death in range(1, KILLS + 1):
            _one_death(house, draw)
            if death % 20 == 0:
                print(f"{death} kills", flush=True)
            exchange.kept(_first_missing(books.records()) - 1)
            books.check(pms)
            kept = books.count("records WHERE mark = ''")
            assert kept >= known, "records that were kept are gone"
            known = kept
            house.begin()  # and nobody waits for it: the start is a moment like others
        _last_run(house, exchange, rows, books)
    except BaseException:
        print(house.log()[-6000:])
        raise
    finally:
        if house.process is not None:
            house.kill()
        pms.close()
    _balance(house, exchange, rows, books, pms, draw)


def _first_missing(kept: Counter[int]) -> int:
    """The first line that is not in the store."""
    number = 1
    while number in kept:
        number += 1
    return number


def _one_death(house: House, draw: Executioner) -> None:
    assert house.process is not None
    deadline = time.monotonic() + draw.sentence(house)
    while house.process.poll() is None:
        if time.monotonic() > deadline:
            draw.strike()
        time.sleep(0.005)
    assert house.process.returncode == -signal.SIGKILL, "the gateway ended by itself"
    house.process = None


def _last_run(house: House, exchange: Exchange, rows: RowWriter, books: Books) -> None:
    """The faults are over: everybody says what is still to be said, and what is due is posted."""
    exchange.stop()
    rows.stop()
    eventually("the gateway answers", house.answers, 60)
    exchange.repeat()
    everything = exchange.sent + rows.written
    eventually("every call is kept", lambda: len(books.records()) == everything, 300, every=0.5)
    eventually("nothing is due", lambda: not books.count("postings WHERE state IN ('due', 'sent')"), 900, every=0.5)
    assert house.stop() == 0


def _balance(house: House, exchange: Exchange, rows: RowWriter, books: Books, pms: Pms, draw: Executioner) -> None:
    """What the exchanges know, what is kept, and what the PMS has booked agree to the last call and minor unit."""
    states = books.check(pms)
    calls = {*range(1, exchange.sent + 1), *range(FIRST_ROW, FIRST_ROW + rows.written)}
    assert set(books.records()) == calls
    assert {number for number, _, _ in books.postings()} == calls
    assert set(states) <= {"posted", "in_doubt"}
    assert states["in_doubt"] <= KILLS
    here = {number: amount for number, state, amount in books.postings() if state == "posted"}
    assert sum(here.values()) == sum(amount for number, amount in pms.amounts.items() if number in here)
    house.command("db", "verify", "--config", str(house.config))
    met = {kind: draw.met.count(kind) for kind in sorted(set(draw.met))}
    repeats = books.count("records WHERE mark = 'repeat'")
    doubts = books.count("postings WHERE hold = 'possible_repeat' AND state = 'held'")
    print(
        f"\n{KILLS} kills {met}: {exchange.sent} lines and {rows.written} rows, {states['posted']} posted, "
        f"{states['in_doubt']} in doubt; {repeats} repeats known again, {doubts} held as possible ones"
    )
