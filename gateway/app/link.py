"""One PMS link: the adapter, its clerk, and what the adapter tells, passed to whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from gateway.app import parts
from gateway.config import Config
from gateway.instants import SECOND, to_micros
from gateway.occupancy import KeepRoomNews
from gateway.posting.clerk import Clerk
from gateway.posting.steps import WireNumbers
from gateway.status import LinkStatus, Status
from gateway.store import outbox
from gateway.store.database import Database
from gateway.store.memory import Memory
from gateway.store.writer import Job
from pms_adapters.events import RoomNews
from pms_adapters.posting import LinkState, Posted, Refused

#: How long the PMS's own news is waited for before all rooms are asked for, in seconds.
NEWS_SECONDS: Final = 10.0
#: A resync costs the PMS minutes in a large house: it is asked for by itself at most once in so many microseconds.
ASK_AGAIN: Final = 24 * 3600 * SECOND


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
    may_post: bool


class Link:
    """Listens to the adapter of the house's PMS, and has its clerk served."""

    _log = Logger()

    def __init__(self, house: Surroundings) -> None:
        self._house = house
        pms, zone = house.config.pms[0], house.config.property.timezone
        self.name = pms.name
        self.adapter = parts.adapter(house.config, pms, house.reactor, house.now, house.version, house.crowded)
        self.numbers = WireNumbers(house.memory, pms.name, pms.token_width)
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
        self._asked_at: int | None = None
        self._looking: IDelayedCall | None = None

    def start(self) -> None:
        """Begin to connect."""
        self.adapter.start(self)

    def link_changed(self, state: LinkState) -> None:
        """Show it, and let the clerk go on. A store that knows no room asks the PMS for all of them, once."""
        changed = state.up != self.status.up
        if changed:
            self.status.up_since = state.since
        self.status.up, self.status.ready, self.status.why = state.up, state.ready, state.why
        self.status.since = state.since
        if changed:
            self._log.info(
                "PMS {name} is {word}: {why}", name=self.name, word="up" if state.up else "down", why=state.why
            )
        if state.up and changed:
            self.look_for_need()
        self.clerk.pump()

    def look_for_need(self) -> None:
        """In a while, see whether the state of all rooms must be asked for; a PMS tells its news by itself first."""
        if self._looking is None:
            self._looking = self._house.reactor.callLater(NEWS_SECONDS, self._ask_if_needed)

    def stop(self) -> None:
        """No more looking."""
        if self._looking is not None and self._looking.active():
            self._looking.cancel()

    def _ask_if_needed(self) -> None:
        """Ask if we know of no room at all, or a charge waits for news of one; not more than once a day."""
        self._looking = None
        house, now = self._house, to_micros(self._house.now())
        if not self.status.up or (self._asked_at is not None and now - self._asked_at < ASK_AGAIN):
            return
        owner = house.memory.owner
        if house.memory.occupancy.empty or house.database.read(lambda c: outbox.held(c, owner, "no_room_news")):
            self._asked_at = now
            self._log.info("PMS {name}: asked for the state of all rooms", name=self.name)
            self.adapter.ask_resync()

    def room_news(self, news: RoomNews) -> None:
        """Write it down before anything else is done about it."""
        house, now = self._house, to_micros(self._house.now())
        job = KeepRoomNews(house.memory, news, may_post=house.may_post, now=now, done=self.clerk.take)
        house.submit(job)

    def late_answer(self, token: int, result: Posted | Refused) -> None:
        """The PMS has spoken after all."""
        self.clerk.late_answer(token, result)

    def oddity(self, sentence: str) -> None:
        """Keep it for the page and the log."""
        self._house.status.odd(self._house.now(), f"PMS {self.name}: {sentence}")
        self._log.warn("PMS {name}: {sentence}", name=self.name, sentence=sentence)
