"""An imported list, written into the texts of a tariff folder.

New prices never replace old ones: a call of last week must find last week's price when it is rated late or looked at
again. So the tariff that is in force on the first day of the new prices is ended on the day before, and continued by
a copy of itself with a new deck. The rules, remarks included, are copied as they stand; only the days and the name of
the deck are edited, line by line, and the result is read again to see that nothing else changed.

A tariff that has not begun yet, or whose prices are invented, keeps its file and gets the new deck.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from rating.imports.reading import PriceRow
from rating.money import price_text
from rating.text import APPROVAL

DATES_LIMIT = 12
"""Most first days in one list: a list with a date for every row was read in a wrong column."""

_DATED = re.compile(r"-[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_DECK_NAME = re.compile(r'"([^"\n]+\.csv)"', re.IGNORECASE)
_FIRST_TABLE = re.compile(r"^\s*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which deck of the folder a list is for, from when, and whether it replaces the deck or changes rows of it.

    `deck` stands for all decks of its name with another date behind it: those that imports wrote.
    `rehearsal` says that the folder's prices are invented and nobody has approved them, so that none was charged.
    """

    deck: str
    first_day: date
    today: date
    whole: bool = True
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The texts that an import would write, and one (old deck, new deck, first day) for each day on which prices change."""

    files: Mapping[str, bytes]
    decks: tuple[tuple[str, str, date], ...]
    tariffs: tuple[str, ...]


class CannotImport(ValueError):
    """The list cannot be put into this folder; the sentence says why and what to do."""


def first_days(rows: Iterable[PriceRow], start: date) -> list[date]:
    """The days on which prices change: the start with all that is dated before it, then each later day of the list."""
    days = {max(start, day) for row in rows for day in _days(row, start)}
    if len(days) > DATES_LIMIT:
        raise CannotImport(
            f"The list has {len(days)} different first days, more than {DATES_LIMIT}: is it the right column?"
        )
    return sorted(days)


def _days(row: PriceRow, start: date) -> list[date]:
    ended = row.ends is not None and row.ends < start
    return [] if ended else [row.effective or start, *([row.ends + timedelta(days=1)] if row.ends else [])]


def write(files: Mapping[str, bytes], rows: list[PriceRow], bands: tuple[str, ...], target: Target) -> Written:
    """Write a list into the folder's texts. `files` are all of them; nothing is written anywhere but in the answer."""
    texts, decks, tariffs = dict(files), list[tuple[str, str, date]](), list[str]()
    standing: dict[tuple[str, str], dict[str, str]] = {}
    for number, day in enumerate(first_days(rows, target.first_day)):
        deck = in_force(texts, target.deck, day).deck
        if number or not target.whole:
            standing = _cells(texts[deck], deck)
        _apply(standing, rows, day, target.first_day, first=not number)
        tariff, new = _place(texts, deck, day, target)
        texts[new] = _deck_text(standing, bands)
        decks.append((deck, new, day))
        tariffs.append(tariff)
    changed = {name: data for name, data in texts.items() if files.get(name) != data}
    return Written(changed, tuple(decks), tuple(tariffs))


def _apply(
    standing: dict[tuple[str, str], dict[str, str]], rows: list[PriceRow], day: date, start: date, *, first: bool
) -> None:
    """Put the rows of a day into a deck: those that have ended first, so that none takes its successor away."""
    for row in sorted(rows, key=lambda one: (one.ends is None or one.ends >= day, one.effective or start)):
        begins = max(row.effective or start, start)
        key = (row.number_class, row.prefix)
        if row.ends is not None and row.ends < day:
            if begins <= day and (first or row.ends + timedelta(days=1) == day):
                standing.pop(key, None)
        elif begins == day:
            if row.removed:
                standing.pop(key, None)
            else:
                standing[key] = _row_cells(row)


