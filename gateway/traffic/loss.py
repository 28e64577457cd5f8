"""Erlang's loss formula and what follows from it: lost calls cleared, with or without repeated attempts.

The recursion over the inverse of the blocking, I(n) = 1 + I(n-1) n / A, has positive terms only, so it keeps all digits
for any size and load. Where a result would be the difference of nearly equal numbers (how idle a swamped group is, how
peaked its overflow), `climb` carries that result itself along the same recursion.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from gateway.traffic.numeric import LARGEST, MOST_SERVERS, TINY, at_least_zero, laplace, root, servers_of, share_of

#: A blocking this little above its target, relatively, is the target: the rounding of a double is no trunk.
_ROUNDING: Final = 1e-13


class Climb(NamedTuple):
    """What the recursion over the trunks knows of a group of `servers` at a traffic above 0.

    `blocking` is B(N, A); `before` is B(N-1, A); `idle` the share of the trunks that are idle on average; `clump` grows
    with the peakedness of the overflow (see `overflow.overflow_peakedness`).
    """

    servers: float
    traffic: float
    blocking: float
    before: float
    idle: float
    clump: float


def climb(servers: float, traffic: float) -> Climb:
    """Climb from no trunk (or a part of one) to `servers` at a traffic above 0; see the module's text.

    With D(n) = I(n) - I(n-1) and F(n) = I(n)(I(n) - 1) - n D(n), the idle share is D(n) / I(n), the clump F(n) / I(n)^2, and
    both follow from those of n - 1 by sums of positive terms.
    """
    whole = math.floor(servers)
    part = servers - whole
    blocking, before, idle, clump = 1.0, 1.0, 0.0, 0.0
    if part:
        blocking, before, idle, clump = _foot(part, traffic)
    for step in range(1, whole + 1):
        n = part + step
        share = traffic * blocking + n
        ratio = traffic / share
        idle = (1 + (n - 1) * idle) / share
        clump = n / share * (ratio * clump + idle)
        before, blocking = blocking, blocking * ratio
    return Climb(servers, traffic, blocking, before, idle, clump)


def _foot(part: float, traffic: float) -> tuple[float, float, float, float]:
    """Blocking, blocking of one trunk fewer, idle share and clump for a part of a trunk, by integrals."""

    def power(exponent: float, u: float) -> float:
        return math.exp(exponent * math.log1p(u / traffic))

    fewer = laplace(lambda u: power(part - 1, u))
    difference = laplace(lambda u: u * power(part - 1, u)) / traffic
    curved = laplace(lambda u: u * power(part - 2, u)) / traffic
    inverse = 1 + part * fewer / traffic
    near = fewer / traffic / inverse  # each factor stays near 1, where their product might leave the range
    clump = part * (part * near * near + (1 - part) * (curved / inverse) / (traffic * inverse))
    return 1 / inverse, 1 / fewer, difference / inverse, clump


def _inverse(servers: float, traffic: float) -> float:
    """1 / B for a traffic above 0, from -1 servers upward; infinite where B is too small for a double."""
    part = servers - math.floor(servers) if servers >= 0 else servers
    inverse = laplace(lambda u: math.exp(part * math.log1p(u / traffic))) if part else 1.0
    for step in range(1, math.floor(servers - part + 0.5) + 1):
        inverse = 1.0 + inverse * (part + step) / traffic
    return inverse


def erlang_b(servers: float, traffic: float) -> float:
    """Share of attempts lost when `traffic` erlangs are offered to `servers` trunks and lost calls do not come back.

    A. K. Erlang, Solution of some problems in the theory of probabilities of significance in automatic telephone
    exchanges (1917). Holds for any distribution of holding times. Does not apply where blocked callers try again at once
    (extended Erlang B), wait (Erlang C), are few for the trunks (Engset), or where the group takes another group's overflow
    (`overflow.erm_blocking`). A part of a trunk is meant as in `erlang_b_continued`.
    """
    if not (0 <= servers <= MOST_SERVERS and TINY <= traffic <= LARGEST):
        servers, traffic = servers_of(servers), at_least_zero(traffic, "traffic")
        return 0.0 if servers else 1.0  # no traffic: only a group without trunks blocks
    whole = int(servers)
    if whole != servers:
        return 1 / _inverse(servers, traffic)
    inverse = 1.0
    for n in range(1, whole + 1):
        inverse = 1.0 + inverse * n / traffic
    return 1 / inverse


def erlang_b_continued(servers: float, traffic: float) -> float:
    """Erlang B for a number of trunks that need not be whole: 1/B = integral of e^-u (1 + u/A)^N du.

    D. L. Jagerman, Some properties of the Erlang loss function, BSTJ 53 (1974). A part of a trunk is a means of
    calculation, for equivalent groups; it says nothing of a real trunk.
    """
    return erlang_b(servers, traffic)


def erlang_b_traffic(servers: float, gos: float) -> float:
    """The most erlangs that can be offered to `servers` trunks with a blocking of at most `gos`; 0 without a trunk.

    The inverse of `erlang_b`, with its limits. It is solved for the odds B/(1-B), which keep their digits at both ends.
    """
    servers, gos = servers_of(servers), share_of(gos, "gos")
    if servers == 0:
        return 0.0
    return root(lambda a: a / servers / _inverse(servers - 1, a), gos / (1 - gos), max(servers, 1.0))


def erlang_b_trunks(traffic: float, gos: float) -> int:
    """The fewest trunks that carry `traffic` erlangs with a blocking of at most `gos`.

    By the recursion of `erlang_b`, whose limits it has; ITU-T E.520 sizes automatic service so, at 1 % in the mean busy hour.
    """
    traffic, gos = at_least_zero(traffic, "traffic"), share_of(gos, "gos")
    if traffic == 0:
        return 0
    inverse, enough = 1.0, (1 - _ROUNDING) / gos
    for n in range(1, MOST_SERVERS + 1):
        inverse = 1.0 + inverse * n / traffic
        if inverse >= enough:
            return n
    raise ValueError(f"even {MOST_SERVERS:,} trunks would not be enough for {traffic:g} erlangs")


def carried_traffic(servers: float, traffic: float) -> float:
    """Erlangs that `servers` trunks carry of `traffic` offered: A (1 - B), with the limits of `erlang_b`."""
    servers, traffic = servers_of(servers), at_least_zero(traffic, "traffic")
    if servers == 0 or traffic == 0:
        return 0.0
    return servers * (traffic / (traffic / _inverse(servers - 1, traffic) + servers))


def load_on_last_trunk_sequential(servers: float, traffic: float) -> float:
    """Erlangs on the last trunk of a group that is always searched from the first: A (B(N-1) - B(N)).

    What one trunk fewer would lose: ITU-T E.522 calls it the improvement function. It does not tell the load of a trunk
    where the exchange hunts in turn (then all carry the same).
    """
    servers, traffic = servers_of(servers), at_least_zero(traffic, "traffic")
    if servers < 1:
        raise ValueError(f"servers must be at least 1, or there is no last trunk, not {servers:g}")
    if traffic == 0:
        return 0.0
    known = climb(servers, traffic)
    return traffic * known.before * known.idle


def offered_from_carried(servers: float, carried: float) -> float:
    """The erlangs that must have been offered for `servers` trunks to carry `carried`: Y = A (1 - B) solved for A.

    After ITU-T E.501 for a group without another way out, blocked calls not coming back. The nearer `carried` is to
    `servers`, the more a small error of measurement matters: reports do not use it above 90 % (`grade.SATURATED`).
    """
    servers, carried = servers_of(servers), at_least_zero(carried, "carried")
    if carried == 0:
        return 0.0
    if carried >= servers:
        raise ValueError(f"carried must be less than servers ({servers:g}), whatever is offered, not {carried:g}")
    if carried > servers / 2:  # what is idle keeps its digits where what is busy does not
        return root(lambda a: -servers * climb(servers, a).idle, carried - servers, carried)
    return root(lambda a: carried_traffic(servers, a), carried, carried)


def extended_erlang_b_total_offered(servers: float, traffic: float, recall: float) -> float:
    """Erlangs offered in all, first attempts (`traffic`) and repeats, if the share `recall` of blocked calls is tried again.

    Solves A' = A0 + r A' B(N, A'), which has one solution. It takes repeats to come like new calls, at random: not
    so where people press redial within seconds. With `recall` 1 nobody gives up, and no more than `servers` can be served.
    """
    servers, traffic = servers_of(servers), at_least_zero(traffic, "traffic")
    recall = recall_of(recall)
    if recall == 1:
        if traffic >= servers:
            raise ValueError(
                f"if every blocked call is tried again, {servers:g} trunks cannot serve {traffic:g} erlangs: "
                "the repeats grow without end"
            )
        return offered_from_carried(servers, traffic)
    if traffic == 0 or recall == 0:
        return traffic
    return root(lambda a: a * (1 - recall) + recall * carried_traffic(servers, a), traffic, traffic)


def extended_erlang_b(servers: float, traffic: float, recall: float) -> float:
    """Share of all attempts that is lost if the share `recall` of blocked calls is tried again; `traffic` is first attempts.

    Erlang B at the traffic of `extended_erlang_b_total_offered`, with its limits (R. B. Cooper, Introduction to Queueing
    Theory, ch. 5). Some calculators apply the repeats inside each step of the recursion: that is another model, and wrong.
    """
    return erlang_b(servers, extended_erlang_b_total_offered(servers, traffic, recall))


def extended_erlang_b_traffic(servers: float, gos: float, recall: float) -> float:
    """The most erlangs of first attempts with a blocking of at most `gos`, if `recall` of blocked calls is tried again.

    A (1 - r B) with the A of `erlang_b_traffic`; the limits of `extended_erlang_b`.
    """
    return erlang_b_traffic(servers, gos) * (1 - recall_of(recall) * gos)


def recall_of(value: float) -> float:
    """The share of blocked callers who try again, both ends included; ValueError in a sentence."""
    if not 0 <= value <= 1:
        raise ValueError(f"recall must be a share from 0 (nobody tries again) to 1 (everybody does), not {value}")
    return float(value)
