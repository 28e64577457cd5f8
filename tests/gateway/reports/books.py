"""Stores filled by chance: calls, charges and what the PMS said of them, kept beside as plain rows to be counted by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Table, insert

from gateway.config import ReportSettings
from gateway.instants import SECOND, to_micros
from gateway.ledger import STATES
from gateway.reports.asking import Asked
from gateway.reports.catalog import KINDS
from gateway.reports.periods import Period
from gateway.reports.values import Report
from gateway.store import schema
from gateway.store.database import Database
from gateway.traffic.capacity import Capacity, Installed
from tests.gateway.reports.samples import NASTY, WARSAW

HOUSE: Final = "SEASIDE"
#: The night on which the clocks go back is among the days, and calls of the days around them are in the store.
FIRST, LAST = date(2026, 10, 24), date(2026, 10, 26)
BEGIN: Final = to_micros(datetime(2026, 10, 22, tzinfo=UTC))
HOURS: Final = 24 * 7
CLASSES: Final = ("local", "mobile", "international", "premium", None)
MONIES: Final = (("PLN", 2), ("PLN", 2), ("EUR", 2))

Row = dict[str, Any]


@dataclass
class Book:
    """A store with what stands in it."""

    database: Database
    calls: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)

    def asked(self, masked: bool = False) -> Asked:
        """The three days."""
        return Asked(
            database=self.database,
            hotel="Seaside <Hotel>",
            period=Period(FIRST, LAST, WARSAW),
            currency="PLN",
            decimals=2,
            run_at=datetime(2026, 10, 29, 6, tzinfo=UTC),
            settings=ReportSettings.model_validate({"repeated": 3, "many_callers": 3}),
            capacity=Capacity([_group()]),
            masked=masked,
        )

    def report(self, kind: str, masked: bool = False) -> Report:
        """A report about them."""
        asked = self.asked(masked)
        return self.database.read(lambda connection: KINDS[kind].make(asked, connection))

    @property
    def chosen(self) -> list[Row]:
        """The calls of the three days, picked one by one."""
        period = Period(FIRST, LAST, WARSAW)
        return [one for one in self.calls if period.since <= one["started_at"] < period.until]

    @property
    def charges(self) -> list[tuple[Row, Row]]:
        """Their charges, each with its call."""
        calls = {one["id"]: one for one in self.chosen}
        return [(one, calls[one["call_id"]]) for one in self.postings if one["call_id"] in calls]


def _group() -> Installed:
    members = frozenset({"T1", "T2", "T3"})
    return Installed(group="city", name="City", trunks=3, members=members, since=None, direction="both", target=0.01)


def blank(table: Table) -> Row:
    """A row of a table with nothing in it."""
    return {
        column.name: None if column.nullable else 0 if isinstance(column.type, BigInteger) else ""
        for column in table.columns
    }


def filled(database: Database, seed: int, calls: int = 300) -> Book:
    """A store with so many calls by chance, and those of a neighbour that nobody may count."""
    book, chance = Book(database), random.Random(seed)
    for number in range(1, calls + 1):
        _call(book, chance, number, calls)
    database.transact(lambda connection: _insert(connection, book))
    return book


def _call(book: Book, chance: random.Random, number: int, of: int) -> None:
    received = BEGIN + number * HOURS * 3600 * SECOND // of
    status = chance.choice(["charge", "charge", "allocated", "not_chargeable", "open"])
    priced = status in ("charge", "allocated") and chance.random() < 0.9
    costed = chance.random() < 0.6
    currency, decimals = chance.choice(MONIES)
    room = chance.choice(["101", "102", NASTY[0], None])
    number_ = f"+4860{chance.randrange(12):07d}"
    talk = chance.choice([None, 0, 3, 65, 3_600, 5_000])
    amount = chance.randrange(0, 9_000)
    call = blank(schema.calls) | {
        "property": HOUSE,
        "id": number,
        "source": "main",
        "legs": 1,
        "status": status,
        "direction": chance.choice(["out", "out", "out", "in", "internal"]),
        "started_at": received - chance.randrange(7_200) * SECOND,
        "talk_seconds": talk,
        "extension": chance.choice(["101", "102", "600", None]),
        "dialled": f"9{number_[1:]}",
        "number": chance.choice([number_, None]),
        "room": room,
        "department": None if room else chance.choice([NASTY[1], "Kitchen", None]),
        "reservation": chance.choice(["7", "8", None]) if room else None,
        "number_class": chance.choice(CLASSES),
        "place": chance.choice([NASTY[2], "Poland", None]),
        "carrier": chance.choice([None, "A", "B"]),
        "trunk": chance.choice(["T1", "T2", None]),
        "amount": amount if priced else None,
        "net": amount if priced else None,
        "tax": 0 if priced else None,
        "currency": currency if priced else None,
        "decimals": decimals if priced else None,
        "cost": chance.randrange(0, 500_000) if costed else None,
        "cost_currency": chance.choice(["PLN", "EUR"]) if costed else None,
        "cost_decimals": 4 if costed else None,
    }
    book.calls.append(call)
    if status == "charge" and chance.random() < 0.95:
        for part in range(chance.choice([1, 1, 2])):
            _posting(book, chance, call, part, currency)


def _posting(book: Book, chance: random.Random, call: Row, part: int, currency: str) -> None:
    priced = call["amount"] is not None
    state = chance.choice([*STATES, "posted"])
    state = state if priced else chance.choice(["held", "written_off"])
    number = len(book.postings) + 1
    kind = "charge" if part == 0 or not priced else chance.choice(["correction", "reversal"])
    amount = None
    if priced:
        amount = call["amount"] if part == 0 else (-1 if kind == "reversal" else 1) * chance.randrange(1, 500)
    book.postings.append(
        blank(schema.postings)
        | {
            "property": HOUSE,
            "id": number,
            "call_id": call["id"],
            "part": part,
            "pms": "opera",
            "state": state,
            "hold": chance.choice(["unrated", "no_post"]) if state == "held" else "",
            "reason": NASTY[8] if state == "refused" else "",
            "room": call["room"],
            "reservation": call["reservation"],
            "amount": amount,
            "currency": currency,
            "decimals": 2,
            "kind": kind,
        }
    )
    for event in _answers(chance, state):
        book.attempts.append(
            blank(schema.attempts)
            | {"property": HOUSE, "id": len(book.attempts) + 1, "posting_id": number, "attempt": 1, "event": event}
        )


def _answers(chance: random.Random, state: str) -> list[str]:
    if state == "posted":
        return chance.choice(
            [["accepted"], ["accepted"], ["no_answer", "late_yes"], ["no_answer"], ["accepted", "late_yes"]]
        )
    return {"refused": ["refused"], "in_doubt": ["no_answer"], "due": chance.choice([[], ["accepted"]])}.get(state, [])


def _insert(connection: Connection, book: Book) -> None:
    records = [
        blank(schema.records)
        | {
            "property": HOUSE,
            "id": one["id"],
            "segment": 1,
            "position": one["id"],
            "source": "main",
            "received_at": BEGIN + one["id"] * HOURS * 3600 * SECOND // len(book.calls),
            "kind": "call",
            "call_id": one["id"],
            "raw": b"x",
        }
        for one in book.calls
    ]
    stays = [
        blank(schema.stays)
        | {"property": HOUSE, "id": number, "reservation": reservation, "room": "101", "since": 0, "name": name}
        for number, (reservation, name) in enumerate((("7", NASTY[3]), ("8", "Żółć")), 1)
    ]
    rows = {
        schema.records: records,
        schema.calls: book.calls,
        schema.postings: book.postings,
        schema.attempts: book.attempts,
        schema.stays: stays,
    }
    for table, some in rows.items():
        connection.execute(insert(table), some)
        # The neighbour's are the same, so that whoever forgets the property counts everything twice.
        connection.execute(insert(table), [one | {"property": "NEIGHBOUR"} for one in some])
