"""`foliogate tariff import`: a carrier's price list becomes a deck, after one has seen what it changes.

Without `--write` nothing is written, so the preview costs nothing. With it the new deck stands beside the old one,
from its first day on; whoever approves the tariff approves it then.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from gateway.cli.words import fail
from gateway.deck_files import ListUnreadable, open_list
from gateway.tariff_folder import TariffUnreadable, read_texts, replace_text
from rating.book import TariffBook
from rating.deck_warnings import warnings_of
from rating.decks import DeckRows, read_decks
from rating.fields import Problem, read_price
from rating.home import emergency_numbers
from rating.imports.cells import BLANKS, DATE_ORDERS
from rating.imports.changes import KINDS, Comparison, compare
from rating.imports.folder import CannotImport, Target, Written, in_force, write
from rating.imports.layouts import LAYOUTS
from rating.imports.reading import Choices, Read, Sheet, read_list
from rating.money import MILLIONTHS, minor_digits
from rating.text import APPROVAL, declared, load

SHOWN = 10
"""Changes of a kind that the preview lists; --json has them all."""

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--deck", metavar="NAME", default="", help="Which deck of FOLDER the list is for; where it has one, that one."),
    click.option("--layout", type=click.Choice(sorted(LAYOUTS)), default=None, help="For lists without column names; see docs/decks.md."),
    click.option("--column", "columns", metavar="FIELD=NAME", multiple=True, help="The list's word for a field or a band: price_per_minute=\"New rate\"; - for none."),
    click.option("--profile", "profiles", metavar="VALUE=BAND", multiple=True, help="Which band a time profile of the list means: \"Off-peak=evening\"; without a band, the plain price."),
    click.option("--sheet", metavar="NAME", default="", help="The sheet of a workbook; the first one that is visible."),
    click.option("--separator", type=click.Choice([";", ",", "tab", "|"]), default=None, help="Between the cells of a text; found out."),
    click.option("--encoding", metavar="NAME", default="", help="Of a text that is not UTF-8: cp1250, cp1252 …"),
    click.option("--decimal", type=click.Choice(["point", "comma"]), default=None, help="The decimal mark of prices; found out."),
    click.option("--per", type=click.Choice(["minute", "second"]), default=None, help="What the prices are for; per minute, unless their column says otherwise."),
    click.option("--in", "unit", type=click.Choice(["units", "minor"]), default=None, help="Whether prices are in euro or in cents."),
    click.option("--round", "places", type=click.IntRange(0, 6), default=None, help="Round prices to so many decimals, half up; else more than six are refused."),
    click.option("--exchange", metavar="CUR=RATE", default="", help="The list's currency, and what a unit of it is worth in the tariff's: USD=4.0213. Prices are rounded to six decimals then."),
    click.option("--highest", metavar="PRICE", default="", help="The dearest price per minute that is believed."),
    click.option("--code-blanks", "blanks", type=click.Choice(BLANKS[1:]), default=None, help="What blanks in a cell of prefixes mean: 48 22 as 4822 (join), as 48 and 22 (separate), as a country and its areas (country)."),
    click.option("--date-order", "order", type=click.Choice(DATE_ORDERS), default=None, help="Of dates like 03/04/2026."),
    click.option("--effective", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The first day of the new prices; tomorrow, or the list's own."),
    click.option("--update", is_flag=True, help="The list holds changes only: prefixes that it does not name stay."),
    click.option("--country", metavar="CC", default="", help="The hotel's country, where the tariff does not name it."),
    click.option("--write", "written", is_flag=True, help="Write the new deck; without it only the changes are shown."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object per line: a summary, then every change."),
)  # fmt: skip


def _options(command: _Command) -> _Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folder:
    """The tariff folder that a list goes into, loaded."""

    path: Path
    files: Mapping[str, bytes]
    book: TariffBook
    currency: str
    country: str


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@_options
def import_command(file: Path, folder: Path, written: bool, as_json: bool, **said: Any) -> None:
    """Show what the price list FILE (CSV or XLSX) would change in the tariff FOLDER, and write it with --write.

    Column names are recognised in the words that carriers use. A list with one bad row changes nothing, and every bad
    row is named. The deck that stands is kept for the calls of its time: the new one begins on a day of its own.

    \b
    foliogate tariff import rates.xlsx tariffs
    foliogate tariff import rates.csv tariffs --effective 2026-12-01 --write
    foliogate tariff import changes.csv tariffs --update --column price_per_minute="New rate"
    """
    home = _loaded(folder, said["country"])
    today = datetime.now(UTC).date()
    target = _target(home, said, today)
    bands = _bands(home, target)
    with _told(f"Reading {file.name}"):
        sheet, notes = _opened(file, said)
        read = read_list(sheet, _choices(said, home, bands))
    if read.problems:
        _refuse(read.problems, len(sheet.rows))
    if said["effective"] is None and target.first_day == today + timedelta(days=1):
        target = _first_of(read, target)
    with _told("Comparing it with the tariff"):
        outcome = _written(home, read, bands, target)
        files = {**home.files, **outcome.files}
        book = _good(files, home)
        deck, new, first = outcome.decks[0]
        comparison = compare(_rows(home.files, deck, home, bands), _rows(files, new, home, bands))
        warned = [str(one) for one in warnings_of(book, first) if one.file in outcome.tariffs]
    if as_json:
        for line in _as_json(read, outcome, comparison, warned, written):
            click.echo(json.dumps(line, ensure_ascii=False))
    else:
        click.echo("\n".join(_preview(sheet, [*notes, *read.notes], read, outcome, comparison, warned)))
    _finish(home, outcome, written, quiet=as_json)


@contextmanager
def _told(doing: str) -> Iterator[None]:
    """Say on a terminal what takes its time; a list of a quarter of a million rows takes half a minute."""
    from rich.console import Console

    with Console(stderr=True).status(f"{doing} …") if sys.stderr.isatty() else nullcontext():
        yield


def _loaded(folder: Path, country: str) -> _Folder:
    """Load the folder as it stands, or end the command: prices are only added to a tariff that is good."""
    try:
        files = read_texts(folder)
    except TariffUnreadable as error:
        fail(str(error))
    currency, named = declared(files)
    home = (country or named or "").upper()
    if not currency or not home:
        fail("the tariff does not name its currency or country; say the country with --country CC")
    loaded = load(files, zone=ZoneInfo("UTC"), currency=currency, country=home)
    if loaded.book is None:
        _print(problem for problem in loaded.problems if problem.severity == "error")
        fail("the tariff in the folder has mistakes; mend them, then import")
    return _Folder(path=folder, files=files, book=loaded.book, currency=currency, country=home)


def _target(home: _Folder, said: Mapping[str, Any], today: date) -> Target:
    decks = sorted(name for name in home.files if name.lower().endswith(".csv"))
    deck = said["deck"] or _newest(home, decks, said["effective"].date() if said["effective"] else today)
    if deck not in home.files:
        fail(f"the folder has no deck {deck!r}; it has: {', '.join(decks) or 'none'}")
    rehearsal = home.book.starter and home.book.approved_by is None
    first = said["effective"].date() if said["effective"] else today + timedelta(days=1)
    if rehearsal and said["effective"] is None:
        first = max(
            (one.valid_from for one in home.book.tariffs if one.starter and one.valid_from <= today), default=first
        )
    return Target(deck=deck, first_day=first, today=today, whole=not said["update"], rehearsal=rehearsal)


def _newest(home: _Folder, decks: list[str], day: date) -> str:
    """The one deck that the general tariff of a day uses."""
    used = []
    for deck in decks:
        try:
            found = in_force(home.files, deck, day)
        except CannotImport:
            continue
        if found.deck == deck and any(period.tariff.file == found.file for period in home.book.periods):
            used.append(deck)
    used = used or (decks if len(decks) == 1 else [])
    if len(used) != 1:
        fail(f"say which deck the list is for, --deck NAME; the folder has: {', '.join(decks) or 'none'}")
    return used[0]


def _bands(home: _Folder, target: Target) -> tuple[str, ...]:
    try:
        file = in_force(home.files, target.deck, target.first_day).file
    except CannotImport as sentence:
        fail(str(sentence))
    return next((one.week.names[1:] for one in home.book.tariffs if one.file == file), ())


def _opened(file: Path, said: Mapping[str, Any]) -> tuple[Sheet, list[str]]:
    separator = "\t" if said["separator"] == "tab" else said["separator"] or ""
    try:
        sheet, others = open_list(file, sheet=said["sheet"], separator=separator, encoding=said["encoding"])
    except ListUnreadable as error:
        fail(str(error))
    return sheet, [f"Sheets that were not read: {', '.join(others)}."] if others else []


def _choices(said: Mapping[str, Any], home: _Folder, bands: tuple[str, ...]) -> Choices:
    try:
        highest = read_price(said["highest"]) if said["highest"] else None
    except ValueError as sentence:
        raise click.UsageError(f"--highest: {sentence}") from sentence
    currency, rate = _exchange(said["exchange"])
    return Choices(
        currency=currency or home.currency,
        exchange=rate,
        bands=bands,
        layout=said["layout"] or "",
        columns=_pairs("--column", said["columns"]),
        profiles=_pairs("--profile", said["profiles"]),
        decimal=said["decimal"] or "",
        blanks=said["blanks"],
        order=said["order"] or "",
        per_second=None if said["per"] is None else said["per"] == "second",
        minor=None if said["unit"] is None else said["unit"] == "minor",
        places=6 if currency and said["places"] is None else said["places"],
        highest=highest,
    )


def _exchange(text: str) -> tuple[str, Fraction]:
    """Read USD=4.0213; without it the list is in the tariff's own currency."""
    if not text:
        return "", Fraction(1)
    currency, _, rate = text.partition("=")
    try:
        minor_digits(currency.strip().upper())
        millionths = read_price(rate.strip())
    except ValueError as sentence:
        raise click.UsageError(f"--exchange {text!r}: {sentence}") from sentence
    if not millionths:
        raise click.UsageError(f"--exchange {text!r}: a currency that is worth nothing is none.")
    return currency.strip().upper(), Fraction(millionths, MILLIONTHS)


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise click.UsageError(f"{option} {text!r} wants a name, =, and a word of the list.")
        pairs[name.strip()] = value.strip()
    return pairs


