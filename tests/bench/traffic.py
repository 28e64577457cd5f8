"""Trunks: what the sums cost with each call, adding them up anew, the exact peak, and Erlang's formula.

Each against the plainest thing that does the same: the intake's own processor time; one SQL statement that adds up the same
quarter hours; numpy's sort and running sum over the same calls.
"""

from __future__ import annotations

import random
import sqlite3
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from gateway.instants import SECOND
from gateway.intake import charging, settling, trunk_uses
from gateway.store import traffic
from gateway.traffic.erlang import erlang_b
from gateway.traffic.intervals import QUARTER, Sweep
from tests.bench import intake
from tests.bench.growth import BATCH, SETTLED
from tests.bench.house import ByHand, House
from tests.bench.kit import Figure, Findings, best_rate, paired
from tests.bench.lab import full, measure
from tests.bench.rows import multiply

CALLS, CALLS_FULL = 100_000, 1_000_000
#: The same sums in one statement: each call's seconds laid over the quarter hours it touches.
BARE: Final = f"""
    INSERT INTO bare
    WITH RECURSIVE used(since, until, trunk_group, trunk, direction, answered, unrung) AS (
        SELECT started_at, started_at + (coalesce(ring_seconds, 0) + coalesce(talk_seconds, 0)) * {SECOND},
            coalesce(trunk_group, ''), coalesce(trunk, ''), direction, answered, ring_seconds IS NULL
        FROM calls WHERE direction <> 'internal'
    ), part(quarter, since, until, trunk_group, trunk, direction, first, answered, unrung) AS (
        SELECT since - since % {QUARTER}, since, until, trunk_group, trunk, direction, 1, answered, unrung FROM used
        UNION ALL
        SELECT quarter + {QUARTER}, quarter + {QUARTER}, until, trunk_group, trunk, direction, 0, 0, 0
        FROM part WHERE until > quarter + {QUARTER}
    )
    SELECT quarter, trunk_group, trunk, direction, sum(first), sum(answered),
        sum(min(until, quarter + {QUARTER}) - since), sum(unrung), 0
    FROM part GROUP BY quarter, trunk_group, trunk, direction
"""
_SUMS: Final = (
    "SELECT quarter, trunk_group, trunk, direction, seizures, answered, busy, unrung, blocked FROM trunk_quarters"
)


def upkeep(folder: Path, *, seconds: float, batch: int) -> dict[str, Any]:
    """Processor time a record of the intake, and how much of it goes to the trunks."""
    spent = [0.0]

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*given: Any) -> Any:
            begun = time.process_time()
            try:
                return work(*given)
            finally:
                spent[0] += time.process_time() - begun

        return measured

    for where, work in ((settling, trunk_uses.write_uses), (charging, trunk_uses.told_beside)):
        setattr(where, work.__name__, timed(work))
    found = intake.serial(folder, seconds=seconds, batch=batch)
    return {"trunks_us": spent[0] / found["records"] * 1e6, "cpu_us": found["cpu_us"]}


def _history(folder: Path, calls: int) -> House:
    """A store of so many calls, fifty in a quarter hour."""
    house = House.on_disk(folder)
    house.fill_rooms()
    ByHand(house).run(ByHand(house).lines(SETTLED), BATCH)
    multiply(house, calls)
    spread = f"UPDATE calls SET started_at = started_at + id / 50 * {QUARTER}"
    house.database.transact(lambda connection: connection.exec_driver_sql(spread))
    return house


