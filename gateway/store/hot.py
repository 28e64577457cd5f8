"""Hot statements: compiled once by SQLAlchemy and run with tuples, straight on the driver's cursor.

What was bound to one is never told in an error: it may be a guest's number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import compress
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, Executable, Table, bindparam, insert, null
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

#: Statements that one insert by shape keeps: a house has a handful of kinds of calls.
MOST_SHAPES: Final = 64


class Translated:
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
        self._with_driver = Translated(engine, self.sql)
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
