"""A running gateway: its parts, started and stopped in the order that loses nothing.

Starting: the store is opened and locked, what was `sent` when the last run ended is put in doubt, then the writer, the
PMS link and the intake begin. Stopping: no more is read from exchanges, the posting under way gets its answer or its
doubt, the link says goodbye, and the writer commits what is in line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from twisted.application.service import IService
from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.task import deferLater
from twisted.logger import Logger

from gateway.alarms.kinds import Fact
from gateway.app import configured, parts
from gateway.app.asked import Asking
from gateway.app.delivering import delivering, report_channels
from gateway.app.doors import Doors
from gateway.app.feeding import begin_feed, event_hooks
from gateway.app.forgetting import EVERY as FORGET_EVERY
from gateway.app.forgetting import forgetting
from gateway.app.link import Link, Surroundings
from gateway.app.watching import emergency_begun, watch_of
from gateway.config import Config, PbxSettings
from gateway.config.day_rule import day_rule
from gateway.connecting.capture import folder_of
from gateway.directory import Room
from gateway.instants import to_micros
from gateway.intake.batch import Batch
from gateway.intake.feed import Segments
from gateway.intake.overdue import SettleOverdue
from gateway.intake.reconsider import reconsider
from gateway.intake.settling import Settling
from gateway.periodic import PeriodicService
from gateway.posting.days import EndByClock, begin_first
from gateway.posting.deeds import ReadCommands
from gateway.posting.doubts import LOOK_SECONDS
from gateway.posting.handing import DoubtTheSilent
from gateway.status import SourceStatus, Status
from gateway.store import outbox, pulled, records
from gateway.store.database import Database, StoreTrouble
from gateway.store.elsewhere import Elsewhere, in_threads
from gateway.store.memory import Memory
from gateway.store.once import Outcome
from gateway.store.resyncs import Resync, only_link
from gateway.store.rows import Due
from gateway.store.tokens import Token
from gateway.store.writer import Drive, Writer, WriterThread
from gateway.watch.watch import EVERY
from gateway.wishes import AnyWish
from protocols.smdr.live import Dialling

#: What a stop may take for the answer of the posting under way; the whole stop stays under ten seconds.
LAST_ANSWER_SECONDS: Final = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a gateway looks at what does not call it, in seconds.

    `look`: a followed file, because a call stands on the folio within two of them. `commands`: those of other
    processes. `overdue`: open calls whose last record did not come. `watch`: whatever alarms are raised for. `folios`:
    whether a doubt is to be looked for on its folio. `forget`: whether something is no longer to be kept.
    """

    look: float = 0.5
    commands: float = 1.0
    overdue: float = 60.0
    watch: float = EVERY
    folios: float = LOOK_SECONDS
    forget: float = FORGET_EVERY


