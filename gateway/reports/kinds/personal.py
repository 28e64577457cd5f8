"""Private calls by PIN: what each person is to pay for each month, as sums alone; no call is ever itemised."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.instants import midnight
from gateway.languages.spoken import later, later_plural, ours
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.allocation import rated
from gateway.reports.office import on_persons
from gateway.reports.sums import Tally, money_rows, together
from gateway.reports.values import Column, Note, Report, Row, Section, table
from gateway.store.office import code_sums
from gateway.store.reporting import Span, began

_COLUMNS: Final = (
    Column("month", "month"),
    Column("person", "person"),
    Column("pin", "PIN, last signs"),
    Column("calls", "calls", "count"),
    Column("talk_seconds", "talk", "seconds"),
    Column("price", "to pay", "money"),
)
_SUMS: Final = (
    "Private calls are those made with a PIN that the house's list calls personal. They are counted in every sum of the house, "
    "and neither a number nor a time of them is shown anywhere."
)


def personal(asked: Asked, connection: Connection) -> Report:
    """The report: whole months that the days touch, but only calls of the days."""
    chosen = asked.chosen(connection)
    sums: dict[tuple[str, str, str], Tally] = defaultdict(Tally)
    for first, span in months(asked):
        for row in rated(code_sums(connection, began(connection, asked.database.property, span))):
            if row["personal"]:
                person = row["person"] if asked.office.agreement else ours("the staff, together")
                pin = (row["account_code"] or row["authorization_code"]) if asked.office.agreement else ""
                sums[f"{first:%Y-%m}", person, pin].add(row)
    rows: list[Row] = []
    for key in sorted(sums):
        one = sums[key]
        rows += money_rows((key[0], key[1], key[2] or None, one.calls, one.talk), [one.house], asked.money(0))
    whole = together(sums.values())
    totals = money_rows((ours("together"), None, None, whole.calls, whole.talk), [whole.house], asked.money(0))
    sections: list[Section] = [
        table(
            "personal", "By person and month", _COLUMNS, rows, totals=tuple(totals), nothing="No private call was made."
        )
    ]
    if not asked.office.agreement:
        sections.append(Note(title="By person", sentences=on_persons(asked.office)))
    return report(
        asked,
        connection,
        chosen,
        kind="personal",
        title="Private calls",
        finding=later(
            "{calls} come to {money}.",
            calls=later_plural("{number} private call", "{number} private calls", whole.calls),
            money=whole.house.words(asked.money(0)),
        ),
        sections=sections,
        assumptions=(TALK, _SUMS, *on_persons(asked.office)),
    )


def months(asked: Asked) -> list[tuple[date, Span]]:
    """The months that the days touch, each as far as it lies in them."""
    found, first = [], asked.period.first.replace(day=1)
    while first <= asked.period.last:
        following = (first + timedelta(days=32)).replace(day=1)
        edges = (midnight(first, asked.period.zone), midnight(following, asked.period.zone))
        found.append((first, Span(max(edges[0], asked.span.since), min(edges[1], asked.span.until))))
        first = following
    return found
