"""A file that an exchange appends to, followed like tail, across rotation and truncation.

The position is kept in the store and moves in the very transaction that keeps what was read, so that a crash neither
loses nor repeats a row. A file is the same file only if its inode and a hash of its head agree and it is no
shorter than our position; otherwise it is a new one and gets a new number. When the file was renamed, its rest is read
first: from the handle we hold, or, after a restart, from the neighbour that has its inode and head.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, Final

from twisted.logger import Logger

from gateway.intake.feed import Feed, Segment
from protocols.framing import Framer

#: Bytes of a file's head that tell it from another with the same inode.
HEAD: Final = 1024
#: Bytes read at a time, so that the reactor is not held for long.
CHUNK: Final = 256 * 1024
#: Neighbours looked at when a renamed file is searched for.
MOST_NEIGHBOURS: Final = 1000


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


@dataclass(slots=True)
class _Open:
    """The file at hand."""

    handle: IO[bytes]
    framer: Framer
    feed: Feed
    read: int
    identity: Identity


class FollowedFile:
    """Follows one path. `look` is called again and again; each call reads what is new."""

    _log = Logger()

    def __init__(
        self,
        path: Path,
        *,
        open_feed: Callable[[Segment], Feed],
        framer: Callable[[int], Framer],
        source: str,
        known: Segment | None,
        crowded: Callable[[], bool],
        state: Callable[[bool, str], None],
    ) -> None:
        self._path, self._open_feed, self._framer, self._source = path, open_feed, framer, source
        self._known, self._crowded, self._state = known, crowded, state
        self._open: _Open | None = None

    def look(self) -> None:
        """Read what is new; notice a renamed, truncated, missing or unreadable file."""
        try:
            self._look()
        except OSError as error:
            self._state(False, f"{self._path} cannot be read: {error.strerror}")

    def close(self) -> None:
        """Let go of the file; its position is in the store."""
        if self._open is not None:
            self._open.handle.close()
            self._open = None

    def _look(self) -> None:
        if self._open is None and not self._begin():
            return
        while self._open is not None and not self._crowded() and self._read_some():
            pass
        if self._open is not None and not self._crowded() and self._changed():
            self._finish()

    def _begin(self) -> bool:
        """Open the file: where we left it, or anew. After a restart the renamed rest of the last one goes first."""
        known, self._known = self._known, None
        if known is not None:
            rest = self._find(known)
            if rest is not None:
                self._take(rest, known)
                return True
        try:
            handle = self._path.open("rb")
        except FileNotFoundError:
            self._state(False, f"{self._path} is not there (yet)")
            return False
        self._take(handle, Segment(self._source, "file", str(identity_of(handle, 0))))
        return True

    def _find(self, known: Segment) -> IO[bytes] | None:
        """The file the store knows, under its own name or, renamed, beside it."""
        identity = Identity.parse(known.identity)
        if identity is None:
            return None
        neighbours = sorted(self._path.parent.glob(f"{self._path.name}*"))[:MOST_NEIGHBOURS]
        for path in [self._path, *neighbours]:
            if path.is_file() and path.stat().st_ino == identity.inode:
                handle = path.open("rb")
                if is_same(handle, identity, known.position):
                    return handle
                handle.close()
        return None

    def _take(self, handle: IO[bytes], segment: Segment) -> None:
        handle.seek(segment.position)
        identity = identity_of(handle, segment.position)
        framer = self._framer(segment.position)
        self._open = _Open(handle, framer, self._open_feed(segment), segment.position, identity)
        self._state(True, "")

    def _read_some(self) -> bool:
        """Read a chunk; False at the end of the file."""
        here = self._open
        assert here is not None  # the caller looked
        data = here.handle.read(CHUNK)
        if not data:
            return False
        here.read += len(data)
        frames = here.framer.feed(data)
        if frames:
            grown = here.identity.length < HEAD
            if grown:
                here.identity = identity_of(here.handle, frames[-1].end)
            here.feed.take(frames, str(here.identity) if grown else None)
        return True

    def _changed(self) -> bool:
        """True if the path no longer names the file we read, or that file was cut."""
        here = self._open
        assert here is not None  # the caller looked
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            return False  # renamed, and the new one is not there yet: the old may still grow
        return inode != here.identity.inode or not is_same(here.handle, here.identity, here.read)

    def _finish(self) -> None:
        """The file at hand is done: what is left of it is a record without its end; then the next one begins."""
        here, self._open = self._open, None
        assert here is not None  # the caller looked
        if not is_same(here.handle, here.identity, here.read):
            self._log.warn("{path} was truncated or written anew; it is read from its beginning", path=str(self._path))
        elif here.handle.read(1):
            # The old file grew between our last read and its rename: take that too, at the next look.
            here.handle.seek(here.read)
            self._open = here
            return
        frames = here.framer.end()
        if frames:
            here.feed.take(frames)
        here.handle.close()
        self._begin()
