"""What the search for fraud asks: the newest settled calls, what the house usually does, and which alarms were taken.

Everything begins at the newest rows and is bounded, so that it costs the same on a large store as on a small one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, func, literal_column, select

from gateway.alarms.kinds import FRAUD
from gateway.instants import SECOND
from gateway.store import schema
from gateway.store.pages import first_since, plain

_c, _r, _a = schema.calls.c, schema.records.c, schema.alarms.c

#: The newest calls that are looked at in a round: a tenth of a second of reading, and more than a large hotel makes in three hours.
MOST_CALLS: Final = 2_000
#: The newest calls that are learned from: a year of a large hotel, a second of reading.
MOST_LEARNED: Final = 500_000
#: The newest calls of a past day that are looked at.
MOST_A_DAY: Final = 100_000
#: Characters of a number that tell its country.
_COUNTRY: Final = 8
_HOUR: Final = 3600 * SECOND
ABROAD: Final = ("international", "premium")
_WANTED: Final = (
    "id", "started_at", "ring_seconds", "talk_seconds", "direction", "status", "reason", "extension", "room", "department",
    "trunk", "number", "number_class", "place", "amount", "currency", "decimals", "cost", "cost_currency", "cost_decimals",
)  # fmt: skip
_OUTWARD: Final = select(*(_c[name] for name in _WANTED))
_SETTLED: Final = (_c.direction.in_(("out", "tandem")), _c.status != "open")


def newest(connection: Connection, owner: str, received_since: int) -> list[dict[str, Any]]:
    """Settled calls out of the house whose first record came since an instant, the newest `MOST_CALLS` of them."""
    first = first_since(connection, owner, schema.records, _r.received_at, received_since)
    wanted = _OUTWARD.where(_c.property == owner, _c.id >= first, *_SETTLED)
    return plain(connection.execute(wanted.order_by(_c.id.desc()).limit(MOST_CALLS)).mappings())


def began_between(connection: Connection, owner: str, first: int, since: int, until: int) -> list[dict[str, Any]]:
    """The same of calls that began in a stretch, and bear no lower number than `first`; the newest `MOST_A_DAY` of them."""
    wanted = _OUTWARD.where(
        _c.property == owner, _c.id >= first, _c.started_at >= since, _c.started_at < until, *_SETTLED
    )
    return plain(connection.execute(wanted.order_by(_c.id.desc()).limit(MOST_A_DAY)).mappings())


def learned_from(connection: Connection, owner: str, since: int, until: int) -> tuple[int, int | None]:
    """The first of the newest `MOST_LEARNED` calls that came between two instants, and when it began; None for no call."""
    first = first_since(connection, owner, schema.records, _r.received_at, since)
    last = first_since(connection, owner, schema.records, _r.received_at, until)
    first = max(first, last - MOST_LEARNED)
    begin = select(_c.started_at).where(_c.property == owner, _c.id >= first, _c.id < last).order_by(_c.id).limit(1)
    return first, connection.execute(begin).scalar()


def countries(connection: Connection, owner: str, first: int, since: int, until: int) -> list[str]:
    """The beginnings of the numbers abroad that were called, each once."""
    prefix = func.substr(_c.number, 1, _COUNTRY)
    wanted = select(prefix).distinct().where(*_abroad(owner, first, since, until), _c.number.is_not(None))
    return list(connection.execute(wanted).scalars())


def abroad_by_hour(connection: Connection, owner: str, first: int, since: int, until: int) -> dict[int, int]:
    """Calls abroad and to premium numbers by the hour since 1970 in which they began."""
    # A bound value would be another one in GROUP BY, by PostgreSQL's lights.
    hour = (_c.started_at // literal_column(str(_HOUR), BigInteger)).label("hour")
    wanted = select(hour, func.count()).where(*_abroad(owner, first, since, until)).group_by(hour)
    return {int(at): int(number) for at, number in connection.execute(wanted)}


def _abroad(owner: str, first: int, since: int, until: int) -> Sequence[Any]:
    span = (_c.started_at >= since, _c.started_at < until)
    return (_c.property == owner, _c.id >= first, *span, _c.number_class.in_(ABROAD))


def by_caller_and_hour(
    connection: Connection, owner: str, first: int, since: int, until: int
) -> list[tuple[str, str, int, int]]:
    """Extension, class, hour since 1970, calls: of telephones of the house, not of guests."""
    hour = (_c.started_at // literal_column(str(_HOUR), BigInteger)).label("hour")
    wanted = select(_c.extension, _c.number_class, hour, func.count()).where(
        _c.property == owner,
        _c.id >= first,
        _c.started_at >= since,
        _c.started_at < until,
        _c.direction == "out",
        _c.room.is_(None),
        _c.extension.is_not(None),
        _c.number_class.is_not(None),
    )
    rows = connection.execute(wanted.group_by(_c.extension, _c.number_class, hour))
    return [(extension, kind, int(at), int(number)) for extension, kind, at, number in rows]


def taken(connection: Connection, owner: str, since: int) -> dict[str, int]:
    """The subjects of alarms of fraud that a person has taken, and when; those since an instant."""
    wanted = select(_a.subject, func.max(_a.acknowledged_at)).where(
        _a.property == owner, _a.kind == FRAUD, _a.acknowledged_at >= since
    )
    return {subject: int(at) for subject, at in connection.execute(wanted.group_by(_a.subject))}
