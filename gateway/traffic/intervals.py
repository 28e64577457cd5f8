"""From uses of trunks to figures of time: busy time by quarter hour, how many at once, when all were busy.

Times are whole microseconds and half open: a trunk is busy from `since` until before `until`, so a call that begins in the
instant in which another ends does not make two. Every instant of a use is counted once, in the interval it lies in: nothing
is rounded, so parts add up to their whole. Quarter hours are those of UTC, which can be put together to the hours of any
time zone in use (all are whole quarters away from UTC), also where a day has 23 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import compress, count, islice, zip_longest
from operator import gt
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gateway.instants import SECOND, from_micros, to_micros
from gateway.traffic.uses import Use

QUARTER: Final = 900 * SECOND
HOUR: Final = 4 * QUARTER
#: Records come when a call ends: what happened within this of now may still grow.
PROVISIONAL: Final = HOUR


class Load(NamedTuple):
    """What trunks did in an interval: seizures that began in it, how many were answered, and the busy time within it.

    `unrung` counts the seizures whose ringing the exchange did not tell: their time is short by a stated allowance each.
    `blocked` counts attempts that found no trunk free; they are among the seizures, for people mean all attempts.
    """

    seizures: int = 0
    answered: int = 0
    busy: int = 0
    unrung: int = 0
    blocked: int = 0

    def plus(self, other: Load) -> Load:
        """Both together."""
        one, two, three, four, five = other
        return Load(
            self.seizures + one, self.answered + two, self.busy + three, self.unrung + four, self.blocked + five
        )

    def longer(self, by: int) -> Load:
        """With so much more busy time."""
        one, two, three, four, five = self
        return Load(one, two, three + by, four, five)


NOTHING: Final = Load()


def quarter_of(instant: int) -> int:
    """The beginning of the quarter hour that an instant lies in."""
    return instant - instant % QUARTER


def apportioned(use: Use) -> Iterator[tuple[int, Load]]:
    """The quarter hours that a use touches, each with its share; the seizure counts in the first."""
    since, until = use.since, use.until
    quarter = since - since % QUARTER
    end = quarter + QUARTER
    yield quarter, Load(1, use.answered, min(until, end) - since, use.unrung, use.blocked)
    while until > end:
        quarter, end = end, end + QUARTER
        yield quarter, Load(0, 0, min(until, end) - quarter)


class Held(NamedTuple):
    """A stretch of time on a trunk: what the sweeps need of a use."""

    since: int
    until: int


class Peak(NamedTuple):
    """The most trunks in use at once, when that was first so, and for how long in all."""

    busy: int
    first: int | None
    time: int


class AllBusy(NamedTuple):
    """How long, how often, and at the longest how long and from when all trunks were busy.

    `at_start` says that it was so already when the period began.
    """

    time: int
    episodes: int
    longest: int
    at_start: bool
    longest_at: int | None


class Sweep:
    """Uses within a span, ready to be asked how many there were at once: exact, whatever the resolution.

    With beginnings and ends each sorted, at least n are in use at t if and only if for some i the i-th beginning is not after t
    and the (i - n + 1)-th end is: n - 1 of those that began may still be there. So the stretches with n in use are found
    by laying the two lists beside each other, n - 1 places apart.
    """

    def __init__(self, held: Iterable[tuple[int, int]], since: int, until: int) -> None:
        within = [
            (max(since, begin), min(until, end)) for begin, end in held if begin < end and begin < until and end > since
        ]
        self.since, self.until = since, until
        self._begins = sorted([begin for begin, _ in within])
        self._ends = sorted([end for _, end in within])

    def at_least(self, trunks: int) -> list[Held]:
        """The stretches in which at least so many trunks were in use, in order, none touching the next."""
        if trunks < 1:
            raise ValueError(f"a group has at least one trunk, not {trunks}")
        found: list[Held] = []
        for begin, end in zip(self._begins[trunks - 1 :], self._ends, strict=False):
            if end <= begin:
                continue
            if found and begin <= found[-1].until:
                found[-1] = Held(found[-1].since, end)
            else:
                found.append(Held(begin, end))
        return found

    def most(self) -> int:
        """The most trunks in use at once: one passage over the uses, whatever the number."""
        busy = place = 0
        while True:
            ends, begins = islice(self._ends, place - busy, None), islice(self._begins, place, None)
            further = next(compress(count(place), map(gt, ends, begins)), None)
            if further is None:
                return busy
            busy += 1
            place = max(further, busy)

    def peak(self) -> Peak:
        """The most trunks in use at once, the first time and for how long."""
        most = self.most()
        stretches = self.at_least(most) if most else []
        return Peak(most, stretches[0].since if stretches else None, _length(stretches))

    def all_busy(self, trunks: int) -> AllBusy:
        """Time and count of the stretches in which a group of so many trunks had none free."""
        stretches = self.at_least(trunks)
        if not stretches:
            return AllBusy(0, 0, 0, False, None)
        longest = max(stretches, key=lambda one: (one.until - one.since, -one.since))
        at_start = stretches[0].since == self.since
        return AllBusy(_length(stretches), len(stretches), longest.until - longest.since, at_start, longest.since)

    def time_at(self) -> list[int]:
        """For 0, 1, 2 … trunks, how long exactly so many were in use: the picture of the headroom."""
        least = [self.until - self.since]
        least += [_length(self.at_least(trunks)) for trunks in range(1, self.most() + 1)]
        return [time - more for time, more in zip(least, [*least[1:], 0], strict=True)]


def _length(stretches: Iterable[Held]) -> int:
    return sum(one.until - one.since for one in stretches)


class Clamped(NamedTuple):
    """Uses made possible, and how many had to be cut: a flag on every figure that rests on them."""

    held: list[Held]
    cut: int


def one_call_a_trunk(uses: Iterable[Use], allowance: int = 0) -> Clamped:
    """Uses, with their allowance, cut so that no named trunk carries two calls at once.

    Exchanges that write the minute in which a call ended, and its length in tenths of a minute, make neighbours overlap
    that never met: a group of 24 trunks then shows 31 in use. A trunk is let go at the latest when the next call takes it.
    Only what overlaps without the allowance counts as cut: that is a fault of the records.
    """
    by_trunk: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for use in uses:
        until = use.until + allowance if use.unrung else use.until
        by_trunk.setdefault((use.group, use.trunk), []).append((use.since, until, use.until))
    held: list[Held] = []
    cut = 0
    for (_, trunk), several in by_trunk.items():
        several.sort()
        nexts = [since for since, _, _ in several[1:]] if trunk else []
        for (since, until, told), following in zip_longest(several, nexts):
            if following is None or following >= until:
                held.append(Held(since, until))
            else:
                cut += following < told
                held.append(Held(since, following))
    return Clamped(held, cut)


def with_allowance(use: Use, allowance: int) -> Held:
    """A use with the stated time for dialling and ringing, where the exchange does not tell it."""
    return Held(use.since, use.until + (allowance if use.unrung else 0))


def whole_minutes(uses: Iterable[Use]) -> bool:
    """True if the exchange's times are of whole minutes: peaks and all-busy times are then rough. Needs ten uses to say so."""
    begins = [use.since for use in uses]
    return len(begins) >= 10 and all(begin % (60 * SECOND) == 0 for begin in begins)


