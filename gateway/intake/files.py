"""A file that an exchange appends to, followed like tail, across rotation and truncation.

The position is kept in the store and moves in the very transaction that keeps what was read, so that a crash neither
loses nor repeats a row. A file is the same file only if its inode and a hash of its head agree and it is no
shorter than our position; otherwise it is a new one and gets a new number. When the file was renamed, its rest is read
first: from the handle we hold, or, after a restart, from the neighbour that has its inode and head. Then come, oldest
first, the neighbours that were written and renamed while nobody looked (`rotation.py`), and last the name's own file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from twisted.logger import Logger

from gateway.intake.feed import Feed, Segment
from gateway.intake.rotation import HEAD, MOST_NEIGHBOURS, Identity, Rotation, identity_of, is_same
from gateway.store.records import StoredSegment
from protocols.framing import Framer

#: Bytes read at a time, so that the reactor is not held for long.
CHUNK: Final = 256 * 1024


@dataclass(slots=True)
class _Open:
    """The file at hand."""

    handle: IO[bytes]
    framer: Framer
    feed: Feed
    read: int
    identity: Identity


class FollowedFile:
    """Follows one path. `look` is called again and again; each call reads what is new.

    `known` are the files that were read before, oldest first; `missed` is told of rows that cannot be read. `framer` makes
    a framer that reads on at a place, behind a record: what an exchange says once for many records goes on in its next file.
    """

    _log = Logger()

    def __init__(
        self,
        path: Path,
        *,
        open_feed: Callable[[Segment], Feed],
        framer: Callable[[int, bytes], Framer],
        source: str,
        known: Sequence[StoredSegment],
        crowded: Callable[[], bool],
        state: Callable[[bool, str], None],
        missed: Callable[[str], None],
    ) -> None:
        self._path, self._open_feed, self._framer, self._source = path, open_feed, framer, source
        self._crowded, self._state, self._missed = crowded, state, missed
        self._last = known[-1] if known else None
        self._last_record = b""
        self._rotation = Rotation(path, known, missed)
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
        """Open the next file: where we left it, or, anew, the oldest that nobody has read."""
        if self._resume():
            return True
        current = self._current()  # before we look around, so that what is renamed meanwhile is not passed over
        handle = self._rotation.oldest_unread()
        if handle is None:
            handle = current
        elif current is not None:
            current.close()
        if handle is None:
            self._state(False, f"{self._path} is not there (yet)")
            return False
        self._take(handle, Segment(self._source, "file", str(identity_of(handle, 0))))
        return True

    def _resume(self) -> bool:
        """After a restart the rest of the last file goes first, under whatever name; False if there is none."""
        last, self._last = self._last, None
        if last is None:
            return False
        rest = self._find(last)
        if rest is None:
            self._missed(
                f"{self._path}: the file that was read last is gone (removed, compressed or emptied); "
                "if rows were added to it after the last one that was kept, they are missing"
            )
            return False
        self._last_record = last.last
        self._take(rest, Segment(self._source, "file", last.identity, last.id, last.position))
        return True

    def _current(self) -> IO[bytes] | None:
        try:
            return self._path.open("rb")
        except FileNotFoundError:
            return None

    def _find(self, known: StoredSegment) -> IO[bytes] | None:
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
        framer = self._framer(segment.position, self._last_record)
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
            self._last_record = frames[-1].data
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
        else:
            here.identity = identity_of(here.handle, here.read)
        frames = here.framer.end()
        if frames:
            self._last_record = frames[-1].data
            here.feed.take(frames, str(here.identity))
        self._rotation.done(here.handle, here.identity)
        here.handle.close()
        self._begin()
