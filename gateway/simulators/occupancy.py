"""Who is in which room of a simulated hotel, whatever PMS it has: guests come, go, share and change rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.simulators.stays import GuestMove, SimulatedGuest


class NotPossible(ValueError):
    """A guest cannot come, go or move as asked; the text is for the user."""


class Occupancy:
    """The rooms and their guests; `audit` is true while the night audit runs."""

    def __init__(self, rooms: Sequence[str], guests: Mapping[str, SimulatedGuest]) -> None:
        self._occupants: dict[str, list[SimulatedGuest]] = {
            room: [guests[room]] if room in guests else [] for room in rooms
        }
        self.audit = False

    @property
    def rooms(self) -> tuple[str, ...]:
        """Every room, in the order in which they were given."""
        return tuple(self._occupants)

    def occupants(self, room: str) -> tuple[SimulatedGuest, ...]:
        """Who is in a room, the first to come first; nobody in one that does not exist."""
        return tuple(self._occupants.get(room, ()))

    def vacant_rooms(self) -> list[str]:
        """The rooms that nobody is in."""
        return [room for room, guests in self._occupants.items() if not guests]

    def let_rooms(self) -> list[str]:
        """The rooms that somebody is in."""
        return [room for room, guests in self._occupants.items() if guests]

    def check_in(self, room: str, guest: SimulatedGuest, at: datetime) -> GuestMove:
        """A guest takes a room, alone or as a sharer; raises NotPossible for a room that does not exist."""
        present = self._known(room)
        move = GuestMove(kind="check_in", at=at, room=room, guest=guest, shared=bool(present))
        present.append(guest)
        return move

    def check_out(self, room: str, at: datetime, reservation: str | None = None) -> GuestMove:
        """A guest leaves: the one of that reservation, else the first; raises NotPossible where there is none."""
        guest = self._one_of(room, reservation)
        self._occupants[room].remove(guest)
        return GuestMove(kind="check_out", at=at, room=room, guest=guest, shared=bool(self._occupants[room]))

    def move(self, old_room: str, room: str, at: datetime, reservation: str | None = None) -> GuestMove:
        """A guest changes rooms; `shared` says whether the new room was let already."""
        target, guest = self._known(room), self._one_of(old_room, reservation)
        if old_room == room:
            raise NotPossible(f"Room {room} is where the guest is already.")
        self._occupants[old_room].remove(guest)
        move = GuestMove(kind="move", at=at, room=room, guest=guest, old_room=old_room, shared=bool(target))
        target.append(guest)
        return move

    def _known(self, room: str) -> list[SimulatedGuest]:
        if room not in self._occupants:
            raise NotPossible(f"There is no room {room!r}.")
        return self._occupants[room]

    def _one_of(self, room: str, reservation: str | None) -> SimulatedGuest:
        guests = [guest for guest in self._known(room) if reservation in (None, guest.reservation)]
        if not guests:
            raise NotPossible(f"Nobody{'' if reservation is None else f' of reservation {reservation}'} is in {room}.")
        return guests[0]
