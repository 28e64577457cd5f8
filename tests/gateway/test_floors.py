"""Rooms stand where people look for them: by floor, counted as people count, and text stays text."""

from __future__ import annotations

import pytest

from gateway.floors import by_floor, floor_of, in_order


@pytest.mark.parametrize(
    ("room", "floor"),
    [("412", "4"), ("1203", "12"), ("0412", "4"), ("012", "0"), ("12", ""), ("Royal Suite", "7"), ("", "")],
)
def test_the_floor_of_a_room(room: str, floor: str) -> None:
    assert floor_of(room, {"Royal Suite": "7"}) == floor


def test_rooms_and_floors_stand_in_the_order_in_which_people_count() -> None:
    rooms = ["1001", "102", "Royal Suite", "0412", "Cabin 10", "201", "Cabin 9", "412", "101", "201", "①"]
    floors = by_floor(rooms, {"Royal Suite": "Attic", "Cabin 9": "Garden", "Cabin 10": "Garden"})
    assert [(one.name, one.rooms) for one in floors] == [
        ("1", ("101", "102")),
        ("2", ("201",)),
        ("4", ("0412", "412")),
        ("10", ("1001",)),
        ("Attic", ("Royal Suite",)),
        ("Garden", ("Cabin 9", "Cabin 10")),
        ("", ("①",)),
    ]
    assert in_order("9") < in_order("10") < in_order("A2") < in_order("a10")
