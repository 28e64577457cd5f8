"""What is usual in an hour of the week, learned from past weeks. Pure.

Calls come in heaps, so a mean says little and a single congress spoils it. The middle of what past weeks had in the same
hour of the same weekday and the hours on either side of it is taken (the median), and how far the weeks usually lie from
it (the median of the distances, brought to the measure of a standard deviation). What lies beyond four of these is not
usual. Counts of a few scatter by chance alone, so the spread is never taken for less than the root of the median, nor
for less than one: where nobody ever calls at night, four calls are still nothing to report.

Nothing is said of an hour that fewer than `LEAST_WEEKS` weeks were seen of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from statistics import median
from typing import Final, NamedTuple

#: Weeks that are learned from: a season, but not the whole year.
WEEKS: Final = 8
#: Weeks of history without which nothing is learned.
LEAST_WEEKS: Final = 4
#: Spreads beyond the median from which an hour is not usual.
FAR: Final = 4.0
#: What the median of distances is multiplied with to be a standard deviation, were the counts spread normally.
_TO_DEVIATION: Final = 1.4826
_HOUR: Final = 3600
_WEEK: Final = 7 * 24
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Normal(NamedTuple):
    """The most that is usual in an hour, what it was learned from, and that in words."""

    most: int
    middle: float
    weeks: int
    words: str


class Weeks:
    """Counts by hour since 1970 UTC, learned from before hour `until`; an absent hour is one in which nothing came."""

    def __init__(self, counts: Mapping[int, int], since: int, until: int, zone: tzinfo) -> None:
        self._counts, self._zone = counts, zone
        self._since, self._until = since, until

    def normal(self, hour: int) -> Normal | None:
        """What is usual in an hour, by the weeks before it; None for want of history."""
        seen: list[int] = []
        weeks = 0
        for back in range(1, WEEKS + 1):
            # By the clock on the wall: a night call is one at the same hour, also on either side of a change of the clocks.
            same = self._same_hour(hour, back)
            if self._since <= same - 1 and same + 1 < min(self._until, hour):
                weeks += 1
                seen += [self._counts.get(same + beside, 0) for beside in (-1, 0, 1)]
        if weeks < LEAST_WEEKS:
            return None
        middle = median(seen)
        spread = max(_TO_DEVIATION * median(abs(one - middle) for one in seen), math.sqrt(middle), 1.0)
        most = math.floor(middle + FAR * spread)
        local = datetime.fromtimestamp(hour * _HOUR, UTC).astimezone(self._zone)
        words = f"normal on a {_DAYS[local.weekday()]} at {local:%H}:00 is at most {most}, by the last {weeks} weeks"
        return Normal(most, middle, weeks, words)

    def _same_hour(self, hour: int, back: int) -> int:
        now = datetime.fromtimestamp(hour * _HOUR, UTC).astimezone(self._zone)
        then = datetime.fromtimestamp((hour - back * _WEEK) * _HOUR, UTC).astimezone(self._zone)
        before, after = now.utcoffset(), then.utcoffset()
        assert before is not None
        assert after is not None
        return hour - back * _WEEK + int((before - after).total_seconds()) // _HOUR
