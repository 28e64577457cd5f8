"""What the rack and the desk's remarks rest on, asked of both databases; and which rooms are on the phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from gateway.calling import LONGEST, MOST, Calling
from gateway.instants import to_micros
from gateway.posting.deeds import ReadCommands
from gateway.store import commands, rack, remarks, room
from gateway.store.rack import Sum, Waiting
from gateway.store.room import Stretch
from pms_adapters.events import CheckedOut
from tests.gateway.rig import Rig, line

NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)


def evening(rig: Rig) -> None:
    """Two calls that are charged, one that is not, one from a room without a guest."""
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, line(1), line(2, seconds=125), line(3, dialled="202"), line(4, extension="305"))


def ask(rig: Rig, deed: str, subject: str, why: str = "so") -> str:
    """A remark, kept by the writer; what came of it."""
    owner, now = rig.database.property, to_micros(rig.now)
    number = rig.database.transact(
        lambda c: commands.give(
            c, owner, now=now, who="Ines", deed=deed, posting_id=None, why=why, room="201", subject=subject
        )
    )
    rig.writer.submit(ReadCommands(rig.memory, None, now=now, done=lambda freed, resync: None))
    rig.pump()
    return rig.database.read(lambda c: commands.result(c, owner, number)) or ""


def test_the_rack_adds_up_each_guest_and_finds_what_waits(store_url: str) -> None:
    rig = Rig(store_url)
    evening(rig)
    owner = rig.database.property
    found = rig.database.read(lambda c: rack.read(c, owner, None, ()))
    (stay,) = found.guests
    (total,) = found.sums[stay.reservation]
    assert total == Sum(2, 80 + 120, "PLN", 2)
    assert found.waiting == [Waiting("305", None, "held", 1)]
    midnight = to_micros(NOON - timedelta(hours=11))
    today = rig.database.read(lambda c: rack.read(c, owner, midnight, ("201", "305"))).today
    assert {name: [one.calls for one in sums] for name, sums in today.items()} == {"201": [2], "305": [1]}
    guest = stay.reservation
    mine = [Stretch("201", 0, None, (guest,))]
    told = rig.database.read(
        lambda c: (
            [one["id"] for one in room.calls(c, owner, mine, 9, None, all_calls=False)],
            [one["id"] for one in room.calls(c, owner, mine, 9, 3, all_calls=True)],
            room.left_out(c, owner, mine),
            room.by_class(c, owner, mine),
            room.by_state(c, owner, [guest]),
            rack.guests_like(c, owner, guest, 5),
            room.here(c, owner, "305"),
        )
    )
    assert told[:3] == ([2, 1], [2, 1], 1)
    assert [(one.calls, one.amount) for one in told[3]] == [(2, 200)]
    assert [(one.state, one.number, one.amount) for one in told[4]] == [("due", 2, 200)]
    assert told[5:] == ([stay], [])
    rig.news(CheckedOut(room="201", reservation=guest, at=rig.now))
    gone = rig.database.read(lambda c: (room.earlier(c, owner, "201"), room.last_departure(c, owner, "201")))
    assert [one.reservation for one in gone[0]] == [guest]
    assert gone[1] == to_micros(rig.now)
    rig.close()


def test_remarks_are_kept_once_with_their_trail_and_nothing_else_is(store_url: str) -> None:
    rig = Rig(store_url)
    evening(rig)
    owner = rig.database.property
    guest = rig.database.read(lambda c: rack.in_house(c, owner))[0].reservation
    assert ask(rig, "note", guest, "likes\x00 quiet") == f"kept: a note on reservation {guest}"
    assert ask(rig, "note", "nobody").startswith("not kept: there is no guest")
    assert ask(rig, "note", guest, "  ").startswith("not kept: it has no words")
    assert ask(rig, "dispute", "1").startswith("kept: call 1 is in dispute: so")
    assert ask(rig, "dispute", "1") == "not kept: call 1 is in dispute already"
    assert ask(rig, "dispute", "77").startswith("not kept: there is no call 77")
    assert ask(rig, "undispute", "2") == "not kept: call 2 is not in dispute"
    assert rig.database.read(lambda c: remarks.in_the_house(c, owner)) == {guest: 1}
    assert ask(rig, "look", "", "asks for a bill").startswith("kept: looked at earlier stays in room 201")
    looks = [number for number in range(1, 10) if rig.database.read(lambda c, n=number: remarks.looked(c, owner, n))]  # type: ignore[misc]
    assert looks == [8]
    kept = rig.database.read(lambda c: remarks.of_room(c, owner, [guest], [1]))
    assert [(one.kind, one.call_id) for one in kept] == [("note", None), ("dispute", 1)]
    trail = rig.rows("SELECT what, posting_id FROM audit_trail WHERE who = 'Ines' ORDER BY id")
    assert [tuple(row) for row in trail][1] == ("call 1 is in dispute: so", 1)
    with pytest.raises(IntegrityError):
        rig.database.transact(
            lambda c: c.exec_driver_sql(
                "INSERT INTO remarks (property, id, at, who, kind, room, words) VALUES ('SEASIDE', 99, 1, 'x', 'dispute', '', '')"
            )
        )
    rig.close()


def test_a_room_is_on_the_phone_until_its_record_comes_or_nobody_believes_it() -> None:
    calling = Calling()
    calling.began("main", "k1", "201", NOON)
    calling.began("main", "k2", "202", NOON)
    assert calling.rooms(NOON) == {"201", "202"}
    calling.ended("main", ["k2", None])
    calling.ended("other", ["k1"])
    assert calling.rooms(NOON + timedelta(hours=1)) == {"201"}
    assert calling.rooms(NOON + LONGEST + timedelta(seconds=1)) == frozenset()
    for number in range(MOST + 5):
        calling.began("main", str(number), str(number), NOON)
    assert len(calling.rooms(NOON)) == MOST
