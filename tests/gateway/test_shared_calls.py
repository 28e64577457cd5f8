"""Each holder of a call pays his share: through the real pipeline, whatever order its legs come in and whatever people do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from gateway.acts import Act
from gateway.audit.days import Edge
from gateway.audit.sheet import differences, sheet
from gateway.bills.keeping import bill_now
from gateway.instants import to_micros
from gateway.store import accounting, audit_sums, guests, outbox, pages, reporting, room, shares, stay_limits
from gateway.store.reporting import Span
from gateway.store.verify import broken_rules
from gateway.web.room import with_shares
from pms_adapters.events import RoomsResynced
from tests.gateway.prices import decide, flat, propose, start_again
from tests.gateway.rig import Rig, line
from tests.gateway.test_acts import Desk
from tests.gateway.test_budgets import limited

MOBILE = "9600123456"
#: Room 201 talks 61 seconds, hands on to 202, who talks 120; the kitchen ends it with 59: four minutes at one zloty.
LEGS = (
    line(1, dialled=MOBILE, extension="201", seconds=61, more=1),
    line(1, dialled=MOBILE, extension="202", seconds=120, more=1),
    line(1, dialled=MOBILE, extension="600", seconds=59),
)


def open_house(store_url: str) -> Rig:
    """Two guests, in 201 and 202, where each holder of a call pays."""
    rig = Rig(store_url, transfer_payer="each")
    rig.use(flat("1.00"))
    rig.check_in("201", "77001")
    rig.check_in("202", "77002")
    return rig


@pytest.fixture
def both(store_url: str) -> Iterator[Rig]:
    """Such a house on either database, for what asks the store in a way of its own."""
    rig = open_house(store_url)
    yield rig
    rig.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Rig]:
    """Such a house."""
    rig = open_house(f"sqlite:///{tmp_path / 'foliogate.db'}")
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


def test_each_guest_is_charged_for_his_time_and_the_house_for_its_own(both: Rig) -> None:
    both.send(both.connect(), *LEGS)
    assert charged(both) == [("201", 102, "due", ""), ("202", 200, "due", "")]
    assert [row["reason"] for row in both.postings()] == [
        "share of room 201: 1:01 of 4:00, 1.02 of 4.00 PLN",
        "share of room 202: 2:00 of 4:00, 2.00 of 4.00 PLN",
    ]
    [(amount, room, reservation, status, reason)] = both.rows(
        "SELECT amount, room, reservation, status, reason FROM calls"
    )
    assert (amount, room, reservation, status) == (400, "201", "77001", "charge")
    assert reason == (
        "each holder pays for his time; share of room 201: 1:01, 1.02 PLN; share of room 202: 2:00, 2.00 PLN; "
        "share of Kitchen: 0:59, 0.98 PLN, the house's own"
    )
    assert [(one.room, one.amount, one.talk_seconds) for one in both.due] == [("201", 102, 61), ("202", 200, 120)]
    whole(both)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_legs_that_come_late_in_any_order_charge_only_what_is_lacking(house: Rig, order: tuple[int, ...]) -> None:
    legs = [line(1, dialled=MOBILE, extension=who, seconds=s) for who, s in (("201", 61), ("202", 120), ("600", 59))]
    feed = house.connect()
    for one in order:
        house.send(feed, legs[one])
        house.advance(30)
        whole(house)
    sums: dict[str | None, int] = {}
    for where, amount, _, hold in charged(house):
        sums[where] = sums.get(where, 0) + (amount or 0)
        assert ((amount or 0) < 0) == (hold == "amount_fell")
    assert {where: minor for where, minor in sums.items() if minor} == {"201": 102, "202": 200}


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


def test_a_rate_that_comes_late_is_shared_as_well(both: Rig) -> None:
    """One posting waits for it; approved, each guest has his share, and the list's words said so before."""
    both.use(flat("1.00", classes="local"))
    both.check_in("202", "77002", no_post=True)
    both.send(both.connect(), *LEGS)
    assert charged(both) == [("201", None, "held", "unrated")]
    assert both.rows("SELECT name, seconds, amount FROM call_shares ORDER BY place") == [
        ("201", 61, None),
        ("202", 120, None),
        ("Kitchen", 59, None),
    ]
    start_again(both, flat("1.00"))
    [(words,)] = both.rows("SELECT words FROM list_items")
    assert "share of room 202: 2:00, 2.00 PLN; share of Kitchen: 0:59, 0.98 PLN, the house's own" in words
    whole(both)
    assert decide(both, "approve", 1) == "list 1 is approved; 1 postings are due by it"
    assert charged(both) == [("201", 102, "due", ""), ("202", 200, "held", "no_post")]
    assert both.rows("SELECT part, name FROM share_parts ORDER BY part") == [(0, "201"), (1, "202")]
    whole(both)
    both.check_in("202", "77002")
    assert [state for _, _, state, _ in charged(both)] == ["due", "due"]
    [item] = propose(both, flat("2.00")).items  # a price put right is not guessed share by share
    assert (item.deed, item.before) == ("nothing", 302)
    assert propose(both, flat("1.00")).items == []


