"""A whole price list read: either its rows, or every bad one with its line and reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple, TypeVar

from rating.decks import CLASSES, ROWS_LIMIT
from rating.fields import TEXT_LIMIT, Problem, shown
from rating.imports.cells import (
    BLANKS,
    Blanks,
    DateOrder,
    date_order,
    decimal_mark,
    read_amount,
    read_codes,
    read_day,
    read_steps,
)
from rating.imports.layouts import LAYOUTS, Found, find_columns
from rating.money import MILLIONTHS, minor_digits, price_text
from rating.starter import currency_scale

ABSURD = 100
"""Dearest price per minute that is believed, in euro or what is worth about as much; satellites cost a tenth of it."""

_REMOVED = frozenset("closed close removed remove deleted delete discontinued discontinue blocked block".split())
_ALL_TIMES = frozenset(
    {"", "*", "any", "all", "all time", "all times", "anytime", "any time", "always", "24/7", "24x7", "flat"}
)

T = TypeVar("T")


class Sheet(NamedTuple):
    """A list as text: its name for people, and its rows with the lines they stand on."""

    name: str
    rows: Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How a list is to be read; what is left empty is found out from the list, or refused where it cannot be.

    `currency` is the list's own, `exchange` what a unit of it is in the tariff's. `columns` says which word of the list names a column; `profiles` which band of the tariff a time profile means
    (the empty band: the plain price). `per_second` and `minor` say what the prices are for and in; `places` to how
    many decimals they are rounded; `highest` is the dearest price per minute that is believed, in millionths.
    """

    currency: str
    exchange: Fraction = Fraction(1)
    bands: tuple[str, ...] = ()
    layout: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    profiles: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ""
    blanks: Blanks | None = None
    order: DateOrder = ""
    per_second: bool | None = None
    minor: bool | None = None
    places: int | None = None
    highest: int | None = None


class PriceRow(NamedTuple):
    """One prefix of a list. `prices` are by band, the empty one is the plain price; None for a removed prefix.

    `effective` is the first day; None where the list does not say.
    """

    line: int
    prefix: str
    place: str
    number_class: str
    prices: Mapping[str, int]
    fee: int | None
    increments: str
    effective: date | None
    ends: date | None
    removed: bool


