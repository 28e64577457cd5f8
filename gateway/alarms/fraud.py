"""Calls that look like toll fraud: patterns over the newest calls. Pure; each pattern is one small function.

Whoever breaks into an exchange lets it call abroad and premium numbers that he earns from: many at once, number after
number of a range he has rented, at night and at weekends when nobody looks, by way of a forwarded line, from rooms in which
nobody is, to a country that the house never called. What is seen here are records, and a record comes when a call has
ended: the first alarm comes with the first ended calls of a run, not with its beginning.

A run is told once. Its calls are those of every hour in which the pattern held; what comes later is added to it. When a
person has taken the alarm, only calls that began after that can make a new one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Final, NamedTuple, TypeAlias

from gateway.alarms.fraud_rules import HOUR, RULES
from gateway.alarms.normal import Weeks
from gateway.instants import from_micros

#: Digits at the end of a number that tell the numbers of one range apart: numbers are rented by the thousand.
RANGE_DIGITS: Final = 3
#: Fewer calls abroad in an hour are never unusual for a whole house, whatever was learned.
LEAST_UNUSUAL: Final = 5

Key: TypeAlias = tuple[str, str]


class Call(NamedTuple):
    """A settled call, as far as patterns ask. Instants are microseconds UTC; `cost` is in minor units of the hotel's currency.

    `who` is the room, department or extension, or the trunk that a call from trunk to trunk came in by. `abroad` is also true
    of premium numbers. `country` is the code that was called, and `barred` the list that forbids the number.
    """

    id: int
    began: int
    ended: int
    who: str
    number: str
    place: str
    country: str
    cost: int
    abroad: bool
    tandem: bool = False
    vacant: bool = False
    barred: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on calls look like fraud, by the house's own settings."""

    zone: tzinfo
    currency: str
    decimals: int
    parallel: int
    sequential: int
    off_hours: int
    tandem: int
    new_country: int
    vacant: int
    cost_per_hour: int
    after_from: time
    after_to: time
    off: frozenset[str] = frozenset()


class History(NamedTuple):
    """What was learned: the countries that were called, None where too little is known, and what is usual in an hour."""

    countries: frozenset[str] | None = None
    weeks: Weeks | None = None


class Suspicion(NamedTuple):
    """A pattern that is there: which, about whom, its calls in order, and what it is in words."""

    rule: str
    who: str
    calls: tuple[Call, ...]
    words: str

    @property
    def key(self) -> Key:
        """What a run is known by."""
        return self.rule, self.who


def suspicions(
    calls: Iterable[Call], limits: Limits, history: History, taken: Mapping[Key, int] | None = None
) -> list[Suspicion]:
    """Every pattern that is there. `taken` are the instants at which a person took the alarm of a run."""
    ordered = sorted(calls, key=lambda one: (one.began, one.id))
    seen = _Seen(ordered, limits, history, taken or {})
    return [found for rule, look in _LOOKS.items() if rule not in limits.off for found in look(seen)]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What every pattern looks at."""

    calls: Sequence[Call]
    limits: Limits
    history: History
    taken: Mapping[Key, int]

    def groups(
        self, rule: str, who: Callable[[Call], str], of: Callable[[Call], bool]
    ) -> Iterator[tuple[str, list[Call]]]:
        """The calls that a pattern asks about, by whom it would name, without those before a person took it."""
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            if of(call) and call.began > self.taken.get((rule, name := who(call)), -1):
                found.setdefault(name, []).append(call)
        yield from found.items()


def runs(calls: Sequence[Call], reached: Callable[[_Hour], bool]) -> Iterator[tuple[Call, ...]]:
    """The calls of every hour, wherever it begins, in which something is reached; hours that overlap are one run."""
    hour = _Hour()
    begin = end = 0
    for place, call in enumerate(calls):
        hour.add(call)
        if reached(hour):
            first = place - len(hour.calls) + 1
            if end and first >= end:
                yield tuple(calls[begin:end])
                end = 0
            begin, end = (begin if end else first), place + 1
    if end:
        yield tuple(calls[begin:end])


class _Hour:
    """The calls that began in the last hour, with what is counted of them."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque()
        self.numbers: Counter[str] = Counter()
        self.cost = 0

    def add(self, call: Call) -> None:
        """One more; those that began more than an hour before it go."""
        while self.calls and call.began - self.calls[0].began > HOUR:
            gone = self.calls.popleft()
            self.cost -= gone.cost
            self.numbers[gone.number] -= 1
            if not self.numbers[gone.number]:
                del self.numbers[gone.number]
        self.calls.append(call)
        self.numbers[call.number] += 1
        self.cost += call.cost


def _abroad(call: Call) -> bool:
    return call.abroad and not call.tandem


def _who(call: Call) -> str:
    return call.who


def _parallel(seen: _Seen) -> Iterator[Suspicion]:
    """Many calls abroad at once by one telephone, which has but one ear."""
    for who, calls in seen.groups("parallel", _who, _abroad):
        crowd = list(_crowded(calls, seen.limits.parallel))
        for run in runs(crowd, lambda _hour: True):
            most = seen.limits.parallel
            yield Suspicion("parallel", who, run, f"{who} had {most} or more calls abroad at once")


