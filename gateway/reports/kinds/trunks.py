"""The trunks as they were: how they were used, when they were busiest, and whether there are enough.

Every figure is that of `gateway.traffic.study`, made once for the days; the reports show different sides of it.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.languages.spoken import Later, is_english, joined, later, later_plural, ours, spoken
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
from gateway.reports.wording import fraction
from gateway.traffic.saying import PLAIN, Saying, lasting, sentence
from gateway.traffic.study import GroupStudy, Study

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
    seizures = later_plural("{number} seizure", "{number} seizures", one.whole.seizures)
    peak = later_plural("at most {number} trunk at once", "at most {number} trunks at once", one.peak.busy)
    busy, full = one.all_busy, ""
    if busy is not None:
        full = (
            later_plural(
                "all busy once, {time} in all",
                "all busy {number} times, {time} in all",
                busy.episodes,
                time=Later(lambda: lasting(busy.time, _tongue())),
            )
            if busy.episodes
            else ours("never all busy")
        )
    return later("{name}: {list}.", name=one.name, list=joined(", ", (seizures, peak, full)))


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
        finding = later(
            "{name} is busiest from {at} on, with {erlangs} trunks busy on average.",
            name=most.name,
            at=at,
            erlangs=fraction(hour.erlangs, 2),
        )
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
        finding = later(
            "{name} is busiest on {day} from {begin}:00 to {end}:00, with {erlangs} trunks busy on average.",
            name=most.name,
            day=ours(WEEKDAYS[day]),
            begin=f"{hour:02d}",
            end=f"{hour + 1:02d}",
            erlangs=fraction(most.heat[day, hour], 2),
        )
    return made(asked, connection, found, "heat", "Trunks by weekday and hour", finding, sections)


def _tongue() -> Saying:
    return PLAIN if is_english() else spoken()


def _verdict(one: GroupStudy, zone: ZoneInfo) -> str:
    return Later(lambda: sentence(one, zone, _tongue()))


def grade(asked: Asked, connection: Connection) -> Report:
    """Measured, modelled and wanted side by side, and how many trunks would do."""
    found = studied(asked, connection, swept=True)
    told = [_verdict(one, asked.period.zone) for one in found.groups if one.grade is not None]
    finding = joined(" ", told) or "No group of the configuration was used: [[trunks]] says how many trunks each has."
    return made(asked, connection, found, "grade", "Grade of service", finding, [verdicts(found.groups)], MODEL)
