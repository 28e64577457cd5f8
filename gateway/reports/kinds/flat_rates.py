"""Whether flat rates pay: what guests with one would have paid by the house's tariff, what the carriers ask, and the fee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from gateway.attribution import StayTariffs
from gateway.instants import from_micros
from gateway.languages.spoken import later, later_plural, ours
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.flat import FlatRate, NoPricing, Pricing
from gateway.reports.sums import Purse, money_rows
from gateway.reports.values import Cell, Column, Note, Report, Row, Section, Table, table
from gateway.reports.wording import in_words
from gateway.store.flat_rates import calls_by, stays_in
from gateway.store.stay_tariffs import load_stay_tariffs

#: Stays that are named one by one; the sums have them all.
MOST_NAMED: Final = 500
_FIGURES: Final = (
    Column("nights", "nights", "count"),
    Column("calls", "calls", "count"),
    Column("unpriced", "without a rate", "count"),
    Column("talk_seconds", "talk", "seconds"),
    Column("fee", "flat fee", "money"),
    Column("by_tariff", "by the tariff", "money"),
    Column("cost", "carriers' cost", "money"),
    Column("left", "fee less cost", "money"),
)
_ASSUMED: Final = (
    "By the tariff is what the calls would have cost a guest without the flat rate, by the house's own tariff as it is written "
    "today. The fee is booked by the PMS, not by us; it is counted for every night of a stay that had the flat rate, or once "
    "for a stay that began in these days, whether anybody called or not.",
    "The carriers' cost is known where the tariff has their prices. Helplines are counted in it and not by the tariff.",
)


@dataclass(slots=True)
class Sum:
    """A stay, or all of them."""

    nights: int = 0
    calls: int = 0
    unpriced: int = 0
    talk: int = 0
    fee: int = 0
    by_tariff: int = 0
    cost: int = 0
    costed: int = 0

    def add(self, other: Sum) -> None:
        """Take in another."""
        for name in Sum.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def flat_rates(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    sections: list[Section] = []
    whole = Sum()
    finding = "The house has no flat rates: write [[flat_rates]] in the configuration."
    try:
        if asked.office.flat_rates and asked.office.pricing is not None:
            pricing = asked.office.pricing()
            given = load_stay_tariffs(connection, asked.database.property)
            for rate in asked.office.flat_rates:
                stays = _of_rate(asked, connection, rate, pricing, given)
                for _, one in stays:
                    whole.add(one)
                sections.append(_table(asked, rate, stays))
            finding = _finding(asked, whole)
    except NoPricing as error:
        finding, sections = "Nothing can be said of flat rates now.", [Note(title="Tariff", sentences=(f"{error}.",))]
    return report(
        asked,
        connection,
        chosen,
        kind="flat-rates",
        title="Flat rates",
        finding=finding,
        sections=sections,
        assumptions=(TALK, *_ASSUMED),
    )


def _finding(asked: Asked, whole: Sum) -> str:
    fees, cost, price = (in_words(asked.money(one)) for one in (whole.fee, whole.cost, whole.by_tariff))
    calls = later_plural("{number} call", "{number} calls", whole.calls)
    if whole.fee >= whole.cost:
        return later(
            "They pay: fees of {fees} against carriers' costs of {cost}; by the tariff the {calls} would have come to {price}.",
            fees=fees,
            cost=cost,
            calls=calls,
            price=price,
        )
    return later(
        "They do not pay: fees of {fees} against carriers' costs of {cost}; by the tariff the {calls} would have come to "
        "{price}.",
        fees=fees,
        cost=cost,
        calls=calls,
        price=price,
    )


def _of_rate(
    asked: Asked, connection: Connection, rate: FlatRate, pricing: Pricing, given: StayTariffs
) -> list[tuple[Mapping[str, Any], Sum]]:
    """The stays that had a flat rate in the days, each with its sums, the dearest for the house first."""
    owner, found = asked.database.property, {}
    for stay in stays_in(connection, owner, asked.span):
        nights = [night for night in _nights(asked, stay) if _carries(asked, rate, given, stay, night)]
        if nights:
            fee = rate.fee * len(nights) if rate.per == "day" else rate.fee * (stay["since"] >= asked.span.since)
            found[stay["id"]] = (stay, Sum(nights=len(nights), fee=fee))
    by_guest = {stay["reservation"]: one for stay, one in found.values()}
    others = Sum()
    for call in calls_by(connection, asked.chosen(connection), rate.tariff):
        _count(asked, by_guest.get(call["reservation"], others), call, pricing)
    if others.calls:
        found[0] = ({"room": "", "reservation": ours("stays that are not told")}, others)
    return sorted(found.values(), key=lambda one: (one[1].fee - one[1].cost, str(one[0]["room"])))


def _count(asked: Asked, one: Sum, call: Mapping[str, Any], pricing: Pricing) -> None:
    one.calls += 1
    one.talk += call["talk_seconds"] or 0
    price = pricing.price(call)
    if price is None or price[1] != asked.currency:
        one.unpriced += 1
    else:
        one.by_tariff += price[0]
    if call["cost"] is not None and call["cost_currency"] == asked.currency:
        one.costed += 1
        one.cost += _minor(call["cost"], call["cost_decimals"], asked.decimals)


def _minor(amount: int, decimals: int, wanted: int) -> int:
    """An amount in the hotel's decimals, half a unit upwards."""
    if decimals <= wanted:
        return int(amount * 10 ** (wanted - decimals))
    step = int(10 ** (decimals - wanted))
    return (2 * amount + step) // (2 * step)


