"""Who pays is whoever was in the room when the call began, through moves, shares, late news and early departures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.directory import (
    Department,
    ExtensionRange,
    Nobody,
    NoNews,
    Occupancy,
    Present,
    Room,
    RoomList,
    Unlisted,
    payer,
)
from gateway.instants import to_micros
from pms_adapters.events import CheckedIn, CheckedOut, Guest, GuestChanged, RoomNews, RoomsResynced

T0 = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOMS = RoomList(
    ranges=(ExtensionRange(first="100", last="199"), ExtensionRange(first="0410", last="0419")),
    rooms={"2101": "Royal Suite", "2102": "Royal Suite"},
    departments={"150": "Kitchen"},
)


def at(hours: float) -> int:
    """An instant, so many hours after T0."""
    return to_micros(T0 + hours * HOUR)


def guest(number: int, arrival: datetime | None = None, *, no_post: bool | None = None) -> Guest:
    """A guest by reservation number."""
    return Guest(reservation=str(number), name=f"Guest {number}", arrival=arrival, no_post=no_post)


def arrive(room: str, number: int, hours: float, **more: datetime | None) -> CheckedIn:
    """A check-in."""
    return CheckedIn(room=room, guest=guest(number, **more), at=T0 + hours * HOUR)  # type: ignore[arg-type]


def leave(room: str, hours: float, number: int | None = None) -> CheckedOut:
    """A check-out."""
    return CheckedOut(room=room, at=T0 + hours * HOUR, reservation=None if number is None else str(number))


def move(room: str, old: str, number: int, hours: float) -> GuestChanged:
    """A room move."""
    return GuestChanged(room=room, guest=guest(number), at=T0 + hours * HOUR, old_room=old)


def told(*news: RoomNews) -> Occupancy:
    """An occupancy that learned this."""
    occupancy = Occupancy()
    for one in news:
        occupancy.learn(one)
    return occupancy


def who(occupancy: Occupancy, room: str, hours: float) -> list[str]:
    """The reservations in a room."""
    found = occupancy.at(room, at(hours))
    return [stay.reservation for stay in found.stays] if isinstance(found, Present) else []


@pytest.mark.parametrize(
    ("extension", "place"),
    [
        ("101", Room("101")),
        ("150", Department("Kitchen")),
        ("2101", Room("Royal Suite")),
        ("0412", Room("0412")),
        ("412", Unlisted("412")),
        ("0101", Unlisted("0101")),
        ("1O1", Unlisted("1O1")),
        (None, Unlisted("")),
    ],
)
def test_extensions_are_text_and_the_single_entries_come_first(extension: str | None, place: object) -> None:
    """Leading zeros are significant; a department inside a range of rooms is a department."""
    assert ROOMS.place(extension) == place


def test_a_late_record_is_charged_to_the_guest_who_was_there_then() -> None:
    """A call from before the check-out, told after the next guest's check-in, is the first guest's."""
    house = told(arrive("101", 1, 0), leave("101", 5, 1), arrive("101", 2, 6))
    assert who(house, "101", 4) == ["1"]
    assert who(house, "101", 5.5) == []
    assert who(house, "101", 7) == ["2"]
    assert isinstance(house.at("101", at(5.5)), Nobody)
    assert isinstance(house.at("102", at(1)), NoNews)


def test_the_first_news_of_a_room_reaches_back_to_the_arrival_or_without_bound() -> None:
    """An empty store must charge the calls of guests who came before it was there."""
    assert who(told(arrive("101", 1, 0, arrival=T0 - 48 * HOUR)), "101", -40) == ["1"]
    assert who(told(arrive("101", 1, 0, arrival=T0 - 48 * HOUR)), "101", -50) == []
    assert who(told(arrive("101", 1, 0)), "101", -1000) == ["1"]
    assert who(told(leave("101", -2), arrive("101", 1, 0)), "101", -1) == []


def test_a_check_in_told_again_changes_nothing_but_the_guest() -> None:
    """The stay keeps its beginning."""
    house = told(leave("101", -9), arrive("101", 1, 0), arrive("101", 1, 3))
    assert who(house, "101", 1) == ["1"]
    assert len(house.open_stays()) == 1


@pytest.mark.parametrize(
    "news",
    [
        [move("102", "101", 1, 3)],
        [leave("101", 3, 1), arrive("102", 1, 3)],
        [arrive("102", 1, 3), leave("101", 3, 1)],
    ],
)
def test_a_move_is_a_move_however_it_is_told(news: list[RoomNews]) -> None:
    """GC with the old room, GO then GI, GI then GO: the call of before is the guest's, and goes to the new room's folio."""
    house = told(arrive("101", 1, 0, arrival=T0), *news)
    assert who(house, "101", 2) == ["1"]
    assert who(house, "102", 4) == ["1"]
    assert who(house, "101", 4) == []
    folio = house.folio("101", at(2))
    assert folio is not None
    assert folio.room == "102"


def test_the_folio_of_a_guest_who_left_is_a_sharer_s_in_the_same_room_or_nobody_s() -> None:
    """Never the next guest's."""
    shared = told(arrive("101", 1, 0), arrive("101", 2, 1), leave("101", 3, 1))
    payer_now = shared.folio("101", at(2))
    assert payer_now is not None
    assert payer_now.reservation == "2"
    assert shared.folio("101", at(0.5)) is None
    gone = told(arrive("101", 1, 0), leave("101", 3, 1), arrive("101", 3, 4))
    assert gone.folio("101", at(2)) is None
    moved_sharer = told(arrive("101", 1, 0), arrive("101", 2, 1), leave("101", 3, 1), move("105", "101", 2, 4))
    assert moved_sharer.folio("101", at(2)) is None


