"""Protects the auditor's patience: a day costs the same in a store of any size, because every question of a sheet is a range of keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sqlalchemy import event

from gateway.store.audit_sums import came_later, snapshot
from gateway.store.database import Database
from gateway.store.day_looks import charges_behind, records_behind
from tests.gateway.audit import nights, stores
from tests.gateway.rig import Rig, line

#: A table that is walked from end to end, or found by nothing but whose it is: what a million calls would be felt in.
WALKED = re.compile(
    r"\bSCAN (records|calls|postings|attempts)\b|(records|calls|postings|attempts)\b.*\(property=\?\)(?! AND)"
)

#: The lowest or highest number of a table, which SQLite reads at one end of its key.
ENDS = re.compile(r"SELECT (min|max)\(\w+\.id\) ")


def test_no_question_of_a_sheet_walks_a_table(tmp_path: Path) -> None:
    rig = Rig(f"sqlite:///{tmp_path / 'store.db'}")
    nights.begin(rig)
    rig.check_in()
    rig.send(rig.connect(), line(1))
    nights.night(rig, running=True)
    first = nights.days(rig)[0]
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, _many: bool) -> None:
        asked.append((statement, parameters))

    def ask(connection: Any) -> None:
        snapshot(connection, "SEASIDE", first.begin, first.end)
        came_later(connection, "SEASIDE", first._replace(closed_at=first.ended_at))
        records_behind(connection, "SEASIDE", first, "rated", 0, 10)
        charges_behind(connection, "SEASIDE", first, "posted", 0, 10)

    event.listen(rig.database.engine, "before_cursor_execute", note)
    rig.database.read(ask)
    event.remove(rig.database.engine, "before_cursor_execute", note)
    assert len(asked) > 12

    def plans(connection: Any) -> list[str]:
        found = []
        for statement, parameters in asked:
            if statement.startswith("SELECT") and not ENDS.match(statement):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                found += [f"{row[3]} <- {statement}" for row in rows if WALKED.search(row[3])]
        return found

    assert rig.database.read(plans) == []
    rig.close()


def test_the_pattern_knows_a_walk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'store.db'}", stores.HOUSE)
    database.open()

    def plan(question: str) -> str:
        return str(database.read(lambda c: c.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}").fetchall()[0][3]))

    assert WALKED.search(plan("SELECT * FROM records WHERE source = 'x'"))
    assert WALKED.search(plan("SELECT * FROM records WHERE property = 'x' AND source = 'x'"))
    assert not WALKED.search(plan("SELECT * FROM records WHERE property = 'x' AND id > 7"))
    database.close()
