"""The promise under a power cut: before a byte leaves that tells anybody something is kept, it is on the disk.

The gateway runs with order.c preloaded. Its log is played back: for every posting that leaves for the PMS, and for every
acknowledgement that leaves for an exchange, the power is cut at that very moment, SQLite recovers what was synced (and
what chance had written besides), and what the byte says must be there.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.peers import eventually, running
from tests.processes.disk import Disk, entries, watched
from tests.processes.hotel import Books, Pms, hotel, line
from tests.processes.size import seed, sized

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(3600)]

CALLS = sized(30, 1_000)
#: Power cuts tried at each byte: one that leaves the synced bytes alone, the others with chance.
CUTS = sized(2, 5)

Check = Callable[[bytes, sqlite3.Connection], str]


def cut_everywhere(log: Path, folder: Path, check: Check, *, syncs: bool = True) -> tuple[int, list[str]]:
    """Cut the power at each byte for the network that `check` has something to say of; how many, and what it found."""
    disk, draw, tried, found = Disk(syncs=syncs), random.Random(seed()), 0, list[str]()
    for entry in entries(log):
        if entry.kind != "N":
            disk.see(entry)
            continue
        for number in range(CUTS):
            with contextlib.closing(disk.cut(folder / "cut", draw if number else None)) as store:
                said = check(entry.data, store)
            tried += said != "-"
            found += [said] if said not in ("", "-") else []
            if said == "-":
                break
    assert disk.synced or not syncs
    return tried, found


def sent_is_kept(data: bytes, store: sqlite3.Connection) -> str:
    """Each posting in these bytes is in the store as sent, with its number on the wire, whatever becomes of the answer."""
    tokens = [int(token) for token in re.findall(rb"\x02PS\|[^\x03]*P#(\d+)\|", data)]
    if not tokens:
        return "-"
    try:
        kept = {token for (token,) in store.execute("SELECT token FROM postings WHERE state NOT IN ('held', 'due')")}
    except sqlite3.DatabaseError as error:
        return f"the store cannot be read: {error}"
    return "" if kept.issuperset(tokens) else f"posting {tokens} left before it was safe"


class Acknowledged:
    """Counts acknowledgements as they leave; so many records must be safe."""

    def __init__(self) -> None:
        self._left = 0
        self._seen = b""

    def __call__(self, data: bytes, store: sqlite3.Connection) -> str:
        """One byte for each record."""
        if data is not self._seen:  # the same bytes are looked at once for each cut
            self._left += data.count(b"\x06")
            self._seen = data
        try:
            kept = store.execute("SELECT count(*) FROM records").fetchone()[0]
        except sqlite3.DatabaseError as error:
            return f"the store cannot be read: {error}"
        return "" if kept >= self._left else f"{self._left} records were acknowledged when {kept} were safe"


def test_no_posting_leaves_before_it_is_safe(tmp_path: Path) -> None:
    """`sent` first, synced, then the PS. Lines come in bursts, so that commits of records and of marks overlap."""
    log, pms = tmp_path / "order.log", Pms()
    house = hotel(tmp_path, pms.port)
    books = Books(tmp_path / "foliogate.db")
    house.environment = watched(log)
    with running(house), house.dial() as link:
        draw, number = random.Random(seed()), 0
        while number < CALLS:
            burst = range(number + 1, number + draw.randint(2, 12))
            link.sendall(b"".join(map(line, burst)))
            number = burst[-1]
            wanted = draw.randint(number // 2, number)
            eventually("some are posted", lambda wanted=wanted: len(pms.ledger) >= wanted)  # type: ignore[misc]
        eventually("all are posted", lambda: books.count("postings WHERE state = 'posted'") == number, 60)
        house.kill()
    tried, found = cut_everywhere(log, tmp_path, sent_is_kept)
    assert found == []
    assert tried >= CALLS * CUTS
    _, lost = cut_everywhere(log, tmp_path, sent_is_kept, syncs=False)
    assert lost, "on a disk that lies about its syncs the proof must fail"
    print(f"\n{tried} power cuts at {len(pms.ledger)} postings")
    pms.close()


@pytest.mark.parametrize("safety", ["safe", "unsafe"])
def test_no_acknowledgement_leaves_before_its_record_is_safe(tmp_path: Path, safety: str) -> None:
    """An exchange that forgets what was acknowledged loses nothing; a store that does not sync is found out."""
    log = tmp_path / "order.log"
    environment = os.environ | watched(log)
    words = [sys.executable, "-m", "tests.processes.acknowledging", str(tmp_path), safety]
    gateway = subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert gateway.stdout is not None
        _feed(int(gateway.stdout.readline()))
    finally:
        gateway.communicate(timeout=30)
    assert gateway.returncode == 0
    tried, found = cut_everywhere(log, tmp_path, Acknowledged())
    assert bool(found) == (safety == "unsafe"), found[:3]
    print(f"\n{tried} power cuts, {safety}: {len(found)} found something missing")


def _feed(port: int) -> None:
    """Send lines in bursts and wait for the acknowledgement of each burst."""
    draw, number = random.Random(seed()), 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
        while number < CALLS:
            burst = range(number + 1, number + draw.randint(2, 12))
            link.sendall(b"".join(map(line, burst)))
            wanted, number = len(burst), burst[-1]
            while wanted:
                acked = link.recv(wanted)
                assert acked, "the gateway hung up"
                wanted -= len(acked)
