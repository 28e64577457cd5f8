"""Which calls fill the trunks: busy time by class of number, and what of it brings money. Pure.

An incoming call, and one that goes in and out again, is a class of its own; a call inside the house holds no trunk. Of
the others some have a price, some are free (a free number, a tariff that asks nothing), some found nobody, and some have
no price yet. Free calls cost the house a trunk all the same, so they are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from gateway.instants import SECOND, from_micros
from gateway.traffic.intervals import QUARTER, apportioned
from gateway.traffic.uses import Use

Nature: TypeAlias = Literal["priced", "free", "unanswered", "unpriced", "incoming", "tandem", "internal"]
HOURS: Final = 24
#: Natures that are a class by themselves, and how it is called.
_OWN_CLASS: Final[dict[Nature, str]] = {
    "incoming": "incoming",
    "tandem": "in and out again",
    "internal": "inside the house",
}
_BY_DIRECTION: Final[dict[str, Nature]] = {"in": "incoming", "internal": "internal", "tandem": "tandem"}


class ClassCall(NamedTuple):
    """One call: what it was, and the trunks that it held."""

    number_class: str
    nature: Nature
    uses: Sequence[Use]


def nature_of(direction: str, answered: bool, status: str, amount: int | None) -> Nature:
    """What a stored call is for its trunk: `amount` is its price, None where it has none."""
    if direction in _BY_DIRECTION:
        return _BY_DIRECTION[direction]
    if not answered:
        return "unanswered"
    if amount:
        return "priced"
    return "free" if amount == 0 or status == "not_chargeable" else "unpriced"


@dataclass(slots=True)
class Filled:
    """What one class did on a group's trunks: calls, busy microseconds by nature, and by hour of the day and nature."""

    group: str
    name: str
    calls: int = 0
    busy: dict[Nature, int] = field(default_factory=dict)
    hours: dict[tuple[int, Nature], int] = field(default_factory=dict)

    @property
    def whole(self) -> int:
        """All busy time."""
        return sum(self.busy.values())


class Period(NamedTuple):
    """The span that is looked at, by which clock, and the seconds to add where ringing is not told."""

    since: int
    until: int
    zone: ZoneInfo
    allowance_s: int


def filled(calls: Iterable[ClassCall], group_of: Callable[[str, str], str], period: Period) -> list[Filled]:
    """The classes by group, the fullest first; a call counts where it began, its time where it lay."""
    found: dict[tuple[str, str], Filled] = {}
    hour_of: dict[int, int] = {}
    for number_class, nature, uses in calls:
        name = _OWN_CLASS.get(nature, number_class or "not known")
        if nature == "internal":
            found.setdefault(("", name), Filled("", name)).calls += 1
        for place, use in enumerate(uses):
            group = group_of(use.trunk, use.group)
            one = found.setdefault((group, name), Filled(group, name))
            one.calls += place == 0 and period.since <= use.since < period.until
            _lay(one, use, nature, period, hour_of)
    return sorted(found.values(), key=lambda one: (one.group, -one.whole, one.name))


def _lay(one: Filled, use: Use, nature: Nature, period: Period, hour_of: dict[int, int]) -> None:
    """Lay a use into the hours of the clock."""
    if use.unrung:
        use = use._replace(until=use.until + period.allowance_s * SECOND)
    for quarter, load in apportioned(use):
        if not period.since <= quarter < period.until or not load.busy:
            continue
        hour = hour_of.get(quarter)
        if hour is None:
            hour = hour_of[quarter] = from_micros(quarter).astimezone(period.zone).hour
        one.busy[nature] = one.busy.get(nature, 0) + load.busy
        one.hours[hour, nature] = one.hours.get((hour, nature), 0) + load.busy


def elapsed_by_hour(period: Period) -> list[int]:
    """How much time of the span each hour of the clock had, in microseconds; a day of 25 hours has one twice."""
    elapsed = [0] * HOURS
    for quarter in range(period.since, period.until, QUARTER):
        elapsed[from_micros(quarter).astimezone(period.zone).hour] += min(QUARTER, period.until - quarter)
    return elapsed
