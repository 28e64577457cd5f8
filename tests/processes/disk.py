"""A disk as it is after a power cut: only what a sync had returned for is there, and of the rest whatever chance left.

Reads the log of order.c and keeps an image of each of the store's files: what is safe, and what was written since the last
sync. At any moment a cut can be tried: the safe bytes, with some of the unsafe writes done, left out, or torn in the
middle of a sector, are laid into a folder for SQLite to recover.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal, NamedTuple

from tests.peers import peer

_HEAD = struct.Struct("<cqqq")
#: What a disk writes whole or not at all.
SECTOR = 512


@cache
def shim() -> Path:
    """order.c, compiled once in a process; skips (or fails) where there is no compiler."""
    built = Path(mkdtemp(prefix="order-")) / "order.so"
    source = Path(__file__).with_name("order.c")
    subprocess.run(
        [str(peer("cc")), "-O2", "-shared", "-fPIC", "-o", str(built), str(source), "-ldl", "-lpthread"], check=True
    )
    return built


def watched(log: Path) -> dict[str, str]:
    """What the environment of a watched process has more."""
    return {"LD_PRELOAD": str(shim()), "ORDER_LOG": str(log)}


class Entry(NamedTuple):
    """A line of the log."""

    kind: Literal["W", "T", "S", "N"]
    name: str
    offset: int
    data: bytes


def entries(log: Path) -> Iterator[Entry]:
    """Everything that happened, in order."""
    text, at = log.read_bytes(), 0
    while at + _HEAD.size <= len(text):
        kind, name, offset, length = _HEAD.unpack_from(text, at)
        at += _HEAD.size
        yield Entry(
            kind.decode(), Path(text[at : at + name].decode()).name, offset, text[at + name : at + name + length]
        )
        at += name + length


@dataclass(slots=True)
class _File:
    safe: bytearray = field(default_factory=bytearray)
    unsafe: list[Entry] = field(default_factory=list)


class Disk:
    """The store's files, safe and unsafe."""

    def __init__(self, *, syncs: bool = True) -> None:
        self._files: dict[str, _File] = {}
        self._syncs = syncs
        self.synced = 0

    def see(self, entry: Entry) -> None:
        """Something was written or synced. With `syncs` off, syncs do nothing: a disk that lies."""
        file = self._files.setdefault(entry.name, _File())
        if entry.kind != "S":
            file.unsafe.append(entry)
        elif self._syncs:
            for write in file.unsafe:
                _apply(file.safe, write)
            file.unsafe.clear()
            self.synced += 1

    def cut(self, folder: Path, draw: random.Random | None = None) -> sqlite3.Connection:
        """Cut the power here and open what is left; `draw` decides which unsafe writes had reached the disk anyway."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, file in self._files.items():
            left = bytearray(file.safe)
            for write in file.unsafe if draw is not None else ():
                _apply(left, _torn(write, draw))
            (folder / name).write_bytes(left)
        [main] = [name for name in self._files if name.endswith(".db")]
        return sqlite3.connect(folder / main)


def _apply(image: bytearray, write: Entry) -> None:
    if write.kind == "T":
        del image[write.offset :]
        return
    end = write.offset + len(write.data)
    if len(image) < end:
        image.extend(bytes(end - len(image)))
    image[write.offset : end] = write.data


def _torn(write: Entry, draw: random.Random | None) -> Entry:
    """All of a write, none of it, or so many sectors."""
    assert draw is not None
    sectors = draw.choice((0, draw.randint(0, len(write.data) // SECTOR), len(write.data)))
    return write._replace(data=write.data[: sectors * SECTOR]) if write.kind == "W" else write
