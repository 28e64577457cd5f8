"""What the daily and the weekly mail count: a stretch of the ledger between two instants, found by halving."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from gateway.store import schema
from gateway.store.pages import first_since, lively_counts

_r, _c, _p, _a = schema.records.c, schema.calls.c, schema.postings.c, schema.alarms.c

#: Lines of a list in a mail.
MOST_LINES: Final = 10
#: Calls of departments whose records are read again for their account codes.
MOST_READ: Final = 5_000


class Day(NamedTuple):
    """Totals of a stretch: numbers by kind, status and state, and minor units by state."""

    records: dict[str, int]
    calls: dict[str, int]
    postings: dict[str, tuple[int, int]]
    waiting: dict[str, int]
    alarms: int


class Quality(NamedTuple):
    """What was amiss with the data of a stretch."""

    unknown_extensions: list[tuple[str, int]]
    without_extension: int
    held: dict[str, int]
    unparsed: list[tuple[str, str, int]]
    possible_repeats: int
    gaps: list[str]
    house_calls: list[tuple[str, bytes, int]]


class _Stretch(NamedTuple):
    """Numbers of records (and so of calls) from `first` up to, but not with, `end`."""

    first: int
    end: int


def _stretch(connection: Connection, owner: str, since: int, until: int) -> _Stretch:
    ends = (first_since(connection, owner, schema.records, _r.received_at, at) for at in (since, until))
    return _Stretch(*ends)


def day(connection: Connection, owner: str, since: int, until: int) -> Day:
    """The totals between two instants."""
    part = _stretch(connection, owner, since, until)
    kinds = select(_r.kind, func.count()).where(_r.property == owner, _r.id >= part.first, _r.id < part.end)
    statuses = select(_c.status, func.count()).where(_c.property == owner, _c.id >= part.first, _c.id < part.end)
    begin, end = (first_since(connection, owner, schema.postings, _p.created_at, at) for at in (since, until))
    states = select(_p.state, func.count(), func.coalesce(func.sum(_p.amount), 0)).where(
        _p.property == owner, _p.id >= begin, _p.id < end
    )
    raised = select(func.count()).where(_a.property == owner, _a.raised_at >= since, _a.raised_at < until)
    return Day(
        records={kind: int(n) for kind, n in connection.execute(kinds.group_by(_r.kind))},
        calls={status: int(n) for status, n in connection.execute(statuses.group_by(_c.status))},
        postings={state: (int(n), int(sum_)) for state, n, sum_ in connection.execute(states.group_by(_p.state))},
        waiting=lively_counts(connection, owner),
        alarms=int(connection.execute(raised).scalar() or 0),
    )


def quality(connection: Connection, owner: str, since: int, until: int) -> Quality:
    """What was amiss between two instants."""
    part = _stretch(connection, owner, since, until)
    return Quality(
        unknown_extensions=_unknown(connection, owner, part),
        without_extension=_without(connection, owner, part),
        held=_held(connection, owner),
        unparsed=_unparsed(connection, owner, part),
        possible_repeats=_repeats(connection, owner, part),
        gaps=_gaps(connection, owner, since, until),
        house_calls=_house_calls(connection, owner, part),
    )


def _outward(owner: str, part: _Stretch) -> tuple[Any, ...]:
    """Outgoing calls of a stretch that belong to no room and no department."""
    nowhere = (_c.room.is_(None), _c.department.is_(None), _c.direction == "out")
    return (_c.property == owner, _c.id >= part.first, _c.id < part.end, *nowhere)


def _unknown(connection: Connection, owner: str, part: _Stretch) -> list[tuple[str, int]]:
    number = func.count()
    wanted = select(_c.extension, number).where(*_outward(owner, part), _c.extension.is_not(None))
    wanted = wanted.group_by(_c.extension).order_by(number.desc(), _c.extension).limit(MOST_LINES)
    return [(extension, int(n)) for extension, n in connection.execute(wanted)]


def _without(connection: Connection, owner: str, part: _Stretch) -> int:
    wanted = select(func.count()).where(*_outward(owner, part), _c.extension.is_(None))
    return int(connection.execute(wanted).scalar() or 0)


def _held(connection: Connection, owner: str) -> dict[str, int]:
    wanted = select(_p.hold, func.count()).where(_p.property == owner, schema.LIVELY, _p.state == "held")
    return {hold: int(n) for hold, n in connection.execute(wanted.group_by(_p.hold))}


def _unparsed(connection: Connection, owner: str, part: _Stretch) -> list[tuple[str, str, int]]:
    number = func.count()
    chosen = (_r.property == owner, _r.id >= part.first, _r.id < part.end, _r.kind == "unparsed")
    wanted = select(_r.source, _r.reason, number).where(*chosen).group_by(_r.source, _r.reason)
    wanted = wanted.order_by(number.desc(), _r.source, _r.reason).limit(MOST_LINES)
    return [(source, reason, int(n)) for source, reason, n in connection.execute(wanted)]


def _repeats(connection: Connection, owner: str, part: _Stretch) -> int:
    chosen = (_r.property == owner, _r.id >= part.first, _r.id < part.end, _r.mark == "possible repeat")
    return int(connection.execute(select(func.count()).where(*chosen)).scalar() or 0)


def _gaps(connection: Connection, owner: str, since: int, until: int) -> list[str]:
    chosen = (_a.property == owner, _a.kind == "gap", _a.raised_at >= since, _a.raised_at < until)
    wanted = select(_a.sentence).where(*chosen).order_by(_a.id.desc()).limit(MOST_LINES)
    return list(connection.execute(wanted).scalars())


def _house_calls(connection: Connection, owner: str, part: _Stretch) -> list[tuple[str, bytes, int]]:
    """The first records of outgoing calls of departments: source, bytes, when they came."""
    chosen = (_c.property == owner, _c.id >= part.first, _c.id < part.end, _c.department.is_not(None))
    wanted = (
        select(_r.source, _r.raw, _r.received_at)
        .join(schema.calls, (_c.property == _r.property) & (_c.id == _r.id))
        .where(*chosen, _c.direction == "out")
        .order_by(_c.id.desc())
        .limit(MOST_READ)
    )
    return [(source, bytes(raw), int(at)) for source, raw, at in connection.execute(wanted)]
