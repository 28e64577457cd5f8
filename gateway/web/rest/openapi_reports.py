"""Of the description of the API: reports and trunks."""

from __future__ import annotations

from typing import Any, Final, get_args

from gateway.reports.catalog import KINDS
from gateway.reports.values import CellKind
from gateway.traffic.grade import GRADES
from gateway.web.rest.openapi_words import INSTANT, TEXT, WHOLE, YES, get, list_of, object_of, or_null, ref
from gateway.web.rest.report_api import MOST_REPORT_ROWS, REPORT_ROWS

_DAY: Final = {"type": "string", "format": "date"}
_FIGURE: Final = {"type": "number"}
_COUNTS: Final = {"type": "integer", "minimum": 0}
_KIND: Final = {
    "name": "kind",
    "in": "path",
    "required": True,
    "description": "which report",
    "schema": {"type": "string", "enum": list(KINDS)},
}
_FROM: Final = {
    "name": "from",
    "in": "query",
    "description": "the first day, by the hotel's clock; yesterday if left out",
    "schema": _DAY,
}
_TO: Final = {
    "name": "to",
    "in": "query",
    "description": "the last day, included; the first if left out; at most 400 days",
    "schema": _DAY,
}
_MASKED: Final = {
    "name": "masked",
    "in": "query",
    "description": "1 hides the middle of telephone numbers",
    "schema": {"type": "string", "enum": ["0", "1"], "default": "0"},
}
_ROWS: Final = {
    "name": "rows",
    "in": "query",
    "description": "rows of each table at most; count says how many there are",
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST_REPORT_ROWS, "default": REPORT_ROWS},
}


def _nothing_or(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "null"}]}


def schemas() -> dict[str, Any]:
    """The schemas, by name."""
    return {
        "ReportKinds": object_of("Which reports there are.", reports=list_of(ref("ReportKind"))),
        "ReportKind": object_of("A kind of report.", kind=TEXT, title=TEXT, answers=TEXT, group=TEXT),
        "Report": _report(),
        "ReportTable": _table(),
        "ReportNote": object_of("A few sentences.", note=TEXT, sentences=list_of(TEXT)),
        "Trunks": _trunks(),
        "TrunkGroup": _group(),
        "Trunk": object_of(
            "One trunk.",
            trunk=TEXT,
            out=ref("TrunkLoad"),
            unknown=ref("TrunkLoad"),
            occupancy={**_FIGURE, "description": "share of the time it was busy"},
            mean_holding_seconds=or_null(_FIGURE),
            remarks=list_of(TEXT),
            **{"in": ref("TrunkLoad")},
        ),
        "TrunkLoad": object_of(
            "What a trunk or a group did in one direction.",
            seizures=WHOLE,
            answered=WHOLE,
            blocked=WHOLE,
            busy_seconds=_FIGURE,
            without_ringing=WHOLE,
        ),
        "BusyHour": object_of(
            "An hour of a day.", begins=or_null(INSTANT), erlangs=_FIGURE, ccs=_FIGURE, seizures=WHOLE
        ),
        "MeanBusyHour": object_of(
            "A busy hour averaged over days; begins is the time of day, null where it differs.",
            begins=or_null(TEXT),
            erlangs=_FIGURE,
            ccs=_FIGURE,
            seizures=_FIGURE,
            days=WHOLE,
        ),
        "Grade": _grade(),
    }


def _report() -> dict[str, Any]:
    return object_of(
        "A report: a head, then tables and notes; a picture stands as the table behind it.",
        report=TEXT,
        title=TEXT,
        property=TEXT,
        to=_DAY,
        zone=TEXT,
        run_at=INSTANT,
        finding={**TEXT, "description": "the one sentence to read if nothing else is"},
        completeness=list_of(TEXT),
        assumptions=list_of(TEXT),
        sections=list_of({"anyOf": [ref("ReportTable"), ref("ReportNote")]}),
        **{"from": _DAY},
    )


