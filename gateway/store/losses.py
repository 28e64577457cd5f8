"""Calls that the carrier asks more for than the guest was charged."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, and_, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from gateway.store import schema
from gateway.store.pages import plain
from gateway.store.reporting import Chosen

_c, _p = schema.calls.c, schema.postings.c

#: Decimals in which losses are told: costs have four, and a price no more.
DECIMALS: Final = 4


def _whole(minor: ColumnElement[Any], decimals: ColumnElement[Any]) -> ColumnElement[Any]:
    """An amount in ten-thousandths."""
    return minor * case(*((decimals == digits, 10 ** (DECIMALS - digits)) for digits in range(DECIMALS)), else_=1)


def losses(
    connection: Connection, chosen: Chosen, most: int
) -> tuple[list[dict[str, Any]], list[tuple[str, int, int]], int]:
    """The calls with the largest losses, with `paid` and `loss` in ten-thousandths; by currency how many there are and how
    much they lose; and how many guests' calls could not be compared, because their cost is in another currency.

    A guest paid what stands on folios or is on its way there, without what was written off; where nothing is charged at
    all (there is no PMS), the price.
    """
    charged = (
        select(
            _p.call_id,
            func.sum(case((_p.state == "written_off", 0), else_=_whole(_p.amount, _p.decimals))).label("charged"),
        )
        .where(_p.property == chosen.owner, _p.call_id >= chosen.first)
        .group_by(_p.call_id)
        .subquery("charged")
    )
    # What departments held of a guest's call is the house's own use of the line, and no loss.
    h = schema.call_shares.c
    house = select(func.coalesce(func.sum(h.amount), 0)).where(
        h.property == chosen.owner, h.call_id == _c.id, h.kind == "department"
    )
    own = _whole(house.scalar_subquery(), _c.decimals)
    paid = func.coalesce(charged.c.charged + own, _whole(_c.amount, _c.decimals))
    loss = _whole(_c.cost, _c.cost_decimals) - paid
    joined = schema.calls.outerjoin(charged, charged.c.call_id == _c.id)
    guests = and_(chosen.calls, _c.status == "charge", _c.cost.is_not(None), _c.amount.is_not(None))
    here = and_(guests, _c.cost_currency == _c.currency, loss > 0)
    wanted = select(schema.calls, paid.label("paid"), loss.label("loss")).select_from(joined).where(here)
    rows = plain(connection.execute(wanted.order_by(loss.desc(), _c.id).limit(most)).mappings())
    summed = select(_c.currency, func.count(), func.sum(loss)).select_from(joined).where(here).group_by(_c.currency)
    sums = [(currency, int(calls), int(lost)) for currency, calls, lost in connection.execute(summed)]
    other = select(func.count()).select_from(schema.calls).where(guests, _c.cost_currency != _c.currency)
    found = [{**row, "paid": int(row["paid"]), "loss": int(row["loss"])} for row in rows]
    return found, sorted(sums), int(connection.execute(other).scalar() or 0)
