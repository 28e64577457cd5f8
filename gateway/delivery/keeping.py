"""The gateway's folder of made reports: a folder a run, whole or not there, bounded in days and in bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from gateway.delivery.files import HEAD, MASKED
from gateway.instants import SECOND
from gateway.store.runs import Kept, Made

_DAY: Final = 24 * 3600 * SECOND
_MEGABYTE: Final = 1_000_000
#: Bytes of a file read at a time.
PIECE_BYTES: Final = 1 << 20


def begin(folder: Path, run: int) -> Path:
    """An empty folder in which a run is made; raises OSError."""
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    making = folder / f".making-{run}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o750)
    return making


def finish(folder: Path, run: int) -> tuple[list[Made], dict[str, Any]]:
    """A run is made: its files and their heads. What an earlier try left in its place is gone. Raises OSError."""
    making, place = folder / f".making-{run}", folder / str(run)
    heads: dict[str, Any] = json.loads((making / HEAD).read_text(encoding="utf-8"))
    (making / HEAD).unlink()
    shutil.rmtree(place, ignore_errors=True)
    making.rename(place)
    files = [
        Made(one.name, one.suffix[1:], one.stem.endswith(MASKED), one.stat().st_size, digest_of(one))
        for one in sorted(place.iterdir())
    ]
    return files, heads


def give_up(folder: Path, run: int) -> None:
    """A run was not made: what was begun is gone."""
    shutil.rmtree(folder / f".making-{run}", ignore_errors=True)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            found.update(piece)
    return found.hexdigest()


def to_throw_away(kept: Sequence[Kept], now: int, days: int, megabytes: int) -> list[Kept]:
    """Files that are too old, and the oldest of those that are too much; none that somebody still waits for. Pure."""
    old = [one for one in kept if not one.awaited and now - one.made_at > days * _DAY]
    held = sum(one.bytes for one in kept) - sum(one.bytes for one in old)
    for one in kept:
        if held <= megabytes * _MEGABYTE:
            break
        if not one.awaited and one not in old:
            old.append(one)
            held -= one.bytes
    return old


def throw_away(folder: Path, files: Sequence[Kept]) -> None:
    """Delete files, and the folder of a run that has none any more."""
    for one in files:
        (folder / str(one.run_id) / one.name).unlink(missing_ok=True)
    for run in {one.run_id for one in files}:
        place = folder / str(run)
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
