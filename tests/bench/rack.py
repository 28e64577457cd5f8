"""The rack of 500 rooms: what a page costs beside its bare queries, and whether it stays quick while records come in.

The bare queries are the same questions in plain SQL on sqlite3, their rows fetched and nothing done with them. For the
second figure a real intake, its writer and the site share one process and one reactor; somebody asks for the rack again
and again, each time after a commit, so that the store is asked anew, first in a quiet house and then while the
exchange sends an even 200 records a second.
"""

from __future__ import annotations

import sqlite3
import time
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.threads import deferToThread

from gateway.clock import utc_now
from gateway.instants import to_micros
from gateway.status import Status
from gateway.store.elsewhere import in_threads
from gateway.store.writer import Announce
from gateway.web.security import QuietSite
from gateway.web.service import door
from tests.bench.kit import Figure, Findings, middle, percentile
from tests.bench.lab import full, measure
from tests.bench.reception import Reception, Sender, run
from tests.bench.sender import WARM_UP
from tests.full_house import ROOMS, fill
from tests.gateway.configurations import EXAMPLE, good, with_tariff
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house

CALLS, CALLS_FULL = 120_000, 1_000_000
RATE: Final = 200
#: What a browser says that asks from a page of ours.
FROM_OUR_PAGE: Final = {"accept_encoding": "gzip", "sec_fetch_site": "same-origin"}
#: Pages asked for in a quiet house and in a busy one.
PAGES: Final = 120
_OPEN: Final = "SELECT reservation FROM stays WHERE property = 'SEASIDE' AND until IS NULL"
_LIVELY: Final = "state NOT IN ('posted', 'written_off')"
BARE: Final = (
    "SELECT * FROM stays WHERE property = 'SEASIDE' AND until IS NULL ORDER BY since, id",
    "SELECT room FROM rooms WHERE property = 'SEASIDE'",
    "SELECT reservation, count(DISTINCT call_id), sum(amount), currency, decimals FROM postings WHERE property = 'SEASIDE' "
    f"AND reservation IN ({_OPEN}) AND state <> 'written_off' GROUP BY reservation, currency, decimals",
    *(
        "SELECT room, reservation, count(*) FROM postings WHERE property = 'SEASIDE' AND id IN (SELECT id FROM postings "
        f"WHERE property = 'SEASIDE' AND state = '{state}' AND {_LIVELY}) GROUP BY room, reservation"
        for state in ("in_doubt", "refused", "held")
    ),
    f"SELECT * FROM remarks WHERE property = 'SEASIDE' AND reservation IN ({_OPEN}) ORDER BY id",
    f"SELECT reservation, name, verdict FROM limit_marks WHERE property = 'SEASIDE' AND reservation IN ({_OPEN}) ORDER BY id",
    # what the status line of every page asks
    f"SELECT state, count(*) FROM postings WHERE property = 'SEASIDE' AND {_LIVELY} GROUP BY state",
    "SELECT c.id, c.room, c.dialled, c.started_at FROM calls c JOIN records r ON r.property = c.property AND r.id = c.id "
    "WHERE c.property = 'SEASIDE' AND c.id > (SELECT max(id) FROM records WHERE property = 'SEASIDE') - 20000 "
    "AND c.number_class = 'emergency' ORDER BY c.id DESC LIMIT 50",
)


class Nothing:
    """A commit that changes nothing: what was drawn before it no longer stands."""

    records = 0

    def work(self, connection: Connection) -> Announce:
        """Nothing to do."""
        return lambda: None

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Nothing was lost."""
        return lambda: None


def page(folder: Path, *, calls: int, rounds: int) -> dict[str, Any]:
    """Seconds of a page from the store to the bytes that are sent, and of its bare queries, in turn."""
    house = StandingHouse(folder)
    house.database.transact(lambda c: fill(c, "SEASIDE", house.micros(), calls))
    house.database.transact(house.rig.memory.reload)
    asker, bare = Asker(as_house(house)), sqlite3.connect(folder / "foliogate.db")
    taken: dict[str, list[float]] = {"page": [], "bare": [], "kept": []}
    size = 0
    for _ in range(rounds):
        house.call("201", "90048601234567", 60)
        asker.clock.advance(60)
        taken["page"].append(_timed(lambda: asker.get("/rooms", **FROM_OUR_PAGE)))
        taken["kept"].append(_timed(lambda: asker.get("/rooms", **FROM_OUR_PAGE)))
        taken["bare"].append(_timed(lambda: [bare.execute(words).fetchall() for words in BARE]))
        size = len(asker.get("/rooms", **FROM_OUR_PAGE).body)
    bare.close()
    house.close()
    return {name: middle(some) for name, some in taken.items()} | {"size": size}


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


class Shown:
    """The bench's house as the site sees one."""

    link = None

    def __init__(self, desk: Reception, folder: Path) -> None:
        listen = '"tcp:8080:interface=127.0.0.1"'
        self.config = good(with_tariff(folder), EXAMPLE.replace(listen, f'{listen}\nsign_in = "none"'))
        self.status = Status(started=utc_now())
        self.database, self.writer = desk.house.database, desk.house.writer
        self.listeners: list[Any] = []

    def micros(self) -> int:
        """Now, as the store keeps it."""
        return to_micros(utc_now())

    now = staticmethod(utc_now)

    def troubles(self) -> list[str]:
        """All is well."""
        return []


