"""Which tariff a stay was given, by the desk or by the PMS: kept for ever, and read into the writer's memory."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from gateway.attribution import Given, StayTariffs
from gateway.store import schema
from gateway.store.rows import clean

_t = schema.stay_tariffs.c


def load_stay_tariffs(connection: Connection, owner: str) -> StayTariffs:
    """Everything that stays were ever given. Few guests carry a tariff of their own, so this is short."""
    found = StayTariffs()
    wanted = select(_t.reservation, _t.since, _t.source, _t.code).where(_t.property == owner).order_by(_t.id)
    for reservation, since, source, code in connection.execute(wanted):
        found.add(reservation, Given(since, source, code))
    return found


def give(connection: Connection, owner: str, reservation: str, given: Given, who: str) -> None:
    """Write down that a stay carries a tariff from an instant on."""
    newest = connection.execute(select(func.max(_t.id)).where(_t.property == owner)).scalar()
    row = {"property": owner, "id": int(newest or 0) + 1, "reservation": clean(reservation), "who": clean(who)}
    entry = {"since": given.since, "source": given.source, "code": clean(given.code)}
    connection.execute(insert(schema.stay_tariffs).values(**row, **entry))


def history(connection: Connection, owner: str, reservation: str) -> list[dict[str, object]]:
    """What a stay was given, oldest first."""
    wanted = select(schema.stay_tariffs).where(_t.property == owner, _t.reservation == reservation).order_by(_t.id)
    return [dict(row) for row in connection.execute(wanted).mappings()]