def test_a_resync_corrects_what_was_missed_and_leaves_what_was_not_mentioned() -> None:
    """Who is not in a room that was reported has left it; rooms never mentioned stand."""
    house = told(arrive("101", 1, 0), arrive("102", 2, 0), arrive("103", 3, 0), arrive("104", 4, 0))
    house.learn(
        RoomsResynced(
            at=T0 + 9 * HOUR, occupied=(arrive("101", 1, 9), arrive("102", 9, 9), arrive("105", 4, 9)), vacant=("103",)
        )
    )
    assert [(stay.room, stay.reservation) for stay in house.open_stays()] == [("101", "1"), ("102", "9"), ("105", "4")]
    assert who(house, "101", 1) == ["1"]
    assert who(house, "102", 1) == ["2"]
    assert who(house, "103", 10) == []


@pytest.mark.parametrize(
    ("unsure", "since"),
    [(None, 9), (6, 6), (3, 4), (0.5, 4), (10, 9)],
    ids=["no news was lost", "since the link was lost", "not before the last guest left", "nor earlier", "never ahead"],
)
def test_a_move_that_a_resync_tells_reaches_back_to_when_news_may_have_been_lost(
    unsure: float | None, since: float
) -> None:
    """The PMS does not say when he moved: he may have phoned from the new room since the link was lost."""
    house = told(arrive("101", 1, 1), arrive("105", 2, 0), leave("105", 4))
    lost = None if unsure is None else at(unsure)
    house.learn(RoomsResynced(at=T0 + 9 * HOUR, occupied=(arrive("105", 1, 9),), vacant=("101",)), lost)
    (stay,) = house.open_stays()
    assert (stay.room, stay.since) == ("105", at(since))
    assert who(house, "101", 8.9) == ["1"]


def test_a_vacant_room_of_a_resync_is_known_to_be_empty() -> None:
    """So that a call from it is a fact with its reason, and not a wait without end."""
    house = told(RoomsResynced(at=T0, occupied=(), vacant=("101",)))
    assert isinstance(house.at("101", at(1)), Nobody)


def test_no_post_is_kept_until_the_pms_lifts_it() -> None:
    """A change that does not mention the mark leaves it."""
    house = told(CheckedIn(room="101", guest=guest(1, no_post=True), at=T0))
    house.learn(GuestChanged(room="101", guest=guest(1), at=T0 + HOUR))
    assert house.open_stays()[0].no_post
    house.learn(GuestChanged(room="101", guest=guest(1, no_post=False), at=T0 + HOUR))
    assert not house.open_stays()[0].no_post


def test_the_first_guest_among_the_holders_pays() -> None:
    """An operator who dials for a guest does not pay for the guest; the other rules are plain."""
    assert payer(("150", "101", "102"), ROOMS, "first_guest") == "101"
    assert payer(("150",), ROOMS, "first_guest") == "150"
    assert payer(("150", "101", "102"), ROOMS, "first") == "150"
    assert payer(("150", "101", "102"), ROOMS, "last") == "102"
    assert payer((), ROOMS, "last") is None


_rooms, _guests, _hours = st.sampled_from(["101", "102", "103"]), st.integers(1, 4), st.integers(0, 50)
_news = st.one_of(
    st.builds(arrive, _rooms, _guests, _hours),
    st.builds(leave, _rooms, _hours, st.none() | _guests),
    st.builds(move, _rooms, _rooms, _guests, _hours),
)


@given(st.lists(_news, max_size=25))
def test_whatever_a_pms_tells_a_reservation_is_in_one_room_and_rows_rebuild_the_memory(news: list[RoomNews]) -> None:
    """Invariants after every story: one open stay a reservation, no stay ends before it began, rows are enough."""
    occupancy, stays, facts = Occupancy(), {}, {}
    for one in news:
        changes = occupancy.learn(one)
        stays.update({stay.id: stay for stay in changes.stays})
        facts.update({fact.room: fact for fact in changes.rooms})
    held = occupancy.open_stays()
    assert len({stay.reservation for stay in held}) == len(held)
    assert all(stay.until is None or stay.until >= stay.since for stay in stays.values())
    again = Occupancy(stays.values(), facts.values())
    assert again.open_stays() == held
    for room in ("101", "102", "103"):
        for hours in range(0, 50, 7):
            assert again.at(room, at(hours)) == occupancy.at(room, at(hours))


def test_a_pms_without_reservations_has_one_guest_a_room() -> None:
    """Rooms of a PMS that tells no reservation numbers do not take each other's guest away."""
    nameless = Guest(reservation="", name="Adler")
    house = told(
        CheckedIn(room="101", guest=nameless, at=T0),
        CheckedIn(room="102", guest=nameless, at=T0),
        leave("102", 2),
        GuestChanged(room="105", guest=nameless, at=T0 + 3 * HOUR, old_room="101"),
    )
    assert [stay.room for stay in house.open_stays()] == ["105"]
    assert house.folio("101", at(1)) is None
    folio = house.folio("105", at(4))
    assert folio is not None
    assert folio.room == "105"
    assert house.folio("102", at(1)) is None
