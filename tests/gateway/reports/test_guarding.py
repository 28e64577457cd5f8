"""Cost above price, watch lists, fraud and unusual hours in reports, against sums made by hand, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from sqlalchemy import insert

from gateway.alarms.fraud import Limits
from gateway.alarms.fraud_rules import HOUR
from gateway.alarms.lists import Entry, NumberList, NumberLists
from gateway.config import ReportSettings
from gateway.instants import SECOND
from gateway.reports.catalog import KINDS
from gateway.reports.values import Money, Report
from gateway.settle import vacant
from gateway.store import schema
from gateway.store.database import Database
from gateway.watch.suspecting import Guard
from tests.gateway.reports.books import BEGIN, HOUSE, Book, Row, blank, filled
from tests.gateway.reports.samples import WARSAW
from tests.gateway.reports.test_kinds import rows

LISTS = NumberLists(
    [NumberList("mobiles", "private"), NumberList("never", "barred")],
    [
        Entry("+4860000", 0),
        Entry("+48600000005", 1, "the old agency"),
        Entry("+4860000000", 1),
        Entry("+4860", 0, "", 0, 1),
    ],
)


def guard() -> Guard:
    limits = Limits(
        zone=WARSAW, currency="PLN", decimals=2, parallel=3, sequential=5, off_hours=8, tandem=3, new_country=3, vacant=1,
        cost_per_hour=10**9, after_from=time(22), after_to=time(6),
    )  # fmt: skip
    return Guard(limits=limits, lists=LISTS, home="+48", learned=True, rooms_told=True)


@pytest.fixture
def book(store_url: str) -> Iterator[Book]:
    """A store filled by chance."""
    database = Database(store_url, HOUSE)
    database.open()
    yield filled(database, 7, calls=400)
    database.close()


def made(book: Book, kind: str, **changed: Any) -> Report:
    asked = replace(book.asked(), guard=guard, **changed)
    return book.database.read(lambda connection: KINDS[kind].make(asked, connection))


def lost(book: Book) -> dict[int, int]:
    """Each guest's call whose cost is above what was charged, with the loss in ten-thousandths."""
    charged: dict[int, list[Row]] = {}
    for one, call in book.charges:
        charged.setdefault(call["id"], []).append(one)
    found = {}
    for call in book.chosen:
        known = call["status"] == "charge" and call["cost"] is not None and call["amount"] is not None
        if known and call["currency"] == call["cost_currency"]:
            paid = [one["amount"] for one in charged.get(call["id"], []) if one["state"] != "written_off"]
            whole = sum(paid) * 100 if call["id"] in charged else call["amount"] * 100
            if call["cost"] > whole:
                found[call["id"]] = call["cost"] - whole
    return found


def test_calls_that_cost_more_than_their_guests_pay_are_found_with_the_loss(book: Book) -> None:
    report, wanted = made(book, "exceptions"), lost(book)
    found = {int(str(one["call"])): one["loss"] for one in rows(report, "loss")}
    assert wanted
    assert {call: loss.minor for call, loss in found.items() if isinstance(loss, Money)} == wanted
    (table,) = [one for one in report.tables if one.name == "loss"]
    whole = [cell for row in table.totals for cell in row if isinstance(cell, Money)]
    assert sum(one.minor for one in whole) == sum(wanted.values())


def test_calls_to_listed_numbers_are_summed_by_list_and_by_caller(book: Book) -> None:
    report = made(book, "watch-lists")
    out = [one for one in book.chosen if one["direction"] == "out" and one["number"]]
    wanted = Counter(
        "never" if one["number"] == "+48600000005" or one["number"].startswith("+4860000000") else "mobiles"
        for one in out
    )
    assert {one["list"]: one["calls"] for one in rows(report, "lists") if one["calls"]} == dict(wanted)
    assert sum(int(str(one["calls"] or 0)) for one in rows(report, "callers")) == len(out)
    assert sum(int(str(one["talk_seconds"] or 0)) for one in rows(report, "callers")) == sum(
        one["talk_seconds"] or 0 for one in out
    )
    assert len(rows(report, "calls")) == len(out)
    assert f"{wanted['never']} of them to barred ones" in report.finding
    (told,) = [one for one in rows(made(book, "exceptions"), "sorts") if one["sort"] == "On watch lists"]
    assert told["number"] == len(out)


def _extra(book: Book, calls: list[Row]) -> None:
    """Further calls, behind those by chance."""
    number = max(one["id"] for one in book.calls)
    whole = [
        blank(schema.calls)
        | {
            "property": HOUSE,
            "source": "main",
            "legs": 1,
            "direction": "out",
            "status": "allocated",
            "id": number + place,
        }
        | call
        for place, call in enumerate(calls, 1)
    ]
    records = [
        blank(schema.records)
        | {"property": HOUSE, "id": one["id"], "segment": 2, "position": one["id"], "source": "main", "kind": "call",
           "raw": b"x", "received_at": one["started_at"]} for one in whole
    ]  # fmt: skip
    book.database.transact(
        lambda c: (c.execute(insert(schema.records), records), c.execute(insert(schema.calls), whole))
    )


def test_fraud_of_past_days_is_found_and_named_call_by_call(book: Book) -> None:
    began = BEGIN + 3 * 24 * HOUR + 12 * HOUR
    planted = [
        {"started_at": began + n * 60 * SECOND, "talk_seconds": 1800, "extension": "600", "department": "Kitchen",
         "number": f"+2526123{n:05}", "number_class": "international", "place": "Somalia"} for n in range(4)
    ]  # fmt: skip
    empty = {
        "started_at": began,
        "talk_seconds": 60,
        "room": "303",
        "reason": vacant("303"),
        "status": "not_chargeable",
    }
    _extra(book, [*planted, empty | {"number": "+44207946000", "number_class": "international"}])
    report = made(book, "fraud")
    by_who = {(one["pattern"], one["who"]): one["calls"] for one in rows(report, "runs")}
    assert by_who["many calls abroad at once by one telephone", "Kitchen (extension 600)"] == 4
    assert by_who["calls abroad from a vacant room", "room 303"] == 1
    assert all(
        one["pattern"] != "several calls to a country that was never called before" for one in rows(report, "runs")
    )
    named = [one for one in rows(report, "calls") if one["place"] == "Somalia"]
    assert {one["number"] for one in named} == {one["number"] for one in planted}
    masked = made(book, "fraud", masked=True)
    assert "+2526123" not in str([list(one.rows) for one in masked.tables])


def test_an_hour_beyond_the_past_weeks_is_told_with_what_is_usual(store_url: str) -> None:
    database = Database(store_url, HOUSE)
    database.open()
    book = Book(database, [blank(schema.calls) | {"id": 0}])
    week = 7 * 24 * HOUR
    noon = BEGIN + 2 * 24 * HOUR + 10 * HOUR
    _extra(
        book,
        [
            {
                "started_at": noon - back * week + n * SECOND,
                "talk_seconds": 30,
                "extension": "600",
                "number_class": "mobile",
            }
            for back in range(6, -1, -1)
            for n in range(9 if back == 0 else 1)
        ],
    )
    report = made(book, "exceptions", settings=ReportSettings.model_validate({}))
    (one,) = rows(report, "unusual")
    assert (one["extension"], one["class"], one["calls"], one["usual"]) == ("600", "mobile", 9, 4)
    assert str(one["words"]) == "normal on a Saturday at 12:00 is at most 4, by the last 5 weeks"
    database.close()
