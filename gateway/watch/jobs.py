"""What the watch writes, as jobs of the one writer. A job that fails is logged and left: the next round makes it anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.alarms.emergencies import EmergencyCall, taken_up
from gateway.alarms.kinds import EMERGENCY, Fact
from gateway.instants import SECOND
from gateway.store import alarms, notices, watching
from gateway.store.alarms import AlarmRow
from gateway.store.memory import Memory
from gateway.store.notices import Notice
from gateway.store.writer import Announce
from gateway.watch import letters
from gateway.watch.letters import Addresses

#: Microseconds between two beginnings within which one number of the exchange is one call: a clock may be set meanwhile.
SAME_CALL: Final = 4 * 3600 * SECOND
#: Kinds whose raising was told without the store, because the store is what fails.
TOLD_ALREADY: Final = frozenset({"store"})

Told = Callable[[Sequence[AlarmRow], Sequence[AlarmRow]], None]


class _Job:
    """What the jobs share: they bring no records, and a failure of theirs concerns nobody else."""

    records = 0
    log = Logger()

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Nothing is lost: what was to be written is found again in the next round."""
        self.log.error("the watch could not write: {error!r}", error=error)
        return lambda: None


class KeepAlarms(_Job):
    """Raise, reword and clear; tell of what was cleared by fact or by a person; escalate what nobody has taken."""

    def __init__(
        self,
        memory: Memory,
        where: Addresses,
        now: int,
        *,
        raised: Sequence[Fact] = (),
        reworded: Sequence[Fact] = (),
        cleared: Sequence[tuple[str, str]] = (),
        escalate: Sequence[int] = (),
        told: Told = lambda _began, _ended: None,
        failed: Announce = lambda: None,
    ) -> None:
        self._memory, self._where, self._now, self._told, self._failed = memory, where, now, told, failed
        self._raised, self._reworded, self._cleared, self._escalate = raised, reworded, cleared, escalate

    def work(self, connection: Connection) -> Announce:
        """All in one transaction, each notice with the alarm it tells of."""
        owner = self._memory.owner
        began = [row for fact in self._raised if (row := self._start(connection, fact)) is not None]
        for fact in self._reworded:
            alarms.reword(connection, owner, fact)
        for kind, subject in self._cleared:
            alarms.clear(connection, owner, kind, subject, self._now)
        for number in self._escalate:
            self._told_again(connection, number)
        ended = [row for row in alarms.unsettled(connection, owner) if row.cleared_at is not None]
        for row in ended:
            self._tell(connection, "cleared", row)
            alarms.settle(connection, owner, row.id)
        return lambda: self._told(began, ended)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """The watch forgets what it thought was raised, and begins again from the store."""
        super().rescue(connection, error)
        return self._failed

    def _start(self, connection: Connection, fact: Fact) -> AlarmRow | None:
        row = alarms.start(connection, self._memory.owner, self._memory.numbers, fact, self._now)
        if row is not None and row.kind not in TOLD_ALREADY:
            self._tell(connection, "raised", row)
        return row

    def _told_again(self, connection: Connection, number: int) -> None:
        if alarms.escalate(connection, self._memory.owner, number, self._now):
            row = alarms.one(connection, self._memory.owner, number)
            if row is not None:
                self._tell(connection, "escalated", row)

    def _tell(self, connection: Connection, event: str, row: AlarmRow) -> None:
        for notice in letters.notices(event, row, self._where):
            notices.add(connection, self._memory.owner, self._memory.numbers, notice, self._now)


