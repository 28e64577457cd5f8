"""What a PMS tells us of rooms and guests, in no PMS's words.

Instants are aware UTC; the adapter has turned hotel time into them. `room` is text, leading zeros kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """What the PMS says of one reservation. None = not said (keep what is known); "" = said to be empty.

    `guest_class` and `tariff` come from fields that the hotel names: no PMS has one for them that is everywhere the same.
    """

    reservation: str
    name: str | None = None
    first_name: str | None = None
    language: str | None = None
    vip: str | None = None
    group: str | None = None
    no_post: bool | None = None
    class_of_service: str | None = None
    guest_class: str | None = None
    tariff: str | None = None
    arrival: datetime | None = None
    departure: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn:
    """A guest took a room at `at`; `shared` when somebody else was in it already."""

    room: str
    guest: Guest
    at: datetime
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOut:
    """A reservation left a room at `at`; without a reservation, everybody did."""

    room: str
    at: datetime
    reservation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestChanged:
    """Something about a guest changed, and where `old_room` is given the guest moved from it to `room`."""

    room: str
    guest: Guest
    at: datetime
    old_room: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsResynced:
    """The PMS's whole view of its rooms, as it stood at `at`: who is in each occupied room, and which are vacant.

    Rooms that are in neither list were not mentioned: what is known of them stands.
    """

    at: datetime
    occupied: tuple[CheckedIn, ...]
    vacant: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NightAudit:
    """The night audit of the PMS began (`running`) or ended."""

    running: bool
    at: datetime


RoomNews: TypeAlias = CheckedIn | CheckedOut | GuestChanged | RoomsResynced | NightAudit
