"""The days a simulated hotel has behind it: who came, stayed and went, and what they said on the telephone.

Each day goes in the order of a real one: check-outs in the morning, a change of room at noon, check-ins from the
afternoon on; then the day's calls are laid into the hours by their weights, each to someone who is in house and not
speaking already. The past ends in the present: `closing` are the guests who are in house on the day after it, and the
last nights are let so that they, and nobody else, are. Inside, instants are whole seconds since 1970, so that neither clock changes nor comparisons
between zones can go wrong; they become aware datetimes of the hotel's zone at the door.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, TypeAlias

from gateway.simulators.calls import DEPARTMENTS, SimulatedCall, draw_call, unanswered
from gateway.simulators.destinations import Plan
from gateway.simulators.seasons import Year
from gateway.simulators.stays import GuestMove, SimulatedGuest, draw_nights, new_guest

ODD_CALLS: Final = 0.01
"""The share of calls that come from a vacant room, as when staff clean it."""
HOUSE_CALLS: Final = 0.08
"""The share of calls that come from a department."""
SHARED_ROOMS: Final = 0.12
"""The share of arrivals in which a second reservation takes the same room."""
ROOM_CHANGES: Final = 0.01
"""The share of guests who change rooms on a day they stay."""

_HOUR: Final = 3600
_Known: TypeAlias = tuple[int, SimulatedCall | GuestMove]


class _Window:
    """A stretch of a day in which someone can call from a room; a call must lie wholly within it."""

    __slots__ = ("guest", "opens", "room", "shuts")

    def __init__(self, room: str, guest: SimulatedGuest | None, opens: int, shuts: int) -> None:
        self.room, self.guest, self.opens, self.shuts = room, guest, opens, shuts

    @property
    def party(self) -> tuple[str, str]:
        """The extension and the name on its display."""
        return self.room, self.guest.name if self.guest else DEPARTMENTS.get(self.room, "")


class Past:
    """The hotel while its past is written; made for one pass over `days`.

    `closing` says who is in which room on the day `end`, which is the first that is no longer past.
    """

    def __init__(
        self,
        seed: int,
        rooms: Sequence[str],
        zone: tzinfo,
        plan: Plan,
        access: str,
        closing: Mapping[str, SimulatedGuest],
        end: date,
        year: Year,
        trunks: int,
    ) -> None:
        self._draw = random.Random(f"history {seed}")
        self._rooms, self._zone, self._plan, self._access = tuple(rooms), zone, plan, access
        self._closing, self._end, self._year = closing, end, year
        self._stays: dict[str, list[SimulatedGuest]] = {room: [] for room in rooms}
        self._reservation = 500_000
        self._seq = 0
        self._busy: dict[str, int] = {}
        self._trunk_busy = [0] * trunks

    def days(self, first_day: date) -> Iterator[SimulatedCall | GuestMove]:
        """Yields everything from that day to the end, in the order in which it became known."""
        yield from (item for _, item in self._opening(first_day))
        carried: list[_Known] = []
        for day in (first_day + timedelta(days=ordinal) for ordinal in range((self._end - first_day).days)):
            moves, windows = self._moves(day)
            known = sorted((*carried, *moves, *self._calls(day, windows)), key=lambda known: known[0])
            midnight = self._at(day + timedelta(days=1), 0)
            yield from (item for at, item in known if at < midnight)
            carried = [(at, item) for at, item in known if at >= midnight]
        yield from (item for _, item in carried)

    def _at(self, day: date, seconds: float) -> int:
        """The instant at which the hotel's clock shows so many seconds past midnight; may lie beyond the day."""
        clock = datetime.combine(day, time()) + timedelta(seconds=int(seconds))
        return int(clock.replace(tzinfo=self._zone).timestamp())

    def _instant(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, UTC).astimezone(self._zone)

    def _opening(self, first_day: date) -> list[_Known]:
        """Lets in those who are in house on the first day already."""
        moves: list[_Known] = []
        for room in self._rooms:
            staying = self._closing.get(room)
            stayed = self._draw.randint(1, 4)
            if staying is not None and staying.arrival < first_day:
                moves += self._check_in(room, staying.arrival)
            elif self._draw.random() < self._year.occupancy(first_day):
                moves += self._check_in(room, first_day - timedelta(days=stayed), at_least=stayed)
        return sorted(moves, key=lambda known: known[0])

    def _check_in(self, room: str, day: date, at_least: int = 1) -> list[_Known]:
        """A guest takes a room, and sometimes a second reservation joins a little later.

        Nobody comes who would be in the way of the closing guest, or still there at the end in a room that is not let.
        """
        staying = self._closing.get(room)
        if staying is not None and staying.arrival == day:
            return [self._arrival(room, staying, self._afternoon(day), False)]
        nights = min(at_least - 1 + draw_nights(self._draw), (self._must_leave(room) - day).days)
        if nights < 1:
            return []
        at, moves = self._afternoon(day), []
        for ordinal in range(2 if self._draw.random() < SHARED_ROOMS else 1):
            self._reservation += 1
            at += ordinal * self._draw.randint(30, 1800)
            guest = new_guest(self._draw, self._reservation, day, nights)
            moves.append(self._arrival(room, guest, at, ordinal > 0))
        return moves

    def _arrival(self, room: str, guest: SimulatedGuest, at: int, shared: bool) -> _Known:
        self._stays[room].append(guest)
        return at, GuestMove(kind="check_in", at=self._instant(at), room=room, guest=guest, shared=shared)

    def _afternoon(self, day: date) -> int:
        return self._at(day, self._draw.triangular(13.75 * _HOUR, 22 * _HOUR, 16 * _HOUR))

    def _must_leave(self, room: str) -> date:
        """The last day on which a guest who is not a closing one can leave a room."""
        staying = self._closing.get(room)
        return self._end - timedelta(days=1) if staying is None else staying.arrival

    def _moves(self, day: date) -> tuple[list[_Known], list[_Window]]:
        """Lets the guests of a day go, change rooms and come; says when each room was held by whom."""
        dawn, dusk = self._at(day, 0), self._at(day + timedelta(days=1), 6 * _HOUR)
        vacant = [room for room in self._rooms if not self._stays[room]]
        windows = [_Window(room, guest, dawn, dusk) for room in self._rooms for guest in self._stays[room]]
        moves = self._departures(day, windows)
        moves += self._changes(day, vacant, windows, dusk)
        for room in self._rooms:
            staying = self._closing.get(room)
            expected = staying is not None and staying.arrival == day
            if not self._stays[room] and (self._draw.random() < self._year.occupancy(day) * 0.9 or expected):
                arrivals = self._check_in(room, day)
                windows += [
                    _Window(room, guest, at, dusk) for (at, _), guest in zip(arrivals, self._stays[room], strict=True)
                ]
                moves += arrivals
        return moves, windows

    def _departures(self, day: date, windows: list[_Window]) -> list[_Known]:
        moves: list[_Known] = []
        for room in self._rooms:
            leaving = [guest for guest in self._stays[room] if guest.departure <= day]
            times = sorted(self._at(day, self._draw.uniform(6.5 * _HOUR, 11.5 * _HOUR)) for _ in leaving)
            for guest, at in zip(leaving, times, strict=True):
                self._stays[room].remove(guest)
                remains = bool(self._stays[room])
                move = GuestMove(kind="check_out", at=self._instant(at), room=room, guest=guest, shared=remains)
                moves.append((at, move))
                _shut(windows, guest, at)
        return moves

    def _changes(self, day: date, vacant: list[str], windows: list[_Window], dusk: int) -> list[_Known]:
        """Moves a few of the guests who are alone in their room to rooms that stood vacant in the morning, each once a day."""
        moves: list[_Known] = []
        moved: set[str] = set()
        for room in self._rooms:
            if len(self._stays[room]) != 1 or not vacant or self._draw.random() >= ROOM_CHANGES:
                continue
            guest, target = self._stays[room][0], self._draw.choice(vacant)
            if guest.departure > min(self._must_leave(room), self._must_leave(target)) or guest.reservation in moved:
                continue
            moved.add(guest.reservation)
            self._stays[room].remove(guest)
            vacant.remove(target)
            at = self._at(day, self._draw.uniform(11.75 * _HOUR, 13.5 * _HOUR))
            self._stays[target].append(guest)
            _shut(windows, guest, at)
            windows.append(_Window(target, guest, at, dusk))
            move = GuestMove(kind="move", at=self._instant(at), room=target, guest=guest, old_room=room)
            moves.append((at, move))
        return moves

    def _calls(self, day: date, windows: Sequence[_Window]) -> Iterator[_Known]:
        expected = self._year.calls(day) * len(self._rooms)
        count = max(0, round(self._draw.gauss(expected, expected**0.5)))
        hours = self._draw.choices(range(24), weights=self._year.hours(day), k=count)
        for start in sorted(self._at(day, hour * _HOUR + self._draw.randrange(_HOUR)) for hour in hours):
            call = self._call(start, windows)
            if call is not None:
                yield start + call.ring_seconds + call.talk_seconds, call

    def _call(self, start: int, windows: Sequence[_Window]) -> SimulatedCall | None:
        """Draws a call that starts at an instant from someone who can make it; None where it cannot be made."""
        window = self._someone(start, windows)
        party = window.party
        call = draw_call(self._draw, self._seq + 1, self._instant(start), self._plan, self._access, party, self._rooms)
        if start + call.ring_seconds + call.talk_seconds >= window.shuts:
            call = unanswered(call)
        end = start + call.ring_seconds + call.talk_seconds
        trunk = self._free_trunk(start) if call.trunk else 0
        if trunk is None or end >= window.shuts or self._busy.get(window.room, 0) >= start:
            return None
        self._seq += 1
        self._busy[window.room] = end
        if trunk:
            self._trunk_busy[trunk - 1] = end
        return replace(call, trunk=trunk)

    def _someone(self, start: int, windows: Sequence[_Window]) -> _Window:
        """Chooses who calls: a guest in house and not speaking, now and then the house itself or a vacant room."""
        far = start + 86_400
        held = [window for window in windows if window.opens <= start < window.shuts]
        let = {window.room for window in held}
        if self._draw.random() < ODD_CALLS and len(let) < len(self._rooms):
            return _Window(self._draw.choice([room for room in self._rooms if room not in let]), None, start, far)
        free = [window for window in held if self._busy.get(window.room, 0) < start]
        if not free or self._draw.random() < HOUSE_CALLS:
            return _Window(self._draw.choice(tuple(DEPARTMENTS)), None, start, far)
        return self._draw.choice(free)

    def _free_trunk(self, start: int) -> int | None:
        free = (ordinal for ordinal, until in enumerate(self._trunk_busy, 1) if until < start)
        return next(free, None)


def _shut(windows: list[_Window], guest: SimulatedGuest, at: int) -> None:
    """Ends a guest's windows at an instant: from then on he does not call from where he was."""
    for window in windows:
        if window.guest is guest:
            window.shuts = min(window.shuts, at)


def known_at(item: SimulatedCall | GuestMove) -> datetime:
    """The instant at which an item of a history became known: a call at its end, a move when it was made."""
    return item.end if isinstance(item, SimulatedCall) else item.at
