"""The simulated PMS: a FIAS server with rooms, guests and folios, and with every bad habit on demand.

It listens, as the PMS's interface program always does; says LS to whoever comes; answers LD, LR and LA with LA; and
from then on tells of guests and judges postings. One client at a time: by the specification the newest client wins,
but some installations refuse it, so both can be had. What happens while no link is alive is kept and told when one is.

Every posting is on the disk, in the ledger, before it is answered; a PMS that starts with a ledger has the folios it
had before. The occupancy is not in the ledger: it begins anew from the seed, as the same house every time.

Because this is the judge of whether a gateway charges twice, it forgives nothing on its own: a posting that comes
twice is booked twice, and the count of repeated P# is in the state.
"""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final, Literal

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IDelayedCall, IListeningPort, IReactorTime
from twisted.internet.protocol import Factory
from twisted.web.server import Site

from gateway.periodic import PeriodicService
from gateway.simulators import guest_records
from gateway.simulators.fias_link import PmsConnection
from gateway.simulators.folio_ledger import FolioLedger, as_json
from gateway.simulators.front_office import FolioLine, FrontOffice
from gateway.simulators.loopback import check_server
from gateway.simulators.pms_faults import PmsFaults
from gateway.simulators.pms_house import House
from gateway.simulators.pms_script import Act, Playing
from gateway.simulators.stays import opening_guests
from protocols.fias.records import Record

Say = Callable[[Mapping[str, object]], None]

