"""Doubts that the PMS itself can settle: the folio is read back, where an adapter can do that.

A posting in doubt is looked for on its folio some time after it was sent, because a PMS may book late. Found settles it
(`on_folio`, by "read-back"). Not found settles nothing: the charge may still be on its way inside of the PMS, and a
charge that is sent again by itself may be charged twice; what was read, and when, is noted for the person who decides.
One question at a time, only while the link takes postings, and nothing here ever charges anything.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, assert_never

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.instants import SECOND, to_micros
from gateway.posting.steps import WireNumbers, posting_of
from gateway.store import outbox
from gateway.store.memory import Memory
from gateway.store.outbox import Doubtful
from gateway.store.writer import Announce, Job
from pms_adapters.posting import FolioReader, Found, NotFound, ReadBack, Unreadable

#: Who settles a doubt here, in the audit trail.
READER: Final = "read-back"
#: Seconds after a posting fell in doubt at which its folio is read; after the last of them a person decides.
LOOKS: Final = (30, 300, 3_600)
#: How often it is seen whether a folio is to be read, in seconds.
LOOK_SECONDS: Final = 10.0
#: Doubts looked at in one go. A hung PMS leaves one; more come from restarts.
MOST: Final = 1_000


class Doubts:
    """Reads folios back for one PMS link."""

    _log = Logger()

    def __init__(
        self,
        *,
        memory: Memory,
        numbers: WireNumbers,
        reader: FolioReader,
        ready: Callable[[], bool],
        submit: Callable[[Job], None],
        now: Callable[[], datetime],
        zone: Callable[[datetime], datetime],
    ) -> None:
        self._memory, self._numbers, self._reader = memory, numbers, reader
        self._ready, self._submit, self._now, self._zone = ready, submit, now, zone
        self._busy = False
        #: How often each posting in doubt was looked for, and when it may be next. A restart begins anew.
        self._looked: dict[tuple[int, int], tuple[int, int]] = {}

    def look(self) -> None:
        """See whether a folio is to be read now; called every `LOOK_SECONDS`."""
        if self._busy or not self._ready():
            return
        self._busy = True
        self._submit(_FindDoubts(self._memory, self._numbers.pms, to_micros(self._now()), self._found))

    def _found(self, doubts: list[Doubtful]) -> None:
        now, keys = to_micros(self._now()), {_key(one) for one in doubts}
        if len(doubts) < MOST:
            self._looked = {key: looked for key, looked in self._looked.items() if key in keys}
        for doubt in doubts:
            looks, next_at = self._looked.get(_key(doubt), (0, doubt.since + LOOKS[0] * SECOND))
            if looks < len(LOOKS) and next_at <= now and self._ready():
                self._looked[_key(doubt)] = (looks + 1, now + _pause(looks))
                self._read(doubt, last=looks + 1 == len(LOOKS))
                return
        self._busy = False

    def _read(self, doubt: Doubtful, *, last: bool) -> None:
        posting = posting_of(doubt.due, doubt.token, doubt.due.room, doubt.reservation, self._zone)
        read: Deferred[ReadBack] = self._reader.read_back(posting)
        read.addErrback(lambda failure: Unreadable(f"the adapter failed: {failure.value!r}"))
        read.addCallback(lambda result: self._write_down(doubt, result, last))
        read.addErrback(lambda failure: self._log.failure("a folio that was read could not be told", failure))

    def _write_down(self, doubt: Doubtful, result: ReadBack, last: bool) -> None:
        now = to_micros(self._now())
        self._submit(KeepReadBack(self._memory, self._numbers, doubt, result, now=now, last=last, done=self._done))

    def _done(self) -> None:
        self._busy = False
        self.look()


def _pause(looks: int) -> int:
    """How long to wait after look number `looks` (from 0), in microseconds."""
    return (LOOKS[looks + 1] - LOOKS[looks]) * SECOND if looks + 1 < len(LOOKS) else 0


def _key(doubt: Doubtful) -> tuple[int, int]:
    return doubt.due.posting_id, doubt.due.attempts


class _FindDoubts:
    """Look for postings that have been in doubt for long enough."""

    records = 0

    def __init__(self, memory: Memory, pms: str, now: int, done: Callable[[list[Doubtful]], None]) -> None:
        self._memory, self._pms, self._now, self._done = memory, pms, now, done

    def work(self, connection: Connection) -> Announce:
        """The oldest first."""
        before = self._now - LOOKS[0] * SECOND + 1
        found = outbox.in_doubt(connection, self._memory.owner, self._pms, before, MOST)
        return lambda: self._done(found)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Nothing was found; it is asked again."""
        Logger().error("doubts could not be looked for: {error!r}", error=error)
        return lambda: self._done([])


class KeepReadBack:
    """What a folio told: a doubt settled, or a note for whoever settles it."""

    records = 0

    def __init__(
        self,
        memory: Memory,
        numbers: WireNumbers,
        doubt: Doubtful,
        result: ReadBack,
        *,
        now: int,
        last: bool,
        done: Callable[[], None],
    ) -> None:
        self._memory, self._numbers, self._doubt, self._result = memory, numbers, doubt, result
        self._now, self._last, self._done = now, last, done

    def work(self, connection: Connection) -> Announce:
        """Settle or note, unless a person or a late answer was faster."""
        due = self._doubt.due
        row = outbox.posting(connection, self._memory.owner, due.posting_id)
        if row is None or (row.state, row.attempts) != ("in_doubt", due.attempts):
            return self._done
        folio = f"the folio of room {due.room}"
        match self._result:
            case Found(reference):
                words = f"found on {folio}: {reference}"
                hot = self._memory.statements
                outbox.step(connection, hot, row, "on_folio", now=self._now, reason=words, reference=reference)
                self._numbers.free(self._doubt.token)
                words = f"in_doubt -> posted (on-folio): {words}"
            case NotFound(read):
                words = f"{folio} was read and does not show it: {read}; it stays in doubt"
            case Unreadable(why):
                words = f"{folio} could not be read: {why}"
            case _:
                assert_never(self._result)
        if self._last and not isinstance(self._result, Found):
            words += "; it is not read again, a person decides"
        self._memory.note(connection, self._now, READER, words, row.id)
        return self._done

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """The posting stays in doubt, which a person can settle."""
        Logger().error("what a folio told could not be written down: {error!r}", error=error)
        return self._done
