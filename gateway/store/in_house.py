"""Who is in the house now, and what each of them was charged so far: what a sheet for the desk is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, and_, case, func, select

from gateway.store import schema
from gateway.store.pages import first_since, plain

_s, _p, _c = schema.stays.c, schema.postings.c, schema.calls.c
#: Guests asked for at a time.
_TOGETHER: Final = 500
_OF_CALL: Final = and_(_c.property == _p.property, _c.id == _p.call_id)


def guests(connection: Connection, owner: str) -> list[dict[str, Any]]:
    """The stays that have not ended, in the order in which they began."""
    wanted = select(schema.stays).where(_s.property == owner, _s.until.is_(None)).order_by(_s.id)
    return plain(connection.execute(wanted).mappings())


def charged(connection: Connection, owner: str, since: int, reservations: Sequence[str]) -> list[dict[str, Any]]:
    """What guests were charged by postings made since an instant: by guest, state and currency."""
    first = first_since(connection, owner, schema.postings, _p.created_at, since)
    keys = (_p.reservation, _p.state, _p.currency, _p.decimals)
    sums = (func.count().label("postings"), func.count(_p.amount).label("priced"), func.sum(_p.amount).label("amount"))
    found: list[dict[str, Any]] = []
    for begin in range(0, len(reservations), _TOGETHER):
        some = list(reservations[begin : begin + _TOGETHER])
        wanted = select(*keys, *sums).where(_p.property == owner, _p.id >= first, _p.reservation.in_(some))
        found += plain(connection.execute(wanted.group_by(*keys)).mappings())
    return [{**one, "amount": int(one["amount"] or 0)} for one in found]


def unsettled(
    connection: Connection, owner: str, reservations: Sequence[str], most: int
) -> tuple[list[dict[str, Any]], int]:
    """Charges that are on no folio for certain with their calls, those of some guests first; and how many there are."""
    here = (_p.property == owner, schema.LIVELY)
    columns = (schema.postings, _c.started_at, _c.extension, _c.dialled, _c.number, _c.talk_seconds)
    theirs = case((_p.reservation.in_(list(reservations)), 0), else_=1)
    joined = schema.postings.join(schema.calls, _OF_CALL, isouter=True)
    wanted = select(*columns).select_from(joined).where(*here).order_by(theirs, _p.id).limit(most)
    number = connection.execute(select(func.count()).select_from(schema.postings).where(*here)).scalar()
    return plain(connection.execute(wanted).mappings()), int(number or 0)
