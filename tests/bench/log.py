"""The log of calls: what the first page of each filter costs beside its bare queries, whether it stays quick, and memory.

The bare queries are what a page asks, in plain SQL on sqlite3 over the same indexes: the numbers of the calls that stand on
it, their rows, charges and tags, the sums of the filter, today's figures, and the status line. BENCH_CALLS says how
many calls the house has behind it (a million in the long forms); the page looks at the last 31 days of them, and once at a
year. Both are processor time of the thread that does them: other work on the machine does not change it.
"""

from __future__ import annotations

import os
import sqlite3
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from gateway.clock import utc_now
from gateway.instants import from_micros, midnight, to_micros
from gateway.store.database import Database
from tests.bench.kit import Figure, Findings, middle
from tests.bench.lab import full, measure
from tests.bench.log_house import fill_log
from tests.bench.pricing import deck, prefixes
from tests.bench.rack import BARE as FRAME
from tests.gateway.rig import WARSAW
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.processes.besiegers import memory
from tests.processes.hotel import Pms, hotel

CALLS: Final = int(os.environ.get("BENCH_CALLS", "0")) or (1_000_000 if full() else 100_000)
PREFIXES: Final = 50_000
#: What a page may cost beside its bare queries, and the whole process in MiB.
TIMES: Final = 3.0
MEGABYTES: Final = 250.0
_JOIN: Final = " LEFT JOIN arrivals a ON a.property = c.property AND a.id = c.id"
_INWARD: Final = "c.direction IN ('in', 'tandem')"
_CONTACTS: Final = "SELECT call_id FROM contacts WHERE property = 'SEASIDE' AND piece BETWEEN :low AND :high AND "
_CALL_TAGS: Final = "SELECT call_id FROM call_tags WHERE property = 'SEASIDE' AND"


class Bare(NamedTuple):
    """A filter's condition and order in plain SQL; `a` stands for arrivals."""

    where: str = "1"
    order: str = "c.started_at"


FILTERS: Final[dict[str, Bare]] = {
    "": Bare(),
    "direction=in": Bare("c.direction = 'in'"),
    "result=missed": Bare(f"{_INWARD} AND a.outcome IN ('rang', 'queue', 'menu', 'handed_on', 'voicemail', 'refused')"),
    "result=answered&direction=in": Bare("c.direction = 'in' AND a.outcome = 'answered'"),
    "waited_min=40": Bare(f"{_INWARD} AND a.waited >= 40"),
    "room=101": Bare("c.room = '101'"),
    "extension=1001": Bare("c.extension = '1001'"),
    "extension=999": Bare("c.extension = '999'"),
    "department=Department+4": Bare("c.department = 'Department 4'"),
    "trunk=T7": Bare("c.trunk = 'T7'"),
    "group=G2": Bare("c.trunk_group = 'G2'"),
    "number=%2B48600000019": Bare(f"c.id IN ({_CONTACTS} number = '+48600000019')"),
    "number=%2B4860001*": Bare(f"c.id IN ({_CONTACTS} number >= '+4860001' AND number < '+4860002')"),
    "class=international": Bare("c.number_class = 'international'"),
    "place=Germany": Bare("c.place = 'Germany'"),
    "talk_min=1200": Bare("c.talk_seconds >= 1200"),
    "amount_min=40": Bare("c.currency = 'PLN' AND c.amount >= 4000"),
    "state=posted": Bare(
        "EXISTS (SELECT 1 FROM postings p WHERE p.property = 'SEASIDE' AND unlikely(p.call_id = c.id) AND p.state = 'posted')"
    ),
    "state=in_doubt": Bare(
        "c.id IN (SELECT call_id FROM postings WHERE property = 'SEASIDE' AND id IN (SELECT id FROM postings WHERE "
        "property = 'SEASIDE' AND state = 'in_doubt' AND state NOT IN ('posted', 'written_off')))"
    ),
    "tag=agency": Bare(
        f"(c.id IN ({_CALL_TAGS} folded = 'agency') OR c.id IN ({_CONTACTS} number IN (SELECT number FROM number_tags "
        "WHERE property = 'SEASIDE' AND removed_at IS NULL AND tag = 'agency')))"
    ),
    "tag=courtesy": Bare(f"c.id IN ({_CALL_TAGS} folded = 'courtesy')"),
    "disputed=yes": Bare(
        "c.id IN (SELECT call_id FROM remarks WHERE property = 'SEASIDE' AND kind = 'dispute' AND call_id IS NOT NULL)"
    ),
    "source=desk": Bare("c.source = 'desk'"),
    "sort=talk": Bare(order="c.talk_seconds"),
    "sort=amount": Bare(order="c.amount"),
    "sort=waited&direction=in": Bare("c.direction = 'in'", "a.waited"),
    "sort=room&order=up": Bare(order="c.room"),
    "q=1001": Bare(
        "(c.room = '1001' OR c.extension = '1001' OR c.dialled LIKE '%1001' OR c.number LIKE '%1001' "
        "OR c.caller LIKE '%1001')"
    ),
}


