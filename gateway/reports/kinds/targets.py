"""How each desk stands against what a supervisor has set for it: answered in time, missed, cost."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.desks import MEASURED, STRETCHES, Followed, followed
from gateway.reports.values import Column, Report, Row, table

_COLUMNS: Final = (
    Column("desk", "desk"),
    Column("stretch", "stretch"),
    Column("first", "since", "day"),
    Column("calls", "came in", "count"),
    Column("answered", "answered", "count"),
    Column("missed", "missed", "count"),
    Column("untold", "wait not told", "count"),
    Column("in_time", "answered in time", "percent"),
    Column("answer_target", "target", "percent"),
    Column("within_seconds", "within seconds", "seconds"),
    Column("missed_share", "missed share", "percent"),
    Column("missed_target", "at most", "percent"),
    Column("spent", "cost", "money"),
    Column("cost_target", "at most", "money"),
    Column("verdict", "how it stands"),
)
#: What each verdict is called.
VERDICTS: Final = {True: ours("reached"), False: ours("not reached"), None: ours("cannot be said")}


def kept_and_missed(found: list[Followed], stretch: str) -> tuple[int, int]:
    """How many desks reach their targets over a stretch, and how many do not."""
    verdicts = [one.verdict for one in found if one.stretch == stretch]
    return verdicts.count(True), verdicts.count(False)


def targets(asked: Asked, connection: Connection) -> Report:
    """The report."""
    found = followed(asked, connection)
    said = [_reached(stretch, *kept_and_missed(found, stretch)) for stretch in STRETCHES]
    desks = len({one.target.desk for one in found})
    finding = later(
        "{desks} with a target on {last}; {list}.",
        desks=later_plural("{number} desk", "{number} desks", desks),
        last=asked.period.last,
        list=joined("; ", said),
    )
    return report(
        asked,
        connection,
        asked.chosen(connection),
        kind="targets",
        title="Targets of desks",
        finding=finding if found else "No desk has a target: a supervisor sets them on the page of targets.",
        sections=(
            table("targets", "Desks", _COLUMNS, [_row(asked, one) for one in found], nothing="No desk has a target."),
        ),
        assumptions=(
            "The last of the days asked about, its week from Monday on, and its month, as far as they have gone.",
            *MEASURED,
        ),
        by_begin=False,
    )


def _reached(stretch: str, reached: int, missed: int) -> str:
    return later("{stretch}: {reached} reached, {missed} not", stretch=ours(stretch), reached=reached, missed=missed)


def _row(asked: Asked, one: Followed) -> Row:
    target, came = one.target, one.came
    limit = asked.money(target.cost) if target.cost is not None and target.cost_per == one.stretch else None
    return (
        target.desk,
        ours(one.stretch),
        one.first,
        came.calls,
        came.answered,
        came.missed,
        came.answered - came.told,
        one.in_time,
        float(target.answered_percent) if target.answered_percent is not None else None,
        target.within_seconds,
        one.missed,
        float(target.missed_percent) if target.missed_percent is not None else None,
        asked.money(one.spent),
        limit,
        VERDICTS[one.verdict],
    )
