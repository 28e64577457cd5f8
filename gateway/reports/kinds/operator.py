"""The operator position: how many people answer in time, hour by hour, from the calls that came to it. Erlang C."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from gateway.instants import from_micros, to_micros
from gateway.languages.spoken import later, later_plural
from gateway.reports.asking import Asked, report
from gateway.reports.values import Bars, Column, Report, Row, Section, table
from gateway.reports.wording import fraction
from gateway.store.reporting import QUARTER, operator_calls
from gateway.traffic.by_class import HOURS, Period, elapsed_by_hour
from gateway.traffic.intervals import HOUR
from gateway.traffic.whatif import Position, needed_at

_COLUMNS: Final = (
    Column("hour", "hour", "hour"),
    Column("calls", "calls, mean", "count"),
    Column("handling_seconds", "handling", "seconds"),
    Column("erlangs", "load", "erlangs"),
    Column("people", "people", "count"),
    Column("wait_seconds", "average wait", "seconds"),
    Column("in_time_percent", "in time, modelled", "percent"),
    Column("measured_percent", "in time, measured", "percent"),
    Column("most_calls", "busiest such hour, calls", "count"),
    Column("most_day", "on", "day"),
    Column("most_people", "people then", "count"),
)


@dataclass(slots=True)
class _Hour:
    """What came in one hour of the clock, over all days."""

    calls: int = 0
    answered: int = 0
    talk: int = 0
    rung: int = 0
    quick: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        for name in ("calls", "answered", "talk", "rung", "quick"):
            setattr(self, name, getattr(self, name) + row[name])


class _Planned(NamedTuple):
    """The mean hour of the clock, and the busiest there was, each with the people it takes."""

    hour: int
    calls: float
    handling_s: float
    mean: Position | None
    measured: float | None
    most: int
    day: date | None
    busiest: Position | None

    @property
    def people(self) -> int:
        """For the mean hour."""
        return 0 if self.mean is None else self.mean.people

    @property
    def most_people(self) -> int:
        """For the busiest."""
        return 0 if self.busiest is None else self.busiest.people

    @property
    def row(self) -> Row:
        """In the order of the columns."""
        wait = None if self.mean is None else round(self.mean.average_wait_s)
        in_time = None if self.mean is None else 100 * self.mean.service_level
        load = (self.calls, round(self.handling_s), self.calls * self.handling_s / 3600)
        return (
            self.hour,
            *load,
            self.people,
            wait,
            in_time,
            self.measured,
            self.most,
            self.day,
            self.most_people,
        )


def operator(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen, said, zone = asked.chosen(connection), asked.settings, asked.period.zone
    hours = [_Hour() for _ in range(HOURS)]
    by_day: dict[tuple[int, date], int] = {}
    for row in operator_calls(connection, chosen, said.operator, said.answer_within_seconds):
        local = from_micros(row["quarter"] * QUARTER).astimezone(zone)
        hours[local.hour].add(row)
        place = (local.hour, local.date())
        by_day[place] = by_day.get(place, 0) + row["calls"]
    until = max(asked.period.since, min(asked.period.until, to_micros(asked.run_at)))
    elapsed = elapsed_by_hour(Period(asked.period.since, until, zone, 0))
    planned = list(_planned(asked, hours, by_day, elapsed))
    return report(
        asked,
        connection,
        chosen,
        kind="operator",
        title="Operator position",
        finding=_finding(asked, planned),
        sections=_sections(planned),
        assumptions=tuple(_assumptions(asked)),
    )


def _planned(
    asked: Asked, hours: list[_Hour], by_day: Mapping[tuple[int, date], int], elapsed: list[int]
) -> Iterable[_Planned]:
    answered, talk = sum(one.answered for one in hours), sum(one.talk for one in hours)
    for hour, one in enumerate(hours):
        calls = one.calls * HOUR / elapsed[hour] if elapsed[hour] else 0.0
        handling = one.talk / one.answered if one.answered else talk / answered if answered else 0.0
        handling += asked.settings.after_call_seconds if answered else 0
        most, day = max(((number, at) for (when, at), number in by_day.items() if when == hour), default=(0, None))
        yield _Planned(
            hour=hour,
            calls=calls,
            handling_s=handling,
            mean=_needed(asked, calls, handling),
            measured=100 * one.quick / one.rung if one.rung else None,
            most=most,
            day=day,
            busiest=_needed(asked, float(most), handling),
        )


def _needed(asked: Asked, calls: float, handling: float) -> Position | None:
    """The fewest people who are enough; None where nobody called."""
    if not calls or not handling:
        return None
    said = asked.settings
    return needed_at(calls, handling, float(said.answer_within_seconds), said.answer_percent / 100)


def _sections(planned: list[_Planned]) -> list[Section]:
    picture = Bars(
        name="people",
        title="People needed at each hour of the day",
        sentence="For the mean of such hours, and how many more for the busiest there was.",
        measure=Column("people", "people", "count"),
        series=("mean hour", "more for the busiest"),
        labels=tuple(f"{one.hour:02d}" for one in planned),
        heading="hour",
        values=tuple((one.people, max(0, one.most_people - one.people)) for one in planned),
    )
    note = "People are for the mean of such hours; the last three columns are of the single hour with the most calls."
    return [picture, table("hours", "Hour by hour", _COLUMNS, [one.row for one in planned], note=note)]


def _finding(asked: Asked, planned: list[_Planned]) -> str:
    said = asked.settings
    most = max(planned, key=lambda one: (one.people, one.calls))
    if not most.people:
        return "No answered call came to the operator position in these days."
    peak = max(one.most_people for one in planned)
    return later(
        "{people} would answer {percent} of 100 calls within {seconds} s in the busiest hour of the day, from {hour}:00 on, with "
        "{calls} calls on average; the busiest single hour would have taken {peak}.",
        people=later_plural("{number} person", "{number} people", most.people),
        percent=said.answer_percent,
        seconds=said.answer_within_seconds,
        hour=f"{most.hour:02d}",
        calls=fraction(most.calls, 1),
        peak=peak,
    )


def _assumptions(asked: Asked) -> Iterable[str]:
    said = asked.settings
    if said.operator:
        named = ", ".join(said.operator)
        yield later(
            "Counted are calls that came in to {named}, and calls inside the house that dialled it ([reports] operator).",
            named=named,
        )
    else:
        yield "Counted is every call that came in, as if all came to the operator: [reports] operator names its extensions."
    if said.after_call_seconds:
        yield later(
            "Handling is the mean talk time of answered calls in that hour, and {seconds} s of work after each call.",
            seconds=said.after_call_seconds,
        )
    else:
        yield "Handling is the mean talk time of answered calls in that hour."
    yield "Calls that were not answered count as calls, for somebody wanted to be answered."
    yield (
        "Erlang C: calls come at random, wait in one line and do not give up, and talk times vary like chance. Callers who "
        "give up make real waits shorter than these; calls that come in clumps, as when a bus arrives, make them longer."
    )
