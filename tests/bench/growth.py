"""Whether a store that has grown takes records as quickly as a young one.

Two stores, one of 100,000 records, calls and postings and one many times larger, take slices of the same work in turn,
so that whatever the machine does meets both. Keys that begin with a growing number keep inserts at the right edge of
every index; a key that began with something random would be five times slower at two million rows. Syncs cost nothing
here (shim at 0): what is measured is the work, not the disk's mood.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from gateway.store.schema import records
from tests.bench.house import FIRST_ID, ByHand, House
from tests.bench.kit import Findings, paired
from tests.bench.lab import full, measure
from tests.bench.rows import multiply

SMALL = 100_000
LARGE, LARGE_FULL = 250_000, 2_000_000
BATCH = 250
#: Records really settled before the rows are copied, and in each slice.
SETTLED, SLICE = 2_000, 1_000


def compare(folder: Path, *, small: int, large: int, slices: int) -> dict[str, Any]:
    """Records a second into each of two stores, slice by slice."""
    hands = [_grown(folder / str(size), size) for size in (small, large)]
    rates: list[list[float]] = [[], []]
    for number in range(slices):
        for place in (0, 1) if number % 2 else (1, 0):
            ready = hands[place].lines(SLICE)
            begun = time.perf_counter()
            hands[place].run(ready, BATCH)
            rates[place].append(SLICE / (time.perf_counter() - begun))
    for size, hand in zip((small, large), hands, strict=True):
        assert hand.house.count(records.name) == size + slices * SLICE
    bytes_a_row = (folder / str(large) / "bench.db").stat().st_size / large
    return {"small": rates[0], "large": rates[1], "bytes": bytes_a_row}


def _grown(folder: Path, size: int) -> ByHand:
    """A house with so many records, calls and postings, ready to take more."""
    folder.mkdir()
    house = House.on_disk(folder)
    house.fill_rooms()
    hand = ByHand(house)
    hand.run(hand.lines(SETTLED), BATCH)
    multiply(house, size)
    return ByHand(house, FIRST_ID + 5_000_000)


def bench() -> Findings:
    """Rows a second when large, over rows a second when small."""
    large = LARGE_FULL if full() else LARGE
    taken = measure("growth.compare", fsync_us=0, small=SMALL, large=large, slices=24 if full() else 6)
    yield paired(
        f"records into a store of {large:,}",
        taken["large"],
        taken["small"],
        against=f"a store of {SMALL:,}",
        target=0.9,
    )
    yield "the full form" if full() else f"the short form; BENCH_FULL=1 measures {LARGE_FULL:,}"
    yield f"median of the ratios of neighbouring slices; {taken['bytes']:.0f} bytes a record on disk"
