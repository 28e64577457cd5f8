"""Protects the past: what is written as history is what the program itself would have written, and all three ledgers agree on it."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.sheet import unnamed
from gateway.demo.hotel import DIALECT, Hotel, furnish
from gateway.demo.past_days import PastDays, PastSummary
from gateway.demo.pms_kinds import PMS_KINDS
from gateway.demo.ports import choose
from gateway.simulators.call_ledger import CallLedger
from gateway.simulators.hotel import opening_guests
from gateway.simulators.writers import writer_of
from gateway.store import business_days, reading
from gateway.store.database import Database
from gateway.store.day_looks import look
from gateway.store.memory import Memory
from gateway.store.verify import broken_rules

TODAY = date(2026, 3, 31)
"""Two days before it the clocks of Warsaw went forward, so a day of 23 hours is in the past that is written."""
DAYS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A hotel with its past."""

    hotel: Hotel
    database: Database
    summary: PastSummary
    progress: list[tuple[int, int]]

    def postings(self) -> list[dict[str, Any]]:
        """Every posting of the store."""
        return self.database.read(lambda c: list(reading.postings(c, self.database.property)))

    def lines(self, path: Path) -> list[dict[str, Any]]:
        """A ledger of a simulator."""
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(folder: Path, seed: int = 1, pms: str = "fias") -> Written:
    """Furnish a hotel and write its past."""
    hotel = Hotel(folder=folder, ports=choose(0, random.Random(seed)), seed=seed, pms=PMS_KINDS[pms])
    config = furnish(hotel)
    database = Database(config.store.url, config.property.id)
    progress: list[tuple[int, int]] = []
    past = PastDays(hotel, config, database, "0")
    summary = past.write(TODAY, lambda done, of: progress.append((done, of)), DAYS)
    past.last_night(datetime.combine(TODAY, time(9), config.property.timezone))
    return Written(hotel=hotel, database=database, summary=summary, progress=progress)


@pytest.fixture(scope="module", params=["fias", "ows", "guestline"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """One past for all tests that only look, for a PMS that tells of its guests and for those that must be asked."""
    made = write(tmp_path_factory.mktemp("hotel"), pms=request.param)
    yield made
    made.database.close()


def test_the_store_keeps_every_rule_of_db_verify(written: Written) -> None:
    assert written.database.read(lambda c: broken_rules(c, written.database.property, True)) == []


def test_each_business_day_adds_up_and_all_but_the_last_are_closed_by_the_auditor(written: Written) -> None:
    """What the PMS's own total was is what its simulator has on its folios."""
    owner = written.database.property
    days = written.database.read(lambda c: business_days.newest(c, owner, 99))[::-1]
    assert [one.state for one in days] == ["closed"] * (DAYS - 1) + ["ended", "open"]
    looks = [written.database.read(lambda c, d=one: look(c, owner, d, has_pms=True)) for one in days]  # type: ignore[misc]
    assert all(one.sheet.unaccounted == (0, {}, {}) for one in looks)
    assert [unnamed(one.differences) for one in looks[: DAYS - 1]] == [[]] * (DAYS - 1)
    posted = sum(minor for one in looks for minor in one.sheet.expected.gross.values())
    assert posted == sum(one["amount"] for one in written.postings() if one["state"] == "posted")


def test_nothing_of_the_past_waits_for_anybody(written: Written) -> None:
    assert {one["state"] for one in written.postings()} <= {"posted", "written_off"}


def test_each_charge_stands_on_the_folio_once_with_its_amount(written: Written) -> None:
    folio = written.lines(written.hotel.pms_ledger)
    assert all(line["booked"] for line in folio)
    entries = [written.hotel.pms.read_line(line, 0.0) for line in folio]
    booked = Counter((entry.token, entry.room, entry.amount) for entry in entries)
    posted = Counter(
        (one["token"], one["room"], one["amount"]) for one in written.postings() if one["state"] == "posted"
    )
    assert booked == posted
    assert len(folio) == written.summary.posted > 100


def test_each_call_that_the_exchange_told_is_in_the_store_once(written: Written) -> None:
    told = Counter(line["key"] for line in written.lines(written.hotel.exchange_ledger))
    kept = Counter(
        call["call_key"]
        for call in written.database.read(lambda c: reading.newest_calls(c, written.database.property, 10_000))
    )
    assert told == kept
    assert written.summary.records >= len(told)


def test_the_exchange_will_go_on_counting_where_the_past_ended(written: Written) -> None:
    ledger = CallLedger(written.hotel.exchange_ledger, writer_of(DIALECT))
    ledger.close()
    assert ledger.last_seq == len(written.lines(written.hotel.exchange_ledger))


def test_the_gateway_begins_with_the_guests_that_the_simulators_have_today(written: Written) -> None:
    memory = Memory(written.database, lambda: 0)
    written.database.read(memory.reload)
    known = {stay.room: stay.reservation for stay in memory.occupancy.open_stays()}
    guests = opening_guests(written.hotel.seed, written.hotel.rooms, TODAY)
    told = {room: guest.reservation for room, guest in guests.items()}
    assert known == (told if written.hotel.pms.name == "fias" else {}), "who is asked when it matters is not kept"


def test_every_instant_lies_in_the_past_and_in_order(written: Written) -> None:
    """No row of the past is later than its last night, and numbers grow with time as the pages expect."""
    rows = written.postings()
    created = [one["created_at"] for one in rows]
    assert created == sorted(created)
    days = [line["at"][:10] for line in written.lines(written.hotel.pms_ledger)]
    assert max(days) < TODAY.isoformat()


def test_progress_is_told_to_the_last_day(written: Written) -> None:
    assert written.progress[-1] == (DAYS, DAYS)
    assert written.progress == sorted(written.progress)


def test_the_same_seed_is_the_same_past(tmp_path: Path, written: Written) -> None:
    again = write(tmp_path, pms=written.hotel.pms.name)
    again.database.close()
    assert again.summary == written.summary
    assert again.hotel.pms_ledger.read_bytes() == written.hotel.pms_ledger.read_bytes()
    assert again.hotel.exchange_ledger.read_bytes() == written.hotel.exchange_ledger.read_bytes()
