"""What the watch reads of the store: a little in every round, the counts by hour now and then. Runs in a thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from gateway.alarms import quiet
from gateway.alarms.diary import WORRYING_TRIES
from gateway.alarms.judging import Charges, Feed, Habits, Ledger
from gateway.instants import from_micros
from gateway.store import alarms, notices, pages, schema, watching
from gateway.store.alarms import AlarmRow
from gateway.store.watching import Counted

#: The marks of the counting, by the name the store has them under.
RECORDS, ATTEMPTS, EMERGENCIES = "records", "attempts", "emergencies"

#: Hours that are looked back over: what is learned from, and a month of silence behind it.
LOOK_BACK: Final = (quiet.WEEKS + 4) * 7 * 24


class Glance(NamedTuple):
    """What every round sees."""

    ledger: Ledger
    alarms: Sequence[AlarmRow]


class Count(NamedTuple):
    """What is new since the last counting, and the marks that go with it."""

    rows: Sequence[Counted]
    marks: dict[str, int]
    emergencies: Sequence[Mapping[str, Any]]
    complete: bool


def glance(connection: Connection, owner: str) -> Glance:
    """Postings that are not final, alarms that are not settled, notices that do not arrive: each from its own index."""
    undelivered = {name: problem for name, (_, problem) in notices.troubled(connection, owner, WORRYING_TRIES).items()}
    counts, oldest = pages.lively_counts(connection, owner), pages.oldest(connection, owner)
    return Glance(Ledger(counts=counts, oldest=oldest, undelivered=undelivered), alarms.unsettled(connection, owner))


def count(connection: Connection, owner: str) -> Count:
    """Count what is new. A store that was never counted begins at its beginning, but raises no old emergencies."""
    marks = watching.marks(connection, owner)
    records, upto = watching.count_records(connection, owner, marks.get(RECORDS, 0))
    acknowledged, answered = watching.count_acknowledged(connection, owner, marks.get(ATTEMPTS, 0))
    begin = marks.get(EMERGENCIES)
    if begin is None:
        begin = watching.newest_id(connection, owner, schema.records)
    emergencies, seen = watching.emergency_calls(connection, owner, begin)
    moved = {RECORDS: upto, ATTEMPTS: answered, EMERGENCIES: seen}
    complete = upto >= watching.newest_id(connection, owner, schema.records)
    news = {name: value for name, value in moved.items() if marks.get(name) != value}
    return Count([*records, *acknowledged], news, emergencies, complete)


def habits(
    connection: Connection,
    owner: str,
    zone: tzinfo,
    *,
    now: datetime,
    started: datetime,
    exchanges: Sequence[str],
    pms: str | None,
) -> Habits:
    """What is normal, learned from the counts by hour, and the lags of the newest calls."""
    rows = watching.hours(connection, owner, quiet.hour_of(now) - LOOK_BACK)
    feeds = [_feed(rows, "records", name, started, zone) for name in exchanges]
    charges = None
    if pms is not None:
        first_call = min((row.last_at for row in rows if row.what == "calls"), default=None)
        begun = started if first_call is None else from_micros(first_call)
        feed = _feed(rows, "acknowledged", pms, begun, zone)
        since = quiet.hour_of(feed.last) if feed.last is not None else 0
        charges = Charges(feed, sum(row.number for row in rows if row.what == "calls" and row.hour > since))
    return Habits(feeds=feeds, charges=charges, lags=watching.lags(connection, owner))


def _feed(rows: Sequence[Counted], what: str, name: str, begun: datetime, zone: tzinfo) -> Feed:
    """The last of it, and the normal before that; `begun` is since when it could have come."""
    mine = [row for row in rows if row.what == what and row.name == name]
    if not mine:
        return Feed(name, None, None, begun)
    last = from_micros(max(row.last_at for row in mine))
    counts = {row.hour: row.number for row in mine}
    return Feed(name, last, quiet.learn(counts, quiet.hour_of(last), zone), begun)
