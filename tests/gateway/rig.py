"""A house in one hand: real store, real settling, real clerk, driven step by step on a clock of the test's own.

No threads and no sockets: the writer's loop body is called by the test, and the PMS is a stand-in adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text
from twisted.internet.task import Clock

from gateway.directory import ExtensionRange, RoomList, TransferPayer
from gateway.instants import to_micros
from gateway.intake.batch import Batch, Rules, Source
from gateway.intake.feed import Feed, Segment, Segments, Told
from gateway.intake.settling import Settling
from gateway.occupancy import KeepRoomNews
from gateway.posting.clerk import Clerk
from gateway.posting.steps import WireNumbers
from gateway.settle import Policy
from gateway.store import outbox, reading
from gateway.store.database import Database
from gateway.store.memory import Memory
from gateway.store.rows import Due
from gateway.store.writer import Writer
from pms_adapters.events import CheckedIn, Guest, RoomNews
from pms_adapters.posting import PmsAdapter
from protocols.records import Frame
from protocols.smdr.catalog import DIALECTS, SourceSettings
from rating.book import TariffBook
from rating.numbering import number_plan
from rating.starter import starter_files
from rating.text import load
from tests.stores import lay_empty_store

WARSAW = ZoneInfo("Europe/Warsaw")
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


@cache
def starter_book() -> TariffBook:
    """The starter tariff of a Polish house. Nobody can change a book."""
    book = load(starter_files("PL", "PLN"), zone=WARSAW, currency="PLN", country="PL").book
    assert book is not None
    return book


ROOMS = RoomList(
    ranges=(ExtensionRange(first="100", last="499"),), rooms={"2101": "Royal Suite"}, departments={"600": "Kitchen"}
)


def line(
    number: int,
    *,
    extension: str = "201",
    dialled: str = "90048221234567",
    seconds: int = 65,
    more: int = 0,
    start: datetime = NOON - timedelta(minutes=5),
) -> bytes:
    """An IP Office record without its line end."""
    began = start.astimezone(WARSAW)
    talk = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return (
        f"{began:%Y/%m/%d %H:%M:%S},{talk},4,{extension},O,{dialled},{dialled},,0,{number},{more},"
        f"E{extension},Room {extension},T9001,LINE 1.1,0,0,,,,0000.00,,0000.00,0,0,618,0.01,,,"
    ).encode()


class Rig:
    """One house. `now` moves only by `advance`."""

    def __init__(
        self,
        store_url: str,
        *,
        dialect: str = "avaya-ipoffice",
        pms: str | None = "opera",
        may_post: bool = True,
        tells_rooms: bool = True,
        book: TariffBook | None = None,
        options: Mapping[str, str] | None = None,
        transfer_payer: TransferPayer = "first_guest",
    ) -> None:
        self.clock = Clock()
        self.now = NOON
        self.database = Database(store_url, "SEASIDE")
        if self.database.path is not None:
            lay_empty_store(self.database.path)
        self.database.open()
        self.memory = Memory(self.database, lambda: to_micros(self.now))
        settings = SourceSettings(timezone=WARSAW, trunk_access=("9",), options=options or {})
        kind = DIALECTS[dialect]
        plan = number_plan("PL", "22", ("9",), ROOMS.lists)
        counter, sharing = kind.counter(settings.options), kind.sharing(settings.options)
        parse = kind.parser(settings)
        self.sources = {
            "main": Source(name="main", parse=parse, join=kind.join, plan=plan, counter=counter, sharing=sharing)
        }
        self.rules = Rules(
            rooms=ROOMS,
            transfer_payer=transfer_payer,
            policy=Policy(pms=pms, may_post=may_post, tells_rooms=tells_rooms, money=("PLN", 2)),
            currency="PLN",
            decimals=2,
        )
        self.book = book or starter_book()
        self.settling = Settling(self.memory, self.rules, self.sources, self.book)
        self.segments = Segments(self.memory)
        self.writer = Writer(self.database, self.memory.reload, lambda: None)
        self.batches: list[Batch] = []
        self.due: list[Due] = []
        self.clerk: Clerk | None = None
        self.odd: list[str] = []

    def use(self, book: TariffBook) -> None:
        """From now on calls are priced by another tariff."""
        self.book = book
        self.settling = Settling(self.memory, self.rules, self.sources, book)
        self.database.transact(self.memory.reload)

    def read_feed(self) -> None:
        """From now on somebody reads the feed of events."""

        def work(connection: Connection) -> None:
            self.memory.reload(connection)
            self.memory.statements.feed.begin(connection, self.memory.owner)

        self.database.transact(work)

    def close(self) -> None:
        """Let go of the store."""
        self.database.close()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self.clock.advance(seconds)
        self.pump()

    def pump(self) -> None:
        """Let the writer work until nothing is in line, and its announcements be heard."""
        while not self.writer.idle and self.writer.trouble is None:
            for announcement in self.writer.step():
                announcement()

    def connect(self) -> Feed:
        """A new connection of the exchange."""
        return self.feed(Segment("main", "connection"))

    def feed(self, segment: Segment) -> Feed:
        """A feed of a segment."""
        return self.feed_told(segment, self._told)

    def feed_told(self, segment: Segment, told: Told) -> Feed:
        """A feed of a segment that tells somebody of its own."""
        return Feed(
            settling=self.settling,
            segments=self.segments,
            segment=segment,
            submit=self.writer.submit,
            now=lambda: self.now,
            told=told,
        )

    def _told(self, batch: Batch | None, _count: int) -> None:
        if batch is not None:
            self.batches.append(batch)
            self.due += batch.due
            if self.clerk is not None:
                self.clerk.take(batch.due)

    def send(self, feed: Feed, *lines: bytes) -> None:
        """The exchange sends records; they are settled and committed."""
        feed.take([Frame(one, 0, len(one)) for one in lines])
        self.pump()

    def news(self, news: RoomNews, *, may_post: bool = True) -> None:
        """The PMS tells something."""
        done: Callable[[Sequence[Due]], None] = self.clerk.take if self.clerk is not None else self.due.extend
        now = to_micros(self.now)
        policy = replace(self.rules.policy, pms="opera", may_post=may_post)
        self.writer.submit(KeepRoomNews(self.memory, news, policy=policy, now=now, done=done))
        self.pump()

    def check_in(self, room: str = "201", reservation: str = "77001", *, no_post: bool = False) -> None:
        """A guest takes a room, an hour ago."""
        guest = Guest(reservation=reservation, name="Adler", no_post=no_post)
        self.news(CheckedIn(room=room, guest=guest, at=self.now - timedelta(hours=1)))

    def employ(self, adapter: PmsAdapter, *, width: int = 8) -> Clerk:
        """A clerk for an adapter; its store is recovered first, as at a start."""
        numbers = WireNumbers(self.memory, "opera", width)
        self.database.transact(self._recover)
        self.clerk = Clerk(
            memory=self.memory,
            numbers=numbers,
            adapter=adapter,
            submit=self.writer.submit,
            clock=self.clock,
            now=lambda: self.now,
            zone=lambda instant: instant.astimezone(WARSAW),
            odd=self.odd.append,
        )
        return self.clerk

    def _recover(self, connection: Connection) -> None:
        self.memory.reload(connection)
        outbox.doubt_all_sent(connection, self.memory.statements, "SEASIDE", to_micros(self.now))

    def postings(self) -> list[dict[str, Any]]:
        """Every posting, oldest first."""
        return self.database.read(lambda c: list(reading.postings(c, "SEASIDE")))

    def states(self) -> list[str]:
        """The state of every posting, oldest first."""
        return [row["state"] for row in self.postings()]

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Whatever a test wants to know of the store."""
        return self.database.read(lambda c: [tuple(row) for row in c.execute(text(question))])
