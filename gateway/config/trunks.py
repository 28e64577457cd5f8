"""The trunk groups of the configuration: what their tables must be together, and what they amount to at each instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from gateway.config.lines import Path
from gateway.instants import to_micros
from gateway.traffic.capacity import Capacity, Direction, Installed, Rent, members_between
from rating.money import exact, minor_digits

if TYPE_CHECKING:
    from gateway.config.settings import Config, TrunkSettings

Table: TypeAlias = Mapping[str, Any]


def capacity_of(config: Config) -> Capacity:
    """The trunks of the house. A group changes at midnight of the property."""
    zone = config.property.timezone

    def instant(day: date | None) -> int | None:
        return None if day is None else to_micros(datetime.combine(day, time(), zone))

    installed = []
    for one in config.trunks:
        members = _members(one)
        installed.append(
            Installed(
                group=one.group,
                name=one.name or one.group,
                trunks=one.channels or len(members),
                members=frozenset(members),
                since=instant(one.since),
                direction=cast("Direction", one.direction),
                target=one.target,
                overflow_of=one.overflow_of,
                rent=_rent(one.monthly_rent, minor_digits(config.property.currency)),
            )
        )
    return Capacity(installed)


def _rent(text: str | None, digits: int) -> Rent | None:
    """What one trunk costs, to the last digit that is written."""
    if text is None:
        return None
    decimals = max(digits, len(text.replace(",", ".").partition(".")[2]))
    return Rent(exact(text, decimals), decimals)


def _members(one: TrunkSettings) -> tuple[str, ...]:
    if one.first is not None and one.last is not None:
        return members_between(one.first, one.last)
    return one.members


def trunk_findings(trunks: Sequence[Table]) -> Iterator[tuple[Path, str]]:
    """What is wrong between the keys of the groups, each with the path of the key to look at."""
    groups = {repr(one.get("group")) for one in trunks}
    seen: set[str] = set()
    owner: dict[str, object] = {}
    for place, one in enumerate(trunks):
        path: Path = ("trunks", place)
        yield from _counted(one, path)
        begins = repr((one.get("group"), one.get("since")))
        if begins in seen:
            yield (
                (*path, "since"),
                "the same group stands here from the same day on already; give this table its own day",
            )
        seen.add(begins)
        for member in _listed(one):
            if owner.setdefault(member, one.get("group")) != one.get("group"):
                yield path, f'the trunk "{member}" is in the group "{owner[member]}" already; a trunk is in one group'
                break
        others = one.get("overflow_of", [])
        for other in others if isinstance(others, list) else []:
            if isinstance(other, str) and (repr(other) not in groups or other == one.get("group")):
                yield (*path, "overflow_of"), f'"{other}" is no other group; write the group whose calls come here next'


def _counted(one: Table, path: Path) -> Iterator[tuple[Path, str]]:
    """Trunks are told in exactly one way."""
    ways = ["first" in one or "last" in one, bool(one.get("members")), "channels" in one]
    if sum(ways) != 1:
        yield (
            path,
            'its trunks are to be said in one way: first = "T001" and last = "T024", or members = ["T001"], or channels = 30',
        )
    elif ways[0] and not ("first" in one and "last" in one):
        yield path, 'a range has two ends; write first = "T001" and last = "T024"'
    elif ways[0] and isinstance(one["first"], str) and isinstance(one["last"], str):
        try:
            members_between(one["first"], one["last"])
        except ValueError as error:
            yield (*path, "first"), str(error)


def _listed(one: Table) -> list[str]:
    """The members as far as they can be read."""
    first, last, members = one.get("first"), one.get("last"), one.get("members")
    if isinstance(first, str) and isinstance(last, str):
        try:
            return list(members_between(first, last))
        except ValueError:
            return []
    return [member for member in members if isinstance(member, str)] if isinstance(members, list) else []
