"""Reading decks: CSV texts of prices by prefix, one row for each.

The first row names the columns: `prefix` and `price_per_minute` must be there; `place`, `connection`, `increments`
and `class` may; a column named after a band of the tariff holds the price in that band, `connection:BAND` the
connection fee in it. An empty cell means what the tariff says otherwise (for a band: the plain price). Cells are
separated by semicolons, tabs or commas, whichever the first row has; decimals take a point, or a comma where the
comma does not separate. A prefix is written as E.164 without the international prefix (48, +48, 48 22), `*` for all
the rest of the world, `#411` for a short number of the home country. A row with a class holds for numbers of that
class alone. Lines that begin with # and no digit are remarks.

A deck with one bad row is no deck: every bad row is named, and nothing is loaded.

Decks are long (a quarter of a million rows) and repeat themselves, so what is said again and again (places, prices) is
read once and shared, lines are taken from the text a few thousand at a time, and the line of a row is looked up again
only where a problem must name it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from rating.fields import TEXT_LIMIT, Problem, read_price, shown
from rating.numbering import CHARGEABLE_CLASSES, FINER_CLASSES
from rating.tariff import SHORT, Rate

ROWS_LIMIT = 1_000_000
"""Most rows of a deck; the largest in trade (US by thousand-block) have 600,000."""

INCREMENT_LIMIT = 86_400
"""Longest increment in seconds: a day, which makes a price per day of one per minute."""

PREFIX_LIMIT = 15
"""Digits of the longest prefix: a whole E.164 number."""

ABSENT = -1

COLUMNS = ("prefix", "place", "price_per_minute", "connection", "increments", "class")
CLASSES = (*CHARGEABLE_CLASSES, *FINER_CLASSES)

_AT_A_TIME = 1 << 18  # characters of the text that are cut into lines together
_PREFIX = re.compile(rf"\+?([1-9][0-9]{{0,{PREFIX_LIMIT - 1}}})")
_SECONDS = re.compile(r"[0-9]{1,5}")
_SHORT = re.compile(r"#[0-9]{2,8}")
_REMARK = re.compile(r"\s*(#(?![0-9])|$)")

Rates: TypeAlias = dict[str, Rate]
DeckRows: TypeAlias = dict[str, Rates]
"""What decks hold: class (empty: every class) -> key of the prefix -> rate."""

IsEmergency: TypeAlias = Callable[[str], object]

NO_OPTIONS: Mapping[str, Mapping[str, object]] = {}
_PLAIN = Rate("", "", (), None, 0, 0, True)
_SAID = Rate._fields.index("per")  # what a row says itself; the rest is the same for the whole deck


class _Amounts(NamedTuple):
    """An amount for each band, and whether they are all the same."""

    of_bands: tuple[int, ...] | None
    one: bool


@dataclass(slots=True, kw_only=True)
class _Columns:
    """Where each column of a deck stands; a column that is not there stands at ABSENT, where an empty cell is added.

    `prices` and `fees` take from a row the plain cell and those of the bands, in their order.
    """

    prefix: int
    place: int
    number_class: int
    increments: int
    prices: Callable[[list[str]], str | tuple[str, ...]]
    fees: Callable[[list[str]], str | tuple[str, ...]]
    count: int
    decimal_comma: bool


@dataclass(slots=True, kw_only=True)
class _Deck:
    """One deck while it is read, with what its cells said before: they say the same few things again and again."""

    file: str
    text: str
    top: int
    separator: str
    columns: _Columns
    is_emergency: IsEmergency
    places: dict[str, str] = field(default_factory=dict)
    prices: dict[str | tuple[str, ...], _Amounts] = field(default_factory=dict)
    fees: dict[str | tuple[str, ...], _Amounts] = field(default_factory=dict)
    increments: dict[str, tuple[int, int]] = field(default_factory=dict)
    unsaid: tuple[object, ...] = ()

    def rows(self) -> Iterator[tuple[int, str]]:
        """Yield each line below the columns' names, with its number, but for remarks."""
        for number, line in enumerate(_lines(self.text), start=1):
            if number > self.top and (line[:1].isdigit() or not _REMARK.match(line)):
                yield number, line

    def key(self, line: str) -> tuple[str, str] | None:
        """Read only the class and the prefix of a line; None where it is a bad one."""
        try:
            cells = [*_cells(line, self.separator), ""]
            return cells[self.columns.number_class].strip(), _key(cells[self.columns.prefix], self.is_emergency)
        except (ValueError, IndexError, csv.Error):
            return None