def test_shares_of_vacant_unlisted_and_unnamed_holders_wait_for_their_own_reasons(house: Rig) -> None:
    """The other guest is charged at once; news of the room frees its share; nothing is charged twice by any of it."""
    house.news(RoomsResynced(occupied=(), vacant=("203",), at=house.now))
    legs = [line(1, dialled=MOBILE, extension=who, seconds=60, more=int(who != "9")) for who in ("203", "", "201", "9")]
    house.send(house.connect(), *legs)
    assert charged(house) == [
        ("203", 100, "held", "no_room_news"),
        (None, 100, "held", "unknown_extension"),
        ("201", 100, "due", ""),
        (None, 100, "held", "unknown_extension"),
    ]
    whole(house)
    house.check_in("203", "77003")
    assert charged(house)[0] == ("203", 100, "due", "")
    whole(house)


def test_a_call_of_one_guest_on_two_telephones_is_charged_whole(house: Rig) -> None:
    """Nothing is shared: one posting, no rows of shares; neither is a call that departments alone held."""
    feed = house.connect()
    legs = (line(1, dialled=MOBILE, extension="201", seconds=61, more=1), line(1, dialled=MOBILE, extension="201"))
    house.send(feed, *legs)
    house.send(feed, line(2, dialled=MOBILE, extension="600", more=1), line(2, dialled=MOBILE, extension="600"))
    assert charged(house) == [("201", 300, "due", "")]
    assert house.rows("SELECT count(*) FROM call_shares") == [(0,)]
    whole(house)


def posting_sums(c: Connection, chosen: reporting.Chosen) -> list[dict[str, Any]]:
    """Charges by room and guest, in the order of the rooms."""
    return sorted(reporting.posting_sums(c, chosen, ("room", "reservation")), key=lambda one: str(one["room"]))


def test_every_guest_sees_his_own_share_on_his_room_page_his_bill_and_in_his_data(both: Rig) -> None:
    """The second guest too, whose room the call was not made from; what the house held is on neither bill."""
    both.send(both.connect(), *LEGS)

    def work(c: Connection) -> None:
        for place, (name, guest, minor, seconds) in enumerate((("201", "77001", 102, 61), ("202", "77002", 200, 120))):
            mine = [room.Stretch(name, 0, None, (guest,))]
            [call] = room.calls(c, "SEASIDE", mine, 9, None, all_calls=False)
            own = room.own_shares(shares.of_calls(c, "SEASIDE", [1]), mine)
            postings = pages.of_calls(c, "SEASIDE", [1])
            [seen], parts = with_shares([call], postings, own, {place + 1})
            assert (seen["room"], seen["amount"], seen["talk_seconds"]) == (name, minor, seconds)
            assert [row["amount"] for row in parts[1]] == [minor]
            [kind] = room.by_class(c, "SEASIDE", mine)
            assert (kind.calls, kind.seconds, kind.amount) == (1, seconds, minor)
            stay = room.here(c, "SEASIDE", name)[0]
            bill = bill_now(c, "SEASIDE", stay.id, to_micros(both.now))
            assert bill is not None
            assert [(one.room, one.seconds, one.gross, one.part, one.moved, one.shared) for one in bill.lines] == [
                (name, seconds, minor, 0, False, True)
            ]
            assert guests.calls_of(c, "SEASIDE", guests.stays_of(c, "SEASIDE", guest)) == [1]
        assert shares.paid_by(c, "SEASIDE", "reservation", "77002", 0)[0].amount == 200
        assert stay_limits.spent(c, "SEASIDE", "77001") == 102
        chosen = reporting.began(c, "SEASIDE", Span(0, 1 << 60))
        assert [(one["room"], one["reservation"], one["amount"]) for one in posting_sums(c, chosen)] == [
            ("201", "77001", 102),
            ("202", "77002", 200),
        ]
        assert [one["amount"] for one in reporting.shares_of_the_house(c, chosen)] == [98]
        [house_share] = accounting.of_the_house(c, "SEASIDE", Span(0, 1 << 60))
        assert (house_share["department"], house_share["amount"]) == ("Kitchen", 98)
        assert [one.talk_seconds for one in outbox.due_postings(c, "SEASIDE", "opera", 0, 9)] == [61, 120]
        shares.untie(c, "SEASIDE", [1])  # as when the law's term is over
        assert [(one.name, one.reservation, one.amount) for one in shares.of_call(c, "SEASIDE", 1)] == [
            ("0", None, 102),
            ("1", None, 200),
            ("Kitchen", None, 98),
        ]

    both.database.transact(work)
    whole(both)


def test_a_limit_counts_what_each_guest_has_to_pay(house: Rig) -> None:
    """Five zloty a stay: the second guest's shares come to it, the first one's do not; the store says the same as memory."""
    house.use(limited("stay", "hold"))
    house.check_in("202", "77002")
    house.database.transact(lambda c: c.exec_driver_sql("UPDATE stays SET since = 0"))
    house.database.transact(house.memory.reload)
    feed = house.connect()
    for number in (1, 2, 3):
        legs = (("201", 60, 1), ("202", 120, 0))
        house.send(feed, *(line(number, dialled=MOBILE, extension=who, seconds=s, more=m) for who, s, m in legs))
        house.database.transact(house.memory.reload)
    assert charged(house) == [
        ("201", 100, "due", ""),
        ("202", 200, "due", ""),
        ("201", 100, "due", ""),
        ("202", 200, "due", ""),
        ("201", 100, "due", ""),
        ("202", 200, "held", "over_budget"),
    ]
    whole(house)