FASTEST: Final = 6000.0
"""Guests who come or go in a minute: a hundred a second exercise a gateway more than any hotel."""
ODDITIES_KEPT: Final = 20
"""Sentences about odd records that the state shows."""
GOODBYE: Final = 3.0
"""Seconds a client has to answer our LE before the connection is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PmsSettings:
    """What a user asked of the PMS."""

    listen: str
    rooms: tuple[str, ...]
    zone: tzinfo
    seed: int = 1
    encoding: str = "cp852"
    second_client: Literal["newest", "refuse"] = "newest"
    moves_as: Literal["gc", "go-gi"] = "gc"
    vacant_answer: Literal["NG", "UR"] = "NG"
    checkins_per_minute: float = 0.0
    faults: tuple[str, ...] = ()
    script: tuple[Act, ...] = ()
    ledger: Path | None = None
    control: str | None = None
    beyond_loopback: bool = False

    def check(self) -> None:
        """Checks the settings as a whole; raises ValueError with a plain sentence."""
        check_server(self.listen, self.beyond_loopback)
        if self.control is not None:
            check_server(self.control, self.beyond_loopback)
        if not 0 <= self.checkins_per_minute <= FASTEST:
            raise ValueError(f"The check-ins a minute must be 0 to {FASTEST:.0f}.")
        if not _is_code_page(self.encoding):
            raise ValueError(f"There is no code page {self.encoding!r} for FIAS; write one like cp852 or utf-8.")
        for word in self.faults:
            PmsFaults(random.Random(0)).apply(word)


class FiasPms:
    """The PMS while it runs: its house, its one link, and the script it plays."""

    def __init__(self, settings: PmsSettings, reactor: Any, now: Callable[[], datetime], say: Say) -> None:
        settings.check()
        self.settings, self._reactor, self._now, self._say = settings, reactor, now, say
        self._clock: IReactorTime = reactor
        self.faults = PmsFaults(random.Random(f"pms faults {settings.seed}"))
        guests = opening_guests(settings.seed, settings.rooms, self._local_now().date())
        self.office = FrontOffice(settings.rooms, guests, settings.vacant_answer)
        self.house = House(
            self.office, self.faults, random.Random(f"pms {settings.seed}"), self._local_now, self._tell_news
        )
        self._ledger = FolioLedger(settings.ledger) if settings.ledger else None
        if self._ledger is not None:
            self.office.restore(list(self._ledger.lines()))
        self._connections: set[PmsConnection] = set()
        self._client: PmsConnection | None = None
        self._since = self._local_now()
        self._counts = self.house.counts
        self._oddities: deque[str] = deque(maxlen=ODDITIES_KEPT)
        self._timers: list[IDelayedCall] = []
        self._playing = Playing(self, self._clock, self.link_oddity)
        self._port: IListeningPort | None = None
        self._control: IListeningPort | None = None
        self._listen = settings.listen
        self._stopping: Deferred[None] | None = None
        rate = settings.checkins_per_minute
        self._life = (
            PeriodicService(self._clock, 60 / rate, self.house.live, "letting guests come and go") if rate else None
        )
        for word in settings.faults:
            self.house.fault(word)

    # -- beginning and end -----------------------------------------------------------------------------------------

    async def start(self, control: Site | None = None) -> None:
        """Listens, says so, and lets the play begin; raises what Twisted raises where a port cannot be had."""
        self._port = await self._listening()
        number = getattr(self._port.getHost(), "port", None)
        if number is not None:
            self._listen = re.sub(r"^tcp:[0-9]+", f"tcp:{number}", self._listen)
        said: dict[str, object] = {"event": "listening", "port": number}
        if control is not None and self.settings.control is not None:
            self._control = await serverFromString(self._reactor, self.settings.control).listen(control)  # type: ignore[no-untyped-call]
            said["control_port"] = getattr(self._control.getHost(), "port", None)
        self._say(said)
        self._playing.start(self.settings.script)
        if self._life is not None:
            self._life.startService()

    async def stop(self) -> None:
        """Says LE to a client that is there, waits for its LE, closes everything."""
        if self._stopping is not None:
            return
        self._stopping = Deferred()
        if self._life is not None:
            await self._life.stopService()
        self._playing.stop()
        for timer in self._timers:
            if timer.active():
                timer.cancel()
        for port in (self._port, self._control):
            if port is not None:
                await maybeDeferred(port.stopListening)
        await self._all_gone()
        if self._ledger is not None:
            self._ledger.close()

    async def _all_gone(self) -> None:
        if not self._connections or self._stopping is None:
            return
        for connection in tuple(self._connections):
            if not connection.send(Record("LE")):
                connection.cut()
        patience = self._clock.callLater(GOODBYE, self._cut_all)
        await self._stopping
        if patience.active():
            patience.cancel()

    def _cut_all(self) -> None:
        for connection in tuple(self._connections):
            connection.cut()

    def _listening(self) -> Deferred[IListeningPort]:
        endpoint = serverFromString(self._reactor, self._listen)  # type: ignore[no-untyped-call]
        listening: Deferred[IListeningPort] = endpoint.listen(Factory.forProtocol(self._connection))
        return listening

    def _connection(self) -> PmsConnection:
        return PmsConnection(self, self._clock, self._local_now, self.faults, self.settings.encoding)

    def _local_now(self) -> datetime:
        return self._now().astimezone(self.settings.zone)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._timers = [timer for timer in self._timers if timer.active()]
        self._timers.append(self._clock.callLater(seconds, act))

    # -- what the link tells ---------------------------------------------------------------------------------------

    def link_opened(self, connection: PmsConnection) -> None:
        """Takes a client, or sends away the one that is too many."""
        self._connections.add(connection)
        if self._client is not None and self.settings.second_client == "refuse":
            self._counts["clients_refused"] += 1
            connection.refuse()
            return
        before, self._client = self._client, connection
        self._since = self._local_now()
        self._counts["connections"] += 1
        if before is not None:
            self._counts["clients_replaced"] += 1
            before.cut()

    def link_alive(self, connection: PmsConnection) -> None:
        """Tells at once what happened while no link was alive."""
        self._counts["links"] += 1
        self._tell_news()

    def link_closed(self, connection: PmsConnection) -> None:
        """Forgets the client."""
        self._connections.discard(connection)
        if connection is self._client:
            self._client, self._since = None, self._local_now()
        if self._stopping is not None and not self._connections and not self._stopping.called:
            self._stopping.callback(None)

    def link_oddity(self, sentence: str) -> None:
        """Keeps a sentence for the state."""
        self._counts["oddities"] += 1
        self._oddities.append(sentence)

    def link_asks(self, connection: PmsConnection, record: Record) -> None:
        """Does what the gateway asks: a resync, a posting; other records are counted and passed over."""
        self._counts[f"received_{record.kind}"] += 1
        if record.kind == "DR" and not self.faults.on("no-resync"):
            self._resync(connection)
        elif record.kind == "PS":
            self._posting(connection, record)

    def _resync(self, connection: PmsConnection) -> None:
        connection.send(Record("DS"))
        at = self._local_now()
        for room in self.office.rooms:
            for record in guest_records.of_room(room, self.office.occupants(room), at):
                self._tell(connection, record)
        connection.send(Record("DE"))
        self._counts["resyncs"] += 1

    def _posting(self, connection: PmsConnection, posting: Record) -> None:
        """Judges, books, writes down, and only then answers, or does not."""
        treatment = self.faults.treatment()
        line = self.office.post(posting, self._local_now(), treatment)
        if self._ledger is not None:
            self._ledger.write(line)
        self._counts["postings"] += 1
        self._counts["booked" if line.booked else "not_booked"] += 1
        if treatment.delivery == "now":
            self._answer(connection, posting, line)
        elif treatment.delivery == "late":
            self._later(treatment.seconds, lambda: self._answer(connection, posting, line))
        else:
            self._counts["not_answered"] += 1
            if treatment.delivery == "cut":
                connection.cut()

    def _answer(self, connection: PmsConnection, posting: Record, line: FolioLine) -> None:
        """Sends the PA; P# is repeated only if the gateway declared it for PS and for PA."""
        declared = connection.link.declared
        echo = not self.faults.on("no-echo") and all("P#" in declared.get(kind, ()) for kind in ("PS", "PA"))
        answer = guest_records.of_answer(line, posting, echo)
        for _ in range(2 if self.faults.on("duplicate-pa") else 1):
            self._counts["answers" if self._tell(connection, answer) else "answers_not_sent"] += 1

    def _tell(self, connection: PmsConnection, record: Record) -> bool:
        cut = guest_records.told(record, connection.link.declared, self.faults.on("empty-fields"))
        return cut is not None and connection.send(cut)

    # -- what can be done to it ------------------------------------------------------------------------------------

    def goodbye(self) -> None:
        """Says LE and lets the connection close; the client may come again."""
        if self._client is not None:
            self._client.send(Record("LE"))

    async def cut(self) -> None:
        """Pulls the plug: the connection breaks and new ones are refused until `restore`."""
        port, self._port = self._port, None
        if port is not None:
            await maybeDeferred(port.stopListening)
        self._cut_all()

    async def restore(self) -> None:
        """Listens again, on the same port; raises what Twisted raises where somebody else took it."""
        if self._port is None and self._stopping is None:
            self._port = await self._listening()

    def state(self) -> dict[str, object]:
        """How the PMS stands, for the control port and the balance."""
        client = self._client
        return {
            "connected": client is not None,
            "alive": client is not None and client.link.alive,
            "link": client.link.state.value if client is not None else "no connection",
            "since": self._since.isoformat(timespec="milliseconds"),
            "listening": self._port is not None,
            "night_audit": self.office.audit,
            "news_waiting": len(self.house.news),
            "rooms": len(self.office.rooms),
            "rooms_let": len(self.office.let_rooms()),
            "postings": len(self.office.folio),
            "booked": sum(line.booked for line in self.office.folio),
            "total": sum(line.amount or 0 for line in self.office.folio if line.booked),
            "repeated_p#": self.office.repeated_tokens,
            "faults": self.faults.words(),
            "counts": dict(sorted(self._counts.items())),
            "oddities": list(self._oddities),
        }

    def postings(self) -> list[dict[str, Any]]:
        """Every posting in order, as the control port shows it."""
        return [as_json(line) for line in self.office.folio]

    def _tell_news(self) -> None:
        """Tells what is kept, oldest first, while the link takes it."""
        client = self._client
        while self.house.news and client is not None and client.link.alive:
            news = self.house.news.popleft()
            declared = client.link.declared
            records = [news.record] if news.record is not None else []
            if news.move is not None:
                records = guest_records.of_move(news.move, news.remains, declared, self.settings.moves_as == "go-gi")
            for record in records:
                self._counts["told" if self._tell(client, record) else "not_declared"] += 1


def _is_code_page(name: str) -> bool:
    """True for an encoding in which the signs of FIAS are the bytes that FIAS means."""
    try:
        return "LS|DA0|".encode(name) == b"LS|DA0|"
    except (LookupError, UnicodeError):
        return False
