"""Codes of calls and what they add up to, and the targets of desks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, and_, delete

from gateway.store import schema
from gateway.store.rows import CodesRow
from gateway.store.statements import Statements

_c, _k = schema.calls.c, schema.call_codes.c

#: Calls that one question names.
_AT_ONCE: Final = 500
_WITH_CODES: Final = schema.calls.outerjoin(schema.call_codes, and_(_k.property == _c.property, _k.call_id == _c.id))


def write_codes(
    connection: Connection, statements: Statements, owner: str, rows: Sequence[CodesRow], changed: Collection[int]
) -> None:
    """Write the codes of calls in their transaction; of calls that had some before, anew."""
    again = [one.call_id for one in rows if one.call_id in changed]
    if again:
        forget_codes(connection, owner, again)
    if rows:
        statements.add_codes.many(connection, rows)


def forget_codes(connection: Connection, owner: str, calls: Sequence[int]) -> None:
    """Calls that were none, or whose codes are written anew."""
    for at in range(0, len(calls), _AT_ONCE):
        some = calls[at : at + _AT_ONCE]
        connection.execute(delete(schema.call_codes).where(_k.property == owner, _k.call_id.in_(some)))
