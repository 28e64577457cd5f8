"""The tables of the reports about trunks, each of a study's figures. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from gateway.instants import SECOND
from gateway.languages.spoken import joined, later, ours
from gateway.reports.values import Cell, Column, Row, Table, table
from gateway.traffic.busy_hour import Average, Hour, averaged
from gateway.traffic.grade import GRADES, Grade
from gateway.traffic.intervals import NOTHING, Load
from gateway.traffic.study import GroupStudy

#: Hundred call seconds an hour of one erlang.
_CCS: Final = 36


#: What is odd about a trunk or a group, as the study calls it, and the group of trunks that are in none.
_REMARKS: Final = {
    one: ours(one)
    for one in (
        later("unused"),
        later("stuck"),
        later("noisy"),
        later("never answered"),
        later("out only"),
        later("in only"),
        later("trunks without a group"),
    )
}
#: Those with something in them.
_ODD: Final = (
    later("silent since {day}"),
    later("meant for calls out, and {number} came in"),
    later("meant for calls in, and {number} went out"),
)


def remark_words(remark: str) -> str:
    """A remark of the study in the reader's language; the name of a group stays as it is."""
    for message in _ODD:
        before, filled, behind = re.split(r"\{(\w+)\}", message)
        if remark.startswith(before) and remark.endswith(behind):
            return later(message, **{filled: remark[len(before) : len(remark) - len(behind)]})
    return _REMARKS.get(remark, remark)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 4)


