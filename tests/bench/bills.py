"""A carrier's bill against our calls: lines a second, beside the bare reading of the same file, and the memory it takes."""

from __future__ import annotations

import csv
import random
import resource
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from gateway.carrier_bills.items import Tolerance
from gateway.carrier_bills.layout import Layout
from gateway.carrier_bills.numbers import keys_of
from gateway.config import ReportSettings
from gateway.instants import SECOND, to_micros
from gateway.reports.asking import Asked
from gateway.reports.bill_check import FATES, check_bill
from gateway.reports.bill_report import bill_report
from gateway.reports.periods import Period
from gateway.store import schema
from gateway.store.database import Database
from gateway.traffic.capacity import Capacity
from tests.bench.kit import Figure, Findings, paired
from tests.bench.lab import full, measure

LINES, LINES_FULL = 100_000, 1_000_000
BEGIN: Final = to_micros(datetime(2026, 11, 1, tzinfo=UTC))
#: Their clock is ahead by so much.
AHEAD: Final = 41 * SECOND
_CHUNK: Final = 10_000
_MEGABYTE: Final = 1_000_000


def _calls(number: int) -> Iterator[dict[str, Any]]:
    """A month of calls, one every few seconds; a third of them to numbers that are called again and again."""
    chance = random.Random(1)
    step = 30 * 86_400 * SECOND // number
    for place in range(1, number + 1):
        far = chance.randrange(number if chance.random() < 0.7 else 500)
        talk = chance.randrange(5, 600)
        yield {
            "property": "SEASIDE", "id": place, "source": "main", "legs": 1, "status": "charge", "reason": "", "holders": "",
            "warnings": "", "direction": "out", "started_at": BEGIN + place * step, "talk_seconds": talk,
            "number": f"+4822{far:07}", "number_class": "national", "extension": f"{100 + place % 400}",
            "cost": talk * 37, "cost_currency": "PLN", "cost_decimals": 4,
        }  # fmt: skip


def _written(database: Database, path: Path, number: int) -> None:
    """The calls in the store, and the bill: two of a thousand dearer, one twice, one missing on either side."""
    chance = random.Random(2)
    with path.open("w", newline="") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow(["Date", "Number", "Length", "Net"])
        calls = _calls(number)
        while some := list(islice(calls, _CHUNK)):
            records = [
                {"property": "SEASIDE", "id": one["id"], "segment": 1, "position": one["id"], "source": "main", "kind": "call",
                 "reason": "", "mark": "", "raw": b"", "received_at": one["started_at"]} for one in some
            ]  # fmt: skip
            database.transact(
                lambda connection, some=some, records=records: (  # type: ignore[misc]
                    connection.execute(insert(schema.records), records),
                    connection.execute(insert(schema.calls), some),
                )
            )
            for call in some:
                rows.writerows(_lines(call, chance.randrange(1000)))


def _lines(call: dict[str, Any], fate: int) -> list[list[str]]:
    if fate == 0:
        return []
    began = datetime.fromtimestamp((call["started_at"] + AHEAD) // SECOND, UTC)
    price = call["cost"] + (500 if fate in (1, 2) else 0)
    line = [
        f"{began:%d.%m.%Y %H:%M:%S}",
        call["number"][3:],
        str(call["talk_seconds"]),
        f"{price // 10_000},{price % 10_000:04}",
    ]
    return [line, line] if fate == 3 else [line]


def checked(folder: Path, *, lines: int, rounds: int) -> dict[str, Any]:
    """Lines a second through a check with its report, and through csv.reader alone; and how much memory came on top."""
    database = Database(f"sqlite:///{folder / 'bills.db'}", "SEASIDE")
    database.open()
    bill = folder / "bill.csv"
    _written(database, bill, lines)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found: dict[str, Any] = {"check": [], "bare": []}
    for place in range(rounds):
        runs = folder / f"runs-{place}"
        runs.mkdir()
        begun = time.process_time()
        result = check_bill(_asked(database), _layout(), bill, runs, lambda _words, _share: None)
        report = bill_report(_asked(database), result)
        rows = sum(1 for table in report.tables for _ in table.rows)
        found["check"].append(lines / (time.process_time() - begun))
        begun = time.process_time()
        with bill.open(newline="") as text:
            read = sum(1 for _ in csv.reader(text, delimiter=";")) - 1
        found["bare"].append(lines / (time.process_time() - begun))
        assert sum(result.sums[name].lines for name in FATES) == read, "a line is in no sum, or in two"
        assert result.offset.seconds == AHEAD // SECOND
        assert rows > 0
    found["memory"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    database.close()
    return found


def _asked(database: Database) -> Asked:
    zone = ZoneInfo("Europe/Warsaw")
    return Asked(
        database=database,
        hotel="Seaside Hotel",
        period=Period(date(2026, 11, 1), date(2026, 11, 30), zone),
        currency="PLN",
        decimals=2,
        run_at=datetime(2026, 12, 1, tzinfo=UTC),
        settings=ReportSettings.model_validate({}),
        capacity=Capacity([]),
    )


def _layout() -> Layout:
    return Layout(
        name="telco",
        number="Number",
        began="Date",
        time=None,
        duration="Length",
        amount="Net",
        caller=None,
        written="%d.%m.%Y %H:%M:%S",
        zone=ZoneInfo("UTC"),
        lengths="seconds",
        decimal=",",
        currency="PLN",
        keys=keys_of("PL", "22", "national", 0, ("9",)),
        factor=(1, 1),
        tolerance=Tolerance(120, 3, 10_000),
    )


def bench() -> Findings:
    """The figures of the bill check."""
    lines, rounds = (LINES_FULL, 1) if full() else (LINES, 2)
    found = measure("bills.checked", lines=lines, rounds=rounds)
    limit = "csv.reader over the same file, nothing else"
    yield paired(
        f"bill check with its report, {lines:,} lines against {lines:,} calls",
        found["check"],
        found["bare"],
        against=limit,
    )
    yield Figure(
        name="memory on top of a process that has the program loaded",
        figure=found["memory"] / _MEGABYTE,
        unit="MB",
        ceiling=300.0,
        against="whatever the bill's length",
    )
