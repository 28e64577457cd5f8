"""What every SOAP dialect is made with, so that a dialect is one module of mapping and its contract.

A dialect is a class that fills `pms_adapters.web.link.Dialect` and is made from a `Kit`. `adapter` joins it to a link.
The kit opens the services of its contracts, off the reactor's thread, and says what all dialects say alike: texts that
XML can carry, the mark of a posting. Amounts are in `pms_adapters.amounts`, who pays in `pms_adapters.web.stays`, what a
folio proves in `pms_adapters.web.folio`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool

from pms_adapters.marks import mark_of
from pms_adapters.posting import Posting
from pms_adapters.soap.transport import Port, service
from pms_adapters.web.connecting import Trust
from pms_adapters.web.exchange import NoAnswer, Web
from pms_adapters.web.link import Dialect, WebAdapter, WebSettings
from pms_adapters.web.options import WebOptions

MOST_TEXT: Final = 60
"""Characters of a text on a folio line, where a dialect names no other bound."""

_O = TypeVar("_O", bound=WebOptions)
InThread = Callable[[Callable[[], Any]], Deferred[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit(Generic[_O]):
    """What a dialect is made with. `now` is aware; `in_thread` does what would hold the reactor up."""

    settings: WebSettings
    options: _O
    web: Web
    now: Callable[[], datetime]
    in_thread: InThread

    async def port(self, contract: str, url: str) -> Port:
        """The service of a contract at an address; the contract is loaded where that was not done before."""
        return Port(self.web, await self.in_thread(lambda: service(contract)), url)

    async def sign_of_life(self) -> None:
        """See that a web server is at the address, where no question of a dialect shows more; raises as `Web.get`."""
        answer = await self.web.get(self.settings.url, {"accept": "*/*"}, self.settings.answer_timeout)
        if answer.status >= 500:
            raise NoAnswer(f"the PMS answered with status {answer.status}")

    def local(self, instant: datetime) -> datetime:
        """An instant in the hotel's time."""
        return instant.astimezone(self.settings.timezone)


class MadeFromKit(Protocol[_O]):
    """A dialect's class."""

    def __call__(self, kit: Kit[_O], /) -> Dialect[Any]:
        """Make the dialect; nothing is asked yet."""


def adapter(
    settings: WebSettings,
    options: _O,
    dialect: MadeFromKit[_O],
    *,
    reactor: Any,
    now: Callable[[], datetime],
    in_thread: InThread | None = None,
) -> WebAdapter[Any]:
    """The adapter of a PMS that speaks a dialect; raises ValueError where its certificates cannot be used."""
    trust = Trust(options) if settings.url.startswith("https:") else None
    # A connection that does not come about must be known before the answer's time is up: it is no doubt.
    patience = min(options.connect_timeout, settings.answer_timeout / 2)
    web = Web(reactor, connect_timeout=patience, trust=trust)
    elsewhere = in_thread or _in_pool(reactor)
    kit = Kit(settings=settings, options=options, web=web, now=now, in_thread=elsewhere)
    return WebAdapter(settings, options, dialect(kit), reactor=reactor, now=now)


def _in_pool(reactor: Any) -> InThread:
    return lambda work: deferToThreadPool(reactor, reactor.getThreadPool(), work)


def duration_of(posting: Posting) -> str:
    """Minutes and seconds of talk."""
    return f"{posting.talk_seconds // 60}:{posting.talk_seconds % 60:02}"


def call_text(posting: Posting, most: int = MOST_TEXT) -> str:
    """What the guest reads of the call: where to, and the number."""
    return plain(f"{posting.text or posting.number_class} {posting.dialled}", most)


def marked_text(posting: Posting, kit: Kit[Any], most: int = MOST_TEXT) -> str:
    """The mark, first because texts are cut at their end, then when the call began in hotel time and how long it was."""
    began = kit.local(posting.started_at)
    return plain(f"{mark_of(posting.token)} {began:%Y-%m-%d %H:%M} {duration_of(posting)}", most)


def plain(text: str, most: int = MOST_TEXT) -> str:
    """Text that XML can carry and a folio can print, cut to its bound."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:most]
