"""What people look at: postings, calls and their records, read from a snapshot and never changed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Select, func, select

from gateway.store import schema, shares
from gateway.store.narrowing import rows_of
from gateway.store.pages import withheld

_p, _c, _r, _a = schema.postings.c, schema.calls.c, schema.records.c, schema.attempts.c
_t = schema.audit_trail.c

#: A row by column name, as plain values that outlive the connection.
Mapped: TypeAlias = dict[str, Any]
#: Rows fetched at a time from a long list, so that a year of postings needs no memory.
_CHUNK: Final = 1_000

_LISTED = shares.beside_postings(
    select(
        _p.id,
        _p.state,
        _p.room,
        _p.amount,
        _p.currency,
        _p.decimals,
        _p.attempts,
        _p.reason,
        _p.hold,
        _p.part,
        _p.pms,
        _p.token,
        _p.reservation,
        _p.code,
        _p.reference,
        _p.created_at,
        _p.changed_at,
        _p.due_at,
        _p.call_id,
        _c.call_key,
        _c.source,
        _c.extension,
        _c.dialled,
        _c.started_at,
        shares.TALKED,
        _c.number_class,
        _c.place,
    )
    .join(schema.calls, (_c.property == _p.property) & (_c.id == _p.call_id))
    .order_by(_p.id)
)


def postings(connection: Connection, owner: str, states: tuple[str, ...] = ()) -> Iterator[Mapped]:
    """Every posting, oldest first, or those in some states."""
    wanted = _LISTED.where(_p.property == owner)
    if states:
        wanted = wanted.where(_p.state.in_(states))
    result = connection.execution_options(stream_results=True).execute(wanted)
    for row in result.mappings().yield_per(_CHUNK):
        yield dict(row)


def posting(connection: Connection, owner: str, posting_id: int) -> Mapped | None:
    """One posting with what its call says."""
    return _first(connection, _LISTED.where(_p.property == owner, _p.id == posting_id))


def attempts(connection: Connection, owner: str, posting_id: int) -> list[Mapped]:
    """Every attempt at a posting, oldest first."""
    wanted = select(schema.attempts).where(rows_of(schema.attempts, owner, "posting_id", [posting_id])).order_by(_a.id)
    return _all(connection, wanted)


def trail(connection: Connection, owner: str, posting_id: int) -> list[Mapped]:
    """What people and the gateway did to a posting."""
    wanted = select(schema.audit_trail).where(_t.property == owner, _t.posting_id == posting_id).order_by(_t.id)
    return _all(connection, wanted)


def call(connection: Connection, owner: str, call_id: int) -> Mapped | None:
    """One call."""
    wanted = select(schema.calls).where(_c.property == owner, _c.id == call_id)
    return _first(connection, wanted)


def newest_calls(connection: Connection, owner: str, most: int, before: int | None = None) -> list[Mapped]:
    """The newest calls, newest first, from before call number `before`."""
    wanted = select(schema.calls).where(_c.property == owner).order_by(_c.id.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(_c.id < before)
    return _all(connection, wanted)


def records_of(connection: Connection, owner: str, call_id: int) -> list[Mapped]:
    """The records a call was joined from, as they came."""
    wanted = select(schema.records).where(rows_of(schema.records, owner, "call_id", [call_id])).order_by(_r.id)
    return withheld(connection, owner, [dict(one) for one in _all(connection, wanted)])


def record_counts(connection: Connection, owner: str, after: int = 0) -> dict[str, int]:
    """How many records there are of each kind, behind record number `after`."""
    wanted = select(_r.kind, func.count()).where(_r.property == owner, _r.id > after).group_by(_r.kind)
    return {row[0]: int(row[1]) for row in connection.execute(wanted)}


def money(minor: int | None, decimals: int) -> str | None:
    """Minor units as a decimal string, as people and programs outside see money."""
    if minor is None:
        return None
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"


def _all(connection: Connection, wanted: Select[Any]) -> list[Mapped]:
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _first(connection: Connection, wanted: Select[Any]) -> Mapped | None:
    row = connection.execute(wanted).mappings().first()
    return None if row is None else dict(row)
