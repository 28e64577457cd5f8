"""The rounds of privacy: whoever was erased on request first, then whatever is too old, a slice in each transaction.

A slice is small, so that a posting never waits for it, and none is begun while records or commands wait. Where each stage stands
is a mark, moved in the commit of its slice: a crash loses nothing and repeats nothing. Each stage goes through what is over once a
day, and looks again at the rows it had to leave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.config.privacy import PrivacySettings
from gateway.instants import SECOND
from gateway.privacy.erasing import Erasing, ThrowAway
from gateway.privacy.stages import DELETED, STAGES, Stage
from gateway.store import call_tags, retention, runs, schema, tags, watching
from gateway.store.memory import Memory
from gateway.store.pages import first_since
from gateway.store.retention import Term
from gateway.store.writer import Announce

#: Rows in one slice: a few milliseconds.
SLICE: Final = 100
_DAY: Final = 86_400 * SECOND


class Retention:
    """Goes through the stages, a slice at a time, once a day."""

    def __init__(self, memory: Memory, said: PrivacySettings, hooks: Sequence[str], throw_away: ThrowAway) -> None:
        """`hooks` are the marks of web hooks that the feed may not be cut before."""
        self._memory, self._said, self._hooks, self._throw_away = memory, said, hooks, throw_away
        self._day = -1
        self._left: list[Stage] = []
        self._again: list[tuple[Stage, int]] = []
        self._deleting = False

    def slice(self, connection: Connection, now: int) -> bool:
        """One slice; False where nothing more is to be done today."""
        if not self._said.schedule:
            return False
        if now // _DAY != self._day:
            self._day, self._left = now // _DAY, list(STAGES)
            self._again, self._deleting = [(stage, 0) for stage in STAGES], True
        if self._left:
            if self._forward(connection, self._left[0], now):
                self._left.pop(0)
            return True
        if self._again:
            self._look_again(connection, now)
            return True
        if self._deleting:
            self._deleting = self._delete(connection, now)
            if not self._deleting:
                self._clear(connection, now)
            return True
        return False

    def _clear(self, connection: Connection, now: int) -> None:
        """Tags of numbers that nobody knows any more, old tags of calls, and kept reports as old as the numbers in them may be."""
        owner, said = self._memory.owner, self._said
        old = now - said.keep_guest_days * _DAY
        tags.forget(connection, owner, lambda one: one.added_at < old)
        call_tags.forget_before(connection, owner, old)
        made = now - min(said.mask_after_days, said.keep_guest_days) * _DAY
        files = [one for one in runs.kept(connection, owner) if one.made_at < made]
        self._throw_away(files)
        runs.thrown_away(connection, owner, [one.id for one in files], now)

    def _term(self, now: int, days: int) -> Term:
        return Term(self._memory.numbers.peek(schema.records), now - days * _DAY)

    def _forward(self, connection: Connection, stage: Stage, now: int) -> bool:
        """The next rows of a stage; True when it has come to what is not over yet."""
        owner, term = self._memory.owner, self._term(now, stage.days(self._said))
        reached = watching.marks(connection, owner).get(stage.mark, 0)
        numbered = stage.table if stage.numbered_by is None else stage.numbered_by
        end = first_since(connection, owner, numbered, stage.at, term.until)
        rows = retention.numbers_behind(connection, stage.table, owner, reached, end, SLICE)
        if rows:
            left = stage.work(connection, owner, rows, term)
            retention.leave(connection, owner, stage.name, left)
            watching.set_mark(connection, owner, stage.mark, rows[-1])
        return len(rows) < SLICE

    def _look_again(self, connection: Connection, now: int) -> None:
        """Rows that a stage had to leave before."""
        stage, after = self._again.pop(0)
        owner, term = self._memory.owner, self._term(now, stage.days(self._said))
        rows = retention.waiting(connection, owner, stage.name, after, SLICE)
        if not rows:
            return
        left = stage.work(connection, owner, rows, term)
        retention.no_longer(connection, owner, stage.name, [one for one in rows if one not in left])
        self._again.insert(0, (stage, rows[-1]))

    def _delete(self, connection: Connection, now: int) -> bool:
        """What programs read and asked for, too old to be asked for again; a web hook that lags is waited for."""
        owner, until = self._memory.owner, now - self._said.keep_feed_days * _DAY
        marks = watching.marks(connection, owner)
        reached = [marks[name] + 1 for name in self._hooks if name in marks]
        more = False
        for table, at in DELETED:
            end = first_since(connection, owner, table, at, until)
            end = min(end, *reached) if table is schema.events and reached else end
            more |= retention.delete_before(connection, table, owner, end, SLICE)
        return more


class Privacy:
    """What erases and keeps terms, as one thing that works in slices."""

    def __init__(self, memory: Memory, erasing: Erasing, keeping: Retention, now: Callable[[], int]) -> None:
        self._memory, self._erasing, self._keeping, self._now = memory, erasing, keeping, now
        #: what was so when nothing was found to do: the day, and how many erasures were ever begun
        self._rested: tuple[int, int] | None = None

    def resting(self) -> bool:
        """Whether there was nothing to do, and nothing can have come since: it is not worth a transaction to look again."""
        return self._rested == self._known()

    def _known(self) -> tuple[int, int]:
        return self._now() // _DAY, self._memory.numbers.peek(schema.erasures)

    def look_until_done(self) -> Callable[[bool], None]:
        """What is to hear, once it is committed, whether a slice that begins now left more to do."""
        known = self._known()

        def heard(more: bool) -> None:
            self._rested = None if more else known

        return heard

    def slice(self, connection: Connection) -> bool:
        """One slice of whatever there is to do; False where there is nothing."""
        now = self._now()
        with _overwriting(connection):
            return self._erasing.slice(connection, now) or self._keeping.slice(connection, now)

    def erase(self, connection: Connection) -> bool:
        """One slice of what was asked for; False where nothing is left of it."""
        with _overwriting(connection):
            return self._erasing.slice(connection, self._now())


class _overwriting:  # noqa: N801 - used like a function
    """While it lasts, an embedded store writes zeros over what it deletes, instead of leaving it in free pages."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection if connection.dialect.name == "sqlite" else None

    def _set(self, words: str) -> None:
        if self._connection is not None:
            self._connection.exec_driver_sql(f"PRAGMA secure_delete = {words}")

    def __enter__(self) -> None:
        self._set("ON")

    def __exit__(self, *_: object) -> None:
        self._set("OFF")


class Slice:
    """One slice as a job of the writer."""

    records = 0
    _log = Logger()

    def __init__(self, privacy: Privacy, done: Callable[[bool], None]) -> None:
        self._privacy, self._done = privacy, done

    def work(self, connection: Connection) -> Announce:
        """Do it; `done` hears whether there is more."""
        heard, more = self._privacy.look_until_done(), self._privacy.slice(connection)

        def announce() -> None:
            heard(more)
            self._done(more)

        return announce

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """It is tried again with the next round; what was erased is erased."""
        self._log.error("what is no longer to be kept could not be erased: {error!r}", error=error)
        return lambda: self._done(False)


def terms(said: PrivacySettings) -> Mapping[str, int]:
    """The keeping times in days, by their keys, where a schedule keeps them; for whoever shows them."""
    if not said.schedule:
        return {}
    return {name: int(value) for name, value in said.model_dump().items() if name.endswith("_days")}
