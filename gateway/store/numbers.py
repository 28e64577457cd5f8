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
    schema.business_days,
    schema.audit_entries,
    schema.remarks,
    schema.number_tags,
    schema.call_tags,
    schema.log_filters,
    schema.report_runs,
    schema.report_files,
    schema.accounting_exports,
    schema.acts,
    schema.stay_limits,
    schema.limit_marks,
    schema.receipts,
    schema.targets,
    schema.erasures,
)


class Numbers:
    """The next free number of each table."""

    def __init__(self, next_free: dict[str, int]) -> None:
        self._next = next_free

    @classmethod
    def load(cls, connection: Connection, owner: str) -> Numbers:
        """Read where each table stands."""
        edges = _edges(connection, owner)
        return cls({one.name: max(_next_free(connection, one, owner), edges.get(one.name, 1)) for one in _COUNTED})

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


def _edges(connection: Connection, owner: str) -> dict[str, int]:
    """The first numbers behind the last business day's edge: what was withdrawn before it leaves none to be given again."""
    days = schema.business_days.c
    wanted = select(days.records_from, days.postings_from, days.attempts_from).where(days.property == owner)
    row = connection.execute(wanted.order_by(days.id.desc()).limit(1)).first()
    return {} if row is None else {"records": row[0], "postings": row[1], "attempts": row[2]}
