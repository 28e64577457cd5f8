"""The whole road: a record comes in on a socket, and its charge is posted and written down as posted.

`flood` sends lines as fast as the gateway takes them while its links post, and then lets the links drain. From one run
come three figures: posted calls a second from the first line to the last mark; postings a second while lines flood in;
postings a second after the flood, when there is nothing else to do.

All Python of the gateway runs on one core, so the road cannot be quicker than 1 / (the sum of what each stage costs in
processor time). The stages are measured alone: a record from bytes to commit in one thread; a posting over the links
with nothing kept; and writing a posting's steps down, which is what a step costs on the disk less what it costs where
nothing is kept.
"""

from __future__ import annotations

import time
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from gateway.clock import utc_now
from gateway.instants import to_micros
from gateway.ledger import after_attempt
from gateway.posting.steps import Answer, Sent, Step, WireNumbers
from gateway.store.memory import Memory
from gateway.store.rows import Due
from gateway.store.writer import Writer
from pms_adapters.posting import Posted
from tests.bench.house import ZONE, House
from tests.bench.kit import Figure, Findings, middle, paired
from tests.bench.lab import measure
from tests.bench.links import Links, NothingKept, deal
from tests.bench.posting import stocked
from tests.bench.reception import Reception, Sender, run

LINKS = 200
CONNECTIONS, CHUNK, WINDOW = 8, 50, 500
#: Steps of so many links ride in one commit when all are busy.
GROUP = 100


def flood(folder: Path, *, seconds: float, lines: int = 100_000) -> dict[str, Any]:
    """Lines in and charges out at once, then charges alone."""

    async def main(reactor: Any) -> dict[str, Any]:
        many: list[Links] = []
        desk = Reception(reactor, folder, lambda batch: deal(many, batch))
        port = await desk.open()
        many.append(Links(reactor, desk.house.memory, desk.house.writer.submit, LINKS))
        [links] = many
        await links.open()
        sender = Sender(
            port, way="flood", connections=CONNECTIONS, chunk=CHUNK, window=WINDOW, lines=lines, seconds=seconds
        )
        await sender.ready()
        begun, used = time.perf_counter(), time.process_time()
        sent = await sender.go()
        middle_of_it, during = time.perf_counter(), links.posted
        ended = await links.until(lambda: links.idle)
        cpu = time.process_time() - used
        seen = await links.close()
        await sender.end()
        await desk.close()
        acked = int(sent["acked"])
        assert seen["postings"] == acked == desk.house.count("postings", "state = 'posted' AND attempts = 1")
        return {
            "rate": acked / (ended - begun),
            "ingest": sent["rate"],
            "during": during / (middle_of_it - begun),
            "drain": (acked - during) / (ended - middle_of_it),
            "cpu_us": cpu / acked * 1e6,
        }

    result: dict[str, Any] = run(main)
    return result


def writing_down(folder: Path, *, count: int) -> dict[str, float]:
    """Processor time in microseconds of one posting's steps, on the disk and where nothing is kept, in one thread."""
    house = House.on_disk(folder)
    dues = stocked(house, count)
    free = _steps(NothingKept(None).writer, house.memory, dues)
    kept = _steps(house.writer, house.memory, dues)
    assert house.count("postings", "state = 'posted'") == count
    return {"kept": kept, "free": free}


def _in_zone(instant: datetime) -> datetime:
    return instant.astimezone(ZONE)


def _steps(writer: Writer, memory: Memory, dues: list[Due]) -> float:
    """Offer and answer every charge, the answers riding with the next offers; microseconds a posting."""
    numbers = WireNumbers(memory, "pms-0", 8)
    sent: list[Sent] = []

    def done(one: Sent | None, again: int) -> None:
        sent.extend([one] if one is not None else [])

    begun = time.process_time()
    for first in range(0, len(dues) + GROUP, GROUP):
        answers = [Answer(sent=one, outcome=after_attempt(Posted(), one.attempt)) for one in sent]
        sent.clear()
        for answer, offer in zip_longest(answers, dues[first : first + GROUP]):
            now = to_micros(utc_now())
            writer.submit(Step(memory, numbers, answer=answer, offer=offer, now=now, zone=_in_zone, done=done))
        for announcement in writer.step():
            announcement()
    return (time.process_time() - begun) / len(dues) * 1e6


def bench(repeats: int = 2, seconds: float = 1.5) -> Findings:
    """The whole road, and its fairness."""
    taken, costs = [], []
    for _ in range(repeats):
        taken.append(measure("whole.flood", seconds=seconds))
        record = measure("intake.serial", seconds=1.5, batch=250)["cpu_us"]
        posting = measure("posting.post", links=LINKS, count=2_000, kept=False)["cpu_us"]
        steps = measure("whole.writing_down", count=2_000)
        costs.append((record, posting, steps["kept"] - steps["free"]))
    record, posting, step = (middle(column) for column in zip(*costs, strict=True))
    rate, ingest, during, drain = ([one[name] for one in taken] for name in ("rate", "ingest", "during", "drain"))
    yield paired(
        "record in to posted and marked",
        rate,
        [1e6 / sum(cost) for cost in costs],
        against=f"1 / ({record:.0f} + {posting:.0f} + {step:.0f} us of processor time)",
        target=0.6,
    )
    yield paired("postings while lines flood in", during, drain, against="draining alone", target=0.5)
    yield Figure(name="lines taken meanwhile", figure=middle(ingest), unit="/s")
    yield f"real disk, {LINKS} links, {CONNECTIONS} connections; stages: record, posting, writing its steps down"
