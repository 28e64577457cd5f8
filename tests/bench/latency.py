"""How long a line waits until it is committed, at an even 200 lines a second: the busy hour of a hundred large hotels.

From the moment the exchange hands the line to its socket to the moment the acknowledgement is read there. F, the time
of one sync, is probed in the same process before and after, and the mean of the two counts. With posting on, each line is also a charge that goes over one of many links, whose
steps share the commits with the lines.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench.kit import Figure, Findings, middle, probe
from tests.bench.lab import measure
from tests.bench.links import Links, deal
from tests.bench.reception import Reception, Sender, run
from tests.bench.sender import WARM_UP

RATE = 200
LINKS = 200


def paced(folder: Path, *, seconds: float, posting: bool) -> dict[str, Any]:
    """The latencies of lines sent at an even rate over one connection."""
    before, count = probe(folder), WARM_UP + int(RATE * seconds)

    async def main(reactor: Any) -> dict[str, Any]:
        many: list[Links] = []
        desk = Reception(reactor, folder, lambda batch: deal(many, batch))
        port = await desk.open()
        if posting:
            many.append(Links(reactor, desk.house.memory, desk.house.writer.submit, LINKS))
            await many[0].open()
        sender = Sender(port, way="pace", connections=1, chunk=1, lines=count, rate=RATE, seconds=seconds)
        await sender.ready()
        sent = await sender.go()
        if posting:
            await many[0].until(lambda: many[0].idle)
            assert (await many[0].close())["postings"] == sent["acked"]
        await sender.end()
        await desk.close()
        assert desk.house.count("records") == sent["acked"] == count
        return sent

    result: dict[str, Any] = run(main)
    return {**result, "F": (before + probe(folder)) / 2}


def bench(repeats: int = 3, seconds: float = 1.5) -> Findings:
    """p50 and p99 with posting off, p50 with posting on; each on the real disk and under the shim."""
    for us in (None, 1000):
        where = "real disk" if us is None else "F = 1 ms (shim)"
        for posting in (False, True):
            taken = [measure("latency.paced", fsync_us=us, seconds=seconds, posting=posting) for _ in range(repeats)]
            synced, p50, p99 = (middle(one[name] for one in taken) * 1e3 for name in ("F", "p50", "p99"))
            words = f"posting {'on' if posting else 'off'}, {where}"
            if posting:
                yield _one(f"p50, {words}", p50, 2 * synced + 1, f"2 F + 1 ms, F = {synced:.2f} ms")
            else:
                yield _one(f"p50, {words}", p50, synced + 1.2, f"F + 1.2 ms, F = {synced:.2f} ms")
                yield _one(f"p99, {words}", p99, 3 * synced + 2, f"3 F + 2 ms, F = {synced:.2f} ms")
    yield f"{RATE} lines/s on one connection, {seconds:g} s, median of {repeats} runs; postings over {LINKS} links"


def _one(name: str, figure: float, ceiling: float, against: str) -> Figure:
    return Figure(name=name, figure=figure, unit="ms", limit=ceiling, ceiling=ceiling, against=against)
