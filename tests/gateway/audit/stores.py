"""Stores in any state at all: rows by chance, as no gateway would ever leave them, so that the sums have nothing to lean on."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from sqlalchemy import Connection, insert

from gateway.audit.days import Edge
from gateway.instants import SECOND
from gateway.ledger import STATES, Hold
from gateway.store import schema
from gateway.store.database import Database
from tests.gateway.reports.books import blank

HOUSE: Final = "SEASIDE"
START: Final = 1_790_000_000 * SECOND
KINDS: Final = ("call", "call", "call", "call", "event", "furniture", "unparsed")
MARKS: Final = ("", "", "", "", "gap", "repeat", "possible repeat")
STATUSES: Final = ("charge", "charge", "charge", "open", "allocated", "not_chargeable")
CLASSES: Final = ("local", "mobile", "international", None)
COINS: Final = (("PLN", 2), ("PLN", 2), ("PLN", 2), ("EUR", 2), ("PLN", 4))
EVENTS: Final = (
    "accepted",
    "accepted",
    "late_yes",
    "in_total",
    "no_answer",
    "refused",
    "not_sent",
    "",
    "unacknowledged",
)


@dataclass
class Heap:
    """What was put into a store."""

    records: list[dict[str, Any]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    postings: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[dict[str, Any]] = field(default_factory=list)


def heap(seed: int, size: int = 120) -> Heap:
    """Rows by chance; numbers have gaps, and point to rows that may not be there."""
    draw, made = random.Random(seed), Heap()
    for number in range(1, size + 1):
        if draw.random() < 0.1:
            continue
        kind = draw.choice(KINDS)
        call = (
            None
            if kind != "call" or draw.random() < 0.05
            else draw.choice([number, number, number, draw.randint(1, size)])
        )
        made.records.append(
            blank(schema.records)
            | {"id": number, "segment": 1, "position": number, "source": "main", "received_at": START + number * SECOND}
            | {"kind": kind, "mark": draw.choice(MARKS), "call_id": call, "raw": b"", "reason": "as it was"}
        )
        if draw.random() < 0.8:
            made.calls.append(_call(draw, number))
    for number in range(1, size + 1):
        if draw.random() < 0.9:
            made.postings.append(_posting(draw, number, size, made))
    for number in range(1, size + 1):
        sent = {"id": number, "posting_id": draw.randint(1, size), "attempt": draw.randint(1, 3), "pms": "opera"}
        at = {"sent_at": START + number * SECOND, "event": draw.choice(EVENTS)}
        made.attempts.append(blank(schema.attempts) | sent | at)
    return made


def _call(draw: random.Random, number: int) -> dict[str, Any]:
    status, net, tax = draw.choice(STATUSES), draw.randrange(1, 5_000), draw.randrange(0, 900)
    currency, decimals = draw.choice(COINS)
    priced = {"amount": net + tax, "net": net, "tax": tax, "currency": currency, "decimals": decimals}
    about = {"number_class": draw.choice(CLASSES), "room": "201", "direction": "out", "source": "main", "legs": 1}
    began = {"started_at": START + (number - draw.randrange(0, 30)) * SECOND, "status": status, "reason": "as ruled"}
    return blank(schema.calls) | {"id": number} | about | began | (priced if draw.random() < 0.8 else {})


def _posting(draw: random.Random, number: int, size: int, made: Heap) -> dict[str, Any]:
    state, kind = draw.choice(STATES), draw.choice(("charge", "charge", "charge", "correction", "reversal"))
    call_id = number if draw.random() < 0.6 else draw.randint(1, size)
    parts = sum(one["call_id"] == call_id for one in made.postings)
    call = next((one for one in made.calls if one["id"] == call_id), None)
    same = call is not None and call["amount"] is not None and kind == "charge" and draw.random() < 0.7
    currency, decimals = (call["currency"], call["decimals"]) if call and same else draw.choice(COINS)
    amount = call["amount"] if call and same else draw.randrange(1, 5_000)
    amount = -amount if kind == "reversal" else amount
    amount = None if state in ("held", "written_off") and draw.random() < 0.4 else amount
    hold = draw.choice(get_args(Hold)) if state == "held" else ""
    money = {"amount": amount, "currency": currency, "decimals": decimals}
    when = {
        "created_at": START + number * SECOND,
        "changed_at": START + number * SECOND,
        "attempts": draw.randint(0, 3),
    }
    about = {
        "id": number,
        "call_id": call_id,
        "part": parts,
        "pms": "opera",
        "state": state,
        "hold": hold,
        "kind": kind,
    }
    return blank(schema.postings) | about | money | when


def fill(database: Database, made: Heap) -> None:
    """Write them."""

    def work(connection: Connection) -> None:
        for table, rows in (
            (schema.records, made.records),
            (schema.calls, made.calls),
            (schema.postings, made.postings),
            (schema.attempts, made.attempts),
        ):
            if rows:
                connection.execute(insert(table), [row | {"property": HOUSE} for row in rows])

    database.transact(work)


def empty(database: Database) -> None:
    """Take all of it away again."""

    def work(connection: Connection) -> None:
        for table in (schema.records, schema.calls, schema.postings, schema.attempts):
            connection.execute(table.delete())

    database.transact(work)


def edges(draw: random.Random, size: int) -> tuple[Edge, Edge]:
    """Two edges anywhere, the numbers of each table for itself."""
    pairs = [sorted((draw.randint(1, size + 1), draw.randint(1, size + 1))) for _ in range(4)]
    (a, b), records, postings, attempts = pairs
    first, second = zip(records, postings, attempts, strict=True)
    return Edge(START + a * SECOND, *first), Edge(START + b * SECOND, *second)