def _crowded(calls: Sequence[Call], most: int) -> Iterator[Call]:
    """Calls that were at some instant among at least so many."""
    active: list[Call] = []
    told: set[int] = set()
    for call in calls:
        active = [one for one in active if one.ended > call.began][-most * 4 :]
        active.append(call)
        if len(active) >= most:
            told |= {one.id for one in active}
    return (call for call in calls if call.id in told)


def _sequential(seen: _Seen) -> Iterator[Suspicion]:
    """Number after number of one range abroad, whoever dials: a rented range earns by each call."""

    def range_of(call: Call) -> str:
        return f"{call.number[:-RANGE_DIGITS]}{'x' * RANGE_DIGITS}"

    least = seen.limits.sequential
    for numbers, calls in seen.groups("sequential", range_of, lambda one: one.abroad and len(one.number) > 8):
        for run in runs(calls, lambda hour: len(hour.numbers) >= least):
            many = len({call.number for call in run})
            yield Suspicion("sequential", numbers, run, f"{many} numbers of the range {numbers} were dialled")


def _off_hours(seen: _Seen) -> Iterator[Suspicion]:
    """Many calls abroad when nobody is there to see them."""
    limits = seen.limits
    for who, calls in seen.groups("off_hours", _who, lambda one: _abroad(one) and is_off_hours(one.began, limits)):
        for run in runs(calls, lambda hour: len(hour.calls) >= limits.off_hours):
            yield Suspicion("off_hours", who, run, f"{who} called abroad again and again at night or at the weekend")


def is_off_hours(at: int, limits: Limits) -> bool:
    """Whether an instant is after hours by the hotel's clock, or at the weekend."""
    local: datetime = from_micros(at).astimezone(limits.zone)
    begin, end, now = limits.after_from, limits.after_to, local.time()
    night = begin <= now < end if begin < end else now >= begin or now < end
    return night or local.weekday() >= 5


def _tandem(seen: _Seen) -> Iterator[Suspicion]:
    """Calls that came in and went straight out again, abroad: a forwarded line, or a door left open."""
    least = seen.limits.tandem
    for who, calls in seen.groups("tandem", _who, lambda one: one.tandem and one.abroad):
        for run in runs(calls, lambda hour: len(hour.calls) >= least):
            yield Suspicion("tandem", who, run, f"calls that came in by {who} were sent abroad, trunk to trunk")


def _new_country(seen: _Seen) -> Iterator[Suspicion]:
    """A country that nobody of the house called before, and now several times."""
    known, least = seen.history.countries, seen.limits.new_country
    if known is None:
        return
    for code, calls in seen.groups(
        "new_country",
        lambda one: one.country,
        lambda one: one.abroad and bool(one.country) and one.country not in known,
    ):
        for run in runs(calls, lambda hour: len(hour.calls) >= least):
            place = run[0].place or code
            yield Suspicion("new_country", code, run, f"{place} ({code}) was called, which nobody called before")


def _cost(seen: _Seen) -> Iterator[Suspicion]:
    """More money in an hour than anybody talks away."""
    for who, calls in seen.groups("cost", _who, lambda one: one.cost > 0):
        for run in runs(calls, lambda hour: hour.cost >= seen.limits.cost_per_hour):
            yield Suspicion("cost", who, run, f"the calls of {who} cost more in an hour than is allowed")


def _vacant(seen: _Seen) -> Iterator[Suspicion]:
    """Calls abroad from a room in which, by the PMS, nobody is."""
    least = seen.limits.vacant
    for who, calls in seen.groups("vacant", _who, lambda one: one.vacant and _abroad(one)):
        for run in runs(calls, lambda hour: len(hour.calls) >= least):
            yield Suspicion("vacant", who, run, f"{who} called abroad, and by the PMS nobody is in the room")


def _barred(seen: _Seen) -> Iterator[Suspicion]:
    """A number that is on a list of barred ones."""
    for who, calls in seen.groups("barred", _who, lambda one: bool(one.barred)):
        for run in runs(calls, lambda _hour: True):
            yield Suspicion("barred", who, run, f'{who} called a number on the list "{run[0].barred}"')


def _unusual(seen: _Seen) -> Iterator[Suspicion]:
    """More calls abroad in an hour than the house usually makes at that hour of the week."""
    weeks = seen.history.weeks
    if weeks is None:
        return
    hours: dict[int, list[Call]] = {}
    for _, calls in seen.groups("unusual", lambda _: "the house", lambda one: one.abroad):
        for call in calls:
            hours.setdefault(call.began // HOUR, []).append(call)
    for hour, calls in hours.items():
        usual = weeks.normal(hour)
        if usual is not None and len(calls) > usual.most and len(calls) >= LEAST_UNUSUAL:
            yield Suspicion(
                "unusual", "the house", tuple(calls), f"{len(calls)} calls abroad within one hour; {usual.words}"
            )


_LOOKS: Final[Mapping[str, Callable[[_Seen], Iterator[Suspicion]]]] = {
    "barred": _barred,
    "vacant": _vacant,
    "parallel": _parallel,
    "sequential": _sequential,
    "tandem": _tandem,
    "off_hours": _off_hours,
    "new_country": _new_country,
    "cost": _cost,
    "unusual": _unusual,
}
assert _LOOKS.keys() == RULES.keys()
