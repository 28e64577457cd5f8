"""`foliogate tariff`: write a tariff to begin with, and put a person's name to the one that stands.

The starter's prices are invented and say so; nothing leaves this machine with them. Approving is the act by which a
named person answers for the prices exactly as they are: the name, the instant and a digest of the texts go into
`approved.toml`, and any later edit ends the approval by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from gateway.cli.tariff_import import import_command
from gateway.cli.words import fail
from gateway.tariff_folder import TariffUnreadable, read_texts, replace_text
from rating.book import TariffBook
from rating.cases import failed_cases
from rating.fields import TEXT_LIMIT, Problem
from rating.numbering import number_plan
from rating.starter import starter_files
from rating.text import APPROVAL, approval, declared, load

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.group("tariff")
def tariff_group() -> None:
    """Begin, fill, test and approve tariffs.

    A tariff is a folder of texts: rules in TOML, decks of prices in CSV. docs/tariffs.md tells what may stand in them.

    \b
    foliogate tariff init tariffs --country PL --currency PLN
    foliogate tariff import rates.xlsx tariffs
    foliogate tariff test tariffs --area-code 22
    foliogate tariff approve tariffs --by "Anna Nowak"
    """


tariff_group.add_command(import_command)


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
        replace_text(folder / name, data)


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
    book = _checked(files, country, ZoneInfo("UTC"), "the tariff was not approved")
    try:
        replace_text(folder / APPROVAL, approval(name, datetime.now(UTC), files))
    except OSError as error:
        fail(f"{error.filename or folder} cannot be written: {error.strerror}")
    click.echo(f"{name} approved version {book.version}:")
    for line in _summary(book):
        click.echo(f"  {line}")
    if book.starter:
        click.echo("It still says starter = true, which marks invented prices; take that line out before approving.")


@tariff_group.command("test")
@_FOLDER
@click.option("--country", metavar="CC", help="The hotel's country, where the tariff does not name it.")
@click.option("--area-code", metavar="DIGITS", help="The hotel's area code, for calls that are local.")
@click.option("--trunk-access", metavar="DIGITS", multiple=True, help="What is dialled for a line; may be repeated.")
@click.option("--timezone", metavar="ZONE", default="UTC", help="The hotel's zone, such as Europe/Warsaw.")
def run_tests(
    folder: Path, country: str | None, area_code: str | None, trunk_access: tuple[str, ...], timezone: str
) -> None:
    """Price every call of the [[test]] tables in FOLDER, and name each that comes out otherwise; exit code 1 then.

    "foliogate check" does the same with the country, area code and zone of the configuration.

    \b
    foliogate tariff test tariffs --area-code 22 --trunk-access 9 --timezone Europe/Warsaw
    """
    try:
        files, zone = read_texts(folder), ZoneInfo(timezone)
    except TariffUnreadable as error:
        fail(str(error))
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise click.UsageError(f"{timezone!r} is not a time zone; write one like Europe/Warsaw.") from error
    home = country or declared(files)[1] or ""
    book = _checked(files, country, zone, "the tariff cannot be tested")
    failed = failed_cases(book, number_plan(home, area_code, trunk_access, lambda _: False))
    _print(failed)
    cases = sum(len(tariff.cases) for tariff in book.tariffs)
    if failed:
        fail(f"{len({(one.file, one.line) for one in failed})} of {cases} tests did not come out as they should")
    click.echo(f"All {cases} tests came out as they should." if cases else "The tariff has no tests.")


def _checked(files: Mapping[str, bytes], country: str | None, zone: ZoneInfo, otherwise: str) -> TariffBook:
    """Load the tariff as it describes itself, or print every problem and end the command."""
    currency, said = declared(files)
    home = country or said
    if currency is not None and home is None:
        fail("the tariff does not name its country; say it with --country CC")
    loaded = load(files, zone=zone, currency=currency or "", country=home or "")
    _print(problem for problem in loaded.problems if problem.file != APPROVAL)
    if loaded.book is None:
        fail(otherwise)
    return loaded.book


def _print(problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)


def _summary(book: TariffBook) -> list[str]:
    lines = []
    for tariff in book.tariffs:
        until = "on" if tariff.valid_to is None else f"to {tariff.valid_to}"
        priced = [name for name, rule in tariff.rules.items() if rule.price is not None]
        lines.append(
            f"{tariff.code}, {tariff.currency}, valid from {tariff.valid_from} {until}: "
            f"{len(tariff.deck.rates)} prefixes, prices of classes: {', '.join(priced) or 'none'}"
        )
    return lines
