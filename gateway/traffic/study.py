"""A study of the trunks over a period: one value that holds every figure, from which pages and exports are drawn alike.

It is made of the sums by quarter hour, of the uses themselves for what cannot be added up (peaks, all-busy times), and of
the trunks that ought to be there. Who does not ask for peaks need not read the uses: the sums alone do for busy hours. Each figure that rests on an assumption says so: `assumptions` is printed with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gateway.instants import SECOND, from_micros
from gateway.traffic.busy_hour import BusyHours, Day, busy_hours, days_of, sliding_hour
from gateway.traffic.capacity import Capacity, Installed
from gateway.traffic.erlang import erlang_b_traffic
from gateway.traffic.forecast import Forecast, fit
from gateway.traffic.grade import Grade, Measured, Offered, grade, offered_to, overflow_from
from gateway.traffic.intervals import (
    HOUR,
    NOTHING,
    QUARTER,
    AllBusy,
    Held,
    Load,
    Peak,
    Sweep,
    last_instant,
    local_hours,
    one_call_a_trunk,
    provisional_from,
    whole_minutes,
    with_allowance,
)
from gateway.traffic.oddities import Holds, Seen, holds_of, of_group, of_trunk
from gateway.traffic.rollup import Sums, TrunkLine
from gateway.traffic.uses import Use

#: Quarter hours of a day that must be over for it to count: two hours, so that there is one from o'clock to o'clock.
LEAST_QUARTERS: Final = 8
#: Seizures of a house on a mean day from which on a day without any is a day that nobody listened.
LEAST_SEIZURES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a study is of: days of the house, both included, seen at `now`, and the seconds to add for untold ringing."""

    first: date
    last: date
    zone: ZoneInfo
    now: int
    allowance_s: int = 12

    @property
    def span(self) -> tuple[int, int]:
        """The instants of the period, not beyond now."""
        until = local_hours(self.last, self.zone)[-1].until
        since = local_hours(self.first, self.zone)[0].since
        return since, max(since, min(until, self.now))