class KeepEmergency(_Job):
    """An emergency call becomes an alarm, once: whether it is told live, by its record, or found again after a crash."""

    def __init__(
        self,
        memory: Memory,
        where: Addresses,
        call: EmergencyCall,
        told: Callable[[AlarmRow], None],
        failed: Announce = lambda: None,
    ) -> None:
        self._memory, self._where, self._call, self._told, self._failed = memory, where, call, told, failed

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Somebody must hear of it: at least the log, and the next round tries again."""
        super().rescue(connection, error)
        self.log.critical("EMERGENCY CALL (not written down yet): {words}", words=self._call.sentence)
        return self._failed

    def work(self, connection: Connection) -> Announce:
        """Look who is in the room, write it down and tell it."""
        owner, call = self._memory.owner, self._call
        subject = call.subject
        known = alarms.known(connection, owner, EMERGENCY, subject)
        if known is not None and not self._is_same(known):
            subject = f"{subject} of {call.started_at}"  # the exchange has begun its numbers anew: another call
            known = alarms.known(connection, owner, EMERGENCY, subject)
        if known is not None:
            self._complete(connection, known)
            return lambda: None
        call = self._with_guest(connection, call)
        fact = Fact(EMERGENCY, subject, call.sentence)
        numbers, details = self._memory.numbers, call.kept()
        row = alarms.start(
            connection, owner, numbers, fact, call.heard_at, details=details, call_id=call.call_id or None
        )
        if row is None:
            return lambda: None
        for notice in letters.notices("raised", row, self._where):
            notices.add(connection, owner, numbers, notice, call.heard_at)
        return lambda: self._told(row)

    def _is_same(self, known: AlarmRow) -> bool:
        before = taken_up(known.details)
        return before is not None and abs(before.started_at - self._call.started_at) <= SAME_CALL

    def _complete(self, connection: Connection, known: AlarmRow) -> None:
        """The record of a call that was told live: it has what the live news lacked."""
        before = taken_up(known.details)
        if known.call_id is None and self._call.call_id and before is not None:
            call = self._with_guest(connection, self._call, live=True, heard_at=before.heard_at)
            alarms.complete(connection, self._memory.owner, known.id, call.kept(), known.sentence, call.call_id)

    def _with_guest(self, connection: Connection, call: EmergencyCall, **changed: object) -> EmergencyCall:
        guest, language = ("", "")
        if call.room:
            guest, language = watching.guest_in(connection, self._memory.owner, call.room, call.reservation)
        return replace(call, guest=guest, language=language, **changed)  # type: ignore[arg-type]


class KeepCounts(_Job):
    """Add what was counted to the hours, and move the marks with it, so that nothing is counted twice."""

    def __init__(self, memory: Memory, rows: Sequence[watching.Counted], marks: dict[str, int], done: Announce) -> None:
        self._memory, self._rows, self._marks, self._done = memory, rows, marks, done

    def work(self, connection: Connection) -> Announce:
        """Counts and marks in one transaction."""
        watching.add_hours(connection, self._memory.owner, self._rows)
        for name, value in self._marks.items():
            watching.set_mark(connection, self._memory.owner, name, value)
        return self._done

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Neither counts nor marks have moved: it is counted again."""
        super().rescue(connection, error)
        return self._done


class KeepLetter(_Job):
    """A daily or weekly mail is written down with the mark that it was: a run is made once, whatever happens."""

    def __init__(self, memory: Memory, letter: Notice | None, mark: str, day: int, now: int, done: Announce) -> None:
        self._memory, self._letter, self._mark, self._day = memory, letter, mark, day
        self._now, self._done = now, done

    def work(self, connection: Connection) -> Announce:
        """The mark moves even where there is no letter: a first start owes nothing for the days before it."""
        if self._letter is not None:
            notices.add(connection, self._memory.owner, self._memory.numbers, self._letter, self._now)
        watching.set_mark(connection, self._memory.owner, self._mark, self._day)
        return self._done

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """The mark has not moved: it is written anew."""
        super().rescue(connection, error)
        return self._done


class KeepTry(_Job):
    """What came of a try to deliver a notice."""

    def __init__(
        self, memory: Memory, number: int, now: int, problem: str, again_at: int | None, done: Announce
    ) -> None:
        self._memory, self._number, self._now = memory, number, now
        self._problem, self._again_at, self._done = problem, again_at, done

    def work(self, connection: Connection) -> Announce:
        """Delivered, due again later, or given up."""
        owner = self._memory.owner
        notices.tried(connection, owner, self._number, now=self._now, problem=self._problem, again_at=self._again_at)
        return self._done

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """It will be delivered again, with the same name: twice is better than never."""
        super().rescue(connection, error)
        return self._done
