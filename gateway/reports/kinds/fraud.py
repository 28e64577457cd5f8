"""Calls that look like toll fraud, in days that are past: the patterns of the alarms, laid over each day."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.alarms.fraud import History, Suspicion, suspicions
from gateway.alarms.fraud_rules import HOUR, RULES
from gateway.instants import SECOND, from_micros, midnight
from gateway.languages.places import placed
from gateway.languages.spoken import later, later_plural
from gateway.number_lists import ListUnreadable
from gateway.reports.asking import Asked, report
from gateway.reports.values import Column, Note, Report, Row, Section, table
from gateway.reports.wording import kept_words
from gateway.store import suspects
from gateway.store.reporting import Chosen
from gateway.watch.suspecting import LEAST_DAYS, WINDOW, Guard, call_of, learned
from protocols.text import mask_number

#: Calls of all runs that are named one by one.
MOST_NAMED: Final = 2_000
_RUN: Final = (
    Column("pattern", "pattern"),
    Column("who", "who or where to"),
    Column("what", "what was seen"),
    Column("first", "first", "instant"),
    Column("last", "last", "instant"),
    Column("calls", "calls", "count"),
    Column("seconds", "line taken", "seconds"),
    Column("cost", "cost", "money"),
)
_CALL: Final = (
    Column("pattern", "pattern"),
    Column("call", "call", "text", detail=True),
    Column("began", "began", "instant"),
    Column("who", "who"),
    Column("number", "number"),
    Column("place", "place"),
    Column("seconds", "line taken", "seconds"),
    Column("cost", "cost", "money"),
)


def fraud(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    try:
        guard = asked.guard() if asked.guard is not None else None
    except ListUnreadable as error:
        note = Note(title="A list cannot be read", sentences=(f"{error}.",))
        return _report(asked, connection, chosen, "A list of numbers cannot be read, so nothing was searched.", [note])
    found = _found(asked, connection, chosen, guard) if guard is not None else []
    runs = [_run(asked, one) for one in found]
    calls = [row for one in found for row in _calls(asked, one)]
    beyond = (
        later("The first {shown} of {number} are named.", shown=MOST_NAMED, number=len(calls))
        if len(calls) > MOST_NAMED
        else ""
    )
    finding = (
        later("{runs} of calls look like toll fraud.", runs=later_plural("{number} run", "{number} runs", len(found)))
        if found
        else "Nothing looks like toll fraud."
    )
    sections: list[Section] = [
        table("runs", "What was seen", _RUN, runs, nothing="No pattern was there."),
        *([table("calls", "The calls of these runs", _CALL, calls[:MOST_NAMED], note=beyond)] if calls else []),
    ]
    return _report(asked, connection, chosen, finding, sections)


def _found(asked: Asked, connection: Connection, chosen: Chosen, guard: Guard) -> list[Suspicion]:
    """The runs of each day, with the hour before it, as far as they reach into the day."""
    period, owner = asked.period, chosen.owner
    history = History()
    if guard.learned:
        history = learned(connection, owner, from_micros(period.since) + WINDOW, guard)
    found: list[Suspicion] = []
    for day in period.days:
        begin, end = midnight(day, period.zone), midnight(day + timedelta(days=1), period.zone)
        rows = suspects.began_between(connection, owner, chosen.first, begin - HOUR, end)
        calls = [call for row in rows if (call := call_of(row, guard)) is not None]
        found += [one for one in suspicions(calls, guard.limits, history) if one.calls[-1].began >= begin]
    return found


def _run(asked: Asked, one: Suspicion) -> Row:
    calls = one.calls
    held, cost = sum(call.ended - call.began for call in calls) // SECOND, sum(call.cost for call in calls)
    when = (calls[0].began, calls[-1].began)
    return (
        kept_words(RULES[one.rule]),
        kept_words(one.who),
        kept_words(one.words),
        *when,
        len(calls),
        held,
        asked.money(cost),
    )


def _calls(asked: Asked, one: Suspicion) -> list[Row]:
    return [
        (
            kept_words(RULES[one.rule]),
            str(call.id),
            call.began,
            kept_words(call.who),
            mask_number(call.number) if asked.masked else call.number,
            placed(call.place),
            (call.ended - call.began) // SECOND,
            asked.money(call.cost),
        )
        for call in one.calls
    ]


def _report(asked: Asked, connection: Connection, chosen: Chosen, finding: str, sections: list[Section]) -> Report:
    return report(
        asked,
        connection,
        chosen,
        kind="fraud",
        title="Possible toll fraud",
        finding=finding,
        sections=sections,
        assumptions=(
            "The patterns and thresholds of the alarms, by [fraud] of the configuration as it is today. Counted are calls abroad "
            "and to premium numbers within an hour; a run over midnight stands with both days.",
            "The cost is what the carrier asks, or the price where that is not known; calls in another currency count as nothing.",
            later(
                "No country is called new, and nothing unusual, without {least_days} days and four weeks of calls before these days.",
                least_days=LEAST_DAYS,
            ),
        ),
    )
