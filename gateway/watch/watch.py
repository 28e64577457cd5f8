"""The watch itself: rounds, the emergency calls that reach it between them, and what it writes and tells.

A round reads a little of the store in a thread, judges, weighs, and gives the writer a job only if something changed.
Every few minutes it also counts what is new by hour and learns from it. Nothing here runs for each record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.alarms import judging, weighing
from gateway.alarms.clocks import jumped
from gateway.alarms.emergencies import EmergencyCall, call_back_number
from gateway.alarms.judging import Feed, Habits, Ledger, Limits, Peer, Seen
from gateway.alarms.kinds import EMERGENCY, KINDS, Fact
from gateway.floors import floor_of
from gateway.instants import SECOND, from_micros, to_micros
from gateway.periodic import PeriodicService
from gateway.status import Status
from gateway.store.alarms import AlarmRow
from gateway.store.database import Database
from gateway.store.elsewhere import Elsewhere
from gateway.store.memory import Memory
from gateway.store.rows import CallRow
from gateway.store.writer import Job
from gateway.watch import letters, looking
from gateway.watch.budgeting import Budgeting
from gateway.watch.deliveries import Deliveries
from gateway.watch.diary import Diary
from gateway.watch.jobs import TOLD_ALREADY, KeepAlarms, KeepCounts, KeepEmergency
from gateway.watch.letters import Addresses
from gateway.watch.suspecting import KeepFraud, Suspecting

#: Seconds between two rounds.
EVERY: Final = 5.0
#: Seconds between two countings by hour.
COUNT_EVERY: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the watch needs of the house it is in. `clock` is the reactor's, which never jumps."""

    database: Database
    memory: Memory
    status: Status
    submit: Callable[[Job], None]
    clock: Any
    now: Callable[[], datetime]
    elsewhere: Elsewhere
    zone: tzinfo
    pms: str | None
    limits: Limits
    escalate_seconds: int
    floors: Mapping[str, str]
    call_back: str
    addresses: Addresses
    disk_free: Callable[[], int | None]
    pms_ahead: Callable[[], float | None]
    store_trouble: Callable[[], str]
    events_unsent: Callable[[], Mapping[str, str]] = dict
    suspecting: Suspecting | None = None
    budgeting: Budgeting | None = None


