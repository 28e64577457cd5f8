"""What the report on flat rates reads: the stays of some days, and the calls that were priced by a tariff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from gateway.store import schema
from gateway.store.pages import plain
from gateway.store.reporting import Chosen, Span

_c, _s = schema.calls.c, schema.stays.c

#: Rows fetched at a time.
_FETCHED: Final = 2_000
_WANTED: Final = (
    "id", "answered", "started_at", "talk_seconds", "extension", "dialled", "number", "trunk", "trunk_group", "pulses", "aoc_amount",
    "aoc_currency", "reservation", "cost", "cost_currency", "cost_decimals",
)  # fmt: skip


def stays_in(connection: Connection, owner: str, span: Span) -> list[dict[str, Any]]:
    """Every stay within a stretch, in the order of their numbers."""
    columns = (_s.id, _s.reservation, _s.room, _s.since, _s.until, _s.group_code)
    here = (_s.property == owner, _s.since < span.until, or_(_s.until.is_(None), _s.until >= span.since))
    return plain(connection.execute(select(*columns).where(*here).order_by(_s.id)).mappings())


def calls_by(connection: Connection, chosen: Chosen, tariff: str) -> Iterator[dict[str, Any]]:
    """Outgoing calls of guests that a tariff priced, in order."""
    wanted = select(*(_c[name] for name in _WANTED)).where(
        chosen.calls, _c.direction == "out", _c.tariff == tariff, _c.room.is_not(None)
    )
    for row in connection.execute(wanted.order_by(_c.id), execution_options={"yield_per": _FETCHED}):
        yield dict(zip(_WANTED, row, strict=True))
