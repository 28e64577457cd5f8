"""What the watch looks at: counts by hour, how far they are counted, lags of exchanges, emergency calls, guests.

Everything here costs the same on a large store as on a small one: new rows are counted once, in stretches, and
the rest begins at the newest rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, and_, case, func, insert, literal_column, select, update

from gateway.instants import SECOND
from gateway.store import schema

_r, _c, _t, _s = schema.records.c, schema.calls.c, schema.attempts.c, schema.stays.c
_h, _m = schema.hours.c, schema.marks.c

#: Rows counted in one look: a quarter of a second of reading, and more than comes between two looks.
STRETCH: Final = 50_000
#: Newest calls whose lags are looked at.
LAGGING: Final = 400
_HOUR: Final = 3600 * SECOND
#: Events of an attempt by which the PMS has acknowledged the charge.
_ACKNOWLEDGED: Final = ("accepted", "late_yes", "unacknowledged", "in_total")


class Counted(NamedTuple):
    """How many came in one hour."""

    hour: int
    what: str
    name: str
    number: int
    last_at: int


def marks(connection: Connection, owner: str) -> dict[str, int]:
    """Every mark of the watch."""
    wanted = select(_m.name, _m.value).where(_m.property == owner)
    return {name: int(value) for name, value in connection.execute(wanted)}


def set_mark(connection: Connection, owner: str, name: str, value: int) -> None:
    """Move a mark."""
    moved = update(schema.marks).where(_m.property == owner, _m.name == name).values(value=value)
    if connection.execute(moved).rowcount == 0:
        connection.execute(insert(schema.marks).values(property=owner, name=name, value=value))


def newest_id(connection: Connection, owner: str, table: Any) -> int:
    """The highest number of a growing table; 0 for an empty one."""
    return int(connection.execute(select(func.max(table.c.id)).where(table.c.property == owner)).scalar() or 0)


def _hour_of(instant: ColumnElement[int]) -> ColumnElement[int]:
    """The hour of an instant, counted from 1970. The divisor stands in the text of the statement, not beside it:
    PostgreSQL takes two bound values for two expressions, and would not group by what it selects."""
    return instant // literal_column(str(_HOUR), Integer)


def count_records(connection: Connection, owner: str, after: int) -> tuple[list[Counted], int]:
    """Records and calls behind record `after`, by hour and exchange, over one stretch; and how far it went."""
    upto = min(newest_id(connection, owner, schema.records), after + STRETCH)
    hour = _hour_of(_r.received_at)
    calls = func.sum(case((_r.kind == "call", 1), else_=0))
    wanted = select(hour, _r.source, func.count(), calls, func.max(_r.received_at)).where(
        _r.property == owner, _r.id > after, _r.id <= upto, _r.kind != "furniture"
    )
    found: list[Counted] = []
    for at, source, records, called, last in connection.execute(wanted.group_by(hour, _r.source)):
        found.append(Counted(int(at), "records", source, int(records), int(last)))
        found += [Counted(int(at), "calls", source, int(called), int(last))] if called else []
    return found, max(upto, after)


def count_acknowledged(connection: Connection, owner: str, after: int) -> tuple[list[Counted], int]:
    """Charges that the PMS acknowledged, or took as one that acknowledges nothing, behind attempt `after`.

    Stops before the first attempt without an answer.
    """
    upto = min(newest_id(connection, owner, schema.attempts), after + STRETCH)
    behind = (_t.property == owner, _t.id > after, _t.id <= upto)
    unanswered = connection.execute(select(func.min(_t.id)).where(*behind, _t.answered_at.is_(None))).scalar()
    upto = upto if unanswered is None else int(unanswered) - 1
    hour = _hour_of(_t.answered_at)
    wanted = select(hour, _t.pms, func.count(), func.max(_t.answered_at)).where(
        *behind, _t.id <= upto, _t.event.in_(_ACKNOWLEDGED)
    )
    rows = connection.execute(wanted.group_by(hour, _t.pms))
    return [Counted(int(at), "acknowledged", pms, int(n), int(last)) for at, pms, n, last in rows], max(upto, after)


def add_hours(connection: Connection, owner: str, rows: Iterable[Counted]) -> None:
    """Add to the counts by hour."""
    for row in rows:
        chosen = (_h.property == owner, _h.hour == row.hour, _h.what == row.what, _h.name == row.name)
        last = case((_h.last_at > row.last_at, _h.last_at), else_=row.last_at)
        changed = update(schema.hours).where(*chosen).values(number=_h.number + row.number, last_at=last)
        if connection.execute(changed).rowcount == 0:
            connection.execute(insert(schema.hours).values(property=owner, **row._asdict()))


def hours(connection: Connection, owner: str, since: int) -> list[Counted]:
    """The counts from an hour on."""
    wanted = select(*[_h[name] for name in Counted._fields]).where(_h.property == owner, _h.hour >= since)
    return [Counted(*row) for row in connection.execute(wanted.order_by(_h.hour))]


def lags(connection: Connection, owner: str) -> dict[str, list[int]]:
    """By exchange, how many seconds after the end that they tell the newest calls arrived."""
    spent = func.coalesce(_c.ring_seconds, 0) + func.coalesce(_c.talk_seconds, 0)
    first = newest_id(connection, owner, schema.records) - LAGGING
    wanted = (
        select(_c.source, _r.received_at, _c.started_at, spent)
        .join(schema.records, and_(_r.property == _c.property, _r.id == _c.id))
        .where(_c.property == owner, _c.id > first, _r.mark == "", _c.legs == 1)
    )
    found: dict[str, list[int]] = {}
    for source, received, started, seconds in connection.execute(wanted):
        found.setdefault(source, []).append(int((received - started) // SECOND - seconds))
    return found


def emergency_calls(connection: Connection, owner: str, after: int) -> tuple[list[dict[str, Any]], int]:
    """Emergency calls behind call `after`, with when they were heard; and how far the look went, one stretch at most."""
    upto = min(newest_id(connection, owner, schema.records), after + STRETCH)
    wanted = (
        select(schema.calls, _r.received_at)
        .join(schema.records, and_(_r.property == _c.property, _r.id == _c.id))
        .where(_c.property == owner, _c.id > after, _c.id <= upto, _c.number_class == "emergency")
    )
    return [dict(row) for row in connection.execute(wanted.order_by(_c.id)).mappings()], max(upto, after)


def guest_in(connection: Connection, owner: str, room: str, reservation: str) -> tuple[str, str]:
    """The name and language of the guest who made a call: by reservation, else whoever is in the room now."""
    chosen = (_s.reservation == reservation,) if reservation else (_s.room == room, _s.until.is_(None))
    wanted = select(_s.name, _s.language).where(_s.property == owner, *chosen).order_by(_s.id.desc()).limit(1)
    row = connection.execute(wanted).first()
    return (str(row.name), str(row.language)) if row is not None else ("", "")
