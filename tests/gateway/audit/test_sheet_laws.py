"""Protects the auditor: whatever the store holds, the sheet adds up to the minor unit, and every difference has its items."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from gateway.audit.days import Edge
from gateway.audit.sheet import CAME, Sheet, differences, sheet
from gateway.audit.snapshot import frozen, thawed
from gateway.audit.sums import Coin
from gateway.store.audit_sums import snapshot
from gateway.store.database import Database
from gateway.store.reporting import YES
from tests.gateway.audit import stores

SIZE = 120
BEGINNING, END = Edge(0, 0, 0, 0), Edge(2**62, 2**62, 2**62, 2**62)


def drawn(database: Database, begin: Edge, end: Edge) -> Sheet:
    return sheet(database.read(lambda connection: snapshot(connection, stores.HOUSE, begin, end)))


def by_hand(made: stores.Heap, begin: Edge, end: Edge) -> dict[str, Any]:
    """The day's main sums, counted without the database."""
    calls = {one["id"]: one for one in made.calls}
    records = [one for one in made.records if begin.record <= one["id"] < end.record]
    heads = [
        calls[one["id"]]
        for one in records
        if one["kind"] == "call" and one["mark"] != "repeat" and one["call_id"] == one["id"] and one["id"] in calls
    ]
    rated: Counter[Coin] = Counter()
    for one in heads:
        if one["status"] == "charge" and one["amount"] is not None:
            rated[Coin(one["currency"], one["decimals"])] += one["amount"]
    states: Counter[tuple[str, Coin]] = Counter()
    charges = {one["id"]: one for one in made.postings}
    for one in charges.values():
        if begin.posting <= one["id"] < end.posting:
            states[one["state"], Coin(one["currency"], one["decimals"])] += one["amount"] or 0
    yes: Counter[Coin] = Counter()
    for one in made.attempts:
        if begin.attempt <= one["id"] < end.attempt and one["event"] in YES and one["posting_id"] in charges:
            charge = charges[one["posting_id"]]
            yes[Coin(charge["currency"], charge["decimals"])] += charge["amount"] or 0
    return {"received": len(records), "rated": rated, "states": states, "yes": yes}


def test_any_store_adds_up_between_any_edges_and_equals_what_is_counted_by_hand(store_url: str) -> None:
    database = Database(store_url, stores.HOUSE)
    database.open()
    for seed in range(12):
        made, draw = stores.heap(seed, SIZE), random.Random(seed)
        stores.fill(database, made)
        for begin, end in [(BEGINNING, END), *(stores.edges(draw, SIZE) for _ in range(3))]:
            found, counted = drawn(database, begin, end), by_hand(made, begin, end)
            assert found.unaccounted == (0, {}, {}), f"seed {seed} between {begin} and {end}"
            assert found.received == counted["received"] == sum(found.came[name].number for name in CAME)
            assert +Counter(found.rated.gross) == +counted["rated"]
            states = Counter({(s, coin): m for s, one in found.went.items() for coin, m in one.gross.items()})
            assert {k: v for k, v in states.items() if v} == {k: v for k, v in counted["states"].items() if v}
            assert {k: v for k, v in found.yes.gross.items() if v} == {k: v for k, v in counted["yes"].items() if v}
            assert frozen(thawed(frozen(found.snapshot))) == frozen(found.snapshot)
            assert sheet(thawed(frozen(found.snapshot))) == found, "a frozen sheet is the same sheet"
        stores.empty(database)
    database.close()


def test_days_that_follow_each_other_share_nothing_and_leave_nothing_out(store_url: str) -> None:
    """A record, a charge and an attempt belong to one day: the sheets of the days are the sheet of the whole."""
    database = Database(store_url, stores.HOUSE)
    database.open()
    made = stores.heap(99, SIZE)
    stores.fill(database, made)
    middle = [Edge(stores.START + at, at, at + 3, at + 7) for at in (30, 61, 62, 100)]
    marks = [BEGINNING, *middle, END]
    days = [drawn(database, begin, end) for begin, end in zip(marks, marks[1:], strict=False)]
    whole = drawn(database, BEGINNING, END)
    assert sum(one.received for one in days) == whole.received
    for name in CAME:
        assert sum(one.came[name].number for one in days) == whole.came[name].number, name
    for coin, minor in whole.charges.gross.items():
        assert sum(one.charges.gross.get(coin, 0) for one in days) == minor
    for coin, minor in whole.yes.gross.items():
        assert sum(one.yes.gross.get(coin, 0) for one in days) == minor
    assert any(differences(one, {}, {}) for one in days)
    database.close()