def pages(folder: Path, *, calls: int, rounds: int) -> dict[str, Any]:
    """Milliseconds of processor time of the first page of each filter, of all its bare queries, and of the list's own bare query."""
    house = StandingHouse(folder)
    house.database.transact(lambda c: fill_log(c, "SEASIDE", house.micros(), calls))
    house.database.transact(house.rig.memory.reload)
    asker, bare = Asker(as_house(house)), sqlite3.connect(folder / "foliogate.db")
    bare.execute("PRAGMA cache_size=-65536")
    found: dict[str, Any] = {}
    for filter_, plain in FILTERS.items():
        taken: list[tuple[float, float, float]] = []
        for _ in range(rounds):
            asker.clock.advance(60)
            page = _timed(lambda: asker.get(f"/calls?{filter_}"))  # noqa: B023
            whole, alone = _bare(bare, plain, house.micros(), days=31)
            taken.append((page, whole, alone))
        found[filter_ or "(none)"] = [middle(column) * 1e3 for column in zip(*taken, strict=True)]
    answer = asker.get("/calls")
    today = house.now().astimezone(WARSAW).date()
    year = f"from={today - timedelta(days=365)}&to={today}"
    taken_year = []
    for filter_ in ("", "&extension=999"):
        asker.clock.advance(60)
        taken_year.append(_timed(lambda: asker.get(f"/calls?{year}{filter_}")) * 1e3)  # noqa: B023
    bare.close()
    size = (folder / "foliogate.db").stat().st_size / 1e6
    house.close()
    return {"filters": found, "bytes": len(answer.body), "year": taken_year, "size": size}


