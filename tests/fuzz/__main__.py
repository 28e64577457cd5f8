"""`make fuzz`: a coverage-guided search over every reader of strangers' bytes, with what it did in figures.

    python -m tests.fuzz                      sixty seconds in all, as a check runs it
    python -m tests.fuzz --runs 10000000      so many inputs, shared out by the targets' weights
    python -m tests.fuzz --seconds 600 fias   one target, ten minutes

What is a failure: a broken law or an exception, an input that takes more than a second of the processor, more than
`MOST_MEMORY` in use. The input is kept under .fuzz/found, and the command that replays it is printed. What a search
learned stays in .fuzz, so that the next one begins there.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.laws import TARGETS
from tests.fuzz.seeds import seeds

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".fuzz"
FOUND: Final = FOLDER / "found"
#: How libFuzzer ends when somebody stops it, which is no failure; what it did until then is told all the same.
INTERRUPTED: Final = 72
#: Megabytes that a search may hold: the decks, the plans and the memories of a target take about two hundred.
MOST_MEMORY: Final = 700
#: Replays one input and prints the seconds of the processor that it took.
_AGAIN: Final = """
import resource, sys
from tests.fuzz.laws import TARGETS
data, check = open(sys.argv[2], "rb").read(), TARGETS[sys.argv[1]].check
check(b"")
before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
check(data)
print(resource.getrusage(resource.RUSAGE_SELF).ru_utime - before)
"""
_STATISTIC: Final = re.compile(r"stat::(\w+):\s+(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What one search did."""

    target: str
    inputs: int
    seconds: float
    memory: int
    failures: tuple[str, ...]


def main(words: Sequence[str]) -> int:
    """Search, print the table, and tell by the exit code whether anything was found."""
    asked = _asked(words)
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed (it has no wheel for every Python and processor): pip install --group fuzz")
        return 2 if os.environ.get("REQUIRE_PEERS") == "1" else 0
    chosen = asked.targets or list(TARGETS)
    FOUND.mkdir(parents=True, exist_ok=True)
    whole = sum(TARGETS[name].weight for name in chosen)
    began = time.monotonic()
    print(f"{'target':<16} {'inputs':>12} {'seconds':>9} {'inputs/s':>10} {'MB':>6}", flush=True)
    searched = []
    with ThreadPoolExecutor(max_workers=asked.jobs) as pool:
        for one in pool.map(lambda name: _search(name, TARGETS[name].weight / whole, asked), chosen):
            searched.append(one)
            rate = one.inputs / one.seconds if one.seconds else 0.0
            print(f"{one.target:<16} {one.inputs:>12,} {one.seconds:>9.1f} {rate:>10,.0f} {one.memory:>6}", flush=True)
    return _told(searched, time.monotonic() - began)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description="Search for inputs that break a reader.")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="which readers; all if left out")
    parser.add_argument("--runs", type=int, default=0, help="inputs in all, shared out by weight")
    parser.add_argument("--seconds", type=float, default=60.0, help="seconds in all, where --runs is left out")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="searches at the same time")
    return parser.parse_args(words)


def _search(name: str, share: float, asked: argparse.Namespace) -> Searched:
    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    limit = f"-runs={max(1, round(asked.runs * share))}" if asked.runs else _time_limit(asked)
    options = [
        limit,
        "-timeout=1",
        f"-rss_limit_mb={MOST_MEMORY}",
        f"-max_len={TARGETS[name].longest}",
        "-print_final_stats=1",
    ]
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.search",
        name,
        *options,
        f"-artifact_prefix={FOUND}/{name}-",
        str(corpus),
    ]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    told = dict(_STATISTIC.findall(done.stderr))
    failures = _failures(name, done) if done.returncode not in (0, INTERRUPTED) else ()
    return Searched(
        target=name,
        inputs=int(told.get("number_of_executed_units", 0)),
        seconds=time.monotonic() - began,
        memory=int(told.get("peak_rss_mb", 0)),
        failures=failures,
    )


def _time_limit(asked: argparse.Namespace) -> str:
    """Seconds for one target; libFuzzer counts whole ones, and begins to count when everything is imported."""
    return f"-max_total_time={max(1, round(asked.seconds * asked.jobs / len(asked.targets or TARGETS)))}"


def _failures(name: str, done: subprocess.CompletedProcess[str]) -> tuple[str, ...]:
    kept = re.findall(r"Test unit written to (\S+)", done.stderr)
    real = [path for path in kept if not _was_the_machine(name, Path(path))]
    if kept and not real:
        return ()
    lines = [
        *done.stdout.splitlines(),
        *done.stderr.splitlines(),
    ]  # the exception is on the one, libFuzzer on the other
    why = next((line for line in lines if "Error" in line or "ERROR" in line), lines[-1] if lines else "it ended")
    again = [f"    again: {Path(sys.executable).name} -m tests.fuzz.search {name} {path}" for path in real]
    return (f"{name}: {why.strip()}", *again)


def _was_the_machine(name: str, path: Path) -> bool:
    """True for an input said to hang that takes less than a second of the processor: somebody else had it."""
    if "-timeout-" not in path.name and "-slow-unit-" not in path.name:
        return False
    command = [sys.executable, "-c", _AGAIN, name, str(path)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return False
    return float(done.stdout) < 1.0


def _told(searched: list[Searched], seconds: float) -> int:
    print(f"{'all':<16} {sum(one.inputs for one in searched):>12,} {seconds:>9.1f}")
    failures = [line for one in searched for line in one.failures]
    for line in failures:
        print(line)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