class TrunkStudy(NamedTuple):
    """One trunk: what it did outward, inward and otherwise, the share of the period it was busy, and what is odd about it.

    What the remarks are: `gateway.traffic.oddities`.
    """

    trunk: str
    out: Load
    incoming: Load
    unknown: Load
    occupancy: float
    mean_holding_s: float | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStudy:
    """One group of trunks over the period.

    `peak`, `all_busy` and what else needs the uses is None or empty in a study of sums alone.
    `grade` is of the time-consistent busy hour, None where the configuration does not know the group; `all_busy` is of the
    whole period. `cut` counts calls that had to be cut because their trunk was taken again; `beyond` says that more were in
    use than there are: the times are rough, or the configuration is wrong. `time_at` tells for 0, 1, 2 … trunks how long
    exactly so many were in use, in microseconds; `heat` is the mean number busy by weekday and hour.
    """

    group: str
    installed: Installed | None
    changed_at: tuple[int, ...]
    out: Load
    incoming: Load
    unknown: Load
    remarks: tuple[str, ...]
    trunks: tuple[TrunkStudy, ...]
    whole_days: tuple[Day, ...]
    busy: BusyHours
    grade: Grade | None
    peak: Peak | None
    all_busy: AllBusy | None
    cut: int
    beyond: bool
    whole_minutes: bool
    time_at: tuple[int, ...]
    heat: Mapping[tuple[int, int], float]
    forecast: Forecast | None
    full_on: date | None

    @property
    def name(self) -> str:
        """What people call it."""
        known = self.installed.name if self.installed is not None else self.group
        return known or "trunks without a group"

    @property
    def whole(self) -> Load:
        """Both directions together, and what tells none."""
        return self.out.plus(self.incoming).plus(self.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The trunks of a house over a period; `provisional_from` is the instant from which figures may still grow.

    `unheard` are days on which no trunk of the house was taken at all, where that cannot be chance: the exchange was not
    heard, and the days are left out rather than taken for quiet ones.
    """

    asked: Asked
    groups: tuple[GroupStudy, ...]
    unknown: tuple[tuple[str, str], ...]
    provisional_from: int | None
    unheard: tuple[date, ...]
    assumptions: tuple[str, ...]


def study(asked: Asked, capacity: Capacity, sums: Sums, uses: Sequence[Use] | None) -> Study:
    """Make the study of a period from what the store has of it; `uses` may be those of the same period or more.

    Without uses nothing is said of peaks, all-busy times and what is odd about single holds.
    """
    by_group: dict[str, list[TrunkLine]] = {group: [] for group in capacity.groups}
    for line in sums.lines:
        by_group.setdefault(capacity.group_of(line.trunk, line.group), []).append(line)
    held: dict[str, list[Use]] = {}
    for use in uses or ():
        held.setdefault(capacity.group_of(use.trunk, use.group), []).append(use)
    unheard = _unheard(asked, sums)
    works = {
        name: _Work(
            asked,
            capacity,
            name,
            lines,
            sums.quarters.get(name, {}),
            None if uses is None else held.get(name, []),
            unheard,
        )
        for name, lines in by_group.items()
    }
    offered = {name: work.offered for name, work in works.items()}
    groups = tuple(works[name].study(offered) for name in sorted(works))
    since, until = asked.span
    provisional = provisional_from(asked.now)
    return Study(
        asked=asked,
        groups=groups,
        unknown=tuple(capacity.unknown((line.group, line.trunk) for line in sums.lines)),
        provisional_from=max(since, provisional) if provisional < until else None,
        unheard=tuple(sorted(unheard)),
        assumptions=tuple(_assumptions(asked, sums.lines, groups)),
    )


def _unheard(asked: Asked, sums: Sums) -> frozenset[date]:
    """Days without any seizure in a house that has so many on others that one such day is no chance (under e^-20)."""
    taken: dict[date, int] = {}
    for loads in sums.quarters.values():
        for quarter, load in loads.items():
            day = from_micros(quarter).astimezone(asked.zone).date()
            taken[day] = taken.get(day, 0) + load.seizures
    days = [asked.first + timedelta(days=number) for number in range((asked.last - asked.first).days + 1)]
    heard = [taken[day] for day in days if taken.get(day)]
    if not heard or sum(heard) < LEAST_SEIZURES * len(heard):
        return frozenset()
    return frozenset(day for day in days if not taken.get(day))


def _assumptions(asked: Asked, lines: Iterable[TrunkLine], groups: Iterable[GroupStudy]) -> Iterable[str]:
    yield "a trunk is counted busy from its seizure to its release, ringing included"
    untold = sum(one.load.unrung for one in lines)
    if untold:
        yield f"{untold} calls do not tell their ringing: {asked.allowance_s} seconds were added for each"
    if any(one.whole_minutes for one in groups):
        yield "an exchange tells whole minutes only: peaks and all-busy times are rough"
    if any(one.cut for one in groups):
        yield "calls that overlapped on one trunk were cut where the next began"
    if any(one.grade is not None and one.grade.offered.saturated for one in groups):
        yield "a group above 90 % of its trunks is saturated: what was offered to it is not known"


class _Work:
    """One group while it is worked out."""

    def __init__(
        self,
        asked: Asked,
        capacity: Capacity,
        group: str,
        lines: Sequence[TrunkLine],
        quarters: Mapping[int, Load],
        uses: Sequence[Use] | None,
        unheard: frozenset[date],
    ) -> None:
        self._asked, self._capacity, self._group = asked, capacity, group
        self._quarters, self._uses, self._unheard = quarters, uses or (), unheard
        self._since, self._until = asked.span
        self.installed = capacity.at(group, max(self._since, self._until - 1))
        self._totals: dict[tuple[str, str], Load] = {}
        for one in lines:
            line = (one.trunk, one.direction)
            self._totals[line] = self._totals.get(line, NOTHING).plus(one.load)
        self._days = self._measured_days()
        self.busy = busy_hours(self._days)
        self._held, self._cut = self._possible()
        self._sweep = None if uses is None else Sweep(self._held, self._since, self._until)

    def _measured_days(self) -> list[Day]:
        allowance = self._asked.allowance_s * SECOND
        loads = {
            at: told.longer(told.unrung * allowance) if told.unrung else told for at, told in self._quarters.items()
        }
        days = days_of(loads, self._asked.first, self._asked.last, self._asked.zone)
        heard = (self._past(day) for day in days if day.day not in self._unheard)
        return [day for day in heard if len(day.quarters) >= LEAST_QUARTERS]

    def _past(self, day: Day) -> Day:
        """A day without what is still to come, which was not idle: a day of which hardly anything is over says nothing."""
        if day.quarters and day.quarters[-1].since + QUARTER <= self._until:
            return day
        return Day(day.day, tuple(one for one in day.quarters if one.since + QUARTER <= self._until))

    def _possible(self) -> tuple[list[Held], int]:
        """The uses with their allowance; on a trunk that carries one call at a time, no two at once."""
        allowance = self._asked.allowance_s * SECOND
        members = self.installed.members if self.installed is not None else frozenset()
        made = one_call_a_trunk((use for use in self._uses if use.trunk in members), allowance)
        others = [with_allowance(use, allowance) for use in self._uses if use.trunk not in members]
        return [*made.held, *others], made.cut

    @property
    def offered(self) -> Offered:
        """What was offered in the time-consistent busy hour, by what was carried."""
        return offered_to(self._measured())

    def _measured(self) -> Measured:
        hour = self.busy.time_consistent
        minute = hour.minute if hour is not None else None
        attempts, blocked = self._attempts(minute)
        trunks = self.installed.trunks if self.installed is not None else 0
        return Measured(
            trunks=trunks,
            carried=hour.erlangs if hour is not None else 0.0,
            attempts=attempts,
            blocked=blocked,
            all_busy=self._all_busy_share(self._sweep, trunks, minute) if trunks and self._sweep is not None else None,
        )

    def _attempts(self, minute: int | None) -> tuple[int | None, int | None]:
        """Attempts and those blocked in the busy hours of all days; nothing of an exchange that never told of a blocked one."""
        if not any(load.blocked for load in self._totals.values()):
            return None, None
        hours = [
            day.quarters[place : place + 4]
            for day in self._days
            for place, quarter in enumerate(day.quarters)
            if quarter.minute == minute
        ]
        loads = [quarter.load for four in hours for quarter in four]
        return sum(load.seizures for load in loads), sum(load.blocked for load in loads)

    def study(self, offered: Mapping[str, Offered]) -> GroupStudy:
        """All of the group; `offered` is what each group was offered, for those that take the overflow of others."""
        trunks = self.installed.trunks if self.installed is not None else 0
        days = [day for day in self._days if last_instant(day.day, self._asked.zone) <= self._asked.now]
        forecast = fit({day.day: sliding_hour(day).erlangs for day in days})
        sweep = self._sweep
        peak = sweep.peak() if sweep is not None else None
        ways = self._total("out"), self._total("in"), self._total("unknown")
        return GroupStudy(
            group=self._group,
            installed=self.installed,
            changed_at=tuple(self._capacity.changes(self._group, self._since, self._until)),
            out=ways[0],
            incoming=ways[1],
            unknown=ways[2],
            remarks=tuple(of_group(ways, self.installed)),
            trunks=tuple(self._trunks()),
            whole_days=tuple(days),
            busy=self.busy,
            grade=self._grade(offered),
            peak=peak,
            all_busy=sweep.all_busy(trunks) if trunks and sweep is not None else None,
            cut=self._cut,
            beyond=bool(trunks) and peak is not None and peak.busy > trunks,
            whole_minutes=whole_minutes(self._uses),
            time_at=tuple(sweep.time_at()) if sweep is not None else (),
            heat=_heat(self._days, self._until),
            forecast=forecast,
            full_on=self._full_on(forecast),
        )

    def _full_on(self, forecast: Forecast | None) -> date | None:
        """The first day within a year whose busy hour is expected above what the group may be offered."""
        if forecast is None or self.installed is None or not forecast.trend_is_clear:
            return None
        most = erlang_b_traffic(self.installed.trunks, self.installed.target)
        return forecast.first_above(most, self._asked.last, 366)

    def _total(self, direction: str) -> Load:
        total = NOTHING
        for (_, one), load in self._totals.items():
            if one == direction:
                total = total.plus(load)
        return total

    def _trunks(self) -> Iterable[TrunkStudy]:
        names = {trunk for trunk, _ in self._totals}
        members = self.installed.members if self.installed is not None else frozenset()
        elapsed = self._until - self._since
        holds, seen = holds_of(self._uses), Seen(self._since, self._until, self._asked.zone)
        for trunk in sorted(names | members):
            out, incoming, unknown = (self._totals.get((trunk, way), NOTHING) for way in ("out", "in", "unknown"))
            whole = out.plus(incoming).plus(unknown)
            occupancy = whole.busy / elapsed if elapsed else 0.0
            holding = whole.busy / whole.seizures / SECOND if whole.seizures else None
            ways, held = (out, incoming, unknown), holds.get(trunk, Holds())
            remarks = of_trunk(ways, occupancy, held, self.installed, trunk in members, seen)
            yield TrunkStudy(trunk, out, incoming, unknown, occupancy, holding, tuple(remarks))

    def _grade(self, offered: Mapping[str, Offered]) -> Grade | None:
        if self.installed is None or self.busy.time_consistent is None:
            return None
        firsts = self._firsts(offered)
        return grade(self._measured(), self.installed.target, overflow_from(firsts) if firsts else None)

    def _firsts(self, offered: Mapping[str, Offered]) -> list[tuple[int, float]]:
        """Trunks and offered traffic of the groups whose overflow comes here, if all of them are known."""
        names = self.installed.overflow_of if self.installed is not None else ()
        found = []
        for name in names:
            first = self._capacity.at(name, max(self._since, self._until - 1))
            if first is None or name not in offered or offered[name].saturated:
                return []
            found.append((first.trunks, offered[name].erlangs))
        return found

    def _all_busy_share(self, sweep: Sweep, trunks: int, minute: int | None) -> float:
        """The share of the busy hours of all days in which no trunk was free."""
        begins = [quarter.since for day in self._days for quarter in day.quarters if quarter.minute == minute]
        stretches = sweep.at_least(trunks)
        time = sum(
            max(0, min(one.until, begin + HOUR) - max(one.since, begin)) for begin in begins for one in stretches
        )
        return time / (HOUR * len(begins)) if begins else 0.0


def _heat(days: Iterable[Day], until: int) -> dict[tuple[int, int], float]:
    """Mean erlangs by weekday (Monday is 0) and hour of the clock, over the time there was."""
    busy: dict[tuple[int, int], int] = {}
    elapsed: dict[tuple[int, int], int] = {}
    for day in days:
        for quarter in day.quarters:
            if quarter.since >= until:
                break
            cell = (day.day.weekday(), quarter.minute // 60)
            busy[cell] = busy.get(cell, 0) + quarter.load.busy
            elapsed[cell] = elapsed.get(cell, 0) + QUARTER
    return {cell: busy[cell] / elapsed[cell] for cell in sorted(busy)}
