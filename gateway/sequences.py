"""Gaps in the numbers an exchange gives to its records: named as facts, and taken back when the numbers come late. Pure.

A number ahead of the next one expected leaves a gap; a gap is told when its numbers have had their time to come. A
number of a gap that comes after all shrinks it. A number that was there already says nothing: it is a further record of
the same call, or a repeat that somebody else judges. A counter that begins anew (a restart of the exchange) is told as
that: how much was lost with it cannot be known. Numbers wrap, and "ahead" is whatever is nearer going forward.

What is told is a fact about numbers. Whether a call was lost with them is for a person to find out at the exchange.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from gateway.instants import SECOND
from protocols.smdr.counting import Counter

#: Gaps that are remembered, so that what comes late finds its own; older ones stay told as they are.
MOST_GAPS: Final = 200
#: A restart is believed when the numbers begin this near to the first one, and the last ones were not near the end.
NEAR: Final = 16


@dataclass(slots=True, kw_only=True, eq=False)
class Gap:
    """Numbers that did not come: `size` of them behind `after`, the next that came being `before`.

    `record` is the record the gap was told with, None until it is; `came` are those that came after all.
    """

    after: int
    before: int
    size: int
    noticed_at: int
    record: int | None = None
    came: set[int] = field(default_factory=set)

    @property
    def left(self) -> int:
        """How many are still missing."""
        return self.size - len(self.came)

    def sentence(self, source: str) -> str:
        """The fact, in words."""
        between = f"between {self.after} and {self.before}"
        if not self.left:
            return f"{source}: {_records(self.size)} missing {between} came late"
        late = f" ({len(self.came)} of {self.size} came late)" if self.came else ""
        return f"{source}: {_records(self.left)} missing {between}{late}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """The counter began anew."""

    after: int
    number: int

    def sentence(self, source: str) -> str:
        """The fact, in words."""
        return f"{source}: the exchange began its numbers anew at {self.number} after {self.after}; what was lost with that cannot be told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A number came that was told as missing."""

    gap: Gap


Told: TypeAlias = Gap | Anew | Late


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"


class SequenceWatch:
    """The numbers of one source."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._newest: int | None = None
        self._gaps: deque[Gap] = deque(maxlen=MOST_GAPS)
        self._untold: list[Told] = []

    def see(self, number: int, record: int | None, at: int) -> list[Told]:
        """Take the number of the next record, read `at` (microseconds); returns what is to be told with that record.

        `record` is None for one that has words of its own: what its number shows is told with the next that has none.
        """
        counter = self._counter
        if not counter.first <= number <= counter.last:
            return []
        ahead = 0 if self._newest is None else (number - self._newest) % counter.size
        if self._newest is None or ahead == 1:
            self._newest = number
        elif ahead:
            self._untold += self._jumped(number, ahead, at)
        if record is None:
            return []
        told, self._untold = self._untold, []
        return told + self._due(record, at)

    def _jumped(self, number: int, ahead: int, at: int) -> list[Told]:
        assert self._newest is not None
        gap = next((one for one in self._gaps if self._holds(one, number)), None)
        if gap is not None:
            gap.came.add(number)
            return [Late(gap=gap)] if gap.record is not None else []
        after = self._newest
        if self._began_anew(number, ahead):
            self._newest = number
            return [Anew(after=after, number=number)]
        if ahead <= self._counter.size // 2:
            self._newest = number
            self._gaps.append(Gap(after=after, before=number, size=ahead - 1, noticed_at=at))
        return []

    def _began_anew(self, number: int, ahead: int) -> bool:
        """Whether a jump is a restart: to the beginning, over more than a few, and not round the end."""
        assert self._newest is not None
        counter, behind = self._counter, self._counter.size - ahead
        from_first = number - counter.first
        near_end = counter.last - self._newest < NEAR
        return from_first < NEAR and min(ahead, behind) > NEAR and not near_end

    def _holds(self, gap: Gap, number: int) -> bool:
        return 0 < (number - gap.after) % self._counter.size <= gap.size and number not in gap.came

    def _due(self, record: int, at: int) -> list[Told]:
        """Gaps whose numbers have had their time; one that was filled meanwhile is none."""
        due: list[Told] = []
        for gap in self._gaps:
            if gap.record is None and at - gap.noticed_at >= self._counter.patience * SECOND:
                gap.record = record
                if gap.left:
                    due.append(gap)
        return due
