"""The simulated telephone exchange: a process that tells of calls as real ones do, in their dialects.

It dials the reader (Avaya IP Office), waits to be dialled (Mitel on TCP 1752, the Asterisk manager interface) or
appends to a file (Asterisk's Master.csv). Calls end at a steady rate; which calls, is a matter of the seed alone;
when, is the clock's. The parts: `hotel` draws the calls, `writers` turns them into bytes, `Exchange` buffers them and
commits the faults, `pbx_links` carries them; here they are put together and given a beginning and an end.

The end comes after `count` calls have been written out, or when the process is told to stop; either way the caller
gets the balance.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from twisted.application.internet import ClientService
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import clientFromString, serverFromString
from twisted.internet.interfaces import IDelayedCall, IListeningPort, IReactorTime
from twisted.internet.protocol import Factory

from gateway.periodic import PeriodicService
from gateway.simulators.call_ledger import CallLedger
from gateway.simulators.exchange import BUFFERED_RECORDS, GLUED_AT_MOST, REPEATED_RECORDS, Exchange
from gateway.simulators.hotel import WARSAW, CallSource
from gateway.simulators.line_faults import LineFaults
from gateway.simulators.loopback import check_client, check_server
from gateway.simulators.pbx_cloud import POSTED, SERVED, Calls, PostOutlet, cloud_site
from gateway.simulators.pbx_links import AmiLink, FileOutlet, FolderOutlet, StreamLink
from gateway.simulators.pbx_terminals import TERMINALS
from gateway.simulators.writers import Writer, writer_of

Say = Callable[[Mapping[str, object]], None]

FASTEST: Final = 600_000.0
"""Calls a minute: ten thousand a second is more than the busiest exchange, and than this process can make."""
SHORTEST_TICK: Final = 0.01
"""Seconds between two looks at the clock; calls that are due together are told together."""
LONGEST_TICK: Final = 1.0
"""Seconds: a slow exchange still notices soon that its end has come."""
GOODBYE: Final = 5.0
"""Seconds a reader has to take what was written before the link is cut."""
CALLS_PER_TICK: Final = 1000
"""After a stall the exchange does not catch up by more at once, or a suspended laptop would wake into a flood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxSettings:
    """What a user asked of the exchange. Exactly one of `connect`, `listen`, `file`, `folder`, `serve` and `post` is given."""

    dialect: str
    rooms: tuple[str, ...]
    connect: str | None = None
    listen: str | None = None
    file: Path | None = None
    folder: Path | None = None
    serve: str | None = None
    post: str | None = None
    token: str = ""
    rotate_every: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    calls_per_minute: float = 12.0
    count: int | None = None
    seed: int = 1
    faults: LineFaults = field(default_factory=LineFaults)
    wait_for_reader: bool = False
    country: str = "PL"
    access: str = "9"
    zone: tzinfo = WARSAW
    ledger: Path | None = None
    buffered: int = BUFFERED_RECORDS
    repeated: int = REPEATED_RECORDS
    manager_account: tuple[str, str] | None = None
    beyond_loopback: bool = False

    def checked(self) -> Writer:
        """Checks the settings as a whole and makes the writer; raises ValueError with a plain sentence."""
        if [self.connect, self.listen, self.file, self.folder, self.serve, self.post].count(None) != 5:
            raise ValueError("Say exactly one of --connect, --listen, --file, --folder, --serve and --post.")
        self._check_web()
        if self.connect is not None:
            check_client(self.connect, self.beyond_loopback)
        if self.listen is not None:
            check_server(self.listen, self.beyond_loopback)
        linked = self.connect is not None or self.listen is not None
        if not linked and (self.faults.cut or self.faults.dump_again):
            raise ValueError("There is no link that could break: cut and dump-again need --connect or --listen.")
        if self.folder is not None and not self.folder.is_dir():
            raise ValueError(f"There is no folder {self.folder}.")
        if not 0 < self.calls_per_minute <= FASTEST:
            raise ValueError(f"The rate must be more than 0 and at most {FASTEST:.0f} calls a minute.")
        if self.file is not None and not self.file.absolute().parent.is_dir():
            raise ValueError(f"There is no folder {self.file.parent} for the file.")
        writer = writer_of(self.dialect, self._dialect_options())
        if not linked:  # a file and a service acknowledge nothing, a post is acknowledged by its answer
            writer = replace(writer, acknowledged=self.post is not None)
        wide = [room for room in self.rooms if len(room) > writer.widest_extension]
        if wide:
            raise ValueError(
                f"The room {wide[0]!r} is wider than the {writer.widest_extension} columns of {self.dialect}."
            )
        return writer

    def _dialect_options(self) -> Mapping[str, str]:
        """An Asterisk on a connection is its manager interface, one that writes a file is Master.csv; a service has a list."""
        if self.serve is not None:
            return {**self.options, "output": SERVED[self.dialect]}
        if self.post is not None and self.dialect == "freeswitch":
            return {"form": "json", **self.options}
        if self.dialect != "asterisk":
            return self.options
        if self.connect is not None:
            raise ValueError("Asterisk's manager interface does not dial, it waits: use --listen, or --file.")
        return {**self.options, "output": "ami" if self.file is None else "csv"}

    def _check_web(self) -> None:
        """Whether this exchange is one that is asked, or posts."""
        if self.serve is not None:
            check_server(self.serve, self.beyond_loopback)
        if self.serve is not None and self.dialect not in SERVED:
            raise ValueError(f"Nothing is known of a web service of {self.dialect}; there are {' and '.join(SERVED)}.")
        if self.post is None:
            return
        if self.dialect not in POSTED:
            raise ValueError(f"{self.dialect} posts nothing; {' and '.join(POSTED)} do.")
        parts = urlsplit(self.post)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{self.post!r} is no address to post to; write http://127.0.0.1:8090/.")
        check_client(f"tcp:{parts.hostname}:{parts.port or 80}", self.beyond_loopback)
        if self.faults != LineFaults(twin=self.faults.twin):
            raise ValueError("A post is whole and one at a time: of the faults it knows twin alone.")