def _refuse(problems: list[Problem], rows: int) -> None:
    _print(problems)
    count = "one row is" if len(problems) == 1 else f"{len(problems)} rows are"
    fail(
        f"nothing was imported: {count} bad, of {rows}" if any(one.line for one in problems) else "nothing was imported"
    )


def _first_of(read: Read, target: Target) -> Target:
    """Where every row of a list is dated later than tomorrow, its own first day is the day."""
    days = [row.effective for row in read.rows]
    dated = [day for day in days if day is not None]
    if len(dated) < len(days) or min(dated) <= target.first_day:
        return target
    return Target(
        deck=target.deck, first_day=min(dated), today=target.today, whole=target.whole, rehearsal=target.rehearsal
    )


def _written(home: _Folder, read: Read, bands: tuple[str, ...], target: Target) -> Written:
    try:
        return write(home.files, read.rows, bands, target)
    except CannotImport as sentence:
        fail(str(sentence))


def _good(files: Mapping[str, bytes], home: _Folder) -> TariffBook:
    """Load the folder as it would be: an import never leaves one behind that does not load."""
    loaded = load(files, zone=ZoneInfo("UTC"), currency=home.currency, country=home.country)
    if loaded.book is None:
        _print(problem for problem in loaded.problems if problem.severity == "error")
        fail("nothing was imported: the tariff would not load with this list")
    return loaded.book


