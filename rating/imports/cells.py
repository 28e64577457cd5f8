"""One cell of a price list: prefixes, prices, increments and dates, as carriers write them.

Every function raises ValueError with a sentence for what it cannot read exactly. Spreadsheets are the usual reason: a
long prefix becomes 4.82E+10, a range of prefixes becomes a date, a fraction gets a tail of digits. Such a cell is
named, never guessed at.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, TypeAlias

from rating.decks import PREFIX_LIMIT
from rating.fields import PRICE_LIMIT, shown
from rating.money import CURRENCIES, MILLIONTHS, half_up

Blanks: TypeAlias = Literal["refuse", "join", "separate", "country"]
BLANKS: tuple[Blanks, ...] = ("refuse", "join", "separate", "country")
DateOrder: TypeAlias = Literal["", "YMD", "DMY", "MDY"]
DATE_ORDERS: tuple[DateOrder, ...] = ("YMD", "DMY", "MDY")

RANGE_LIMIT = 1_000
"""Most prefixes that one range may stand for: the thousand blocks of an area."""

CODES_LIMIT = 10_000
"""Most prefixes of one cell, ranges spelt out; the largest real ones have some hundred."""

CELL_LIMIT = 20_000
"""Longest cell in characters: a country's whole list of mobile prefixes is a few thousand."""

ONE = Fraction(1)

_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_ISO_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})([T ].*)?")
_DAY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})([T ].*)?")
_SERIAL = re.compile(r"[0-9]{5}(\.0+)?")
_SHEET_EPOCH = date(1899, 12, 30)
_CODE = re.compile(rf"[1-9][0-9]{{0,{PREFIX_LIMIT - 1}}}")
_MONEY_WORDS = re.compile(r"[€$£¥₹₽₺฿₫]|(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])")
_GROUPED = {
    "point": re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"),
    "comma": re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?"),
}
_PER_SECOND = re.compile(r"(per|each|by)?\s*sec(ond)?s?", re.IGNORECASE)
_PER_MINUTE = re.compile(r"(per|each|by)?\s*min(ute)?s?", re.IGNORECASE)


def read_codes(cell: str, blanks: Blanks = "refuse") -> list[str]:
    """Read the prefixes of a cell: one, a list ("48;49"), a range ("48-50"), or a country and its areas ("61 38,39")."""
    if len(cell) <= PREFIX_LIMIT and cell.isdigit() and cell.isascii() and cell[0] != "0":
        return [cell]  # the usual case; a list has a quarter of a million of them
    text = cell.strip().strip("'\"").strip()
    if not text:
        raise ValueError("The prefix is missing.")
    if len(text) > CELL_LIMIT:
        raise ValueError(f"The cell of prefixes has more than {CELL_LIMIT} characters.")
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError(f"{text!r} was a longer prefix before a spreadsheet shortened it: format the column as text.")
    if _ISO_DAY.fullmatch(text) or _DAY.fullmatch(text):
        raise ValueError(f"{text!r} is a date: a spreadsheet took a range of prefixes for one; format it as text.")
    head = ""
    if blanks == "country":
        head, blank, rest = text.partition(" ")
        head, text = (_code(head), rest) if blank else ("", text)
    parts = [part.strip() for part in re.split(r"[;,|/\n]+" if blanks != "separate" else r"[;,|/\s]+", text)]
    codes: list[str] = []
    for part in filter(None, parts):
        codes += [head + code for code in _one_or_range(part, blanks, bool(head))]
        if len(codes) > CODES_LIMIT:
            raise ValueError(f"The cell stands for more than {CODES_LIMIT} prefixes.")
    if not codes:
        raise ValueError(f"{shown(text)!r} holds no prefix.")
    too_long = next((code for code in codes if len(code) > PREFIX_LIMIT), None)
    if too_long is not None:
        raise ValueError(f"{too_long} is longer than {PREFIX_LIMIT} digits, which no telephone number is.")
    return codes


def _one_or_range(part: str, blanks: Blanks, inside: bool) -> list[str]:
    if re.search(r"\s", part):
        if blanks == "refuse" and not re.search(r"\s-\s", part):
            raise ValueError(f"{shown(part)!r} may be one prefix or several: say --code-blanks join or separate.")
        part = re.sub(r"\s+", "", part)
    first, dash, last = part.partition("-")
    if not dash:
        return [_code(part, inside)]
    first, last = _code(first, inside), _code(last, inside)
    if len(first) != len(last) or int(last) < int(first):
        raise ValueError(
            f"{shown(part)!r} is no range of prefixes: both ends have the same number of digits, lowest first."
        )
    if int(last) - int(first) >= RANGE_LIMIT:
        raise ValueError(f"The range {part} stands for more than {RANGE_LIMIT} prefixes.")
    return [str(code).zfill(len(first)) for code in range(int(first), int(last) + 1)]


def _code(text: str, inside: bool = False) -> str:
    """Read a prefix without "+" or "00"; `inside` a country, it may begin with 0."""
    digits = text.strip().removeprefix("+")
    digits = digits if inside else digits.removeprefix("00")
    if re.fullmatch(r"[0-9]+\.0+", digits):
        digits = digits.partition(".")[0]  # a whole number that a spreadsheet wrote with a fraction
    if (inside and digits.isdigit() and digits.isascii()) or _CODE.fullmatch(digits):
        return digits
    raise ValueError(f"{shown(text)!r} is no prefix; write the country code and what follows, in digits.")


