"""Trunks: what the sums cost with each call, adding them up anew, the exact peak, and Erlang's formula.

Each against the plainest thing that does the same: the intake's own processor time; one SQL statement that adds up the same
quarter hours; numpy's sort and running sum, or its difference array, over the same calls; the statements of a report alone.

`TRAFFIC_CALLS=10000000 BENCH_FULL=1 python -m tests.bench traffic` makes the large store once: eight minutes and 7 GB of disk.
"""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from gateway.config import ReportSettings
from gateway.instants import SECOND, to_micros
from gateway.intake import charging, settling, trunk_uses
from gateway.reports.asking import Asked
from gateway.reports.catalog import KINDS
from gateway.reports.kinds.studying import studied
from gateway.reports.kinds.trunk_pictures import week
from gateway.reports.kinds.trunk_tables import busy_hours
from gateway.reports.periods import Period
from gateway.store import schema, traffic
from gateway.store.database import Database
from gateway.traffic.capacity import Capacity, Installed
from gateway.traffic.erlang import erlang_b
from gateway.traffic.intervals import QUARTER, Load, Sweep
from tests.bench import intake
from tests.bench.growth import BATCH, SETTLED
from tests.bench.house import ByHand, House
from tests.bench.kit import Figure, Findings, best_rate, middle, paired
from tests.bench.lab import full, measure
from tests.bench.rows import COPIED_AT_ONCE

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


#: Groups of the large store and trunks in each; the month its calls lie in, by UTC.
GROUPS: Final = 8
TRUNKS: Final = 30
MONTH: Final = (datetime(2026, 10, 1, tzinfo=UTC), 31)
_SINCE: Final = to_micros(MONTH[0])
_QUARTERS: Final = MONTH[1] * 96


def _history(folder: Path, calls: int) -> House:
    """A store of so many calls, laid evenly over the quarter hours of a month and over eight groups of thirty trunks."""
    house = House.on_disk(folder)
    house.fill_rooms()
    ByHand(house).run(ByHand(house).lines(SETTLED), BATCH)
    house.database.transact(lambda connection: _lay(connection, calls))
    there = house.count("calls")
    while there < calls:
        most = min(there, calls - there, COPIED_AT_ONCE)
        house.database.transact(partial(_copy, calls, there, most))
        there += most
    house.database.transact(house.memory.reload)
    return house


def _where(number: str, calls: int) -> dict[str, str]:
    """What is different in each row, by the number of its call: when it came, and which trunk it held."""
    when = f"{_SINCE} + ({number}) * {_QUARTERS} / {calls + 1} * {QUARTER} + ({number}) % 800 * {SECOND}"
    trunk = f"({number}) % {GROUPS * TRUNKS}"
    return {
        "started_at": when,
        "received_at": when,
        "trunk": f"printf('T%03d', {trunk})",
        "trunk_group": f"'group ' || ({trunk} / {TRUNKS})",
    }


def _lay(connection: Connection, calls: int) -> None:
    """Put the rows that were really settled into their place."""
    place = _where("id", calls)
    for table in (schema.calls, schema.records):
        said = ", ".join(f"{name} = {place[name]}" for name in place if name in table.columns)
        connection.exec_driver_sql(f"UPDATE {table.name} SET {said}")


def _copy(calls: int, shift: int, most: int, connection: Connection) -> None:
    """Copy the first rows with new numbers, each into its place at once: ten million need no second passage."""
    place = _where(f"id + {shift}", calls)
    for table in (schema.calls, schema.records):
        new = {name: f"{name} + {shift}" for name in ("id", "position", "call_id")} | place
        columns = ", ".join(new.get(column.name, column.name) for column in table.columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} SELECT {columns} FROM {table.name} WHERE id <= {most}")


def large(folder: Path, *, calls: int, rounds: int) -> dict[str, Any]:
    """A store of so many calls in a month: its sums made anew, and the month reported from them; each beside its limits.

    All is processor time. `rebuild` and `bare` are calls a second and must say the same; `memory` is what the rebuild added
    to the process at its highest, in bytes. `month` is the study of the month with its tables and pictures, `reads` the
    statements that it rests on by sqlite3 alone; `report` is the whole report with its head. `array` is numpy's difference
    array over the same calls, which are in memory already. All are seconds.
    """
    house = _history(folder, calls)
    database, path = house.database, house.database.path
    assert path is not None
    names = ("rebuild", "bare", "month", "reads", "report", "array")
    found: dict[str, Any] = {name: [] for name in names}
    before = resident()
    for _ in range(rounds):
        seconds = spent(lambda: database.transact(lambda connection: traffic.rebuild(connection, database.property)))
        found["rebuild"].append(calls / seconds)
    found["memory"] = resident() - before
    for _ in range(rounds):
        found["bare"].append(calls / _bare(path, database))
    for _ in range(max(3, rounds)):
        for name, seconds in _month(path, database).items():
            found[name].append(seconds)
    found["array"].append(_array(path))
    return found


def spent(work: Callable[[], Any]) -> float:
    """The processor time of some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def resident() -> int:
    """The most memory this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _bare(path: Path, database: Database) -> float:
    """The seconds of one statement that makes the same sums; it must find what the rebuild found."""
    ours = database.read(lambda connection: sorted(map(tuple, connection.exec_driver_sql(_SUMS))))
    bare = sqlite3.connect(path)
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE bare AS SELECT * FROM (" + _SUMS + ") WHERE 0")

    def work() -> None:
        bare.execute(BARE)
        bare.commit()

    seconds = spent(work)
    assert ours == sorted(bare.execute("SELECT * FROM bare")), "the rebuild and the bare statement differ"
    bare.execute("DROP TABLE bare")
    bare.commit()
    bare.close()
    return seconds


