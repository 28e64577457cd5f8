"""`foliogate price`: what a call to a number would cost, in the guest's language if wanted. Nothing is stored."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from gateway.bills.enquiry import Quote
from gateway.bills.sheet import Sheet
from gateway.cli.rate_options import circumstances_of, circumstances_options, start_of
from gateway.cli.words import config_option, fail, read_config
from gateway.languages.names import LANGUAGES
from gateway.shown import visible
from rating.money import MILLIONTHS, format_amount, price_text


@click.command("price")
@click.argument("number")
@config_option
@click.option("--at", "start", metavar="TIME", help="When the call begins: 2026-03-04T17:30. Without it, now.")
@click.option("--language", metavar="TAG", default="en", help=f"The language of the answer: {', '.join(LANGUAGES)}.")
@circumstances_options
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object instead.")
def price_command(
    number: str, config_path: Path, start: str | None, language: str, as_object: bool, **options: Any
) -> None:
    """Say what a call to NUMBER would cost: the connection, a minute, and calls of 1, 5 and 10 minutes, tax included.

    The same number plan and tariff that `run` uses; the number is written as a guest would dial it, without the code for
    a line. The exit code is 1 where there is no price.

    \b
    foliogate price +442079460000
    foliogate price 00442079460000 --at 2026-03-04T17:30 --vip V1 --language de
    """
    from gateway.app.configured import CannotStart, price_desk, room_list, tariff
    from gateway.bills.enquiry import quote
    from gateway.bills.price_sheets import price_sheet
    from gateway.bills.sheet import House
    from gateway.languages.catalogues import GUEST
    from gateway.languages.speech import speech

    around = circumstances_of(options)
    config = read_config(config_path)
    home = config.property
    try:
        desk = price_desk(config, room_list(config), tariff(config))
    except CannotStart as error:
        fail(str(error))
    at = start_of("--at", start, home.timezone, datetime.now(UTC))
    told = quote(desk, desk.understood(number), at, around)
    if as_object:
        click.echo(json.dumps(_object(told)))
    else:
        tongue = speech(language, GUEST, home.country)
        sheet = price_sheet(told, tongue, House(home.name, home.country), home.timezone)
        click.echo("\n".join(_lines(sheet, told)))
    sys.exit(1 if told.unpriced else 0)


def _lines(sheet: Sheet, told: Quote) -> Iterator[str]:
    """The sheet as text; why there is no price comes from the tariff, in English."""
    for name, value in sheet.facts:
        yield f"{name}: {visible(value)}"
    yield from sheet.lead
    for table in sheet.small:
        yield " | ".join(column.title for column in table.columns)
        yield from (" | ".join(row.cells) for row in table.rows)
    if told.unpriced or told.free:
        yield visible(told.unpriced or told.free)
    elif told.offers:
        yield f"({told.tariff} {told.version}{f', {told.rule}' if told.rule else ''})"


def _object(told: Quote) -> dict[str, object]:
    terms = told.terms
    return {
        "number": told.number.e164,
        "typed": told.number.raw,
        "class": told.number.number_class,
        "place": told.place or told.number.place,
        "at": told.at.isoformat(),
        "currency": told.currency or None,
        "connection": None if terms is None else _decimal(terms.connection),
        "per_minute": None if terms is None else _decimal(terms.minute),
        "calls": [
            {
                "minutes": one.minutes,
                "net": format_amount(one.net, told.decimals),
                "tax": format_amount(one.tax, told.decimals),
                "amount": format_amount(one.gross, told.decimals),
            }
            for one in told.offers
        ],
        "until": None if told.until is None else told.until.isoformat(),
        "tariff": told.tariff or None,
        "version": told.version or None,
        "rule": told.rule or None,
        "free": told.free or None,
        "reason": told.unpriced or None,
    }


def _decimal(value: Fraction) -> str:
    """A price as a decimal string, to six decimals."""
    return price_text(round(value * MILLIONTHS))
