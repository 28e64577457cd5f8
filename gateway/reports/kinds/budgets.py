"""How the budgets of departments, extensions and account codes stand in the month of the last day."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from gateway.alarms.budgets import NAMES, Standing, standings
from gateway.instants import midnight, to_micros
from gateway.languages.spoken import later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.office import on_persons
from gateway.reports.values import Column, Money, Report, Row, table
from gateway.store.office import spent_in
from gateway.store.reporting import Span, began

#: What each verdict is called.
VERDICTS: Final = {"within": ours("within"), "near": ours("nearly spent"), "passed": ours("spent")}
NEVER_BARS: Final = (
    "A budget warns and never bars: a call of the house is on no folio that could be held, and emergency calls are never counted "
    "against anybody."
)


def budgets(asked: Asked, connection: Connection) -> Report:
    """The report."""
    first = asked.period.last.replace(day=1)
    until = min(asked.period.until, max(to_micros(asked.run_at), asked.period.since + 1))
    chosen = began(connection, asked.database.property, Span(midnight(first, asked.period.zone), until))
    found = standing_of(asked, connection, chosen.span)
    shown = [one for one in found if not one.budget.unnamed]
    columns = (
        Column("whose", "whose"),
        Column("name", "name"),
        Column("budget", "budget", "money"),
        Column("spent", "spent", "money"),
        Column("left", "remaining", "money"),
        Column("share", "spent of it", "percent"),
        Column("verdict", "how it stands"),
    )
    return report(
        asked,
        connection,
        chosen,
        kind="budgets",
        title="Budgets",
        finding=_finding(shown, f"{first:%Y-%m}"),
        sections=(
            table(
                "budgets",
                later("Budgets of {month}", month=f"{first:%Y-%m}"),
                columns,
                [_row(asked, one) for one in shown],
            ),
        ),
        assumptions=(NEVER_BARS, "Spent is what the calls come to by their prices.", *on_persons(asked.office)),
        by_begin=False,
    )


def _finding(shown: list[Standing], month: str) -> str:
    if not shown:
        return "The house has no budgets: write [[budgets]] in the configuration."
    return later(
        "Of {budgets} of {month}, {passed} are spent and {near} nearly.",
        budgets=later_plural("{number} budget", "{number} budgets", len(shown)),
        month=month,
        passed=sum(one.verdict == "passed" for one in shown),
        near=sum(one.verdict == "near" for one in shown),
    )


def standing_of(asked: Asked, connection: Connection, span: Span) -> list[Standing]:
    """How the budgets of a house stand over a stretch of a month."""
    if not asked.office.budgets:
        return []
    chosen = began(connection, asked.database.property, span)
    return standings(asked.office.budgets, spent_in(connection, chosen, asked.currency))


def _row(asked: Asked, one: Standing) -> Row:
    def money(minor: int) -> Money:
        return asked.money(minor)

    share = 100 * one.spent / one.budget.amount if one.budget.amount else None
    amounts = (money(one.budget.amount), money(one.spent), money(one.budget.amount - one.spent))
    return (NAMES[one.budget.whose], one.budget.name, *amounts, share, VERDICTS[one.verdict])