def _month(path: Path, database: Database) -> dict[str, float]:
    """The month from the sums: its study with tables and pictures, its statements alone, and the report as a whole."""
    asked = _asked(database)

    def figures(connection: Connection) -> None:
        study = studied(asked, connection)
        busy_hours(study.groups)
        for number, one in enumerate(study.groups):
            assert one.grade is not None
            week(one, number)

    until = _SINCE + _QUARTERS * QUARTER
    loads = ", ".join(f"sum({name})" for name in Load._fields)
    within = f"FROM trunk_quarters WHERE property = ? AND quarter >= {_SINCE} AND quarter < {until}"
    connection = sqlite3.connect(path)

    def reads() -> None:
        for keys in ("trunk_group, trunk, direction", "quarter, trunk_group"):
            connection.execute(f"SELECT {keys}, {loads} {within} GROUP BY {keys}", (database.property,)).fetchall()

    found = {
        "month": spent(lambda: database.read(figures)),
        "reads": spent(reads),
        "report": spent(lambda: database.read(lambda snapshot: KINDS["busy-hour"].make(asked, snapshot))),
    }
    connection.close()
    return found


def _asked(database: Database) -> Asked:
    installed = [
        Installed(
            group=f"group {number}",
            name=f"Group {number}",
            trunks=240,
            members=frozenset(),
            since=None,
            direction="both",
            target=0.01,
        )
        for number in range(GROUPS)
    ]
    return Asked(
        database=database,
        hotel="Bench",
        period=Period(MONTH[0].date(), MONTH[0].date() + timedelta(days=MONTH[1] - 1), ZoneInfo("UTC")),
        currency="PLN",
        decimals=2,
        run_at=MONTH[0] + timedelta(days=40),
        settings=ReportSettings.model_validate({}),
        capacity=Capacity(installed),
    )


def _array(path: Path) -> float:
    """The seconds that numpy needs from beginnings and ends to erlangs by group and quarter hour."""
    connection = sqlite3.connect(path)
    wanted = "SELECT started_at, coalesce(ring_seconds, 0) + coalesce(talk_seconds, 0), trunk_group FROM calls"
    groups: dict[str, int] = {}
    rows = np.fromiter(
        ((at, long, groups.setdefault(group, len(groups))) for at, long, group in connection.execute(wanted)),
        dtype=[("at", np.int64), ("long", np.int32), ("group", np.int8)],
    )
    connection.close()
    slots = _QUARTERS * 900

    def work() -> None:
        for group in range(len(groups)):
            mine = rows[rows["group"] == group]
            begins = (mine["at"] - _SINCE) // SECOND
            ends = np.minimum(begins + mine["long"], slots)
            steps = np.bincount(begins, minlength=slots + 1) - np.bincount(ends, minlength=slots + 1)
            (np.cumsum(steps[:slots]).reshape(_QUARTERS, 900).sum(axis=1) / 900).max()

    return spent(work)


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


def bench() -> Findings:
    """All figures of the trunks."""
    calls, rounds = (int(os.environ.get("TRAFFIC_CALLS", CALLS_FULL)), 1) if full() else (CALLS, 3)
    for batch in (250, 10):
        kept = measure("traffic.upkeep", seconds=2.0, batch=batch)
        yield Figure(
            name=f"sums of the trunks, of the intake's processor time, {batch} a commit",
            figure=100 * kept["trunks_us"] / kept["cpu_us"],
            unit="%",
            ceiling=15.0,
            against=f"{kept['trunks_us']:.1f} us of {kept['cpu_us']:.0f} us a record",
        )
    again = measure("traffic.large", calls=calls, rounds=rounds)
    limit = "one SQL statement for the same sums"
    yield paired(f"sums made anew, {calls:,} calls", again["rebuild"], again["bare"], against=limit, target=1 / 3)
    yield Figure(
        name=f"memory that a rebuild of {calls:,} calls adds",
        figure=again["memory"] / 1e6,
        unit="MB",
        ceiling=500.0,
        against="the process at its highest",
    )
    month, reads = middle(again["month"]), middle(again["reads"])
    yield Figure(
        name=f"a month of {calls:,} calls from the sums",
        figure=1 / month,
        unit="/s",
        limit=1 / reads,
        target=1 / 2,
        against=f"its bare SQL; {1e3 * month:.0f} ms of {1e3 * reads:.0f} ms",
    )
    yield (
        f"the month of {calls:,} calls: the whole report with its head {1e3 * middle(again['report']):,.0f} ms; from the calls "
        f"themselves by one SQL statement {calls / middle(again['bare']):,.2f} s, by numpy's difference array over calls that "
        f"are in memory {again['array'][0]:,.2f} s"
    )
    swept_calls = min(calls, CALLS_FULL)
    peak = measure("traffic.swept", calls=swept_calls, rounds=2)
    yield paired(
        f"exact peak, {swept_calls:,} calls",
        peak["ours"],
        peak["numpy"],
        against="numpy's sort and running sum",
        target=1 / 5,
    )
    rate = best_rate(_erlangs)
    yield Figure(name="Erlang B, N = 24", figure=1e6 / rate, unit="us", ceiling=5.0, against="processor time a call")


def _erlangs() -> int:
    for _ in range(20_000):
        erlang_b(servers=24, traffic=20.0)
    return 20_000
