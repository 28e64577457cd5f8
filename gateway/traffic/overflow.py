"""Traffic that is not random: what overflows from one group to the next, and loads that differ from day to day.

Overflow comes in clumps. Its peakedness z, variance over mean, is above 1; a group that takes it loses far more than
Erlang B says (in a test with two groups of 8 and 20 erlangs over 10 trunks: 8 % against 0.7 %).
"""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple, TypeAlias

from gateway.traffic.loss import climb, erlang_b
from gateway.traffic.numeric import at_least_zero, root, servers_of, share_of, smallest

_LAW: Final = re.compile(r"\s*([0-9.eE+-]+)\s*\*\s*A\s*(?:\^|\*\*)\s*([0-9.eE+-]+)\s*")
_NUMBER: Final = re.compile(r"\s*([0-9.]+(?:[eE][+-]?[0-9]+)?)\s*")
#: How many times rarer than the most likely load a load may be and still count, as a power of e.
_RAREST: Final = 90.0

#: The variance of the daily loads: a number, or its law with the mean A as in "0.13*A^1.7".
Variance: TypeAlias = float | str


class Equivalent(NamedTuple):
    """Random traffic and a group whose overflow has the mean and variance that several overflows have together."""

    traffic: float
    servers: float


def overflow_mean(servers: float, traffic: float) -> float:
    """Erlangs that overflow from `servers` trunks: A B(N, A). The limits of `loss.erlang_b`."""
    return at_least_zero(traffic, "traffic") * erlang_b(servers, traffic)


def overflow_peakedness(servers: float, traffic: float) -> float:
    """Variance over mean of the overflow: 1 - m + A / (N + 1 + m - A).

    L. Kosten (1937), J. Riordan in R. I. Wilkinson, Theories for toll traffic engineering in the U.S.A., BSTJ 35 (1956).
    Needs exponential holding times and random traffic offered to the first group. One copy of the formula on the web
    lacks the "+ 1", and is wrong. Without traffic it is the limit, 1.
    """
    servers, traffic = servers_of(servers), at_least_zero(traffic, "traffic")
    if traffic == 0:
        return 1.0
    known = climb(servers, traffic)
    return 1 + traffic * known.clump / (1 + servers * known.idle)


def overflow_variance(servers: float, traffic: float) -> float:
    """Variance of the overflow, in erlangs squared: `overflow_mean` times `overflow_peakedness`, with the latter's limits."""
    return overflow_mean(servers, traffic) * overflow_peakedness(servers, traffic)


def equivalent_random(mean: float, variance: float) -> Equivalent:
    """The random traffic and group that overflow with this mean and variance: the start of the equivalent random method.

    Y. Rapp's approximation (Ericsson Technics, 1964): A* = V + 3 z (z - 1), N* = A* (M + z) / (M + z - 1) - M - 1. Means and
    variances of independent streams add up before. Does not apply to smooth traffic (variance below the mean).
    """
    mean, variance = at_least_zero(mean, "mean"), at_least_zero(variance, "variance")
    if mean == 0:
        raise ValueError("mean must be more than 0")
    z = variance / mean
    if z < 1 - 1e-9:
        raise ValueError(f"variance must be at least the mean, or the traffic is no overflow, not {variance:g}")
    z = max(z, 1.0)
    traffic = max(variance, mean) + 3 * z * (z - 1)
    return Equivalent(traffic, max(0.0, traffic * (mean + z) / (mean + z - 1) - mean - 1))


def erm_blocking(servers: float, mean: float, variance: float) -> float:
    """Share that a last group of `servers` trunks loses of overflow with this mean and variance.

    The equivalent random method of Wilkinson (1956), as ITU-T E.521 has it; limits as in `equivalent_random`. It was within
    2 % of a simulation of the example in this module's text.
    """
    one = equivalent_random(mean, variance)
    return min(1.0, one.traffic * erlang_b(one.servers + servers_of(servers), one.traffic) / mean)