class LocalHour(NamedTuple):
    """One hour of a day as the house's clocks show it; `offset` (seconds east of UTC) tells a repeated one from its twin.

    `since` and `until` are its instants; where the clocks change within it, it lasts longer or shorter than an hour.
    """

    day: date
    hour: int
    offset: int
    since: int
    until: int


def local_hours(day: date, zone: ZoneInfo) -> list[LocalHour]:
    """The hours of a local day in order: 24 as a rule, 23 or 25 where the clocks change."""
    at, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    hours: list[LocalHour] = []
    while at < end:
        local = from_micros(at).astimezone(zone)
        offset = int((local.utcoffset() or timedelta()).total_seconds())
        last = hours[-1] if hours else None
        if last is not None and (last.hour, last.offset) == (local.hour, offset):
            hours[-1] = last._replace(until=at + QUARTER)
        else:
            hours.append(LocalHour(day, local.hour, offset, at, at + QUARTER))
        at += QUARTER
    return hours


def last_instant(day: date, zone: ZoneInfo) -> int:
    """The instant at which a local day is over."""
    return _midnight(day + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day; where midnight does not exist, the first that does."""
    at = to_micros(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC))
    while from_micros(at).astimezone(zone).date() < day:
        at += QUARTER
    return at


def provisional_from(now: int) -> int:
    """The beginning of the first quarter hour that may still grow, because calls of its time may not have ended."""
    return quarter_of(now - PROVISIONAL)
