"""The promise under siege: memory stays bounded, sockets hold back who floods, others are served, and the queue drains in order.

Everything at once, at one gateway: 10,000 lines a second, 500 connections of which most say nothing, lines that never
end, a PMS that tells without end and never reads, a page that is opened and left hundreds of times.
"""

from __future__ import annotations

import os
import resource
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from tests.acceptance.peers import House, eventually
from tests.processes.besiegers import STRIDE, Crowd, DeafPms, Flood, Watcher
from tests.processes.hotel import FIRST_ROW, Books, Pms, RowWriter, hotel
from tests.processes.size import sized

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(1800)]

SECONDS = sized(5, 60)
RATE = 10_000
#: More than the usual limit of open files allows when it is set as low as this.
FILES = 256
SILENT, SLOW, ENDLESS, FLOODING = 390, 97, 3, 10
PAGES = 300
#: What a gateway may grow by: 16 MiB of records that wait and their objects, two page caches of the store, the queue of
#: postings. Measured: about half of it.
GROWTH_MIB = 250
#: Seconds in which a record of the quiet exchange is kept while the other floods: what waits before it, 20,000 records.
#: Longer where other programs keep the machine busy before we begin.
FAIR = 15.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_a_siege_is_outlasted(tmp_path: Path) -> None:
    """While it lasts, each peer gets its share; when it is over, the gateway has every record and every charge once."""
    deaf = DeafPms()
    house = hotel(tmp_path, deaf.port, more_pms="answer_timeout = 2\n")
    books = Books(tmp_path / "foliogate.db")
    try:
        _start_with_few_files(house)
        assert house.process is not None
        eventually("the guest is known", lambda: books.count("stays"))
        watcher = Watcher(house.process.pid)
        flood, rows = _besieged(house, tmp_path, books)
        deaf.close()
        pms = Pms(slowness=0, port=deaf.port)  # one that reads is there again
        _drained(flood, rows, books)
        most = watcher.end()
        assert house.stop() == 0
    except BaseException:
        print(house.log()[-6000:])
        raise
    finally:
        if house.process is not None:
            house.kill()
    states = books.check(pms)
    pms.close()
    assert set(states) <= {"posted", "in_doubt"}
    assert states["in_doubt"] <= 1
    assert sum(states.values()) == flood.charged + rows.written
    _in_order(pms)
    assert most - watcher.first < GROWTH_MIB
    assert flood.held_up > 0, "the flood was never held back"
    house.command("db", "verify", "--config", str(house.config), timeout=sized(60.0, 900.0))
    print(
        f"\n{flood.lines} of {RATE * SECONDS} lines offered in {SECONDS} s were taken, held up for {flood.held_up:.1f} s; "
        f"the deaf PMS told {deaf.told / 1e6:.1f} MB; memory {watcher.first} MiB, at most {most}; {dict(states)}"
    )


def _start_with_few_files(house: House) -> None:
    """As under a service unit that allows few files: the gateway takes what it may."""
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, usual[1]))
    try:
        house.begin()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)
    eventually("the gateway's page answers", house.answers, 60)


def _besieged(house: House, folder: Path, books: Books) -> tuple[Flood, RowWriter]:
    """All at once; the quiet exchange's records are kept in time meanwhile, and the page answers."""
    crowd = Crowd(house.pbx_port, silent=SILENT, slow=SLOW, endless=ENDLESS)
    flood = Flood(house.pbx_port, connections=FLOODING, rate=RATE, seconds=SECONDS)
    pages = [socket.create_connection(("127.0.0.1", house.web_port)) for _ in range(PAGES)]
    flood.start()
    rows = RowWriter(folder / "Master.csv", seed=1, pause=0.1)
    begun = time.monotonic()
    while time.monotonic() - begun < SECONDS:
        _quiet_one_is_heard(rows.written, books)
        _look_at_page(house)
        time.sleep(0.5)
    flood.wait(60 + 2 * SECONDS)
    rows.stop()
    assert crowd.alive() == SILENT + SLOW + ENDLESS
    crowd.leave()
    for page in pages:
        page.close()
    return flood, rows


def _drained(flood: Flood, rows: RowWriter, books: Books) -> None:
    """Every record is kept, every charge is posted, and what was cut in the middle is kept with its reason."""
    lines, patience = flood.lines + rows.written, sized(60.0, 900.0)
    eventually("all is kept", lambda: books.count("records WHERE kind = 'call'") == lines, patience, every=0.5)
    eventually(
        "nothing is due",
        lambda: not books.count("postings WHERE state IN ('due', 'sent')"),
        patience,
        every=0.5,
    )
    assert books.count("records WHERE kind = 'unparsed' AND reason <> ''") == SLOW + ENDLESS
    assert not books.count("records WHERE length(raw) > 16384")


def _quiet_one_is_heard(written: int, books: Books) -> None:
    eventually(
        "the quiet exchange is heard", lambda: books.count("records WHERE source = 'annex'") >= written, FAIR, every=0.1
    )


def _look_at_page(house: House) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{house.web_port}/livez", timeout=FAIR) as answer:
        assert answer.status == 200


def _in_order(pms: Pms) -> None:
    """Charges of one exchange's connection reach the PMS in the order in which its calls came."""
    arrived: dict[int, list[int]] = {}
    for number in pms.ledger:
        arrived.setdefault(FIRST_ROW if number >= FIRST_ROW else number // STRIDE, []).append(number)
    assert len(arrived) == FLOODING + 1
    for numbers in arrived.values():
        assert numbers == sorted(numbers)
