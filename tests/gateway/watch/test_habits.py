"""From the real store: silences, months without a charge, clocks in the wrong zone, counted once and cheaply."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from gateway.instants import to_micros
from gateway.store import schema, watching
from gateway.store.watching import Counted
from tests.gateway.rig import NOON, line
from tests.gateway.watch.house import WatchedHouse
from tests.gateway.web.house import LaidOut

HOUR = timedelta(hours=1)


def call(house: WatchedHouse, number: int, *, behind: timedelta = timedelta(0)) -> None:
    """A guest's call ends now, by an exchange whose clock is so far behind."""
    start = house.rig.now - timedelta(seconds=70) - behind
    house.rig.send(house.rig.connect(), line(number, start=start))
    house.heard()


def habits(house: WatchedHouse, what: str, name: str, weeks: int = 4, per_hour: int = 3) -> None:
    """Counts of some weeks, until now: so many in each hour."""
    until = to_micros(house.rig.now) // 3_600_000_000
    rows = [Counted(h, what, name, per_hour, h * 3_600_000_000 + 1) for h in range(until - weeks * 168, until)]

    def work(connection: object) -> None:
        connection.execute(insert(schema.hours), [{"property": "SEASIDE", **row._asdict()} for row in rows])  # type: ignore[attr-defined]

    house.rig.database.transact(work)


def test_a_silence_longer_than_normal_is_told_and_a_record_ends_it(quick: WatchedHouse) -> None:
    habits(quick, "records", "main")
    quick.pass_time(2 * 3600, step=300)
    assert quick.open() == []
    quick.pass_time(1.5 * 3600, step=300)
    assert quick.open() == ["quiet"]
    assert quick.status.troubles() == [
        "PBX main has sent no record since Fri 20 Nov 11:00; that is longer than is usual at this hour of the week"
    ]
    call(quick, 1)
    quick.pass_time(600, step=60)
    assert quick.open() == []


def test_a_hotel_loses_half_a_year_no_more(quick: WatchedHouse) -> None:
    """Calls come in, and the PMS acknowledges none of their charges: told within the day."""
    pms = LaidOut()
    quick.rig.check_in()
    quick.rig.employ(pms)
    call(quick, 1)
    quick.pass_time(600, step=60)
    assert [row[0] for row in quick.rig.rows("SELECT state FROM postings")] == ["posted"]
    habits(quick, "acknowledged", "opera", per_hour=1)
    quick.rig.check_in("201", "77001", no_post=True)  # from now on every charge is held
    for number in range(2, 30):
        call(quick, number)
        quick.pass_time(1800, step=300)
    assert "no_charge" in quick.open()
    raised = next(alarm for alarm in quick.alarms() if alarm.kind == "no_charge")
    assert raised.sentence == "PMS opera has acknowledged no charge since Fri 20 Nov 12:00, though calls come in"
    assert raised.raised_at < to_micros(NOON + 13 * HOUR)


def test_an_exchange_in_the_wrong_zone_is_told(quick: WatchedHouse) -> None:
    for number in range(25):
        call(quick, number, behind=HOUR)
        quick.pass_time(60)
    quick.pass_time(1000, step=60)
    assert [alarm.sentence for alarm in quick.alarms()] == [
        "the clock of PBX main is 1 h behind ours: a wrong time zone, or the change of the hour was missed"
    ]


def test_the_clock_of_the_pms_is_compared(quick: WatchedHouse) -> None:
    quick.ahead = 1830.0
    quick.pass_time(800, step=30)
    assert [alarm.sentence for alarm in quick.alarms()] == ["the PMS's clock is about 30 min ahead of this machine's"]


def test_everything_is_counted_once_in_stretches(house: WatchedHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also over a restart, and a repeated counting adds nothing."""
    monkeypatch.setattr(watching, "STRETCH", 4)
    for number in range(10):
        call(house, number)
    house.rig.send(house.rig.connect(), b"this is no record")
    house.rig.advance(3600)
    call(house, 11)
    house.pass_time(400, step=30)
    house.stop()
    house.begin()
    house.pass_time(700, step=60)
    counted = house.rig.rows("SELECT what, name, number FROM hours ORDER BY what, hour")
    assert counted == [("calls", "main", 10), ("calls", "main", 1), ("records", "main", 11), ("records", "main", 1)]
    assert house.rig.rows("SELECT value FROM marks WHERE name = 'records'") == [(12,)]


def test_acknowledged_charges_are_counted_behind_those_still_out(house: WatchedHouse) -> None:
    pms = LaidOut()
    house.rig.check_in()
    house.rig.employ(pms)
    for number in range(3):
        call(house, number)
    house.pass_time(700, step=60)
    assert house.rig.rows("SELECT what, name, number FROM hours WHERE what = 'acknowledged'") == [
        ("acknowledged", "opera", 3)
    ]


def test_while_the_store_cannot_be_written_nothing_is_counted_twice(house: WatchedHouse) -> None:
    from sqlalchemy.exc import OperationalError

    def locked(_work: object) -> None:
        raise OperationalError("", {}, Exception("database is locked"))

    for number in range(3):
        call(house, number)
    well = house.rig.database.transact_kept
    house.rig.database.transact_kept = locked  # type: ignore[method-assign, assignment]
    house.pass_time(900, step=60)
    house.rig.database.transact_kept = well  # type: ignore[method-assign]
    house.rig.writer.trouble = None
    house.rig.pump()
    house.pass_time(400, step=60)
    assert house.rig.rows("SELECT what, number FROM hours ORDER BY what") == [("calls", 3), ("records", 3)]
