"""A house to look at: real store, settling, clerk and commands of the rig, with a PMS whose answers a test lays out.

It is what `House` asks for, so the pages run on it as they run on a gateway.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, succeed

from gateway.app.asked import Asking
from gateway.app.parts import Deciding, deciding
from gateway.bills.enquiry import PriceDesk
from gateway.instants import to_micros
from gateway.posting.clerk import Clerk
from gateway.posting.deeds import ReadCommands
from gateway.posting.handing import Counter
from gateway.posting.steps import WireNumbers
from gateway.status import LinkStatus, SourceStatus, Status
from gateway.store import tokens
from gateway.store.database import Database
from gateway.store.once import Outcome
from gateway.store.resyncs import Resync, only_link
from gateway.store.rows import Due
from gateway.store.tokens import RIGHTS, Token
from gateway.store.writer import Writer
from gateway.web.house import House
from gateway.wishes import AnyWish
from pms_adapters.events import CheckedIn, Guest
from pms_adapters.posting import InDoubt, LinkState, PmsListener, Posted, Posting, PostingResult, Refused
from protocols.records import Frame
from tests.gateway.audit import nights
from tests.gateway.configurations import EXAMPLE, good, with_tariff
from tests.gateway.rig import NOON, WARSAW, Rig, line
from tests.gateway.watch.house import WatchedHouse

#: A guest's name that tries everything a name can try: markup, a direction mark, a bell.
HOSTILE_NAME = "<script>alert(1)</script>\u202eevil\x07"


class LaidOut:
    """A PMS that gives the answers laid out for it, in order, and then says yes to everything."""

    takes_reversals = False
    tells_rooms = True

    def __init__(self) -> None:
        self.state = LinkState(up=True, ready=True, why="", since=NOON - timedelta(days=4))
        self.answers: deque[PostingResult] = deque()

    def start(self, listener: PmsListener) -> None:
        """Nothing to connect."""

    def stop(self) -> Deferred[None]:
        """Nothing to close."""
        return succeed(None)

    def ask_resync(self) -> None:
        """No rooms to tell of."""

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """The next answer."""
        return succeed(self.answers.popleft() if self.answers else Posted(f"T{posting.token}"))


class OneLink:
    """A link with its clerk."""

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk


class StandingHouse:
    """A house as the pages see it. Nothing moves but by the test's hand."""

    def __init__(
        self,
        folder: Path,
        *,
        listen: str = "tcp:0:interface=127.0.0.1",
        sign_in: str = "none",
        tls: tuple[Path, Path] | None = None,
        more: str = "",
    ) -> None:
        web = f'"{listen}"\nsign_in = "{sign_in}"'
        if tls is not None:
            web += f'\ncertificate = "{tls[0]}"\nkey = "{tls[1]}"'
        text = EXAMPLE.replace('"tcp:8080:interface=127.0.0.1"', web) + more
        self.config = good(with_tariff(folder), text)
        self.rig = Rig(f"sqlite:///{folder / 'foliogate.db'}")
        self.pms = LaidOut()
        self.clerk = self.rig.employ(self.pms)
        self.link = OneLink(self.clerk)
        self.listeners: list[Callable[[Any], None]] = []
        self.status = Status(started=NOON - timedelta(days=4))
        since = NOON - timedelta(days=4)
        self.status.sources["main"] = SourceStatus(
            name="main", dialect="avaya-ipoffice", role="listen", up=True, since=since
        )
        self.status.links["opera"] = LinkStatus(
            name="opera", up=True, ready=True, why="", since=since, up_since=since, tells_rooms=True
        )
        self.asked_for_rooms = 0
        self.feed = self.rig.connect()
        self._number = 1000
        self.counter: Counter | None = None
        self.watched: WatchedHouse | None = None
        self._deciding: Deciding | None = None

    # -- what a page asks for -------------------------------------------------------------------------------------

    @property
    def database(self) -> Database:
        """The store."""
        return self.rig.database

    @property
    def prices(self) -> PriceDesk:
        """What a call would cost."""
        rig = self.rig
        plans = {name: source.plan for name, source in rig.sources.items()}
        rules = rig.rules
        return PriceDesk(book=rig.book, plans=plans, rooms=rules.rooms, attribution=rules.attribution, zone=WARSAW)

    @property
    def writer(self) -> Writer:
        """The writer."""
        return self.rig.writer

    def micros(self) -> int:
        """Now, as the store keeps it."""
        return to_micros(self.rig.now)

    def now(self) -> datetime:
        """Now."""
        return self.rig.now

    def troubles(self) -> list[str]:
        """What is not well."""
        self.status.store_trouble = self.writer.trouble or ""
        return self.status.troubles()

    def ask(self, token: Token, wish: AnyWish) -> Deferred[Outcome]:
        """Carry a wish out, as the gateway does, by the writer."""
        asking = Asking(
            memory=self.rig.memory,
            submit=self.writer.submit,
            now=self.now,
            policy=self.rig.rules.policy,
            pms_tells_rooms=self.counter is None,
            counter=self.counter,
            take=self.clerk.take,
        )
        answered = asking.ask(token, wish)
        self.rig.pump()
        return answered

    def serve_at_the_door(self, *, tells_rooms: bool = False) -> Counter:
        """From now on the PMS is a program that takes the postings."""
        self.clerk.stop()
        rules = self.rig.rules
        self.rig.rules = replace(rules, policy=replace(rules.policy, tells_rooms=tells_rooms))
        self.rig.use(self.rig.book)
        self.counter = Counter(
            self.rig.memory,
            WireNumbers(self.rig.memory, "opera", 8),
            zone=lambda instant: instant.astimezone(WARSAW),
            patience=300,
            tells_rooms=tells_rooms,
        )
        self.rig.database.transact(self.rig.memory.reload)
        self.feed = self.rig.connect()
        return self.counter

    def token(self, *rights: str) -> str:
        """A token with these rights."""
        given = rights or RIGHTS
        return self.database.transact(
            lambda c: tokens.add(c, "SEASIDE", name="crm", rights=given, who="Ines", now=self.micros())
        )

    def read_commands_soon(self) -> None:
        """Carry out what was asked, as the gateway does, by the writer."""
        rig = self.rig
        self._deciding = self._deciding or deciding(
            self.config, rig.memory, rig.rules, rig.book, lambda: self.pms.takes_reversals
        )
        decide, free = self._deciding, self._deciding.acts.free
        rooms = Resync(rig.memory, lambda: only_link(self.status), WARSAW)
        done = self._done
        job = ReadCommands(rig.memory, None, now=self.micros(), done=done, decide=decide, free=free, rooms=rooms)
        self.writer.submit(job)
        self.rig.pump()

    def _done(self, freed: list[Due], resync: bool) -> None:
        self.asked_for_rooms += resync
        self.clerk.take(freed)
        self.rig.pump()

    # -- what a test does -----------------------------------------------------------------------------------------

    def guest(self, room: str, reservation: str, name: str, *, no_post: bool = False) -> None:
        """A guest takes a room, a day ago."""
        guest = Guest(reservation=reservation, name=name, no_post=no_post)
        self.rig.news(CheckedIn(room=room, guest=guest, at=self.rig.now - timedelta(days=1)))

    def call(
        self, extension: str, dialled: str, seconds: int = 65, *, answer: PostingResult | None = None, ago: float = 5
    ) -> int:
        """A call ends now, after it began some minutes ago; its number comes back."""
        if answer is not None:
            self.pms.answers.append(answer)
        self._number += 1
        start = self.rig.now - timedelta(minutes=ago)
        record = line(self._number, extension=extension, dialled=dialled, seconds=seconds, start=start)
        return self.raw(record)

    def raw(self, *records: bytes) -> int:
        """Records come as they are; the number of the last comes back."""
        self.feed.take([Frame(one, 0, len(one)) for one in records])
        self.rig.pump()
        source = self.status.sources["main"]
        source.records += len(records)
        source.calls += len(records)
        source.last_record = self.rig.now
        return int(self.rig.rows("SELECT max(id) FROM records")[0][0])

    def evening(self) -> None:
        """What an evening brings: each state of a posting, each kind of call; the business day has begun."""
        nights.begin(self.rig)
        self.guest("201", "77001", "Adler")
        self.guest("202", "77002", "Björk, Åsa")
        self.guest("203", "77003", HOSTILE_NAME)
        self.guest("204", "77004", "Cruz", no_post=True)
        self.call("600", "90221234567", 200, ago=1500)
        self.call("201", "90048601234567", 185, ago=900)
        self.call("202", "900442071234567", 722, ago=55)
        self.call("201", "9112", 41, ago=50)
        self.call("201", "202", 30, ago=45)
        self.call("202", "90048221234567", 65, answer=InDoubt("no answer within 30 s"), ago=40)
        self.call("203", "90048601234567", 610, answer=Refused("NG", "no such guest"), ago=30)
        self.call("204", "90012125550123", 95, ago=25)
        self.call("301", "90048221234568", 400, ago=20)
        self.raw(b"2026/11/20 25:61:00,this is no record \x07\x1b[2J<b>")
        self.call("201", "900493012345678", 3725, answer=Refused("RY", "retry later", retry="later"), ago=10)
        self.call("201", "90048601234567", 12, ago=2)

    def employ_watch(self) -> WatchedHouse:
        """From now on the house is watched; what the evening brought is told at once."""
        self.watched = WatchedHouse(self.rig, self.status)
        self.watched.heard()
        self.watched.pass_time(15)
        return self.watched

    def close(self) -> None:
        """Let go of the store."""
        if self.watched is not None:
            self.watched.stop()
        self.clerk.stop()
        self.rig.close()


def as_house(house: StandingHouse) -> House:
    """What a page takes: the check that the stand-in is one."""
    return house
