"""A folder into which an exchange, or whoever fetches for it, lays files that are whole: (S)FTP, a mounted share.

A file is taken when it has rested: its size and time unchanged for a while, its name not that of one still being written. Its
records are kept, and only then it is moved: into `done`, or into `failed` if none of them could be read. Nothing is deleted.

By its name and all its bytes a file is known again. So one that was half read when the gateway stopped goes on where its position
in the store says, one that was kept but not moved yet is moved, and one delivered a second time is moved unread and told. A file that
was taken too early and grew afterwards is read on, where it lies now.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b
from pathlib import Path
from stat import S_ISREG
from typing import IO, Final

from gateway.intake.batch import Batch
from gateway.intake.feed import Feed, Segment, Told
from gateway.intake.whole import last_of
from gateway.store.records import StoredSegment
from protocols.framing import Framer

#: Bytes read at a time, so that the reactor is not held for long.
CHUNK: Final = 256 * 1024
#: Files looked at in one round; the rest wait for the next.
MOST_FILES: Final = 1_000
#: Files that were read before, as far back as one may come again.
REMEMBERED_FILES: Final = 5_000
#: Finished files that are looked at again for a while, lest one grew.
KEPT_IN_SIGHT: Final = 50

#: What the identity of a file begins with that is known by all its bytes.
_WHOLE: Final = "whole:"
DONE: Final = "done"
FAILED: Final = "failed"
#: Names that programs give to files they have not finished, by beginning and by end.
_UNFINISHED: Final = ((".", "~", "_tmp"), (".tmp", ".part", ".filepart", ".partial", ".writing", ".lock", "~"))


def unfinished(name: str) -> bool:
    """Whether a name says that the file is still being written."""
    low = name.lower()
    return low.startswith(_UNFINISHED[0]) or low.endswith(_UNFINISHED[1])


def identity_of(name: str, handle: IO[bytes]) -> str:
    """By what a file is known again: its name, and a hash of all its bytes."""
    whole = blake2b(digest_size=16)
    handle.seek(0)
    while data := handle.read(CHUNK):
        whole.update(data)
    return f"{_WHOLE}{whole.hexdigest()}:{name}"


@dataclass(slots=True)
class _Open:
    """The file at hand. `last` is its newest record, `waiting` counts those that are not kept yet."""

    path: Path
    handle: IO[bytes]
    framer: Framer
    feed: Feed
    read: int
    last: bytes
    waiting: int = 0
    calls: int = 0
    unread: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True)
class _Finished:
    """A file that was moved, and how much of it was read."""

    path: Path
    segment: Segment
    read: int
    last: bytes


class PickUp:
    """Takes the files of one folder, one after another. `look` is called again and again; `seconds` is a steady clock.

    `known` are the files that were read before, oldest first. `rest_seconds` is how long a file must have rested.
    """

    def __init__(
        self,
        folder: Path,
        *,
        pattern: str,
        rest_seconds: float,
        open_feed: Callable[[Segment, Told], Feed],
        framer: Callable[[int, bytes], Framer],
        source: str,
        known: Sequence[StoredSegment],
        crowded: Callable[[], bool],
        seconds: Callable[[], float],
        state: Callable[[bool, str], None],
        missed: Callable[[str], None],
    ) -> None:
        self._folder, self._pattern, self._rest_seconds = folder, pattern, rest_seconds
        self._open_feed, self._framer, self._source = open_feed, framer, source
        self._crowded, self._seconds, self._state, self._missed = crowded, seconds, state, missed
        self._known = {one.identity: one for one in known[-REMEMBERED_FILES:] if one.identity.startswith(_WHOLE)}
        self._resting: dict[str, tuple[tuple[int, int], float]] = {}
        self._stuck: dict[str, str] = {}
        self._finished: list[_Finished] = []
        self._open: _Open | None = None

    def look(self) -> None:
        """Take what has come; notice a folder that is not there, and a file that cannot be read or moved."""
        try:
            self._look()
        except OSError as error:
            self._state(False, f"{error.filename or self._folder} cannot be used: {error.strerror}")

    def close(self) -> None:
        """Let go of the file at hand; its position is in the store."""
        if self._open is not None:
            self._open.handle.close()
            self._open = None

    def _look(self) -> None:
        if self._open is None and not self._begin():
            return
        here = self._open
        while here is not None and not here.ended and not self._crowded():
            self._read_some(here)
        if here is not None and here.ended and not here.waiting:
            self._finish(here)

    # -- which file -----------------------------------------------------------------------------------------------

    def _begin(self) -> bool:
        """Open the next file; False if there is none."""
        rested = self._rested()
        self._state(not self._stuck, next(iter(self._stuck.values()), ""))
        if self._grown():
            return True
        for name in rested:
            try:
                path = self._folder / name
                handle = path.open("rb")
                if self._take(path, handle, identity_of(name, handle)):
                    return True
            except OSError as error:  # this one alone; the others go on
                self._state(False, f"{name} cannot be read: {error.strerror}")
        return False

    def _rested(self) -> list[str]:
        """The files that may be taken, by the time they were written and their name."""
        now, seen = self._seconds(), {}
        found: list[tuple[int, str]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if not fnmatchcase(entry.name, self._pattern) or unfinished(entry.name) or entry.name in self._stuck:
                    continue
                stat = entry.stat(follow_symlinks=False)
                if not S_ISREG(stat.st_mode):
                    continue
                shape = (stat.st_size, stat.st_mtime_ns)
                before, since = self._resting.get(entry.name, (shape, now))
                seen[entry.name] = (shape, since if before == shape else now)
                if now - seen[entry.name][1] >= self._rest_seconds:
                    found.append((stat.st_mtime_ns, entry.name))
                if len(seen) == MOST_FILES:
                    break
        self._resting = seen
        return [name for _, name in sorted(found)]

    def _take(self, path: Path, handle: IO[bytes], identity: str) -> bool:
        """Begin a file, go on with one that was begun; False for one that was read to its end before."""
        known = self._known.get(identity)
        size = os.fstat(handle.fileno()).st_size
        if known is not None and known.position >= size:
            handle.close()
            self._missed(f"{path.name} was laid down again as it had been read before; it was not read a second time")
            self._move(path, DONE)
            return False
        number, position = (known.id, known.position) if known is not None else (None, 0)
        last = known.last if known is not None else b""
        self._set_out(path, handle, Segment(self._source, "file", identity, number, position), last)
        return True

    def _grown(self) -> bool:
        """Go on with a file that was moved and grew afterwards."""
        for place, one in enumerate(self._finished):
            if one.path.exists() and one.path.stat().st_size > one.read:
                self._missed(f"{one.path.name} grew after it had rested; what was added is read where it lies now")
                del self._finished[place]
                one.segment.position = one.read
                self._set_out(one.path, one.path.open("rb"), one.segment, one.last)
                return True
        return False

    def _set_out(self, path: Path, handle: IO[bytes], segment: Segment, last: bytes) -> None:
        handle.seek(segment.position)

        def told(batch: Batch | None, count: int) -> None:
            here.waiting -= count
            here.calls += batch.told_calls if batch is not None else 0
            here.unread += batch.told_unread if batch is not None else count
            self._after_told(here)

        feed = self._open_feed(segment, told)
        here = _Open(path, handle, self._framer(segment.position, last), feed, segment.position, last)
        self._open = here

    # -- reading it -----------------------------------------------------------------------------------------------

    def _read_some(self, here: _Open) -> None:
        """Read a chunk; at the end of the file its last record is whole."""
        data = here.handle.read(CHUNK)
        here.read += len(data)
        here.ended = not data
        frames = here.framer.feed(data) if data else last_of(here.framer)
        if frames:
            here.waiting += len(frames)
            here.last = frames[-1].data
            here.feed.take(frames)

    def _after_told(self, here: _Open) -> None:
        if self._open is here and here.ended and not here.waiting:
            self.look()

    def _finish(self, here: _Open) -> None:
        """All of it is kept: put it away."""
        here.handle.close()
        self._open = None
        failed = here.unread > 0 and here.calls == 0
        if failed:
            words = "none of its records could be read; they are kept, and the file is in 'failed'"
            self._missed(f"{here.path.name}: {words}")
        moved = here.path if here.path.parent != self._folder else self._move(here.path, FAILED if failed else DONE)
        if moved is not None:
            self._finished = [*self._finished, _Finished(moved, here.feed.segment, here.read, here.last)][
                -KEPT_IN_SIGHT:
            ]

    def _move(self, path: Path, where: str) -> Path | None:
        """Put a file away under a name that is free there; one that cannot be moved is told, and left alone from then on."""
        folder = self._folder / where
        try:
            folder.mkdir(exist_ok=True)
            target, number = folder / path.name, 1
            while target.exists():
                number += 1
                target = folder / f"{path.name}.{number}"
            path.rename(target)
        except OSError as error:
            self._stuck[path.name] = f"{path.name} was read but cannot be moved to {where!r}: {error.strerror}"
            return None
        return target