def _nights(asked: Asked, stay: Mapping[str, Any]) -> list[date]:
    """The nights of a stay within the days; a stay of a day without a night counts as one."""
    zone, period = asked.period.zone, asked.period
    came = max(period.first, from_micros(max(stay["since"], 0)).astimezone(zone).date())
    end = min(stay["until"] or asked.span.until, asked.span.until)
    left = min(from_micros(end).astimezone(zone).date(), period.last + timedelta(days=1))
    same = stay["until"] is not None and came == left and stay["since"] >= asked.span.since
    return [came + timedelta(days=one) for one in range(max((left - came).days, int(same)))]


def _carries(asked: Asked, rate: FlatRate, given: StayTariffs, stay: Mapping[str, Any], night: date) -> bool:
    """Whether a stay had the flat rate in a night: what the desk or the PMS gave it, else its group or room."""
    from gateway.instants import midnight

    code = given.at(stay["reservation"], midnight(night + timedelta(days=1), asked.period.zone) - 1)
    return code == rate.tariff if code else any(one.covers(stay, night) for one in rate.given)


def _table(asked: Asked, rate: FlatRate, stays: Sequence[tuple[Mapping[str, Any], Sum]]) -> Table:
    whole, rows = Sum(), list[Row]()
    for place, (stay, one) in enumerate(stays):
        whole.add(one)
        if place < MOST_NAMED:
            rows += _row(asked, (stay["room"], stay["reservation"]), one)
    beyond = (
        later("The first {shown} of {number} stays are named.", shown=MOST_NAMED, number=len(stays))
        if len(stays) > MOST_NAMED
        else ""
    )
    heads = (Column("room", "room"), Column("reservation", "reservation"))
    return table(
        f"rate_{rate.tariff}".lower(),
        later("Tariff {tariff}: the stays", tariff=rate.tariff),
        (*heads, *_FIGURES),
        rows,
        totals=tuple(_row(asked, (ours("together"), None), whole)),
        nothing="No stay had it in these days.",
        note=beyond,
    )


def _row(asked: Asked, before: Sequence[Cell], one: Sum) -> list[Row]:
    known = one.costed or not one.calls
    amounts = (one.fee, one.by_tariff, one.cost if known else None, one.fee - one.cost if known else None)
    purses: list[Purse | None] = []
    for minor in amounts:
        purse = None if minor is None else Purse()
        if purse is not None:
            purse.put(minor or 0, asked.currency, asked.decimals)
        purses.append(purse)
    return money_rows((*before, one.nights, one.calls, one.unpriced, one.talk), purses, asked.money(0))
