"""Engset's loss formulas: few sources for the trunks, as eight trunks for twenty offices.

`beta_per_idle_source` is the traffic that one source offers while it is idle: its calls per hour of idleness times the
mean holding time. The offered (intended) load is A = S beta / (1 + beta). Calculators that divide all erlangs by the
sources and use that as beta answer another question.

T. Engset, Die Wahrscheinlichkeitsrechnung zur Bestimmung der Waehleranzahl in automatischen Fernsprechaemtern (1918);
the recursion is the one of B. Pinsky, A. Conway and W. Liu, IEEE Trans. Commun. 42 (1994). Holds for any distribution of
holding and idle times. Does not apply where blocked callers try again at once, nor where sources differ much in their use.
For many sources (guest rooms) it becomes Erlang B.
"""

from __future__ import annotations

import math

from gateway.traffic.numeric import at_least_zero, laplace, servers_of


def engset_time_congestion(servers: float, sources: float, beta_per_idle_source: float) -> float:
    """Share of the time during which all trunks are busy (the module tells source and limits)."""
    servers, sources, beta = _domain(servers, sources, beta_per_idle_source)
    return 1 / _inverse(servers, sources, beta)


def engset_call_congestion(servers: float, sources: float, beta_per_idle_source: float) -> float:
    """Share of attempts that is lost: the time congestion with one source fewer, since the caller himself is idle.

    The module tells source and limits.
    """
    servers, sources, beta = _domain(servers, sources, beta_per_idle_source)
    return 1 / _inverse(servers, sources - 1, beta)


def engset_carried(servers: float, sources: float, beta_per_idle_source: float) -> float:
    """Erlangs that the trunks carry (the module tells source and limits)."""
    servers, sources, beta = _domain(servers, sources, beta_per_idle_source)
    if servers == 0 or beta == 0:
        return 0.0
    if servers < 1:
        return sources * (beta / (1 + beta)) * (1 - engset_traffic_congestion(servers, sources, beta))
    through = beta
    if servers < sources:
        # beta (1 - C), without the difference: what gets through of what an idle source offers
        inverse = _inverse(servers, sources - 1, beta)
        if inverse < math.inf:
            through = servers / (sources - servers) * (_inverse(servers - 1, sources - 1, beta) / inverse)
    return sources * (through / (1 + through))


def engset_traffic_congestion(servers: float, sources: float, beta_per_idle_source: float) -> float:
    """Share of the intended load A = S beta / (1 + beta) that is not carried (the module tells source and limits)."""
    servers, sources, beta = _domain(servers, sources, beta_per_idle_source)
    return max(0.0, (sources - servers) / sources) / _inverse(servers, sources, beta)


def _domain(servers: float, sources: float, beta: float) -> tuple[float, float, float]:
    servers, sources = servers_of(servers), servers_of(sources, "sources")
    beta = at_least_zero(beta, "beta_per_idle_source")
    if sources < 1:
        raise ValueError(f"sources must be at least 1, not {sources:g}")
    if sources != int(sources) and servers > sources:
        raise ValueError(f"sources must be a whole number where there are as many trunks, not {sources:g}")
    return servers, sources, beta


def _inverse(servers: float, sources: float, beta: float) -> float:
    """1 / (time congestion); infinite where the trunks can never all be busy."""
    if servers == 0:
        return 1.0
    if beta == 0 or servers >= sources + 1:
        return math.inf
    part = servers - math.floor(servers)
    inverse = 1.0
    if part:
        spare = sources - part
        if spare <= 0:
            raise ValueError("a part of a trunk needs at least two sources")
        inverse = laplace(lambda u: (1 - math.expm1(-u / spare) / beta) ** part)
    for step in range(1, math.floor(servers) + 1):
        n = part + step
        inverse = 1.0 + inverse * n / ((sources - n + 1) * beta)
    return inverse
