"""`make prove`, `python -m tests.simulation`: play days and judge them; a failing day is named by its seed, which plays it again.

python -m tests.simulation                    1,000 days, or --seeds N of them, from --first N
python -m tests.simulation --seed 4711        one day again, with what happened in it
python -m tests.simulation --pms ows          all days with a PMS that is asked over SOAP; else every seventh is
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from twisted.logger import ILogObserver, LogEvent, globalLogBeginner
from zope.interface import implementer

from tests.simulation.hotel import Speaks
from tests.simulation.play import Outcome, play, workshop

#: Days one process plays before it makes room for a fresh one.
_DAYS_AT_ONCE = 10


def main() -> int:
    """Play, report, and return 1 if a day failed."""
    words = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    words.add_argument("--seed", type=int, help="play this day alone and write its trace")
    words.add_argument("--seeds", type=int, default=1000, help="how many days")
    words.add_argument("--first", type=int, default=0, help="the first seed")
    words.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="days played at the same time")
    words.add_argument("--pms", choices=("fias", "ows"), help="what the PMS of every day speaks; else its seed says")
    words.add_argument("--trace", type=Path, default=None, help="folder for the traces of failing days")
    asked = words.parse_args()
    quieten()
    if asked.seed is not None:
        return _one(asked.seed, asked.pms, asked.trace)
    return _many(range(asked.first, asked.first + asked.seeds), asked.pms, asked.processes, asked.trace)


def quieten() -> None:
    """The gateway's log of a thousand days helps nobody; failures are collected by the day itself."""
    globalLogBeginner.beginLoggingTo([_hear_nothing], redirectStandardIO=False, discardBuffer=True)


@implementer(ILogObserver)
class _Deaf:
    """Hears nothing."""

    def __call__(self, event: LogEvent) -> None:
        """Let it pass."""


_hear_nothing = _Deaf()


def _one(seed: int, speaks: Speaks | None, folder: Path | None) -> int:
    with workshop() as house:
        outcome = play(seed, house, speaks=speaks)
    for line in outcome.trace if folder is None else ():
        print(line)
    _tell(outcome, folder)
    print(f"seed {seed}: {outcome.records} records, trace {outcome.digest}, {'FAILED' if outcome.broken else 'ok'}")
    return 1 if outcome.broken else 0


def _many(seeds: range, speaks: Speaks | None, processes: int, folder: Path | None) -> int:
    begun, records, failed, counts = time.monotonic(), 0, 0, Counter[str]()
    for done, outcome in enumerate(_played(seeds, speaks, processes), 1):
        records += outcome.records
        counts += outcome.counts
        failed += bool(outcome.broken)
        _tell(outcome, folder)
        _progress(f"{done:,} of {len(seeds):,} days, {records:,} records, {failed} failed", done)
    minutes = (time.monotonic() - begun) / 60
    print(
        f"{len(seeds):,} days, {records:,} records, {failed} failed days, {minutes:.1f} minutes in {processes} processes"
    )
    for name, count in sorted(counts.items()):
        print(f"  {count:>9,}  {name}")
    return 1 if failed else 0


def _progress(words: str, done: int) -> None:
    """Say how far we are: always on a terminal, now and then in a log."""
    if sys.stderr.isatty():
        print(f"\r{words} ", end="", file=sys.stderr)
    elif done % 50 == 0:
        print(words, file=sys.stderr, flush=True)


def _played(seeds: range, speaks: Speaks | None, processes: int) -> Iterator[Outcome]:
    slices = [range(at, min(at + _DAYS_AT_ONCE, seeds.stop)) for at in range(seeds.start, seeds.stop, _DAYS_AT_ONCE)]
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=fresh, initializer=quieten) as pool:
        for outcomes in pool.map(partial(_slice, speaks=speaks), slices):
            yield from outcomes


def _slice(seeds: range, *, speaks: Speaks | None) -> list[Outcome]:
    """Play some days in this process. Traces of days that passed are not carried about."""
    gc.set_threshold(20_000, 20, 100)
    with workshop() as house:
        outcomes = [play(seed, house, speaks=speaks) for seed in seeds]
    return [outcome if outcome.broken else replace(outcome, trace=()) for outcome in outcomes]


def _tell(outcome: Outcome, folder: Path | None) -> None:
    for sentence in outcome.broken:
        print(f"seed {outcome.seed}: {sentence}", flush=True)
    if outcome.broken:
        print(
            f"  play it again with: make prove SEED={outcome.seed} PMS={outcome.speaks}    (trace {outcome.digest})",
            flush=True,
        )
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"seed-{outcome.seed}.txt").write_text("\n".join(outcome.trace) + "\n", encoding="utf-8")
