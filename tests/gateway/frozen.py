"""Stores of every schema that was ever released, as SQL text: made once, never edited, upgraded by the tests for ever.

    python -m tests.gateway.frozen        writes tests/data/stores/schema_N.sql for the schema of this program

Run it when a schema is about to be released; a file that is there already is left alone.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, MetaData, create_engine, insert, select
from sqlalchemy.pool import StaticPool

from gateway.store.database import Database
from gateway.store.migrations import STEPS
from gateway.store.schema import VERSION
from tests.gateway.web.house import StandingHouse

FOLDER = Path(__file__).parents[1] / "data" / "stores"
PROPERTY = "SEASIDE"


def frozen() -> dict[int, Path]:
    """The stored texts by schema."""
    return {int(path.stem.rpartition("_")[2]): path for path in FOLDER.glob("schema_*.sql")}


def thaw(version: int, url: str) -> Database:
    """Make the store of a schema again, on either database."""
    words = frozen()[version].read_text(encoding="utf-8")
    database = Database(url, PROPERTY)
    path = database.path
    if path is not None:
        with closing(sqlite3.connect(path)) as made:
            made.executescript(words)
        return database
    source = create_engine("sqlite://", poolclass=StaticPool)
    with source.connect() as there:
        driver = there.connection.driver_connection
        assert driver is not None
        driver.executescript(words)
        database.transact(lambda here: _carry_over(there, here, version))
    source.dispose()
    return database


def _carry_over(there: Connection, here: Connection, version: int) -> None:
    """The tables by the steps as they were, the rows as they are."""
    for step in STEPS[:version]:
        step(here)
    found, made = MetaData(), MetaData()
    found.reflect(there)
    made.reflect(here)
    for table in found.sorted_tables:
        rows = [dict(row) for row in there.execute(select(table)).mappings()]
        if rows:
            here.execute(insert(made.tables[table.name]), rows)


def main() -> None:
    """Freeze an evening of a house, and what a person and a file did in it."""
    target = FOLDER / f"schema_{VERSION}.sql"
    if target.exists():
        print(f"{target} is there already, and is never changed")
        return
    with tempfile.TemporaryDirectory() as folder:
        house = StandingHouse(Path(folder))
        house.evening()
        path = house.database.path
        house.close()
        assert path is not None
        with closing(sqlite3.connect(path)) as store:
            target.write_text("\n".join(store.iterdump()) + "\n", encoding="utf-8")
    print(f"wrote {target}")


if __name__ == "__main__":
    main()
