"""Protects the rehearsal: the simulated hotel is the same for the same seed, and its guests behave like guests."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from gateway.simulators.calls import DEPARTMENTS, SimulatedCall, later
from gateway.simulators.destinations import ABROAD, countries, number, plan_of
from gateway.simulators.hotel import CallSource, history, opening_guests, parse_rooms
from gateway.simulators.past import known_at
from gateway.simulators.stays import ROOMS_AT_MOST, GuestMove, SimulatedGuest

ROOMS = parse_rooms("101-140")
FIRST = date(2026, 10, 1)
"""So that four weeks have the end of summer time in them."""
DAYS = 28
NOW = datetime(2026, 11, 20, 12, 0, 40, 900_000, tzinfo=ZoneInfo("Europe/Warsaw"))


@pytest.fixture(scope="module")
def past() -> list[SimulatedCall | GuestMove]:
    return list(history(7, ROOMS[:20], FIRST, DAYS))


def calls_of(past: list[SimulatedCall | GuestMove]) -> list[SimulatedCall]:
    return [item for item in past if isinstance(item, SimulatedCall)]


def moves_of(past: list[SimulatedCall | GuestMove]) -> list[GuestMove]:
    return [item for item in past if isinstance(item, GuestMove)]


def test_the_same_seed_has_the_same_past() -> None:
    few = ROOMS[:6]
    assert list(history(7, few, FIRST, 8)) == list(history(7, few, FIRST, 8))
    assert list(history(7, few, FIRST, 8)) != list(history(8, few, FIRST, 8))


def test_a_past_comes_in_the_order_in_which_it_became_known(past: list[SimulatedCall | GuestMove]) -> None:
    instants = [known_at(item).astimezone(UTC) for item in past]
    assert instants == sorted(instants)


def test_forty_rooms_make_about_150_calls_a_day() -> None:
    assert 130 < len(calls_of(list(history(7, ROOMS, FIRST, 5)))) / 5 < 170


def test_rooms_are_never_taken_twice_nor_left_by_strangers(past: list[SimulatedCall | GuestMove]) -> None:
    """`shared` says what it says, and only sharers are in a room together."""
    house: dict[str, list[SimulatedGuest]] = {room: [] for room in ROOMS}
    for move in moves_of(past):
        if move.kind != "check_in":
            house[move.old_room or move.room].remove(move.guest)
        assert move.shared == bool(house[move.room])
        if move.kind != "check_out":
            house[move.room].append(move.guest)
        assert len(house[move.room]) <= 2


@pytest.mark.parametrize("days", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_past_ends_with_the_guests_whom_the_simulators_begin_with(seed: int, days: int) -> None:
    today = FIRST + timedelta(days=days)
    house: dict[str, list[SimulatedGuest]] = defaultdict(list)
    for move in moves_of(list(history(seed, ROOMS, FIRST, days))):
        if move.kind != "check_in":
            house[move.old_room or move.room].remove(move.guest)
        if move.kind != "check_out":
            house[move.room].append(move.guest)
    in_house = {room: guests for room, guests in house.items() if guests}
    assert in_house == {room: [guest] for room, guest in opening_guests(seed, ROOMS, today).items()}


def test_guests_call_only_while_they_are_in_house(past: list[SimulatedCall | GuestMove]) -> None:
    """All but about one call in a hundred, which come from a vacant room and carry no name."""
    stays = _stays(past)
    odd = 0
    room_calls = [call for call in calls_of(past) if call.extension not in DEPARTMENTS]
    for call in room_calls:
        inside = [name for name, came, went in stays[call.extension] if came <= call.start and call.end < went]
        if call.name:
            assert call.name in inside
        else:
            odd += 1
            assert not inside
    assert 0 < odd < 0.03 * len(room_calls)


def test_a_guest_calls_the_emergency_number_when_somebody_asks_for_it() -> None:
    source = CallSource(1, ROOMS)
    at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    first, call, after = source.call_ending(at), source.emergency_ending(at), source.call_ending(at)
    assert (call.dialled, call.kind, call.charged) == ("9112", "emergency", False)
    assert call.extension in ROOMS
    assert call.end == at
    assert [first.seq, call.seq, after.seq] == [1, 2, 3]


def _stays(past: list[SimulatedCall | GuestMove]) -> dict[str, list[tuple[str, datetime, datetime]]]:
    """Room -> who was in it, from when to when."""
    open_stays: dict[tuple[str, str], datetime] = {}
    stays: dict[str, list[tuple[str, datetime, datetime]]] = defaultdict(list)
    for move in moves_of(past):
        left = move.old_room or (move.room if move.kind == "check_out" else None)
        if left is not None:
            came = open_stays.pop((left, move.guest.reservation))
            stays[left].append((move.guest.name, came, move.at))
        if move.kind != "check_out":
            open_stays[move.room, move.guest.reservation] = move.at
    names = {move.guest.reservation: move.guest.name for move in moves_of(past)}
    far = datetime(2100, 1, 1, tzinfo=UTC)
    for (room, reservation), came in open_stays.items():
        stays[room].append((names[reservation], came, far))
    return stays


def test_an_extension_and_a_trunk_hold_one_call_at_a_time(past: list[SimulatedCall | GuestMove]) -> None:
    lines: dict[str | int, list[SimulatedCall]] = defaultdict(list)
    for call in sorted(calls_of(past), key=lambda call: call.seq):
        lines[call.extension].append(call)
        if call.trunk:
            lines[call.trunk].append(call)
    for on_line in lines.values():
        assert all(before.end < after.start for before, after in pairwise(on_line))


def test_a_past_has_every_kind_of_call(past: list[SimulatedCall | GuestMove]) -> None:
    calls = calls_of(past)
    wanted = {"local", "national", "mobile", "international", "toll_free", "premium", "incoming", "internal"}
    assert {call.kind for call in calls} >= wanted
    assert {call.outcome for call in calls} == {"answered", "no_answer", "busy"}
    assert any(call.transferred_to for call in calls)
    assert "move" in {move.kind for move in moves_of(past)}
    assert any(move.shared for move in moves_of(past))


def test_emergency_and_free_numbers_and_unanswered_calls_cost_nothing(past: list[SimulatedCall | GuestMove]) -> None:
    for call in calls_of(past):
        free = call.kind in ("emergency", "toll_free", "internal", "incoming")
        assert call.charged == (not free and call.outcome == "answered")
        assert (call.talk_seconds > 0) == (call.outcome == "answered")


def test_the_clock_changes_neither_lose_nor_add_an_hour() -> None:
    """On the last Sunday of October the wall clock shows one hour twice; spans are still elapsed seconds."""
    before = datetime(2026, 10, 25, 2, 59, 30, tzinfo=ZoneInfo("Europe/Warsaw"))
    assert later(before, 60).astimezone(UTC) - before.astimezone(UTC) == timedelta(seconds=60)
    assert later(before, 60).fold == 1


def test_live_calls_are_the_same_for_the_same_seed_and_end_when_asked() -> None:
    first, second = CallSource(3, ROOMS), CallSource(3, ROOMS)
    calls = [first.call_ending(NOW) for _ in range(200)]
    assert calls == [second.call_ending(NOW) for _ in range(200)]
    assert {call.end for call in calls} == {NOW.replace(microsecond=0)}
    assert [call.seq for call in calls] == list(range(1, 201))


def test_a_source_that_goes_on_after_a_number_repeats_none_of_its_calls() -> None:
    before = [CallSource(3, ROOMS).call_ending(NOW) for _ in range(3)]
    after = CallSource(3, ROOMS, first_seq=4).call_ending(NOW)
    assert after.seq == 4
    assert after.dialled not in {call.dialled for call in before}


def test_live_calls_come_from_the_rooms_of_the_opening_guests() -> None:
    let = set(opening_guests(3, ROOMS, NOW.date()))
    source = CallSource(3, ROOMS)
    calls = [source.call_ending(NOW) for _ in range(500)]
    from_vacant = [call for call in calls if call.extension not in let and call.extension not in DEPARTMENTS]
    assert [call.seq for call in from_vacant] == [100, 200, 300, 400, 500]


def test_twins_are_two_calls_that_differ_in_nothing_but_their_seconds() -> None:
    source = CallSource(5, ROOMS)
    first, second = source.twins_ending(NOW)
    assert (first.extension, first.dialled, first.talk_seconds) == (second.extension, second.dialled, 6)
    assert first.start.replace(second=0) == second.start.replace(second=0)
    assert first.end < second.start
    assert second.end <= NOW
    assert (first.seq, second.seq, source.call_ending(NOW).seq) == (1, 2, 3)
    assert first.charged


def test_opening_guests_are_the_same_whatever_the_day() -> None:
    one, other = opening_guests(2, ROOMS, FIRST), opening_guests(2, ROOMS, FIRST + timedelta(days=9))
    assert {room: guest.name for room, guest in one.items()} == {room: guest.name for room, guest in other.items()}
    assert all(guest.arrival < FIRST < guest.departure for guest in one.values())
    assert ROOMS[0] in one


@pytest.mark.parametrize("country", countries())
def test_a_plan_writes_numbers_a_guest_could_dial(country: str) -> None:
    source = CallSource(1, ROOMS, country=country, access="0")
    for call in (source.call_ending(NOW) for _ in range(300)):
        assert call.dialled.isdigit()
        if call.direction == "out":
            assert call.dialled == f"0{call.sent}"


def test_nobody_calls_abroad_to_the_country_he_is_in() -> None:
    import random

    draw, plan = random.Random(1), plan_of("GB")
    assert all(not number(draw, plan, "international").startswith("0044") for _ in range(200))
    assert "GB" in ABROAD


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("101-103", ("101", "102", "103")),
        ("0099-0101", ("0099", "0100", "0101")),
        ("7, Royal Suite ,7,8", ("7", "Royal Suite", "8")),
        ("5-5", ("5",)),
    ],
)
def test_rooms_are_read_with_their_zeros(text: str, rooms: tuple[str, ...]) -> None:
    assert parse_rooms(text) == rooms


@pytest.mark.parametrize("text", ["", " , ", "140-101", "1-99999999", f"0-{ROOMS_AT_MOST}", "1-9000,10001-19000"])
def test_rooms_that_are_none_or_too_many_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rooms|no rooms"):
        parse_rooms(text)
