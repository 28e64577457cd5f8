"""Calls out of the house with their numbers, a row at a time, to be looked up in lists of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, select

from gateway.store import schema
from gateway.store.reporting import OUTWARD, Chosen

_c = schema.calls.c

#: Rows fetched at a time.
_FETCHED: Final = 5_000
_WANTED: Final = (
    "id", "started_at", "talk_seconds", "extension", "room", "department", "dialled", "number", "place", "amount", "currency",
    "decimals",
)  # fmt: skip


def listed_calls(connection: Connection, chosen: Chosen) -> Iterator[dict[str, Any]]:
    """Outgoing calls whose number has the form of E.164, in order."""
    wanted = select(*(_c[name] for name in _WANTED)).where(chosen.calls, OUTWARD, _c.number.is_not(None))
    rows = connection.execution_options(yield_per=_FETCHED).execute(wanted.order_by(_c.id))
    for row in rows:
        yield dict(zip(_WANTED, row, strict=True))
