"""Each holder of a call pays his share: through the real pipeline, whatever order its legs come in and whatever people do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from gateway.acts import Act
from gateway.audit.days import Edge
from gateway.audit.sheet import differences, sheet
from gateway.instants import to_micros
from gateway.store import audit_sums
from gateway.store.verify import broken_rules
from tests.gateway.prices import flat
from tests.gateway.rig import Rig, line
from tests.gateway.test_acts import Desk

MOBILE = "9600123456"
#: Room 201 talks 61 seconds, hands on to 202, who talks 120; the kitchen ends it with 59: four minutes at one zloty.
LEGS = (
    line(1, dialled=MOBILE, extension="201", seconds=61, more=1),
    line(1, dialled=MOBILE, extension="202", seconds=120, more=1),
    line(1, dialled=MOBILE, extension="600", seconds=59),
)


@pytest.fixture
def house(store_url: str) -> Iterator[Rig]:
    """Two guests, in 201 and 202, where each holder of a call pays."""
    rig = Rig(store_url, transfer_payer="each")
    rig.use(flat("1.00"))
    rig.check_in("201", "77001")
    rig.check_in("202", "77002")
    yield rig
    rig.close()


def charged(rig: Rig) -> list[tuple[str | None, int | None, str, str]]:
    return [(row["room"], row["amount"], row["state"], row["hold"]) for row in rig.postings()]


def whole(rig: Rig) -> None:
    """Every rule of the ledger holds, and the day's sheet adds up with a name for everything."""
    assert rig.database.read(lambda c: broken_rules(c, "SEASIDE", rig.database.is_sqlite)) == []
    edges = Edge(0, 0, 0, 0), Edge(to_micros(rig.now) + 10**9, 10**9, 10**9, 10**9)
    made = sheet(rig.database.read(lambda c: audit_sums.snapshot(c, "SEASIDE", *edges)))
    assert made.unaccounted == (0, {}, {})
    assert [one.key for one in differences(made, {}, {}) if not one.named and one.key != "no total"] == []


def test_each_guest_is_charged_for_his_time_and_the_house_for_its_own(house: Rig) -> None:
    house.send(house.connect(), *LEGS)
    assert charged(house) == [("201", 102, "due", ""), ("202", 200, "due", "")]
    assert [row["reason"] for row in house.postings()] == [
        "share of room 201: 1:01 of 4:00, 1.02 of 4.00 PLN",
        "share of room 202: 2:00 of 4:00, 2.00 of 4.00 PLN",
    ]
    [(amount, room, reservation, status, reason)] = house.rows(
        "SELECT amount, room, reservation, status, reason FROM calls"
    )
    assert (amount, room, reservation, status) == (400, "201", "77001", "charge")
    assert reason == (
        "each holder pays a share: room 201 1:01, 1.02 PLN; room 202 2:00, 2.00 PLN; Kitchen 0:59, 0.98 PLN (the house's)"
    )
    assert [(one.room, one.amount, one.talk_seconds) for one in house.due] == [("201", 102, 61), ("202", 200, 120)]
    whole(house)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_legs_that_come_late_in_any_order_charge_only_what_is_lacking(house: Rig, order: tuple[int, ...]) -> None:
    legs = [line(1, dialled=MOBILE, extension=who, seconds=s) for who, s in (("201", 61), ("202", 120), ("600", 59))]
    feed = house.connect()
    for one in order:
        house.send(feed, legs[one])
        house.advance(30)
        whole(house)
    sums: dict[str | None, int] = {}
    for room, amount, _, hold in charged(house):
        sums[room] = sums.get(room, 0) + (amount or 0)
        assert ((amount or 0) < 0) == (hold == "amount_fell")
    assert {room: minor for room, minor in sums.items() if minor} == {"201": 102, "202": 200}


def test_a_share_is_void_moved_and_made_less_by_itself(house: Rig) -> None:
    """Whose share it is must be said; the other guest's charge stays as it is, and is reversed on its own folio alone."""
    desk = Desk(house, takes_reversals=True)
    house.use(flat("1.00"))
    house.check_in("202", "77002")
    house.send(house.connect(), *LEGS)
    house.advance(2)
    assert [(one.room, one.amount, one.talk_seconds) for one in desk.pms.posted] == [
        ("201", 102, 61),
        ("202", 200, 120),
    ]
    assert "name whose share (201 or 202)" in desk.ask(Act(kind="void", call_id=1))
    assert "2.00 PLN of room 202 made 0.50 PLN" in desk.ask(Act(kind="adjust", call_id=1, amount=50, share="202"))
    for _ in range(3):
        desk.look()
        house.advance(1)
    assert "1.02 PLN moved from room 201 to 305" in desk.ask(Act(kind="move", call_id=1, room="305", share="201"))
    for _ in range(3):
        desk.look()
        house.advance(1)
    assert [(one.room, one.amount) for one in desk.pms.posted][2:] == [
        ("202", -200),
        ("202", 50),
        ("201", -102),
        ("305", 102),
    ]
    assert {one["state"] for one in house.postings()} == {"posted"}
    assert [one["reservation"] for one in house.postings()] == ["77001", "77002", "77002", "77002", "77001", None]
    assert "nothing is charged" not in desk.ask(Act(kind="void", call_id=1, share="202"))
    whole(house)
