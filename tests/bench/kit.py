"""What every bench needs: the time of one sync, medians of repeats, and a table that tells below from ok.

A figure alone says little here: disks change their sync time twentyfold within minutes, and neighbours take the
processor away. So each bench measures a figure and, in the same run, the limit that it is compared with, and judges the
ratio. Pairs are measured in turn (figure, limit, figure, limit), so that a slow minute meets both; what is printed is
the median. A target that was missed is printed as BELOW; nothing is rounded in its favour.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, Literal, TypeAlias

#: What one probe appends: a page of the store's log.
PROBE_BYTES: Final = 4096
#: Appends of one probe: enough for a median, under half a second on a disk that takes 4 ms.
PROBE_COUNT: Final = 60

Verdict: TypeAlias = Literal["ok", "BELOW", "-"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table: what was measured, and what it is held against.

    `ratio` is figure / limit. With `target` it must be at least that; with `ceiling` the figure must be at most that,
    in the figure's own unit (latencies and counts, where less is better). With neither, it is told and not judged.
    """

    name: str
    figure: float
    unit: str
    limit: float | None = None
    against: str = ""
    target: float | None = None
    ceiling: float | None = None

    @property
    def ratio(self) -> float | None:
        """Figure / limit, where there is a limit."""
        return None if not self.limit else self.figure / self.limit

    @property
    def verdict(self) -> Verdict:
        """Whether the target was met."""
        if self.ceiling is not None:
            return "ok" if self.figure <= self.ceiling else "BELOW"
        if self.target is not None and self.ratio is not None:
            return "ok" if self.ratio >= self.target else "BELOW"
        return "-"


#: What a bench gives out, one after another: figures for its table, and sentences to stand below it.
Findings: TypeAlias = Iterator[Figure | str]


def paired(
    name: str,
    figures: Sequence[float],
    limits: Sequence[float],
    *,
    against: str,
    target: float | None = None,
    unit: str = "/s",
) -> Figure:
    """The figure of repeated pairs: the ratio is the median of the pairs' ratios, and the figure fits it."""
    limit = median(limits)
    ratio = median(one / other for one, other in zip(figures, limits, strict=True))
    return Figure(name=name, figure=ratio * limit, unit=unit, limit=limit, against=against, target=target)


def short(value: float | None) -> str:
    """A number with three significant digits or, from 1,000 on, without a fraction."""
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(title: str, figures: Sequence[Figure], notes: Iterable[str] = ()) -> str:
    """The figures of one bench as text."""
    head = ("what", "figure", "limit", "ratio", "target", "", "against")
    rows = [head, *(_row(one) for one in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [title, "-" * len(title)]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(row[n].rjust(widths[n]) for n in range(1, 5)), row[5].ljust(5), row[6]]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([*lines, *(f"  {note}" for note in notes), ""])


def _row(one: Figure) -> tuple[str, str, str, str, str, str, str]:
    wanted = "-"
    if one.ceiling is not None:
        wanted = f"<= {short(one.ceiling)}"
    elif one.target is not None:
        wanted = f">= {one.target:.2f}"
    figure = f"{short(one.figure)} {one.unit}".rstrip()
    ratio = "-" if one.ratio is None else f"{one.ratio:.2f}"
    return one.name, figure, short(one.limit), ratio, wanted, one.verdict, one.against


def probe(folder: Path, count: int = PROBE_COUNT) -> float:
    """F: the median time in seconds of one fdatasync after appending 4 KiB to a file in `folder`."""
    path, block, taken = folder / "probe", b"\0" * PROBE_BYTES, []
    with path.open("ab", buffering=0) as handle:
        for _ in range(count):
            handle.write(block)
            begun = time.perf_counter()
            os.fdatasync(handle.fileno())
            taken.append(time.perf_counter() - begun)
    path.unlink()
    return median(taken)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the others do not exceed; 0.5 is the median, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-round(share * len(ordered) * 1e6) // 1_000_000) - 1))]


def best_rate(work: Callable[[], int], repeats: int = 5) -> float:
    """The highest of several rates, in items a second of processor time: for pure functions, where all noise slows."""
    rates = []
    for _ in range(repeats):
        begun = time.process_time()
        done = work()
        rates.append(done / (time.process_time() - begun))
    return max(rates)


def middle(values: Iterable[float]) -> float:
    """The median."""
    return median(values)