def _load(load: Load, elapsed: int) -> tuple[Cell, ...]:
    """Seizures, answered, busy seconds, mean erlangs and CCS an hour over a period."""
    erlangs = load.busy / elapsed if elapsed else 0.0
    return (load.seizures, load.answered, load.busy // SECOND, erlangs, erlangs * _CCS)


_LOAD: Final = (
    Column("seizures", "seizures", "count"),
    Column("answered", "answered", "count"),
    Column("busy_seconds", "busy", "seconds"),
    Column("erlangs", "mean load", "erlangs"),
    Column("ccs", "CCS an hour", "ccs"),
)


def group_table(groups: Sequence[GroupStudy], elapsed: int) -> Table:
    """Each group in each direction, and in all."""
    columns = (
        Column("group", "group"),
        Column("way", "direction"),
        Column("trunks", "trunks", "count"),
        *_LOAD,
        Column("occupancy_percent", "occupancy", "percent"),
        Column("blocked", "blocked", "count"),
        Column("remarks", "remarks"),
    )
    rows: list[Row] = []
    for one in groups:
        trunks = one.installed.trunks if one.installed is not None else None
        whole = one.whole
        for way, load in (
            (ours("out"), one.out),
            (ours("in"), one.incoming),
            (ours("unknown"), one.unknown),
            (ours("all"), whole),
        ):
            if load != NOTHING or way == "all":
                share = _percent(load.busy / elapsed / trunks) if trunks and elapsed else None
                odd = joined(", ", map(remark_words, one.remarks)) if way == "all" else ""
                rows.append((one.name, way, trunks, *_load(load, elapsed), share, load.blocked, odd))
    note = later("Blocked are attempts that found no trunk free, as far as the exchange tells of them.")
    return table("groups", "Groups", columns, rows, nothing=later("No trunk was used."), note=note)


def sweep_table(groups: Sequence[GroupStudy]) -> Table:
    """How many trunks at once, exactly, and when none was free."""
    columns = (
        Column("group", "group"),
        Column("trunks", "trunks", "count"),
        Column("peak", later("most at once"), "count"),
        Column("peak_first", later("first so"), "instant"),
        Column("peak_seconds", later("so for"), "seconds"),
        Column("all_busy_count", later("times all busy"), "count"),
        Column("all_busy_seconds", later("all busy"), "seconds"),
        Column("all_busy_longest", "longest", "seconds"),
    )
    rows: list[Row] = []
    for one in groups:
        busy = one.all_busy
        full: tuple[Cell, ...] = (None, None, None)
        if busy is not None:
            full = (busy.episodes, busy.time // SECOND, busy.longest // SECOND)
        trunks = one.installed.trunks if one.installed is not None else None
        peak: tuple[Cell, ...] = (None, None, None)
        if one.peak is not None:
            peak = (one.peak.busy, one.peak.first, one.peak.time // SECOND)
        rows.append((one.name, trunks, *peak, *full))
    return table("peaks", later("Peaks and all trunks busy"), columns, rows, nothing=later("No trunk was used."))


def trunk_table(one: GroupStudy, elapsed: int, name: str) -> Table:
    """Each trunk of a group."""
    columns = (
        Column("trunk", "trunk"),
        Column("out", "out", "count"),
        Column("in", "in", "count"),
        *_LOAD,
        Column("occupancy_percent", "occupancy", "percent"),
        Column("holding_seconds", later("mean holding"), "seconds"),
        Column("remarks", "remarks"),
    )
    rows: list[Row] = []
    for trunk in one.trunks:
        whole = trunk.out.plus(trunk.incoming).plus(trunk.unknown)
        ways = (trunk.trunk or ours("(without a name)"), trunk.out.seizures, trunk.incoming.seizures)
        holding = None if trunk.mean_holding_s is None else round(trunk.mean_holding_s)
        rows.append(
            (
                *ways,
                *_load(whole, elapsed),
                _percent(trunk.occupancy),
                holding,
                joined(", ", map(remark_words, trunk.remarks)),
            )
        )
    return table(name, later("Each trunk, {name}", name=one.name), columns, rows, nothing=later("No trunk was used."))


def busy_hours(groups: Sequence[GroupStudy]) -> Table:
    """The busy hour by each definition."""
    columns = (
        Column("group", "group"),
        Column("definition", "definition"),
        Column("begins", "begins"),
        Column("day", "day", "day"),
        Column("erlangs", "load", "erlangs"),
        Column("ccs", "CCS", "ccs"),
        Column("seizures", "seizures", "count"),
    )
    rows: list[Row] = []
    for one in groups:
        busy = one.busy
        ten = averaged(busy.ten_highest)
        known: list[tuple[str, Hour | Average | None]] = [
            (ours("highest clock hour"), busy.clock),
            (ours("highest sliding hour"), busy.sliding),
            (ours("time-consistent"), busy.time_consistent),
            (ours("average of daily peaks"), busy.average_daily_peak),
            (ours("bouncing, average"), busy.bouncing),
            (ours("ten highest days, average"), ten),
        ]
        rows += [_hour(one.name, words, hour) for words, hour in known if hour is not None]
    return table("hours", later("Busy hours"), columns, rows, nothing=later("No trunk was used."))


def _hour(group: str, words: str, hour: Hour | Average) -> Row:
    minute = ours("differs") if hour.minute is None else f"{hour.minute // 60:02d}:{hour.minute % 60:02d}"
    day: date | None = hour.day if isinstance(hour, Hour) else None
    return (group, words, minute, day, hour.erlangs, hour.erlangs * _CCS, round(hour.seizures))


def highest(one: GroupStudy, name: str) -> Table:
    """The ten days on which the busy hour was highest."""
    columns = (
        Column("day", "day", "day"),
        Column("began", "began", "instant"),
        Column("erlangs", "load", "erlangs"),
        Column("seizures", "seizures", "count"),
    )
    rows = [(hour.day, hour.since, hour.erlangs, hour.seizures) for hour in one.busy.ten_highest]
    return table(
        name, later("Highest days of {name}", name=one.name), columns, rows, nothing=later("No trunk was used.")
    )


def verdicts(groups: Sequence[GroupStudy]) -> Table:
    """Measured, modelled and target side by side."""
    columns = (
        Column("group", "group"),
        Column("trunks", "trunks", "count"),
        Column("carried", "carried", "erlangs"),
        Column("occupancy_percent", "occupancy", "percent"),
        Column("offered", "offered", "erlangs"),
        Column("blocked_percent", later("blocked, measured"), "percent"),
        Column("all_busy_percent", later("time all busy"), "percent"),
        Column("modelled_percent", later("blocked, modelled"), "percent"),
        Column("target_percent", "target", "percent"),
        *(
            Column(
                f"needed_p{round(100 * one):02d}",
                later("for P.{percent}", percent=f"{round(100 * one):02d}"),
                "count",
            )
            for one in GRADES
        ),
        Column("surplus", later("more than needed"), "count"),
        Column("verdict", "verdict"),
    )
    rows = [_verdict(one.name, one.grade) for one in groups if one.grade is not None]
    note = later("In the time-consistent busy hour. What lacks is below nothing under “more than needed”.")
    return table(
        "grades", later("Measured, modelled and target"), columns, rows, note=note, nothing=later("No group is known.")
    )


_VERDICTS: Final = {
    "saturated": ours("saturated"),
    "clumped": ours("clumped"),
    "short": ours("short"),
    "ample": ours("ample"),
    "as wanted": ours("as wanted"),
}


def _verdict(group: str, one: Grade) -> Row:
    measured = (one.carried, _percent(one.occupancy), None if one.offered.saturated else one.offered.erlangs)
    blocking = (one.blocking_measured, one.all_busy, one.blocking_modelled, one.target)
    return (group, one.trunks, *measured, *map(_percent, blocking), *one.needed, one.surplus, _VERDICTS[one.verdict])
