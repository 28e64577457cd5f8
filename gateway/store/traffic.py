"""What trunks did, in the store: written with the calls, read by quarter hours, made anew from the calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, func, select, update

from gateway.instants import SECOND
from gateway.store import schema
from gateway.store.memory import LATE_RECORDS
from gateway.store.pages import first_since
from gateway.store.statements import Statements
from gateway.traffic.intervals import QUARTER, Load
from gateway.traffic.rollup import LineSums, Rollup, TrunkCall, TrunkQuarter, uses_told
from gateway.traffic.uses import LONGEST_USE, Use

_c, _q = schema.calls.c, schema.trunk_quarters.c
_COLUMNS: Final = [_c[name] for name in TrunkCall._fields]
#: Calls of one slice of a rebuild: their sums are in memory together.
SLICE: Final = 20_000
#: Calls that are asked for by number in one question.
_AT_ONCE: Final = 500

#: How long before a span the first record of a call may have come that reaches into it.
EARLY: Final = LONGEST_USE + 24 * 3600 * SECOND

#: Told what is being done and how far it is, from 0 to 1.
Progress = Callable[[str, float], None]


def _quiet(_words: str, _share: float) -> None:
    pass


def write(connection: Connection, statements: Statements, owner: str, rollup: Rollup) -> None:
    """Add sums to what is there, in the caller's transaction; what has become nothing goes."""
    statements.add_quarters.many(connection, list(rollup.rows(owner)))
    if rollup.taken_back:
        nothing = [_q[name] == 0 for name in Load._fields]
        touched = (_q.property == owner, _q.quarter.in_(sorted(rollup.quarters)))
        connection.execute(delete(schema.trunk_quarters).where(*touched, *nothing))


def stored(connection: Connection, owner: str, ids: Sequence[int]) -> Iterator[TrunkCall]:
    """Calls as they stand in the store, of which the trunks are asked."""
    for first in range(0, len(ids), _AT_ONCE):
        wanted = select(*_COLUMNS).where(_c.property == owner, _c.id.in_(ids[first : first + _AT_ONCE]))
        yield from (TrunkCall._make(row) for row in connection.execute(wanted))


def withdraw(connection: Connection, statements: Statements, owner: str, ids: Sequence[int]) -> None:
    """Calls that were none, because their record was a repeat: they held no trunk."""
    if not ids:
        return
    rollup = Rollup()
    rollup.take_back(stored(connection, owner, ids))
    write(connection, statements, owner, rollup)
    connection.execute(update(schema.calls).where(_c.property == owner, _c.id.in_(ids)).values(trunk_uses="[]"))


def rebuild(connection: Connection, owner: str, progress: Progress = _quiet) -> int:
    """Make the sums of a property anew from its calls, in the caller's transaction; returns how many calls there are."""
    statements = Statements(connection.engine)
    connection.execute(delete(schema.trunk_quarters).where(_q.property == owner))
    newest = int(connection.execute(select(func.max(_c.id)).where(_c.property == owner)).scalar() or 0)
    count = 0
    for calls in _slices(connection, owner):
        rollup = Rollup()
        rollup.add(calls)
        statements.add_quarters.many(connection, list(rollup.rows(owner)))
        count += len(calls)
        progress(f"{count:,} calls", calls[-1].id / newest)
    return count


def rebuild_all(connection: Connection) -> None:
    """Make the sums of every property in the store anew: one upgrade serves all houses of a centre."""
    for (owner,) in connection.execute(select(_c.property).distinct()).fetchall():
        rebuild(connection, owner)


def lines_that_differ(connection: Connection, owner: str, progress: Progress = _quiet) -> list[str]:
    """The trunks, in words, whose stored sums are not what the calls say; each trunk over all time, so little is held."""
    newest = int(connection.execute(select(func.max(_c.id)).where(_c.property == owner)).scalar() or 1)
    told = LineSums()
    for calls in _slices(connection, owner):
        told.add(calls)
        progress("each trunk", calls[-1].id / newest)
    line = (_q.trunk_group, _q.trunk, _q.direction)
    sums = [func.sum(_q[name]) for name in Load._fields]
    wanted = select(*line, *sums).where(_q.property == owner).group_by(*line)
    kept = {tuple(row[:3]): [int(value) for value in row[3:]] for row in connection.execute(wanted)}
    differ = sorted(one for one in {*kept, *told.sums} if kept.get(one) != told.sums.get(one))
    return [" ".join(filter(None, (group, trunk or "of no name", direction))) for group, trunk, direction in differ]


def _slices(connection: Connection, owner: str) -> Iterator[list[TrunkCall]]:
    """All calls in the order of their numbers."""
    wanted = select(*_COLUMNS).where(_c.property == owner).order_by(_c.id).limit(SLICE)
    last = 0
    while True:
        calls = _fetched(connection, wanted.where(_c.id > last))
        if not calls:
            return
        yield calls
        last = calls[-1].id


def _fetched(connection: Connection, wanted: Select[Any]) -> list[TrunkCall]:
    """Rows as the driver has them: whole numbers and text need no translation.

    A connection that streams (`verify` has asked it to) would have taken some of them off the driver already.
    """
    found: Any = connection.execute(wanted, execution_options={"stream_results": False}).cursor
    return list(map(TrunkCall._make, found.fetchall()))


def quarters(connection: Connection, owner: str, since: int, until: int) -> list[TrunkQuarter]:
    """What trunks did from `since` until before `until`, both on quarter hours, in the order of time, group and trunk."""
    wanted = (
        select(_q.quarter, _q.trunk_group, _q.trunk, _q.direction, *[_q[name] for name in Load._fields])
        .where(_q.property == owner, _q.quarter >= since - since % QUARTER, _q.quarter < until)
        .order_by(_q.quarter, _q.trunk_group, _q.trunk, _q.direction)
    )
    return [TrunkQuarter._make((*row[:4], Load._make(row[4:]))) for row in connection.execute(wanted)]


def uses(connection: Connection, owner: str, since: int, until: int) -> list[Use]:
    """The uses of trunks that reach into a span: what the exact sweeps of `gateway.traffic.intervals` ask for.

    A record comes when its call ends, so the search begins at the first record of the time (EARLY allows for the first
    record of a call that went on, and for the exchange's clock); and it ends where no record of the time can come any more.
    """
    r = schema.records.c
    first = first_since(connection, owner, schema.records, r.received_at, since - EARLY)
    beyond = first_since(connection, owner, schema.records, r.received_at, until + LATE_RECORDS)
    wanted = select(*_COLUMNS).where(
        _c.property == owner, _c.id >= first, _c.id < beyond, _c.started_at < until, _c.started_at > since - EARLY
    )
    told = (use for call in _fetched(connection, wanted.order_by(_c.id)) for use in uses_told(call))
    return [use for use in told if use.since < until and use.until > since]