@dataclass(slots=True, kw_only=True)
class Read:
    """What came of a list. With problems there are no rows to use. `notes` are sentences for whoever imports."""

    rows: list[PriceRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_list(sheet: Sheet, choices: Choices) -> Read:
    """Read a price list. Never raises for what stands in it."""
    layout = LAYOUTS.get(choices.layout)
    rows = [(line, cells) for line, cells in sheet.rows if any(cell.strip() for cell in cells)]
    if len(rows) > ROWS_LIMIT:
        return Read(problems=[Problem(sheet.name, None, "", f"The list has more than {ROWS_LIMIT} rows.")])
    try:
        found = find_columns(rows, layout, choices.columns, choices.bands)
        reader = _Reader(
            file=sheet.name,
            choices=choices,
            found=found,
            rows=rows[found.top :],
            blanks=choices.blanks or (layout.blanks if layout else BLANKS[0]),
        )
    except ValueError as sentence:
        return Read(problems=[Problem(sheet.name, None, "", str(sentence))])
    read = reader.read()
    read.notes = [*reader.notes, *read.notes]
    if not read.rows and not read.problems:
        read.problems.append(Problem(sheet.name, None, "", "The list holds no row below its column names."))
    return read


class _Reader:
    """The reading of one list: what its cells said before is remembered, because they say it again."""

    def __init__(
        self, *, file: str, choices: Choices, found: Found, rows: list[tuple[int, Sequence[str]]], blanks: Blanks
    ) -> None:
        self._file, self._choices, self._found, self._rows, self._blanks = file, choices, found, rows, blanks
        if found.currency not in {"", choices.currency}:
            raise ValueError(
                _other_currency(f"The column {found.names['price_per_minute']!r}", found.currency, choices)
            )
        self._decimal = choices.decimal or decimal_mark(self._column("price_per_minute"))
        self._order: DateOrder = choices.order or date_order([*self._column("effective"), *self._column("ends")])
        per_second = found.per_second if choices.per_second is None else choices.per_second
        minor = found.minor if choices.minor is None else choices.minor
        self._times = choices.exchange * (60 if per_second else 1)
        self._over = 10 ** minor_digits(choices.currency) if minor else 1
        self._highest = choices.highest or ABSURD * MILLIONTHS * currency_scale(choices.currency)
        self._known: dict[tuple[str, str], object] = {}
        self.notes = list(self._remarks(per_second, minor))

    def read(self) -> Read:
        read = Read()
        merged: dict[tuple[str, str, date | None], PriceRow] = {}
        for line, cells in self._rows:
            if len(merged) > ROWS_LIMIT:
                break
            try:
                for row in self._row(line, cells):
                    _merge(merged, row)
            except ValueError as sentence:
                read.problems.append(Problem(self._file, line, shown(self._cell(cells, "prefix")), str(sentence)))
        for row in merged.values():
            if "" not in row.prices and not row.removed:
                said = "This prefix has prices for bands of the week and no plain one."
                read.problems.append(Problem(self._file, row.line, row.prefix, said))
        if len(merged) > ROWS_LIMIT:
            read.problems.append(Problem(self._file, None, "", f"The list has more than {ROWS_LIMIT} prefixes."))
        read.rows = list(merged.values())
        return read

    def _remarks(self, per_second: bool, minor: bool) -> list[str]:
        names = ", ".join(f"{field} = {name!r}" for field, name in self._found.names.items())
        remarks = [f"Columns: {names}."]
        if self._found.unused:
            remarks.append(f"Not used: {', '.join(map(repr, self._found.unused))}.")
        if per_second:
            remarks.append("Prices are per second; they are multiplied by 60.")
        if minor:
            remarks.append("Prices are in minor units (cents); they are divided.")
        if self._decimal == "comma":
            remarks.append("Prices have a decimal comma.")
        if "price_2" in self._found.at:
            remarks.append("Of the prices by jurisdiction the dearest is taken, so that no call costs more than it.")
        return remarks

    def _column(self, name: str) -> list[str]:
        index = self._found.at.get(name)
        return [] if index is None else [cells[index] for _, cells in self._rows if index < len(cells)]

    def _cell(self, cells: Sequence[str], name: str) -> str:
        index = self._found.at.get(name, -1)
        return cells[index].strip() if 0 <= index < len(cells) else ""

    def _once(self, kind: str, text: str, read: Callable[[str], T]) -> T:
        """Read a text of this kind, or give what it was read as before."""
        known = self._known
        if (kind, text) not in known:
            known[kind, text] = read(text)
        return known[kind, text]  # type: ignore[return-value]

    def _row(self, line: int, cells: Sequence[str]) -> list[PriceRow]:
        """Read one line: a row for each of its prefixes."""
        codes = self._codes(cells)
        removed = self._cell(cells, "action").lower() in _REMOVED
        place = self._cell(cells, "place")
        if len(place) > TEXT_LIMIT or not place.isprintable():
            raise ValueError(f"The place is longer than {TEXT_LIMIT} characters or holds unprintable ones.")
        number_class = self._cell(cells, "class")
        if number_class and number_class not in CLASSES:
            raise ValueError(f"The class {shown(number_class)!r} is not known; known: {', '.join(CLASSES)}.")
        self._check(cells)
        fee = self._cell(cells, "connection")
        row = PriceRow(
            line,
            "",
            place,
            number_class,
            {} if removed else self._prices(cells),
            self._once("amount", fee, self._amount) if fee else None,
            self._increments(cells),
            self._day(cells, "effective"),
            self._day(cells, "ends"),
            removed,
        )
        return [row._replace(prefix=code) for code in codes]

    def _codes(self, cells: Sequence[str]) -> list[str]:
        prefix, country = self._cell(cells, "prefix"), self._cell(cells, "country_code")
        if "prefix" in self._found.at and not (country and "area" in self._found.at):
            if prefix.startswith(("#", "*")) and prefix.strip("#*").isdigit() | (prefix == "*"):
                return [prefix]
            return read_codes(prefix, self._blanks)
        area = self._cell(cells, "area") or (prefix if "prefix" in self._found.at else "")
        codes = read_codes(country, self._blanks)
        return read_codes(f"{codes[0]} {area}", "country") if area else codes

    def _check(self, cells: Sequence[str]) -> None:
        """Refuse what a deck could not say."""
        currency = self._cell(cells, "currency").upper()
        if currency and currency != self._choices.currency:
            raise ValueError(_other_currency("The price", shown(currency), self._choices))
        if self._cell(cells, "included").strip("0.,") != "":
            raise ValueError(
                f"Free time of {shown(self._cell(cells, 'included'))} seconds: a deck cannot say that. Write free_seconds "
                "in the tariff's rules, and import with --column included=-."
            )

    def _prices(self, cells: Sequence[str]) -> dict[str, int]:
        band = self._band(self._cell(cells, "profile"))
        texts = [self._cell(cells, name) for name in ("price_per_minute", "price_2", "price_3")]
        prices = {band: max(self._once("price", text, self._price) for text in [texts[0], *filter(None, texts[1:])])}
        for name in self._choices.bands:
            if text := self._cell(cells, name):
                prices[name] = self._once("price", text, self._price)
        return prices

    def _band(self, profile: str) -> str:
        if profile in self._choices.profiles:
            return self._choices.profiles[profile]
        if profile.lower() in _ALL_TIMES:
            return ""
        raise ValueError(
            f"The price is for the time {shown(profile)!r} only: say which band of the tariff that is, --profile "
            f'"{shown(profile)}=BAND" (without a band for the plain price); it has: {", ".join(self._choices.bands) or "none"}.'
        )

    def _price(self, text: str) -> int:
        price = read_amount(
            text, self._decimal, self._choices.currency, times=self._times, over=self._over, places=self._choices.places
        )
        if price > self._highest:
            highest = price_text(self._highest)
            raise ValueError(
                f"{price_text(price)} per minute is more than {highest}: was a decimal point lost? --highest raises the bound."
            )
        return price

    def _amount(self, text: str) -> int:
        return read_amount(
            text,
            self._decimal,
            self._choices.currency,
            times=self._choices.exchange,
            over=self._over,
            places=self._choices.places,
        )

    def _increments(self, cells: Sequence[str]) -> str:
        whole = self._once("steps", self._cell(cells, "increments"), read_steps)
        if whole:
            return whole
        first, then = (self._once("steps", self._cell(cells, name), read_steps) for name in ("initial", "increment"))
        if not first and not then:
            return ""
        return f"{(first or then).partition('/')[0]}/{(then or first).rpartition('/')[2]}"

    def _day(self, cells: Sequence[str], name: str) -> date | None:
        if name not in self._found.at:
            return None
        return self._once("day", self._cell(cells, name), lambda text: read_day(text, self._order))


def _other_currency(what: str, currency: str, choices: Choices) -> str:
    return f"{what} is in {currency}, not in {choices.currency}: say what it is worth, --exchange {currency}=1.2345."


def _merge(merged: dict[tuple[str, str, date | None], PriceRow], row: PriceRow) -> None:
    """Add a row to the others; one prefix may have a row for each band, and may be repeated without a difference."""
    key = (row.number_class, row.prefix, row.effective)
    other = merged.get(key)
    if other is None:
        merged[key] = row
        return
    differ = any(other.prices.get(band, price) != price for band, price in row.prices.items())
    if differ or (row.fee, row.increments, row.ends, row.removed) != (
        other.fee,
        other.increments,
        other.ends,
        other.removed,
    ):
        raise ValueError(f"The prefix {row.prefix} stands on line {other.line} already, with another price.")
    merged[key] = other._replace(prices={**other.prices, **row.prices})
