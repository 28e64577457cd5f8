"""Calls one by one for those who get an itemised list: departments, tenants, long stays, account codes, outside numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, or_, select, text

from gateway.store import schema
from gateway.store.pages import LISTED, first_since, plain
from gateway.store.reporting import Chosen, Span

_c, _r, _s = schema.calls.c, schema.records.c, schema.stays.c

#: Values asked about in one condition.
_AT_ONCE: Final = 500


def itemised(
    connection: Connection, chosen: Chosen, extensions: Collection[str], guests: Collection[str], most: int
) -> list[dict[str, Any]]:
    """Calls of departments, of some extensions and of some guests, in the order in which they began."""
    whose: list[ColumnElement[bool]] = [_c.department.is_not(None)]
    whose += [_c.extension.in_(list(extensions)[:_AT_ONCE])] if extensions else []
    whose += [_c.reservation.in_(list(guests)[:_AT_ONCE])] if guests else []
    wanted = select(schema.calls).where(chosen.calls, or_(*whose), _c.status != "open", LISTED)
    return plain(connection.execute(wanted.order_by(_c.started_at, _c.id).limit(most)).mappings())


def long_stays(connection: Connection, owner: str, span: Span, nights: int) -> list[dict[str, Any]]:
    """Guests who were in the house within a stretch and stay, or stayed, for so many microseconds at least, by room.

    Of some the beginning is not known (0): the PMS told of them when they were there already, without the date.
    """
    gone = func.coalesce(_s.until, _s.departure, span.until)
    wanted = (
        select(_s.reservation, _s.room, _s.name, func.min(_s.since).label("since"), func.max(gone).label("until"))
        .where(
            _s.property == owner, _s.since > 0, _s.since < span.until, or_(_s.until.is_(None), _s.until >= span.since)
        )
        .group_by(_s.reservation, _s.room, _s.name)
        .having(func.max(gone) - func.min(_s.since) >= nights)
    )
    return plain(connection.execute(wanted.order_by(_s.room, _s.reservation)).mappings())


def with_number(connection: Connection, chosen: Chosen, digits: str, most: int) -> list[dict[str, Any]]:
    """Calls with one outside number, whoever called whom."""
    ends = [column.endswith(digits, autoescape=True) for column in (_c.number, _c.dialled, _c.caller)]
    wanted = select(schema.calls).where(chosen.calls, or_(*ends), _c.status != "open", _c.direction != "internal")
    return plain(connection.execute(wanted.order_by(_c.started_at, _c.id).limit(most)).mappings())


def with_code(
    connection: Connection, chosen: Chosen, code: str, code_of: Callable[[str, bytes, int], str | None], most: int
) -> list[dict[str, Any]]:
    """Calls of one account code: the records that hold its characters are read again, and those that mean it are kept."""
    owner = chosen.owner
    last = first_since(connection, owner, schema.records, _r.received_at, chosen.span.until)
    raws = select(_r.call_id, _r.source, _r.raw, _r.received_at).where(
        _r.property == owner, _r.id >= chosen.first, _r.id < max(last, chosen.first), _r.call_id.is_not(None)
    )
    holds = (
        "instr(records.raw, :code) > 0" if connection.dialect.name == "sqlite" else "position(:code in records.raw) > 0"
    )
    found = connection.execute(raws.where(text(holds).bindparams(code=code.encode())))
    numbers = sorted({row.call_id for row in found if code_of(row.source, bytes(row.raw), row.received_at) == code})
    return list(_calls(connection, chosen, numbers[:most]))


def _calls(connection: Connection, chosen: Chosen, numbers: list[int]) -> Iterator[dict[str, Any]]:
    for at in range(0, len(numbers), _AT_ONCE):
        wanted = select(schema.calls).where(chosen.calls, _c.id.in_(numbers[at : at + _AT_ONCE]), LISTED)
        yield from plain(connection.execute(wanted.order_by(_c.started_at, _c.id)).mappings())
