"""The calls that a carrier's bill is held against, read in slices, each a snapshot of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from gateway.store import schema
from gateway.store.database import Database
from gateway.store.narrowing import rows_of
from gateway.store.reporting import Chosen

_c, _r = schema.calls.c, schema.records.c

#: Calls read at a time.
SLICE: Final = 20_000


class BilledCall(NamedTuple):
    """What of a call a bill tells, or what is told beside it."""

    id: int
    started_at: int
    ring_seconds: int | None
    talk_seconds: int
    number: str | None
    dialled: str | None
    number_class: str | None
    extension: str | None
    room: str | None
    department: str | None
    cost: int | None
    cost_currency: str | None
    cost_decimals: int | None
    place: str | None


_WANTED: Final = select(*(_c[name] for name in BilledCall._fields))
#: Classes that no carrier itemises.
_FREE: Final = ("emergency", "internal")


def billed_calls(database: Database, chosen: Chosen, carrier: str, last: int) -> Iterator[BilledCall]:
    """Calls with talk time that went out, or from trunk to trunk, in the order of their numbers up to `last`.

    With a carrier, only those that the tariff of costs says he carried.
    """
    after = chosen.first - 1
    while slice_ := database.read(lambda connection: _behind(connection, chosen, carrier, after, last)):  # noqa: B023
        yield from slice_
        after = slice_[-1].id


def _behind(connection: Connection, chosen: Chosen, carrier: str, after: int, last: int) -> list[BilledCall]:
    wanted = _WANTED.where(
        chosen.calls,
        _c.id > after,
        _c.id <= last,
        _c.direction.in_(("out", "tandem")),
        _c.talk_seconds > 0,
        _c.number_class.is_(None) | _c.number_class.not_in(_FREE),
    )
    if carrier:
        wanted = wanted.where(_c.carrier == carrier)
    return [BilledCall(*row) for row in connection.execute(wanted.order_by(_c.id).limit(SLICE))]


def raws_of(connection: Connection, owner: str, call: int) -> list[tuple[str, bytes, int]]:
    """The records of a call as they came: exchange, bytes, and when."""
    wanted = select(_r.source, _r.raw, _r.received_at).where(rows_of(schema.records, owner, "call_id", [call]))
    return [(row.source, bytes(row.raw), row.received_at) for row in connection.execute(wanted.order_by(_r.id))]
