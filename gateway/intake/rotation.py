"""The renamed neighbours of a followed file: by what a file is known again, and which of them nobody has read.

A file that is rotated by renaming may be renamed more than once while nobody looks. What was written in between then stands in
neighbours (NAME.2, NAME-20261125) and in no file we ever opened, so each one that was written since we began to
follow the name and that we do not know is unread. A neighbour is known by its head alone, not by its inode: a copy of what was
read is no new file, and an inode is given to another file soon. A file shorter than a head is known only if it is the same
to its last byte. Nothing is read twice for it, and a doubt is read: the settling recognises rows that come again.
"""

from __future__ import annotations

import glob
import os
import re
import zlib
from bz2 import BZ2File
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from gzip import GzipFile
from hashlib import blake2b
from lzma import LZMAError, LZMAFile
from pathlib import Path
from stat import S_ISREG
from typing import IO, Final, NamedTuple

from gateway.store.records import StoredSegment

#: Bytes of a file's head that tell it from another with the same inode.
HEAD: Final = 1024
#: Neighbours looked at when renamed files are searched for.
MOST_NEIGHBOURS: Final = 1000

#: What stands behind the name of a rotated file: a number or a date, and how it was compressed.
_ROTATED: Final = re.compile(r"[._-]\d[\dT._-]*?(\.gz|\.bz2|\.xz)?")
_UNPACK: Final[Mapping[str, type[GzipFile | BZ2File | LZMAFile]]] = {
    ".gz": GzipFile,
    ".bz2": BZ2File,
    ".xz": LZMAFile,
}
_BROKEN: Final = (OSError, EOFError, zlib.error, LZMAError)


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a file is known again: its inode, and a hash of so many bytes of its head."""

    inode: int
    length: int
    hash: str

    def __str__(self) -> str:
        return f"{self.inode:020}:{self.length:04}:{self.hash}"  # as long for one inode as for another

    @classmethod
    def parse(cls, text: str) -> Identity | None:
        """The identity a store kept; None if it is none."""
        parts = text.split(":")
        if len(parts) != 3 or not (parts[0].isdigit() and parts[1].isdigit()):
            return None
        return cls(int(parts[0]), int(parts[1]), parts[2])


def identity_of(handle: IO[bytes], committed: int) -> Identity:
    """The identity of an open file, of whose bytes `committed` are known not to change any more."""
    length = min(HEAD, committed)
    return Identity(os.fstat(handle.fileno()).st_ino, length, _hash(os.pread(handle.fileno(), length, 0)))


def is_same(handle: IO[bytes], known: Identity, position: int) -> bool:
    """True if the open file is the one that was known, and has not lost what was read."""
    stat = os.fstat(handle.fileno())
    head = os.pread(handle.fileno(), known.length, 0)
    return stat.st_ino == known.inode and stat.st_size >= position and _hash(head) == known.hash


def _hash(head: bytes) -> str:
    return blake2b(head, digest_size=8).hexdigest()


class _Neighbour(NamedTuple):
    """A file beside the one that is followed. `written`: when last, in microseconds."""

    written: int
    inode: int
    path: Path


class Rotation:
    """What a followed file was renamed to. `missed` is told, in a sentence, of what cannot be read."""

    def __init__(self, path: Path, known: Sequence[StoredSegment], missed: Callable[[str], None]) -> None:
        identities = [Identity.parse(one.identity) for one in known]
        self._path, self._missed = path, missed
        self._heads = {(one.length, one.hash) for one in identities if one is not None}
        self._since = known[0].opened_at if known else None
        self._told: set[int] = set()

    def done(self, handle: IO[bytes], identity: Identity) -> None:
        """A file is read to its end."""
        self._heads.add((identity.length, identity.hash))
        # The clock of the files counts as well as ours, which may have been wrong when we began.
        written = os.fstat(handle.fileno()).st_mtime_ns // 1000
        self._since = written if self._since is None else min(self._since, written)

    def oldest_unread(self) -> IO[bytes] | None:
        """The oldest neighbour that was never read, opened; None if there is none."""
        for one in self._written_since():
            try:
                handle = self._unread(one)
            except FileNotFoundError:
                continue  # renamed while we look: found at the next look around
            except _BROKEN as error:
                self._tell(one, f"cannot be read ({error}): if it was not read before, its calls are missing")
                continue
            if handle is not None:
                return handle
        return None

    def _written_since(self) -> list[_Neighbour]:
        """The rotated files since we began to follow the name, oldest first."""
        since = self._since
        if since is None:
            return []
        name = self._path.name
        paths = [
            path
            for path in self._path.parent.glob(f"{glob.escape(name)}*")
            if _ROTATED.fullmatch(path.name.removeprefix(name))
        ]
        paths.sort(key=lambda path: (len(path.name), path.name), reverse=True)  # of one instant: .2 is older than .1
        found = [one for path in paths if (one := _neighbour(path)) is not None and one.written >= since]
        return sorted(found, key=lambda one: one.written)[-MOST_NEIGHBOURS:]

    def _unread(self, one: _Neighbour) -> IO[bytes] | None:
        unpack = _UNPACK.get(one.path.suffix)
        if unpack is None:
            handle = one.path.open("rb")
            if not self._knows(handle.read(HEAD)):
                return handle
            handle.close()
            return None
        with unpack(one.path) as packed:
            known = self._knows(packed.read(HEAD))
        if not known:
            self._tell(
                one,
                "was compressed before it was read: its calls are missing. "
                "Uncompress it where it is, and it is read at the next rotation",
            )
        return None

    def _knows(self, head: bytes) -> bool:
        return (len(head), _hash(head)) in self._heads

    def _tell(self, one: _Neighbour, words: str) -> None:
        """Once for each file, whatever it is renamed to."""
        if one.inode not in self._told:
            self._told.add(one.inode)
            self._missed(f"{one.path} {words}")


def _neighbour(path: Path) -> _Neighbour | None:
    """A file with something in it; None if it is none, or is gone."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    if not (S_ISREG(stat.st_mode) and stat.st_size):
        return None
    return _Neighbour(stat.st_mtime_ns // 1000, stat.st_ino, path)
