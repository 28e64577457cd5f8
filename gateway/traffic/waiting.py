"""Erlang C: calls that find every server busy wait, and nobody hangs up: the operator position, a queued trunk group.

A. K. Erlang (1917). Needs exponential holding times and calls at random, first come first served. Does not apply where
callers give up (waits are then shorter), and there is no steady state once as much is offered as there are servers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from gateway.traffic.loss import climb
from gateway.traffic.numeric import at_least_zero, servers_of, share_of, smallest


class _Queue(NamedTuple):
    """The share that waits, the share that does not, and how many servers are spare."""

    waits: float
    served: float
    spare: float


def _queue(servers: float, traffic: float) -> _Queue:
    servers, traffic = servers_of(servers), at_least_zero(traffic, "traffic")
    if traffic >= servers:
        raise ValueError(
            f"{servers:g} servers cannot keep up with {traffic:g} erlangs, so the queue would grow without end: "
            "Erlang C needs less traffic than servers"
        )
    if traffic == 0:
        return _Queue(0.0, 1.0, servers)
    known, spare = climb(servers, traffic), servers - traffic
    # N - A + A B; where nearly all of A is lost in B, what is idle says the same without a difference
    idle = spare + traffic * known.blocking
    carried_per_server = traffic / (traffic * known.before + servers)
    served = spare * servers * carried_per_server / traffic / idle
    return _Queue(servers * known.blocking / idle, served, spare)


def erlang_c(servers: float, traffic: float) -> float:
    """Share of calls that have to wait (the module tells source and limits)."""
    return _queue(servers, traffic).waits


def erlang_c_asa(servers: float, traffic: float, holding_s: float) -> float:
    """Average seconds until a call is answered, over all calls: C h / (N - A) (the module tells source and limits)."""
    queue = _queue(servers, traffic)
    return queue.waits * at_least_zero(holding_s, "holding_s") / queue.spare


def erlang_c_queue_length(servers: float, traffic: float) -> float:
    """Calls waiting, on average over the time: C A / (N - A) (the module tells source and limits)."""
    queue = _queue(servers, traffic)
    return queue.waits * traffic / queue.spare


def erlang_c_service_level(servers: float, traffic: float, holding_s: float, target_s: float) -> float:
    """Share of calls answered within `target_s` seconds: 1 - C e^(-(N - A) t / h) (the module tells source and limits)."""
    queue = _queue(servers, traffic)
    holding, target = at_least_zero(holding_s, "holding_s"), at_least_zero(target_s, "target_s")
    if holding == 0:
        raise ValueError("holding_s must be more than 0")
    return queue.served - queue.waits * math.expm1(-queue.spare * target / holding)


def erlang_c_servers(traffic: float, holding_s: float, target_s: float, service_level: float) -> int:
    """The fewest servers that answer the share `service_level` within `target_s` seconds (limits as the module tells)."""
    share_of(service_level, "service_level")
    at_least_zero(traffic, "traffic")

    def enough(servers: int) -> bool:
        if servers <= traffic:
            return False
        return erlang_c_service_level(servers, traffic, holding_s, target_s) >= service_level

    return smallest(enough)
