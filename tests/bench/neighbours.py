"""Who else uses the machine while a bench runs: told beside the figures, because it explains most odd ones.

The share is what all processors did, less what the bench's own processes did, over what they could have done; time
that the host took away (steal) counts as somebody else's. With BENCH_PATIENCE=SECONDS a measurement waits, so long at
most, for a second in which the others use less than a tenth of the machine; without it nothing waits.
"""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

QUIET: Final = 0.10

_STAT: Final = Path("/proc/stat")
#: The share of each measurement since `forget`, and seconds its span took.
_seen: list[tuple[float, float]] = []


def told() -> str:
    """What the others took during the measurements since the last `forget`, in words; empty where nobody can say."""
    if not _seen:
        return ""
    whole = sum(seconds for _, seconds in _seen)
    mean = sum(share * seconds for share, seconds in _seen) / whole
    return f"other work took {mean:.0%} of the machine meanwhile, {max(share for share, _ in _seen):.0%} at the worst"


def forget() -> None:
    """Begin to count anew."""
    _seen.clear()


@contextlib.contextmanager
def during() -> Iterator[None]:
    """Note what the others take while the body runs; wait for a quiet second first, if that was asked for."""
    if not _STAT.exists():
        yield
        return
    _await_quiet(float(os.environ.get("BENCH_PATIENCE") or 0))
    before, own, begun = _machine(), _own(), time.monotonic()
    yield
    after = _machine()
    _seen.append((share(before, after, _own() - own), time.monotonic() - begun))


def share(before: tuple[float, float], after: tuple[float, float], own: float) -> float:
    """The others' share of the machine between two readings of (busy, all) seconds, when `own` seconds were ours."""
    busy, whole = after[0] - before[0], after[1] - before[1]
    return max(0.0, busy - own) / whole if whole > 0 else 0.0


def _await_quiet(patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        before = _machine()
        time.sleep(1)
        if share(before, _machine(), 0.0) < QUIET:
            return


def _machine() -> tuple[float, float]:
    """Seconds that all processors were busy so far, and seconds in all."""
    ticks = [int(word) for word in _STAT.read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK"), sum(ticks) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    """Seconds that this process and its ended children, and theirs, have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
