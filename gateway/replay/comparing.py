"""What a rehearsal adds up: each call's amount before and after, in sums by class, trunk and carrier. Pure.

Only calls with both amounts are compared; a call that has one of them alone is counted beside, never taken for zero.
The sums are bounded however many calls there are: what is kept of single calls is the few that move most.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

Grouping: TypeAlias = Literal["class", "trunk", "carrier"]
GROUPINGS: Final[tuple[Grouping, ...]] = ("class", "trunk", "carrier")
#: Calls kept of those that become dearer by most, and of those that become cheaper by most.
MOVERS: Final = 20
#: Names of one grouping that are told apart; an exchange has fewer trunks, and garbage in that column has no end.
MOST_NAMES: Final = 500
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
    """A rehearsal's sums, growing call by call."""

    def __init__(self) -> None:
        self.whole = Sums()
        self.groups: dict[Grouping, dict[str, Sums]] = {name: {} for name in GROUPINGS}
        self._up: list[tuple[int, int, Line]] = []
        self._down: list[tuple[int, int, Line]] = []
        self.notes: dict[str, int] = {}

    def add(self, line: Line) -> None:
        """Take one call in."""
        before, after = line.before, line.after
        self.whole.add(before, after)
        for grouping, name in (("class", line.number_class), ("trunk", line.trunk), ("carrier", line.carrier)):
            self._of(self.groups[grouping], name).add(before, after)  # type: ignore[index]
        if line.note:
            self._note(line.note)
        if before is not None and after is not None and before != after:
            move = after - before
            _keep(self._up if move > 0 else self._down, abs(move), line)

    @staticmethod
    def _of(named: dict[str, Sums], name: str) -> Sums:
        sums = named.get(name)
        if sums is None:
            key = name if len(named) < MOST_NAMES else OTHERS
            sums = named.setdefault(key, Sums())
        return sums

    def _note(self, words: str) -> None:
        key = words if words in self.notes or len(self.notes) < MOST_NAMES else OTHERS
        self.notes[key] = self.notes.get(key, 0) + 1

    def dearer(self) -> Iterator[Line]:
        """The calls that become dearer by most, most first."""
        return (line for _, _, line in sorted(self._up, reverse=True))

    def cheaper(self) -> Iterator[Line]:
        """The calls that become cheaper by most, most first."""
        return (line for _, _, line in sorted(self._down, reverse=True))


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
