"""The trunks: how they were used, when they were busiest, whether there are enough, and what if there were others.

Every figure is that of `gateway.traffic.study`, made once for the days; the six reports show different sides of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.instants import SECOND, from_micros, to_micros
from gateway.reports.asking import Asked, report
from gateway.reports.kinds.trunk_tables import (
    busy_hours,
    group_table,
    highest,
    sizes,
    staffed,
    sweep_table,
    trunk_table,
    verdicts,
)
from gateway.reports.periods import WEEKDAYS
from gateway.reports.values import Band, Bars, Column, Heat, Lines, Note, Report, Section
from gateway.store import traffic
from gateway.traffic.busy_hour import days_of, sliding_hour
from gateway.traffic.grade import Grade
from gateway.traffic.intervals import NOTHING, QUARTER, Load
from gateway.traffic.study import Asked as Studied
from gateway.traffic.study import GroupStudy, Study, study
from gateway.web.words import count

_ERLANGS: Final = Column("erlangs", "trunks busy", "erlangs")
#: Days that a forecast looks ahead.
AHEAD_DAYS: Final = 28
#: Days of the past that a forecast rests on, where the report asks for fewer: a year says more than a week.
_BACK: Final = timedelta(days=365)
_MODEL: Final = (
    "Modelled blocking is Erlang B: many independent callers, who give up when all trunks are busy; for a group that takes "
    "the overflow of others it is the equivalent random method."
)


def _study(asked: Asked, connection: Connection, first: date | None = None) -> Study:
    said = Studied(
        first=first or asked.period.first,
        last=asked.period.last,
        zone=asked.period.zone,
        now=to_micros(asked.run_at),
    )
    since, until = said.span
    owner = asked.database.property
    sums = traffic.quarters(connection, owner, since, until)
    return study(said, asked.capacity, sums, traffic.uses(connection, owner, since, until))


def _made(
    asked: Asked,
    connection: Connection,
    found: Study,
    kind: str,
    title: str,
    finding: str,
    sections: Iterable[Section],
    *assumptions: str,
) -> Report:
    notes = [*_warnings(asked, found)]
    told = [f"{one[0].upper()}{one[1:]}." for one in found.assumptions]
    return report(
        asked,
        connection,
        asked.chosen(connection),
        kind=kind,
        title=title,
        finding=finding,
        sections=[*sections, *([Note(title="To be minded", sentences=tuple(notes))] if notes else [])],
        assumptions=(*told, *assumptions),
        by_begin=False,
    )


def _warnings(asked: Asked, found: Study) -> Iterable[str]:
    if not found.groups:
        yield "No trunk was used in these days, and none is in the configuration."
    lacking = [one.group or "(without a name)" for one in found.groups if one.installed is None]
    if lacking:
        yield f"[[trunks]] of the configuration does not know: {', '.join(lacking)}. Its number of trunks is not known."
    if found.unknown and not lacking:
        names = sorted({trunk or "(without a name)" for _, trunk in found.unknown})
        yield f"Trunks that no group of the configuration names: {', '.join(names)}."
    for one in found.groups:
        if one.beyond:
            yield f"{_name(one)}: more trunks were in use at once than there are; look at its times or its configuration."
        if one.changed_at:
            days = ", ".join(f"{from_micros(at).astimezone(asked.period.zone):%Y-%m-%d}" for at in one.changed_at)
            yield f"{_name(one)} changed within these days ({days}); it is held against what it was at their end."
    if found.provisional_from is not None:
        at = from_micros(found.provisional_from).astimezone(asked.period.zone)
        yield f"Figures from {at:%Y-%m-%d %H:%M} on are provisional: calls of that time may not have ended."


def _name(one: GroupStudy) -> str:
    return one.name or one.group or "trunks without a group"


def _busiest(groups: Sequence[GroupStudy]) -> GroupStudy | None:
    return max(groups, key=lambda one: _all(one).busy, default=None)


def _all(one: GroupStudy) -> Load:
    return NOTHING.plus(one.out).plus(one.incoming).plus(one.unknown)


# -- use ------------------------------------------------------------------------------------------------------------


def trunks(asked: Asked, connection: Connection) -> Report:
    """How the trunks were used, group by group and one by one."""
    found = _study(asked, connection)
    since, until = found.asked.span
    sections: list[Section] = [group_table(found.groups, until - since), sweep_table(found.groups)]
    for number, one in enumerate(found.groups):
        sections += [*_occupancies(one, number), trunk_table(one, until - since, f"trunks_{number}", _name(one))]
    return _made(asked, connection, found, "trunks", "Trunk use", _used(found), sections)


def _used(found: Study) -> str:
    busiest = _busiest(found.groups)
    if busiest is None:
        return "No trunk was used in these days."
    whole = _all(busiest)
    peak = f"at most {count(busiest.peak.busy, 'trunk')} at once"
    busy = busiest.all_busy
    full = ""
    if busy is not None:
        times = f"all busy {count(busy.episodes, 'time')}, {busy.time // SECOND} s in all"
        full = f", {times}" if busy.episodes else ", never all busy"
    return f"{_name(busiest)}: {count(whole.seizures, 'seizure')}, {peak}{full}."


def _occupancies(one: GroupStudy, number: int) -> list[Section]:
    shown = [trunk for trunk in one.trunks if trunk.trunk]
    if not shown or len(shown) > 40:
        return []
    return [
        Bars(
            name=f"occupancy_{number}",
            title=f"Occupancy of each trunk, {_name(one)}",
            sentence="Trunks that do much less than their neighbours may be dead, or stand last in the hunt.",
            measure=Column("occupancy", "occupancy", "percent"),
            series=("occupancy",),
            labels=tuple(trunk.trunk for trunk in shown),
            heading="trunk",
            values=tuple((round(100 * trunk.occupancy, 2),) for trunk in shown),
            lying=True,
        )
    ]


# -- hours ----------------------------------------------------------------------------------------------------------


def busy_hour(asked: Asked, connection: Connection) -> Report:
    """The busy hour by each definition, and the ten highest days."""
    found = _study(asked, connection)
    sections: list[Section] = [busy_hours(found.groups, _name)]
    for number, one in enumerate(found.groups):
        sections.append(highest(one, f"highest_{number}", _name(one)))
    busiest = _busiest(found.groups)
    hour = busiest.busy.time_consistent if busiest is not None else None
    if busiest is None or hour is None or hour.minute is None:
        finding = "No trunk was used in these days."
    else:
        at = f"{hour.minute // 60:02d}:{hour.minute % 60:02d}"
        finding = f"{_name(busiest)} is busiest from {at} on, with {hour.erlangs:.2f} trunks busy on average."
    words = "Every hour is made of four quarter hours; docs/traffic.md says when to take which definition."
    return _made(asked, connection, found, "busy-hour", "Busy hour", finding, sections, words)


def heat(asked: Asked, connection: Connection) -> Report:
    """Weekday by hour, group by group."""
    found = _study(asked, connection)
    sections: list[Section] = [_heat(one, number) for number, one in enumerate(found.groups) if one.heat]
    busiest = _busiest(found.groups)
    finding = "No trunk was used in these days."
    if busiest is not None and busiest.heat:
        place = max(busiest.heat, key=lambda one: busiest.heat[one])
        finding = (
            f"{_name(busiest)} is busiest on {WEEKDAYS[place[0]]} from {place[1]:02d}:00 to {place[1] + 1:02d}:00, with "
            f"{busiest.heat[place]:.2f} trunks busy on average."
        )
    return _made(asked, connection, found, "heat", "Trunks by weekday and hour", finding, sections)


def _heat(one: GroupStudy, number: int) -> Heat:
    top = max(one.heat, key=lambda place: one.heat[place])
    return Heat(
        name=f"heat_{number}",
        title=f"Trunks busy by weekday and hour, {_name(one)}",
        sentence=f"The busiest hour, outlined, is {WEEKDAYS[top[0]]} {top[1]:02d}:00 with {one.heat[top]:.2f} trunks busy.",
        measure=_ERLANGS,
        rows=WEEKDAYS,
        columns=tuple(f"{hour:02d}" for hour in range(24)),
        heading="day",
        values=tuple(tuple(one.heat.get((day, hour)) for hour in range(24)) for day in range(7)),
        outlined=top,
    )


# -- enough? --------------------------------------------------------------------------------------------------------


def grade(asked: Asked, connection: Connection) -> Report:
    """Measured, modelled and wanted side by side, and how many trunks would do."""
    found = _study(asked, connection)
    told = [_judged(one, one.grade) for one in found.groups if one.grade is not None]
    finding = " ".join(told) or "No group of the configuration was used: [[trunks]] says how many trunks each has."
    sections: list[Section] = [verdicts(found.groups, _name)]
    return _made(asked, connection, found, "grade", "Grade of service", finding, sections, _MODEL)


def _judged(one: GroupStudy, found: Grade) -> str:
    target = f"P.{round(100 * found.target):02d}" if found.target >= 0.01 else f"{found.target:g}"
    if found.surplus is None:
        return f"{_name(one)} is saturated: it needs more trunks, and what was offered to it is not known."
    if found.surplus < 0:
        return f"{_name(one)} needs {count(-found.surplus, 'trunk')} more for {target}."
    if found.surplus > 0:
        return f"{_name(one)} needs {count(found.surplus, 'trunk')} fewer for {target}."
    return f"{_name(one)} has as many trunks as {target} asks for."


def what_if(asked: Asked, connection: Connection) -> Report:
    """Five trunks fewer to five more, with traffic as it is and grown; people at the operator position."""
    found = _study(asked, connection)
    sections: list[Section] = []
    for number, one in enumerate(found.groups):
        if one.grade is not None and one.installed is not None and not one.grade.offered.saturated:
            sections.append(sizes(one.grade, f"sizes_{number}", _name(one)))
    sections += staffed(found.groups)
    graded = [one for one in found.groups if one.grade is not None]
    finding = " ".join(_returned(one, one.grade) for one in graded if one.grade is not None)
    finding = finding or "No group of the configuration was used: [[trunks]] says how many trunks each has."
    words = "Growth is of the traffic offered in the time-consistent busy hour. No price of a trunk is known to this program."
    return _made(asked, connection, found, "what-if", "What if", finding, sections, _MODEL, words)


def _returned(one: GroupStudy, found: Grade) -> str:
    if found.surplus is None:
        return f"{_name(one)} is saturated, so nothing can be said of other sizes."
    if found.surplus > 0 and found.for_target is not None:
        spare = found.trunks - max(1, found.for_target)
        return f"{_name(one)}: {count(spare, 'trunk')} could be given back with the target still met."
    return f"{_name(one)}: none can be given back."


# -- forecast -------------------------------------------------------------------------------------------------------


def forecast(asked: Asked, connection: Connection) -> Report:
    """Where the busy hour of each day is going, from up to a year of days before the last of these."""
    begin = min(asked.period.first, asked.period.last - _BACK)
    found = _study(asked, connection, _begun(asked, connection, begin))
    days = _daily(asked, connection, found)
    sections: list[Section] = []
    told: list[str] = []
    for number, one in enumerate(found.groups):
        sections.append(_forecast(asked, one, days[one.group], number))
        told.append(_expected(one))
    words = (
        "The forecast is a straight trend with a level for each weekday, fitted to the sliding busy hour of each day since "
        f"{found.asked.first}; 95 of 100 such days stay in the band. It knows no holidays and no season."
    )
    return _made(asked, connection, found, "forecast", "Forecast", " ".join(told) or _used(found), sections, words)


def _begun(asked: Asked, connection: Connection, begin: date) -> date:
    """The first day of which there are figures: days before the exchange was connected were not days of no traffic."""
    zone = asked.period.zone
    since = Studied(first=begin, last=asked.period.last, zone=zone, now=to_micros(asked.run_at)).span[0]
    sums = traffic.quarters(connection, asked.database.property, since, asked.period.until)
    if not sums:
        return asked.period.first
    first = from_micros(sums[0].quarter).astimezone(zone).date()
    return min(first, asked.period.last)


def _daily(asked: Asked, connection: Connection, found: Study) -> dict[str, dict[date, float]]:
    """The sliding busy hour of each day by group."""
    since, until = found.asked.span
    by_group: dict[str, dict[int, Load]] = {one.group: {} for one in found.groups}
    allowance = found.asked.allowance_s * SECOND
    for row in traffic.quarters(connection, asked.database.property, since, until):
        loads = by_group[asked.capacity.group_of(row.trunk, row.group)]
        longer = row.load._replace(busy=row.load.busy + row.load.unrung * allowance)
        loads[row.quarter] = loads.get(row.quarter, NOTHING).plus(longer)
    return {
        group: {
            day.day: sliding_hour(day).erlangs
            for day in days_of(loads, found.asked.first, found.asked.last, found.asked.zone)
            if day.quarters[-1].since + QUARTER <= found.asked.now
        }
        for group, loads in by_group.items()
    }


def _forecast(asked: Asked, one: GroupStudy, measured: dict[date, float], number: int) -> Lines:
    last = asked.period.last
    ahead = [last + timedelta(days=n) for n in range(1, AHEAD_DAYS + 1)] if one.forecast is not None else []
    shown = [*sorted(measured)[-3 * AHEAD_DAYS :], *ahead]
    expected = {day: one.forecast.on(day) for day in shown} if one.forecast is not None else {}
    values = tuple((measured.get(day), middle.erlangs if (middle := expected.get(day)) else None) for day in shown)
    band = None
    if one.forecast is not None:
        inside = [expected.get(day) if day > last else None for day in shown]
        band = Band(
            "expected",
            tuple(day.low if day else None for day in inside),
            tuple(day.high if day else None for day in inside),
        )
    level = (f"{one.installed.trunks} trunks", float(one.installed.trunks)) if one.installed is not None else None
    return Lines(
        name=f"forecast_{number}",
        title=f"Busy hour of each day, {_name(one)}",
        sentence=_expected(one),
        measure=_ERLANGS,
        series=("measured", "trend"),
        labels=tuple(f"{day.day} {day:%b}" for day in shown),
        heading="day",
        values=values,
        band=band,
        level=level,
    )


def _expected(one: GroupStudy) -> str:
    if one.forecast is None:
        return f"{_name(one)}: too few days for a forecast; it needs each weekday twice."
    a_month = one.forecast.slope * 30
    if not one.forecast.trend_is_clear:
        return f"{_name(one)}: no clear trend; the band says what to expect."
    way = "rises" if a_month > 0 else "falls"
    full = f" It would be full on {one.full_on}." if one.full_on is not None else ""
    return f"{_name(one)}: the busy hour {way} by {abs(a_month):.2f} erlangs a month.{full}"