def _table() -> dict[str, Any]:
    row = {"type": "object", "description": "by the names of the columns; an amount is {amount, currency}"}
    kinds = {"type": "string", "enum": list(get_args(CellKind))}
    return object_of(
        "A table.",
        table=TEXT,
        title=TEXT,
        note=TEXT,
        columns=list_of(object_of("A column.", name=TEXT, title=TEXT, kind=kinds)),
        count={**WHOLE, "description": "rows there are, of which some may be left out"},
        rows=list_of(row),
        totals=list_of(row),
    )


def _trunks() -> dict[str, Any]:
    return object_of(
        "What the trunks did over a period, and whether they are enough.",
        to=_DAY,
        timezone=TEXT,
        seen_at=INSTANT,
        provisional_from={**or_null(INSTANT), "description": "figures from here on may still grow"},
        days_not_heard={**list_of(_DAY), "description": "days without any seizure, left out of means"},
        groups=list_of(ref("TrunkGroup")),
        unknown_trunks=list_of(object_of("A trunk that no table names.", group=TEXT, trunk=TEXT)),
        assumptions=list_of(TEXT),
        **{"from": _DAY},
    )


def _busy_hours() -> dict[str, Any]:
    hour, mean = _nothing_or(ref("BusyHour")), _nothing_or(ref("MeanBusyHour"))
    return object_of(
        "The busy hour by each definition.",
        clock=hour,
        sliding=hour,
        time_consistent=mean,
        average_daily_peak=mean,
        bouncing=mean,
        ten_highest=list_of(ref("BusyHour")),
        normal_load=mean,
        high_load=mean,
    )


def _group() -> dict[str, Any]:
    return object_of(
        "A group of trunks.",
        group=TEXT,
        name=TEXT,
        trunks_installed=or_null(WHOLE),
        direction={"type": ["string", "null"], "enum": ["both", "in", "out", None]},
        remarks=list_of(TEXT),
        sentence={**TEXT, "description": "the one sentence to read if nothing else is"},
        changed_at=list_of(INSTANT),
        out=ref("TrunkLoad"),
        unknown=ref("TrunkLoad"),
        busy_hours=_busy_hours(),
        grade=_nothing_or(ref("Grade")),
        peak=_nothing_or(object_of("The most at once.", trunks=WHOLE, first=or_null(INSTANT), seconds=_FIGURE)),
        all_busy=_nothing_or(
            object_of(
                "Times without a free trunk.",
                seconds=_FIGURE,
                episodes=_COUNTS,
                longest_seconds=_FIGURE,
                longest_from=or_null(INSTANT),
            )
        ),
        calls_cut=WHOLE,
        more_in_use_than_installed=YES,
        whole_minutes=YES,
        seconds_with_so_many_busy=list_of(_FIGURE),
        heat=list_of(object_of("An hour of the week; Monday is 0.", weekday=WHOLE, hour=WHOLE, erlangs=_FIGURE)),
        trend_erlangs_a_day=or_null(_FIGURE),
        full_on=or_null(_DAY),
        trunks=list_of(ref("Trunk")),
        **{"in": ref("TrunkLoad")},
    )


def _grade() -> dict[str, Any]:
    share = or_null(_FIGURE)
    return object_of(
        "Measured, modelled and wanted, in the time-consistent busy hour.",
        target=_FIGURE,
        carried_erlangs=_FIGURE,
        occupancy=_FIGURE,
        offered_erlangs=_FIGURE,
        offered_is_a_lower_bound=YES,
        blocking_measured=share,
        all_busy_share_of_busy_hour=share,
        blocking_modelled=share,
        trunks_needed=object_of("By grade of service.", **{f"{gos:g}": or_null(WHOLE) for gos in GRADES}),
        trunks_for_target=or_null(WHOLE),
        surplus=or_null(WHOLE),
        last_trunk_erlangs=share,
        verdict={"type": "string", "enum": ["saturated", "clumped", "short", "ample", "as wanted"]},
    )


def paths() -> dict[str, Any]:
    """The addresses."""
    return {
        "/api/v1/reports": get("Which reports there are", "ReportKinds"),
        "/api/v1/reports/{kind}": get(
            "One report about some days",
            "Report",
            *(_KIND, _FROM, _TO, _MASKED, _ROWS),
            status_404="there is no report of this kind",
        ),
        "/api/v1/trunks": get("What the trunks did", "Trunks", _FROM, _TO),
    }
