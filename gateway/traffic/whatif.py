"""What if: a few trunks more or fewer, more traffic, other numbers of people at the operator position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.traffic.capacity import Rent
from gateway.traffic.erlang import (
    erlang_b_trunks,
    erlang_c,
    erlang_c_asa,
    erlang_c_servers,
    erlang_c_service_level,
    load_on_last_trunk_sequential,
)
from gateway.traffic.grade import Offered, modelled

#: How many trunks more and fewer are looked at.
AROUND: Final = 5
#: Growth of the traffic that is looked at, as shares.
GROWTH: Final = (0.0, 0.1, 0.2, 0.3)


class Trunks(NamedTuple):
    """One row of the table: so many trunks, the blocking for each growth, and what the last of them carries.

    `saves` is what the trunks given back save a month in the units of their rent, below 0 for trunks that are added; None
    where the rent is not known.
    """

    trunks: int
    blocking: tuple[float, ...]
    occupancy: float
    last_trunk: float | None
    saves: int | None


def around(trunks: int, offered: Offered, growth: Sequence[float] = GROWTH, rent: Rent | None = None) -> list[Trunks]:
    """The table from five trunks fewer (not below one) to five more, for traffic as it is and grown.

    Growth of overflow traffic grows its mean and variance alike: its peakedness stays.
    """
    if offered.saturated:
        raise ValueError(
            "the group was saturated, so what was offered is not known, and nothing can be said of other sizes"
        )
    rows = []
    for count in range(max(1, trunks - AROUND), trunks + AROUND + 1):
        blocking = tuple(modelled(count, _grown(offered, share)) for share in growth)
        now = modelled(count, offered)
        random = offered.variance is None
        rows.append(
            Trunks(
                trunks=count,
                blocking=blocking,
                occupancy=offered.erlangs * (1 - now) / count,
                last_trunk=load_on_last_trunk_sequential(count, offered.erlangs) if random else None,
                saves=saved(trunks - count, rent),
            )
        )
    return rows


def _grown(offered: Offered, share: float) -> Offered:
    variance = None if offered.variance is None else offered.variance * (1 + share)
    return Offered(offered.erlangs * (1 + share), offered.saturated, variance)


def saved(given_back: int, rent: Rent | None) -> int | None:
    """What trunks given back save a month, in the units of their rent; None where it is not known."""
    return None if rent is None else given_back * rent.minor


def returnable(trunks: int, offered: Offered, target: float) -> int:
    """How many trunks could be given back with the target still met, 0 if none; overflow groups are not judged by this."""
    if offered.saturated or offered.variance is not None:
        return 0
    return max(0, trunks - max(1, erlang_b_trunks(offered.erlangs, target)))


class Position(NamedTuple):
    """So many people at the operator position: who waits, how long on average, and who is answered in time."""

    people: int
    waiting: float
    average_wait_s: float
    service_level: float


def needed_at(calls_an_hour: float, holding_s: float, target_s: float, service_level: float) -> Position:
    """The fewest people who answer the share `service_level` within `target_s` seconds, and how callers fare with them.

    Erlang C: it takes callers to wait without end.
    """
    traffic = calls_an_hour * holding_s / 3600
    people = erlang_c_servers(traffic, holding_s, target_s, service_level)
    return Position(
        people,
        erlang_c(people, traffic),
        erlang_c_asa(people, traffic, holding_s),
        erlang_c_service_level(people, traffic, holding_s, target_s),
    )