def read_amount(
    cell: str, decimal: str, currency: str, *, times: Fraction = ONE, over: int = 1, places: int | None = None
) -> int:
    """Read a price in millionths. `decimal` is "point" or "comma"; the price is multiplied by `times` over `over`.

    Digits beyond the sixth decimal are refused, unless `places` says to how many decimals to round, half up.
    """
    millionths = Fraction(_number(cell, decimal, currency)) * times / over * MILLIONTHS
    if millionths < 0:
        raise ValueError(f"{shown(cell)!r} is negative; a call can be free, but it cannot pay the guest.")
    if places is not None:
        unit = 10 ** (6 - places)
        millionths = Fraction(half_up(millionths.numerator, millionths.denominator * unit) * unit)
    if millionths.denominator != 1:
        raise ValueError(f"{shown(cell)!r} has more than six decimals of a price per minute; --round 6 rounds them.")
    if millionths > PRICE_LIMIT:
        raise ValueError(f"{shown(cell)!r} is more than {PRICE_LIMIT // MILLIONTHS}; was a decimal point lost?")
    return millionths.numerator


def _number(cell: str, decimal: str, currency: str) -> str:
    """The digits of an amount, with a point: money signs off, thousands off."""
    text = re.sub(r"[\s\u00a0\u202f']", "", cell)
    for word in _MONEY_WORDS.findall(text):
        code = word.upper()
        if len(word) == 3 and code != currency:
            said = f"is in {code}, not in {currency}" if code in CURRENCIES else "is no price"
            raise ValueError(f"{shown(cell)!r} {said}.")
    text = _MONEY_WORDS.sub("", text)
    if _GROUPED[decimal].fullmatch(text) and not (decimal == "comma" and "," not in text and text.count(".") == 1):
        text = text.replace("," if decimal == "point" else ".", "")
    if decimal == "comma":
        if "." in text and "," not in text:
            raise ValueError(
                f"{shown(cell)!r} has a point where the other prices have a comma; say which with --decimal."
            )
        text = text.replace(",", ".")
    if not re.fullmatch(r"[-+]?[0-9]{1,30}(\.[0-9]{0,30})?|[-+]?\.[0-9]{1,30}", text):
        raise ValueError(f"{shown(cell)!r} is no price." if cell.strip() else "The price is missing.")
    return text


def decimal_mark(cells: list[str]) -> str:
    """Tell from many prices whether decimals take a point or a comma; the last mark of a price that has both decides."""
    points = commas = 0
    for cell in cells:
        point, comma = cell.rfind("."), cell.rfind(",")
        points += point > comma
        commas += comma > point
    if points and commas:
        raise ValueError("Some prices have a decimal point and some a comma: say which with --decimal.")
    return "comma" if commas else "point"


def read_steps(text: str) -> str:
    """Read increments as a deck has them ("60/1"), from "60/1", "60-1", "60+1", "60", or words; empty for an empty cell."""
    text = text.strip()
    if not text:
        return ""
    if _PER_SECOND.fullmatch(text):
        return "1/1"
    if _PER_MINUTE.fullmatch(text):
        return "60/60"
    match = re.fullmatch(
        r"([0-9]{1,5})(?:\.0+)?(?:\s*[-/+:;,]\s*([0-9]{1,5})(?:\.0+)?)?\s*(s|sec|seconds)?", text, re.IGNORECASE
    )
    if match is None or not int(match[1]) or not int(match[2] or 1):
        raise ValueError(f"{shown(text)!r} are no increments; write seconds like 60/1.")
    return f"{int(match[1])}/{int(match[2] or match[1])}"


def read_day(cell: str, order: DateOrder) -> date | None:
    """Read a date; None for an empty cell. `order` tells 03/04/2026 apart; a date that begins with the year needs none."""
    text = cell.strip()
    if not text:
        return None
    try:
        if match := _ISO_DAY.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY.fullmatch(text):
            year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
            first, second = int(match[1]), int(match[2])
            if order == "":
                raise ValueError(f"{text!r} may begin with the day or the month: say --date-order DMY or MDY.")
            return date(year, first, second) if order == "MDY" else date(year, second, first)
    except ValueError as sentence:
        raise ValueError(str(sentence) if "--date-order" in str(sentence) else f"{text!r} is no day.") from None
    if _SERIAL.fullmatch(text):
        return _SHEET_EPOCH + timedelta(days=int(text.partition(".")[0]))
    raise ValueError(f"{shown(text)!r} is no day; write it like 2026-12-01.")


def date_order(cells: list[str]) -> DateOrder:
    """Tell from many dates whether the day or the month comes first; empty where none of them tells.

    With points between, the day comes first everywhere.
    """
    orders: set[DateOrder] = set()
    for cell in cells:
        if match := _DAY.fullmatch(cell.strip()):
            if int(match[1]) > 12:
                orders.add("DMY")
            if int(match[2]) > 12:
                orders.add("MDY")
            if "." in match[0]:
                orders.add("DMY")
    return orders.pop() if len(orders) == 1 else ""