class Gateway:
    """All parts of one gateway. `start` may raise CannotStart; `stop` may be called once."""

    _log = Logger()

    def __init__(
        self,
        config: Config,
        reactor: Any,
        now: Callable[[], datetime],
        version: str,
        elsewhere: Elsewhere | None = None,
        *,
        drive: Callable[[Any], Drive] = WriterThread,
        pace: Pace = Pace(),
    ) -> None:
        self.config = config
        self._elsewhere = elsewhere or in_threads(reactor)
        self._reactor, self._now, self._pace = reactor, now, pace
        self.status = Status(started=now())
        self.database = Database(config.store.url, config.property.id)
        self._rooms = configured.room_list(config)
        self._book = configured.tariff(config)
        self._rules = parts.rules(config, self._rooms, self._book)
        self._sources = parts.sources(config, self._rooms)
        self._day_rule = day_rule(config)
        self.prices = configured.price_desk(config, self._rooms, self._book)
        self.status.tariff_warning = parts.tariff_warning(self._book)
        self.listeners: list[Callable[[Batch | None], None]] = []
        self._services: list[IService] = []
        self._version = version
        self.link: Link | None = None
        self._drive = drive(reactor)

    # -- starting -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the store and start every part."""
        try:
            self.database.open()
            self.database.lock()
            self._build()
            self.database.transact(self._recover)
        except StoreTrouble as error:
            raise configured.CannotStart(str(error)) from error
        except DBAPIError as error:
            raise configured.CannotStart(f"the store cannot be opened: {str(error.orig).splitlines()[0]}") from error
        self._drive.startService()
        self._start_services()  # first, because a port that is taken ends the start, and the PMS need not hear of it
        if self.link is not None:
            self.link.start()
        self._log.info(
            "foliogate {version} is running for {property}", version=self._version, property=self.config.property.id
        )

    def _linked(self) -> Link:
        try:
            return Link(self._surroundings())
        except ValueError as error:  # a certificate that is none, a key that is another's
            raise configured.CannotStart(f"PMS {self.config.pms[0].name} cannot be used: {error}") from error

    def _build(self) -> None:
        self.memory = Memory(self.database, self.micros)
        self._settling = Settling(self.memory, self._rules, self._sources, self._book)
        segments = Segments(self.memory)
        self.writer = Writer(self.database, self.memory.reload, self._drive.wake)
        self._drive.writer = self.writer
        self._deciding = parts.deciding(
            self.config, self.memory, self._rules, self._book, lambda: self._link_takes_reversals
        )
        self._ask_rooms = Resync(self.memory, lambda: only_link(self.status), self.config.property.timezone)
        self._doors = Doors(
            reactor=self._reactor,
            writer=self.writer,
            settling=self._settling,
            segments=segments,
            now=self._now,
            told=self._told,
            dialled=self._dialled,
            missed=self._missed,
            look_seconds=self._pace.look,
            captures=lambda name: folder_of(self.config.file, name),
            marks=self._marks,
        )
        if self.config.pms:
            self.link = self._linked()
        self._asking = self._asked_by_programs()
        self.event_hooks = event_hooks(self._surroundings(), self._elsewhere)
        there = self._surroundings()
        self.delivering = delivering(there, self._elsewhere, self._deliver_soon, self._pace.watch)
        self.watch, self._deliveries = watch_of(
            there,
            self.writer,
            self._elsewhere,
            self._sources,
            self.link,
            self._pace.watch,
            self.event_hooks,
            report_channels(there, self._elsewhere),
            self.delivering.worrying,
        )

    def _deliver_soon(self) -> None:
        """Something is to go out."""
        self._deliveries.call_soon()

    def _asked_by_programs(self) -> Asking:
        return Asking(
            memory=self.memory,
            submit=self.writer.submit,
            now=self._now,
            policy=self._rules.policy,
            pms_tells_rooms=self.link is not None and self.link.tells_rooms_itself,
            counter=self.link.counter if self.link is not None else None,
            take=self.due,
        )

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            config=self.config,
            reactor=self._reactor,
            now=self._now,
            version=self._version,
            status=self.status,
            database=self.database,
            memory=self.memory,
            submit=self.writer.submit,
            crowded=lambda: self.writer.out_of_breath,
            policy=self._rules.policy,
        )

    def _recover(self, connection: Connection) -> None:
        """What the last run left: sent without an answer is in doubt; what waited for a tariff is looked at again."""
        now = self.micros()
        self.memory.reload(connection)
        self._name_strays(connection)
        for posting_id in outbox.doubt_all_sent(connection, self.memory.statements, self.memory.owner, now):
            self.memory.note(connection, now, "foliogate", "in doubt: sent, and no answer before the stop", posting_id)
        for name in begin_feed(connection, self.config, self.memory):
            self._log.info("the web hook {name} is told of what happens from now on", name=name)
        begin_first(connection, self.memory, self._day_rule, now)
        reconsider(connection, self.memory, self._rules, self._sources, self._book, now)

    def _name_strays(self, connection: Connection) -> None:
        """Postings for a PMS that the configuration no longer has would wait for ever: say so."""
        here = {pms.name for pms in self.config.pms}
        for name, count in outbox.waiting_by_pms(connection, self.memory.owner).items():
            if name not in here:
                words = f"{count} postings wait for a PMS named {name!r}, which the configuration does not have"
                self.status.strays.append(words)
                self._log.warn("{words}", words=words)

    def _start_services(self) -> None:
        for pbx in self.config.pbx:
            status = SourceStatus(name=pbx.name, dialect=pbx.dialect, role=pbx.transport, since=self._now())
            self.status.sources[pbx.name] = status
            self._add(self._doors.service(pbx, status, self._known_files))
        if self._doors.unusable:
            raise configured.CannotStart(self._doors.unusable[0])
        self._add(PeriodicService(self._reactor, self._pace.commands, self._read_commands, "reading commands"))
        self._add(PeriodicService(self._reactor, self._pace.overdue, self._settle_overdue, "settling overdue calls"))
        self._add(self._deliveries)
        for service in (*self.event_hooks, *self.delivering.services):
            self._add(service)
        self._add(self.watch.service)
        self._add(forgetting(self._surroundings(), lambda: self.writer.backlog > 0, self._pace.forget))
        if self.link is not None and self.link.counter is not None:
            self._add(
                PeriodicService(self._reactor, LOOK_SECONDS, self._doubt_the_silent, "looking for what was taken")
            )
        if self.link is not None and self.link.doubts is not None:
            self._add(PeriodicService(self._reactor, self._pace.folios, self.link.doubts.look, "reading folios back"))

    def _known_files(self, source: str) -> list[records.StoredSegment]:
        return self.database.read(lambda c: records.known_files(c, self.memory.owner, source))

    def _marks(self, segment: int) -> list[bytes]:
        return self.database.read(lambda c: pulled.marks(c, self.memory.owner, segment))

    def _add(self, service: IService) -> None:
        service.startService()  # type: ignore[no-untyped-call]
        self._services.append(service)

    # -- running --------------------------------------------------------------------------------------------------

    def micros(self) -> int:
        """Now, as the store keeps instants."""
        return to_micros(self._now())

    def now(self) -> datetime:
        """Now, aware UTC."""
        return self._now()

    def troubles(self) -> list[str]:
        """What is not well, each in a sentence."""
        self.status.store_trouble = self.writer.trouble or ""
        return self.status.troubles()

    def due(self, dues: Sequence[Due]) -> None:
        """Charges became due: the clerk takes them, or they wait in the store for a program that asks."""
        if self.link is not None and self.link.counter is None and dues:
            self.link.clerk.take(dues)

    def ask(self, token: Token, wish: AnyWish) -> Deferred[Outcome]:
        """A program asks to have something changed."""
        return self._asking.ask(token, wish)

    def read_commands_soon(self) -> None:
        """A command was just written by this process."""
        self._read_commands()

    def _read_commands(self) -> None:
        numbers = self.link.numbers if self.link is not None else None
        now, done = self.micros(), self._commands_done
        decide, free = self._deciding, self._deciding.acts.free
        rooms = self._ask_rooms
        self.writer.submit(
            ReadCommands(self.memory, numbers, now=now, done=done, decide=decide, free=free, rooms=rooms)
        )

    @property
    def _link_takes_reversals(self) -> bool:
        return self.link is not None and self.link.adapter.takes_reversals

    def _commands_done(self, freed: list[Due], resync: bool) -> None:
        self.due(freed)
        self._doors.relax()  # an exchange held while the store was in trouble may have no record in line to wake it
        if resync and self.link is not None:
            self.link.ask_for_rooms()

    def _settle_overdue(self) -> None:
        self.writer.submit(SettleOverdue(self._settling, self.micros(), self._settled))
        day, now = self.memory.day, self.micros()
        if day is not None and self._day_rule.due(day, now) is not None:
            self.writer.submit(EndByClock(self.memory, self._day_rule, now, to_micros(self.status.started)))

    def _doubt_the_silent(self) -> None:
        if self.link is not None and self.link.counter is not None:
            self.writer.submit(DoubtTheSilent(self.memory, self.link.counter, self.micros()))

    def _told(self, source: str, batch: Batch | None, count: int) -> None:
        """Records of one exchange are committed."""
        status = self.status.sources[source]
        status.records += count
        status.last_record = self._now()
        if batch is not None:
            self.status.read_to_commit.append((self._now() - batch.read_at).total_seconds())
            status.calls += batch.told_calls
            self.status.calling.ended(source, batch.told_keys)
            status.unread += batch.told_unread
            status.cut += batch.told_cut
            status.missing = max(0, status.missing + batch.told_missing)  # a late one may be of before the start
            for sentence in batch.told_gaps:
                self._missed(source, sentence)
            self._settled(batch)
        self._doors.relax()

    def _missed(self, source: str, sentence: str) -> None:
        """Records of one exchange are missing."""
        self.status.sources[source].gaps.append(sentence)
        self.watch.happened(Fact("gap", sentence, sentence))

    def _dialled(self, pbx: PbxSettings, dialling: Dialling) -> None:
        """A call begins: its room is on the phone, and an emergency is told before its record comes."""
        place = self._rooms.place(dialling.extension)
        if isinstance(place, Room):
            self.status.calling.began(pbx.name, dialling.call_key, place.room, self._now())
        call = emergency_begun(pbx, dialling, self._sources[pbx.name].plan, self._rooms, self.micros())
        if call is not None:
            self.watch.emergency_call(call)

    def _settled(self, batch: Batch) -> None:
        for call in batch.emergencies:
            self.watch.emergency(call, to_micros(batch.read_at))
        for fact in batch.crossed:
            self.watch.happened(fact)
        self.due(batch.due)
        if (batch.unknown_rooms or batch.vacant_rooms) and self.link is not None:
            self.link.look_for_need()
        for listener in self.listeners:
            listener(batch)

    # -- stopping -------------------------------------------------------------------------------------------------

    def stop(self) -> Deferred[None]:
        """Drain and say goodbye, within ten seconds."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        self.status.stopping = True
        self._doors.close()
        await gatherResults([maybeDeferred(service.stopService) for service in self._services], consumeErrors=True)
        if self.link is not None:
            await self._stop_link(self.link)
        await self._drive.stopService()
        self.database.close()

    async def _stop_link(self, link: Link) -> None:
        link.stop()
        link.clerk.stop()
        waited = 0.0
        while not link.clerk.idle and waited < LAST_ANSWER_SECONDS:
            await deferLater(self._reactor, 0.05)
            waited += 0.05
        await link.adapter.stop()
        # The adapter reports an unanswered posting as in doubt when it closes: let that be written down.
        while not link.clerk.idle and waited < LAST_ANSWER_SECONDS + 1.5:
            await deferLater(self._reactor, 0.05)
            waited += 0.05
