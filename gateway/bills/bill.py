"""The bill of a stay as a value: each charge as it is stored, and the totals, which are sums of the lines and nothing else. Pure.

For every line, what is to be paid is its net amount and its taxes, to the minor unit; so any totals (by class, by tax, by
where the charge stands) add up to the same. A charge without a known price is a line without an amount, and is in no total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar, get_args

#: Where a charge stands, as a guest and a clerk see it.
#: folio: the PMS has it. waiting: on its way, or waiting for something that will come by itself. doubt: nobody knows yet
#: whether the folio has it, or whether it is a charge at all. handed: given to a receiver that never confirms. withheld: not
#: on the folio, a person settles it. free: priced at zero, nothing to post. released: a person let it go; not to be paid.
Standing: TypeAlias = Literal["folio", "waiting", "doubt", "handed", "withheld", "free", "released"]
STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)
Kind: TypeAlias = Literal["charge", "correction", "reversal"]

#: The class of what is no call: entered at the desk, with its words in the place of a place.
EXTRA: Final = "manual"

_BY_STATE: Final[dict[str, Standing]] = {
    "posted": "folio",
    "due": "waiting",
    "sent": "waiting",
    "in_doubt": "doubt",
    "unconfirmable": "handed",
    "refused": "withheld",
    "written_off": "released",
}
_BY_HOLD: Final[dict[str, Standing]] = {
    "no_room_news": "waiting",
    "unrated": "waiting",
    "rate_proposed": "waiting",
    "unapproved_tariff": "waiting",
    "awaits_reversal": "waiting",
    "possible_repeat": "doubt",
    "restored": "doubt",
}


def standing_of(state: str, hold: str) -> Standing:
    """Where a posting in a state of the ledger stands; what is held for a person is withheld."""
    return _BY_HOLD.get(hold, "withheld") if state == "held" else _BY_STATE[state]


class Rate(NamedTuple):
    """Which tax: its name, and its share in millionths; None for one of a fixed amount for each call."""

    name: str
    share: int | None


class TaxPart(NamedTuple):
    """What one tax makes of a line, in minor units."""

    rate: Rate
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One charge. `began` in microseconds UTC; `gross` is None while no price is known, and then so is everything of it.

    `moved` says that the call was made from a room or by a guest of another stay, and its charge was brought here. Of a call
    that several held and each pays (`shared`), room, seconds and amount are those of this guest's share.
    """

    call: int
    posting: int | None
    part: int
    kind: Kind
    standing: Standing
    began: int
    number: str
    number_class: str
    place: str
    seconds: int | None
    room: str
    moved: bool
    currency: str
    decimals: int
    gross: int | None
    taxes: tuple[TaxPart, ...] = ()
    shared: bool = False

    @property
    def tax(self) -> int:
        """All taxes of it."""
        return sum(one.amount for one in self.taxes)

    @property
    def net(self) -> int:
        """What is left of it without them."""
        return (self.gross or 0) - self.tax

    @property
    def owed(self) -> bool:
        """Whether it is to be paid, as far as anybody knows."""
        return self.gross is not None and self.standing != "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Whose bill it is: all rooms of one stay, from its first arrival (microseconds UTC) to its departure, None while it lasts.

    `numbers` are those of its rows, one for each room; `number` is that of the last.
    """

    number: int
    numbers: tuple[int, ...]
    reservation: str
    rooms: tuple[str, ...]
    name: str
    language: str
    since: int
    until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A stay's charges as they stood at `as_of` (microseconds UTC), in the order of the calls."""

    stay: Stay
    as_of: int
    lines: tuple[Line, ...]

    def calls_alone(self) -> Bill:
        """The bill of the telephone calls, without what was entered by hand."""
        return replace(self, lines=tuple(one for one in self.lines if one.number_class != EXTRA))

    @property
    def currencies(self) -> tuple[tuple[str, int], ...]:
        """The currencies that its lines are in, with their decimals: one, unless the house changed its own meanwhile."""
        return tuple(dict.fromkeys((one.currency, one.decimals) for one in self.lines))

    @property
    def unpriced(self) -> int:
        """How many lines have no price yet."""
        return sum(one.gross is None for one in self.lines)


class Total(NamedTuple):
    """A sum of lines, in minor units."""

    lines: int
    net: int
    tax: int
    gross: int


def total(lines: Iterable[Line]) -> Total:
    """The sum of lines of one currency; those that are not owed count for nothing."""
    owed = [one for one in lines if one.owed]
    return Total(len(owed), sum(map(_net, owed)), sum(map(_tax, owed)), sum(one.gross or 0 for one in owed))


def _net(line: Line) -> int:
    return line.net


def _tax(line: Line) -> int:
    return line.tax


K = TypeVar("K")


def _grouped(lines: Sequence[Line], key: Callable[[Line], K]) -> dict[K, Total]:
    groups: dict[K, list[Line]] = {}
    for one in lines:
        if one.owed:
            groups.setdefault(key(one), []).append(one)
    return {name: total(group) for name, group in groups.items()}


def by_class(lines: Sequence[Line]) -> dict[str, Total]:
    """Totals by class of number, in the order in which the classes first come."""
    return _grouped(lines, lambda line: line.number_class)


def by_standing(lines: Sequence[Line]) -> dict[Standing, Total]:
    """Totals by where the charges stand, in the order of `STANDINGS`; their sum is the total."""
    found = _grouped(lines, lambda line: line.standing)
    return {one: found[one] for one in STANDINGS if one in found}


def released(lines: Iterable[Line]) -> tuple[int, int]:
    """How many charges a person let go, and what they came to."""
    gone = [one.gross or 0 for one in lines if one.standing == "released"]
    return len(gone), sum(gone)


def by_rates(lines: Sequence[Line]) -> dict[tuple[Rate, ...], tuple[int, dict[Rate, int]]]:
    """For each set of taxes that lines bear together: their net amount, and each tax. All of it adds up to the total."""
    found: dict[tuple[Rate, ...], tuple[int, dict[Rate, int]]] = {}
    for one in lines:
        if not one.owed:
            continue
        rates = tuple(part.rate for part in one.taxes)
        net, taxes = found.get(rates, (0, dict.fromkeys(rates, 0)))
        found[rates] = (net + one.net, {part.rate: taxes[part.rate] + part.amount for part in one.taxes})
    return found
