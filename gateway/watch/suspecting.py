"""The search for toll fraud in the rounds of the watch: what it reads, and the job that writes an alarm with its evidence.

It looks when something new came, at the newest calls alone, in a thread; what is usual is learned anew a few times a
day. Nothing here runs for each record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from phonenumbers import country_code_for_region
from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.alarms import evidence, fraud
from gateway.alarms.evidence import Evidence
from gateway.alarms.fraud import Call, History, Key, Limits, Suspicion
from gateway.alarms.fraud_rules import HOUR, country_of
from gateway.alarms.judging import moment
from gateway.alarms.kinds import FRAUD, Fact
from gateway.alarms.lists import BARRED, NumberLists
from gateway.alarms.normal import LEAST_WEEKS, WEEKS, Weeks
from gateway.config import Config
from gateway.config.meanings import fraud_limits, lists_of
from gateway.instants import SECOND, from_micros, to_micros
from gateway.settle import vacant
from gateway.store import alarms, notices, schema, suspects, watching
from gateway.store.alarms import AlarmRow
from gateway.store.memory import Memory
from gateway.store.writer import Announce
from gateway.watch import letters
from gateway.watch.letters import Addresses
from rating.money import half_up

#: Records of the last hours are looked at: a run is seen whole also where its records come late.
WINDOW: Final = timedelta(hours=3)
#: Calls that ended longer ago than this when their records came are history somebody read in: nothing can be stopped.
HISTORY: Final = 24 * HOUR
#: How often what is usual is learned anew.
LEARN_EVERY: Final = timedelta(hours=6)
#: Days of calls without which no country is called new, and days that are looked back over.
LEAST_DAYS: Final = 30
LOOK_BACK: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What the search needs of the house. `rooms_told` says whether a PMS tells who is in a room."""

    limits: Limits
    lists: NumberLists
    home: str
    learned: bool
    rooms_told: bool


def guard_of(config: Config) -> Guard:
    """What looks like toll fraud in a house, by its configuration. Raises ListUnreadable."""
    home = config.property
    return Guard(
        limits=fraud_limits(config),
        lists=lists_of(config.lists, home.timezone),
        home=f"+{country_code_for_region(home.country)}",
        learned=config.fraud.learned,
        rooms_told=bool(config.pms),
    )


