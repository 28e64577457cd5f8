"""Roll-ups: what the calls did on each trunk in each quarter hour, added up as they come and the same from the stored calls.

Whether call by call, or all at once, a call adds exactly what its stored row says and takes exactly that back when the row
changes. So the sums cannot drift from the calls, and a late leg or a withdrawn repeat needs no special care.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from gateway.traffic.intervals import QUARTER, Load, apportioned
from gateway.traffic.uses import Use, use_of_row, uses_from

#: Where a sum belongs: quarter hour, group, trunk, direction.
Place: TypeAlias = tuple[int, str, str, str]


class Told(Protocol):
    """Of the row of a call, what tells the trunks that it held."""

    @property
    def direction(self) -> str: ...
    @property
    def answered(self) -> int | None: ...
    @property
    def started_at(self) -> int: ...
    @property
    def ring_seconds(self) -> int | None: ...
    @property
    def talk_seconds(self) -> int | None: ...
    @property
    def trunk(self) -> str | None: ...
    @property
    def trunk_group(self) -> str | None: ...
    @property
    def trunk_uses(self) -> str | None: ...


class TrunkCall(NamedTuple):
    """The columns of a call that tell the trunks it held, behind its number; a `Told`."""

    id: int
    direction: str
    answered: int | None
    started_at: int
    ring_seconds: int | None
    talk_seconds: int | None
    trunk: str | None
    trunk_group: str | None
    trunk_uses: str | None


def uses_told(row: Told) -> list[Use]:
    """The uses that a stored call tells: those written beside it, else the one of its row."""
    if row.trunk_uses is not None:
        return uses_from(row.trunk_uses)
    use = _use_of(row)
    return [] if use is None else [use]


def _use_of(row: Told) -> Use | None:
    """The use that a row tells by itself."""
    return use_of_row(
        row.direction, row.answered, row.started_at, row.ring_seconds, row.talk_seconds, row.trunk, row.trunk_group
    )


class TrunkLine(NamedTuple):
    """What a trunk did over a whole period, in one direction."""

    group: str
    trunk: str
    direction: str
    load: Load


class Sums(NamedTuple):
    """The sums of a period, as far as a study needs them: by trunk over all of it, and by quarter hour and group of the house."""

    lines: Sequence[TrunkLine]
    quarters: Mapping[str, Mapping[int, Load]]


class Rollup:
    """Sums of uses by place, not yet written; `taken_back` says that some were subtracted."""

    def __init__(self) -> None:
        self._sums: dict[Place, list[int]] = {}
        self.taken_back = False

    def add(self, rows: Iterable[Told]) -> None:
        """Add what these calls tell."""
        for row in rows:
            if row.trunk_uses is not None:
                for use in uses_from(row.trunk_uses):
                    self._one(use, 1)
            elif (told := _use_of(row)) is not None:  # nearly every call
                self._one(told, 1)

    def take_back(self, rows: Iterable[Told]) -> None:
        """Subtract what these calls told."""
        for row in rows:
            for use in uses_told(row):
                self.taken_back = True
                self._one(use, -1)

    def _one(self, use: Use, sign: int) -> None:
        trunk, group, direction, since, until, answered, unrung, blocked = use
        quarter = since - since % QUARTER
        sums = self._at((quarter, group, trunk, direction))
        sums[0] += sign
        sums[1] += sign * answered
        sums[3] += sign * unrung
        sums[4] += sign * blocked
        if until <= quarter + QUARTER:  # nearly every call
            sums[2] += sign * (until - since)
            return
        for quarter, load in apportioned(use):
            self._at((quarter, group, trunk, direction))[2] += sign * load.busy

    def _at(self, place: Place) -> list[int]:
        sums = self._sums.get(place)
        if sums is None:
            sums = self._sums[place] = [0, 0, 0, 0, 0]
        return sums

    @property
    def quarters(self) -> set[int]:
        """The quarter hours that have sums."""
        return {place[0] for place in self._sums}

    def rows(self, owner: str) -> Iterator[tuple[str | int, ...]]:
        """The sums that are not nothing, as rows of `trunk_quarters`, in the order of its key."""
        for place in sorted(self._sums):
            sums = self._sums[place]
            if any(sums):
                yield (owner, *place, *sums)


class LineSums:
    """What calls did on each trunk over all time: group, trunk and direction, and the sums in the order of `Load`."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str, str], list[int]] = {}

    def add(self, rows: Iterable[Told]) -> None:
        """Add what these calls tell."""
        for row in rows:
            for use in uses_told(row):
                sums = self.sums.setdefault((use.group, use.trunk, use.direction), [0] * len(Load._fields))
                for place, more in enumerate((1, use.answered, use.until - use.since, use.unrung, use.blocked)):
                    sums[place] += more
