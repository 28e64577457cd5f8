"""Measurements in processes of their own: each begins with a clean interpreter, a clean reactor, and its own disk.

A *measurement* is a function of one module of this package that takes a folder and keyword arguments and returns plain
values. `measure` runs it in a fresh process, on the real disk or under the shim of fshim.c, which must be there before
the process begins. The folder lies in /var/tmp (or in BENCH_DIR), because /tmp is often no disk.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from tests.bench import neighbours

ROOT: Final = Path(__file__).resolve().parents[2]
#: Where systems keep temporary files over a restart, so on a disk.
LASTING: Final = "/var/tmp"
#: No measurement takes longer, unless the long forms were asked for.
LONGEST_SECONDS: Final = 120
LONGEST_FULL_SECONDS: Final = 1800

_SHIM: Final = Path(__file__).with_name("fshim.c")


class NoShim(Exception):
    """The shim cannot be built here, so what needs it is left out; the sentence says what to install."""


def full() -> bool:
    """Whether the long forms were asked for, with BENCH_FULL=1."""
    return os.environ.get("BENCH_FULL", "") not in ("", "0")


@contextlib.contextmanager
def disk() -> Iterator[Path]:
    """A new folder on the disk that is measured."""
    base = os.environ.get("BENCH_DIR") or (LASTING if os.access(LASTING, os.W_OK) else None)
    folder = Path(tempfile.mkdtemp(prefix="foliogate-bench-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def shim() -> Path:
    """The shim, built once in a process; raises NoShim where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NoShim("there is no C compiler to build the fsync shim with: install gcc and libc6-dev")
    folder = Path(tempfile.mkdtemp(prefix="fshim-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    built = folder / "fshim.so"
    words = [compiler, "-O2", "-shared", "-fPIC", "-o", str(built), str(_SHIM)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoShim(f"the fsync shim cannot be built: {done.stderr.strip().splitlines()[-1]}; install libc6-dev")
    return built


def measure(what: str, *, fsync_us: int | None = None, **words: Any) -> dict[str, Any]:
    """Run `module.function` of this package in a process of its own and return what it measured.

    With `fsync_us`, a sync is a sleep of so many microseconds. Raises AssertionError if the process fails, with what it
    said: a measurement that lost a record fails rather than be fast.
    """
    with disk() as folder, neighbours.during():
        environment = dict(os.environ, PYTHONHASHSEED="0")
        if fsync_us is not None:
            (folder / "syncs").write_bytes(bytes(8))
            environment |= {"LD_PRELOAD": str(shim()), "FSHIM_US": str(fsync_us), "FSHIM_COUNT": str(folder / "syncs")}
        command = [sys.executable, "-m", "tests.bench.lab", what, str(folder), json.dumps(words)]
        limit = LONGEST_FULL_SECONDS if full() else LONGEST_SECONDS
        try:
            done = subprocess.run(
                command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired as late:
            said = (late.stderr or b"").decode(errors="replace")
            raise AssertionError(f"{what} {words} did not end within {limit} s:\n{said[-4000:]}") from late
        assert done.returncode == 0, f"{what} {words} failed:\n{done.stderr[-4000:]}"
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result


def syncs(folder: Path) -> int:
    """How many syncs this process, and those it began, have asked for so far; only under the shim."""
    return int(struct.unpack("q", (folder / "syncs").read_bytes())[0])


def companion(module: str, *words: str) -> subprocess.Popen[str]:
    """Start the other side of a connection, never under the shim, with pipes to talk to it."""
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    command = [sys.executable, "-m", f"tests.bench.{module}", *words]
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def _main() -> None:
    what, folder, words = sys.argv[1:4]
    module, _, function = what.rpartition(".")
    result = getattr(import_module(f"tests.bench.{module}"), function)(Path(folder), **json.loads(words))
    print(json.dumps(result))


if __name__ == "__main__":
    _main()
