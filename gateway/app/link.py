"""One PMS link: the adapter, its clerk, and what the adapter tells, passed to whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from gateway.app.pms import Making, adapter
from gateway.config import Config
from gateway.config.day_rule import day_rule
from gateway.instants import SECOND, to_micros
from gateway.occupancy import KeepRoomNews
from gateway.posting.clerk import Clerk
from gateway.posting.days import HearNightAudit
from gateway.posting.doubts import Doubts
from gateway.posting.handing import Counter
from gateway.posting.steps import WireNumbers
from gateway.settle import Policy
from gateway.status import LinkStatus, Status
from gateway.store import outbox, records, schema
from gateway.store.database import Database
from gateway.store.memory import Memory
from gateway.store.vacant_calls import MOST_CALLS
from gateway.store.writer import Job
from pms_adapters.door import DoorOptions
from pms_adapters.events import NightAudit, RoomNews, RoomsResynced
from pms_adapters.posting import FolioReader, LinkState, Posted, Refused

#: How long the PMS's own news is waited for before all rooms are asked for, in seconds.
NEWS_SECONDS: Final = 10.0
#: A resync costs the PMS minutes in a large house: for a room that it does not tell of, it is asked for at most once in so
#: many seconds, and where news may have been lost, in so many.
ASK_AGAIN: Final = 24 * 3600.0
ASK_AGAIN_FOR_LOST_NEWS: Final = 3600.0
#: Calls that seem to come from vacant rooms are looked for so far back, in microseconds and in calls.
VACANT_SINCE: Final = 24 * 3600 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a link needs of the house it is in."""

    config: Config
    reactor: Any
    now: Callable[[], datetime]
    version: str
    status: Status
    database: Database
    memory: Memory
    submit: Callable[[Job], None]
    crowded: Callable[[], bool]
    policy: Policy