class Watch:
    """Raises and clears alarms. `happened` and `emergency` may be called from any part on the reactor's thread."""

    _log = Logger()

    def __init__(self, house: House, deliveries: Deliveries, diary: Diary | None, every: float = EVERY) -> None:
        self._house, self._deliveries, self._diary = house, deliveries, diary
        self._standings: Mapping[weighing.Key, weighing.Standing] | None = None
        self._habits: Habits | None = None
        self._budgets: Sequence[Fact] | None = None
        self._count_at = 0.0
        self._uncounted = False
        self._unkept = 0
        self._again: list[EmergencyCall] = []
        self._free: int | None = None
        self._last: tuple[datetime, float] | None = None
        self.service = PeriodicService(house.clock, every, self.round, "watching")

    def round(self) -> Deferred[Any]:
        """Look, judge, write."""
        return Deferred.fromCoroutine(self._round())

    async def _round(self) -> None:
        self._compare_clocks()
        again, self._again = self._again, []
        for call in again:
            self.emergency_call(call)
        try:
            glance = await self._look()
        except DBAPIError as error:
            self._log.warn("the watch cannot read the store: {why}", why=str(error.orig).splitlines()[0])
            glance = None
        if glance is not None and self._standings is None:
            open_alarms = [
                one.fact for one in glance.alarms if one.cleared_at is None and not KINDS[one.kind].by_person
            ]
            self._standings = weighing.taken_over(open_alarms, self._house.clock.seconds())
        if glance is not None:
            self._house.status.alarms = [
                one.sentence for one in glance.alarms if one.cleared_at is None and KINDS[one.kind].ails
            ]
        if self._standings is not None:
            self._weigh(glance, self._standings)
        if glance is not None and self._house.suspecting is not None:
            await self._suspect(self._house.suspecting)

    async def _look(self) -> looking.Glance:
        house, owner = self._house, self._house.memory.owner
        self._free = await house.elsewhere(house.disk_free)
        glance: looking.Glance = await house.elsewhere(
            lambda: house.database.read(lambda connection: looking.glance(connection, owner))
        )
        if house.clock.seconds() >= self._count_at and not self._uncounted:
            await self._count()
        return glance

    async def _suspect(self, suspecting: Suspecting) -> None:
        """Look for fraud in what is new."""
        house, owner, now = self._house, self._house.memory.owner, self._house.now()
        try:
            found = await house.elsewhere(
                lambda: house.database.read(lambda connection: suspecting.look(connection, owner, now))
            )
        except DBAPIError as error:
            self._log.warn("calls cannot be searched for fraud: {why}", why=str(error.orig).splitlines()[0])
            return
        if found:
            limits, at = suspecting.guard.limits, to_micros(now)
            told, failed = self._fraud_kept, suspecting.forget
            house.submit(KeepFraud(house.memory, house.addresses, at, found, limits, told, failed))

    def _fraud_kept(self, began: Sequence[AlarmRow]) -> None:
        for row in began:
            self._log.warn("ALARM {number} {kind}: {words}", number=row.id, kind=row.kind, words=row.sentence)
        if began:
            self._deliveries.call_soon()

    # -- counting -------------------------------------------------------------------------------------------------

    async def _count(self) -> None:
        """Count what is new, learn from it, find emergencies that a crash swallowed, and see to the mails of the day."""
        house, owner, now = self._house, self._house.memory.owner, self._house.now()
        names = list(house.status.sources)
        counted = await house.elsewhere(lambda: house.database.read(lambda c: looking.count(c, owner)))
        if counted.rows or counted.marks:
            self._uncounted = True
            house.submit(KeepCounts(house.memory, counted.rows, counted.marks, self._counted))
        for row in counted.emergencies:
            self.emergency(CallRow(*[row[name] for name in CallRow._fields]), int(row["received_at"]))
        self._count_at = house.clock.seconds() + (COUNT_EVERY if counted.complete else 0.0)
        if counted.complete:
            self._habits = await house.elsewhere(
                lambda: house.database.read(
                    lambda c: looking.habits(
                        c, owner, house.zone, now=now, started=house.status.started, exchanges=names, pms=house.pms
                    )
                )
            )
        if (budgeting := house.budgeting) is not None:
            self._budgets = await house.elsewhere(lambda: house.database.read(lambda c: budgeting.look(c, owner, now)))
        if self._diary is not None:
            await self._diary.look()

    def _counted(self) -> None:
        """What was counted is written down; before that the same would be counted again."""
        self._uncounted = False

    # -- judging --------------------------------------------------------------------------------------------------

    def _weigh(self, glance: looking.Glance | None, standings: Mapping[weighing.Key, weighing.Standing]) -> None:
        house, at = self._house, self._house.clock.seconds()
        seen = self._seen(glance)
        raised = {key for key, standing in standings.items() if standing.raised}
        facts = judging.facts(seen, house.limits, raised)
        weighed = weighing.weigh(standings, facts, judging.judged(seen), at)
        self._standings = weighed.standings
        self._tell_of_store(weighed.raised)
        # While a job of ours is in line, what the store says of its alarms is old.
        waiting = glance.alarms if glance is not None and not self._unkept else ()
        escalate = [one.id for one in waiting if self._must_escalate(one)]
        over = any(one.cleared_at is not None for one in waiting)
        if weighed.raised or weighed.reworded or weighed.cleared or escalate or over:
            self._keep(weighed.raised, weighed.reworded, weighed.cleared, escalate)

    def _seen(self, glance: looking.Glance | None) -> Seen:
        house = self._house
        return Seen(
            now=house.now(),
            zone=house.zone,
            exchanges=[Peer(one.name, one.up, one.since, one.problem) for one in house.status.sources.values()],
            links=[Peer(one.name, one.up, one.up_since, one.why) for one in house.status.links.values()],
            store_trouble=house.store_trouble(),
            disk_free=self._free,
            pms_skew=house.pms_ahead(),
            ledger=self._ledger(glance) if glance is not None else None,
            habits=self._newest(self._habits) if self._habits is not None else None,
            budgets=self._budgets,
        )

    def _ledger(self, glance: looking.Glance) -> Ledger:
        """The ledger, with the web hooks that events do not arrive at: those have no notices in the store."""
        undelivered = {**glance.ledger.undelivered, **self._house.events_unsent()}
        return replace(glance.ledger, undelivered=undelivered)

    def _newest(self, habits: Habits) -> Habits:
        """The counts are some minutes old: what came since then is known from the status."""
        return replace(habits, feeds=[self._freshened(one) for one in habits.feeds])

    def _freshened(self, feed: Feed) -> Feed:
        status = self._house.status.sources.get(feed.name)
        last = status.last_record if status is not None else None
        return feed._replace(last=last) if last is not None and (feed.last is None or last > feed.last) else feed

    def _must_escalate(self, alarm: AlarmRow) -> bool:
        free = alarm.acknowledged_at is None and alarm.escalated_at is None and alarm.cleared_at is None
        patience = self._house.escalate_seconds * SECOND
        return alarm.kind == EMERGENCY and free and to_micros(self._house.now()) - alarm.raised_at >= patience

    def _compare_clocks(self) -> None:
        """The wall clock against the clock that never jumps."""
        now, steady = self._house.now(), self._house.clock.seconds()
        last, self._last = self._last, (now, steady)
        if last is None:
            return
        gained = jumped((now - last[0]).total_seconds(), steady - last[1])
        if gained is not None:
            way = "forward" if gained > 0 else "back"
            when = judging.moment(now, self._house.zone)
            self.happened(
                Fact("clock", str(to_micros(now)), f"this machine's clock went {way} by {abs(gained):.0f} s at {when}")
            )

    # -- what others tell -----------------------------------------------------------------------------------------

    def happened(self, fact: Fact) -> None:
        """Something happened that a person must see, such as a gap in the exchange's numbers; `subject` names it once."""
        if not KINDS[fact.kind].by_person:
            raise ValueError(f"{fact.kind} is no event: it is for the watch itself to judge")
        self._keep((fact,))

    def emergency(self, call: CallRow, heard_at: int) -> None:
        """An emergency call was found in the records. May be told of the same call as often as one likes."""
        spent = (call.ring_seconds or 0) + (call.talk_seconds or 0)
        told = EmergencyCall(
            source=call.source,
            call_key=call.call_key or "",
            call_id=call.id,
            extension=call.extension or "",
            room=call.room or "",
            department=call.department or "",
            reservation=call.reservation or "",
            dialled=call.dialled or "",
            trunk=call.trunk or "",
            started_at=call.started_at,
            ended_at=call.started_at + spent * SECOND,
            heard_at=heard_at,
        )
        self.emergency_call(told)

    def emergency_call(self, call: EmergencyCall) -> None:
        """An emergency call, live or by its record."""
        if call.is_history:
            when = judging.moment(from_micros(call.started_at), self._house.zone)
            words = f"PBX {call.source} tells of an emergency call of {when}: {call.sentence}"
            self.happened(Fact("old_emergency", call.source, words))  # one alarm, however many an old file holds
            return
        house = self._house
        known = replace(
            call,
            floor=floor_of(call.room, house.floors),
            call_back=call_back_number(house.call_back, call.extension, call.room),
        )
        job = KeepEmergency(
            house.memory, house.addresses, known, self._emergency_kept, lambda: self._again.append(call)
        )
        house.submit(job)

    def _emergency_kept(self, row: AlarmRow) -> None:
        words = f"EMERGENCY CALL: {row.sentence}"
        self._house.status.odd(self._house.now(), words)
        self._log.critical("{words}", words=words)
        self._deliveries.call_soon()

    # -- writing and telling --------------------------------------------------------------------------------------

    def _keep(
        self,
        raised: Sequence[Fact],
        reworded: Sequence[Fact] = (),
        cleared: Sequence[weighing.Key] = (),
        escalate: Sequence[int] = (),
    ) -> None:
        house = self._house
        job = KeepAlarms(
            house.memory,
            house.addresses,
            to_micros(house.now()),
            raised=raised,
            reworded=reworded,
            cleared=cleared,
            escalate=escalate,
            told=self._kept,
            failed=self._not_kept,
        )
        self._unkept += 1
        house.submit(job)

    def _not_kept(self) -> None:
        """What was to be written was not: begin again from what the store says."""
        self._unkept -= 1
        self._standings = None

    def _kept(self, began: Sequence[AlarmRow], ended: Sequence[AlarmRow]) -> None:
        self._unkept -= 1
        for row in began:
            self._log.warn("ALARM {number} {kind}: {words}", number=row.id, kind=row.kind, words=row.sentence)
        for row in ended:
            how = f"taken by {row.acknowledged_by}" if KINDS[row.kind].by_person else "is over"
            self._log.info(
                "alarm {number} {kind} {how}: {words}", number=row.id, kind=row.kind, how=how, words=row.sentence
            )
        self._deliveries.call_soon()

    def _tell_of_store(self, raised: Sequence[Fact]) -> None:
        """A store that cannot be written cannot keep a notice of it: tell at once, without it."""
        for fact in raised:
            if fact.kind in TOLD_ALREADY:
                now = to_micros(self._house.now())
                row = AlarmRow(0, *fact, "", None, now, None, "", "", None, None, 0)
                for notice in letters.notices("raised", row, self._house.addresses):
                    self._deliveries.at_once(notice)
