"""What of the data somebody should put right: the questions of the weekly mail, over any days."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from gateway.reports.asking import Asked, report
from gateway.reports.values import Column, Report, table
from gateway.store.digests import MOST_LINES, quality
from gateway.web.marks import HOLDS
from gateway.web.words import count

_MOST: Final = f"At most {MOST_LINES} are named, the most frequent first."


def data_quality(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen, span = asked.chosen(connection), asked.span
    told = quality(connection, asked.database.property, span.since, span.until)
    number = Column("number", "number", "count")
    others = [
        ("outgoing calls that name no extension", told.without_extension),
        ("records that may be repeats and are not charged yet", told.possible_repeats),
    ]
    tables = [
        table(
            "unknown",
            "Extensions that are in no list",
            (Column("extension", "extension"), Column("calls", "calls", "count")),
            told.unknown_extensions,
            note=f"{_MOST} Put them into [rooms] of the configuration.",
            nothing="Every extension that called out is in the list of rooms or departments.",
        ),
        table(
            "unparsed",
            "Records that could not be read",
            (Column("source", "exchange"), Column("reason", "why"), number),
            told.unparsed,
            note=_MOST,
            nothing="Every record could be read.",
        ),
        table(
            "gaps",
            "Gaps in the exchange's numbers",
            (Column("gap", "gap"),),
            [(one,) for one in told.gaps],
            note=f"The newest {MOST_LINES}.",
            nothing="No number of the exchange is missing.",
        ),
        table(
            "held",
            "Charges held now, of all days",
            (Column("reason", "why"), number),
            [(HOLDS.get(hold, hold), held) for hold, held in sorted(told.held.items())],
            nothing="No charge is held.",
        ),
        table(
            "others",
            "Further",
            (Column("what", "what"), number),
            [one for one in others if one[1]],
            nothing="Nothing else is amiss.",
        ),
    ]
    amiss = [one.title.lower() for one in tables if one.count]
    finding = f"{count(len(amiss), 'thing')} to look at: {'; '.join(amiss)}." if amiss else "Nothing is amiss."
    return report(
        asked,
        connection,
        chosen,
        kind="data-quality",
        title="Quality of the data",
        finding=finding,
        sections=tables,
        by_begin=False,
        assumptions=("Records and calls are counted here by when they came, by the gateway's own clock.",),
    )
