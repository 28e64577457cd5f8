"""To whom calls are allocated: guest rooms, departments, tenants and house accounts, and by code; the sums come to all rated calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.office import on_persons
from gateway.reports.sums import Purse, Tally, money_rows, together
from gateway.reports.values import Column, Report, Row, Table, table
from gateway.reports.wording import in_words
from gateway.store.office import code_sums
from gateway.store.reporting import call_sums

_FIGURES: Final = (
    Column("calls", "calls", "count"),
    Column("talk_seconds", "talk", "seconds"),
    Column("price", "price", "money"),
    Column("cost", "cost", "money"),
)
#: What a code is called that no list has.
UNKNOWN: Final = ours("not listed")
_RATED: Final = (
    "Rated calls are those with a price: a guest's charge, or what a call of the house would cost a guest. Each of them stands "
    "once under the payer, so that the payers add up to all of them."
)
_CODES: Final = (
    "A code gives its calls to the department, tenant or house account that the house's list named when the call was settled. "
    "Of PINs and authorisation codes only the last two signs are kept; two that end alike are one line unless they are listed."
)


def allocation(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    payers = _by(
        rated(call_sums(connection, chosen, ("room", "department", "extension"))), lambda row: payer(asked, row)
    )
    codes = _by(rated(code_sums(connection, chosen)), lambda row: code_of(asked, row))
    whole = together(payers.values())
    without = _rest(asked, whole, together(codes.values()))
    unknown = sum(one.calls for key, one in codes.items() if key[2] == UNKNOWN)
    heads = (Column("payer", "payer"), Column("kind", "kind"))
    code_heads = (
        Column("account_code", "account code"),
        Column("authorization_code", "authorisation code"),
        Column("name", "name"),
        Column("led_to", "led to"),
    )
    return report(
        asked,
        connection,
        chosen,
        kind="allocation",
        title="Allocation",
        finding=_finding(asked, whole, unknown),
        sections=(
            _table(
                asked, "payers", "By payer", heads, payers, note="Together they are every rated call of these days."
            ),
            _table(asked, "codes", "By code", code_heads, codes, note=without),
        ),
        assumptions=(TALK, _RATED, _CODES, *(on_persons(asked.office) if not asked.office.agreement else ())),
    )


def _finding(asked: Asked, whole: Tally, unknown: int) -> str:
    finding = later(
        "{calls} come to {money}.",
        calls=later_plural("{number} rated call", "{number} rated calls", whole.calls),
        money=_price(whole).words(asked.money(0)),
    )
    if not unknown:
        return finding
    unlisted = later_plural(
        "{number} call had a code that nobody has listed.",
        "{number} calls had a code that nobody has listed.",
        unknown,
    )
    return joined(" ", (finding, unlisted))


def rated(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of the store's sums those of calls with a price."""
    return [one for one in rows if one["priced"] and one["status"] in ("charge", "allocated")]


def payer(asked: Asked, row: Mapping[str, Any]) -> tuple[str, str]:
    """Who pays for the calls of a sum."""
    tenant = next((name for name, some in asked.tenants.items() if row["extension"] in some), None)
    if tenant is not None:
        return tenant, ours("tenant")
    if row["department"]:
        return row["department"], ours("department or tenant")
    if row["room"] in asked.office.house_accounts:
        return row["room"], ours("house account")
    return (ours("Guest rooms"), ours("guests")) if row["room"] else (ours("In no list"), ours("unknown extension"))


def code_of(asked: Asked, row: Mapping[str, Any]) -> tuple[str | None, str | None, str, str | None]:
    """How the codes of a sum are shown; a person's name only where the staff has agreed."""
    name = row["name"] or UNKNOWN
    if row["person"] and not asked.office.agreement:
        return None, None, ours("PINs of the staff, together"), row["led_to"] or None
    return row["account_code"] or None, row["authorization_code"] or None, name, row["led_to"] or None


def _by(rows: Iterable[Mapping[str, Any]], key: Any) -> dict[tuple[str | None, ...], Tally]:
    found: dict[tuple[str | None, ...], Tally] = {}
    for row in rows:
        found.setdefault(key(row), Tally()).add(row)
    return found


def _price(one: Tally) -> Purse:
    """What the calls come to, whoever pays."""
    purse = Purse()
    purse.pour(one.priced)
    purse.pour(one.house)
    return purse


def _rest(asked: Asked, whole: Tally, coded: Tally) -> str:
    """What was called without any code, so that the codes too come to all rated calls."""
    rest = Purse()
    rest.pour(_price(whole))
    for money in _price(coded).amounts():
        rest.put(-money.minor, money.currency, money.decimals)
    left = whole.calls - coded.calls
    amounts = joined(" + ", map(in_words, rest.amounts())) or asked.currency
    return later(
        "{calls} had no code and come to {amounts}; with these they are all of them.",
        calls=later_plural("{number} rated call", "{number} rated calls", left),
        amounts=amounts,
    )


def _table(
    asked: Asked,
    name: str,
    title: str,
    heads: Sequence[Column],
    found: Mapping[tuple[str | None, ...], Tally],
    *,
    note: str,
) -> Table:
    rows: list[Row] = []
    for key in sorted(found, key=lambda one: tuple(part or "" for part in one)):
        rows += _rows(asked, key, found[key])
    totals = _rows(asked, (ours("together"), *([None] * (len(heads) - 1))), together(found.values()))
    return table(name, title, (*heads, *_FIGURES), rows, totals=tuple(totals), note=note)


def _rows(asked: Asked, key: Sequence[str | None], one: Tally) -> list[Row]:
    return money_rows((*key, one.calls, one.talk), [_price(one), one.cost.known], asked.money(0))
