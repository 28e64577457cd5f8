"""A study as JSON: the same names and values for the command line, the API and every export.

Instants are ISO 8601 by the property's clock with its offset, times are seconds, shares are numbers from 0 to 1. What is not known
is null.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from gateway.instants import SECOND, from_micros
from gateway.traffic.busy_hour import Average, BusyHours, Hour
from gateway.traffic.erlang import erlang_to_ccs
from gateway.traffic.grade import GRADES, Grade
from gateway.traffic.intervals import Load
from gateway.traffic.saying import sentence
from gateway.traffic.study import GroupStudy, Study, TrunkStudy


def study_json(one: Study) -> dict[str, Any]:
    """The whole study."""
    asked = one.asked
    return {
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "timezone": asked.zone.key,
        "seen_at": _instant(asked.now, asked.zone),
        "provisional_from": _instant(one.provisional_from, asked.zone),
        "days_not_heard": [day.isoformat() for day in one.unheard],
        "groups": [_group(group, asked.zone) for group in one.groups],
        "unknown_trunks": [{"group": group, "trunk": trunk} for group, trunk in one.unknown],
        "assumptions": list(one.assumptions),
    }


def _group(one: GroupStudy, zone: ZoneInfo) -> dict[str, Any]:
    installed = one.installed
    return {
        "group": one.group,
        "name": one.name,
        "trunks_installed": installed.trunks if installed is not None else None,
        "direction": installed.direction if installed is not None else None,
        "remarks": list(one.remarks),
        "sentence": sentence(one, zone),
        "changed_at": [_instant(at, zone) for at in one.changed_at],
        "out": _load(one.out),
        "in": _load(one.incoming),
        "unknown": _load(one.unknown),
        "busy_hours": _busy(one.busy, zone),
        "grade": None if one.grade is None else _grade(one.grade),
        "peak": None
        if one.peak is None
        else {
            "trunks": one.peak.busy,
            "first": _instant(one.peak.first, zone),
            "seconds": one.peak.time / SECOND,
        },
        "all_busy": None
        if one.all_busy is None
        else {
            "seconds": one.all_busy.time / SECOND,
            "episodes": one.all_busy.episodes,
            "longest_seconds": one.all_busy.longest / SECOND,
            "longest_from": _instant(one.all_busy.longest_at, zone),
        },
        "calls_cut": one.cut,
        "more_in_use_than_installed": one.beyond,
        "whole_minutes": one.whole_minutes,
        "seconds_with_so_many_busy": [time / SECOND for time in one.time_at],
        "heat": [{"weekday": day, "hour": hour, "erlangs": mean} for (day, hour), mean in one.heat.items()],
        "trend_erlangs_a_day": one.forecast.slope if one.forecast is not None else None,
        "full_on": one.full_on.isoformat() if one.full_on is not None else None,
        "trunks": [_trunk(trunk) for trunk in one.trunks],
    }


def _trunk(one: TrunkStudy) -> dict[str, Any]:
    return {
        "trunk": one.trunk,
        "out": _load(one.out),
        "in": _load(one.incoming),
        "unknown": _load(one.unknown),
        "occupancy": one.occupancy,
        "mean_holding_seconds": one.mean_holding_s,
        "remarks": list(one.remarks),
    }


def _load(one: Load) -> dict[str, Any]:
    return {
        "seizures": one.seizures,
        "answered": one.answered,
        "blocked": one.blocked,
        "busy_seconds": one.busy / SECOND,
        "without_ringing": one.unrung,
    }


def _busy(one: BusyHours, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "clock": _hour(one.clock, zone),
        "sliding": _hour(one.sliding, zone),
        "time_consistent": _average(one.time_consistent),
        "average_daily_peak": _average(one.average_daily_peak),
        "bouncing": _average(one.bouncing),
        "ten_highest": [_hour(hour, zone) for hour in one.ten_highest],
        "normal_load": _average(one.normal_load),
        "high_load": _average(one.high_load),
    }


def _hour(one: Hour | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if one is None:
        return None
    begins = _instant(one.since, zone)
    return {"begins": begins, "erlangs": one.erlangs, "ccs": erlang_to_ccs(one.erlangs), "seizures": one.seizures}


def _average(one: Average | None) -> dict[str, Any] | None:
    if one is None:
        return None
    begins = None if one.minute is None else clock_time(one.minute)
    ccs = erlang_to_ccs(one.erlangs)
    return {"begins": begins, "erlangs": one.erlangs, "ccs": ccs, "seizures": one.seizures, "days": one.days}


def clock_time(minute: int) -> str:
    """A minute of the day as the clock shows it: 20:15."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _grade(one: Grade) -> dict[str, Any]:
    return {
        "target": one.target,
        "carried_erlangs": one.carried,
        "occupancy": one.occupancy,
        "offered_erlangs": one.offered.erlangs,
        "offered_is_a_lower_bound": one.offered.saturated,
        "blocking_measured": one.blocking_measured,
        "all_busy_share_of_busy_hour": one.all_busy,
        "blocking_modelled": one.blocking_modelled,
        "trunks_needed": {f"{gos:g}": count for gos, count in zip(GRADES, one.needed, strict=True)},
        "trunks_for_target": one.for_target,
        "surplus": one.surplus,
        "last_trunk_erlangs": one.last_trunk,
        "verdict": one.verdict,
    }


def _instant(at: int | None, zone: ZoneInfo) -> str | None:
    return None if at is None else from_micros(at).astimezone(zone).isoformat()
