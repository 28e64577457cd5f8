"""What an accounting program is to book for some days: debits and credits by account, and each line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.bookings import Balance, Booking, balances, of_charge, of_house_call, summed
from gateway.reports.values import Cell, Column, Money, Note, Report, Row, Section, table
from gateway.reports.wording import in_words
from gateway.store import accounting as store

_ACCOUNTS: Final = (
    Column("account", "account"),
    Column("debit", "debit", "money"),
    Column("credit", "credit", "money"),
)
_LINES: Final = (
    Column("day", "day", "day"),
    Column("document", "document"),
    Column("account", "account"),
    Column("debit", "debit", "money"),
    Column("credit", "credit", "money"),
    Column("text", "text"),
    Column("tax", "tax"),
    Column("class", "class"),
    Column("department", "department"),
    Column("charges", "charges", "count"),
)


def lines_of(asked: Asked, connection: Connection) -> list[Booking]:
    """The bookings of the days, as the settings want them: each charge, or sums of each day."""
    said = asked.accounting
    if said is None:
        return []
    owner, zone = asked.database.property, asked.period.zone
    found: list[Booking] = []
    for row in store.taken(connection, owner, asked.span):
        found += of_charge(row, said, zone)
    for row in store.of_the_house(connection, owner, asked.span) if said.departments is not None else ():
        found += of_house_call(row, said, zone)
    return summed(found) if said.lines == "totals" else found


def accounting(asked: Asked, connection: Connection) -> Report:
    """The report."""
    lines = lines_of(asked, connection)
    accounts = balances(lines)
    debits = joined("; ", map(in_words, _sums(accounts)))
    finding = (
        later(
            "{lines}: debits of {debits} and credits of the same.",
            lines=later_plural("{number} line", "{number} lines", len(lines)),
            debits=debits,
        )
        if lines
        else "The PMS took no charge in these days."
    )
    if asked.accounting is None:
        finding = "No accounts are configured: write [accounting], as docs/delivery.md has it."
    return report(
        asked,
        connection,
        asked.chosen(connection),
        kind="accounting",
        title="Accounting",
        finding=finding,
        sections=_sections(asked, accounts, lines),
        assumptions=(*_about(asked), *_unfinished(asked, connection)),
        by_begin=False,
    )


def _sections(asked: Asked, accounts: Sequence[Balance], lines: Sequence[Booking]) -> list[Section]:
    totals = [(ours("together"), one, one) for one in _sums(accounts)]
    rows = [_balance(one) for one in accounts]
    nothing = "Nothing is to be booked."
    return [
        Note(title="Export", sentences=(_stamp(asked),)),
        table("accounts", "Totals by account", _ACCOUNTS, rows, totals=tuple(totals), nothing=nothing),
        table("lines", "Lines", _LINES, [_line(one) for one in lines], nothing=nothing),
    ]


def _stamp(asked: Asked) -> str:
    if asked.export is None:
        return "This is a look and no export: it has no number, and nothing was written down."
    if asked.export.again:
        return later(
            "This is export {number}, AGAIN: some of these days were exported before.", number=asked.export.number
        )
    return later("This is export {number}.", number=asked.export.number)


def _sums(accounts: Sequence[Balance]) -> list[Money]:
    found: dict[str, Money] = {}
    for one in accounts:
        held = found.get(one.currency, Money(0, one.currency, one.decimals))
        found[one.currency] = held._replace(minor=held.minor + one.debit)
    return list(found.values())


def _balance(one: Balance) -> Row:
    return (one.account, Money(one.debit, one.currency, one.decimals), Money(one.credit, one.currency, one.decimals))


def _line(one: Booking) -> Row:
    money = Money(abs(one.minor), one.currency, one.decimals)
    sides: tuple[Cell, Cell] = (money, None) if one.minor >= 0 else (None, money)
    what = (one.text, one.tax or None, one.number_class or None, one.department or None, one.charges)
    return (one.day, one.document, one.account, *sides, *what)


def _about(asked: Asked) -> tuple[str, ...]:
    house = "Calls of the house count on the day their record came, at their price with tax."
    return (
        "A charge counts on the day on which the PMS took it, whenever its call was.",
        "A charge that is a part of its call's price carries its share of the call's taxes.",
        *((house,) if asked.accounting is not None and asked.accounting.departments is not None else ()),
    )


def _unfinished(asked: Asked, connection: Connection) -> tuple[str, ...]:
    number = store.unfinished(connection, asked.database.property, asked.span)
    if asked.accounting is None or asked.accounting.departments is None or not number:
        return ()
    return (
        later(
            "{calls} whose records came in these days may not be finished and are not here.",
            calls=later_plural("{number} call", "{number} calls", number),
        ),
    )
