"""How a cell is written: for people, grouped and with its unit; for programs, as the plain figure. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from functools import lru_cache, partial
from typing import Final, assert_never

from gateway.instants import from_micros
from gateway.languages.kept import kept
from gateway.languages.spoken import Later, is_english, said, say, spoken
from gateway.reports.values import Cell, CellKind, Column, Money
from gateway.web.marks import CLASSES
from gateway.web.words import day, decimal, minutes, visible
from rating.money import format_amount

#: What separates thousands for the eye: narrow, and never broken over two lines.
_THIN: Final = "\u202f"
MINUS: Final = "\u2212"
#: Decimals that are shown of each measured figure.
#: Sentences of the store that are remembered while a table of them is written.
_REMEMBERED: Final = 1_024
DECIMALS: Final = {"percent": 1, "erlangs": 2, "ccs": 1}


def shown(cell: Cell, kind: CellKind, zone: tzinfo) -> str:
    """A cell for people; a dash where nothing is known."""
    if cell is None:
        return "–"
    if isinstance(cell, Money):
        return f"{amount(cell)} {cell.currency}".rstrip()
    if kind == "percent":
        small = isinstance(cell, int | float) and 0 < abs(cell) < 1  # one call lost in a thousand is not none
        return f"{_grouped(cell, 2 if small else 1)} %"
    if isinstance(cell, int | float):
        return _figure(cell, kind, zone)
    return visible(said(cell) if isinstance(cell, str) else str(cell))


def _figure(cell: float, kind: CellKind, zone: tzinfo) -> str:
    match kind:
        case "count" | "text":
            return _grouped(cell, 0 if isinstance(cell, int) else 1)
        case "seconds":
            return minutes(round(cell))
        case "erlangs" | "ccs" | "percent":
            return _grouped(cell, DECIMALS[kind])
        case "instant":
            return f"{_local(cell, zone):%Y-%m-%d %H:%M:%S}"
        case "hour":
            return f"{int(cell):02d}:00"
        case "money" | "day":
            return _grouped(cell, 2)
        case _:
            assert_never(kind)


def amount(money: Money) -> str:
    """An amount without its currency, thousands apart."""
    if not is_english():
        return spoken().amount(money.minor, money.decimals).replace("-", MINUS)
    text = format_amount(abs(money.minor), money.decimals)
    whole, point, fraction = text.partition(".")
    sign = MINUS if money.minor < 0 else ""
    return f"{sign}{int(whole):,}".replace(",", _THIN) + point + fraction


def _grouped(figure: object, decimals: int) -> str:
    if isinstance(figure, int | float) and not is_english():
        return spoken().decimal(figure, decimals).replace("-", MINUS)
    text = f"{figure:,.{decimals}f}" if isinstance(figure, int | float) else str(figure)
    return text.replace(",", _THIN).replace("-", MINUS)


def _local(micros: float, zone: tzinfo) -> datetime:
    return from_micros(int(micros)).astimezone(zone)


def plain(cell: Cell, kind: CellKind, zone: tzinfo) -> str | int | float | None:
    """A cell for programs: an amount as a decimal string, an instant and a day as ISO 8601, figures as they are."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, Money):
        return format_amount(cell.minor, cell.decimals)
    if isinstance(cell, date):
        return cell.isoformat()
    if kind == "instant":
        return _local(cell, zone).isoformat()
    return round(cell, 6) if isinstance(cell, float) else cell


def local_moment(cell: int, zone: tzinfo) -> datetime:
    """An instant as the clock on the wall showed it, without its zone, as work books keep times."""
    return _local(cell, zone).replace(tzinfo=None)


def heading(column: Column) -> str:
    """A column's title with the unit its cells do not carry."""
    units = {"erlangs": "erl", "ccs": "CCS"}
    unit = units.get(column.kind)
    title = say(column.title) if column.title else ""
    return f"{title} ({unit})" if unit and unit not in title else title


@lru_cache(_REMEMBERED)
def kept_words(sentence: str | None) -> str | None:
    """A sentence that the store keeps, said again where it is shown."""
    return Later(partial(kept, sentence)) if sentence else None


def entry(texts: Mapping[str, str], name: str) -> str:
    """A text of a table, said where it is shown; the name itself where it has none."""
    return Later(lambda: texts.get(name, name)) if name else ""


@lru_cache(_REMEMBERED)
def class_words(name: str | None) -> str | None:
    """A class of numbers in the reader's language; one that the house's own tariff has made stays as it is called there."""
    return Later(lambda: name if is_english() else CLASSES.get(name, name)) if name else None


def day_words(local: date) -> str:
    """A day of a picture or a sentence, as the language writes it."""
    return Later(partial(day, local, year=False))


def whole(number: int) -> str:
    """A whole number in a sentence, as the language groups it."""
    return Later(lambda: spoken().figure(number))


def fraction(value: float, decimals: int) -> str:
    """A figure with so many decimals in a sentence, as the language writes it."""
    return Later(partial(decimal, value, decimals))


def in_words(money: Money) -> str:
    """An amount in a sentence, as the language writes it."""
    return Later(lambda: f"{amount(money)} {money.currency}")
