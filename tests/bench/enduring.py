"""What lasts: how soon a gateway that was killed posts again, and whether its memory stays flat over a million records.

Both run the real `foliogate run` between real sockets, with the hotel of tests/processes.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.acceptance.peers import House, eventually
from tests.bench.kit import Figure, Findings
from tests.bench.lab import full, measure
from tests.processes.besiegers import lines_from, memory
from tests.processes.hotel import Books, Pms, hotel, line

WAITING, WAITING_FULL = 10_000, 100_000
RECORDS, RECORDS_FULL = 60_000, 1_000_000
#: Share of a soak after which memory is held against what it is at the end. What is remembered (calls, numbers, digests,
#: the store's pages) has filled up after some 140,000 records: the long form begins behind that and is judged, the short
#: one is told only.
WARM, WARM_FULL = 0.6, 0.2
PATIENCE: Final = 1_500.0


def after_kill(folder: Path, *, waiting: int) -> dict[str, float]:
    """Seconds from the start of the process to its page and to its first posting: with so many waiting, and with none."""
    pms = Pms(slowness=0)
    house = hotel(folder, pms.port)
    books = Books(folder / "foliogate.db")
    with _run(house), house.dial() as link:
        link.sendall(line(1))
        eventually("the first is posted", lambda: books.count("postings WHERE state = 'posted'") == 1)
    empty = _restart(house, pms, send=line(2))
    pms.close()
    with _run(house), house.dial() as link:
        for first in range(3, waiting + 3, 500):
            link.sendall(b"".join(map(line, range(first, min(first + 500, waiting + 3)))))
        kept = waiting + 2
        eventually("all of them wait", lambda: books.count("records WHERE mark = ''") >= kept, PATIENCE, every=0.5)
    pms = Pms(slowness=0, port=pms.port)
    laden = _restart(house, pms)
    left = books.count("postings WHERE state IN ('due', 'sent')")
    pms.close()
    assert left > 0.9 * waiting, "too few were waiting"
    return {
        "empty_page": empty[0],
        "empty_posting": empty[1],
        "page": laden[0],
        "posting": laden[1],
        "size": (folder / "foliogate.db").stat().st_size / 1e6,
    }


@contextlib.contextmanager
def _run(house: House) -> Iterator[None]:
    """A gateway that ends by kill -9."""
    house.start()
    try:
        yield
    finally:
        house.kill()


def _restart(house: House, pms: Pms, send: bytes = b"") -> tuple[float, float]:
    """Seconds until the page answers and until a posting is at the PMS; then kill it again."""
    before, begun = len(pms.postings), time.monotonic()
    with _run(house):
        page = time.monotonic() - begun
        with house.dial() as link:
            link.sendall(send)
            eventually("a posting comes", lambda: len(pms.postings) > before, PATIENCE, every=0.005)
        return page, time.monotonic() - begun


def soak(folder: Path, *, records: int, warm: float) -> dict[str, Any]:
    """Resident memory of the gateway while records flow in and charges out: when warm, at the most, at the end."""
    pms = Pms(slowness=0)
    house = hotel(folder, pms.port)
    seen: list[tuple[int, int]] = []
    house.start()
    assert house.process is not None
    try:
        begun = time.monotonic()
        with house.dial() as link:
            for count, block in lines_from(1, records):
                link.sendall(block)
                if count % 5_000 < 500:  # what was sent may still be in the sockets: what is kept counts
                    seen.append((_newest(folder), memory(house.process.pid)))
        books = Books(folder / "foliogate.db")
        eventually("all are kept", lambda: _newest(folder) >= records, PATIENCE, every=0.5)
        taken = time.monotonic() - begun
        seen.append((records, memory(house.process.pid)))
        assert books.count("records") == records
        assert house.stop() == 0
    finally:
        if house.process is not None:
            house.kill()
        pms.close()
    assert all(times == 1 for times in pms.ledger.values())
    after = [size for count, size in seen if count >= warm * records]
    return {"warm": after[0], "most": max(after), "end": after[-1], "rate": records / taken, "posted": len(pms.ledger)}


def _newest(folder: Path) -> int:
    """The newest record's number: counting a million rows twice a second would be a load of its own."""
    store = sqlite3.connect(folder / "foliogate.db")
    with contextlib.closing(store):
        return int(store.execute("SELECT coalesce(max(id), 0) FROM records").fetchone()[0])


def bench() -> Findings:
    """Recovery and soak."""
    waiting = WAITING_FULL if full() else WAITING
    taken = measure("enduring.after_kill", waiting=waiting)
    yield Figure(
        name=f"from kill -9 to the first posting, {waiting:,} waiting",
        figure=taken["posting"],
        unit="s",
        limit=taken["empty_posting"],
        against="the same, none waiting",
    )
    yield Figure(
        name="from kill -9 to the page",
        figure=taken["page"],
        unit="s",
        limit=taken["empty_page"],
        against="none waiting",
    )
    records, warm = (RECORDS_FULL, WARM_FULL) if full() else (RECORDS, WARM)
    soaked = measure("enduring.soak", records=records, warm=warm)
    yield Figure(
        name=f"memory after {records:,} records",
        figure=soaked["end"],
        unit="MiB",
        limit=soaked["warm"],
        against=f"after the first {warm:.0%}",
        ceiling=soaked["warm"] * 1.1 if full() else None,
    )
    yield f"a start without a store to read costs what Python's imports cost; the store had {taken['size']:.0f} MB"
    yield f"soak: {soaked['rate']:,.0f} records a second, {soaked['posted']:,} posted meanwhile, at most {soaked['most']} MiB"
