"""Rooms, guests and their stays in a hotel that exists only as a seed.

The simulated PMS and the simulated exchange are two processes that never speak to each other, yet must mean the same
guests: both draw `opening_guests` from the same seed and the same rooms. Nothing here reads a clock.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias

from gateway.simulators.names import person

MoveKind: TypeAlias = Literal["check_in", "check_out", "move"]

ROOMS_AT_MOST: Final = 10_000
"""More rooms than the largest hotel has; a slip like 1-99999999 must not fill the memory."""
OCCUPANCY: Final = 0.78
"""The share of rooms let on an ordinary night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedGuest:
    """One reservation: `reservation` is the FIAS G#, `class_of_service` the FIAS CS, dates are of the hotel."""

    reservation: str
    name: str
    first_name: str
    language: str
    arrival: date
    departure: date
    vip: str = "0"
    no_post: bool = False
    class_of_service: str = "3"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestMove:
    """A guest came, went, or changed rooms (then `old_room` is given); `shared` when the room was or stays let."""

    kind: MoveKind
    at: datetime
    room: str
    guest: SimulatedGuest
    old_room: str | None = None
    shared: bool = False


def parse_rooms(text: str) -> tuple[str, ...]:
    """Reads rooms such as `101-140`, `0101-0120` (zeros kept) or `101-110,201,Suite`.

    Raises ValueError with a plain sentence for a range that runs backwards, none at all, or too many.
    """
    rooms: dict[str, None] = {}
    for part in (piece.strip() for piece in text.split(",")):
        found = re.fullmatch(r"([0-9]{1,8})-([0-9]{1,8})", part)
        if found is None:
            rooms.update({part: None} if part else {})
            continue
        first, last = int(found[1]), int(found[2])
        if not first <= last < first + ROOMS_AT_MOST:
            raise ValueError(f"The rooms {part!r} run backwards or are more than {ROOMS_AT_MOST}.")
        rooms.update({str(room).zfill(len(found[1])): None for room in range(first, last + 1)})
    if not 0 < len(rooms) <= ROOMS_AT_MOST:
        raise ValueError(f"{text!r} names no rooms, or more than {ROOMS_AT_MOST}; write something like 101-140.")
    return tuple(rooms)


def new_guest(draw: random.Random, reservation: int, arrival: date, nights: int) -> SimulatedGuest:
    """Draws a guest who comes on `arrival` and stays for `nights`."""
    who = person(draw)
    return SimulatedGuest(
        reservation=str(reservation),
        name=who.surname,
        first_name=who.first_name,
        language=who.language,
        arrival=arrival,
        departure=arrival + timedelta(days=nights),
        vip=draw.choices(("0", "1", "2"), weights=(90, 8, 2))[0],
        no_post=draw.random() < 0.02,
        class_of_service=draw.choices(("3", "2", "0"), weights=(94, 4, 2))[0],
    )


def draw_nights(draw: random.Random) -> int:
    """Draws how many nights a guest books: mostly one or two, now and then a week or two."""
    return draw.choices((1, 2, 3, 4, 5, 7, 14), weights=(34, 28, 16, 9, 6, 5, 2))[0]


def opening_guests(seed: int, rooms: Sequence[str], today: date) -> dict[str, SimulatedGuest]:
    """Draws who is in house when the simulators start: room -> guest, the same for the same seed on any day.

    Every guest came one to three days ago and leaves tomorrow at the earliest. The first room is always let.
    """
    draw = random.Random(f"opening {seed}")
    guests: dict[str, SimulatedGuest] = {}
    for ordinal, room in enumerate(rooms):
        if draw.random() < OCCUPANCY or ordinal == 0:
            stayed = draw.randint(1, 3)
            guests[room] = new_guest(
                draw, 770_000 + ordinal, today - timedelta(days=stayed), stayed + draw_nights(draw)
            )
    return guests
