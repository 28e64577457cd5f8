"""Poisson's formula (Molina's): blocked callers wait as long as they would have talked, then leave: lost calls held.

E. C. Molina, Application of the theory of probability to telephone trunking problems, BSTJ 6 (1927): the old North American
tables for private exchanges. It gives more trunks than Erlang B. Does not apply where blocked calls go at once (Erlang B)
or wait until they are served (Erlang C); it has no carried load.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.traffic.loss import erlang_b
from gateway.traffic.numeric import at_least_zero, poisson_term, root, servers_of, share_of, smallest


class _Tails(NamedTuple):
    """The probabilities of at least N, and of fewer than N, each with all its digits."""

    upper: float
    lower: float


def _tails(servers: float, traffic: float) -> _Tails:
    if servers == 0:
        return _Tails(1.0, 0.0)
    if traffic == 0:
        return _Tails(0.0, 1.0)
    if traffic < servers + 1:
        upper = _series(servers, traffic)
        return _Tails(upper, 1 - upper)
    # All below N is the last of those terms divided by Erlang's B there; a part of a trunk is brought above one first.
    above = servers if servers >= 1 else servers + 1
    last = poisson_term(above - 1, traffic)
    lower = last / erlang_b(above - 1, traffic) if last else 0.0
    if servers < 1:
        lower -= poisson_term(servers, traffic)
    return _Tails(1 - lower, lower)


def _series(servers: float, traffic: float) -> float:
    """The terms from N upward: each the one before times A / n."""
    total = ratio = 1.0
    n = servers
    while ratio > total * 1e-17:
        n += 1
        ratio *= traffic / n
        total += ratio
    return poisson_term(servers, traffic) * total


def poisson_blocking(servers: float, traffic: float) -> float:
    """Probability that `servers` trunks or more are wanted at once (the module tells source and limits)."""
    return _tails(servers_of(servers), at_least_zero(traffic, "traffic")).upper


def poisson_traffic(servers: float, gos: float) -> float:
    """The most erlangs with a `poisson_blocking` of at most `gos`; 0 without a trunk (the module tells the limits)."""
    servers, gos = servers_of(servers), share_of(gos, "gos")
    if servers == 0:
        return 0.0
    if gos > 0.5:
        return root(lambda a: -_tails(servers, a).lower, gos - 1, servers)
    return root(lambda a: _tails(servers, a).upper, gos, servers)


def poisson_trunks(traffic: float, gos: float) -> int:
    """The fewest trunks with a `poisson_blocking` of at most `gos` (the module tells source and limits)."""
    traffic, gos = at_least_zero(traffic, "traffic"), share_of(gos, "gos")
    return 0 if traffic == 0 else smallest(lambda n: poisson_blocking(n, traffic) <= gos)
