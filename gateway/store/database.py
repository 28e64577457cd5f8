"""Opening a store: the engine, the schema it must have, the lock that makes one gateway its owner, transactions.

SQLite runs with WAL and synchronous=FULL, so that a committed record survives a power cut; PostgreSQL keeps its own
defaults (it syncs before it acknowledges). What was bound to a statement is never told in an error: it may be a guest's number.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from gateway.store import schema
from gateway.store.hot import Translated
from gateway.store.migrations import upgrade_steps
from gateway.store.traffic import rebuild_all

T = TypeVar("T")

#: How long a transaction waits for another process's lock (a backup, an upgrade) before it is tried again later.
BUSY_MILLISECONDS: Final = 5_000
#: Pages in the write-ahead log before SQLite moves them home: fewer syncs a commit, a bounded log.
CHECKPOINT_PAGES: Final = 4_000
#: Page cache in KiB of the one writer: enough for the right edges of all indexes and a day's calls.
CACHE_KIB: Final = 65_536
#: The same of every other connection: the narrow columns of a month, or a long look, which comes by each page once.
READER_KIB: Final = 8_192
#: The schema from which on what trunks did is written with the calls; in an older store it is added up by the upgrade.
TRAFFIC_SINCE: Final = 5
#: An arbitrary constant that marks our advisory locks in PostgreSQL.
_ADVISORY: Final = 0x464F4C49


class StoreTrouble(Exception):
    """The store cannot be used as it is; the sentence says why and what to do."""


class Database:
    """One store. `transact` runs a function in one transaction and commits; nothing lazy leaves it.

    With `read_only` the database itself refuses every change.
    """

    def __init__(self, url: str, property_id: str, *, read_only: bool = False) -> None:
        self.url: URL = make_url(url)
        self.property = property_id
        self._read_only = read_only
        self.engine = _engine(self.url, read_only=read_only)
        self._lock: IO[str] | Connection | None = None
        self._kept: Connection | None = None

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded store."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def is_ours(self) -> bool:
        """True once this process is the only one that may change what the gateway changes."""
        return self._lock is not None

    @property
    def path(self) -> Path | None:
        """The file of an embedded store."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction: committed when it returns, rolled back when it raises."""
        with self.engine.connect() as connection:
            return self._committed(connection, work)

    def transact_kept(self, work: Callable[[Connection], T]) -> T:
        """Like `transact`, on a connection that is kept open between calls: for the one writer, and one thread alone.

        Taking a connection from the pool and giving it back costs as much as three statements.
        """
        connection = self._kept = self._kept or self._own_connection()
        try:
            return self._committed(connection, work)
        except BaseException:
            self._kept = None
            connection.close()  # rolls back, and a connection that is broken is not used again
            raise

    def _own_connection(self) -> Connection:
        connection = self.engine.connect()
        if self.is_sqlite:
            connection.connection.cursor().execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        return connection

    def _committed(self, connection: Connection, work: Callable[[Connection], T]) -> T:
        """Begin, work, commit; whoever calls rolls back what raises.

        Beginning and ending go straight to the driver, as the hot statements do: SQLAlchemy's own way around them costs
        more processor time than they do.
        """
        driver = connection.connection
        with_driver = Translated(self.engine)
        if self.is_sqlite:
            with with_driver:
                driver.cursor().execute("BEGIN IMMEDIATE")
        result = work(connection)
        if connection.in_transaction():  # some statement went through SQLAlchemy, which then has to know of the end
            connection.commit()
        else:
            with with_driver:
                driver.commit()
        return result

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a snapshot that is never committed."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            try:
                return work(connection)
            finally:
                connection.rollback()

    def close(self) -> None:
        """Let go of the lock and every connection."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        if isinstance(self._lock, Connection):
            self._unlock(self._lock)
        elif self._lock is not None:
            self._lock.close()
        self._lock = None
        self.engine.dispose()

    @staticmethod
    def _unlock(connection: Connection) -> None:
        """Let go of the advisory lock now: the server notices that a connection is gone only a moment later."""
        with contextlib.suppress(DBAPIError):  # a lost connection has lost its lock
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
        connection.close()

    def version(self) -> int:
        """The schema version of the store; 0 for an empty one."""
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("schema_version"):
                return 0
            found = connection.execute(select(schema.schema_version.c.version)).scalar()
            return int(found or 0)

    def open(self) -> None:
        """Make an empty store, accept a current one, refuse any other with a sentence."""
        version = self.version()
        if version == 0 and not self._read_only:
            self.upgrade()
        elif version < schema.VERSION:
            raise StoreTrouble(f"the store has schema {version}; run 'foliogate db upgrade' (it makes a backup first)")
        elif version > schema.VERSION:
            raise StoreTrouble(
                f"the store has schema {version}, which is newer than this program's {schema.VERSION}: "
                "run the release that made it, or restore an older backup"
            )

    def upgrade(self) -> tuple[int, int]:
        """Bring the store to this program's schema, in one transaction; returns the versions before and after."""
        before = self.version()
        if before > schema.VERSION:
            raise StoreTrouble(f"the store has schema {before}, newer than this program's {schema.VERSION}")

        def steps(connection: Connection) -> None:
            for step in upgrade_steps(before):
                step(connection)
            if 0 < before < TRAFFIC_SINCE:
                rebuild_all(connection)
            connection.execute(schema.schema_version.delete())
            connection.execute(insert(schema.schema_version).values(version=schema.VERSION))

        if before < schema.VERSION:
            self.transact(steps)
        return before, schema.VERSION

    def lock(self) -> None:
        """Become the only gateway of this store, until the process ends; raises StoreTrouble if there is one."""
        if not self._take_lock():
            raise StoreTrouble("another foliogate is running on this store; only one may post from it")

    def _take_lock(self) -> bool:
        if not self.is_sqlite:
            return self._take_advisory_lock()
        path = self.path
        if path is None:
            return True
        # "a": the lock file is never emptied under the process that holds it.
        handle = Path(f"{path}.lock").open("a", encoding="ascii")  # noqa: SIM115
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return False
        self._lock = handle
        return True

    def _take_advisory_lock(self) -> bool:
        connection = self.engine.connect()
        words = text("SELECT pg_try_advisory_lock(:mark, hashtext(:property))")
        if connection.execute(words, {"mark": _ADVISORY, "property": self.property}).scalar():
            connection.commit()
            self._lock = connection
            return True
        connection.close()
        return False


def _engine(url: URL, *, read_only: bool) -> Engine:
    if url.get_backend_name() != "sqlite":
        options = {"options": "-c default_transaction_read_only=on"} if read_only else {}
        return create_engine(url, paramstyle="format", pool_pre_ping=True, connect_args=options, hide_parameters=True)
    if url.database:
        os.makedirs(Path(url.database).parent, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_MILLISECONDS / 1000}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        # Transactions are begun by us (BEGIN IMMEDIATE), not guessed by the driver.
        connection.isolation_level = None
        for words in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}",
            f"PRAGMA cache_size=-{READER_KIB}",
        ):
            connection.execute(words)
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    return engine
