"""Reading a deck: a CSV text of prices by prefix, one row for each.

The first row names the columns: `prefix` and `price_per_minute` must be there; `place`, `connection`, `increments`
and `class` may; a column named after a band of the tariff holds the price in that band, `connection:BAND` the
connection fee in it. An empty cell means what the tariff says otherwise (for a band: the plain price). Cells are
separated by semicolons, tabs or commas, whichever the first row has; decimals take a point, or a comma where the
comma does not separate. A prefix is written as E.164 without the international prefix (48, +48, 48 22), `*` for all
the rest of the world, `#411` for a short number of the home country. A row with a class holds for numbers of that
class alone. Lines that begin with # and no digit are remarks.

A deck with one bad row is no deck: every bad row is named, and nothing is loaded.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from rating.fields import TEXT_LIMIT, Problem, read_price, shown
from rating.numbering import CHARGEABLE_CLASSES
from rating.tariff import SHORT, Rate

ROWS_LIMIT = 1_000_000
"""Most rows of a deck; the largest in trade (US by thousand-block) have 600,000."""

INCREMENT_LIMIT = 86_400
"""Longest increment in seconds: a day, which makes a price per day of one per minute."""

PREFIX_LIMIT = 15
"""Digits of the longest prefix: a whole E.164 number."""

ABSENT = -1

COLUMNS = ("prefix", "place", "price_per_minute", "connection", "increments", "class")
_PREFIX = re.compile(rf"\+?([1-9][0-9]{{0,{PREFIX_LIMIT - 1}}})")
_SECONDS = re.compile(r"[0-9]{1,5}")
_SHORT = re.compile(r"#[0-9]{2,8}")
_REMARK = re.compile(r"\s*(#(?![0-9])|$)")

Rows = dict[tuple[str, str], tuple[int, Rate]]
"""What a deck holds: (class or "", key of the prefix) -> (line, rate)."""


class _Cost(NamedTuple):
    """What the cells of a row that cost money say: the same few answers come again and again in a deck."""

    prices: tuple[int, ...]
    fees: tuple[int, ...] | None
    first: int
    then: int
    one_price: bool


@dataclass(slots=True, kw_only=True)
class _Columns:
    """Where each column of a deck stands; a column that is not there stands at ABSENT, where an empty cell is added.

    `pick` takes from a row the cells that cost money: price, connection, increments, then prices and connections of
    the bands in their order.
    """

    prefix: int
    place: int
    number_class: int
    pick: Callable[[list[str]], tuple[str, ...]]
    bands: int
    count: int
    decimal_comma: bool
    costs: dict[tuple[str, ...], _Cost] = field(default_factory=dict)


def read_deck(
    file: str, text: str, bands: Sequence[str], is_emergency: Callable[[str], object]
) -> tuple[Rows, list[Problem]]:
    """Read a deck. `bands` are the names of the tariff's bands, in order, without the time outside them."""
    lines = text.split("\n")
    top = next((number for number, line in enumerate(lines) if not _REMARK.match(line)), None)
    if top is None:
        return {}, [Problem(file, None, "", "The deck is empty; its first row names the columns.")]
    separator = _separator(lines[top])
    columns, problems = _read_header(file, top + 1, _cells(lines[top], separator), bands, separator)
    if columns is None or len(lines) > ROWS_LIMIT:
        if columns is not None:
            problems.append(Problem(file, None, "", f"The deck has more than {ROWS_LIMIT} rows."))
        return {}, problems
    rows: Rows = {}
    for number, line in enumerate(lines[top + 1 :], start=top + 2):
        if not line[:1].isdigit() and _REMARK.match(line):
            continue
        try:
            _read_row(rows, number, _cells(line, separator), columns, is_emergency)
        except (ValueError, csv.Error) as sentence:
            problems.append(Problem(file, number, shown(line).split(separator)[0], str(sentence)))
    return rows, problems


def _separator(header: str) -> str:
    return max(";\t,", key=header.count)


def _cells(line: str, separator: str) -> list[str]:
    if '"' in line:
        return next(csv.reader([line], delimiter=separator))
    return line.split(separator)


