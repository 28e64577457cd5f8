"""The trunks as they were: how they were used, when they were busiest, and whether there are enough.

Every figure is that of `gateway.traffic.study`, made once for the days; the reports show different sides of it.
"""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.reports.asking import Asked
from gateway.reports.kinds.studying import MODEL, busiest, made, studied
from gateway.reports.kinds.trunk_pictures import headroom, occupancies, week
from gateway.reports.kinds.trunk_tables import (
    busy_hours,
    group_table,
    highest,
    sweep_table,
    trunk_table,
    verdicts,
)
from gateway.reports.periods import WEEKDAYS
from gateway.reports.values import Report, Section
from gateway.traffic.saying import lasting, sentence
from gateway.traffic.study import Study
from gateway.web.words import count

_NONE = "No trunk was used in these days."


def trunks(asked: Asked, connection: Connection) -> Report:
    """How the trunks were used, group by group and one by one."""
    found = studied(asked, connection, swept=True)
    since, until = found.asked.span
    sections: list[Section] = [group_table(found.groups, until - since), sweep_table(found.groups)]
    for number, one in enumerate(found.groups):
        pictures = [*headroom(one, number), *occupancies(one, number)]
        sections += [*pictures, trunk_table(one, until - since, f"trunks_{number}")]
    return made(asked, connection, found, "trunks", "Trunk use", _used(found), sections)


def _used(found: Study) -> str:
    one = busiest(found.groups)
    if one is None or one.peak is None:
        return _NONE
    peak = f"at most {count(one.peak.busy, 'trunk')} at once"
    busy = one.all_busy
    full = ""
    if busy is not None:
        often = "once" if busy.episodes == 1 else f"{busy.episodes:,} times"
        times = f"all busy {often}, {lasting(busy.time)} in all"
        full = f", {times}" if busy.episodes else ", never all busy"
    return f"{one.name}: {one.whole.seizures:,} seizures, {peak}{full}."


def busy_hour(asked: Asked, connection: Connection) -> Report:
    """The busy hour by each definition, and the ten highest days."""
    found = studied(asked, connection)
    sections: list[Section] = [busy_hours(found.groups)]
    for number, one in enumerate(found.groups):
        sections.append(highest(one, f"highest_{number}"))
    most = busiest(found.groups)
    hour = most.busy.time_consistent if most is not None else None
    finding = _NONE
    if most is not None and hour is not None and hour.minute is not None:
        at = f"{hour.minute // 60:02d}:{hour.minute % 60:02d}"
        finding = f"{most.name} is busiest from {at} on, with {hour.erlangs:.2f} trunks busy on average."
    words = "Every hour is made of four quarter hours; docs/traffic.md says when to take which definition."
    return made(asked, connection, found, "busy-hour", "Busy hour", finding, sections, words)


def heat(asked: Asked, connection: Connection) -> Report:
    """Weekday by hour, group by group."""
    found = studied(asked, connection)
    sections: list[Section] = [week(one, number) for number, one in enumerate(found.groups) if one.heat]
    most = busiest(found.groups)
    finding = _NONE
    if most is not None and most.heat:
        day, hour = max(most.heat, key=lambda place: most.heat[place])
        finding = (
            f"{most.name} is busiest on {WEEKDAYS[day]} from {hour:02d}:00 to {hour + 1:02d}:00, with "
            f"{most.heat[day, hour]:.2f} trunks busy on average."
        )
    return made(asked, connection, found, "heat", "Trunks by weekday and hour", finding, sections)


def grade(asked: Asked, connection: Connection) -> Report:
    """Measured, modelled and wanted side by side, and how many trunks would do."""
    found = studied(asked, connection, swept=True)
    told = [sentence(one, asked.period.zone) for one in found.groups if one.grade is not None]
    finding = " ".join(told) or "No group of the configuration was used: [[trunks]] says how many trunks each has."
    return made(asked, connection, found, "grade", "Grade of service", finding, [verdicts(found.groups)], MODEL)
