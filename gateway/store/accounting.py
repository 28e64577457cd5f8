"""What an accounting program is to book for some days: charges that the PMS took in them, and calls of the house.

A charge counts on the day on which the PMS took it, whenever its call was: what is late falls on its own day, and a day
that was exported does not change any more. A call of the house counts on the day its record came.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, and_, func, literal, select

from gateway.store import schema
from gateway.store.pages import first_since, plain
from gateway.store.reporting import Span

_p, _c, _r, _h = schema.postings.c, schema.calls.c, schema.records.c, schema.call_shares.c
_OF_CALL: Final = and_(_c.property == _p.property, _c.id == _p.call_id)
_other = schema.postings.alias("other")


def taken(connection: Connection, owner: str, span: Span) -> list[dict[str, Any]]:
    """Charges that the PMS took in a stretch, in their order; `before` is what earlier parts of the same call come to."""
    before = (
        select(func.coalesce(func.sum(_other.c.amount), 0))
        .where(_other.c.property == _p.property, _other.c.call_id == _p.call_id, _other.c.part < _p.part)
        .scalar_subquery()
    )
    columns = (
        *(_p.id, _p.call_id, _p.part, _p.kind, _p.amount, _p.currency, _p.decimals, _p.changed_at, _p.room),
        *(_c.number_class, _c.amount.label("price"), _c.currency.label("price_currency")),
        *(_c.decimals.label("price_decimals"), _c.tax, _c.trace, before.label("before")),
    )
    wanted = select(*columns).select_from(schema.postings.join(schema.calls, _OF_CALL, isouter=True))
    here = (_p.property == owner, _p.state == "posted", _p.changed_at >= span.since, _p.changed_at < span.until)
    rows = plain(connection.execute(wanted.where(*here, _p.created_at < span.until).order_by(_p.id)).mappings())
    return [{**row, "before": int(row["before"])} for row in rows]


def of_the_house(connection: Connection, owner: str, span: Span) -> list[dict[str, Any]]:
    """Calls of departments whose records came in a stretch, with their prices."""
    begin, end = (first_since(connection, owner, schema.records, _r.received_at, at) for at in span)
    same = and_(_r.property == _c.property, _r.id == _c.id)
    columns = (_c.id, _c.department, _c.number_class, _c.amount, _c.currency, _c.decimals, _r.received_at)
    wanted = select(*columns).select_from(schema.calls.join(schema.records, same))
    here = (_c.property == owner, _c.id >= begin, _c.id < end, _c.status == "allocated", _c.amount.is_not(None))
    whole = plain(connection.execute(wanted.where(*here).order_by(_c.id)).mappings())
    return whole + _shares_of_the_house(connection, owner, begin, end)


def _shares_of_the_house(connection: Connection, owner: str, begin: int, end: int) -> list[dict[str, Any]]:
    """What departments held of guests' calls: their shares, where each holder pays."""
    same, of_call = (
        and_(_r.property == _c.property, _r.id == _c.id),
        and_(_c.property == _h.property, _c.id == _h.call_id),
    )
    columns = (_c.id, _h.name.label("department"), _c.number_class, _h.amount, _c.currency, _c.decimals, _r.received_at)
    tables = schema.call_shares.join(schema.calls, of_call).join(schema.records, same)
    here = (_h.property == owner, _h.call_id >= begin, _h.call_id < end, _h.kind == "department", _h.amount > 0)
    charged = (_c.status == "charge", _c.amount.is_not(None))
    wanted = select(*columns).select_from(tables).where(*here, *charged).order_by(_h.call_id, _h.place)
    return plain(connection.execute(wanted).mappings())


def unfinished(connection: Connection, owner: str, span: Span) -> int:
    """Calls whose records came in a stretch and that may not be finished: they are in no export yet."""
    begin, end = (first_since(connection, owner, schema.records, _r.received_at, at) for at in span)
    wanted = select(func.count(literal(1))).where(
        _c.property == owner, _c.id >= begin, _c.id < end, _c.status == "open"
    )
    return int(connection.execute(wanted).scalar() or 0)