def _rows(files: Mapping[str, bytes], deck: str, home: _Folder, bands: tuple[str, ...]) -> DeckRows:
    rows, _ = read_decks({deck: files[deck].decode("utf-8-sig")}, bands, emergency_numbers(home.country).fullmatch)
    return rows


def _preview(
    sheet: Sheet, notes: list[str], read: Read, outcome: Written, comparison: Comparison, warned: list[str]
) -> Iterator[str]:
    old, new, first = outcome.decks[0]
    yield f"{sheet.name}: {len(read.rows)} prefixes on {len({row.line for row in read.rows})} rows."
    yield from notes
    yield f"{new}, from {first}, beside {old}:" if new != old else f"{new}, which is replaced:"
    counts = comparison.counts
    if counts["dropped"] * 2 > sum(counts[kind] for kind in KINDS if kind != "new"):
        yield f"{counts['dropped']} prefixes would be DROPPED: if the list holds only changes, say --update."
    yield "  " + ", ".join(f"{kind} {comparison.counts[kind]}" for kind in KINDS)
    for kind in KINDS[:-1]:
        biggest = comparison.biggest(kind, SHOWN)
        if biggest:
            yield f"  {kind}, the largest first:" if len(biggest) > 1 else f"  {kind}:"
            yield from (f"    {change}" for change in biggest)
            more = comparison.counts[kind] - len(biggest)
            yield from [f"    and {more} more"] if more else []
    yield from (f"And {later} from {day}." for _, later, day in outcome.decks[1:])
    yield from warned


def _as_json(
    read: Read, outcome: Written, comparison: Comparison, warned: list[str], written: bool
) -> Iterator[dict[str, object]]:
    yield {
        "kind": "summary",
        "prefixes": len(read.rows),
        "counts": comparison.counts,
        "decks": [{"old": old, "new": new, "from": str(first)} for old, new, first in outcome.decks],
        "files": sorted(outcome.files),
        "notes": read.notes,
        "warnings": warned,
        "written": written,
    }
    for change in comparison.changes:
        yield {
            "kind": change.kind,
            "prefix": change.prefix,
            "class": change.number_class,
            "place": change.place,
            "was_millionths": change.was,
            "now_millionths": change.now,
        }


def _finish(home: _Folder, outcome: Written, written: bool, *, quiet: bool) -> None:
    names = ", ".join(sorted(outcome.files)) or "nothing: the deck stands like this already"
    if not written:
        if not quiet:
            click.echo(f"Nothing was written. --write writes {names}.")
        return
    try:
        # Decks first, then the tariff that ends: cut short here, a day lacks prices and is told, but all still loads.
        for name in sorted(outcome.files, key=lambda name: (name.endswith(".toml"), name not in home.files)):
            replace_text(home.path / name, outcome.files[name])
    except OSError as error:
        fail(f"{error.filename or home.path} cannot be written: {error.strerror}")
    if not quiet:
        click.echo(f"Wrote {names}.")
        if APPROVAL in home.files:
            click.echo("The approval has ended with this edit.")
        click.echo(f'Look at it with foliogate check, then: foliogate tariff approve {home.path} --by "Name"')


def _print(problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