def _row_cells(row: PriceRow) -> dict[str, str]:
    cells = {
        "prefix": row.prefix, "place": row.place, "class": row.number_class, "price_per_minute": price_text(row.prices[""]),
        "connection": "" if row.fee is None else price_text(row.fee), "increments": row.increments,
    }  # fmt: skip
    return cells | {band: price_text(price) for band, price in row.prices.items() if band}


def _cells(data: bytes, name: str) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of a deck that stands, as cells."""
    lines = [
        line for line in data.decode("utf-8-sig").splitlines() if line.strip() and not re.match(r"\s*#(?![0-9])", line)
    ]
    separator = max(";\t,", key=lines[0].count) if lines else ";"
    rows = {}
    for cells in csv.DictReader(lines, delimiter=separator):
        row = {(key or "").strip().lower(): (cell or "").strip() for key, cell in cells.items()}
        prefix = re.sub(r"[\s().+-]", "", row.get("prefix", ""))
        if separator != ",":
            row = {key: cell.replace(",", ".") if key not in {"place", "prefix"} else cell for key, cell in row.items()}
        rows[row.get("class", ""), prefix] = row | {"prefix": prefix}
    if not rows:
        raise CannotImport(f"The deck {name} holds no rows to change; import without --update.")
    return rows


def _deck_text(rows: Mapping[tuple[str, str], Mapping[str, str]], bands: tuple[str, ...]) -> bytes:
    optional = ("connection", "increments", "class", *(f"connection:{band}".lower() for band in bands))
    used = [
        name
        for name in (*(band for band in bands), *optional)
        if any(row.get(name) or row.get(name.lower()) for row in rows.values())
    ]
    columns = ["prefix", "place", "price_per_minute", *used]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(columns)
    for key in sorted(rows, key=lambda one: (one[1], one[0])):
        row = rows[key]
        writer.writerow([row.get(name) or row.get(name.lower(), "") for name in columns])
    return out.getvalue().encode()


def _place(texts: dict[str, bytes], deck: str, day: date, target: Target) -> tuple[str, str]:
    """Make room for a deck from a day on: edits the rules in `texts`, returns the names of the tariff and of the deck."""
    file, _, values = in_force(texts, deck, day)
    _per_minute(file, deck, values)
    text = texts[file].decode("utf-8-sig")
    if values["valid_from"] == day:
        if day <= target.today and not target.rehearsal:
            raise CannotImport(
                f"The tariff in {file} began on {day}, and calls were priced with it: choose a later day with --effective."
            )
        return file, deck
    new_deck, new_file = _dated(deck, day), _dated(file, day)
    for name in (new_deck, new_file):
        if name in texts:
            raise CannotImport(f"{name} is in the folder already; remove it, or choose another day with --effective.")
    ended = _with_key(_naming(text, values, texts), "valid_to", str(day - timedelta(days=1)))
    continued = _with_key(_naming(text, values, texts).replace(f'"{deck}"', f'"{new_deck}"'), "valid_from", str(day))
    texts[file], texts[new_file] = ended.encode(), continued.encode()
    _agree(texts, values, file, new_file, new_deck, day)
    return new_file, new_deck


def _per_minute(file: str, deck: str, values: Mapping[str, Any]) -> None:
    """Refuse a deck whose prices the tariff takes for something else than what an import writes."""
    tables = values.get("deck")
    own = tables.get(deck, {}) if isinstance(tables, dict) else {}
    if own.get("per_seconds", 60) != 60 or own.get("basis", "minute") != "minute":
        raise CannotImport(
            f'{file} says in [deck."{deck}"] that its prices are not for a minute of time, as imported ones are: '
            "take per_seconds and basis out first, or import into another deck."
        )


class InForce(NamedTuple):
    """A tariff of the folder on some day, and the deck of it that is meant."""

    file: str
    deck: str
    values: dict[str, Any]


def in_force(texts: Mapping[str, bytes], deck: str, day: date) -> InForce:
    """Find the tariff that uses a deck, or one of its name with another date, on a day. Raises CannotImport."""
    users = _users(texts, deck)
    for one in users:
        if one.values["valid_from"] <= day <= one.values.get("valid_to", date.max):
            return one
    if not users:
        raise CannotImport(f"No tariff uses the deck {deck}.")
    known = "; ".join(
        f"{one.file}: from {one.values['valid_from']} to {one.values.get('valid_to', 'further notice')}"
        for one in users
    )
    raise CannotImport(f"No tariff with the deck {deck} is in force on {day} ({known}); choose a day with --effective.")


def _users(texts: Mapping[str, bytes], deck: str) -> list[InForce]:
    """The tariffs that name a deck; where none does, those that name no deck at all and so have every one."""
    explicit, implicit = list[InForce](), list[InForce]()
    for name in sorted(texts):
        if name.lower().endswith(".toml") and name != APPROVAL:
            try:
                values = tomllib.loads(texts[name].decode("utf-8-sig"))
            except ValueError:
                raise CannotImport(f"{name} cannot be read; foliogate check says why.") from None
            named = [one for one in _decks_in(texts[name]) if _undated(one) == _undated(deck)]
            if isinstance(values.get("valid_from"), date):
                if named:
                    explicit.append(InForce(name, deck if deck in named else named[0], values))
                elif "decks" not in values and not _is_apart(values):
                    implicit.append(InForce(name, deck, values))
    return explicit or implicit


def _decks_in(text: bytes) -> list[str]:
    """The decks that a tariff names anywhere: for itself, or for a rule of it."""
    return _DECK_NAME.findall(text.decode("utf-8-sig", "replace"))


def _is_apart(values: Mapping[str, Any]) -> bool:
    """A carrier's tariff, and one that a payer carries, has no deck but those that it names."""
    return values.get("kind") == "cost" or values.get("carried") is True


