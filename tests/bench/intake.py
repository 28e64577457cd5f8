"""From the exchange's socket to the commit: how much of what one thread can do survives the network, and at what price.

Measured: acknowledged lines a second over loopback TCP, call and posting committed with synchronous=FULL. Held against
three limits of the same run: the same functions in one thread without a network, in batches of the same size; bare
`sqlite3.executemany` of the very rows; and the same functions with one transaction a record, which is what a gateway
without group commit would do (in one thread, without a network, which flatters it).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from gateway.store.schema import calls, postings, records
from tests.bench.house import ByHand, House
from tests.bench.kit import Figure, Findings, middle, paired, probe
from tests.bench.lab import measure, syncs
from tests.bench.reception import Reception, Sender, run
from tests.bench.rows import bare_inserts

CONNECTIONS, CHUNK, WINDOW = 8, 50, 500


def over_tcp(folder: Path, *, seconds: float, lines: int = 100_000) -> dict[str, Any]:
    """Acknowledged lines a second, eight connections, a window of 500 lines each."""
    synced = probe(folder)

    async def main(reactor: Any) -> dict[str, Any]:
        desk = Reception(reactor, folder)
        port = await desk.open()
        sender = Sender(
            port, way="flood", connections=CONNECTIONS, chunk=CHUNK, window=WINDOW, lines=lines, seconds=seconds
        )
        await sender.ready()
        commits, cpu = desk.house.writer.commits, time.process_time()
        sent = await sender.go()
        cpu = time.process_time() - cpu
        commits = desk.house.writer.commits - commits
        await sender.end()
        await desk.close()
        _nothing_lost(desk.house, int(sent["acked"]))
        return {**sent, "batch": sent["acked"] / commits, "cpu_us": cpu / sent["acked"] * 1e6, "F": synced}

    result: dict[str, Any] = run(main)
    return result


def serial(folder: Path, *, seconds: float, batch: int, bare: bool = False) -> dict[str, Any]:
    """The same functions in one thread, so many records a commit; with `bare`, the rows again by executemany."""
    synced = probe(folder)
    house = House.on_disk(folder)
    house.fill_rooms()
    hand = ByHand(house)
    hand.run(hand.lines(4 * batch), batch)
    before = hand.kept, house.writer.commits
    counted = syncs(folder) if (folder / "syncs").exists() else 0
    spent = cpu = 0.0
    while spent < seconds:
        ready = hand.lines(max(batch, 100) // batch * batch)
        begun, used = time.perf_counter(), time.process_time()
        hand.run(ready, batch)
        spent += time.perf_counter() - begun
        cpu += time.process_time() - used
    count, commits = hand.kept - before[0], house.writer.commits - before[1]
    _nothing_lost(house, hand.kept)
    result = {"rate": count / spent, "cpu_us": cpu / count * 1e6, "F": synced, "commits": commits, "records": count}
    if (folder / "syncs").exists():
        result["syncs"] = syncs(folder) - counted
    if bare:
        result["bare"] = bare_inserts(house, folder / "bare.db", batch)
    return result


def _nothing_lost(house: House, acked: int) -> None:
    """Every acknowledged line is a record, a call and a posting, each once."""
    for table in (records, calls, postings):
        kept = house.count(table.name)
        assert kept == acked, f"{acked} lines acknowledged, {kept} rows in {table.name}"
    assert house.count("postings", "state = 'due'") == acked


def bench(repeats: int = 3, seconds: float = 1.5) -> Findings:
    """All figures of the intake."""
    yield from _against_serial(repeats, seconds)
    hundred = measure("intake.serial", fsync_us=0, seconds=1.5, batch=100)
    yield Figure(
        name="syncs a commit at batch 100 (shim, counted)",
        figure=hundred["syncs"] / hundred["commits"],
        unit="",
        ceiling=1.25,
        against=f"{hundred['syncs']} syncs in {hundred['commits']} commits",
    )
    for us, target in ((1000, 15.0), (4000, 40.0)):
        tcp = measure("intake.over_tcp", fsync_us=us, seconds=seconds)
        single = measure("intake.serial", fsync_us=us, seconds=1.0, batch=1)
        yield Figure(
            name=f"intake over TCP, F = {us // 1000} ms (shim)",
            figure=tcp["rate"],
            unit="/s",
            limit=single["rate"],
            against="one transaction a record, one thread, no network",
            target=target,
        )


def _against_serial(repeats: int, seconds: float) -> Findings:
    pairs = []
    for _ in range(repeats):
        tcp = measure("intake.over_tcp", seconds=seconds)
        pairs.append((tcp, measure("intake.serial", seconds=seconds, batch=round(tcp["batch"]), bare=True)))
    single, bare = ([one[name] for _, one in pairs] for name in ("rate", "bare"))
    over_tcp = [one["rate"] for one, _ in pairs]
    thread, rows = "one thread, no network, same batches", "bare executemany of the same rows, same batches"
    yield paired("intake over TCP", over_tcp, single, against=thread, target=0.7)
    used = ([1e6 / tcp["cpu_us"] for tcp, _ in pairs], [1e6 / one["cpu_us"] for _, one in pairs])
    yield paired("the same, by processor time", *used, against=thread)
    yield paired("intake over TCP", over_tcp, bare, against=rows)
    yield paired("one thread, no network", single, bare, against=rows)
    synced, batch, there, here = (
        middle(one[name] for one in ones)
        for ones, name in (
            ([tcp for tcp, _ in pairs], "F"),
            ([tcp for tcp, _ in pairs], "batch"),
            ([tcp for tcp, _ in pairs], "cpu_us"),
            ([one for _, one in pairs], "cpu_us"),
        )
    )
    yield (
        f"real disk, F = {synced * 1e3:.2f} ms; {batch:.0f} records a commit; processor time a record: {there:.0f} us "
        f"over TCP, {here:.0f} us in one thread"
    )
    yield f"{CONNECTIONS} connections, {CHUNK} lines a send, at most {WINDOW} lines unacknowledged on each"
