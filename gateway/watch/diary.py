"""The daily heartbeat and the weekly mail on the quality of the data: made once, and once after a downtime."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.alarms.diary import due_run, latest_run
from gateway.instants import to_micros
from gateway.store import digests, watching
from gateway.store.database import Database
from gateway.store.digests import Quality
from gateway.store.elsewhere import Elsewhere
from gateway.store.memory import Memory
from gateway.store.notices import Notice
from gateway.store.writer import Announce, Job
from gateway.watch import digest_letters
from gateway.watch.digest_letters import Codes, Money
from gateway.watch.jobs import KeepLetter
from gateway.watch.letters import Addresses

DAILY: Final = "daily"
WEEKLY: Final = "weekly"
#: Days that a made-up mail looks back at most.
MOST_DAYS: Final = 31

#: The account code of a raw record of an exchange that came at an instant; None if it has none.
CodeOf = Callable[[str, bytes, int], str | None]


class Diary:
    """Looks whether a mail is due, and writes it."""

    def __init__(
        self,
        *,
        database: Database,
        memory: Memory,
        submit: Callable[[Job], None],
        now: Callable[[], datetime],
        elsewhere: Elsewhere,
        zone: ZoneInfo,
        at: time,
        weekday: int,
        where: Addresses,
        cash: Money,
        code_of: CodeOf,
        wake: Announce,
    ) -> None:
        self._database, self._memory, self._submit = database, memory, submit
        self._now, self._elsewhere, self._zone = now, elsewhere, zone
        self._at, self._weekday, self._where, self._cash = at, weekday, where, cash
        self._code_of, self._wake = code_of, wake
        self._unkept: set[str] = set()

    async def look(self) -> None:
        """Write what is due; the first look of all only marks where the diary begins."""
        owner = self._memory.owner
        marks = await self._elsewhere(lambda: self._database.read(lambda c: watching.marks(c, owner)))
        for mark, weekday in ((DAILY, None), (WEEKLY, self._weekday)):
            if mark in self._unkept:
                continue  # its mail waits for the store, and the mark with it
            local = self._now().astimezone(self._zone)
            last = date.fromordinal(marks[mark]) if mark in marks else None
            run = due_run(local, self._at, last, weekday)
            if last is None:
                self._keep(None, mark, latest_run(local, self._at, weekday))
            elif run is not None:
                self._keep(await self._elsewhere(lambda m=mark, r=run, b=last: self._letter(m, r, b)), mark, run)  # type: ignore[misc]

    def _keep(self, letter: Notice | None, mark: str, run: date) -> None:
        def done() -> None:
            self._unkept.discard(mark)
            self._wake()

        self._unkept.add(mark)
        self._submit(KeepLetter(self._memory, letter, mark, run.toordinal(), to_micros(self._now()), done))

    def _letter(self, mark: str, run: date, last: date) -> Notice:
        """The mail of a run: what came since the run before it, in whole days of the hotel. Runs in a thread."""
        owner = self._memory.owner
        since, until = self._midnight(max(last, run - timedelta(days=MOST_DAYS))), self._midnight(run)
        begin, end = to_micros(since), to_micros(until)
        if mark == DAILY:
            day = self._database.read(lambda c: digests.day(c, owner, begin, end))
            return digest_letters.daily(self._where, since, until, day, self._cash)
        found = self._database.read(lambda c: digests.quality(c, owner, begin, end))
        return digest_letters.weekly(self._where, since, until, found, self._codes(found))

    def _codes(self, found: Quality) -> Codes:
        given = sum(bool(self._code_of(source, raw, at)) for source, raw, at in found.house_calls)
        return Codes(given, len(found.house_calls) - given)

    def _midnight(self, day: date) -> datetime:
        """When a day of the hotel begins, as the zone has it."""
        return datetime.combine(day, time(0), self._zone).astimezone(UTC).astimezone(self._zone)
