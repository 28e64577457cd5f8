"""The little numerical mathematics that traffic formulas need: domains, a root, one integral, one exact Poisson term.

Nothing here subtracts two numbers that are nearly equal, and nothing raises a number to a power that leaves the range of
a double: that is what the formulas' accuracy (1e-12 and better) rests on. See docs/traffic.md.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import cache
from typing import Final

#: Below this a double has lost its digits, and its inverse its range: as good as nothing.
TINY: Final = 1e-305
#: The largest number that a double holds: a longer whole number has no place in a formula.
LARGEST: Final = sys.float_info.max
#: Trunks (or sources) that a formula is asked for: ten times what the largest carrier's group has; the recursions take
#: a microsecond for ten of them.
MOST_SERVERS: Final = 100_000


def servers_of(value: float, name: str = "servers") -> float:
    """A number of trunks, which need not be whole; ValueError in a sentence."""
    if not 0 <= value <= MOST_SERVERS:
        raise ValueError(f"{name} must be a number from 0 to {MOST_SERVERS:,}, not {value}")
    return float(value)


def at_least_zero(value: float, name: str) -> float:
    """A finite number that is not negative, 0 if it is below TINY; ValueError in a sentence."""
    if not 0 <= value <= LARGEST:
        raise ValueError(f"{name} must be a number that is not negative, below 1.8e308, not {str(value)[:40]}")
    return float(value) if value >= TINY else 0.0


def share_of(value: float, name: str) -> float:
    """A share between 0 and 1, neither of them reached; ValueError in a sentence."""
    if not 0 < value < 1:
        raise ValueError(f"{name} must be more than 0 and less than 1 (0.01 is one call in a hundred), not {value}")
    return float(value)


def root(rising: Callable[[float], float], target: float, start: float) -> float:
    """The positive x at which a function that never falls reaches `target`, to the last bit the function gives.

    `start` is a guess above zero. Halving the interval cannot be led astray by a flat or a steep stretch, as Newton's
    steps can (for a small blocking they fall below zero).
    """
    low = high = start
    if rising(start) < target:
        while rising(high) < target:
            low, high = high, high * 2
            if math.isinf(high):
                raise ValueError("no traffic that can be written as a number gives this")
    else:
        while low > 0 and rising(low) >= target:
            low, high = low / 2, low
    while low < (middle := low + (high - low) / 2) < high:
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return high


def smallest(enough: Callable[[int], bool]) -> int:
    """The smallest whole number of servers that is enough; ValueError where MOST_SERVERS are not."""
    high = 1
    while not enough(high):
        if high >= MOST_SERVERS:
            raise ValueError(f"even {MOST_SERVERS:,} would not be enough")
        high = min(high * 2, MOST_SERVERS)
    low = high // 2 if high > 1 else -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


_STEP: Final = 1 / 64


@cache
def _nodes() -> tuple[tuple[float, float], ...]:
    """Points and weights of the exp-sinh rule for the weight e^-u on (0, infinity)."""
    found = []
    for place in range(-5 * 64, int(2.25 * 64)):
        t = place * _STEP
        u = math.exp(math.pi / 2 * math.sinh(t))
        found.append((u, _STEP * math.pi / 2 * math.cosh(t) * u * math.exp(-u)))
    return tuple(found)


def laplace(smooth: Callable[[float], float]) -> float:
    """The integral of e^-u times a smooth function of u, from 0 to infinity.

    By the double exponential rule (H. Takahasi and M. Mori, Publ. RIMS 9, 1974), which does not mind what the function
    does at 0.
    """
    return math.fsum(weight * smooth(u) for u, weight in _nodes())


def poisson_term(count: float, mean: float) -> float:
    """mean^count e^-mean / Gamma(count + 1) for a real count, with no loss where both are large.

    By the saddle-point form of C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000).
    """
    if mean == 0:
        return 1.0 if count == 0 else 0.0
    if count < 10:
        if mean > 1000:
            return 0.0  # e^-1000 times anything that may stand before it
        return float(mean**count * math.exp(-mean) / math.gamma(count + 1))
    return math.exp(-_stirling(count) - _deviance(count, mean)) / math.sqrt(2 * math.pi * count)


def _stirling(n: float) -> float:
    """What Stirling's formula leaves out of ln n!, for n of 10 and more."""
    x = 1 / (n * n)
    terms = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
    total = 0.0
    for term in reversed(terms):
        total = total * x + term
    return total / n


def _deviance(n: float, mean: float) -> float:
    """n ln(n / mean) + mean - n, by a series where the two are close."""
    if abs(n - mean) >= 0.1 * (n + mean):
        return n * math.log(n / mean) + mean - n
    ratio = (n - mean) / (n + mean)
    total, term, odd = (n - mean) * ratio, 2 * n * ratio, 3
    while True:
        term *= ratio * ratio
        if total == (more := total + term / odd):
            return total
        total, odd = more, odd + 2