class Suspecting:
    """Looks for fraud. `look` is given a snapshot in each round and does nothing where no record came since."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self._history = History()
        self._learn_at: datetime | None = None
        self._seen = -1
        self._told: frozenset[Suspicion] = frozenset()

    def look(self, connection: Connection, owner: str, now: datetime) -> list[Suspicion]:
        """Every run of the last hours that nobody has taken and that is not as it was told before. Runs in a thread."""
        last = watching.newest_id(connection, owner, schema.records)
        if last == self._seen:
            return []
        if self.guard.learned and (self._learn_at is None or now >= self._learn_at):
            self._history = learned(connection, owner, now, self.guard)
            self._learn_at = now + LEARN_EVERY
        at = to_micros(now)
        rows = suspects.newest(connection, owner, at - WINDOW // timedelta(microseconds=1))
        calls = [call for row in rows if (call := call_of(row, self.guard)) is not None and at - call.ended < HISTORY]
        taken = _taken(suspects.taken(connection, owner, at - 2 * HISTORY))
        found = fraud.suspicions(calls, self.guard.limits, self._history, taken)
        fresh = [one for one in found if one not in self._told]
        self._seen, self._told = last, frozenset(found)
        return fresh

    def forget(self) -> None:
        """What was told could not be written: tell it again."""
        self._seen, self._told = -1, frozenset()


def _taken(subjects: Mapping[str, int]) -> dict[Key, int]:
    return {evidence.key_of(subject): at for subject, at in subjects.items()}


def learned(connection: Connection, owner: str, now: datetime, guard: Guard) -> History:
    """What the house usually does, by the weeks before the newest hours."""
    until = to_micros(now - WINDOW)
    first, begin = suspects.learned_from(connection, owner, to_micros(now - LOOK_BACK), until)
    if begin is None:
        return History()
    countries = None
    if until - begin >= LEAST_DAYS * 24 * HOUR:
        countries = frozenset(map(country_of, suspects.countries(connection, owner, first, begin, until)))
    hour = until // HOUR
    since = max(begin // HOUR + 1, hour - (WEEKS + 1) * 7 * 24)
    weeks = None
    if hour - since >= LEAST_WEEKS * 7 * 24:
        counts = suspects.abroad_by_hour(connection, owner, first, since * HOUR, until)
        weeks = Weeks(counts, since, hour, guard.limits.zone)
    return History(countries, weeks)


def call_of(row: Mapping[str, Any], guard: Guard) -> Call | None:
    """A row as patterns see it; None for a call whose number nobody knows."""
    number = row["number"]
    if not number:
        return None
    spent = (row["ring_seconds"] or 0) + (row["talk_seconds"] or 0)
    tandem, country = row["direction"] == "tandem", country_of(number)
    hit = guard.lists.find(number, row["started_at"])
    return Call(
        id=row["id"],
        began=row["started_at"],
        ended=row["started_at"] + spent * SECOND,
        who=_who(row, tandem=tandem),
        number=number,
        place=row["place"] or "",
        country=country,
        cost=_money(row, guard.limits.currency, guard.limits.decimals),
        abroad=row["number_class"] in suspects.ABROAD or (tandem and country != guard.home),
        tandem=tandem,
        vacant=guard.rooms_told and bool(row["room"]) and row["reason"] == vacant(row["room"]),
        barred=hit.list.name if hit is not None and hit.list.kind == BARRED else "",
    )


def _who(row: Mapping[str, Any], *, tandem: bool) -> str:
    if tandem:
        return f"trunk {row['trunk']}" if row["trunk"] else "a trunk"
    if row["room"]:
        return f"room {row['room']}"
    extension = f"extension {row['extension']}" if row["extension"] else "an unknown extension"
    return f"{row['department']} ({extension})" if row["department"] else extension


def _money(row: Mapping[str, Any], currency: str, decimals: int) -> int:
    """What a call costs in minor units: what the carrier asks, else what the guest was asked; 0 in another currency."""
    for name, coin, digits in (("cost", "cost_currency", "cost_decimals"), ("amount", "currency", "decimals")):
        if row[name] is not None and row[coin] == currency:
            return half_up(row[name] * 10**decimals, 10 ** row[digits])
    return 0


class KeepFraud:
    """An alarm for each run that has none, and for the others the calls that came since. A mail goes with the first alone."""

    records = 0
    log = Logger()

    def __init__(
        self,
        memory: Memory,
        where: Addresses,
        now: int,
        found: Sequence[Suspicion],
        limits: Limits,
        told: Callable[[Sequence[AlarmRow]], None],
        failed: Callable[[], None],
    ) -> None:
        self._memory, self._where, self._now, self._found = memory, where, now, found
        self._limits, self._told, self._failed = limits, told, failed

    def work(self, connection: Connection) -> Announce:
        """Each run in its turn; two runs of one subject are one alarm while it is open."""
        began = [row for one in self._found if (row := self._keep(connection, one)) is not None]
        return lambda: self._told(began)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Nothing is lost: the run is found again in the next round."""
        self.log.error("the search for fraud could not write: {error!r}", error=error)
        return self._failed

    def _keep(self, connection: Connection, one: Suspicion) -> AlarmRow | None:
        owner, numbers = self._memory.owner, self._memory.numbers
        fresh = evidence.found(one, self._limits.currency, self._limits.decimals)
        known = alarms.known(connection, owner, FRAUD, fresh.subject)
        if known is not None and known.cleared_at is None:
            self._grow(connection, known, one)
            return None
        if known is not None and one.calls[0].began <= (known.acknowledged_at or 0):
            return None  # somebody took it while this look was under way
        fact = Fact(FRAUD, fresh.subject, self._sentence(fresh))
        row = alarms.start(connection, owner, numbers, fact, self._now, details=fresh.kept(), call_id=None)
        if row is not None:
            for notice in letters.notices("raised", row, self._where):
                notices.add(connection, owner, numbers, notice, self._now)
        return row

    def _grow(self, connection: Connection, known: AlarmRow, one: Suspicion) -> None:
        before = evidence.taken_up(known.details)
        after = evidence.found(one, self._limits.currency, self._limits.decimals, before)
        if after != before:
            alarms.complete(connection, self._memory.owner, known.id, after.kept(), self._sentence(after), None)

    def _sentence(self, run: Evidence) -> str:
        return run.sentence(moment(from_micros(run.first_at), self._limits.zone))
