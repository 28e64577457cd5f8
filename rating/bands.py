"""Bands of the week: which band an instant falls in, and how a call is cut at their edges.

A band is a stretch of the property's week ("weekdays from 18:00 to 24:00"). The band of an instant is what the clock
on the wall of the property shows at that instant; how long something lasts is counted in absolute seconds. Mixing the
two is the classical mistake on the nights when the clocks change: Python itself subtracts two instants of the same
zone as wall time, and then the call from 02:50 to 02:10 in the autumn lasts minus forty minutes. So instants are
seconds since 1970 here, and the zone is asked only for its offset.

Where a tariff names holidays or dates, a day has a table of its own (see `rating.calendar`) instead of its place in the
week.

On such a night the band function is simply wall time again: an hour that the clock shows twice is in its band twice,
an edge inside the hour that is skipped takes effect at the moment of the jump.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 86_400
WEEK = 7 * DAY
MONDAY_1970 = 4 * DAY
"""The first Monday after the epoch: wall seconds less this, modulo a week, count from Monday 00:00."""

BAND_LIMIT = 24
"""Most bands of one tariff; hotels use two to four. With the limit on talk time it bounds the pieces of a call."""

DAYS_REMEMBERED = 4_096
"""Days whose offset is kept: eleven years of one zone, half a megabyte. To ask the zone costs ten times as much."""


class DayTable(NamedTuple):
    """The bands of one day: from `edges[i]` (seconds since midnight, the first 0) the band is `bands[i]`."""

    edges: tuple[int, ...]
    bands: tuple[int, ...]


class Week(NamedTuple):
    """The bands of a week. `names[0]` is the time outside all bands.

    `edges` are seconds since Monday 00:00 wall time, ascending, the first of them 0; from `edges[i]` to the next edge
    the band is `bands[i]`, an index into `names`. `day`, where there is one, gives the table of a day (counted from
    1970) and takes the place of the week.
    """

    names: tuple[str, ...] = ("",)
    edges: tuple[int, ...] = (0,)
    bands: tuple[int, ...] = (0,)
    day: Callable[[int], DayTable] | None = None


class Stretch(NamedTuple):
    """One band's stretch of the week, in seconds since Monday 00:00; `end` may be as much as a week later."""

    start: int
    end: int


def week_of(stretches: list[tuple[str, list[Stretch]]]) -> Week:
    """Lay named stretches over the week. Stretches must not overlap: see `overlap`."""
    cuts: dict[int, int] = {0: 0}
    pieces = sorted(
        (part.start, part.end, index)
        for index, (_name, parts) in enumerate(stretches, start=1)
        for whole in parts
        for part in _within_the_week(whole)
    )
    for start, end, index in pieces:
        cuts[start] = index
        if end < WEEK:
            cuts.setdefault(end, 0)
    edges = tuple(sorted(cuts))
    return Week(("", *(name for name, _ in stretches)), edges, tuple(cuts[edge] for edge in edges))


def overlap(stretches: list[tuple[str, list[Stretch]]]) -> tuple[str, str] | None:
    """Name two bands that claim the same minute, or None."""
    pieces = sorted(
        (part.start, part.end, name) for name, parts in stretches for whole in parts for part in _within_the_week(whole)
    )
    for (_, end, name), (start, _, other) in zip(pieces, pieces[1:], strict=False):
        if start < end:
            return name, other
    return None


def _within_the_week(stretch: Stretch) -> list[Stretch]:
    if stretch.end <= WEEK:
        return [stretch]
    return [Stretch(stretch.start, WEEK), Stretch(0, stretch.end - WEEK)]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(start: datetime) -> int:
    """Give the seconds since 1970 of an aware time."""
    since = start - _EPOCH
    return since.days * DAY + since.seconds


def band_at(week: Week, zone: ZoneInfo, instant: int) -> int:
    """Tell the band of an instant (seconds since 1970)."""
    return _looked_up(week, instant + _offset(zone, instant))[0]


def pieces(week: Week, zone: ZoneInfo, start: int, seconds: int) -> list[tuple[int, int]]:
    """Cut a stretch of time at the edges of bands: (band, seconds) in order, neighbours of different bands.

    The seconds of the pieces sum to `seconds`.
    """
    found: list[tuple[int, int]] = []
    instant, end = start, start + seconds
    while instant < end:
        band, upto = _band_until(week, zone, instant, end)
        if found and found[-1][0] == band:
            found[-1] = (band, found[-1][1] + upto - instant)
        else:
            found.append((band, upto - instant))
        instant = upto
    return found


def _band_until(week: Week, zone: ZoneInfo, instant: int, end: int) -> tuple[int, int]:
    """Give the band at an instant and how long it lasts: to the next edge, change of the clocks, or `end`."""
    offset = _offset(zone, instant)
    band, lasting = _looked_up(week, instant + offset)
    upto = min(end, instant + lasting)
    if _offset(zone, upto) != offset:
        upto = _clock_change(zone, instant, upto)
    return band, upto


def _looked_up(week: Week, wall: int) -> tuple[int, int]:
    """Give the band at a wall time (in seconds since 1970), and for how many seconds it lasts on that wall."""
    if week.day is None:
        edges, bands, second, whole = week.edges, week.bands, _second_of_week(wall), WEEK
    else:
        (edges, bands), second, whole = week.day(wall // DAY), wall % DAY, DAY
    place = bisect_right(edges, second)
    return bands[place - 1], (edges[place] if place < len(edges) else whole) - second


def _clock_change(zone: ZoneInfo, before: int, after: int) -> int:
    """Find the first second with another offset, by halving; the two ends are at most a week apart."""
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _second_of_week(wall: int) -> int:
    return (wall - MONDAY_1970) % WEEK


def _offset(zone: ZoneInfo, instant: int) -> int:
    """The zone's offset at an instant, in seconds."""
    offset = _offset_of_day(zone, instant // DAY)
    return _offset_asked(zone, instant) if offset is None else offset


@lru_cache(maxsize=DAYS_REMEMBERED)
def _offset_of_day(zone: ZoneInfo, day: int) -> int | None:
    """The offset that holds all through a day of UTC; None for a day in which the clocks change."""
    offset = _offset_asked(zone, day * DAY)
    return offset if _offset_asked(zone, (day + 1) * DAY) == offset else None


def _offset_asked(zone: ZoneInfo, instant: int) -> int:
    delta = datetime.fromtimestamp(instant, zone).utcoffset()
    return 0 if delta is None else delta.days * DAY + delta.seconds