def erm_trunks(mean: float, variance: float, gos: float) -> int:
    """The fewest trunks of a last group that lose at most `gos` of this overflow; limits as in `erm_blocking`."""
    share_of(gos, "gos")
    return smallest(lambda n: erm_blocking(n, mean, variance) <= gos)


def hayward_blocking(servers: float, mean: float, peakedness: float) -> float:
    """Share lost of peaked traffic: Erlang B with trunks and traffic divided by the peakedness.

    Hayward's approximation (A. A. Fredericks, Congestion in blocking systems, BSTJ 59, 1980). Rough where few trunks are
    divided by much peakedness; `erm_blocking` is better where the variance is known.
    """
    if not 0 < peakedness < math.inf:
        raise ValueError(f"peakedness must be more than 0, not {peakedness}")
    return erlang_b(servers_of(servers) / peakedness, at_least_zero(mean, "mean") / peakedness)


def wilkinson_gamma_mean_blocking(servers: float, traffic: float, z: float, vd: Variance) -> float:
    """Mean blocking over busy hours whose load differs by day like a gamma variable of mean `traffic` and variance `vd`.

    R. I. Wilkinson, A study of load and service variations in toll alternate route systems (ITC 2, 1958); S. R. Neal and D. W.
    Hill, BSTJ 55 (1976). Each attempt counts the same: integral of a B(N, a) f(a) da, over A. Peakedness `z` by Hayward.
    Without the finite-hour corrections of the Neal-Wilkinson tables, so not those tables; and not for days that differ by a
    plan (weekdays and Sundays), which are better looked at apart.
    """
    servers, traffic = servers_of(servers), at_least_zero(traffic, "traffic")
    spread = _variance(vd, traffic)
    if traffic == 0 or spread <= traffic * traffic * 1e-12:
        return hayward_blocking(servers, traffic, z)
    # a f(a) / A is again a gamma density, of one more shape; with a = c e^s its weight is exp(shape (s + 1 - e^s)).
    shape = traffic * traffic / spread + 1
    centre = shape * spread / traffic
    step = 0.25 / math.sqrt(max(shape, servers + 1))
    first, last = _reach(shape)
    blocked = weights = 0.0
    for place in range(math.floor(first / step), math.ceil(last / step) + 1):
        s = place * step
        weight = math.exp(shape * (s - math.expm1(s)))
        weights += weight
        blocked += weight * hayward_blocking(servers, centre * math.exp(s), z)
    return blocked / weights


def wilkinson_gamma_traffic(servers: float, gos: float, z: float, vd: Variance) -> float:
    """The most erlangs with a `wilkinson_gamma_mean_blocking` of at most `gos`; 0 without a trunk. Limits as there."""
    servers, gos = servers_of(servers), share_of(gos, "gos")
    if servers == 0:
        return 0.0
    return root(lambda a: wilkinson_gamma_mean_blocking(servers, a, z, vd), gos, max(servers, 1.0))


def _reach(shape: float) -> tuple[float, float]:
    """The s below and above 0 at which shape (s + 1 - e^s) is -_RAREST."""
    rare = _RAREST / shape
    high = root(lambda s: math.expm1(s) - s, rare, 1.0)
    low = -root(lambda s: s + math.expm1(-s), rare, 1.0)
    return low, high


def _variance(vd: Variance, traffic: float) -> float:
    if not isinstance(vd, str):
        return at_least_zero(vd, "vd")
    if plain := _NUMBER.fullmatch(vd):
        return at_least_zero(float(plain[1]), "vd")
    law = _LAW.fullmatch(vd)
    if law is None:
        raise ValueError(f'vd must be a variance, or its law with the mean as in "0.13*A^1.7", not "{vd}"')
    return at_least_zero(float(law[1]), "vd") * math.pow(traffic, float(law[2]))
