"""The house that the benches measure: the gateway's own parts, put together without a page and without a PMS.

Everything that costs time here is the product's: framer, feed, settling, rating, rows, writer, store. The bench adds
only what stands for the hotel (rooms 100 to 499, each with a guest, Poland's starter tariff) and the lines that its
exchange sends. Every line is a call that is charged, so that each record makes a call and a posting; a real feed has
cheaper records too. The lines are those of the simulated IP Office, each with a call number of its own, and their
numbers have been dialled before; what a new number costs is told by the bench `reading`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gateway.cli.run import _spare_the_collector
from gateway.clock import utc_now
from gateway.directory import ExtensionRange, RoomList
from gateway.instants import to_micros
from gateway.intake.batch import Rules, Source
from gateway.intake.feed import Feed, Segment, Segments, Told
from gateway.intake.settling import Settling
from gateway.occupancy import KeepRoomNews
from gateway.settle import Policy
from gateway.simulators.hotel import CallSource
from gateway.simulators.write_avaya import call_id, lines
from gateway.store.database import Database
from gateway.store.memory import Memory
from gateway.store.rows import Due
from gateway.store.writer import Announce, Job, Writer
from pms_adapters.events import CheckedIn, Guest, RoomsResynced
from protocols.framing import LineFramer
from protocols.records import CallRecord
from protocols.smdr.catalog import DIALECTS, SourceSettings
from rating.book import TariffBook
from rating.numbering import NumberPlan, number_plan
from rating.starter import starter_files
from rating.text import load

ZONE: Final = ZoneInfo("Europe/Warsaw")
ROOMS: Final = tuple(str(number) for number in range(100, 500))
FIRST_ID: Final = 2_000_000
#: Different calls the lines are made of; after so many, only the call number is new.
POOL: Final = 500
#: The first line's call, and how many calls begin in each second after it: two million are over by now.
LONG_AGO: Final = timedelta(hours=30)
A_SECOND: Final = 20
_STAMP: Final = "%Y/%m/%d %H:%M:%S"
_STAMP_LENGTH: Final = len("2026/11/26 06:45:40")

ROOM_LIST: Final = RoomList(ranges=(ExtensionRange(first="100", last="499"),), rooms={}, departments={"600": "Kitchen"})


def book() -> TariffBook:
    """The starter tariff of Poland."""
    loaded = load(starter_files("PL", "PLN"), zone=ZONE, currency="PLN", country="PL")
    assert loaded.book is not None
    return loaded.book


def plan() -> NumberPlan:
    """How the hotel dials."""
    return number_plan("PL", "22", ("9",), ROOM_LIST.lists)


class Exchange:
    """The lines of an IP Office, without end: a pool of drawn calls, each time with the next call number and a later time.

    Were all calls of one hour, each commit would write all over the index that goes by time, as no house's does.
    """

    def __init__(self, first_id: int = FIRST_ID, seed: int = 7) -> None:
        self._first = self._next = first_id
        self._begin = datetime.now(ZONE).replace(microsecond=0) - LONG_AGO
        self._pool = list(islice(_charged_calls(seed), POOL))

    def lines(self, count: int) -> list[bytes]:
        """The next so many lines, with their ends."""
        numbers, pool = range(self._next, self._next + count), self._pool
        self._next += count
        return [b"%b%b%d%b" % (self._began(n), pool[n % POOL][0], n, pool[n % POOL][1]) for n in numbers]

    def _began(self, number: int) -> bytes:
        after = timedelta(seconds=(number - self._first) // A_SECOND)
        return (self._begin + after).strftime(_STAMP).encode()


def _charged_calls(seed: int) -> Iterator[tuple[bytes, bytes]]:
    """Lines of outgoing, answered, priced calls from guests' rooms without their time, cut in two around the call number."""
    calls = CallSource(seed, ROOMS)
    draw = random.Random(seed)
    while True:
        call = calls.call_ending(datetime.now(ZONE) - timedelta(minutes=5))
        if not call.charged or call.transferred_to or call.extension not in ROOMS:
            continue
        call = replace(call, extension=draw.choice(ROOMS))
        before, found, after = lines(call)[0].partition(call_id(call).encode())
        assert found
        yield before[_STAMP_LENGTH:], after


