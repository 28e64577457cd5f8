"""Has the files of planned runs made, one run at a time, by a command in a process: a report of a year holds up no call.

A stop ends the process and leaves the run planned: the next start makes it. What cannot be made is tried again as a delivery
is, and after a while the watch tells of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.alarms.diary import WORRYING_TRIES, delay
from gateway.config import ScheduleSettings
from gateway.delivery import keeping
from gateway.delivery.house import DeliveryHouse
from gateway.delivery.jobs import LONGEST_PROBLEM, KeepFailed, KeepMade, KeepThrownAway
from gateway.delivery.packs import stem_of
from gateway.instants import SECOND, to_micros
from gateway.periodic import PeriodicService
from gateway.store import runs
from gateway.store.runs import Made, RunRow
from gateway.store.writer import Job
from gateway.web.words import count
from gateway.web.workers import Ended, Running

#: Seconds between two looks; something new is looked at at once.
EVERY: Final = 5.0
#: Seconds between two looks whether files are too old or too many.
SWEEP_EVERY: Final = 600.0


class Making(PeriodicService):
    """Makes runs. `worrying` names the schedules whose report cannot be made, and why."""

    _log = Logger()

    def __init__(self, house: DeliveryHouse, every: float = EVERY) -> None:
        super().__init__(house.clock, every, self.round, "making reports")
        self._house = house
        self._running: Running | None = None
        self._unkept = False
        self._sweep_at = 0.0
        self.worrying: dict[str, str] = {}

    def stopService(self) -> Deferred[None]:
        """End what is being made."""
        ended = super().stopService()
        if self._running is not None:
            self._running.stop()
        return ended

    def round(self) -> Deferred[None]:
        """Make the first run that waits."""
        return Deferred.fromCoroutine(self._look())

    async def _look(self) -> None:
        if self._unkept:
            return
        house, owner = self._house, self._house.memory.owner
        now = to_micros(house.now())

        def read(connection: Any) -> tuple[list[RunRow], dict[str, str]]:
            return runs.planned(connection, owner, now), runs.failing(connection, owner, WORRYING_TRIES)

        waiting, failing = await house.elsewhere(lambda: house.database.read(read))
        self.worrying = {f"report {name}": problem for name, problem in failing.items()}
        if waiting:
            of_now = [
                run for run in waiting if self._is_of_now(run)
            ]  # how things stand must not wait for a long report
            await self._make((of_now or waiting)[0])
        elif house.clock.seconds() >= self._sweep_at:
            self._sweep_at = house.clock.seconds() + SWEEP_EVERY
            await self._sweep()

    def _is_of_now(self, run: RunRow) -> bool:
        schedule = self._schedule(run)
        return schedule is not None and schedule.rhythm.of_now

    def _schedule(self, run: RunRow) -> ScheduleSettings | None:
        return next((one for one in self._house.config.schedules if one.name == run.schedule), None)

    # -- one run ------------------------------------------------------------------------------------------------------

    async def _make(self, run: RunRow) -> None:
        schedule = self._schedule(run)
        if schedule is None or schedule.report != run.report:
            self._not_made(run, "the configuration no longer has this schedule", given_up=True)
            return
        folder = self._house.config.delivery.folder
        try:
            into = await self._house.elsewhere(lambda: keeping.begin(folder, run.id))
            ended = await self._worked(run, schedule, into)
            if not self.running:
                return
            if ended.code != 0:
                await self._house.elsewhere(lambda: keeping.give_up(folder, run.id))
                self._not_made(run, _plain(ended.words))
                return
            files, heads = await self._house.elsewhere(lambda: keeping.finish(folder, run.id))
        except (OSError, ValueError) as error:
            self._not_made(run, f"its files cannot be kept in {folder}: {getattr(error, 'strerror', None) or error}")
            return
        self._made(run, schedule, files, heads)

    async def _worked(self, run: RunRow, schedule: ScheduleSettings, into: Path) -> Ended:
        """Run the command, and tell how far it is."""
        making = self._house.status.making
        making[run.id] = 0

        def heard(line: str) -> None:
            if line.strip().isdigit() and len(line) < 4:
                making[run.id] = min(100, int(line))

        try:
            self._running = self._house.run(self._arguments(run, schedule, into), heard)
            return await self._running.ended
        finally:
            self._running = None
            making.pop(run.id, None)

    def _arguments(self, run: RunRow, schedule: ScheduleSettings, into: Path) -> list[str]:
        config, owner = self._house.config, self._house.memory.owner
        masks = {one.masked for one in config.recipients if one.name in schedule.to}
        said = [f"--config={config.file}", f"--from={run.first_day}", f"--to={run.last_day}", f"--into={into}"]
        said += [f"--stem={stem_of(owner, run)}", *(["--whole"] if False in masks else [])]
        said += ["--masked"] if True in masks else []
        said += [f"--export={run.export_id}"] if run.export_id is not None else []
        return ["schedules", "files", schedule.name, *said]

    def _made(self, run: RunRow, schedule: ScheduleSettings, files: Sequence[Made], heads: dict[str, Any]) -> None:
        house = self._house
        words = "run {number} of the report {name} is made: {files}"
        self._log.info(words, number=run.id, name=run.schedule, files=count(len(files), "file"))
        now = to_micros(house.now())
        self._keep(
            KeepMade(house.memory, run, files=files, heads=heads, recipients=schedule.to, now=now, done=self._kept)
        )

    def _not_made(self, run: RunRow, problem: str, *, given_up: bool = False) -> None:
        again = None if given_up else delay(run.tries + 1)
        fate = "given up" if again is None else f"tried again in {again} s"
        words = "run {number} of the report {name} could not be made ({problem}); {fate}"
        self._log.warn(words, number=run.id, name=run.schedule, problem=problem, fate=fate)
        again_at = None if again is None else to_micros(self._house.now()) + again * SECOND
        self._keep(KeepFailed(self._house.memory, run.id, problem=problem, again_at=again_at, done=self._kept))

    def _keep(self, job: Job) -> None:
        """Nothing more is made until this is written down: the store may be in trouble."""
        self._unkept = True
        self._house.submit(job)

    def _kept(self) -> None:
        self._unkept = False
        self._house.wake()
        self.call_soon()

    # -- old files ----------------------------------------------------------------------------------------------------

    async def _sweep(self) -> None:
        """Throw away what is too old or too much."""
        house, said, owner = self._house, self._house.config.delivery, self._house.memory.owner
        now = to_micros(house.now())
        kept = await house.elsewhere(lambda: house.database.read(lambda c: runs.kept(c, owner)))
        files = keeping.to_throw_away(kept, now, said.keep_days, said.keep_mb)
        if files:
            await house.elsewhere(lambda: keeping.throw_away(said.folder, files))
            self._keep(KeepThrownAway(house.memory, files, now=now, done=self._kept))


def _plain(words: str) -> str:
    """What a command complained of, without its name."""
    said = words.removeprefix("foliogate: ").removeprefix("Error: ")[:LONGEST_PROBLEM]
    return said or "the report could not be made; the gateway's log may say more"
