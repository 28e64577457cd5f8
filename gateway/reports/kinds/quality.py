"""What of the data somebody should put right: the questions of the weekly mail, over any days."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.values import Column, Report, Table, table
from gateway.reports.wording import entry, kept_words
from gateway.store.digests import MOST_LINES, Quality, quality
from gateway.web.marks import HOLDS

_MOST: Final = later("At most {most_lines} are named, the most frequent first.", most_lines=MOST_LINES)
_NUMBER: Final = Column("number", "number", "count")
_WHY: Final = Column("reason", "why")


def data_quality(asked: Asked, connection: Connection) -> Report:
    """The report."""
    span = asked.span
    told = quality(connection, asked.database.property, span.since, span.until)
    tables = [_unknown(told), _unparsed(told), _gaps(told), _held(told), _others(told)]
    amiss = [ours(one.title) for one in tables if one.count]
    finding = (
        later(
            "{things} to look at: {list}.",
            things=later_plural("{number} thing", "{number} things", len(amiss)),
            list=joined("; ", amiss),
        )
        if amiss
        else "Nothing is amiss."
    )
    return report(
        asked,
        connection,
        asked.chosen(connection),
        kind="data-quality",
        title="Quality of the data",
        finding=finding,
        sections=tables,
        by_begin=False,
        assumptions=("Records and calls are counted here by when they came, by the gateway's own clock.",),
    )


def _unknown(told: Quality) -> Table:
    return table(
        "unknown",
        "Extensions that are in no list",
        (Column("extension", "extension"), Column("calls", "calls", "count")),
        told.unknown_extensions,
        note=later("{most} Put them into [rooms] of the configuration.", most=_MOST),
        nothing="Every extension that called out is in the list of rooms or departments.",
    )


def _unparsed(told: Quality) -> Table:
    return table(
        "unparsed",
        "Records that could not be read",
        (Column("source", "exchange"), _WHY, _NUMBER),
        [(source, kept_words(why), number) for source, why, number in told.unparsed],
        note=_MOST,
        nothing="Every record could be read.",
    )


def _gaps(told: Quality) -> Table:
    return table(
        "gaps",
        "Gaps in the exchange's numbers",
        (Column("gap", "gap"),),
        [(one,) for one in told.gaps],
        note=later("The newest {most_lines}.", most_lines=MOST_LINES),
        nothing="No number of the exchange is missing.",
    )


def _held(told: Quality) -> Table:
    return table(
        "held",
        "Charges held now, of all days",
        (_WHY, _NUMBER),
        [(entry(HOLDS, hold), number) for hold, number in sorted(told.held.items())],
        nothing="No charge is held.",
    )


def _others(told: Quality) -> Table:
    found = [
        (ours("outgoing calls that name no extension"), told.without_extension),
        (ours("records that may be repeats and are not charged yet"), told.possible_repeats),
    ]
    rows = [one for one in found if one[1]]
    return table("others", "Further", (Column("what", "what"), _NUMBER), rows, nothing="Nothing else is amiss.")
