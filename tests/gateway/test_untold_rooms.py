"""Protects the calls of a hotel whose PMS tells no room news: each is charged to whoever the PMS has in the room."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from twisted.internet.defer import Deferred

from gateway.posting.clerk import Clerk
from gateway.store import reading
from pms_adapters.events import CheckedIn, CheckedOut, Guest
from pms_adapters.posting import Posting, PostingResult
from pms_adapters.stand_ins import AlwaysPosts
from tests.gateway.rig import Rig, line


class Untold(AlwaysPosts):
    """A PMS that says yes to everything and tells nothing of its rooms."""

    tells_rooms = False

    def __init__(self, rig: Rig) -> None:
        super().__init__(clock=rig.clock, wall_clock=lambda: rig.now)
        self.posted: list[Posting] = []

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        self.posted.append(posting)
        return super().post(posting)


@pytest.fixture
def rig(store_url: str) -> Iterator[Rig]:
    rig = Rig(store_url, tells_rooms=False)
    yield rig
    rig.close()


def served(rig: Rig) -> tuple[Untold, Clerk]:
    pms = Untold(rig)
    clerk = rig.employ(pms)
    pms.start(_Deaf())
    return pms, clerk


class _Deaf:
    def link_changed(self, state: object) -> None: ...
    def room_news(self, news: object) -> None: ...
    def late_answer(self, token: int, result: object) -> None: ...
    def oddity(self, sentence: str) -> None: ...


def test_a_call_from_a_room_nobody_told_of_is_charged_to_whoever_the_pms_has_there(rig: Rig) -> None:
    pms, clerk = served(rig)
    rig.send(rig.connect(), line(1, extension="201"))
    rig.advance(1)
    rig.advance(1)
    assert [(one.room, one.reservation) for one in pms.posted] == [("201", None)]
    assert clerk.idle


def test_whoever_our_own_door_told_of_pays(rig: Rig) -> None:
    pms, _ = served(rig)
    rig.check_in("201", "77001")
    rig.send(rig.connect(), line(1, extension="201"))
    rig.advance(1)
    assert [(one.room, one.reservation) for one in pms.posted] == [("201", "77001")]


def test_a_guest_who_was_told_to_have_left_is_not_charged_through_the_next_one(rig: Rig) -> None:
    """The door told who was there when the call began, and that he left: the room's next guest does not pay for it."""
    pms, _ = served(rig)
    rig.check_in("201", "77001")
    rig.news(CheckedOut(room="201", at=rig.now - timedelta(minutes=1), reservation="77001"))
    rig.send(rig.connect(), line(1, extension="201"))
    rig.advance(1)
    assert pms.posted == []
    [row] = rig.database.read(lambda c: list(reading.postings(c, "SEASIDE")))
    assert (row["state"], row["hold"]) == ("held", "guest_left")


def test_a_room_that_was_told_to_be_empty_is_asked_for_all_the_same(rig: Rig) -> None:
    """The door need not tell of every guest: the PMS knows, and refuses where nobody is there."""
    pms, _ = served(rig)
    rig.news(CheckedIn(room="201", guest=Guest(reservation="77001"), at=rig.now - timedelta(hours=3)))
    rig.news(CheckedOut(room="201", at=rig.now - timedelta(hours=2), reservation="77001"))
    rig.send(rig.connect(), line(1, extension="201"))
    rig.advance(1)
    assert [(one.room, one.reservation) for one in pms.posted] == [("201", None)]


def test_a_no_post_guest_our_door_told_of_is_held_and_released_by_news(rig: Rig) -> None:
    pms, _ = served(rig)
    rig.check_in("201", "77001", no_post=True)
    rig.send(rig.connect(), line(1, extension="201"))
    rig.advance(1)
    assert pms.posted == []
    rig.check_in("201", "77001", no_post=False)
    rig.advance(1)
    assert [one.reservation for one in pms.posted] == ["77001"]


def test_prices_nobody_approved_stay_at_home_all_the_same(store_url: str) -> None:
    rig = Rig(store_url, tells_rooms=False, may_post=False)
    pms, _ = served(rig)
    rig.send(rig.connect(), line(1, extension="201"))
    rig.advance(1)
    assert pms.posted == []
    [row] = rig.database.read(lambda c: list(reading.postings(c, "SEASIDE")))
    assert row["hold"] == "unapproved_tariff"
    rig.close()