def _timed(work: Any) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def _bare(store: sqlite3.Connection, plain: Bare, now: int, *, days: int) -> tuple[float, float]:
    """Seconds of processor time of everything that a page asks, and of the question for the numbers on it alone."""
    day = from_micros(now).astimezone(WARSAW).date()
    since, today = midnight(day - timedelta(days=days - 1), WARSAW), midnight(day, WARSAW)
    until = midnight(day + timedelta(days=1), WARSAW)
    span = {"since": since, "until": until, "today": today}
    first = store.execute(
        "SELECT id FROM calls WHERE property = 'SEASIDE' AND started_at >= ? LIMIT 1", (since,)
    ).fetchone()
    last = store.execute("SELECT id FROM calls WHERE property = 'SEASIDE' ORDER BY id DESC LIMIT 1").fetchone()
    span |= {"low": first[0] // 4096, "high": last[0] // 4096}
    begun = time.thread_time()
    tables = f"calls c{_JOIN if 'a.' in plain.where + plain.order else ''}"
    here = f"c.property = 'SEASIDE' AND c.started_at >= :since AND c.started_at < :until AND {plain.where}"
    numbers = [
        row[0]
        for row in store.execute(
            f"SELECT c.id FROM {tables} WHERE {here} ORDER BY {plain.order} DESC, c.id DESC LIMIT 51", span
        )
    ]
    alone = time.thread_time() - begun
    marks = ", ".join("?" * len(numbers))
    store.execute(
        f"SELECT c.*, a.* FROM calls c{_JOIN} WHERE c.property = 'SEASIDE' AND c.id IN ({marks})", numbers
    ).fetchall()
    store.execute(
        f"SELECT * FROM postings WHERE property = 'SEASIDE' AND call_id IN ({marks}) ORDER BY call_id, part", numbers
    ).fetchall()
    for condition in (here, "c.property = 'SEASIDE' AND c.started_at >= :today AND c.started_at < :until"):
        of = tables if condition is here else "calls c"
        store.execute(
            f"SELECT count(*), sum(c.talk_seconds), sum(c.amount) FROM {of} WHERE {condition}", span
        ).fetchall()
        store.execute(
            f"SELECT count(*), sum(a.waited), count(a.waited) FROM calls c{_JOIN} WHERE {condition} AND {_INWARD}", span
        ).fetchall()
    for words in FRAME[-2:]:
        store.execute(words).fetchall()
    return time.thread_time() - begun, alone


def process(folder: Path, *, calls: int) -> dict[str, float]:
    """Resident MiB of `foliogate run` with a deck of 50,000 prefixes and such a past, before and after the log is looked at."""
    pms = Pms(slowness=0)
    house = hotel(folder, pms.port)
    tariff = folder / "tariffs" / "tariff.toml"
    tariff.write_text(
        tariff.read_text(encoding="utf-8").replace("decks = []", 'decks = ["deck.csv"]'), encoding="utf-8"
    )
    (folder / "tariffs" / "deck.csv").write_bytes(deck(prefixes(PREFIXES)))
    database = Database(f"sqlite:///{folder / 'foliogate.db'}", "SEASIDE")
    database.open()
    database.transact(lambda c: fill_log(c, "SEASIDE", to_micros(utc_now() - timedelta(minutes=5)), calls))
    database.close()
    house.start()
    assert house.process is not None
    try:
        log = f"http://127.0.0.1:{house.web_port}/calls?"
        before = memory(house.process.pid)
        for filter_ in FILTERS:
            _get(f"{log}{filter_}")
        today = datetime.now(UTC).date()
        _get(f"{log}from={today - timedelta(days=365)}&to={today}&sort=talk")
        after = memory(house.process.pid)
        assert house.stop() == 0
    finally:
        if house.process is not None:
            house.kill()
        pms.close()
    return {"before": before, "after": after}


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return bytes(answer.read())


def bench() -> Findings:
    """Each filter over its bare queries; p99 busy over p99 quiet; the whole process."""
    taken = measure("log.pages", fsync_us=0, calls=CALLS, rounds=3)
    for name, (page, whole, _) in taken["filters"].items():
        yield Figure(name=name, figure=page, unit="ms", limit=whole, ceiling=TIMES * whole, against="its bare queries")
    alone = ", ".join(f"{name} {one:.1f}" for name, (_, _, one) in taken["filters"].items())
    yield f"{CALLS:,} calls ({taken['size']:,.0f} MB), {taken['bytes']:,} bytes a page; ms of the list's bare query alone: {alone}"
    yield f"a year instead of 31 days: {taken['year'][0]:.0f} ms, and {taken['year'][1]:.0f} ms where nothing is found"
    found = measure("rack.busy", fsync_us=1000, calls=CALLS, page="/calls", sign='<li id="call-', least=50)
    limit = found["quiet"] * 1e3
    yield Figure(
        name="p99 at 200 records/s",
        figure=found["busy"] * 1e3,
        unit="ms",
        limit=limit,
        ceiling=2 * limit,
        against="p99 idle",
    )
    size = measure("log.process", calls=CALLS)
    yield Figure(
        name=f"memory, {PREFIXES:,} prefixes",
        figure=size["after"],
        unit="MiB",
        ceiling=MEGABYTES,
        against="of the whole process",
    )
    yield f"{size['before']} MiB before the log was looked at; rows of each filter by the index calls_by_time or one of their own"
