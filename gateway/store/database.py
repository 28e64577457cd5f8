"""Opening a store: the engine, the schema it must have, the lock that makes one gateway its owner, transactions.

SQLite runs with WAL and synchronous=FULL, so that a committed record survives a power cut; PostgreSQL keeps its own
defaults (it syncs before it acknowledges). Hot statements are compiled once by SQLAlchemy and run with tuples, straight on
the driver's cursor. What was bound to a statement is never told in an error: it may be a guest's number.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import compress
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    Table,
    bindparam,
    create_engine,
    event,
    insert,
    inspect,
    null,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from gateway.store import schema
from gateway.store.migrations import upgrade_steps

T = TypeVar("T")

#: How long a transaction waits for another process's lock (a backup, an upgrade) before it is tried again later.
BUSY_MILLISECONDS: Final = 5_000
#: Pages in the write-ahead log before SQLite moves them home: fewer syncs a commit, a bounded log.
CHECKPOINT_PAGES: Final = 4_000
#: Page cache in KiB of the one writer: enough for the right edges of all indexes and a day's calls.
CACHE_KIB: Final = 65_536
#: The same of every other connection: the narrow columns of a month, or a long look, which comes by each page once.
READER_KIB: Final = 8_192
#: Statements that one insert by shape keeps: a house has a handful of kinds of calls.
MOST_SHAPES: Final = 64
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
        with_driver = _Translated(self.engine)
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
                from gateway.store.traffic import rebuild_all

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


class _Translated:
    """Gives the driver's errors the names that SQLAlchemy has for them, so that nobody has to know two kinds."""

    def __init__(self, engine: Engine, words: str = "") -> None:
        self._errors: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._dialect, self._words = engine.dialect, words

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, self._errors):
            raise DBAPIError.instance(
                self._words, None, error, self._errors, hide_parameters=True, dialect=self._dialect
            ) from error


class Hot:
    """A statement compiled once and run many times with tuples in the order of `columns`, straight on the driver."""

    def __init__(self, engine: Engine, statement: Executable, columns: Sequence[str]) -> None:
        compiled = statement.compile(engine)  # type: ignore[attr-defined]
        order = list(compiled.positiontup or ())
        if sorted(order) != sorted(columns):
            raise ValueError(f"statement takes {order}, not {list(columns)}")
        self.sql = str(compiled)
        self._with_driver = _Translated(engine, self.sql)
        self._order = None if order == list(columns) else tuple(columns.index(name) for name in order)

    def _arranged(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return row if self._order is None else tuple(row[place] for place in self._order)

    def many(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run it for each row."""
        if rows:
            # Plain tuples: the driver takes the values of a named one by a slower way.
            arranged = list(map(tuple if self._order is None else self._arranged, rows))
            with self._with_driver:
                connection.connection.cursor().executemany(self.sql, arranged)

    def changed(self, connection: Connection, row: tuple[Any, ...]) -> int:
        """Run it once; how many rows it changed."""
        cursor = connection.connection.cursor()
        with self._with_driver:
            cursor.execute(self.sql, self._arranged(row))
        return int(cursor.rowcount)


def hot_insert(engine: Engine, table: Table) -> Hot:
    """An insert of whole rows, columns in the order of the table."""
    return Hot(engine, insert(table), [column.name for column in table.columns])


class HotShaped:
    """An insert of whole rows in the order of the table, which has the nulls of the columns of `seldom` in its words.

    To hand a null over costs SQLite's driver half a microsecond, and nearly every row of a wide table has a dozen of them. For
    each set of columns that are null a statement is compiled once; rows of one set are written together.
    """

    def __init__(self, engine: Engine, table: Table, seldom: Sequence[str]) -> None:
        self._engine, self._table, self._seldom = engine, table, tuple(seldom)
        self._names = [column.name for column in table.columns]
        self._asked = itemgetter(*map(self._names.index, self._seldom))
        self._shapes: dict[tuple[bool, ...], _Shaped] = {}

    def many(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run it for each row."""
        asked, sorted_out = self._asked, defaultdict[tuple[bool, ...], list[tuple[Any, ...]]](list)
        for row in rows:
            sorted_out[tuple([value is None for value in asked(row)])].append(row)
        for shape, some in sorted_out.items():
            statement, kept = self._shapes.get(shape) or self._shaped(shape)
            statement.many(connection, list(map(kept, some)))

    def _shaped(self, shape: tuple[bool, ...]) -> _Shaped:
        """The statement for rows in which these columns are null, and what it takes of a row."""
        absent = set(compress(self._seldom, shape))
        names = [name for name in self._names if name not in absent]
        # Said, not left out: a column that was added to a table that had rows may have a default.
        values = {name: null() if name in absent else bindparam(name) for name in self._names}
        made = _Shaped(
            Hot(self._engine, insert(self._table).values(values), names), itemgetter(*map(self._names.index, names))
        )
        if len(self._shapes) < MOST_SHAPES:
            self._shapes[shape] = made
        return made


class _Shaped(NamedTuple):
    """The statement for rows of one shape, and what it takes of a row."""

    statement: Hot
    kept: Callable[[tuple[Any, ...]], tuple[Any, ...]]


def hot_sum(engine: Engine, table: Table) -> Hot:
    """An insert of whole rows, where a row of the same key is there already adding the other columns to it."""
    key = [column.name for column in table.primary_key.columns]
    adding: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[engine.dialect.name](table)
    sums = {column.name: column + adding.excluded[column.name] for column in table.columns if column.name not in key}
    statement = adding.on_conflict_do_update(index_elements=key, set_=sums)
    return Hot(engine, statement, [column.name for column in table.columns])
