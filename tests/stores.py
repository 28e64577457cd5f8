"""Empty stores of the present schema, made once and then copied or emptied: making the tables takes longer than most tests.

What is about making and upgrading a store begins with nothing, by the fixture `bare_store_url`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import psycopg

from gateway.store.database import Database
from tests.postgres import fresh_database

#: Ends whoever is still connected, as a test's leftover thread might be, and leaves no row but the schema's number.
_EMPTY: Final = """
DO $$
DECLARE name text; filled bool;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
        IF filled THEN EXECUTE format('TRUNCATE %I CASCADE', name); END IF;
    END LOOP;
END $$
"""


@cache
def _file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        _make(f"sqlite:///{path}")
        return path.read_bytes()


def _make(url: str) -> None:
    made = Database(url, "SEASIDE")
    made.open()
    made.close()


def lay_empty_store(path: Path) -> None:
    """Put an empty store of SQLite there; leave what is there already."""
    if not path.exists():
        path.write_bytes(_file())


@contextmanager
def made_on(server_url: str) -> Iterator[str]:
    """A database on the server with an empty store in it; yields its URL."""
    with fresh_database(server_url, "made") as url:
        _make(url)
        yield url


def empty(url: str) -> str:
    """Take every row out of a store on PostgreSQL; returns its URL."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(_EMPTY)
    return url