def read_decks(
    texts: Mapping[str, str],
    bands: Sequence[str],
    is_emergency: IsEmergency,
    options: Mapping[str, Mapping[str, object]] = NO_OPTIONS,
) -> tuple[DeckRows, list[Problem]]:
    """Read the decks of a tariff into one set of rows; a prefix that stands in them twice is a problem.

    `texts` are the decks by name, in order; `bands` the names of the tariff's bands, without the time outside them;
    `options` what else a deck says of all its rates, by the deck's name: entries of Rate.
    """
    rows: DeckRows = {"": {}}
    problems: list[Problem] = []
    read: list[_Deck] = []
    for file, text in texts.items():
        deck, wrong = _opened(file, text, bands, is_emergency)
        problems += wrong
        if deck is not None:
            read.append(deck)
            own = options.get(file, {})
            deck.unsaid = _PLAIN._replace(**own, plain=not own)[_SAID:]  # type: ignore[arg-type]
            problems += _read_rows(deck, rows, read)
    return rows, problems


def _opened(
    file: str, text: str, bands: Sequence[str], is_emergency: IsEmergency
) -> tuple[_Deck | None, list[Problem]]:
    """Find the row that names the columns."""
    if text.count("\n") > ROWS_LIMIT:
        return None, [Problem(file, None, "", f"The deck has more than {ROWS_LIMIT} rows.")]
    named = next(((at, line) for at, line in enumerate(_lines(text), start=1) if not _REMARK.match(line)), None)
    if named is None:
        return None, [Problem(file, None, "", "The deck is empty; its first row names the columns.")]
    top, line = named
    separator = _separator(line)
    columns, problems = _read_header(file, top, _cells(line, separator), bands, separator)
    if columns is None:
        return None, problems
    return _Deck(
        file=file, text=text, top=top, separator=separator, columns=columns, is_emergency=is_emergency
    ), problems


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text without making a list of all of them."""
    start, length = 0, len(text)
    while start < length:
        end = text.find("\n", start + _AT_A_TIME)
        end = length if end < 0 else end
        yield from text[start:end].split("\n")
        start = end + 1


def _read_rows(deck: _Deck, rows: DeckRows, read: list[_Deck]) -> list[Problem]:
    """Read the rows of a deck into `rows`; return the bad ones."""
    problems: list[Problem] = []
    separator, columns, twice = deck.separator, deck.columns, list[tuple[int, str, str, str]]()
    for number, line in deck.rows():
        try:
            cells = _cells(line, separator)
            if len(cells) != columns.count:
                raise ValueError(f"The row has {len(cells)} cells where the first row names {columns.count} columns.")
            cells.append("")
            number_class, key, rate = _read_row(deck, cells)
            of_class = rows.get(number_class)
            if of_class is None:
                of_class = rows[number_class] = {}
            if key in of_class:
                twice.append((number, number_class, key, line))
            else:
                of_class[key] = rate
        except (ValueError, csv.Error) as sentence:
            problems.append(Problem(deck.file, number, shown(line).split(separator)[0], str(sentence)))
    return problems + _twice(deck, twice, read)


def _read_row(deck: _Deck, cells: list[str]) -> tuple[str, str, Rate]:
    """Read one row: class, key and rate. Raises ValueError with a sentence."""
    columns = deck.columns
    key = _key(cells[columns.prefix], deck.is_emergency)
    number_class = cells[columns.number_class]
    if number_class and (number_class := number_class.strip()) and number_class not in CLASSES:
        raise ValueError(f"The class {shown(number_class)!r} is not known; known: {', '.join(CLASSES)}.")
    written = cells[columns.place]
    place = deck.places.get(written)
    if place is None:
        place = deck.places[written] = _place(written)
    texts = columns.prices(cells)
    prices = deck.prices.get(texts)
    if prices is None:
        prices = deck.prices[texts] = _prices(texts, columns.decimal_comma)
    texts = columns.fees(cells)
    fees = deck.fees.get(texts)
    if fees is None:
        fees = deck.fees[texts] = _fees(texts, columns.decimal_comma)
    text = cells[columns.increments]
    increments = deck.increments.get(text)
    if increments is None:
        increments = deck.increments[text] = read_increments(text.strip())
    return (
        number_class,
        key,
        Rate._make(
            (key, place, prices.of_bands or (), fees.of_bands, *increments, prices.one and fees.one, *deck.unsaid)
        ),
    )


def _twice(deck: _Deck, twice: list[tuple[int, str, str, str]], read: list[_Deck]) -> list[Problem]:
    """Name the rows whose prefix was read before, and where: the decks are gone through once more for that."""
    wanted = {(number_class, key) for _, number_class, key, _ in twice}
    found: dict[tuple[str, str], tuple[_Deck, int]] = {}
    for other in read if wanted else ():
        for number, line in other.rows():
            if (at := other.key(line)) is not None and at in wanted:
                found.setdefault(at, (other, number))
    problems = []
    for number, number_class, key, line in twice:
        other, first = found[number_class, key]
        where = f"on line {first} already" if other is deck else f"in {other.file}, line {first}, already"
        what = shown(line).split(deck.separator)[0] if other is deck else key
        problems.append(Problem(deck.file, number, what, f"The prefix {key} stands {where}."))
    return problems


def _place(written: str) -> str:
    place = written.strip()
    if len(place) > TEXT_LIMIT or not place.isprintable():
        raise ValueError(f"The place is longer than {TEXT_LIMIT} characters or holds unprintable ones.")
    return place


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
    fee_columns = [f"connection:{band}".lower() for band in bands]
    allowed = {*COLUMNS, *bands, *fee_columns}
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
    columns = _Columns(
        prefix=at["prefix"],
        place=at.get("place", ABSENT),
        number_class=at.get("class", ABSENT),
        increments=at.get("increments", ABSENT),
        prices=itemgetter(at["price_per_minute"], *(at.get(band, ABSENT) for band in bands)),
        fees=itemgetter(*(at.get(name, ABSENT) for name in ("connection", *fee_columns))),
        count=len(heads),
        decimal_comma=separator != ",",
    )
    return columns, []


def _prices(texts: str | tuple[str, ...], decimal_comma: bool) -> _Amounts:
    plain, *others = _stripped(texts)
    if not plain:
        raise ValueError("The price is missing.")
    return _amounts(plain, others, decimal_comma)


def _fees(texts: str | tuple[str, ...], decimal_comma: bool) -> _Amounts:
    plain, *others = _stripped(texts)
    if not plain and any(others):
        raise ValueError("A connection fee for a band needs the plain connection fee beside it.")
    return _amounts(plain, others, decimal_comma) if plain else _NO_FEES


_NO_FEES = _Amounts(None, True)


def _stripped(texts: str | tuple[str, ...]) -> list[str]:
    return [text.strip() for text in ((texts,) if isinstance(texts, str) else texts)]


def _amounts(plain: str, others: list[str], decimal_comma: bool) -> _Amounts:
    """Read a plain amount and those of the bands; an empty cell of a band means the plain amount."""
    for text in (plain, *others):
        if "," in text and not decimal_comma:
            raise ValueError(f"{text!r}: where commas separate the columns, decimals take a point.")
    base = read_price(plain)
    amounts = (base, *(read_price(text) if text else base for text in others))
    return _Amounts(amounts, len(set(amounts)) == 1)


def _key(cell: str, is_emergency: Callable[[str], object]) -> str:
    """The key of a prefix: "+" and digits, "+" alone for the rest of the world, "#" and digits for a short number."""
    if len(cell) <= PREFIX_LIMIT and cell.isdigit() and cell.isascii() and cell[0] != "0":
        return f"+{cell}"
    cell = cell.strip()
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
