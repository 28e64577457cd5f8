"""The traffic formulas by the names of the reference table, in one place; each tells its source and its limits.

Arguments are given by name: `servers`, `traffic` (offered erlangs), `gos` (a blocking not to be passed), and what a
formula asks beside. Servers need not be whole. What is outside a formula's domain raises ValueError with a sentence.
docs/traffic.md explains which formula to take.
"""

from __future__ import annotations

from typing import Final

from gateway.traffic.finite import (
    engset_call_congestion,
    engset_carried,
    engset_time_congestion,
    engset_traffic_congestion,
)
from gateway.traffic.loss import (
    carried_traffic,
    erlang_b,
    erlang_b_continued,
    erlang_b_traffic,
    erlang_b_trunks,
    extended_erlang_b,
    extended_erlang_b_total_offered,
    extended_erlang_b_traffic,
    load_on_last_trunk_sequential,
    offered_from_carried,
    recall_of,
)
from gateway.traffic.numeric import at_least_zero, share_of, smallest
from gateway.traffic.overflow import (
    equivalent_random,
    erm_blocking,
    erm_trunks,
    hayward_blocking,
    overflow_mean,
    overflow_peakedness,
    overflow_variance,
    wilkinson_gamma_mean_blocking,
    wilkinson_gamma_traffic,
)
from gateway.traffic.poisson import poisson_blocking, poisson_traffic, poisson_trunks
from gateway.traffic.waiting import (
    erlang_c,
    erlang_c_asa,
    erlang_c_queue_length,
    erlang_c_servers,
    erlang_c_service_level,
)

__all__ = [
    "erlang_b",
    "erlang_b_continued",
    "erlang_b_traffic",
    "erlang_b_trunks",
    "carried_traffic",
    "load_on_last_trunk_sequential",
    "offered_from_carried",
    "extended_erlang_b",
    "extended_erlang_b_total_offered",
    "extended_erlang_b_traffic",
    "extended_erlang_b_trunks",
    "erlang_c",
    "erlang_c_asa",
    "erlang_c_queue_length",
    "erlang_c_service_level",
    "erlang_c_servers",
    "engset_time_congestion",
    "engset_call_congestion",
    "engset_traffic_congestion",
    "engset_carried",
    "engset_trunks",
    "poisson_blocking",
    "poisson_traffic",
    "poisson_trunks",
    "overflow_mean",
    "overflow_peakedness",
    "overflow_variance",
    "equivalent_random",
    "erm_blocking",
    "erm_trunks",
    "hayward_blocking",
    "wilkinson_gamma_mean_blocking",
    "wilkinson_gamma_traffic",
    "erlang_to_ccs",
    "ccs_to_erlang",
]

#: Hundreds of call seconds in an hour of one busy trunk.
CCS_PER_ERLANG: Final = 36


def erlang_to_ccs(traffic: float) -> float:
    """Hundreds of call seconds per hour (CCS): 36 to the erlang, by the definition of both. Not for a half hour, where a busy trunk is 18 CCS."""
    return at_least_zero(traffic, "traffic") * CCS_PER_ERLANG


def ccs_to_erlang(ccs: float) -> float:
    """Erlangs of hundreds of call seconds per hour; it does not apply to CCS counted over another time than an hour."""
    return at_least_zero(ccs, "ccs") / CCS_PER_ERLANG


def extended_erlang_b_trunks(traffic: float, gos: float, recall: float) -> int:
    """The fewest trunks that lose at most `gos` of all attempts; source and limits as in `extended_erlang_b`.

    Where just `gos` is lost, first attempts and repeats together are A0 / (1 - r gos): trunks for that, by Erlang B.
    """
    traffic, gos = at_least_zero(traffic, "traffic"), share_of(gos, "gos")
    return erlang_b_trunks(traffic / (1 - recall_of(recall) * gos), gos)


def engset_trunks(sources: float, beta_per_idle_source: float, gos: float) -> int:
    """The fewest trunks that lose at most `gos` of the attempts of so many sources; source and limits as in `finite`."""
    share_of(gos, "gos")
    if at_least_zero(beta_per_idle_source, "beta_per_idle_source") == 0:
        return 0
    return smallest(lambda n: engset_call_congestion(n, sources, beta_per_idle_source) <= gos)
