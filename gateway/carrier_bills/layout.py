"""How a carrier's bill is laid out, and the reading of its lines by that. Pure.

A line is read, or there is a sentence that says why not: nothing is passed over. Empty lines are no lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from gateway.carrier_bills.items import BadLine, Item, Tolerance
from gateway.carrier_bills.moments import Lengths, lengths, moments
from gateway.carrier_bills.numbers import Keys
from rating.money import MILLIONTHS, half_up

Vat: TypeAlias = Literal["excluded", "included"]
VATS: Final[tuple[Vat, ...]] = ("excluded", "included")
#: A column by its title, or by its place, counted from 1.
Place: TypeAlias = str | int

#: Characters of a bad line that are shown.
SHOWN: Final = 120
#: What may stand between the digits of an amount: blanks of every width and the apostrophe of the Swiss.
_GROUPING: Final = re.compile("[\\s\u00a0\u202f'’]")
#: What may stand before or behind an amount: a currency's sign or code.
_AROUND: Final = re.compile(r"^[^0-9+\-,.]*|[^0-9]*$")
#: What makes millionths of a fraction of so many digits.
_TENS: Final[tuple[int, ...]] = tuple(10 ** (6 - digits) for digits in range(7))
_AMOUNT: Final = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]{1,6})0*)?")


class WrongLayout(Exception):
    """The bill has not the columns that the layout names; the sentence says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A bill's layout. `factor` is what a millionth of the bill is multiplied with, to stand on the footing of our costs."""

    name: str
    number: Place
    began: Place
    time: Place | None
    duration: Place
    amount: Place
    caller: Place | None
    written: str
    zone: ZoneInfo
    lengths: Lengths
    decimal: str
    currency: str
    keys: Keys
    factor: tuple[int, int]
    tolerance: Tolerance
    carrier: str = ""
    separator: str = ""
    encoding: str = ""
    skip: int = 0

    @property
    def titled(self) -> bool:
        """True where a line of titles stands above the others."""
        return any(isinstance(place, str) for place in self._places)

    @property
    def _places(self) -> tuple[Place | None, ...]:
        return (self.number, self.began, self.time, self.duration, self.amount, self.caller)

    def reader(self, titles: Sequence[str]) -> Callable[[int, Sequence[str]], Item | BadLine]:
        """What reads a line of this bill; raises WrongLayout if a column is not there."""
        number, began, time, duration, amount, caller = (_found(place, titles, self.name) for place in self._places)
        at, length, money, key = (
            moments(self.written, self.zone),
            lengths(self.lengths, self.decimal),
            self.billed,
            self.keys.of_bill,
        )
        assert number is not None
        assert began is not None
        assert duration is not None
        assert amount is not None

        def read(line: int, cells: Sequence[str]) -> Item | BadLine:
            what, text = "cells", ""
            try:
                text = cells[number]
                what, digits = "number", key(text)
                if not digits:
                    raise ValueError
                what, text = "time", cells[began] if time is None else f"{cells[began]} {cells[time]}"
                when = at(text)
                what, text = "length", cells[duration]
                seconds = length(text)
                what, text = "amount", cells[amount]
                return digits, when, seconds, money(text), line, "" if caller is None else cells[caller].strip()[:40]
            except IndexError:
                return BadLine(line, f"it has {len(cells)} columns, fewer than the layout names", _shown(cells))
            except (ValueError, OverflowError):
                return BadLine(line, _sentence(what, text), _shown(cells))

        return read

    def on_our_footing(self, billed: int) -> int:
        """An amount as billed, in millionths, with or without tax as our costs are; halves away from nothing."""
        times, by = self.factor
        return billed if times == by else half_up(billed * times, by)

    def billed(self, text: str) -> int:
        """An amount in millionths as it is billed; raises ValueError where there is none."""
        whole, _, fraction = text.partition(self.decimal)
        if text.isascii() and whole.isdigit() and fraction.isdigit() and len(fraction) <= 6:  # as nearly every line is
            return int(whole) * MILLIONTHS + int(fraction) * _TENS[len(fraction)]
        bare = _AROUND.sub("", _GROUPING.sub("", text))
        bare = bare.replace(".", "").replace(",", ".") if self.decimal == "," else bare.replace(",", "")
        found = _AMOUNT.fullmatch(bare)
        if found is None or not (found[2] or found[3]):
            raise ValueError
        value = int(found[2] or "0") * MILLIONTHS + int((found[3] or "").ljust(6, "0"))
        return -value if found[1] == "-" else value


def _found(place: Place | None, titles: Sequence[str], name: str) -> int | None:
    if place is None:
        return None
    if isinstance(place, int):
        return place - 1
    named = [index for index, title in enumerate(titles) if title.strip().lower() == place.strip().lower()]
    if len(named) == 1:
        return named[0]
    has = ", ".join(f'"{title.strip()}"' for title in titles[:30]) or "nothing"
    how = "has no column" if not named else "has more than one column"
    raise WrongLayout(f'the bill {how} "{place}", which the layout {name} names; its line of titles has {has}')


def _sentence(what: str, text: str) -> str:
    shown = f'"{text.strip()[:SHOWN]}"' if text.strip() else "an empty cell"
    return {
        "number": f"{shown} is no telephone number",
        "time": f"{shown} is no date and time as the layout writes them",
        "length": f"{shown} is no length of a call as the layout writes them",
        "amount": f"{shown} is no amount as the layout writes them",
    }.get(what, f"{shown} cannot be read")


def _shown(cells: Sequence[str]) -> str:
    return " | ".join(cells)[:SHOWN]
