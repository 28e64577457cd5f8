"""The house by floors: on which floor a room is, and in which order people look for rooms and floors. Pure.

A room's name is text. Where it is a number of three digits and more, the digits before the last two are its floor, as on
nearly every door; a house that counts otherwise, or has a "Royal Suite", says so itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

_PARTS: Final = re.compile(r"(\d+)")


class Floor(NamedTuple):
    """A floor by its name ("" = rooms of which no floor is known), and its rooms in the order of their names."""

    name: str
    rooms: tuple[str, ...]


def floor_of(room: str, floors: Mapping[str, str]) -> str:
    """The floor of a room: as the house says, else the digits before the last two ("412" is on 4, "1203" on 12)."""
    if room in floors:
        return floors[room]
    if room.isascii() and room.isdigit() and len(room) >= 3:
        return room[:-2].lstrip("0") or "0"
    return ""


def in_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """The key by which names stand as people count: 2 before 10, "0412" beside "412", words behind numbers."""
    parts = [one for one in _PARTS.split(name) if one]
    return tuple((0, int(one), one) if one.isdecimal() else (1, 0, one.casefold()) for one in parts)


def by_floor(rooms: Iterable[str], floors: Mapping[str, str]) -> tuple[Floor, ...]:
    """Every room once, on its floor: numbered floors first, then named ones, then rooms of no known floor."""
    found: dict[str, list[str]] = {}
    for room in sorted(set(rooms), key=lambda one: (in_order(one), one)):
        found.setdefault(floor_of(room, floors), []).append(room)
    names = sorted(found, key=lambda one: (not one, in_order(one), one))
    return tuple(Floor(name, tuple(found[name])) for name in names)
