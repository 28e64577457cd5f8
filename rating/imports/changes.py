"""What an import changes: the deck that stands against the deck that would stand, prefix by prefix.

A prefix that is new had a price before, that of a shorter prefix; one that is dropped gets such a price from now on.
Both are shown with it, because that is what the guest's call will cost: a new row 4479 at 0.30 under 44 at 0.02 is a
price fifteen times dearer, though no row was changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from rating.decks import DeckRows, Rates
from rating.money import price_text
from rating.tariff import Rate, prefix_table

Kind: TypeAlias = Literal["new", "dropped", "dearer", "cheaper", "changed", "unchanged"]
KINDS: tuple[Kind, ...] = ("new", "dropped", "dearer", "cheaper", "changed", "unchanged")


class Change(NamedTuple):
    """One prefix. `was` and `now` are prices per minute in millionths, None where no row has a price for it.

    Of the bands the one that changes most is told. `changed` means fees or increments, or some bands up and some down.
    """

    kind: Kind
    prefix: str
    number_class: str
    place: str
    was: int | None
    now: int | None

    @property
    def size(self) -> float:
        """How large the change is, as a factor of the smaller price; where one is missing, the largest."""
        if not self.was or not self.now:
            return float("inf") if self.was != self.now else 0.0
        return max(self.was, self.now) / min(self.was, self.now)

    def __str__(self) -> str:
        was = "no price" if self.was is None else price_text(self.was)
        now = "no price" if self.now is None else price_text(self.now)
        place = f" {self.place}" if self.place else ""
        of = f" ({self.number_class})" if self.number_class else ""
        return f"{self.prefix}{place}{of}: {was} -> {now}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes, and how many there are of each kind."""

    counts: dict[Kind, int]
    changes: list[Change]

    def biggest(self, kind: Kind, count: int) -> list[Change]:
        """The largest changes of a kind."""
        return sorted((one for one in self.changes if one.kind == kind), key=lambda one: -one.size)[:count]


def compare(old: DeckRows, new: DeckRows) -> Comparison:
    """Compare two decks; prefixes without a change are only counted."""
    counts: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    changes = []
    for number_class in sorted(old.keys() | new.keys()):
        for change in _compared(old.get(number_class, {}), new.get(number_class, {}), number_class):
            counts[change.kind] += 1
            if change.kind != "unchanged":
                changes.append(change)
    return Comparison(counts, changes)


def _compared(old: Rates, new: Rates, number_class: str) -> Iterator[Change]:
    before, after = prefix_table(old), prefix_table(new)
    for key, rate in new.items():
        other = old.get(key)
        if other is None:
            covered = before.find(key)
            yield Change("new", key, number_class, rate.place, covered and covered.prices[0], rate.prices[0])
        else:
            yield Change(_kind(other, rate), key, number_class, rate.place, *_most(other, rate))
    for key, rate in old.items():
        if key not in new:
            covered = after.find(key)
            yield Change("dropped", key, number_class, rate.place, rate.prices[0], covered and covered.prices[0])


def _kind(old: Rate, new: Rate) -> Kind:
    pairs = list(zip(old.prices, new.prices, strict=True))
    up, down = any(a < b for a, b in pairs), any(a > b for a, b in pairs)
    if up != down:
        return "dearer" if up else "cheaper"
    same = old._replace(place=new.place) == new
    return "unchanged" if same else "changed"


def _most(old: Rate, new: Rate) -> tuple[int, int]:
    """The prices of the band that changes most."""
    return max(zip(old.prices, new.prices, strict=True), key=lambda pair: abs(pair[1] - pair[0]))
