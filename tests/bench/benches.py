"""The benches by name, and how each is told: where it ran, its table, and what could not be measured here."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from tests.bench import (
    bills,
    enduring,
    growth,
    intake,
    latency,
    log,
    neighbours,
    posting,
    pricing,
    rack,
    reading,
    replaying,
    safety,
    soap,
    traffic,
    whole,
)
from tests.bench.kit import Figure, Findings, probe, table
from tests.bench.lab import NoShim, disk, full

#: Title and function of each bench, in the order in which they run.
BENCHES: Final[dict[str, tuple[str, Callable[[], Findings]]]] = {
    "intake": ("Intake: from the socket to the commit", intake.bench),
    "latency": ("Latency: from the socket to the acknowledgement, at 200 lines a second", latency.bench),
    "growth": ("Growth: a large store beside a small one", growth.bench),
    "reading": ("Reading", reading.bench),
    "pricing": ("Pricing", pricing.bench),
    "replay": ("Rehearsing a stored history by another tariff", replaying.bench),
    "posting": ("Posting over FIAS", posting.bench),
    "soap": ("Posting over SOAP", soap.bench),
    "whole": ("The whole road: record in, charge posted and marked", whole.bench),
    "traffic": ("Trunks", traffic.bench),
    "bills": ("A carrier's bill against our calls", bills.bench),
    "rack": ("The rack of rooms", rack.bench),
    "log": ("The log of calls", log.bench),
    "safety": ("What safety costs", safety.bench),
    "enduring": ("Recovery and memory", enduring.bench),
}


def heading() -> str:
    """The machine, and how busy it is with other things."""
    cpu = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if "model name" in line), "?")
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in ("twisted", "sqlalchemy"))
    with disk() as folder:
        synced = probe(folder)
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores of {cpu}, {versions}, {libraries}\n"
        f"load before: {os.getloadavg()[0]:.2f}, F = {synced * 1e3:.2f} ms here and now"
        f"{'; the long forms' if full() else ''}\n"
    )


def _lines(path: str) -> list[str]:
    place = Path(path)
    return place.read_text(encoding="utf-8").splitlines() if place.exists() else []


def report(name: str) -> str:
    """Run one bench and tell what it found; where the shim cannot be built, what could be measured without it."""
    title, bench = BENCHES[name]
    neighbours.forget()
    begun = time.perf_counter()
    figures, notes = list[Figure](), list[str]()
    try:
        for found in bench():
            if isinstance(found, Figure):
                figures.append(found)
            else:
                notes.append(found)
    except NoShim as sentence:
        notes.append(f"LEFT OUT, what comes after this: {sentence}")
    notes.append("; ".join(filter(None, (f"took {time.perf_counter() - begun:.0f} s", neighbours.told()))))
    return table(title, figures, notes)