def rebuilt(folder: Path, *, calls: int, rounds: int) -> dict[str, Any]:
    """Calls a second through a rebuild of the sums, and through the bare statement, in turn; both must say the same."""
    house = _history(folder, calls)
    database, path = house.database, house.database.path
    assert path is not None
    found: dict[str, Any] = {"rebuild": [], "bare": []}
    for _ in range(rounds):
        begun = time.process_time()
        database.transact(lambda connection: traffic.rebuild(connection, database.property))
        found["rebuild"].append(calls / (time.process_time() - begun))
        ours = database.read(lambda connection: sorted(map(tuple, connection.exec_driver_sql(_SUMS))))
        bare = sqlite3.connect(path)
        bare.execute("PRAGMA synchronous=FULL")
        bare.execute("CREATE TABLE bare AS SELECT * FROM (" + _SUMS + ") WHERE 0")
        begun = time.process_time()
        bare.execute(BARE)
        bare.commit()
        found["bare"].append(calls / (time.process_time() - begun))
        theirs = sorted(bare.execute("SELECT * FROM bare"))
        bare.execute("DROP TABLE bare")
        bare.commit()
        bare.close()
        assert ours == theirs, "the rebuild and the bare statement differ"
    return found


def swept(folder: Path, *, calls: int, rounds: int) -> dict[str, Any]:
    """Calls a second to the exact peak: ours, and numpy's sort and running sum over the same lists."""
    chance, at, held = random.Random(1), 0, []
    for _ in range(calls):
        at += int(chance.expovariate(1 / 9) * SECOND)
        held.append((at, at + int(chance.expovariate(1 / 180) * SECOND) + 1))
    held.sort(key=lambda one: one[1])  # as they come: a record is written when its call ends
    found: dict[str, Any] = {"ours": [], "numpy": []}
    for _ in range(rounds):
        begun = time.process_time()
        ours = Sweep(held, 0, held[-1][1]).most()
        found["ours"].append(calls / (time.process_time() - begun))
        begun = time.process_time()
        rows = np.array(held, dtype=np.int64)
        events = np.concatenate([rows[:, 0] * 2 + 1, rows[:, 1] * 2])
        events.sort()
        theirs = int(np.cumsum(np.where(events & 1, 1, -1)).max())
        found["numpy"].append(calls / (time.process_time() - begun))
        assert ours == theirs, "the two peaks differ"
    return found


def memory(folder: Path, *, calls: int) -> dict[str, Any]:
    """What a rebuild holds at most, in bytes, by Python's own count."""
    house = _history(folder, calls)
    tracemalloc.start()
    house.database.transact(lambda connection: traffic.rebuild(connection, house.database.property))
    return {"most": tracemalloc.get_traced_memory()[1]}


def bench() -> Findings:
    """All figures of the trunks."""
    calls, rounds = (CALLS_FULL, 2) if full() else (CALLS, 3)
    for batch in (250, 10):
        kept = measure("traffic.upkeep", seconds=2.0, batch=batch)
        yield Figure(
            name=f"sums of the trunks, of the intake's processor time, {batch} a commit",
            figure=100 * kept["trunks_us"] / kept["cpu_us"],
            unit="%",
            ceiling=15.0,
            against=f"{kept['trunks_us']:.1f} us of {kept['cpu_us']:.0f} us a record",
        )
    again = measure("traffic.rebuilt", calls=calls, rounds=rounds)
    limit = "one SQL statement for the same sums"
    yield paired(f"sums made anew, {calls:,} calls", again["rebuild"], again["bare"], against=limit, target=1 / 3)
    peak = measure("traffic.swept", calls=calls, rounds=rounds)
    yield paired(
        f"exact peak, {calls:,} calls",
        peak["ours"],
        peak["numpy"],
        against="numpy's sort and running sum",
        target=1 / 5,
    )
    rate = best_rate(_erlangs)
    yield Figure(name="Erlang B, N = 24", figure=1e6 / rate, unit="us", ceiling=5.0, against="processor time a call")
    held = measure("traffic.memory", calls=calls)
    yield f"a rebuild of {calls:,} calls holds {held['most'] / 1e6:.0f} MB at most"


def _erlangs() -> int:
    for _ in range(20_000):
        erlang_b(servers=24, traffic=20.0)
    return 20_000
