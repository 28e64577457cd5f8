"""Protects reports of months: what the database adds up is what the rows say, on both databases, however groups are cut."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from gateway.store import schema, traffic
from gateway.store.database import Database
from gateway.traffic.intervals import QUARTER, Load

HOUSE = "SEASIDE"
HOMES = {"T1": "city", "T2": "city", "X1": "sip"}


def group_of(trunk: str, told: str) -> str:
    """T1 and T2 are the city's and X1 the provider's, whatever the exchange says; others are where it says."""
    return HOMES.get(trunk, told)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """A store with sums by chance, of this house and of a neighbour."""
    made, chance = Database(store_url, HOUSE), random.Random(3)
    made.open()
    places = {
        (chance.randrange(12) * QUARTER, told, trunk, way)
        for told, trunk in (("a", "T1"), ("a", "T2"), ("b", "X1"), ("b", "Y"), ("", "Z"))
        for way in ("out", "in")
        for _ in range(8)
    }
    rows = [
        dict(zip(("quarter", "trunk_group", "trunk", "direction"), place, strict=True))
        | {name: chance.randrange(1, 2**40) for name in Load._fields}
        for place in sorted(places)
    ]
    for owner in (HOUSE, "NEIGHBOUR"):
        some = [row | {"property": owner} for row in rows]
        made.transact(lambda connection, some=some: connection.execute(insert(schema.trunk_quarters), some))  # type: ignore[misc]
    yield made
    made.close()


def test_sums_are_those_of_the_rows(database: Database) -> None:
    """Group a is one of the house's and is added up as it is, b is two, and Z is where nobody said anything."""
    since, until = 2 * QUARTER, 9 * QUARTER
    found = database.read(lambda connection: traffic.sums(connection, HOUSE, since, until, group_of))
    columns = ", ".join(Load._fields)
    told = f"SELECT quarter, trunk_group, trunk, direction, {columns} FROM trunk_quarters WHERE property = '{HOUSE}'"
    rows = [tuple(row) for row in database.read(lambda c: list(c.exec_driver_sql(told)))]
    lines: dict[tuple[str, str, str], Load] = {}
    quarters: dict[str, dict[int, Load]] = {}
    for quarter, told_group, trunk, way, *load in rows:
        if since <= quarter < until:
            lines[told_group, trunk, way] = lines.get((told_group, trunk, way), Load()).plus(Load(*load))
            there = quarters.setdefault(group_of(trunk, told_group), {})
            there[quarter] = there.get(quarter, Load()).plus(Load(*load))
    assert {(one.group, one.trunk, one.direction): one.load for one in found.lines} == lines
    assert found.quarters == quarters
    assert {*found.quarters} == {"city", "sip", "b", ""}
    assert database.read(lambda c: traffic.first_quarter(c, HOUSE)) == min(row[0] for row in rows)
    assert database.read(lambda c: traffic.first_quarter(c, "NOBODY")) is None
