"""From charges to bookings: each a debit of one account and credits of others that come to the same, to the minor unit. Pure.

A charge may be a part of its call's price (a later leg, a correction). The taxes of the call are spread over its parts in
their order, each rounded with what came before it, so that all parts together carry all of the tax; what is left is net.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import Any, Final, NamedTuple

from gateway.config import AccountingSettings
from gateway.config.accounting import DEFAULT
from gateway.instants import from_micros
from rating.trace import is_tax, read_trace

#: What a charge is called in the text of its booking.
KINDS: Final = {"charge": "telephone", "correction": "telephone, correction", "reversal": "telephone, taken back"}


class Booking(NamedTuple):
    """A line: `minor` is a debit if positive and a credit if negative. The lines of one document come to nothing together."""

    day: date
    document: str
    account: str
    minor: int
    currency: str
    decimals: int
    text: str
    tax: str
    number_class: str
    department: str
    charges: int


def of_charge(row: Mapping[str, Any], said: AccountingSettings, zone: tzinfo) -> list[Booking]:
    """The booking of a charge that the PMS took."""
    amount, kind = int(row["amount"]), row["number_class"] or ""
    taxes = _taxes(row)
    about = {
        "day": from_micros(row["changed_at"]).astimezone(zone).date(),
        "document": f"P{row['id']}",
        "currency": row["currency"],
        "decimals": row["decimals"],
        "text": KINDS.get(row["kind"], "telephone"),
        "number_class": kind,
        "department": "",
    }

    def line(account: str, minor: int, charges: int = 0, tax: str = "") -> Booking:
        return Booking(account=account, minor=minor, charges=charges, tax=tax, **about)

    net = amount - sum(taxes.values())
    lines = [line(said.guests, amount, 1), line(account_of(said.revenue, kind), -net)]
    lines += [line(account_of(said.taxes, name), -minor, tax=name) for name, minor in taxes.items()]
    return [one for one in lines if one.minor or one.charges]


def of_house_call(row: Mapping[str, Any], said: AccountingSettings, zone: tzinfo) -> list[Booking]:
    """The booking of a call of the house: from its department to where such calls are recovered."""
    department = row["department"] or ""
    if said.departments is None or said.recovered is None:
        return []
    about = (from_micros(row["received_at"]).astimezone(zone).date(), f"C{row['id']}")
    money, kind = (row["currency"], row["decimals"]), row["number_class"] or ""
    amount = int(row["amount"])
    debit = Booking(
        *about, account_of(said.departments, department), amount, *money, "calls of the house", "", kind, department, 1
    )
    return [debit, debit._replace(account=said.recovered, minor=-amount, charges=0)]


def account_of(accounts: Mapping[str, str], name: str) -> str:
    """The account of a class, a tax or a department."""
    return accounts.get(name, accounts[DEFAULT])


def _taxes(row: Mapping[str, Any]) -> dict[str, int]:
    """How much of a charge is which tax."""
    same = row["price_currency"] == row["currency"] and row["price_decimals"] == row["decimals"]
    whole = int(row["price"] or 0) if same else 0
    found: dict[str, int] = {}
    for name, minor in _levied(row):
        upto, after = int(row["before"]), int(row["before"]) + int(row["amount"])
        share = _share(after, minor, whole) - _share(upto, minor, whole) if whole else 0
        found[name] = found.get(name, 0) + share
    return {name: minor for name, minor in found.items() if minor}


def _levied(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The taxes of the whole call: by name where its trace tells, else as one."""
    read = [read_trace(one) for one in json.loads(row["trace"] or "[]")]
    named = [(line.text, line.b) for one in read if one is not None for line in one[1] if is_tax(line)]
    tax = int(row["tax"] or 0)
    if sum(minor for _, minor in named) == tax:
        together: dict[str, int] = {}
        for name, minor in named:
            together[name] = together.get(name, 0) + minor
        yield from together.items()
    elif tax:
        yield "tax", tax


def _share(part: int, tax: int, whole: int) -> int:
    """The tax in a part of a price, rounded half up; exact whole numbers."""
    return (2 * part * tax + whole) // (2 * whole)


def summed(lines: Iterable[Booking]) -> list[Booking]:
    """A line each day, account, currency, tax, class and department, with the charges that it is made of."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for one in lines:
        key = (one.day, one.account, one.currency, one.decimals, one.text, one.tax, one.number_class, one.department)
        held = found.setdefault(key, [0, 0])
        held[0], held[1] = held[0] + one.minor, held[1] + one.charges
    rows = []
    for (day, account, currency, decimals, text, tax, kind, department), (minor, charges) in sorted(found.items()):
        document = f"{day:%Y%m%d}-{currency}"
        if minor or charges:
            rows.append(
                Booking(day, document, account, minor, currency, decimals, text, tax, kind, department, charges)
            )
    return rows


class Balance(NamedTuple):
    """What an account comes to."""

    account: str
    currency: str
    decimals: int
    debit: int
    credit: int


def balances(lines: Iterable[Booking]) -> list[Balance]:
    """Debits and credits by account and currency, exact in the most decimals that a currency was booked with."""
    digits: dict[str, int] = {}
    listed = list(lines)
    for one in listed:
        digits[one.currency] = max(digits.get(one.currency, 0), one.decimals)
    found: dict[tuple[str, str], list[int]] = {}
    for one in listed:
        held = found.setdefault((one.account, one.currency), [0, 0])
        held[one.minor < 0] += abs(one.minor) * 10 ** (digits[one.currency] - one.decimals)
    return [Balance(account, money, digits[money], *held) for (account, money), held in sorted(found.items())]


def digest(lines: Sequence[Booking]) -> str:
    """SHA-256 of the lines, by which an export is known whatever file it stands in."""
    told = json.dumps([[str(cell) for cell in one] for one in lines], ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()
