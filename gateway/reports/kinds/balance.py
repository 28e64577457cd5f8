"""The night auditor's balance: what was told, what was priced, what was charged, what the PMS took; every difference by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.kinds.calls import SETTLED
from gateway.reports.kinds.postings import MOST_NAMED, named_table
from gateway.reports.periods import Period, local_hour
from gateway.reports.sums import Purse, money_rows
from gateway.reports.values import Cell, Column, Money, Note, Report, Row, Section, Table, table
from gateway.reports.wording import entry, kept_words
from gateway.store.reporting import (
    Chosen,
    acknowledged,
    call_sums,
    found_by_people,
    never_charged,
    posting_sums,
    records_received,
    shares_of_the_house,
    taken_oddly,
)
from gateway.web.marks import NAMES

#: States whose charges are named one by one, in the order in which they claim attention.
_NAMED: Final = ("in_doubt", "refused", "held", "unconfirmable", "sent", "due")


@dataclass(slots=True)
class Leaf:
    """One side of the balance: how many, and what they come to."""

    number: int = 0
    purse: Purse = field(default_factory=Purse)

    def add(self, row: dict[str, Any], number: str) -> None:
        """Take in a sum of the store."""
        self.number += row[number]
        if row["amount"] or row.get("priced"):
            self.purse.put(row["amount"], row["currency"], row["decimals"])


@dataclass(slots=True)
class Sheet:
    """The balance of some days. `charged` has corrections and reversals in it, and nothing that was written off."""

    rated: Leaf = field(default_factory=Leaf)
    unrated: int = 0
    charges: Leaf = field(default_factory=Leaf)
    corrections: Leaf = field(default_factory=Leaf)
    written_off: Leaf = field(default_factory=Leaf)
    posted: Leaf = field(default_factory=Leaf)
    open: Leaf = field(default_factory=Leaf)
    taken: Leaf = field(default_factory=Leaf)
    house: Leaf = field(default_factory=Leaf)
    statuses: dict[str, int] = field(default_factory=dict)

    def call(self, row: dict[str, Any]) -> None:
        """A sum of calls."""
        self.statuses[row["status"]] = self.statuses.get(row["status"], 0) + row["calls"]
        if row["status"] == "charge":
            self.unrated += row["calls"] - row["priced"]
            self.rated.number += row["priced"]
            if row["priced"]:
                self.rated.purse.put(row["amount"], row["currency"], row["decimals"])

    def charge(self, row: dict[str, Any]) -> None:
        """A sum of charges."""
        (self.charges if row["kind"] == "charge" else self.corrections).add(row, "postings")
        if row["state"] not in SETTLED:
            self.open.add(row, "postings")
        else:
            (self.posted if row["state"] == "posted" else self.written_off).add(row, "postings")

    @property
    def pending(self) -> Purse:
        """What is charged and does not stand on a folio."""
        return _less(
            _plus(self.charges.purse, self.corrections.purse), _plus(self.written_off.purse, self.posted.purse)
        )

    @property
    def unasked(self) -> Purse:
        """What was priced for guests less what was charged for it; prices change by later rates and later legs."""
        return _less(self.rated.purse, _plus(self.charges.purse, self.house.purse))

    @property
    def untold(self) -> Purse:
        """What stands as posted less what the PMS said yes to."""
        return _less(self.posted.purse, self.taken.purse)


def _plus(*purses: Purse) -> Purse:
    whole = Purse()
    for one in purses:
        whole.pour(one)
    return whole


def _less(one: Purse, other: Purse) -> Purse:
    rest = _plus(one)
    for money in other.amounts():
        rest.put(-money.minor, money.currency, money.decimals)
    return rest


def balance(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    days = _sheets(asked.period, connection, chosen)
    whole = _whole(asked.period, connection, chosen)
    odd = _odd_tables(asked, connection, chosen)
    named = [named_table(asked, connection, chosen, state) for state in _NAMED]
    came = records_received(connection, asked.database.property, asked.span)
    sections: list[Section] = [_came_in(came, whole), _went(whole, asked.money(0))]
    if len(days) > 1:
        sections.append(_by_day(days, asked.money(0)))
    sections += [one for one in (*odd, *named) if one.count]
    sections += [_nothing_open()] if not any(one.count for one in (*odd, *named)) else []
    return report(
        asked,
        connection,
        chosen,
        kind="balance",
        title="Balance",
        finding=_finding(whole, asked.money(0), [one for one in odd if one.count], came.get("unparsed", 0)),
        sections=sections,
        assumptions=(
            "The PMS's total is what it said yes to, attempt by attempt; compare it with the PMS's own report of the day.",
            "Records are counted by when they came, calls by when they began: records of a buffer come later.",
        ),
    )


def _finding(whole: Sheet, home: Money, odd: Sequence[Table], unread: int) -> str:
    parts = (
        [later("{records} that could not be read", records=later_plural("{number} record", "{number} records", unread))]
        if unread
        else []
    )
    unfinished = whole.statuses.get("open", 0)
    parts += (
        [later("{calls} not finished", calls=later_plural("{number} call", "{number} calls", unfinished))]
        if unfinished
        else []
    )
    if whole.open.number:
        parts.append(
            later(
                "{charges} with {money} not on a folio",
                charges=later_plural("{number} charge", "{number} charges", whole.open.number),
                money=whole.pending.words(home),
            )
        )
    parts += [
        later(
            "{entries} under “{title}”",
            entries=later_plural("{number} entry", "{number} entries", one.count),
            title=ours(one.title),
        )
        for one in odd
    ]
    if not parts and any(money.minor for money in whole.untold.amounts()):
        parts.append(later("{money} between folios and PMS", money=whole.untold.words(home)))
    if parts:
        return later("The balance has a difference: {list}.", list=joined("; ", parts))
    told = later(
        "{charges} with {money}",
        charges=later_plural("{number} charge", "{number} charges", whole.posted.number),
        money=whole.posted.purse.words(home),
    )
    return later("The balance is even: {told} on folios, and the PMS said yes to each.", told=told)


def _whole(period: Period, connection: Connection, chosen: Chosen) -> Sheet:
    whole = _filled(period, connection, chosen, ()).get(None, Sheet())
    for row in shares_of_the_house(connection, chosen):
        whole.house.add(row, "postings")
    return whole


def _sheets(period: Period, connection: Connection, chosen: Chosen) -> dict[date, Sheet]:
    found = _filled(period, connection, chosen, ("quarter",))
    return {day: found.get(day, Sheet()) for day in period.days}


def _filled(period: Period, connection: Connection, chosen: Chosen, by: tuple[str, ...]) -> dict[date | None, Sheet]:
    sheets: dict[date | None, Sheet] = {}

    def sheet(row: dict[str, Any]) -> Sheet:
        day = local_hour(row["quarter"], period.zone).day if by else None
        return sheets.setdefault(day, Sheet())

    for row in call_sums(connection, chosen, by):
        sheet(row).call(row)
    for row in posting_sums(connection, chosen, by):
        sheet(row).charge(row)
    for row in acknowledged(connection, chosen, by):
        sheet(row).taken.add(row, "answers")
    return sheets


def _came_in(came: Mapping[str, int], whole: Sheet) -> Table:
    words = {
        "call": ours("records of calls"),
        "unparsed": ours("records that could not be read"),
        "event": ours("other records"),
    }
    columns = (Column("what", "what came in"), Column("number", "number", "count"))
    rows: list[Row] = [(text, came.get(kind, 0)) for kind, text in words.items()]
    rows.append((ours("calls that began"), sum(whole.statuses.values())))
    statuses = {
        "charge": ours("of these, guests’ to be charged"),
        "allocated": ours("of these, of the house"),
        "not_chargeable": ours("of these, not charged"),
        "open": ours("of these, not finished"),
    }
    rows += [(text, whole.statuses.get(status, 0)) for status, text in statuses.items()]
    rows.append((ours("guests’ calls without a price"), whole.unrated))
    return table("came_in", "What came in", columns, rows)


def _went(whole: Sheet, home: Money) -> Table:
    columns = (
        Column("line", "where it went"),
        Column("number", "number", "count"),
        Column("amount", "amount", "money"),
        Column("difference", "difference", "money"),
    )
    lines: list[tuple[str, Leaf, Purse | None]] = [
        (ours("priced for guests"), whole.rated, None),
        (ours("charges of these calls"), whole.charges, whole.unasked),
        *([(ours("shares of these calls that the house held"), whole.house, None)] if whole.house.number else []),
        (ours("corrections and reversals"), whole.corrections, None),
        (ours("written off"), whole.written_off, None),
        (ours("on folios"), whole.posted, whole.pending),
        (ours("the PMS said yes to"), whole.taken, whole.untold),
    ]
    rows: list[Row] = []
    for words, leaf, difference in lines:
        rows += money_rows((words, leaf.number), [leaf.purse, difference], home)
    note = "Differences: priced less charged; charged, corrected and not written off, less on folios; on folios less the PMS’s."
    return table("went", "Where it went", columns, rows, note=note)


def _by_day(days: dict[date, Sheet], home: Money) -> Table:
    columns = (
        Column("day", "day", "day"),
        Column("calls", "guests’ calls", "count"),
        Column("rated", "priced", "money"),
        Column("charged", "charged", "money"),
        Column("posted", "on folios", "money"),
        Column("taken", "PMS said yes", "money"),
        Column("open", "not on a folio", "money"),
    )
    rows: list[Row] = []
    for day, one in days.items():
        before: tuple[Cell, ...] = (day, one.statuses.get("charge", 0))
        charged = _less(_plus(one.charges.purse, one.corrections.purse), one.written_off.purse)
        rows += money_rows(before, [one.rated.purse, charged, one.posted.purse, one.taken.purse, one.pending], home)
    return table("days", "Day by day", columns, rows)


_ODD: Final = (
    Column("posting", "posting"),
    Column("began", "call began", "instant"),
    Column("room", "room"),
    Column("number", "number"),
    Column("amount", "amount", "money"),
    Column("state", "state"),
    Column("reason", "why"),
)


def _odd_tables(asked: Asked, connection: Connection, chosen: Chosen) -> list[Table]:
    found = found_by_people(connection, chosen, MOST_NAMED)
    oddly = taken_oddly(connection, chosen, MOST_NAMED)
    missing = never_charged(connection, chosen, MOST_NAMED)
    uncharged = [
        (
            str(one["id"]),
            one["started_at"],
            one["room"],
            asked.number(one),
            _amount(one),
            ours("no charge"),
            one["reason"],
        )
        for one in missing
    ]
    return [
        table("found", "Found on the folio by a person", _ODD, [_odd(asked, one) for one in found]),
        table(
            "oddly", "Taken by the PMS twice, or without standing as posted", _ODD, [_odd(asked, one) for one in oddly]
        ),
        table("uncharged", "Calls to be charged without a charge", (Column("call", "call"), *_ODD[1:]), uncharged),
    ]


def _odd(asked: Asked, one: dict[str, Any]) -> Row:
    return (
        str(one["id"]),
        one["started_at"],
        one["room"],
        asked.number(one),
        _amount(one),
        entry(NAMES, one["state"]),
        kept_words(one["reason"]),
    )


def _amount(one: dict[str, Any]) -> Money | None:
    return Money(one["amount"], one["currency"], one["decimals"]) if one["amount"] is not None else None


def _nothing_open() -> Note:
    return Note(title="Open items", sentences=("There are none.",))
