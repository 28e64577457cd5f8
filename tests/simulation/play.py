"""A day played from its seed and judged: what `make prove`, the tests and `python -m tests.simulation` share."""

from __future__ import annotations

import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from zope.interface import implementer

from tests.simulation import checks, hotel, hotel_ows, person, plan
from tests.simulation.day import Day

#: Where a store lies in memory, where the system has such a place: thousands of days, and no disk is worn out.
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a day."""

    seed: int
    speaks: hotel.Speaks
    broken: tuple[str, ...]
    digest: str
    records: int
    counts: Counter[str]
    trace: tuple[str, ...]


@implementer(ILogObserver)
class _Failures:
    """What was logged with a failure: a day in which the gateway's own code raised has not passed."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def __call__(self, event: LogEvent) -> None:
        failure = event.get("log_failure")
        if failure is not None:
            where = failure.getTraceback(detail="brief").strip().splitlines()[-4:]
            self.sentences.append(f"logged: {formatEvent(event)}: {failure.value!r} {' | '.join(where)}")


@contextmanager
def workshop() -> Iterator[hotel.House]:
    """A furnished house in a folder of its own, and the invented dialect in the catalogue."""
    folder = Path(tempfile.mkdtemp(prefix="foliogate-days-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        with hotel.acknowledging(), hotel_ows.unhurried():
            yield hotel.furnish(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def play(
    seed: int, house: hotel.House, what: Callable[[Day], None] = plan.whole, speaks: hotel.Speaks | None = None
) -> Outcome:
    """Play one day and judge it; `speaks` is what its PMS speaks, if not what the seed has it speak."""
    folder = Path(tempfile.mkdtemp(prefix=f"day-{seed}-", dir=house.folder))
    failures = _Failures()
    globalLogPublisher.addObserver(failures)
    try:
        day = Day(seed, folder, house, speaks)
        found = [*_judged(day, what), *_safely(day.end)]
        return _outcome(day, [*found, *failures.sentences])
    finally:
        globalLogPublisher.removeObserver(failures)
        shutil.rmtree(folder, ignore_errors=True)


def _judged(day: Day, what: Callable[[Day], None]) -> list[str]:
    found: list[str] = []

    def all_of_it() -> None:
        day.run(what)
        found.extend(checks.broken(day))
        person.settle(day)
        found.extend(checks.unsettled(day))

    trouble = _safely(all_of_it)
    return found + trouble


def _safely(act: Callable[[], None]) -> list[str]:
    """Do it; a day that breaks down has a seed too, and must not take others along."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        where = traceback.extract_tb(error.__traceback__)[-1]
        return [f"the day itself broke down: {error!r} at {where.filename}:{where.lineno}"]
    return []


def _outcome(day: Day, found: list[str]) -> Outcome:
    records = sum(
        one.stage in ("handed", "secured") for exchange in day.exchanges.values() for one in exchange.tellings
    )
    counts = day.world.counts
    counts["lives"] = day.lives
    counts["postings booked"] = sum(line.booked for line in day.pms.folio)
    for line in found:
        day.world.say(f"BROKEN {line}")
    return Outcome(day.world.seed, day.speaks, tuple(found), day.world.digest, records, counts, tuple(day.world.trace))
