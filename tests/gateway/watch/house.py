"""A watch in one hand: the rig's real store and writer, a clock of the test's own, and ways out that write down."""

from __future__ import annotations

from collections import deque
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed

from gateway.alarms.judging import Limits
from gateway.config.checks import WEEKDAYS
from gateway.instants import to_micros
from gateway.posting.deeds import ReadCommands
from gateway.status import LinkStatus, SourceStatus, Status
from gateway.store import alarms, commands
from gateway.store.alarms import AlarmRow
from gateway.store.notices import Waiting
from gateway.watch.deliveries import Deliveries
from gateway.watch.diary import Diary
from gateway.watch.digest_letters import Money
from gateway.watch.letters import Addresses
from gateway.watch.suspecting import Guard, Suspecting
from gateway.watch.watch import House, Watch
from protocols.records import CallRecord
from tests.gateway.rig import WARSAW, Rig
from tests.gateway.web.asking import at_once


class Told:
    """A way out that keeps what it was given; `answers` are laid out for it, "" is yes, then everything is taken."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Waiting]] = []
        self.answers: deque[str | Deferred[Any]] = deque()
        self.tries = 0

    def deliver(self, notice: Waiting, name: str) -> Deferred[Any]:
        """One attempt."""
        self.tries += 1
        answer = self.answers.popleft() if self.answers else ""
        if isinstance(answer, Deferred):
            return answer
        if answer:
            return fail(ConnectionError(answer))
        self.taken.append((name, notice))
        return succeed(None)

    def events(self) -> list[str]:
        """What was told, in order: the event and the first words of the subject behind the hotel's name."""
        return [f"{notice.event} {notice.subject.partition('] ')[2]}".strip() for _, notice in self.taken]


def _all_well(rig: Rig) -> Status:
    """An exchange and a PMS that are there since a moment ago."""
    status = Status(started=rig.now)
    status.sources["main"] = SourceStatus(name="main", dialect="avaya-ipoffice", role="listen", up=True, since=rig.now)
    status.links["opera"] = LinkStatus(name="opera", up=True, ready=True, why="", since=rig.now, up_since=rig.now)
    return status


class WatchedHouse:
    """The rig with a watch. Nothing moves but by `pass_time`."""

    def __init__(self, rig: Rig, status: Status | None = None) -> None:
        self.rig = rig
        self.status = status or _all_well(rig)
        self.link = self.status.links["opera"]
        self.free: int | None = 50_000_000_000
        self.ahead: float | None = None
        self.guard: Guard | None = None
        self.mail, self.hook = Told(), Told()
        self.addresses = Addresses(
            property="SEASIDE",
            hotel="Seaside Hotel",
            zone=WARSAW,
            page="https://foliogate.example",
            to=("desk@example.org", "it@example.org"),
            escalate_to=("gm@example.org",),
            hooks=("desk-chat",),
        )
        self.begin()

    def begin(self) -> None:
        """Start the watch, as a process that starts does."""
        rig = self.rig
        rig.database.transact(rig.memory.reload)
        shared: dict[str, Any] = {
            "database": rig.database,
            "memory": rig.memory,
            "submit": rig.writer.submit,
            "now": lambda: rig.now,
            "elsewhere": at_once,
        }
        self.deliveries = Deliveries(**shared, clock=rig.clock, channels={"mail": self.mail, "desk-chat": self.hook})
        self.diary = Diary(
            **shared,
            zone=WARSAW,
            at=rig.now.replace(hour=7, minute=0).time(),
            weekday=WEEKDAYS.index("monday"),
            where=self.addresses,
            cash=Money("PLN", 2),
            code_of=self.code_of,
            wake=self.deliveries.call_soon,
        )
        house = House(
            **shared,
            status=self.status,
            clock=rig.clock,
            zone=WARSAW,
            pms="opera",
            limits=Limits(waiting_seconds=1800, disk_free=1_000_000_000),
            escalate_seconds=120,
            floors={"Royal Suite": "7"},
            call_back="+48 22 555 {extension}",
            addresses=self.addresses,
            disk_free=lambda: self.free,
            pms_ahead=lambda: self.ahead,
            store_trouble=lambda: rig.writer.trouble or "",
            suspecting=Suspecting(self.guard) if self.guard is not None else None,
        )
        self.watch = Watch(house, self.deliveries, self.diary)
        self.deliveries.startService()
        self.watch.service.startService()

    def stop(self) -> None:
        """End the watch."""
        self.watch.service.stopService()
        self.deliveries.stopService()

    def code_of(self, source: str, raw: bytes, _at: int) -> str | None:
        """The account code of a raw record."""
        parsed = self.rig.sources[source].parse(raw, self.rig.now)
        return parsed.account_code if isinstance(parsed, CallRecord) else None

    def pass_time(self, seconds: float, step: float = 5.0) -> None:
        """Let time pass in steps, after each of which the writer works; and a little more, until all is told."""
        while seconds > 0:
            self.rig.advance(min(step, seconds))
            seconds -= step
        for _ in range(3 if step > 5 else 0):
            self.rig.advance(5)

    def days(self, number: float) -> None:
        """Let days pass, half an hour at a time."""
        self.pass_time(number * 86_400, step=1800)

    def heard(self) -> None:
        """What the gateway does when records are committed: the status moves, and emergencies are told."""
        self.status.sources["main"].last_record = self.rig.now
        for batch in self.rig.batches:
            for call in batch.emergencies:
                self.watch.emergency(call, to_micros(batch.read_at))
        self.rig.batches.clear()
        self.rig.pump()

    def acknowledge(self, number: int, who: str = "Ines", note: str = "") -> str:
        """A person takes an alarm, from another process."""
        rig = self.rig
        now = to_micros(rig.now)
        command = rig.database.transact(
            lambda c: commands.give(
                c, "SEASIDE", now=now, who=who, deed=alarms.ACKNOWLEDGE, posting_id=None, why=note, alarm_id=number
            )
        )
        rig.writer.submit(ReadCommands(rig.memory, None, now=now, done=lambda _freed, _resync: None))
        rig.pump()
        return rig.database.read(lambda c: commands.result(c, "SEASIDE", command)) or ""

    def alarms(self) -> list[AlarmRow]:
        """Every alarm, oldest first."""
        return self.rig.database.read(lambda c: alarms.newest(c, "SEASIDE", 1_000))[::-1]

    def open(self) -> list[str]:
        """The kinds of the alarms that are open."""
        return [one.kind for one in self.alarms() if one.cleared_at is None]


#: Seconds that are enough for everything a round and a delivery do.
A_ROUND = 15
