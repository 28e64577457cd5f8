"""Rows of one thing, asked of an index first.

Without statistics SQLite believes that the property alone, which leads every key, finds few rows: it would read every
record of a house for the legs of one call. Asked for their numbers alone it takes the index that has them, and the rows
are then found one by one. PostgreSQL comes to the same by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, select


def rows_of(table: Table, owner: str, column: str, values: Sequence[int], number: str = "id") -> ColumnElement[bool]:
    """The condition for the rows of `owner` whose `column` is one of `values`; `number` is what tells them apart."""
    inner = table.alias()
    wanted: Any = select(inner.c[number]).where(inner.c.property == owner, inner.c[column].in_(values))
    return and_(table.c.property == owner, table.c[number].in_(wanted), table.c[column].in_(values))
