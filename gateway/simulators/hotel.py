"""A hotel that exists only as a seed: the calls it makes now, and the days it has behind it.

The same seed and rooms give the same hotel, the same stays and the same calls, to the byte; time comes in as an
argument, never from a clock. Guests call only while they are in house; the stated oddity is one call in a hundred
from a vacant room, as when staff clean it. `history` keeps an extension to one call at a time; `CallSource`, which
must keep any rate it is asked for, may let an extension hold two.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from gateway.simulators.calls import DEPARTMENTS, TRUNKS, SimulatedCall, draw_call, later
from gateway.simulators.destinations import plan_of
from gateway.simulators.past import HOUSE_CALLS, Past
from gateway.simulators.seasons import Even, Year
from gateway.simulators.stays import GuestMove, SimulatedGuest, opening_guests, parse_rooms

__all__ = ["CallSource", "GuestMove", "SimulatedCall", "SimulatedGuest", "history", "opening_guests", "parse_rooms"]

WARSAW: Final = ZoneInfo("Europe/Warsaw")
"""Where the hotel stands unless someone says otherwise: the country of the default dialling plan."""
ODD_EVERY: Final = 100
"""Every so many live calls one comes from a vacant room: by number and not by chance, so that a short run has none."""
TWIN_TALK: Final = 6
"""Seconds: short enough for two calls, one after the other, within one minute of the clock."""
EMERGENCY_TALK: Final = 40
"""Seconds of a call to the emergency number that somebody asked for."""


def history(
    seed: int,
    rooms: Sequence[str],
    first_day: date,
    days: int,
    *,
    zone: tzinfo = WARSAW,
    country: str = "PL",
    access: str = "9",
    year: Year | None = None,
    trunks: int = TRUNKS,
) -> Iterator[SimulatedCall | GuestMove]:
    """Writes days of a hotel's past in the order in which they became known: calls at their end, moves when made.

    Guests who were in house before `first_day` are checked in first, at the instants at which they came. Those in
    house at the end are `opening_guests` of the day after: a history that ends yesterday leads to the house that the
    simulators have today. `seq` counts calls by their start from 1, so it is not quite in order. About 150 calls a day
    from 40 rooms, unless the `year` says otherwise. Raises KeyError for a country without a dialling plan.
    """
    end = first_day + timedelta(days=days)
    closing = opening_guests(seed, rooms, end)
    past = Past(seed, rooms, zone, plan_of(country), access, closing, end, year or Even(), trunks)
    return past.days(first_day)


class CallSource:
    """Calls that end when asked: what the simulated exchange reports while it runs.

    The guests of `opening_guests` call; who comes later is not known here, as an exchange knows no guests. `trunks`
    are taken in turn. Raises KeyError for a country without a dialling plan.
    """

    def __init__(
        self,
        seed: int,
        rooms: Sequence[str],
        *,
        country: str = "PL",
        access: str = "9",
        first_seq: int = 1,
        trunks: int = TRUNKS,
    ) -> None:
        self._draw = random.Random(f"calls {seed} {first_seq}")
        self._plan, self._access, self._trunks, self._rooms = plan_of(country), access, trunks, tuple(rooms)
        guests = opening_guests(seed, rooms, date(2000, 1, 1))
        self._guests = [(room, guest.name) for room, guest in guests.items()]
        self._vacant = [(room, "") for room in rooms if room not in guests] or self._guests
        self._seq, self._trunk = first_seq, 0

    def call_ending(self, at: datetime) -> SimulatedCall:
        """Draws the next call, so that it ends at `at`, cut to a whole second."""
        party = self._party()
        call = draw_call(self._draw, self._seq, at, self._plan, self._access, party, self._rooms)
        self._seq += 1
        start = later(at.replace(microsecond=0), -(call.ring_seconds + call.talk_seconds))
        return replace(call, start=start, trunk=self._next_trunk() if call.trunk else 0)

    def emergency_ending(self, at: datetime) -> SimulatedCall:
        """A guest dialled the emergency number, and the call ends at `at`."""
        call = self.call_ending(at)
        room, name = self._draw.choice(self._guests)
        sent = self._plan.emergency[0]
        return replace(
            call,
            start=later(at.replace(microsecond=0), -EMERGENCY_TALK),
            ring_seconds=0,
            talk_seconds=EMERGENCY_TALK,
            direction="out",
            kind="emergency",
            outcome="answered",
            extension=room,
            name=name,
            dialled=self._access + sent,
            sent=sent,
            caller="",
            trunk=self._next_trunk(),
            transferred_to=None,
            transferred_after=0,
        )

    def twins_ending(self, at: datetime) -> tuple[SimulatedCall, SimulatedCall]:
        """Draws two real calls that an exchange without seconds or call numbers writes as two equal lines.

        Both are short, to the same number, from the same extension, within one minute, and over before `at`.
        """
        seq = self._seq
        call = self.call_ending(at)
        while not call.charged:
            call = self.call_ending(at)
        self._seq = seq + 2
        minute = later(at.replace(second=0, microsecond=0), -60)
        alone = replace(call, seq=seq, ring_seconds=2, talk_seconds=TWIN_TALK, transferred_to=None, transferred_after=0)
        return replace(alone, start=later(minute, 5)), replace(alone, seq=seq + 1, start=later(minute, 25))

    def _party(self) -> tuple[str, str]:
        if self._seq % ODD_EVERY == 0:
            return self._draw.choice(self._vacant)
        if self._draw.random() < HOUSE_CALLS:
            return self._draw.choice(tuple(DEPARTMENTS.items()))
        return self._draw.choice(self._guests)

    def _next_trunk(self) -> int:
        self._trunk = self._trunk % self._trunks + 1
        return self._trunk