class Link:
    """Listens to the adapter of the house's PMS, and has its clerk served."""

    _log = Logger()

    def __init__(self, house: Surroundings) -> None:
        self._house = house
        pms, zone = house.config.pms[0], house.config.property.timezone
        self.name = pms.name
        self.adapter = adapter(
            Making(
                config=house.config,
                pms=pms,
                reactor=house.reactor,
                now=house.now,
                version=house.version,
                crowded=house.crowded,
            )
        )
        self.numbers = WireNumbers(house.memory, pms.name, pms.options.token_width or pms.token_width)
        self.status = LinkStatus(name=pms.name, since=house.now(), up_since=house.now())
        house.status.links[pms.name] = self.status
        self.clerk = Clerk(
            memory=house.memory,
            numbers=self.numbers,
            adapter=self.adapter,
            submit=house.submit,
            clock=house.reactor,
            now=house.now,
            zone=lambda instant: instant.astimezone(zone),
            odd=self.oddity,
        )
        self.counter = self._counter(pms.options) if isinstance(pms.options, DoorOptions) else None
        self.doubts = self._doubts() if isinstance(self.adapter, FolioReader) else None
        self.status.tells_rooms = self.tells_rooms_itself
        self._asked_at = float("-inf")
        # FIAS has no answer to room news: what the PMS told while a process died or a connection broke is lost to us.
        self._unsure = True
        self._sure_since = 0
        self._unsure_since = house.database.read(lambda c: records.newest_received(c, house.memory.owner))
        self._looking: IDelayedCall | None = None

    @property
    def tells_rooms_itself(self) -> bool:
        """Whether the PMS tells over this link who is in which room, so that nobody else may."""
        return self.adapter.tells_rooms and self.counter is None

    def _counter(self, options: DoorOptions) -> Counter:
        """For a PMS that is a program at our door."""
        zone = self._house.config.property.timezone
        return Counter(
            self._house.memory,
            self.numbers,
            zone=lambda instant: instant.astimezone(zone),
            patience=options.acknowledge_within,
            tells_rooms=options.tells_rooms,
        )

    def _doubts(self) -> Doubts:
        """For a PMS that can be asked what stands on a folio."""
        assert isinstance(self.adapter, FolioReader)
        house, zone = self._house, self._house.config.property.timezone
        return Doubts(
            memory=house.memory,
            numbers=self.numbers,
            reader=self.adapter,
            ready=lambda: self.adapter.state.ready,
            submit=house.submit,
            now=house.now,
            zone=lambda instant: instant.astimezone(zone),
        )

    def start(self) -> None:
        """Begin to connect."""
        self.adapter.start(self)

    def link_changed(self, state: LinkState) -> None:
        """Show it, and let the clerk go on. A store that knows no room asks the PMS for all of them, once."""
        changed = state.up != self.status.up
        if changed:
            self.status.up_since = state.since
        # A program at our door takes charges whenever it asks: nothing is amiss while it does not.
        ready = state.ready or (state.up and self.counter is not None)
        self.status.up, self.status.ready, self.status.why = state.up, ready, state.why
        self.status.since = state.since
        if changed:
            self._log.info(
                "PMS {name} is {word}: {why}", name=self.name, word="up" if state.up else "down", why=state.why
            )
        if changed and not state.up:
            self._doubt_news()
        if state.up and changed:
            self.look_for_need()
        self.clerk.pump()

    def look_for_need(self) -> None:
        """In a while, see whether the state of all rooms must be asked for; a PMS tells its news by itself first."""
        if not self.adapter.tells_rooms:
            return
        if self._looking is None or self._looking.getTime() > self._house.reactor.seconds() + NEWS_SECONDS:
            self._look_in(NEWS_SECONDS)

    def stop(self) -> None:
        """No more looking."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def _look_in(self, seconds: float) -> None:
        self.stop()
        self._looking = self._house.reactor.callLater(seconds, self._ask_if_needed)

    def _ask_if_needed(self) -> None:
        """Ask for the state of all rooms if we lack it, and not more often than that need is worth."""
        self._looking = None
        if not self.status.up or (pause := self._need()) is None:
            return  # the link's coming up looks again
        wait = self._asked_at + pause - self._house.reactor.seconds()
        if wait <= 0:
            wait = pause
            self.ask_for_rooms()
        self._look_in(wait)

    def ask_for_rooms(self) -> None:
        """Ask for the state of all rooms, as soon as the link allows it."""
        self._asked_at, self.status.rooms_asked_at = self._house.reactor.seconds(), self._house.now()
        self._log.info("PMS {name}: asked for the state of all rooms", name=self.name)
        self.adapter.ask_resync()

    def _need(self) -> float | None:
        """The seconds between two questions that our need is worth; None if there is none."""
        memory = self._house.memory
        if self._unsure and self._house.database.read(self._seems_vacant):
            return ASK_AGAIN_FOR_LOST_NEWS
        held = self._house.database.read(lambda c: outbox.held(c, memory.owner, "no_room_news"))
        return ASK_AGAIN if memory.occupancy.empty or held else None

    def _seems_vacant(self, connection: Connection) -> bool:
        """Whether there is a call that would be charged, had the PMS told of a guest: perhaps it did, and we lost it."""
        since = max(self._sure_since, to_micros(self._house.now()) - VACANT_SINCE)
        after = self._house.memory.numbers.peek(schema.records) - MOST_CALLS
        return records.seems_vacant(connection, self._house.memory.owner, since, after)

    def room_news(self, news: RoomNews) -> None:
        """Write it down before anything else is done about it."""
        house, now = self._house, to_micros(self._house.now())
        if isinstance(news, NightAudit):
            house.submit(HearNightAudit(house.memory, news, day_rule(house.config), now))
            return
        job = KeepRoomNews(
            house.memory,
            news,
            policy=house.policy,
            now=now,
            done=self.clerk.take,
            unsure_since=self._unsure_since if self._unsure else None,
        )
        if isinstance(news, RoomsResynced):
            self._unsure, self._sure_since, self.status.rooms_told_at = False, now, self._house.now()
        house.submit(job)

    def _doubt_news(self) -> None:
        """From now on news may be lost; a broken link is noticed only after what was sent into it was waited for."""
        pms = self._house.config.pms[0]
        unnoticed = int((pms.alive_check + pms.answer_timeout) * SECOND)
        if not self._unsure:
            self._unsure, self._unsure_since = True, to_micros(self._house.now()) - unnoticed

    def late_answer(self, token: int, result: Posted | Refused) -> None:
        """The PMS has spoken after all."""
        self.clerk.late_answer(token, result)

    def oddity(self, sentence: str) -> None:
        """Keep it for the page and the log."""
        self._house.status.odd(self._house.now(), f"PMS {self.name}: {sentence}")
        self._log.warn("PMS {name}: {sentence}", name=self.name, sentence=sentence)
