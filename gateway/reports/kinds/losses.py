"""Calls that the carrier asks more for than the guest paid: part of the report of exceptions."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked
from gateway.reports.kinds.named_calls import FACTS, facts
from gateway.reports.values import Column, Money, Row, Table
from gateway.store.losses import DECIMALS, losses
from gateway.store.reporting import Chosen

TITLE: Final = ours("Cost above price")
WORDS: Final = ours("Guests' calls for which the carrier asks more than stands on the folio, the largest loss first.")
_COLUMNS: Final = (
    *FACTS,
    Column("paid", "guest pays", "money"),
    Column("cost", "carrier asks", "money"),
    Column("loss", "loss", "money"),
    Column("carrier", "carrier"),
)


def loss_table(asked: Asked, connection: Connection, chosen: Chosen, most: int) -> tuple[Table, int]:
    """The table, with the loss by currency below it, and how many calls there are."""
    rows, sums, foreign = losses(connection, chosen, most)
    number = sum(calls for _, calls, _ in sums)
    beyond = later("The first {most} of {number} are named.", most=most, number=number) if number > most else ""
    other = (
        later(
            "{calls} cannot be compared: price and cost are in two currencies.",
            calls=later_plural("{number} call", "{number} calls", foreign),
        )
        if foreign
        else ""
    )
    blanks = (None,) * (len(_COLUMNS) - 3)
    totals: list[Row] = [("", *blanks, Money(lost, currency, DECIMALS), None) for currency, _, lost in sums]
    made: list[Row] = [
        (
            *facts(asked, one),
            Money(one["paid"], one["currency"], DECIMALS),
            Money(one["cost"], one["cost_currency"], one["cost_decimals"]),
            Money(one["loss"], one["currency"], DECIMALS),
            one["carrier"],
        )
        for one in rows
    ]
    note = joined(" ", (WORDS, beyond, other))
    table = Table(
        name="loss", title=TITLE, columns=_COLUMNS, rows=tuple(made), count=len(made), totals=tuple(totals), note=note
    )
    return table, number
