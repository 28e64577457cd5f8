"""One PMS link: the adapter, its clerk, and what the adapter tells, passed to whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from gateway.app import parts
from gateway.config import PmsSettings
from gateway.instants import SECOND
from gateway.occupancy import KeepRoomNews
from gateway.posting.clerk import Clerk
from gateway.posting.steps import WireNumbers
from gateway.status import LinkStatus
from gateway.store import outbox
from pms_adapters.events import RoomNews
from pms_adapters.posting import LinkState, Posted, Refused

if TYPE_CHECKING:
    from gateway.app.gateway import Gateway


#: How long the PMS's own news is waited for before all rooms are asked for, in seconds.
NEWS_SECONDS: Final = 10.0
#: A resync costs the PMS minutes in a large house: it is asked for by itself at most once in so many microseconds.
ASK_AGAIN: Final = 24 * 3600 * SECOND


class Link:
    """Listens to an adapter on behalf of the gateway."""

    _log = Logger()

    def __init__(self, gateway: Gateway, pms: PmsSettings, version: str) -> None:
        self._gateway = gateway
        self.name = pms.name
        self.adapter = parts.adapter(gateway.config, pms, gateway.reactor, gateway.now, version)
        self.numbers = WireNumbers(gateway.memory, pms.name, pms.token_width)
        self.status = LinkStatus(name=pms.name, since=gateway.now())
        gateway.status.links[pms.name] = self.status
        zone = gateway.config.property.timezone
        self.clerk = Clerk(
            memory=gateway.memory,
            numbers=self.numbers,
            adapter=self.adapter,
            submit=gateway.writer.submit,
            clock=gateway.reactor,
            now=gateway.now,
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
        self.status.up, self.status.ready, self.status.why = state.up, state.ready, state.why
        self.status.since = state.since
        if changed:
            self._log.info("PMS {name} is {word}: {why}", name=self.name, word="up" if state.up else "down", why=state.why)
        if state.up and changed:
            self.look_for_need()
        self.clerk.pump()

    def look_for_need(self) -> None:
        """In a while, see whether the state of all rooms must be asked for; a PMS tells its news by itself first."""
        if self._looking is None:
            self._looking = self._gateway.reactor.callLater(NEWS_SECONDS, self._ask_if_needed)

    def stop(self) -> None:
        """No more looking."""
        if self._looking is not None and self._looking.active():
            self._looking.cancel()

    def _ask_if_needed(self) -> None:
        """Ask if we know of no room at all, or a charge waits for news of one; not more than once a day."""
        self._looking = None
        gateway, now = self._gateway, self._gateway.micros()
        if not self.status.up or (self._asked_at is not None and now - self._asked_at < ASK_AGAIN):
            return
        owner = gateway.memory.owner
        if gateway.memory.occupancy.empty or gateway.database.read(lambda c: outbox.held(c, owner, "no_room_news")):
            self._asked_at = now
            self._log.info("PMS {name}: asked for the state of all rooms", name=self.name)
            self.adapter.ask_resync()

    def room_news(self, news: RoomNews) -> None:
        """Write it down before anything else is done about it."""
        gateway = self._gateway
        gateway.writer.submit(
            KeepRoomNews(gateway.memory, news, may_post=gateway.may_post, now=gateway.micros(), done=gateway.due)
        )

    def late_answer(self, token: int, result: Posted | Refused) -> None:
        """The PMS has spoken after all."""
        self.clerk.late_answer(token, result)

    def oddity(self, sentence: str) -> None:
        """Keep it for the page and the log."""
        self._gateway.status.odd(self._gateway.now(), f"PMS {self.name}: {sentence}")
        self._log.warn("PMS {name}: {sentence}", name=self.name, sentence=sentence)
