"""`foliogate carriers`: what each carrier of a tariff would have cost for the calls of a past period."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.periods import bar, period_options, span_of
from gateway.cli.store import opened
from gateway.cli.words import config_option, fail, read_config

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.replay.carriers import Bill, Offer, Terms
    from gateway.replay.rehearsing import Money, Rehearsal
    from gateway.store.database import Database


@click.command("carriers")
@config_option
@click.option(
    "--tariff",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="A tariff with the offers to compare; the one in force if left out.",
)
@period_options
@click.option(
    "--rent", "rents", multiple=True, metavar="NAME=AMOUNT", help="What a carrier asks a month for its trunks."
)
@click.option(
    "--commitment", "commitments", multiple=True, metavar="NAME=AMOUNT", help="What its calls must come to in a month."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def carriers_command(
    config_path: Path,
    folder: Path | None,
    first: date,
    last: date,
    rents: tuple[str, ...],
    commitments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Compare carriers on the house's own calls: their prices, their rent, and what they ask at least.

    Every carrier for which the tariff has a tariff of costs is held against what the calls cost as they were carried. Rent and
    commitment are of a calendar month, and count by the day where a month is not whole. Changes nothing.

    \b
    foliogate carriers --tariff offers --from 2026-01-01 --to 2026-10-31 --rent NordTel=120 --commitment SudCom=500.00
    """
    config = read_config(config_path)
    span = span_of(first, last, config.property.timezone)
    with opened(config_path, read_only=True, config=config) as database:
        rehearsal, money = _rehearsal(config, database, folder)
        terms = _terms(rehearsal.carriers, rents, commitments, money.decimals)
        before, offers = _compare(rehearsal, terms, first, last, span)
    if as_json:
        click.echo(json.dumps(_object(before, offers, money, first, last), ensure_ascii=False))
        return
    for line in _lines(before, offers, money, first, last):
        click.echo(line)


def _rehearsal(config: Config, database: Database, folder: Path | None) -> tuple[Rehearsal, Money]:
    from gateway.app import configured, parts
    from gateway.replay.rehearsing import CannotCompare, Rehearsal

    rooms = configured.room_list(config)
    try:
        book = configured.tariff(config, folder)
        rules, sources = parts.rules(config, rooms, book), parts.sources(config, rooms)
        found = Rehearsal(database=database, rules=rules, sources=sources, book=book, question="split")
        return found, found.money()
    except (configured.CannotStart, CannotCompare) as error:
        fail(str(error))


def _terms(
    carriers: tuple[str, ...], rents: tuple[str, ...], commitments: tuple[str, ...], decimals: int
) -> dict[str, Terms]:
    """What was given for each carrier; a name that is none of them, or an amount that is none, ends the command."""
    from gateway.replay.carriers import Terms
    from rating.money import parse_amount

    found: dict[str, dict[str, int]] = {}
    for option, said in (("rent", rents), ("commitment", commitments)):
        for words in said:
            name, sign, text = words.rpartition("=")
            if not sign or name not in carriers:
                fail(f"--{option} {words}: write NAME=AMOUNT, with one of {', '.join(carriers)}")
            try:
                amount = parse_amount(text, decimals)
            except ValueError as error:
                fail(f"--{option} {words}: {error}")
            if amount < 0:
                fail(f"--{option} {words}: an amount of nothing or more is wanted")
            found.setdefault(name, {})[option] = amount
    return {name: Terms(**amounts) for name, amounts in found.items()}


def _compare(
    rehearsal: Rehearsal, terms: dict[str, Terms], first: date, last: date, span: Any
) -> tuple[Bill, list[Offer]]:
    from gateway.intake.stored_calls import numbers_between
    from gateway.replay.carriers import compared

    begin, end = numbers_between(rehearsal.database, span)
    with bar("asking every carrier", max(1, end - begin), begin) as seen:
        quoted = rehearsal.quoted(span, seen)
        return compared(quoted, rehearsal.carriers, terms, (first, last), rehearsal.book.zone)


def _object(before: Bill, offers: list[Offer], money: Money, first: date, last: date) -> dict[str, Any]:
    from rating.money import format_amount

    def text(minor: int) -> str:
        return format_amount(minor, money.decimals)

    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "currency": money.currency,
        "as_carried": {"calls": before.calls, "unknown": before.unknown, "cost": text(sum(before.by_month.values()))},
        "carriers": [
            {
                "carrier": one.carrier,
                "calls": one.calls,
                "unknown": one.unknown,
                "cost": text(one.cost),
                "short_of_commitment": text(one.short),
                "rent": text(one.rent),
                "total": text(one.total),
            }
            for one in offers
        ],
    }


def _lines(before: Bill, offers: list[Offer], money: Money, first: date, last: date) -> Iterator[str]:
    found = _object(before, offers, money, first, last)
    yield f"What the calls out from {first} to {last} cost, in {money.currency}"
    head = ("calls", "no price", "calls cost", "short", "rent", "total")
    yield f"{'':<20}" + "".join(f"{one:>14}" for one in head)
    carried = found["as_carried"]
    said = (carried["calls"], carried["unknown"], carried["cost"], "", "", carried["cost"])
    yield f"{'as carried':<20}" + "".join(f"{one:>14}" for one in said)
    for one in found["carriers"]:
        said = tuple(one[name] for name in ("calls", "unknown", "cost", "short_of_commitment", "rent", "total"))
        yield f"{one['carrier'][:20]:<20}" + "".join(f"{cell:>14}" for cell in said)
    yield "Short is what calls lacked of the commitment; a month that is not whole counts by its days."
    if any(one.unknown for one in offers) or before.unknown:
        yield "Totals can be compared only where no call is without a price."
