"""What planning and making write, as jobs of the one writer. One that fails is logged and left: the next round makes it anew."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.config import ScheduleSettings
from gateway.config.delivery import ACCOUNTING
from gateway.instants import SECOND, to_micros
from gateway.schedules import Run
from gateway.store import exports, runs, watching
from gateway.store.memory import Memory
from gateway.store.runs import Kept, Made, RunRow
from gateway.store.writer import Announce

#: Characters of a problem that are kept.
LONGEST_PROBLEM: Final = 300


def mark_of(schedule: str) -> str:
    """The name of the mark that says up to which instant the runs of a schedule are planned."""
    return f"schedule {schedule}"


def plan(
    connection: Connection,
    memory: Memory,
    schedule: ScheduleSettings,
    *,
    label: str,
    days: tuple[date, date],
    due_at: int,
    now: int,
    made_up: bool = False,
    who: str = "",
    why: str = "",
) -> RunRow | None:
    """Write a run down; None where it was before. An accounting export gets its number, or is skipped where it went out already."""
    first, last = days
    row = RunRow(
        id=0,
        schedule=schedule.name,
        label=label,
        report=schedule.report,
        first_day=first.isoformat(),
        last_day=last.isoformat(),
        due_at=due_at,
        made_up=int(made_up),
        asked_by=who,
        why=why,
        planned_at=now,
    )
    if schedule.report == ACCOUNTING and not runs.known(connection, memory.owner, row):
        try:
            given = exports.begin(
                connection, memory.owner, memory.numbers, first, last, who=who or schedule.name, why=why, now=now
            )
            row = row._replace(export_id=given.id)
        except exports.ExportedBefore as error:
            row = row._replace(state="skipped", problem=str(error))
    number = runs.plan(connection, memory.owner, memory.numbers, row)
    return None if number is None else row._replace(id=number)


class _Job:
    """What the jobs share: they bring no records, and a failure of theirs concerns nobody else."""

    records = 0
    log = Logger()

    def __init__(self, done: Announce) -> None:
        self._done = done

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Nothing is lost: what was to be written is found again in the next round."""
        self.log.error("a report's run could not be written down: {error!r}", error=error)
        return self._done


class KeepPlans(_Job):
    """The runs of a schedule that are due, and the mark up to which they are: in one commit, so that none is planned twice."""

    def __init__(
        self,
        memory: Memory,
        schedule: ScheduleSettings,
        due: Sequence[tuple[Run, bool]],
        *,
        upto: int,
        now: int,
        done: Announce,
    ) -> None:
        super().__init__(done)
        self._memory, self._schedule, self._due, self._upto, self._now = memory, schedule, due, upto, now

    def work(self, connection: Connection) -> Announce:
        """All of them; a schedule that is new has none, and its mark begins here."""
        for run, made_up in self._due:
            days, due_at = (run.first, run.last), to_micros(run.due)
            plan(
                connection,
                self._memory,
                self._schedule,
                label=run.label,
                days=days,
                due_at=due_at,
                now=self._now,
                made_up=made_up,
            )
        watching.set_mark(connection, self._memory.owner, mark_of(self._schedule.name), self._upto)
        return self._done


class KeepMade(_Job):
    """A run is made: its files are there, and go to each recipient once."""

    def __init__(
        self,
        memory: Memory,
        run: RunRow,
        *,
        files: Sequence[Made],
        heads: Mapping[str, Any],
        recipients: Sequence[str],
        now: int,
        done: Announce,
    ) -> None:
        super().__init__(done)
        self._memory, self._run, self._files, self._heads = memory, run, files, heads
        self._recipients, self._now = recipients, now

    def work(self, connection: Connection) -> Announce:
        """Run, files, deliveries and the end of an export in one commit."""
        owner, numbers = self._memory.owner, self._memory.numbers
        head = json.dumps(self._heads, ensure_ascii=False)
        kept = runs.made(
            connection,
            owner,
            numbers,
            self._run.id,
            now=self._now,
            head=head,
            files=self._files,
            recipients=self._recipients,
        )
        if kept and self._run.export_id is not None:
            told = next(iter(self._heads.values()))
            bookings, digest = int(told["bookings"]), str(told["digest"])
            exports.done(connection, owner, self._run.export_id, now=self._now, bookings=bookings, digest=digest)
        return self._done

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """What cannot be written down is not made again and again: an hour's pause, and the page says why."""
        problem = f"it was made and could not be written down: {error!r}"[:LONGEST_PROBLEM]
        runs.failed(connection, self._memory.owner, self._run.id, problem, self._now + 3600 * SECOND)
        return super().rescue(connection, error)


class KeepFailed(_Job):
    """The making of a run failed."""

    def __init__(self, memory: Memory, number: int, *, problem: str, again_at: int | None, done: Announce) -> None:
        super().__init__(done)
        self._memory, self._number, self._problem, self._again_at = memory, number, problem, again_at

    def work(self, connection: Connection) -> Announce:
        """Tried again later, or given up."""
        runs.failed(connection, self._memory.owner, self._number, self._problem, self._again_at)
        return self._done


class KeepThrownAway(_Job):
    """Files are there no more."""

    def __init__(self, memory: Memory, files: Sequence[Kept], *, now: int, done: Announce) -> None:
        super().__init__(done)
        self._memory, self._files, self._now = memory, files, now

    def work(self, connection: Connection) -> Announce:
        """Say so of each."""
        runs.thrown_away(connection, self._memory.owner, [one.id for one in self._files], self._now)
        return self._done
