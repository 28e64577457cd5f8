"""A rehearsal over a stored history, against reading its rows and pricing its calls measured apart, in the same process.

The limit is what nobody can do without: the same columns fetched bare from SQLite, and the rating step on the same
calls; their times added. These are processor times of one thread, in turn. The rehearsal puts the call together again, finds what bears on its price, adds up and tells
the difference. Memory is what the process holds more while it runs, looked at after each slice.
"""

from __future__ import annotations

import io
import resource
import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from gateway.instants import to_micros
from gateway.intake.stored_calls import Again, StoredCall, calls_between
from gateway.replay.comparing import Asked
from gateway.replay.rehearsing import Rehearsal
from gateway.replay.writing import CsvWriter, run
from gateway.store.database import Database
from gateway.store.reporting import Span
from rating.rate import rate
from tests.bench.growth import BATCH, SETTLED
from tests.bench.house import ZONE, ByHand, House
from tests.bench.kit import Figure, Findings, paired
from tests.bench.lab import full, measure
from tests.bench.rows import multiply

CALLS, CALLS_FULL = 50_000, 1_000_000
#: Calls of which the two parts of the limit are measured, in each round.
APART: Final = 20_000
ROUNDS, ROUNDS_FULL = 3, 1
_ALL: Final = Span(0, to_micros(datetime(2100, 1, 1, tzinfo=ZONE)))


def rehearse(folder: Path, *, calls: int, rounds: int) -> dict[str, Any]:
    """Calls a second through a whole rehearsal, without and with a table of every call; and the limit, in turn."""
    house = House.on_disk(folder)
    house.fill_rooms()
    ByHand(house).run(ByHand(house).lines(SETTLED), BATCH)
    multiply(house, calls)
    path = house.database.path
    assert path is not None
    reader = Database(f"sqlite:///{path}", house.database.property, read_only=True)
    rehearsal = Rehearsal(database=reader, rules=house.rules, sources=house.sources, book=house.book, question="price")
    asked = Asked(
        what="", before="", after="", first="", last="", currency="PLN", decimals=2, version=house.book.version
    )
    found: dict[str, Any] = {"whole": [], "table": [], "limit": [], "grown": []}
    for _ in range(rounds):
        for name, writers in (("whole", []), ("table", [CsvWriter(_Away(), asked, ZONE)])):
            seen = _Memory()
            begun = time.process_time()
            sums = run(rehearsal.lines(_ALL, seen), asked, ZONE, writers)
            found[name].append(calls / (time.process_time() - begun))
            assert sums["total"]["compared"] == calls, sums["total"]
            assert sums["total"]["difference"] == "0.00", sums["total"]
            found["grown"].append(seen.most - seen.first)
        found["limit"].append(_apart(path, reader, house, min(calls, APART)))
    found["rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return found


class _Away(io.StringIO):
    """Text that is written and not kept: the disk is another bench's business."""

    def write(self, text: str) -> int:
        """Gone."""
        return len(text)


class _Memory:
    """What the process holds, in bytes, at the first slice and at most."""

    def __init__(self) -> None:
        self.first = self.most = 0

    def __call__(self, _call: int) -> None:
        """A slice is done."""
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        held = pages * resource.getpagesize()
        self.first, self.most = self.first or held, max(self.most, held)


def _apart(path: Path, reader: Database, house: House, count: int) -> float:
    """Calls a second of the two parts that nobody can do without: the rows read bare, and the rating step."""
    connection = sqlite3.connect(path)
    words = f"SELECT {', '.join(StoredCall._fields)} FROM calls ORDER BY id LIMIT {count}"
    begun = time.process_time()
    rows = connection.execute(words).fetchall()
    reading = time.process_time() - begun
    connection.close()
    assert len(rows) == count
    again = Again(reader, house.rules, house.sources, _ALL)
    [some, *_] = calls_between(reader, _ALL, count)
    ready = []
    for call in some:
        joined = again.joined(call)
        assert joined is not None
        number = house.sources[call.source].plan.classify(call.dialled or "")
        ready.append((joined.call, number, again.around(call)))
    begun = time.process_time()
    for record, number, around in ready:
        rate(record, number, house.book, around)
    return count / (reading + time.process_time() - begun)


def bench() -> Findings:
    """A rehearsal with and without a table of its calls, and the memory it takes."""
    calls = CALLS_FULL if full() else CALLS
    rounds = ROUNDS_FULL if full() else ROUNDS
    taken = measure("replaying.rehearse", calls=calls, rounds=rounds)
    against = "rows read bare and calls rated, measured apart"
    yield paired(f"rehearsal of {calls:,} stored calls", taken["whole"], taken["limit"], against=against, target=0.5)
    yield paired("the same, every call written as CSV", taken["table"], taken["limit"], against=against)
    grown = max(taken["grown"]) / 2**20
    yield Figure(name="memory while it runs, more than at its first slice", figure=grown, unit="MB", ceiling=32)
    yield f"the process held {taken['rss'] / 2**20:.0f} MB at most, the making of the history included"
    yield "the full form" if full() else f"the short form; BENCH_FULL=1 rehearses {CALLS_FULL:,}"
