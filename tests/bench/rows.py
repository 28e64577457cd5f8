"""Rows without the product: inserted bare, as the limit of any store on SQLite, and multiplied, to make a store big."""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table

from gateway.store.database import CACHE_KIB, CHECKPOINT_PAGES, Database
from gateway.store.schema import calls, postings, records
from tests.bench.house import House

#: What a record leaves behind, in the order in which the product writes it.
TABLES: Final = (calls, records, postings)
#: Rows of each table copied in one transaction: the log stays small.
COPIED_AT_ONCE: Final = 32_000
#: Columns that count with the record, by table.
_COUNTED: Final = {
    "records": ("id", "position", "call_id"),
    "calls": ("id",),
    "postings": ("id", "call_id"),
}


def bare_inserts(house: House, path: Path, batch: int) -> float:
    """Rows of the house again, by executemany into an empty store of the same schema: records a second."""
    rows = {table.name: _rows(house, table) for table in TABLES}
    count = len(rows["records"])
    assert {len(some) for some in rows.values()} == {count}
    empty = Database(f"sqlite:///{path}", "BENCH")
    empty.open()
    empty.close()
    connection = sqlite3.connect(path, isolation_level=None)
    for words in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        f"cache_size=-{CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {words}")
    inserts = [(rows[table.name], _insert(table)) for table in TABLES]
    begun = time.perf_counter()
    for first in range(0, count, batch):
        connection.execute("BEGIN IMMEDIATE")
        for some, words in inserts:
            connection.executemany(words, some[first : first + batch])
        connection.execute("COMMIT")
    spent = time.perf_counter() - begun
    [(kept,)] = connection.execute("SELECT count(*) FROM records").fetchall()
    connection.close()
    assert kept == count
    return count / spent


def _rows(house: House, table: Table) -> list[tuple[object, ...]]:
    def read(connection: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table.name} ORDER BY id")]

    return house.database.read(read)


def _insert(table: Table) -> str:
    return f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"


def multiply(house: House, to: int, tables: tuple[Table, ...] = TABLES) -> None:
    """Copy the rows of a house again and again, with new numbers, until each table has `to` rows; then read it anew.

    The copies are made inside SQLite, so two million take a minute and not an hour. They differ from rows that came in
    one by one in nothing that an index could see: every key counts on.
    """
    there = house.count(tables[0].name)
    while there < to:
        most = min(there, to - there, COPIED_AT_ONCE)
        house.database.transact(partial(_copy, tables, there, most))
        there += most
    house.database.transact(house.memory.reload)


def _copy(tables: tuple[Table, ...], shift: int, most: int, connection: Connection) -> None:
    for table in tables:
        counted = _COUNTED[table.name]
        columns = ", ".join(f"{c.name} + {shift}" if c.name in counted else c.name for c in table.columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} SELECT {columns} FROM {table.name} WHERE id <= {most}")
