"""One simulated hotel day: its guests, its calls, its faults, and the calm after them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.config import Config
from gateway.simulators.calls import DEPARTMENTS, draw_call, later
from gateway.simulators.destinations import plan_of
from gateway.simulators.writers import writer_of
from gateway.store import feed
from gateway.store.database import Database
from tests.simulation import hotel, hotel_pms
from tests.simulation.disk import Disk
from tests.simulation.exchanges import Exchange, FileExchange, StreamExchange, Telling
from tests.simulation.hotel_ows import OwsHotelPms
from tests.simulation.hotel_pms import FiasHotelPms, HotelPms
from tests.simulation.life import Handed, Life
from tests.simulation.network import Network, Wire
from tests.simulation.world import Machine, World

HOUR: Final = 3600.0
#: The day is as long as a day; then the faults end, and what can still happen has this long to happen.
DAY_HOURS: Final = 24
CALM_HOURS: Final = 8
#: Days the seeds stand on: ordinary ones, and those in whose night the clocks change. Each begins at six in the morning.
DATES: Final = ("2026-11-25", "2026-07-14", "2026-12-31", "2026-03-28", "2026-10-24")


def begins_at(seed: int, zone: ZoneInfo) -> datetime:
    """When the day of a seed begins: every third on a night when the clocks change."""
    return datetime.fromisoformat(f"{DATES[seed % len(DATES)]}T06:00:00").replace(tzinfo=zone)


def spoken_on(seed: int) -> hotel.Speaks:
    """What the PMS of a seed speaks: every seventh is asked over SOAP (seven has nothing in common with the dates)."""
    return "ows" if seed % 7 == 3 else "fias"


def each_pays_on(seed: int) -> bool:
    """Whether each holder of a call pays on the day of a seed: on every third."""
    return seed % 3 == 2


def _let_the_feed_be_read(config: Config) -> None:
    """Every event is written from the first on, so that the rules of the store can hold the feed against the ledger."""
    database = Database(config.store.url, hotel.OWNER)
    database.open()
    database.transact(lambda connection: feed.set_read(connection, hotel.OWNER, read=True))
    database.close()


class Day:
    """Everything of one day. `run` plays it; what came of it is for `checks` to judge."""

    def __init__(self, seed: int, folder: Path, house: hotel.House, speaks: hotel.Speaks | None = None) -> None:
        start = begins_at(seed, hotel.ZONE)
        self.world = World(seed, start.astimezone(ZoneInfo("UTC")))
        self.network = Network(self.world)
        self.network.made = self._made
        self.store = folder / "store.db"
        self.disk = Disk(self.world, self.store)
        self.acknowledged = seed % 2 == 1
        self.speaks = speaks or spoken_on(seed)
        self.config = house.config(folder, acknowledged=self.acknowledged, speaks=self.speaks, each=each_pays_on(seed))
        _let_the_feed_be_read(self.config)
        self.skew = timedelta()
        self.life: Life | None = None
        self.lives = 0
        self.unwritten: list[int] = []
        self.faults_over = False
        made = OwsHotelPms if self.speaks == "ows" else FiasHotelPms
        self.pms: HotelPms = made(Machine(self.world, self.network, "pms"), hotel.ROOMS, hotel.ZONE, self.handed)
        self.exchanges = self._exchanges(folder)
        self._plan = plan_of(hotel.COUNTRY)
        self._seq = 0
        self._ended = False
        self._reader: sqlite3.Connection | None = None

    def _exchanges(self, folder: Path) -> dict[str, Exchange]:
        avaya = StreamExchange(
            "avaya",
            writer_of("avaya-ipoffice"),
            Machine(self.world, self.network, "avaya"),
            self.handed,
            acknowledged=self.acknowledged,
        )
        mitel = StreamExchange(
            "mitel",
            writer_of("mitel-mivb"),
            Machine(self.world, self.network, "mitel"),
            self.handed,
            acknowledged=False,
        )
        rows = Machine(self.world, self.network, "asterisk")
        asterisk = FileExchange("asterisk", writer_of("asterisk"), rows, folder / hotel.FILE)
        mitel.machine.listenTCP(hotel.MITEL_PORT, mitel.factory())
        for stream in (avaya, mitel):
            stream.habits.resends_what_was_cut = self.world.draw.random() < 0.7
        self._avaya = avaya
        return {"avaya": avaya, "mitel": mitel, "asterisk": asterisk}

    # -- the day -------------------------------------------------------------------------------------------------------

    def run(self, plan: Callable[[Day], None]) -> None:
        """Play the day and the calm after it."""
        self.pms.open()
        self.begin_life()
        self._dial()
        plan(self)
        self.world.run(DAY_HOURS * HOUR)
        self._calm()
        self.world.run(CALM_HOURS * HOUR)

    def end(self) -> None:
        """Stop the gateway in order, and let go of everything."""
        self._ended = True
        if self.life is not None:
            self.life.stop()
            self.world.run(120)
        if self.life is not None:
            self.life.machine.die("between")
            self.world.run(1)
        self.disk.end()
        if self._reader is not None:
            self._reader.close()

    def _calm(self) -> None:
        """The faults end: from now on everybody behaves."""
        self.faults_over = True
        self.world.say("the faults are over")
        self.disk.end()
        self.disk.slow = 0.0
        self.network.unreachable.clear()
        self.set_skew(timedelta())
        self.pms.pms.house.fault("none")
        self.pms.open()
        for exchange in self.exchanges.values():
            exchange.habits = replace(exchange.habits, stuck=False, shuffled=False, dump_next=0)
            exchange.flush()
        if self.life is None:
            self.begin_life()
        elif not self.life.stopping:
            self.life.machine.doom = None

    # -- the gateway ---------------------------------------------------------------------------------------------------

    def begin_life(self) -> None:
        """Start the gateway, as a service manager would."""
        if self.life is not None or self._ended:
            return
        self.lives += 1
        self.life = life = Life(self.world, self.network, self.disk, self.config, self._life_over)
        life.machine.skew = self.skew
        self.world.say(f"gateway starts, life {self.lives}")
        life.start()

    def _life_over(self, life: Life) -> None:
        if self.life is life:
            self.life = None
            draw = self.world.draw
            pause = draw.uniform(0.5, 30) if self.faults_over or draw.random() < 0.85 else draw.uniform(30, 2400)
            self.world.later(pause, self.begin_life)

    def handed(self, item: Handed) -> None:
        """Something was handed to the gateway that lives now."""
        if isinstance(item, Telling):
            item.skew = self.skew
        if self.life is not None:
            self.life.handed(item)

    def set_skew(self, skew: timedelta) -> None:
        """Set the gateway's wall clock wrong by so much."""
        self.skew = skew
        if self.life is not None:
            self.life.machine.skew = skew

    # -- connections ---------------------------------------------------------------------------------------------------

    def _dial(self) -> None:
        """The exchange that dials us looks every few seconds whether it must dial again."""
        if self.network.at(hotel.AVAYA_PORT) is None and hotel.AVAYA_PORT in self.network.ports:
            factory = _Once(self._avaya)
            self.network.connect(self._avaya.machine, hotel.AVAYA_PORT, factory, 30)
        self.world.later(self.world.draw.uniform(10, 60), self._dial)

    def _made(self, wire: Wire) -> None:
        """Watch what a new connection to the PMS brings, and that no posting leaves before it is written down."""
        if wire.number != hotel_pms.PORT:
            return

        def left(token: int) -> None:
            if not self._is_written(token):
                self.unwritten.append(token)

        self.pms.watch(wire, left)

    def _is_written(self, token: int) -> bool:
        """Whether an attempt with this number stands in the store at this instant."""
        return bool(self.ask("SELECT 1 FROM attempts WHERE token = ?", token))

    def stored(self, source: str) -> set[bytes]:
        """The records of an exchange that stand in the store at this instant."""
        return {row[0] for row in self.ask("SELECT raw FROM records WHERE source = ?", source)}

    def ask(self, question: str, *words: object) -> list[tuple[Any, ...]]:
        """Look into the store, as another process would."""
        if self._reader is None:
            if not self.store.exists():
                return []
            self._reader = sqlite3.connect(self.store, isolation_level=None)
        try:
            return self._reader.execute(question, words).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # the first start was cut short
                return []
            raise

    # -- calls ---------------------------------------------------------------------------------------------------------

    def call(self, source: str, twins: int = 1) -> None:
        """A call begins now at an exchange; it is told when it ends. Twins are short calls that look alike."""
        draw, exchange = self.world.draw, self.exchanges[source]
        let = self.pms.pms.office.let_rooms()
        chance = draw.random()
        extension = draw.choice(let if let and chance < 0.85 else hotel.ROOMS if chance < 0.95 else list(DEPARTMENTS))
        now = self.world.now().astimezone(hotel.ZONE).replace(microsecond=0)
        call = draw_call(draw, self._seq + 1, now, self._plan, "9", (extension, "Guest"), hotel.ROOMS)
        if twins > 1 and call.outcome == "answered":
            short = draw.randint(2, 8)
            call = replace(call, ring_seconds=2, talk_seconds=short, transferred_to=None, transferred_after=0)
        for number in range(twins):
            self._seq += 1
            one = replace(call, seq=self._seq, start=call.start if number == 0 else later(call.end, 1))
            self.world.later((one.end - now).total_seconds() + 0.5, exchange.ended, one)
            call = one


class _Once:
    """A client factory for one connection, as Twisted's reactor wants it."""

    def __init__(self, exchange: StreamExchange) -> None:
        self._factory = exchange.factory()

    def startedConnecting(self, _connector: object) -> None:
        """Nothing to note."""

    def clientConnectionFailed(self, _connector: object, _reason: object) -> None:
        """It is tried again in some seconds."""

    def buildProtocol(self, address: object) -> object:
        """The exchange's end."""
        return self._factory.buildProtocol(address)