def _undated(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{_DATED.sub('', stem)}.{suffix}"


def _dated(name: str, day: date) -> str:
    stem, _, suffix = _undated(name).rpartition(".")
    return f"{stem}-{day}.{suffix}"


def _naming(text: str, values: Mapping[str, Any], texts: Mapping[str, bytes]) -> str:
    """A tariff that names no decks has all that no other names: it must name them before another one is put there."""
    if "decks" in values or _is_apart(values):
        return text
    taken = {deck for name, other in texts.items() if name.lower().endswith(".toml") for deck in _decks_in(other)}
    names = ", ".join(f'"{name}"' for name in sorted(texts) if name.lower().endswith(".csv") and name not in taken)
    return _with_key(text, "decks", f"[{names}]")


def _with_key(text: str, key: str, value: str) -> str:
    """Set a key at the top of a TOML text, and leave everything else as it is written."""
    table = _FIRST_TABLE.search(text)
    top, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
    line = re.compile(rf"^(\s*{key}\s*=\s*)([^#\n]*?)(\s*(?:#.*)?)$", re.MULTILINE)
    if line.search(top):
        return line.sub(lambda match: f"{match[1]}{value}{match[3]}", top, count=1) + rest
    begin = re.search(r"^\s*valid_from\s*=.*$", top, re.MULTILINE)
    at = begin.end() if begin else 0
    return f"{top[:at]}\n{key} = {value}{top[at:]}{rest}"


def _agree(
    texts: Mapping[str, bytes], old: Mapping[str, Any], file: str, new_file: str, new_deck: str, day: date
) -> None:
    """See that the edits did what they should, and nothing else."""
    if new_deck not in _decks_in(texts[new_file]):
        raise CannotImport(f"{file} must name its decks in double quotes, so that the new one can take a name's place.")
    apart = {"valid_from", "valid_to", "decks", "deck", "rule"}
    for name, key, value in ((file, "valid_to", day - timedelta(days=1)), (new_file, "valid_from", day)):
        values = tomllib.loads(texts[name].decode())
        same = {one: values[one] for one in values.keys() - apart} == {one: old[one] for one in old.keys() - apart}
        if values.get(key) != value or not same:
            raise CannotImport(
                f"{file} is written in a way that cannot be edited safely; copy it by hand and set its days."
            )
