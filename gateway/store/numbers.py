"""The numbers that rows get: given out in memory by the one writer, begun where the store stands."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Table, func, select

from gateway.store import schema

_COUNTED: Final[tuple[Table, ...]] = (
    schema.segments,
    schema.records,
    schema.postings,
    schema.attempts,
    schema.audit_trail,
    schema.alarms,
    schema.notices,
    schema.requests,
    schema.remarks,
    schema.number_tags,
    schema.report_runs,
    schema.report_files,
    schema.accounting_exports,
    schema.acts,
)


class Numbers:
    """The next free number of each table."""

    def __init__(self, next_free: dict[str, int]) -> None:
        self._next = next_free

    @classmethod
    def load(cls, connection: Connection, owner: str) -> Numbers:
        """Read where each table stands."""
        return cls({table.name: _next_free(connection, table, owner) for table in _COUNTED})

    def take(self, table: Table) -> int:
        """The next number of a table."""
        number = self._next[table.name]
        self._next[table.name] = number + 1
        return number

    def peek(self, table: Table) -> int:
        """The number that would be given out next."""
        return self._next.get(table.name, 1)


def _next_free(connection: Connection, table: Table, owner: str) -> int:
    highest = connection.execute(select(func.max(table.c.id)).where(table.c.property == owner)).scalar()
    return int(highest or 0) + 1
