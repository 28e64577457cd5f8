"""Whether a stored ledger is whole: its file, its schema, every rule of rules.py, and every price added up again.

Whatever is found is told in a sentence with the numbers of the rows, so that somebody can look at them. Nothing is
changed and nothing is repaired: a ledger that mends itself proves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy import Connection, inspect, select, text

from gateway.acts import DESK
from gateway.store import schema
from gateway.store.rules import RULES, Rule
from gateway.store.traffic import lines_that_differ
from rating.recount import recounted

#: Rows of a kind that are named; more are counted.
MOST_NAMED: Final = 5
#: Calls whose sums are added up between two words of progress.
_CHUNK: Final = 5_000

#: Told what is being done, and how far it has come, from 0 to 1.
Progress = Callable[[str, float], None]


def _silent(_words: str, _share: float) -> None:
    """Nobody is watching."""


def broken_rules(connection: Connection, owner: str, is_sqlite: bool, progress: Progress = _silent) -> list[str]:
    """What is wrong with a store, in sentences; empty if it is whole."""
    progress("the file" if is_sqlite else "the tables", 0.0)
    broken = [*_damage(connection)] if is_sqlite else []
    lacking = _lacking(connection)
    if lacking:
        return broken + lacking  # what is asked below would fail on it
    for number, rule in enumerate(RULES):
        progress(f"each {rule.kind}", 0.2 + 0.5 * number / len(RULES))
        broken += _asked(connection, owner, rule)
    return broken + _sums(connection, owner, progress) + _trunks(connection, owner, progress)


def _damage(connection: Connection) -> Iterator[str]:
    """What SQLite finds: pages, and every index against its table."""
    for row in connection.exec_driver_sql("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"the file is damaged: {row[0]}"


def _lacking(connection: Connection) -> list[str]:
    """Tables, columns and indexes that the schema has and the store has not."""
    found = inspect(connection)
    there = set(found.get_table_names())
    lacking = []
    for table in schema.metadata.sorted_tables:
        if table.name not in there:
            lacking.append(f"the table {table.name} is missing")
            continue
        columns = {column["name"] for column in found.get_columns(table.name)}
        lacking += [
            f"the column {table.name}.{one.name} is missing" for one in table.columns if one.name not in columns
        ]
        indexes = {index["name"] for index in found.get_indexes(table.name)}
        lacking += [
            f"the index {one.name} of {table.name} is missing" for one in table.indexes if one.name not in indexes
        ]
    return lacking


def _asked(connection: Connection, owner: str, rule: Rule) -> list[str]:
    rows = [int(row[0]) for row in connection.execute(text(rule.question), {"p": owner})]
    if not rows:
        return []
    return [f"{_counted(len(rows), rule.kind)} {rule.words}: {_named(sorted(rows))}"]


def _counted(count: int, kind: str) -> str:
    if count == 1:
        return f"one {kind}"
    plural = "entries of the audit trail" if kind.startswith("entry") else f"{kind}s"
    return f"{count} {plural}"


def _named(rows: list[int]) -> str:
    shown = ", ".join(str(one) for one in rows[:MOST_NAMED])
    return f"{shown} and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else shown


def _sums(connection: Connection, owner: str, progress: Progress) -> list[str]:
    """Calls whose price does not follow from the sum that is stored with it; what a person charged has no sum."""
    c = schema.calls.c
    priced = (c.property == owner, c.trace.is_not(None), c.source != DESK)
    wanted = select(c.id, c.net, c.tax, c.amount, c.trace).where(*priced)
    newest = int(connection.execute(text("SELECT max(id) FROM calls WHERE property = :p"), {"p": owner}).scalar() or 1)
    wrong: list[int] = []
    result = connection.execution_options(stream_results=True).execute(wanted.order_by(c.id))
    for number, row in enumerate(result.yield_per(_CHUNK)):
        if number % _CHUNK == 0:
            progress("each price", 0.7 + 0.2 * row.id / newest)
        if not _adds_up(row.trace, (row.net, row.tax, row.amount)):
            wrong.append(row.id)
    return (
        [f"{_counted(len(wrong), 'call')} whose price does not follow from its stored sum: {_named(wrong)}"]
        if wrong
        else []
    )


def _trunks(connection: Connection, owner: str, progress: Progress) -> list[str]:
    """Trunks whose sums by quarter hour are not what the calls say."""
    differ = lines_that_differ(connection, owner, lambda words, share: progress(words, 0.9 + 0.1 * share))
    if not differ:
        return []
    return [
        f"the sums of {_counted(len(differ), 'trunk')} are not what its calls say ('foliogate db rebuild-traffic' makes them "
        f"anew): {', '.join(differ[:MOST_NAMED])}{' and more' if len(differ) > MOST_NAMED else ''}"
    ]


def _adds_up(trace: str, stored: tuple[int, int, int]) -> bool:
    """Whether the legs' sums, each added up again, make the stored price. A layout of another release is believed."""
    try:
        legs = [recounted(leg) for leg in json.loads(trace)]
    except (ValueError, TypeError):
        return False
    known = [leg for leg in legs if leg is not None]
    return len(known) < len(legs) or tuple(map(sum, zip(*known, strict=True))) == stored
