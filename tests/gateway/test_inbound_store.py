"""Protects what is kept of calls that came in: written with the call, moved with its later records, found by the number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gateway.helplines import HELPLINE
from gateway.intake.arriving import Arriving, home_of, rebuild, told_by
from gateway.intake.batch import Batch, Touched
from gateway.intake.live_calls import LiveCall
from gateway.repeats import LEAST_RUN
from gateway.store import inbound
from gateway.store.reporting import Span, began
from gateway.store.rows import CallRow
from protocols.records import CallRecord
from tests.gateway.rig import NOON, WARSAW, Rig, line
from tests.gateway.web.test_queries import plan

ADA, BEN = "+48601234567", "+442071234567"
KEPT = "SELECT id, caller, did, outcome, waited, stages, hands FROM arrivals ORDER BY id"
CONTACTS = "SELECT number, call_id, inward FROM contacts ORDER BY call_id"


def incoming(
    number: int, *, caller: str = "0048601234567", extension: str = "600", seconds: int = 60, ring: int = 9, **said: Any
) -> bytes:
    """An IP Office record of a call that came in on 5500."""
    began = (NOON - timedelta(minutes=5) + timedelta(seconds=said.get("after", 0))).astimezone(WARSAW)
    talk = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    party = said.get("party", f"E{extension}")
    head = f"{began:%Y/%m/%d %H:%M:%S},{talk},{ring},{caller},I,{extension},5500,,0,{number},{said.get('more', 0)}"
    return f"{head},{party},Room {extension},T9001,LINE 1.1,0,0".encode()


def test_a_call_tells_with_its_own_commit_who_it_was_with_and_what_became_of_it(rig: Rig) -> None:
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, incoming(1), line(2), incoming(3, caller="anonymous", seconds=0), line(4, dialled="202"))
    assert rig.rows(KEPT) == [(1, ADA, "5500", "answered", 9, "", 0), (3, "", "5500", "rang", 9, "", 0)]
    assert rig.rows(CONTACTS) == [(ADA, 1, 1), ("+48221234567", 2, 0)]


def test_a_later_record_of_a_call_tells_it_anew(rig: Rig) -> None:
    feed = rig.connect()
    rig.send(feed, incoming(1, more=1))
    assert [row[3] for row in rig.rows(KEPT)] == ["answered"]
    rig.send(feed, incoming(1, extension="201", seconds=0, after=69))
    assert rig.rows(KEPT) == [(1, ADA, "5500", "handed_on", 9, "", 0)]
    assert rig.rows(CONTACTS) == [(ADA, 1, 1)]


def test_what_turns_out_to_be_a_repeat_is_no_contact(rig: Rig) -> None:
    first = [incoming(number) for number in range(1, LEAST_RUN + 1)]
    rig.send(rig.connect(), *first)
    again = rig.connect()
    for one in first:
        rig.send(again, one)
    assert len(rig.rows(KEPT)) == len(rig.rows(CONTACTS)) == LEAST_RUN


def test_read_again_from_the_records_everything_is_the_same(rig: Rig) -> None:
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, incoming(1), line(2), incoming(3, party="V9502"), incoming(4, more=1), line(5, dialled="9112"))
    rig.send(feed, incoming(4, extension="201", after=69))
    kept, contacts = rig.rows(KEPT), rig.rows(CONTACTS)
    rig.database.transact(lambda c: [c.execute(text(f"DELETE FROM {name}")) for name in ("arrivals", "contacts")])
    chosen = rig.database.read(lambda c: began(c, "SEASIDE", Span(0, 2**62)))
    assert rig.database.read(lambda c: inbound.without_particulars(c, chosen)) == 3
    seen: list[float] = []
    assert rebuild(rig.database, rig.sources, lambda _words, share: seen.append(share)) == (5, 3)
    assert (rig.rows(KEPT), rig.rows(CONTACTS)) == (kept, contacts)
    assert seen[-1] <= 1
    assert rig.database.read(lambda c: inbound.without_particulars(c, chosen)) == 0


def test_a_number_is_found_in_every_piece_newest_first(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "PIECE", 2)
    monkeypatch.setattr(inbound, "PIECES_AT_ONCE", 2)
    feed = rig.connect()
    for number in range(1, 13):
        rig.send(feed, incoming(number, caller=ADA if number % 3 else BEN))

    def found(*arguments: Any) -> list[int]:
        return rig.database.read(lambda c: inbound.calls_with(c, "SEASIDE", *arguments))

    assert found(BEN, 50) == [12, 9, 6, 3]
    assert found(BEN, 2) == [12, 9]
    assert found(BEN, 50, 9) == [6, 3]
    assert found("+48000", 50) == []
    assert rig.database.read(lambda c: inbound.number_of_call(c, "SEASIDE", 6)) == BEN
    assert rig.database.read(lambda c: inbound.calls_with(c, "NEIGHBOUR", BEN, 5)) == []
    chosen = rig.database.read(lambda c: began(c, "SEASIDE", Span(0, 2**62)))
    assert rig.database.read(lambda c: inbound.contacts_after_missing(c, chosen)) == []
    rig.send(feed, incoming(13, caller=BEN, seconds=0))
    later = rig.database.read(lambda c: inbound.contacts_after_missing(c, chosen))
    assert [(one.id, one.spoken) for one in later] == [(3, True), (6, True), (9, True), (12, True), (13, False)]


def test_each_piece_is_reached_by_its_key(rig: Rig) -> None:
    """A question that read all contacts of a house would take a second of a million calls, on a page."""
    if not rig.database.is_sqlite:
        pytest.skip("PostgreSQL chooses its plan by statistics")
    rig.send(rig.connect(), incoming(1))
    asked = inbound.in_pieces("SEASIDE", [3, 2, 1, 0], ADA).order_by(text("call_id DESC")).limit(5)
    words = plan(rig, asked)
    assert "SEARCH contacts USING PRIMARY KEY (property=? AND piece=? AND number=?)" in words, words
    counted = plans(rig, lambda c: inbound.sums_of(c, "SEASIDE", [1, 2]))
    assert all("PRIMARY KEY (property=? AND id=?)" in one for one in counted), counted


def plans(rig: Rig, ask: Any) -> Iterable[str]:
    """How SQLite answers what a function asks."""
    asked: list[Any] = []

    class Listening:
        def execute(self, statement: Any, **options: Any) -> Any:
            asked.append(statement)
            return connection.execute(statement, **options)

    with rig.database.engine.connect() as connection:
        ask(Listening())
    return [plan(rig, one) for one in asked]


def test_a_call_that_went_out_is_told_by_its_row_as_it_is_by_its_records(rig: Rig) -> None:
    """What is kept of nearly every call is made by a short way; it comes to what the long way says."""
    rig.check_in()
    rig.send(rig.connect(), incoming(1), line(2), line(3, dialled="202"), line(4, dialled="9112"), line(5, seconds=0))
    rows = [CallRow._make(row) for row in rig.rows(f"SELECT {', '.join(CallRow._fields)} FROM calls ORDER BY id")]
    changes: list[dict[str, Any]] = [{}, {"number_class": "internal"}, {"place": HELPLINE}]
    changes += [{"number": None}, {"number": ""}, {"direction": "unknown"}]
    calls = [row._replace(**change) for row in rows for change in changes]
    leg = rig.sources["main"].parse(line(2), NOON)
    assert isinstance(leg, CallRecord)
    touched = [Touched(LiveCall(call.id, [leg], []), "main", 0, first=True, doubt=False) for call in calls]
    arriving, batch = Arriving(rig.memory, rig.sources), Batch(NOON)
    arriving.see(batch, touched, calls)
    home = home_of(rig.sources["main"])
    told = [told_by("SEASIDE", call, [leg], home) for call in calls]
    assert batch.contacts == [one.contact for one in told if one.contact is not None]
    assert batch.arrivals == [one.arrival for one in told if one.arrival is not None]
    assert len(batch.contacts) > len(rows)
