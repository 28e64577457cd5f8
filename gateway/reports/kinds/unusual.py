"""Hours in which a telephone of the house called more than it usually does: part of the report of exceptions."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from sqlalchemy import Connection

from gateway.alarms.fraud import LEAST_UNUSUAL
from gateway.alarms.fraud_rules import HOUR
from gateway.alarms.normal import LEAST_WEEKS, WEEKS, Weeks
from gateway.languages.spoken import joined, later, ours
from gateway.reports.asking import Asked
from gateway.reports.values import Column, Row, Table, table
from gateway.reports.wording import class_words, kept_words
from gateway.store import suspects
from gateway.store.reporting import AHEAD, Chosen

TITLE: Final = ours("More than usual")
WORDS: Final = ours("Telephones of the house by class of number, each compared with its own past weeks.")
_WEEK: Final = 7 * 24
_COLUMNS: Final = (
    Column("extension", "extension"),
    Column("class", "class"),
    Column("hour", "hour", "instant"),
    Column("calls", "calls", "count"),
    Column("usual", "usual at most", "count"),
    Column("words", "why"),
)


def unusual_table(asked: Asked, connection: Connection, chosen: Chosen, most: int) -> tuple[Table, int]:
    """The hours, the most unusual first, and how many there are. Guests come and go: nothing is learned of their rooms."""
    owner, span = chosen.owner, chosen.span
    since = span.since - (WEEKS + 1) * _WEEK * HOUR
    first, begin = suspects.learned_from(connection, owner, since - AHEAD, span.until)
    rows: list[Row] = []
    known = max(begin, since) // HOUR + 1 if begin is not None else span.until // HOUR
    if span.since // HOUR - known >= LEAST_WEEKS * _WEEK:
        counts: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for extension, kind, hour, calls in suspects.by_caller_and_hour(connection, owner, first, since, span.until):
            counts[extension, kind][hour] = calls
        until = span.until // HOUR
        for (extension, kind), hours in counts.items():
            weeks = Weeks(hours, known, until, asked.period.zone)
            rows += [
                (extension, class_words(kind), hour * HOUR, calls, usual.most, kept_words(usual.words))
                for hour, calls in hours.items()
                if hour * HOUR >= span.since and calls >= LEAST_UNUSUAL
                if (usual := weeks.normal(hour)) is not None and calls > usual.most
            ]
    rows.sort(key=lambda row: (int(str(row[4])) - int(str(row[3])), str(row)))
    beyond = later("The first {most} of {number} are named.", most=most, number=len(rows)) if len(rows) > most else ""
    note = joined(" ", (WORDS, beyond))
    return table("unusual", TITLE, _COLUMNS, rows[:most], note=note), len(rows)
