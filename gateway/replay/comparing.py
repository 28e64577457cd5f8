"""What a rehearsal adds up: each call's amount before and after, in sums by class, trunk and carrier. Pure.

Only calls with both amounts are compared; a call that has one of them alone is counted beside, never taken for zero.
The sums are bounded however many calls there are: what is kept of single calls is the few that move most.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

Grouping: TypeAlias = Literal["class", "trunk", "carrier"]
GROUPINGS: Final[tuple[Grouping, ...]] = ("class", "trunk", "carrier")
#: Calls kept of those that become dearer by most, and of those that become cheaper by most.
MOVERS: Final = 20
#: Sums that are told apart; a house has fewer classes on trunks, and garbage in that column has no end.
MOST_CELLS: Final = 5_000
#: Different remarks that are told apart.
MOST_NOTES: Final = 500
OTHERS: Final = "others"


class Line(NamedTuple):
    """One call of a rehearsal; amounts in units of which the comparison knows the decimals, None where there is none."""

    call_id: int
    started_at: int
    caller: str
    number: str
    number_class: str
    place: str
    trunk: str
    carrier: str
    talk_seconds: int
    before: int | None
    after: int | None
    note: str = ""

    @property
    def difference(self) -> int | None:
        """What the call costs more after than before."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(slots=True)
class Sums:
    """Calls added up. `before` and `after` are over the compared calls alone."""

    calls: int = 0
    compared: int = 0
    before: int = 0
    after: int = 0
    dearer: int = 0
    dearer_by: int = 0
    cheaper: int = 0
    cheaper_by: int = 0
    only_before: int = 0
    only_after: int = 0

    def add(self, before: int | None, after: int | None) -> None:
        """One call."""
        self.calls += 1
        if before is None or after is None:
            self.only_before += before is not None
            self.only_after += after is not None
            return
        self.compared += 1
        self.before += before
        self.after += after
        difference = after - before
        if difference > 0:
            self.dearer += 1
            self.dearer_by += difference
        elif difference:
            self.cheaper += 1
            self.cheaper_by -= difference

    @property
    def difference(self) -> int:
        """What the compared calls cost more after than before."""
        return self.after - self.before


class Comparison:
    """A rehearsal's sums, growing call by call: one sum for each class on each trunk of each carrier, joined when asked."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, str, str], Sums] = {}
        self._up: list[tuple[int, int, Line]] = []
        self._down: list[tuple[int, int, Line]] = []
        self.notes: dict[str, int] = {}

    def add(self, line: Line) -> None:
        """Take one call in."""
        before, after = line.before, line.after
        cell = line.number_class, line.trunk, line.carrier
        sums = self._cells.get(cell)
        if sums is None:
            if len(self._cells) >= MOST_CELLS:
                cell = line.number_class, OTHERS, line.carrier
            sums = self._cells.setdefault(cell, Sums())
        sums.add(before, after)
        if line.note:
            self._note(line.note)
        if before is not None and after is not None and before != after:
            move = after - before
            _keep(self._up if move > 0 else self._down, abs(move), line)

    @property
    def whole(self) -> Sums:
        """All calls."""
        return _joined(self._cells.values())

    @property
    def groups(self) -> dict[Grouping, dict[str, Sums]]:
        """The sums by class, by trunk and by carrier."""
        return {grouping: self._by(place) for place, grouping in enumerate(GROUPINGS)}

    def _by(self, place: int) -> dict[str, Sums]:
        named: dict[str, list[Sums]] = {}
        for cell, sums in self._cells.items():
            named.setdefault(cell[place], []).append(sums)
        return {name: _joined(some) for name, some in named.items()}

    def _note(self, words: str) -> None:
        key = words if words in self.notes or len(self.notes) < MOST_NOTES else OTHERS
        self.notes[key] = self.notes.get(key, 0) + 1

    def dearer(self) -> Iterator[Line]:
        """The calls that become dearer by most, most first."""
        return (line for _, _, line in sorted(self._up, reverse=True))

    def cheaper(self) -> Iterator[Line]:
        """The calls that become cheaper by most, most first."""
        return (line for _, _, line in sorted(self._down, reverse=True))


def _joined(some: Iterable[Sums]) -> Sums:
    whole = Sums()
    for one in some:
        for name in Sums.__slots__:
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    return whole


def _keep(movers: list[tuple[int, int, Line]], by: int, line: Line) -> None:
    entry = (by, -line.call_id, line)
    if len(movers) < MOVERS:
        heapq.heappush(movers, entry)
    elif entry > movers[0]:
        heapq.heapreplace(movers, entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked, for the head of every answer."""

    what: str
    before: str
    after: str
    first: str
    last: str
    currency: str
    decimals: int
    version: str
    carriers: tuple[str, ...] = field(default=())
