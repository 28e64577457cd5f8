"""What safety costs: the intake as it is, beside one that forgets its promises, in the same run.

Three promises are taken away one at a time and then together: that a committed record survives a power cut
(`synchronous=FULL`), that the bytes of every record are kept as they came, and that the charge is written down in the
commit of its call. What is left parses, joins, rates and writes a row for each call: what any call accounting does.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event

from gateway.store.hot import Hot
from tests.bench.house import ByHand, House
from tests.bench.kit import Findings, paired, probe
from tests.bench.lab import full, measure

BATCH: Final = 250
SLICE: Final = 2_000

#: What each way of running gives up.
WAYS: Final = {
    "safe": (),
    "unsynced": ("sync",),
    "no bytes": ("bytes",),
    "no postings": ("postings",),
    "nothing promised": ("sync", "bytes", "postings"),
}


class _Unwritten(Hot):
    """A statement that is not carried out."""

    def __init__(self) -> None:
        pass

    def many(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Nothing."""


def compare(folder: Path, *, slices: int) -> dict[str, Any]:
    """Records a second of each way, slice by slice in turn."""
    synced = probe(folder)
    hands = {way: _hand(folder / way, gives_up) for way, gives_up in WAYS.items()}
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(slices):
        for way in list(WAYS) if number % 2 else reversed(WAYS):
            ready = hands[way].lines(SLICE)
            begun = time.perf_counter()
            hands[way].run(ready, BATCH)
            rates[way].append(SLICE / (time.perf_counter() - begun))
    for way, gives_up in WAYS.items():
        assert hands[way].house.count("calls") == hands[way].kept
        assert hands[way].house.count("records") == (0 if "bytes" in gives_up else hands[way].kept)
    return {"rates": rates, "F": synced}


def _hand(folder: Path, gives_up: tuple[str, ...]) -> ByHand:
    folder.mkdir()
    house = House.on_disk(folder)
    if "sync" in gives_up:
        event.listen(house.database.engine, "connect", _unsafe)
        house.database.close()  # the next connection is an unsafe one
    house.fill_rooms()
    if "bytes" in gives_up:
        house.memory.statements.add_record = _Unwritten()
    if "postings" in gives_up:
        house.memory.statements.add_posting = _Unwritten()
    hand = ByHand(house)
    hand.run(hand.lines(SLICE), BATCH)
    return hand


def _unsafe(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def bench() -> Findings:
    """The speed of the product over that of each way of forgetting a promise."""
    taken = measure("safety.compare", slices=12 if full() else 4)
    rates = taken["rates"]
    for way, gives_up in WAYS.items():
        if gives_up:
            yield paired(
                f"intake as it is / {way}", rates["safe"], rates[way], against=f"without {', '.join(gives_up)}"
            )
    yield f"one thread, no network, {BATCH} records a commit, real disk, F = {taken['F'] * 1e3:.2f} ms"
    yield "1 - ratio is the share of the intake's speed that the promise costs"