def busy(
    folder: Path, *, calls: int, page: str = "/rooms", sign: str = 'class="cell ', least: int = ROOMS
) -> dict[str, Any]:
    """p99 of a page in a quiet house, and while records come in; the page is whole where it has a sign so often."""

    async def main(reactor: Any) -> dict[str, Any]:
        desk = Reception(reactor, folder, lambda batch: None)
        now = to_micros(utc_now() - timedelta(hours=1))
        desk.house.database.transact(lambda c: fill(c, "BENCH", now, calls))
        desk.house.database.transact(desk.house.memory.reload)
        intake = await desk.open()
        site: Any = Shown(desk, folder)
        endpoint: Any = TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1")  # type: ignore[no-untyped-call]
        port = await endpoint.listen(QuietSite(door(site, reactor, in_threads(reactor)), reactor))
        address = f"http://127.0.0.1:{port.getHost().port}{page}"
        quiet = await deferToThread(
            _ask, address, sign, least, lambda: reactor.callFromThread(desk.house.writer.submit, Nothing())
        )
        seconds = 3 * sum(quiet) + 2
        count = WARM_UP + int(RATE * seconds)
        sender = Sender(intake, way="pace", connections=1, chunk=1, lines=count, rate=RATE, seconds=seconds)
        await sender.ready()
        sending = Deferred.fromCoroutine(sender.go())
        loaded = await deferToThread(_ask, address, sign, least, lambda: None)
        sent: Any = await sending
        await sender.end()
        await port.stopListening()
        await desk.close()
        assert sent["acked"] == count
        return {"quiet": percentile(quiet, 0.99), "busy": percentile(loaded, 0.99), "middle": middle(quiet)}

    found: dict[str, Any] = run(main)
    return found


def _ask(address: str, sign: str, least: int, before: Any) -> list[float]:
    """Ask for the page again and again; the seconds of each answer."""
    taken = []
    for _ in range(PAGES):
        before()
        time.sleep(0.01)
        begun = time.perf_counter()
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.read().count(sign.encode()) >= least
        taken.append(time.perf_counter() - begun)
    return taken


def bench() -> Findings:
    """A page over its bare queries, at two sizes of the house's past; p99 busy over p99 quiet."""
    for calls in (CALLS, CALLS_FULL) if full() else (CALLS,):
        taken = measure("rack.page", fsync_us=0, calls=calls, rounds=15)
        name = f"rack of 500 rooms, {calls:,} calls behind it"
        ceiling = 3 * taken["bare"] * 1e3
        yield _ms(name, taken["page"], taken["bare"], ceiling, "its bare queries, at most 3 times")
        yield _ms(f"{name}, nothing new", taken["kept"], None, None, "")
        yield f"{taken['size']:,} bytes as sent"
    found = measure("rack.busy", fsync_us=1000, calls=CALLS)
    ceiling = 2 * found["quiet"] * 1e3
    yield _ms(f"p99 at {RATE} records/s", found["busy"], found["quiet"], ceiling, "p99 in a quiet house, at most twice")
    yield f"{PAGES} pages each, over HTTP, each after a commit; median in a quiet house {found['middle'] * 1e3:.1f} ms"


def _ms(name: str, figure: float, limit: float | None, ceiling: float | None, against: str) -> Figure:
    shown = None if limit is None else limit * 1e3
    return Figure(name=name, figure=figure * 1e3, unit="ms", limit=shown, ceiling=ceiling, against=against)
