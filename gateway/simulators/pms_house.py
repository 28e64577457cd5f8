"""The house behind the simulated PMS: who comes, goes and moves, by hand, by script or of itself, and what is told.

Each thing that happens becomes news for the gateway and waits until a link takes it: a PMS keeps its check-ins and
check-outs while the link is down and delivers them when it stands again. FIAS has no answer to them, so news that was
written counts as told.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.simulators.fault_words import FaultWords
from gateway.simulators.occupancy import NotPossible, Occupancy
from gateway.simulators.stays import GuestMove, draw_nights, new_guest
from protocols.fias.records import Record

NEWS_KEPT: Final = 10_000
"""Moves kept while no link is alive: some weeks of a large hotel; above it the oldest are lost and counted."""
FIRST_RESERVATION: Final = 880_001
"""The first G# of guests who come while the PMS runs; those in house at its start have lower ones."""


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell the gateway: a move, or a record as it stands.

    `remains` says of a change of rooms whether somebody stayed in the room that was left.
    """

    move: GuestMove | None = None
    remains: bool = False
    record: Record | None = None


class House:
    """Rooms, guests, the night audit and the news of them. `there_is_news` is called after each piece."""

    def __init__(
        self,
        office: Occupancy,
        faults: FaultWords,
        draw: random.Random,
        local_now: Callable[[], datetime],
        there_is_news: Callable[[], None],
    ) -> None:
        self.office, self.faults = office, faults
        self.news: deque[News] = deque()
        self.counts: Counter[str] = Counter()
        self._draw, self._local_now, self._there_is_news = draw, local_now, there_is_news
        self._reservation = FIRST_RESERVATION

    def check_in(self, room: str | None = None) -> GuestMove:
        """Lets a new guest into a room, or into any vacant one; raises NotPossible."""
        vacant = self.office.vacant_rooms()
        if room is None and not vacant:
            raise NotPossible("No room is vacant.")
        at = self._local_now()
        guest = new_guest(self._draw, self._reservation, at.date(), draw_nights(self._draw))
        move = self.office.check_in(room if room is not None else self._draw.choice(vacant), guest, at)
        self._reservation += 1
        return self._happened("check_ins", move)

    def check_out(self, room: str | None = None, reservation: str | None = None) -> GuestMove:
        """Lets a guest go, of a room the first to have come; without a room, anybody; raises NotPossible."""
        let = self.office.let_rooms()
        if room is None and not let:
            raise NotPossible("Nobody is in house.")
        room = room if room is not None else self._draw.choice(let)
        return self._happened("check_outs", self.office.check_out(room, self._local_now(), reservation))

    def move(self, old_room: str, room: str, reservation: str | None = None) -> GuestMove:
        """Lets a guest change rooms; raises NotPossible."""
        return self._happened("moves", self.office.move(old_room, room, self._local_now(), reservation))

    def audit(self, running: bool) -> None:
        """Begins or ends the night audit; NS or NE is told once for each change."""
        self.faults.apply("na" if running else "na:off")
        if running is not self.office.audit:
            self.office.audit = running
            self._tell(News(record=Record("NS" if running else "NE")))

    def fault(self, text: str) -> None:
        """Sets faults by their words; raises ValueError."""
        self.faults.apply(text)
        self.audit(self.faults.on("na"))

    def live(self) -> None:
        """Lets something happen: mostly arrivals and departures, which keep each other in balance."""
        vacant, let = self.office.vacant_rooms(), self.office.let_rooms()
        chance = self._draw.random()
        if chance < 0.08 and vacant and let:
            self.move(self._draw.choice(let), self._draw.choice(vacant))
        elif chance < 0.12 and let:
            self.check_in(self._draw.choice(let))
        elif vacant and (chance < 0.56 or not let):
            self.check_in()
        else:
            self.check_out()

    def _happened(self, what: str, move: GuestMove) -> GuestMove:
        self.counts[what] += 1
        self._tell(News(move=move, remains=bool(self.office.occupants(move.old_room or ""))))
        return move

    def _tell(self, news: News) -> None:
        self.news.append(news)
        if len(self.news) > NEWS_KEPT:
            self.news.popleft()
            self.counts["news_lost"] += 1
        self._there_is_news()
