"""Every call of the days, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.when import pictures
from gateway.reports.sums import Purse, money_rows, tallied, together
from gateway.reports.values import Column, Money, Report, Row, Table
from gateway.store.reporting import Calls, call_sums, last_call, posting_sums
from gateway.web.marks import HOLDS, NAMES, URGENCY
from gateway.web.words import count, minutes

COLUMNS: Final = (
    Column("call", "call", "text", detail=True),
    Column("began", "began", "instant"),
    Column("way", "way"),
    Column("room", "room or department"),
    Column("reservation", "guest", "text", detail=True),
    Column("extension", "extension"),
    Column("number", "number"),
    Column("class", "class"),
    Column("place", "place"),
    Column("trunk", "trunk", "text", detail=True),
    Column("carrier", "carrier", "text", detail=True),
    Column("talk_seconds", "talk", "seconds"),
    Column("billed_seconds", "billed", "seconds", detail=True),
    Column("price", "price", "money"),
    Column("charged", "charged", "money"),
    Column("cost", "cost", "money", detail=True),
    Column("state", "state"),
    Column("reason", "reason", "text", detail=True),
)
_STATUS: Final = {"open": "not finished", "allocated": "of the house", "not_chargeable": "not charged"}
#: States in which nothing is to come of a charge any more.
SETTLED: Final = ("posted", "written_off")


class _Rows:
    """The rows, made of the store's while somebody goes through them."""

    def __init__(self, asked: Asked, calls: Calls) -> None:
        self._asked, self._calls = asked, calls

    def __iter__(self) -> Iterator[Row]:
        """One row a call."""
        for call, postings in self._calls:
            yield _row(self._asked, call, postings)


def _row(asked: Asked, call: dict[str, Any], postings: Sequence[dict[str, Any]]) -> Row:
    who = call["room"] or call["department"] or ""
    where = (str(call["id"]), call["started_at"], call["direction"], who, call["reservation"], call["extension"])
    line = (asked.number(call), call["number_class"], call["place"], call["trunk"], call["carrier"])
    charged = [one for one in postings if one["state"] != "written_off" and one["amount"] is not None]
    purse = (
        Money(sum(one["amount"] for one in charged), charged[0]["currency"], charged[0]["decimals"])
        if charged
        else None
    )
    amounts = (
        _money(call, "amount", "currency", "decimals"),
        purse,
        _money(call, "cost", "cost_currency", "cost_decimals"),
    )
    return (
        *where,
        *line,
        call["talk_seconds"],
        call["billed_seconds"],
        *amounts,
        state(call, postings),
        call["reason"],
    )


def _money(row: dict[str, Any], amount: str, currency: str, decimals: str) -> Money | None:
    if row[amount] is None or row[currency] is None:
        return None
    return Money(row[amount], row[currency], row[decimals] or 0)


def state(call: dict[str, Any], postings: Sequence[dict[str, Any]]) -> str:
    """How a call stands, in a word or a few: by that of its charges which claims attention first."""
    if not postings:
        return _STATUS.get(call["status"], "no charge")
    known = {name: place for place, name in enumerate(URGENCY)}
    first = min(postings, key=lambda one: known.get(one["state"], len(known)))
    words = NAMES.get(first["state"], first["state"].replace("_", " "))
    return f"{words}: {HOLDS.get(first['hold'], first['hold'])}" if first["hold"] else words


def calls(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    rows = call_sums(connection, chosen, ("quarter",))
    whole = together(tallied(rows).values())
    charged, waiting = Purse(), 0
    for one in posting_sums(connection, chosen, ()):
        if one["state"] != "written_off" and one["priced"]:
            charged.put(one["amount"], one["currency"], one["decimals"])
        waiting += one["postings"] if one["state"] not in SETTLED else 0
    priced = Purse()
    priced.pour(whole.priced)
    priced.pour(whole.house)
    home = asked.money(0)
    head: tuple[str | None, ...] = (None, None, "together", *([None] * 8))
    totals = money_rows((*head, whole.talk, None), [priced, charged, whole.cost.known], home, (None, None))
    listed = Table(
        name="calls",
        title="Calls",
        columns=COLUMNS,
        rows=_Rows(asked, Calls(asked.database, chosen, last_call(connection, asked.database.property))),
        count=whole.calls,
        totals=tuple(totals),
        nothing="No call began in these days.",
    )
    unsettled = f"; {count(waiting, 'charge is', 'charges are')} not settled yet" if waiting else ""
    finding = f"{count(whole.calls, 'call')}, {minutes(whole.talk)} of talk, {charged.words(home)} charged{unsettled}."
    return report(
        asked,
        connection,
        chosen,
        kind="calls",
        title="Calls",
        finding=finding,
        sections=(*pictures(rows, asked.period), listed),
        assumptions=(TALK, PRICE, CHARGED),
    )


PRICE: Final = (
    "The price of a call is what its tariff gave when it was rated; for calls of the house it is what a guest would pay, "
    "and calls that are not charged have their price in the list but in no sum."
)
CHARGED: Final = (
    "Charged is what was put on folios or is on its way there, corrections counted and written-off charges not."
)