class House:
    """A store and everything that writes into it."""

    def __init__(self, url: str, *, wake: Announce = lambda: None, pms: str = "pms") -> None:
        self.database = Database(url, "BENCH")
        self.database.open()
        self.memory = Memory(self.database, lambda: to_micros(utc_now()))
        dialect = DIALECTS["avaya-ipoffice"]
        parse = dialect.parser(SourceSettings(timezone=ZONE, trunk_access=("9",)))
        source = Source(name="main", parse=parse, join=dialect.join, plan=plan())
        tariff = book()
        rules = Rules(
            rooms=ROOM_LIST,
            transfer_payer="first_guest",
            policy=Policy(pms=pms, may_post=True),
            currency="PLN",
            decimals=tariff.decimals,
        )
        self._source, self.rules, self.sources, self.book = source, rules, {"main": source}, tariff
        self.settling = Settling(self.memory, rules, self.sources, tariff)
        self.segments = Segments(self.memory)
        self.writer = Writer(self.database, self.memory.reload, wake)

    @classmethod
    def on_disk(cls, folder: Path, *, wake: Announce = lambda: None) -> House:
        """A house whose store is a file in `folder`, as the product would have it."""
        return cls(f"sqlite:///{folder / 'bench.db'}", wake=wake)

    def fill_rooms(self) -> None:
        """Put a guest into every room, and let the number plan see every number once, as that of an old house has."""
        since = datetime.now(UTC) - timedelta(days=2)
        guests = [
            CheckedIn(room=room, guest=Guest(reservation=f"7{room}", name=f"Guest {room}"), at=since) for room in ROOMS
        ]
        news = RoomsResynced(at=since, occupied=tuple(guests), vacant=())
        policy, now = Policy(pms="opera", may_post=True, money=("PLN", 2)), to_micros(since)
        job = KeepRoomNews(self.memory, news, policy=policy, now=now, done=lambda freed: None)
        self.carry_out(job)
        for line in Exchange().lines(POOL):
            leg = self._source.parse(line.rstrip(), utc_now())
            assert isinstance(leg, CallRecord)
            self._source.plan.classify(leg.dialled or "")
        _spare_the_collector()  # as `foliogate run` does once everything is made

    def carry_out(self, job: Job) -> None:
        """Have the writer do one job here and now."""
        self.writer.submit(job)
        self.drain()

    def drain(self) -> None:
        """Drive the writer by hand until nothing waits."""
        while not self.writer.idle:
            for announcement in self.writer.step():
                announcement()
            assert self.writer.trouble is None, self.writer.trouble

    def feed(self, told: Told, submit: Callable[[Job], None] | None = None) -> Feed:
        """A new connection of the exchange."""
        return Feed(
            settling=self.settling,
            segments=self.segments,
            segment=Segment("main", "connection"),
            submit=submit or self.writer.submit,
            now=utc_now,
            told=told,
        )

    def count(self, table: str, where: str = "1=1") -> int:
        """How many rows a table has."""
        return self.database.read(
            lambda c: int(c.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {where}").scalar() or 0)
        )


class ByHand:
    """An exchange, a feed and a writer in one thread and without a network: the serial limit of the intake."""

    def __init__(self, house: House, first_id: int = FIRST_ID) -> None:
        self.house, self._exchange, self._framer = house, Exchange(first_id), LineFramer()
        self.due: list[Due] = []
        self.kept = 0
        self._feed = house.feed(self._told)

    def lines(self, count: int) -> list[bytes]:
        """Lines to be taken later, so that their making is not measured."""
        return self._exchange.lines(count)

    def take(self, chunk: list[bytes]) -> None:
        """Bring lines from the socket's bytes to the commit."""
        self._feed.take(self._framer.feed(b"".join(chunk)))
        self.house.drain()

    def run(self, ready: list[bytes], batch: int) -> None:
        """Bring many lines to the commit, so many at a time."""
        for begin in range(0, len(ready), batch):
            self.take(ready[begin : begin + batch])

    def _told(self, batch: object, count: int) -> None:
        self.kept += count
        self.due += getattr(batch, "due", ())