class Pbx:
    """The exchange while it runs. `finished` fires with the balance."""

    def __init__(self, settings: PbxSettings, reactor: Any, now: Callable[[], datetime], say: Say) -> None:
        self._settings, self._reactor, self._now, self._say = settings, reactor, now, say
        self._clock: IReactorTime = reactor
        self._writer = settings.checked()
        self._draw = random.Random(f"faults {settings.seed}")
        self._ledger = CallLedger(settings.ledger, self._writer) if settings.ledger else None
        first_seq = self._ledger.last_seq + 1 if self._ledger else 1
        self._calls = CallSource(
            settings.seed, settings.rooms, country=settings.country, access=settings.access, first_seq=first_seq
        )
        self.exchange = Exchange(
            self._writer,
            settings.faults,
            self._draw,
            call_later=reactor.callLater,
            sent=self._ledger.write if self._ledger else lambda call: None,
            buffered=settings.buffered,
            repeated=settings.repeated,
        )
        self.finished: Deferred[dict[str, object]] = Deferred()
        tick = min(max(SHORTEST_TICK, 60 / settings.calls_per_minute / 2), LONGEST_TICK)
        self._ticks = PeriodicService(self._clock, tick, self._tick, "telling of the calls that ended")
        self._client: ClientService | None = None
        self._port: IListeningPort | None = None
        self._posts: PostOutlet | None = None
        self._links: set[StreamLink] = set()
        self._goodbyes: list[IDelayedCall] = []
        self._told_connected = False
        self._made = 0
        self._began = 0.0
        self._ending = False

    async def start(self) -> None:
        """Opens the way out and begins to tell of calls; raises what Twisted raises where a port cannot be had."""
        settings = self._settings
        if settings.file is not None:
            self.exchange.attach(FileOutlet(settings.file, settings.rotate_every, self._writer.head))
            self._say({"event": "writing", "file": str(settings.file)})
        elif settings.folder is not None:
            self.exchange.attach(FolderOutlet(settings.folder, f"cdr_{settings.dialect}", self._writer.head))
            self._say({"event": "writing", "folder": str(settings.folder)})
        elif settings.post is not None:
            self._posts = PostOutlet(self.exchange, settings.post, settings.token, self._reactor, settings.dialect)
            self.exchange.attach(self._posts)
            self._say({"event": "posting", "address": settings.post})
        elif settings.serve is not None:
            calls = Calls(settings.zone, self._clock.seconds)
            self.exchange.attach(calls)
            endpoint = serverFromString(self._reactor, settings.serve)  # type: ignore[no-untyped-call]
            self._port = await endpoint.listen(cloud_site(settings.dialect, calls, settings.manager_account))
            self._say({"event": "listening", "port": getattr(self._port.getHost(), "port", None)})
        elif settings.listen is not None:
            endpoint = serverFromString(self._reactor, settings.listen)  # type: ignore[no-untyped-call]
            self._port = await endpoint.listen(Factory.forProtocol(self._link))
            self._say({"event": "listening", "port": getattr(self._port.getHost(), "port", None)})
        else:
            endpoint = clientFromString(self._reactor, settings.connect or "")  # type: ignore[no-untyped-call]
            self._client = ClientService(
                endpoint, Factory.forProtocol(self._link), retryPolicy=_redial, clock=self._clock
            )
            self._client.startService()
        self._began = self._clock.seconds()
        self._ticks.startService()

    async def stop(self) -> None:
        """Says goodbye: closes every link after what was written, and fires `finished`. Safe to call twice."""
        if self._ending:
            return
        self._ending = True
        await self._ticks.stopService()
        self.exchange.close()
        if self._posts is not None:
            self._posts.drop()
        for link in tuple(self._links):
            self._goodbyes.append(self._clock.callLater(GOODBYE, link.abort))
            link.drop()
        if self._port is not None:
            await maybeDeferred(self._port.stopListening)
        if self._client is not None:
            await maybeDeferred(self._client.stopService)
        if not self._links:
            self._finish()

    def _finish(self) -> None:
        if self.finished.called:
            return
        for timer in self._goodbyes:
            if timer.active():
                timer.cancel()
        if self._ledger is not None:
            self._ledger.close()
        self.finished.callback(
            {
                "event": "balance",
                "dialect": self._settings.dialect,
                **self.exchange.balance.as_dict(),
                "waiting": self.exchange.waiting,
            }
        )

    def _link(self) -> StreamLink:
        links: list[StreamLink] = []
        opened, closed = (lambda: self._opened(links[0])), (lambda: self._closed(links[0]))
        if self._settings.dialect == "asterisk":
            link: StreamLink = AmiLink(self.exchange, opened, closed, self._settings.manager_account)
        else:
            link = TERMINALS.get(self._settings.dialect, StreamLink)(self.exchange, opened, closed)
        links.append(link)
        return link

    def _opened(self, link: StreamLink) -> None:
        self._links.add(link)
        if self._client is not None and not self._told_connected:
            self._told_connected = True
            assert link.transport is not None
            self._say({"event": "connected", "port": getattr(link.transport.getPeer(), "port", None)})

    def _closed(self, link: StreamLink) -> None:
        self._links.discard(link)
        if self._ending and not self._links:
            self._finish()

    def _tick(self) -> None:
        """Makes the calls that are due, and ends when the last asked for has been written."""
        settings = self._settings
        if settings.wait_for_reader and not self.exchange.balance.connections:
            self._began = self._clock.seconds()
            return
        due = int((self._clock.seconds() - self._began) * settings.calls_per_minute / 60) + 1
        if due - self._made > CALLS_PER_TICK:
            self._began += (due - self._made - CALLS_PER_TICK) * 60 / settings.calls_per_minute
            due = self._made + CALLS_PER_TICK
        while self._made < (due if settings.count is None else min(due, settings.count)):
            self._made += self._tell()
        if settings.serve is not None:
            return  # it goes on being asked for what it has, until it is told to end
        if settings.count is not None and self._made >= settings.count and self.exchange.idle:
            self._clock.callLater(0, lambda: Deferred.fromCoroutine(self.stop()))

    def _tell(self) -> int:
        """Tells of one call, or by chance of two alike, or of many at once; returns how many."""
        now = self._now().astimezone(self._settings.zone)
        left = GLUED_AT_MOST if self._settings.count is None else self._settings.count - self._made
        if left >= 2 and self._chance(self._settings.faults.twin):
            self.exchange.balance.twins += 1
            self.exchange.tell(self._calls.twins_ending(now))
            return 2
        many = self._draw.randint(2, GLUED_AT_MOST) if self._chance(self._settings.faults.glue) else 1
        calls = [self._calls.call_ending(now) for _ in range(min(many, left))]
        self.exchange.tell(calls, glued=len(calls) > 1)
        return len(calls)

    def dial_emergency(self) -> None:
        """A guest calls the emergency number, and the call ends now: beside the others, whatever the rate."""
        if not self._ending:
            self.exchange.tell([self._calls.emergency_ending(self._now().astimezone(self._settings.zone))])

    def _chance(self, chance: float) -> bool:
        return chance > 0 and self._draw.random() < chance


def _redial(attempt: int) -> float:
    """Seconds until the exchange dials again: a quarter, then double, at most two."""
    return min(2.0, 0.25 * float(2 ** min(attempt, 4)))