def _read_header(
    file: str, line: int, names: list[str], bands: Sequence[str], separator: str
) -> tuple[_Columns | None, list[Problem]]:
    heads = [name.strip() for name in names]
    heads = [shown(name) if name in bands else shown(name.lower()) for name in heads]
    allowed = {*COLUMNS, *bands, *(f"connection:{band}".lower() for band in bands)}
    problems = [
        Problem(file, line, name, f"The column {name!r} is not known; known: {', '.join(sorted(allowed))}.")
        for name in heads
        if name not in allowed
    ]
    problems += [
        Problem(file, line, name, f"The column {name!r} stands there twice.")
        for name in sorted({name for name in heads if heads.count(name) > 1})
    ]
    problems += [
        Problem(file, line, name, f"The column {name!r} is missing.")
        for name in ("prefix", "price_per_minute")
        if name not in heads
    ]
    if problems:
        return None, problems
    at = {name: index for index, name in enumerate(heads)}
    costly = ("price_per_minute", "connection", "increments", *bands, *(f"connection:{band}".lower() for band in bands))
    columns = _Columns(
        prefix=at["prefix"],
        place=at.get("place", ABSENT),
        number_class=at.get("class", ABSENT),
        pick=itemgetter(*(at.get(name, ABSENT) for name in costly)),
        bands=len(bands),
        count=len(heads),
        decimal_comma=separator != ",",
    )
    return columns, []


def _read_row(
    rows: Rows, line: int, cells: list[str], columns: _Columns, is_emergency: Callable[[str], object]
) -> None:
    """Read one row into `rows`, or raise ValueError with a sentence."""
    if len(cells) != columns.count:
        raise ValueError(f"The row has {len(cells)} cells where the first row names {columns.count} columns.")
    cells.append("")
    key = _key(cells[columns.prefix].strip(), is_emergency)
    number_class = cells[columns.number_class].strip()
    if number_class and number_class not in CHARGEABLE_CLASSES:
        raise ValueError(f"The class {number_class!r} is not known; known: {', '.join(CHARGEABLE_CLASSES)}.")
    place = cells[columns.place].strip()
    if len(place) > TEXT_LIMIT or not place.isprintable():
        raise ValueError(f"The place is longer than {TEXT_LIMIT} characters or holds unprintable ones.")
    if (number_class, key) in rows:
        raise ValueError(f"The prefix {key} stands on line {rows[number_class, key][0]} already.")
    texts = columns.pick(cells)
    cost = columns.costs.get(texts)
    if cost is None:
        cost = columns.costs[texts] = _read_cost([text.strip() for text in texts], columns)
    rows[number_class, key] = (line, Rate(key, place, *cost))


def _read_cost(texts: list[str], columns: _Columns) -> _Cost:
    price, fee, increments, *by_band = texts
    if not price:
        raise ValueError("The price is missing.")
    prices = _amounts([price, *by_band[: columns.bands]], columns)
    fee_texts = [fee, *by_band[columns.bands :]]
    fees = _amounts(fee_texts, columns) if any(fee_texts) else None
    first, then = read_increments(increments)
    one_price = len(set(prices)) == 1 and (fees is None or len(set(fees)) == 1)
    return _Cost(prices, fees, first, then, one_price)


def _amounts(texts: list[str], columns: _Columns) -> tuple[int, ...]:
    """Read a plain amount and those of the bands; an empty cell of a band means the plain amount."""
    if not texts[0]:
        raise ValueError("A connection fee for a band needs the plain connection fee beside it.")
    for text in texts:
        if "," in text and not columns.decimal_comma:
            raise ValueError(f"{text!r}: where commas separate the columns, decimals take a point.")
    return tuple(read_price(text or texts[0]) for text in texts)


def _key(cell: str, is_emergency: Callable[[str], object]) -> str:
    """The key of a prefix: "+" and digits, "+" alone for the rest of the world, "#" and digits for a short number."""
    if len(cell) <= PREFIX_LIMIT and cell.isdigit() and cell.isascii() and cell[0] != "0":
        return f"+{cell}"
    bare = re.sub(r"[\s().-]", "", cell)
    if bare == "*":
        return "+"
    if _SHORT.fullmatch(bare):
        if is_emergency(bare[1:]):
            raise ValueError(f"{bare[1:]} is an emergency number: it is never charged and must not have a price.")
        return SHORT + bare[1:]
    match = _PREFIX.fullmatch(bare)
    if match is None:
        raise ValueError(f"{cell!r} is no prefix; write the country code and what follows, without 00, such as 4822.")
    return f"+{match[1]}"


def read_increments(text: str) -> tuple[int, int]:
    """Read increments, "60/60" or "30/6" or "60"; (0, 0) for an empty text. ValueError with a sentence otherwise."""
    if not text:
        return 0, 0
    first, slash, then = text.partition("/")
    parts = (first.strip(), (then if slash else first).strip())
    if not all(_SECONDS.fullmatch(part) and 1 <= int(part) <= INCREMENT_LIMIT for part in parts):
        raise ValueError(f"{text!r} are no increments; write seconds like 60/60, at most {INCREMENT_LIMIT}.")
    return int(parts[0]), int(parts[1])
