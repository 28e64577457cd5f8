"""How many trunks a group had in service, at each instant: dated, because groups grow and are cut.

A report over months must hold each hour against the trunks of that hour. An entry stands from its instant until the
next one of the same group. A trunk that no entry names is not hidden: it is a trunk somebody forgot, and is told by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

Direction: TypeAlias = Literal["both", "in", "out"]

#: Trunks that one range may name: more than the largest group of an exchange; a wrong digit would name millions.
MOST_MEMBERS: Final = 10_000
_COUNTED: Final = re.compile(r"(.*?)([0-9]+)")


class Rent(NamedTuple):
    """What a trunk costs a month, in units of which `decimals` digits are the fraction of the hotel's currency."""

    minor: int
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What a group consists of from an instant on (None: from ever).

    `members` are its trunks as the exchange writes them, "" where only their number is known. `target` is the blocking it is
    meant for; `overflow_of` names the groups whose overflow it takes; `rent` is what one of its trunks costs a month.
    """

    group: str
    name: str
    trunks: int
    members: frozenset[str]
    since: int | None
    direction: Direction
    target: float
    overflow_of: tuple[str, ...] = ()
    rent: Rent | None = None


def members_between(first: str, last: str) -> tuple[str, ...]:
    """The trunks from `first` to `last`, both included, as the exchange writes them: T001 to T024. ValueError in a sentence."""
    one, other = _COUNTED.fullmatch(first), _COUNTED.fullmatch(last)
    if one is None or other is None or one[1] != other[1]:
        raise ValueError(f'"{first}" and "{last}" are not the ends of one range; write for example "T001" and "T024"')
    low, high = int(one[2]), int(other[2])
    if low > high or high - low >= MOST_MEMBERS:
        raise ValueError(f'"{first}" to "{last}" is no range of up to {MOST_MEMBERS} trunks')
    width = len(one[2]) if one[2].startswith("0") or len(one[2]) == len(other[2]) else 0
    return tuple(f"{one[1]}{number:0{width}d}" for number in range(low, high + 1))


class Capacity:
    """The trunks of the house, asked for by group and instant."""

    def __init__(self, installed: Iterable[Installed]) -> None:
        self._by_group: dict[str, list[Installed]] = {}
        self._group_of: dict[str, str] = {}
        for one in sorted(installed, key=lambda one: one.since or 0):
            self._by_group.setdefault(one.group, []).append(one)
            for member in one.members:
                self._group_of[member] = one.group

    @property
    def groups(self) -> Sequence[str]:
        """The groups of the configuration, by name."""
        return sorted(self._by_group)

    def group_of(self, trunk: str, told: str) -> str:
        """The group of a use: that whose member the trunk is, else as the exchange told it."""
        return self._group_of.get(trunk, told)

    def at(self, group: str, instant: int) -> Installed | None:
        """What stood at an instant; None for a group that is not in the configuration, or was not yet."""
        standing = [one for one in self._by_group.get(group, ()) if one.since is None or one.since <= instant]
        return standing[-1] if standing else None

    def newest(self, group: str) -> Installed:
        """What stands last, of a group of the configuration."""
        return self._by_group[group][-1]

    def changes(self, group: str, since: int, until: int) -> list[int]:
        """The instants within a span at which the group changed: a report over it is split there, or says so."""
        dated = [one.since for one in self._by_group.get(group, ()) if one.since is not None]
        return [instant for instant in dated if since < instant < until]

    def unknown(self, told: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Of groups and trunks as the exchange tells them, those that no entry names, each once, in order; "" has no name.

        A group of which only the number of trunks is known accepts any.
        """
        return sorted(one for one in set(told) if not self._known(*one))

    def _known(self, told: str, trunk: str) -> bool:
        if trunk in self._group_of:
            return True
        return told in self._by_group and not any(one.members for one in self._by_group[told])
