"""A group's grade of service: measured, modelled and wanted side by side, never in one column.

Three congestions are told apart: the share of attempts the exchange reports as blocked (call congestion), the share of time
all trunks were busy (time congestion), and what Erlang B says of the traffic (the model). Much more time all busy than the
model says means that traffic comes in clumps or that trunks were out; less measured means few sources, or callers who wait.

From carried traffic the offered one can be worked out only while the group is not near its limit: above 90 % of it a small
error of measurement becomes a large one, so there the answer is "saturated" and a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway.traffic.erlang import (
    erlang_b,
    erlang_b_trunks,
    erm_blocking,
    erm_trunks,
    load_on_last_trunk_sequential,
    offered_from_carried,
    overflow_mean,
    overflow_variance,
)

#: Occupancy above which no offered traffic is worked out from the carried: at 24 trunks and 92 %, an error of 1 % in
#: what was carried is one of 5 % in what was offered, and it grows steeply.
SATURATED: Final = 0.9
#: The grades of service for which trunks are told.
GRADES: Final = (0.01, 0.02, 0.05)


class Offered(NamedTuple):
    """Traffic offered to a group: erlangs, and whether that is only a lower bound because the group was saturated.

    `variance` is above the traffic where it is overflow; None for random traffic.
    """

    erlangs: float
    saturated: bool = False
    variance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured of a group in its busy hour.

    `blocked` and `attempts` are None where the exchange does not tell blocked attempts; `all_busy` is the share of time in
    which no trunk was free, None where it was not swept.
    """

    trunks: int
    carried: float
    attempts: int | None = None
    blocked: int | None = None
    all_busy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A group held against its target.

    `needed` gives the trunks for each of GRADES, and `for_target` those for the target, None of each while saturated;
    `surplus` is what stands beyond `for_target` (below 0: what lacks). `last_trunk` is what one trunk fewer would lose.
    """

    trunks: int
    target: float
    carried: float
    occupancy: float
    offered: Offered
    blocking_measured: float | None
    all_busy: float | None
    blocking_modelled: float | None
    needed: tuple[int | None, ...]
    for_target: int | None
    surplus: int | None
    last_trunk: float | None

    @property
    def clumped(self) -> bool:
        """True where the model finds trunks to spare, and yet more was lost, or more time all busy, than the target allows.

        Then calls come in clumps, or trunks were out of service: whatever the model says, none is to be given back.
        """
        worst = max(self.blocking_measured or 0.0, self.all_busy or 0.0)
        return self.surplus is not None and self.surplus > 0 and worst > self.target

    @property
    def verdict(self) -> str:
        """In a word: saturated, clumped, short, ample, or as wanted."""
        if self.surplus is None:
            return "saturated"
        if self.clumped:
            return "clumped"
        return "short" if self.surplus < 0 else "ample" if self.surplus > 0 else "as wanted"


def offered_to(measured: Measured) -> Offered:
    """What was offered to a group whose blocked callers find no other way, from what it carried (ITU-T E.501).

    Where the exchange tells blocked attempts, they are taken (first attempts only: repeats would make it less); else Erlang B
    is solved for it, which is refused above SATURATED.
    """
    if measured.trunks < 1 or measured.carried <= 0:
        return Offered(max(0.0, measured.carried))
    if measured.blocked is not None and measured.attempts and measured.blocked < measured.attempts:
        return Offered(measured.carried / (1 - measured.blocked / measured.attempts))
    if measured.carried > SATURATED * measured.trunks:
        return Offered(offered_from_carried(measured.trunks, SATURATED * measured.trunks), saturated=True)
    return Offered(offered_from_carried(measured.trunks, measured.carried))


def overflow_from(firsts: Sequence[tuple[int, float]]) -> Offered:
    """What groups of (trunks, offered erlangs) pass on together: means and variances add up, as they are independent."""
    mean = sum(overflow_mean(trunks, erlangs) for trunks, erlangs in firsts)
    variance = sum(overflow_variance(trunks, erlangs) for trunks, erlangs in firsts)
    return Offered(mean, variance=variance)


def grade(measured: Measured, target: float, offered: Offered | None = None) -> Grade:
    """Hold a group against its target; `offered` where it is not to be worked out from what was carried (overflow groups)."""
    offered = offered_to(measured) if offered is None else offered
    blocked = None
    if measured.blocked is not None and measured.attempts:
        blocked = measured.blocked / measured.attempts
    known = not offered.saturated
    for_target = _trunks(offered, target) if known else None
    return Grade(
        trunks=measured.trunks,
        target=target,
        carried=measured.carried,
        occupancy=measured.carried / measured.trunks if measured.trunks else 0.0,
        offered=offered,
        blocking_measured=blocked,
        all_busy=measured.all_busy,
        blocking_modelled=modelled(measured.trunks, offered) if known else None,
        needed=tuple(_trunks(offered, one) if known else None for one in GRADES),
        for_target=for_target,
        surplus=None if for_target is None else measured.trunks - for_target,
        last_trunk=load_on_last_trunk_sequential(measured.trunks, offered.erlangs)
        if known and measured.trunks
        else None,
    )


def modelled(trunks: int, offered: Offered) -> float:
    """The blocking the model gives: Erlang B, for overflow the equivalent random method."""
    if offered.erlangs == 0:
        return 0.0
    if offered.variance is None or offered.variance <= offered.erlangs:
        return erlang_b(trunks, offered.erlangs)
    return erm_blocking(trunks, offered.erlangs, offered.variance)


def _trunks(offered: Offered, gos: float) -> int:
    if offered.variance is None or offered.variance <= offered.erlangs:
        return erlang_b_trunks(offered.erlangs, gos)
    return erm_trunks(offered.erlangs, offered.variance, gos)
