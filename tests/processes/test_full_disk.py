"""The promise when the disk is full: nothing more is read or posted, page and log say why, and all goes on by itself.

Two ways of running out: a limit on the size of files, which any user may set (the kernel then says EFBIG), and a small
tmpfs that another file fills, where we may mount one (ENOSPC).
"""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.peers import House, eventually, running
from tests.processes.hotel import Books, Pms, hotel, line
from tests.processes.size import sized

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(600)]

#: Seconds without room, and calls that end in that time.
HUNGER = sized(1.0, 60.0)
CALLS = sized(150, 2_000)

TROUBLE = "the store cannot be written"

Span = Callable[[House], Any]


@contextmanager
def no_file_may_grow(house: House) -> Iterator[None]:
    """The store's log may not grow."""
    assert house.process is not None
    size = (house.folder / "foliogate.db-wal").stat().st_size
    before = resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def no_room(house: House) -> Iterator[None]:
    """Another program fills the disk."""
    ballast = house.folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 32 MB, more than the store and its log take; skips where this user may not mount one."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "none", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def health(house: House) -> str:
    """What /healthz says is wrong."""
    with pytest.raises(urllib.error.HTTPError) as refusal:  # never green: the starter's prices are not approved
        urllib.request.urlopen(f"http://127.0.0.1:{house.web_port}/healthz", timeout=10)
    with refusal.value:
        return " | ".join(json.load(refusal.value)["troubles"])


def page(house: House) -> str:
    """What the first page says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{house.web_port}/", timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """As any user."""
    _hungry_day(tmp_path, no_file_may_grow)


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """As root, on a disk of its own."""
    with small_disk(tmp_path / "disk") as disk:
        _hungry_day(disk, no_room)


def _hungry_day(folder: Path, hunger: Span) -> None:
    pms = Pms()
    house = hotel(folder, pms.port)
    books = Books(folder / "foliogate.db")
    with running(house), house.dial() as link:
        link.sendall(b"".join(map(line, range(1, 21))))
        eventually("twenty are posted", lambda: books.count("postings WHERE state = 'posted'") == 20)
        with hunger(house):
            _while_hungry(house, link, books)
            posted = len(pms.ledger)
            time.sleep(HUNGER)
            assert len(pms.ledger) == posted, "a charge left that could not be written down before"
        eventually("health is back", lambda: TROUBLE not in health(house))
        link.sendall(line(CALLS + 1))
        eventually("all are posted", lambda: books.count("postings WHERE state = 'posted'") == CALLS + 1)
        assert TROUBLE not in page(house)
        assert "the store can be written again" in house.log()
        assert house.stop() == 0
    assert set(books.check(pms)) == {"posted"}
    assert set(books.records()) == set(range(1, CALLS + 2))
    house.command("db", "verify", "--config", str(house.config))
    pms.close()


def _while_hungry(house: House, link: socket.socket, books: Books) -> None:
    kept = books.count("records")
    for number in range(21, CALLS + 1):
        link.sendall(line(number))
    eventually("health is red", lambda: TROUBLE in health(house))
    assert TROUBLE in page(house)
    assert house.log().count(TROUBLE) == 1
    assert kept <= books.count("records") < CALLS
