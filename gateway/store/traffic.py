"""What trunks did, in the store: written with the calls, read by quarter hours, made anew from the calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, func, select, update

from gateway.instants import SECOND
from gateway.store import schema
from gateway.store.pages import first_since
from gateway.store.statements import Statements
from gateway.store.stays import LATE_RECORDS
from gateway.traffic.by_class import ClassCall, nature_of
from gateway.traffic.intervals import NOTHING, QUARTER, Load
from gateway.traffic.rollup import LineSums, Rollup, Sums, TrunkCall, TrunkLine, uses_told
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
    return list(map(TrunkCall._make, _rows(connection, wanted)))


def _rows(connection: Connection, wanted: Select[Any]) -> list[tuple[Any, ...]]:
    """Rows as the driver has them: whole numbers and text need no translation.

    A connection that streams (`verify` has asked it to) would have taken some of them off the driver already.
    """
    found: Any = connection.execute(wanted, execution_options={"stream_results": False}).cursor
    rows: list[tuple[Any, ...]] = found.fetchall()
    return rows


def sums(connection: Connection, owner: str, since: int, until: int, group_of: Callable[[str, str], str]) -> Sums:
    """The sums of a period, both ends on quarter hours, added up by the database: what a study of months asks for.

    `group_of` tells the group of the house by a trunk and the group that the exchange tells. A told group whose trunks all belong
    to one of the house's is added up as it is; only one that is split is read trunk by trunk.
    """
    within = (_q.property == owner, _q.quarter >= since - since % QUARTER, _q.quarter < until)

    def added(*keys: Any, told: Sequence[str] | None = None) -> Iterator[tuple[Any, ...]]:
        wanted = select(*keys, *(func.sum(_q[name]) for name in Load._fields)).where(*within).group_by(*keys)
        wanted = wanted if told is None else wanted.where(_q.trunk_group.in_(told))
        for row in _rows(connection, wanted):  # PostgreSQL adds whole numbers up to a decimal
            yield *row[: len(keys)], Load(*map(int, row[len(keys) :]))

    lines = [TrunkLine._make(row) for row in added(_q.trunk_group, _q.trunk, _q.direction)]
    homes: dict[str, set[str]] = {}
    for one in lines:
        homes.setdefault(one.group, set()).add(group_of(one.trunk, one.group))
    quarters: dict[str, dict[int, Load]] = {}

    def put(group: str, quarter: int, load: Load) -> None:
        there = quarters.setdefault(group, {})
        there[quarter] = there.get(quarter, NOTHING).plus(load)

    whole = [told for told, home in homes.items() if len(home) == 1]
    for quarter, told, load in added(_q.quarter, _q.trunk_group, told=whole):
        put(next(iter(homes[told])), quarter, load)
    if split := sorted({*homes} - {*whole}):
        for quarter, told, trunk, load in added(_q.quarter, _q.trunk_group, _q.trunk, told=split):
            put(group_of(trunk, told), quarter, load)
    return Sums(lines, quarters)


def first_quarter(connection: Connection, owner: str) -> int | None:
    """The first quarter hour in which a trunk did anything."""
    wanted = select(func.min(_q.quarter)).where(_q.property == owner)
    found: int | None = connection.execute(wanted).scalar()
    return found


def uses(connection: Connection, owner: str, since: int, until: int) -> list[Use]:
    """The uses of trunks that reach into a span: what the exact sweeps of `gateway.traffic.intervals` ask for."""
    wanted = _reaching(connection, owner, since, until, _COLUMNS)
    told = (use for call in _fetched(connection, wanted) for use in uses_told(call))
    return [use for use in told if use.since < until and use.until > since]


def class_calls(connection: Connection, owner: str, since: int, until: int) -> Iterator[ClassCall]:
    """The calls that reach into a span, each with its class, what it brings, and the trunks that it held."""
    wanted = _reaching(connection, owner, since, until, [*_COLUMNS, _c.number_class, _c.status, _c.amount])
    for row in _rows(connection, wanted):
        call, (number_class, status, amount) = TrunkCall._make(row[: len(_COLUMNS)]), row[len(_COLUMNS) :]
        answered = bool(call.talk_seconds) if call.answered is None else bool(call.answered)
        nature = nature_of(call.direction, answered, status, amount)
        held = [use for use in uses_told(call) if use.since < until and use.until >= since]
        if held or (nature == "internal" and since <= call.started_at < until):
            yield ClassCall(number_class or "", nature, held)


def _reaching(connection: Connection, owner: str, since: int, until: int, columns: Sequence[Any]) -> Select[Any]:
    """Calls that may reach into a span.

    A record comes when its call ends, so the search begins at the first record of the time (EARLY allows for the first
    record of a call that went on, and for the exchange's clock); and it ends where no record of the time can come any more.
    """
    r = schema.records.c
    first = first_since(connection, owner, schema.records, r.received_at, since - EARLY)
    beyond = first_since(connection, owner, schema.records, r.received_at, until + LATE_RECORDS)
    within = (_c.id >= first, _c.id < beyond, _c.started_at < until, _c.started_at > since - EARLY)
    return select(*columns).where(_c.property == owner, *within).order_by(_c.id)
