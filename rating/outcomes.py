"""What rating can say of a call: three outcomes, and only three.

*Rated*: an amount with the trace of how it came about; an amount of zero is an amount. *Not chargeable*: a fact of the
call, with its reason. *Unrated*: the call may well cost money and nobody can say how much; it is held and shown, never
zero, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

NotChargeableCode: TypeAlias = Literal["emergency", "incoming", "internal", "tandem", "unanswered", "class-free"]

Trace: TypeAlias = tuple[int | str, ...]
"""The numbers an amount rests on, flat; `rating.trace` names its entries and works the amount out again from them."""


class RatedCall(NamedTuple):
    """A price, or a cost. `amount` is what is due, `net` + `tax`, in units of `currency` of which `decimals` make the
    fraction: the currency's own for a price; a cost tariff may keep more of them. `version` names the tariff text,
    `prefix` and `place` the rate that was found in it, `rule` the rule that chose it (empty: that of the class).
    `post_zero` is the tariff's word on an amount of zero: posted as 0.00, or only kept.
    """

    amount: int
    net: int
    tax: int
    currency: str
    decimals: int
    tariff: str
    version: str
    prefix: str
    place: str
    billed_seconds: int
    trace: Trace
    rule: str = ""
    post_zero: bool = False


@dataclass(frozen=True, slots=True)
class Unrated:
    """Nobody can say what the call costs; `reason` is a plain sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotChargeable:
    """The call costs nothing, by its nature or by the tariff's word; `reason` is a plain sentence."""

    code: NotChargeableCode
    reason: str


Rating: TypeAlias = RatedCall | Unrated | NotChargeable
