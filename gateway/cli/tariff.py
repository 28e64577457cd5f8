"""`foliogate tariff`: write a tariff to begin with, and put a person's name to the one that stands.

The starter's prices are invented and say so; nothing leaves this machine with them. Approving is the act by which a
named person answers for the prices exactly as they are: the name, the instant and a digest of the texts go into
`approved.toml`, and any later edit ends the approval by itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from gateway.cli.words import fail
from gateway.tariff_folder import TariffUnreadable, read_texts
from rating.book import FOREVER, TariffBook
from rating.fields import TEXT_LIMIT, Problem
from rating.starter import starter_files
from rating.text import APPROVAL, approval, declared, load

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.group("tariff")
def tariff_group() -> None:
    """Begin and approve tariffs.

    A tariff is a folder of texts: rules in TOML, decks of prices in CSV. docs/tariffs.md tells what may stand in them.

    \b
    foliogate tariff init tariffs --country PL --currency PLN
    foliogate tariff approve tariffs --by "Anna Nowak"
    """


@tariff_group.command("init")
@_FOLDER
@click.option("--country", metavar="CC", required=True, help="The hotel's country, two letters: PL.")
@click.option("--currency", metavar="CUR", required=True, help="The folio's currency, three letters: PLN.")
@click.option(
    "--force", is_flag=True, help="Write into a folder that is not empty; files of the same name are replaced."
)
def init(folder: Path, country: str, currency: str, force: bool) -> None:
    """Write a starter tariff into FOLDER: every country reachable, every line explained.

    Its prices are INVENTED. Until a named person approves them (foliogate tariff approve), charges are posted only to
    a PMS on this machine. The folder is made where it is missing; one that is not empty is left alone.
    """
    try:
        files = starter_files(country.upper(), currency.upper())
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    try:
        _write_new(folder, files, force=force)
    except OSError as error:
        fail(f"{error.filename or folder} cannot be written: {error.strerror}")
    click.echo(f"Wrote {', '.join(str(folder / name) for name in files)}.")
    click.echo("Every price in it is invented. Put your own in, look at them with foliogate check, and then:")
    click.echo(f'  foliogate tariff approve {folder} --by "Name"')


def _write_new(folder: Path, files: Mapping[str, bytes], *, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        fail(f"{folder} is a file; name a folder for the tariff")
    folder.mkdir(parents=True, exist_ok=True)
    if not force and any(not path.name.startswith(".") for path in folder.iterdir()):
        fail(f"{folder} is not empty, so nothing was written; name another folder, or replace its tariff with --force")
    for name, data in files.items():
        _replace(folder / name, data)


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or as it was before."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    os.replace(beside, path)


@tariff_group.command("approve")
@_FOLDER
@click.option("--by", metavar="NAME", required=True, help="Who answers for these prices.")
@click.option("--country", metavar="CC", help="The hotel's country, where the tariff does not name it.")
def approve(folder: Path, by: str, country: str | None) -> None:
    """Put a name to the prices in FOLDER exactly as they stand, so that they may be posted.

    A tariff with mistakes is refused. Any later edit ends the approval; approve again then.
    """
    name = by.strip()
    if not name or len(name) > TEXT_LIMIT or not name.isprintable():
        raise click.UsageError(f"--by is the name of a person, of at most {TEXT_LIMIT} printable characters.")
    try:
        files = read_texts(folder)
    except TariffUnreadable as error:
        fail(str(error))
    book = _checked(files, country)
    try:
        _replace(folder / APPROVAL, approval(name, datetime.now(UTC), files))
    except OSError as error:
        fail(f"{error.filename or folder} cannot be written: {error.strerror}")
    click.echo(f"{name} approved version {book.version}:")
    for line in _summary(book):
        click.echo(f"  {line}")
    if book.starter:
        click.echo("It still says starter = true, which marks invented prices; take that line out before approving.")


def _checked(files: Mapping[str, bytes], country: str | None) -> TariffBook:
    """Load the tariff as it describes itself, or print every problem and end the command."""
    currency, said = declared(files)
    home = country or said
    if currency is not None and home is None:
        fail("the tariff does not name its country; say it with --country CC")
    loaded = load(files, zone=ZoneInfo("UTC"), currency=currency or "", country=home or "")
    _print(problem for problem in loaded.problems if problem.file != APPROVAL)
    if loaded.book is None:
        fail("the tariff was not approved")
    return loaded.book


def _print(problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)


def _summary(book: TariffBook) -> list[str]:
    lines = []
    for period in book.periods:
        tariff = period.tariff
        until = "on" if period.end == FOREVER else f"to {tariff.valid_to}"
        priced = [name for name, rule in tariff.rules.items() if rule.price is not None]
        lines.append(
            f"{tariff.code}, {tariff.currency}, valid from {tariff.valid_from} {until}: "
            f"{len(tariff.deck.rates)} prefixes, prices of classes: {', '.join(priced) or 'none'}"
        )
    return lines
