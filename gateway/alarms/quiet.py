"""How long a silence is normal, learned from what came in the same hour of the same weekday. Pure.

A fixed time is too long for a busy morning and too short for a night in November. So a silence is measured in what it
swallowed: how many records usually come in the hours that it lasted. When it swallowed `MISSED` of them, it is no longer
chance (a steady trickle leaves such a gap once in some twenty thousand). A quiet night adds next to nothing, so nobody is
woken; a hotel with twenty calls a day is told within the same day.

The normal is the mean of each hour of the week over the last `WEEKS` weeks before the silence began, without the busiest
of those hours: a congress is not a normal. What was learned ends where the silence begins, so that a silence never
teaches that silence is normal. With less history than `LEAST_DAYS` days and `LEAST_COUNT` records, a plain
`UNLEARNED` applies.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

#: Weeks that are learned from: a season, but not the whole year.
WEEKS: Final = 8
#: Days of history, and records in them, from which a normal is learned.
LEAST_DAYS: Final = 14
LEAST_COUNT: Final = 50
#: Usual records that a silence must have swallowed. Records come in clusters, so ten and not five.
MISSED: Final = 10.0
#: No silence is shorter than this, however busy the hour.
LEAST_SILENCE: Final = timedelta(minutes=30)
#: What is too long while nothing has been learned.
UNLEARNED: Final = timedelta(hours=24)

_SLOTS: Final = 7 * 24
_HOUR: Final = 3600
#: Hours of silence that are added up at most: a quarter of a year, of which nobody needs the exact expectation.
_LONGEST_LOOK: Final = 92 * 24


class Normal(NamedTuple):
    """How many usually come in each hour of the week, Monday 00:00 first, in the hotel's zone."""

    rates: tuple[float, ...]


def hour_of(moment: datetime) -> int:
    """The hour an instant lies in, counted from 1970 in UTC."""
    return math.floor(moment.timestamp()) // _HOUR


def learn(counts: Mapping[int, int], until: int, zone: tzinfo) -> Normal | None:
    """The normal of the weeks before hour `until`; None for want of history. `counts` are by hour; an absent one is 0."""
    known = [hour for hour in counts if hour < until]
    if not known:
        return None
    first = max(min(known), until - WEEKS * _SLOTS)
    if until - first < LEAST_DAYS * 24 or sum(counts[hour] for hour in known if hour >= first) < LEAST_COUNT:
        return None
    seen: list[list[int]] = [[] for _ in range(_SLOTS)]
    for hour in range(first, until):
        seen[_slot(hour, zone)].append(counts.get(hour, 0))
    return Normal(tuple(map(_mean, seen)))


def _mean(hours: list[int]) -> float:
    """The mean without the busiest, where there are enough to spare one."""
    kept = sorted(hours)[:-1] if len(hours) >= 3 else hours
    return sum(kept) / len(kept) if kept else 0.0


def _slot(hour: int, zone: tzinfo) -> int:
    local = datetime.fromtimestamp(hour * _HOUR, UTC).astimezone(zone)
    return local.weekday() * 24 + local.hour


def expected(normal: Normal, since: datetime, now: datetime, zone: tzinfo) -> float:
    """How many usually come between two instants."""
    begin, end = since.timestamp() / _HOUR, now.timestamp() / _HOUR
    begin = max(begin, end - _LONGEST_LOOK)
    total, at = 0.0, begin
    while at < end:
        hour = math.floor(at)
        upto = min(end, hour + 1.0)
        total += normal.rates[_slot(hour, zone)] * (upto - at)
        at = upto
    return total


def too_long(normal: Normal | None, since: datetime, now: datetime, zone: tzinfo) -> bool:
    """Whether a silence that began at `since` is longer than normal."""
    if now - since < LEAST_SILENCE:
        return False
    if normal is None:
        return now - since >= UNLEARNED
    return expected(normal, since, now, zone) >= MISSED
