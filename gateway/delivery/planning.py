"""Writes down which runs are due: each once for its days, and those that were missed while the gateway was off, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.config import ScheduleSettings
from gateway.config.meanings import worked_days
from gateway.delivery.house import DeliveryHouse
from gateway.delivery.jobs import KeepPlans, mark_of
from gateway.instants import SECOND, from_micros, to_micros
from gateway.periodic import PeriodicService
from gateway.schedules import Run, made_up, runs_between
from gateway.store import watching
from gateway.store.writer import Announce

#: Seconds between two looks.
EVERY: Final = 5.0
#: A run that is written down so much later than it was due is one that was missed.
_LATE: Final = 300 * SECOND
#: A mark that lies so far ahead of the clock was made by a clock that was wrong.
_AHEAD: Final = 24 * 3600 * SECOND


class Planning(PeriodicService):
    """Looks which runs are due. A schedule that is new owes nothing for the days before it."""

    _log = Logger()

    def __init__(self, house: DeliveryHouse, planned: Announce, every: float = EVERY) -> None:
        super().__init__(house.clock, every, self.round, "planning reports")
        self._house, self._planned = house, planned
        self._worked = worked_days(house.config)
        self._unkept: set[str] = set()

    def round(self) -> Deferred[None]:
        """Plan what is due."""
        return Deferred.fromCoroutine(self._look())

    async def _look(self) -> None:
        house, owner = self._house, self._house.memory.owner
        marks = await house.elsewhere(lambda: house.database.read(lambda c: watching.marks(c, owner)))
        for schedule in house.config.schedules:
            if schedule.name not in self._unkept:
                self._plan(schedule, marks.get(mark_of(schedule.name)))

    def _plan(self, schedule: ScheduleSettings, mark: int | None) -> None:
        now = to_micros(self._house.now())
        if mark is None or mark > now + _AHEAD:  # new; or the machine's clock was put right, and its runs must go on
            self._keep(schedule, [], now)
            return
        zone = self._house.config.property.timezone
        due = runs_between(schedule.rhythm, zone, self._worked, from_micros(mark), from_micros(now))
        if not due:
            return
        chosen = made_up(schedule.rhythm, due)
        if len(chosen) < len(due):
            words = "{number} runs of the report {name} were missed while the gateway was off and are not made up"
            self._log.warn(words, number=len(due) - len(chosen), name=schedule.name)
        told = [(run, to_micros(run.due) < now - _LATE) for run in chosen]
        self._keep(schedule, told, to_micros(due[-1].due))

    def _keep(self, schedule: ScheduleSettings, due: Sequence[tuple[Run, bool]], upto: int) -> None:
        def done() -> None:
            self._unkept.discard(schedule.name)
            self._planned()

        self._unkept.add(schedule.name)
        now = to_micros(self._house.now())
        self._house.submit(KeepPlans(self._house.memory, schedule, due, upto=upto, now=now, done=done))
