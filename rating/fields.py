"""Reading the fields of tariff text: every problem noted with its file, line and key, none of them fatal alone.

TOML's parser gives values without places, so the lines are found again in the text: sections and keys are recognised
by their own lines. A key that a person wrote in an unusual way (dotted, inline) is reported with the line of its
section; a problem without a line is still a sentence.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias, TypeVar

from rating.money import MILLIONTHS, exact

_Word = TypeVar("_Word", bound=str)

Severity: TypeAlias = Literal["error", "warning"]

TEXT_LIMIT = 80
"""Longest code, name or place, in characters: it must fit a line of a bill."""

KEY_LINE_LIMIT = 200
"""Characters of a line in which a section or key is looked for; names are short, and patterns stay quick."""

PRICE_LIMIT = 1_000_000 * MILLIONTHS
"""Dearest price or fee in currency units (a million): above it a decimal point was lost, in any currency."""

PERCENT_LIMIT = 1000
"""Highest percentage; mark-ups of 900 % occur on old switchboards, beyond it is a slip."""

_POWERS = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*=""")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the text of a tariff. `line` counts from 1; `key` is what stands there, or empty."""

    file: str
    line: int | None
    key: str
    sentence: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        words = self.sentence if self.severity == "error" else f"warning: {self.sentence}"
        return f"{place}: {self.key}: {words}" if self.key else f"{place}: {words}"


def shown(text: str) -> str:
    """Give the beginning of a text that somebody else wrote, fit for a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:TEXT_LIMIT])


def key_lines(text: str) -> dict[str, int]:
    """Find the line of each section and key: "class.local.minimum", "band[1].from"."""
    lines: dict[str, int] = {}
    section, tables = "", dict[str, int]()
    for number, line in enumerate(text.splitlines(), start=1):
        line = line[:KEY_LINE_LIMIT]
        if header := _HEADER.match(line):
            section = re.sub(r"[\"'\s]", "", header[2])
            if header[1] == "[[":
                tables[section] = tables.get(section, -1) + 1
                section = f"{section}[{tables[section]}]"
            lines.setdefault(section, number)
        elif key := _KEY.match(line):
            name = key[1].strip("\"'")
            lines.setdefault(f"{section}.{name}" if section else name, number)
    return lines


@dataclass(slots=True, kw_only=True)
class Section:
    """One table of a TOML text while it is read. Reading a key marks it as known; `finish` reports the others."""

    file: str
    path: str
    values: Mapping[str, object]
    lines: Mapping[str, int]
    problems: list[Problem]
    known: set[str] = field(default_factory=set)

    def child(self, key: str, values: Mapping[str, object], *, path: str | None = None) -> Section:
        """Give a table within this one, which notes its problems in the same list."""
        below = path or (f"{self.path}.{key}" if self.path else key)
        return Section(file=self.file, path=below, values=values, lines=self.lines, problems=self.problems)

    def note(self, key: str, sentence: str, severity: Severity = "error") -> None:
        """Note a problem of a key of this table, or of the table itself where the key is empty."""
        full = ".".join(part for part in (self.path, key) if part)
        self.problems.append(Problem(self.file, self.line_of(full), shown(full), sentence, severity))

    def line_of(self, path: str) -> int | None:
        """Find the line of a key, or of the nearest table around it that has one."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path)

    def table(self, key: str) -> Section | None:
        """Read a table, or None where there is none."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return self.child(key, value)
        self.note(key, f"{key} is a table: write [{key}] on a line of its own, and its values below.")
        return None

    def tables(self, key: str) -> list[Section]:
        """Read an array of tables, such as [[band]]."""
        value = self.take(key)
        if value is None:
            return []
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            path = f"{self.path}.{key}" if self.path else key
            return [self.child(key, one, path=f"{path}[{index}]") for index, one in enumerate(value)]
        self.note(key, f"{key} is a list of tables: write [[{key}]] before each of them.")
        return []

    def text(self, key: str, default: str | None = None) -> str:
        """Read a short text; without a default it must be there."""
        value = self.take(key)
        if value is None:
            if default is None:
                self.note(key, f"{key} is missing.")
            return default or ""
        if not isinstance(value, str) or not value.strip():
            self.note(key, f'{key} is a text in quotation marks, for example {key} = "…".')
            return default or ""
        if len(value) > TEXT_LIMIT or not value.isprintable():
            self.note(key, f"{key} is longer than {TEXT_LIMIT} characters or holds unprintable ones.")
            return default or ""
        return value.strip()

    def texts(self, key: str) -> list[str] | None:
        """Read a list of texts, or None where there is none."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return list(value)
        self.note(key, f'{key} is a list of texts, for example {key} = ["one", "two"].')
        return None

    def texts_or_text(self, key: str) -> tuple[str, ...]:
        """Read a text or a list of texts; nothing where there is none."""
        value = self.take(key)
        found = [value] if isinstance(value, str) else value
        if value is None:
            return ()
        if isinstance(found, list) and found and all(isinstance(one, str) and one.strip() for one in found):
            return tuple(one.strip() for one in found)
        self.note(key, f'{key} is a text or a list of texts, for example {key} = "one" or {key} = ["one", "two"].')
        return ()

    def choice(self, key: str, options: Iterable[_Word], default: _Word) -> _Word:
        """Read one of a few words."""
        value = self.take(key)
        if value is None:
            return default
        allowed = tuple(options)
        for word in allowed:
            if value == word:
                return word
        wrong = f"{key} cannot be {value[:TEXT_LIMIT]!r}" if isinstance(value, str) else f"{key} is a text"
        self.note(key, f"{wrong}; write one of: {', '.join(allowed)}.")
        return default

    def flag(self, key: str, default: bool) -> bool:
        """Read true or false."""
        value = self.take(key)
        if isinstance(value, bool):
            return value
        if value is not None:
            self.note(key, f"{key} is either true or false, without quotation marks.")
        return default

    def seconds(self, key: str, default: int, limit: int) -> int:
        """Read a whole number of seconds."""
        return self.whole(key, default, (0, limit), "seconds")

    def whole(self, key: str, default: int, limits: tuple[int, int], unit: str) -> int:
        """Read a whole number between two limits, both allowed."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and limits[0] <= value <= limits[1]:
            return value
        self.note(key, f"{key} is a whole number of {unit} from {limits[0]} to {limits[1]}.")
        return default

    def price(self, key: str, default: int) -> int:
        """Read a price or fee, in millionths."""
        value = self.take(key)
        return default if value is None else self.price_of(key, value, default)

    def price_of(self, key: str, value: object, default: int) -> int:
        """Read a value that stands for a price or fee, in millionths."""
        try:
            return read_price(_as_text(value))
        except ValueError as sentence:
            self.note(key, str(sentence))
            return default

    def percent(self, key: str, default: int) -> int:
        """Read a percentage as a share in millionths; four decimals of a percent are kept."""
        value = self.take(key)
        if value is None:
            return default
        try:
            share = exact(_as_text(value), 4)
        except ValueError as sentence:
            self.note(key, str(sentence))
            return default
        if 0 <= share <= PERCENT_LIMIT * MILLIONTHS // 100:
            return share
        self.note(key, f"{key} must be from 0 to {PERCENT_LIMIT} percent.")
        return default

    def day(self, key: str) -> date | None:
        """Read a date, or None where there is none."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, date) and not isinstance(value, datetime) and 1980 <= value.year < 2200:
            return value
        self.note(key, f"{key} is a day, written like {key} = 2025-01-31, without quotation marks.")
        return None

    def finish(self) -> None:
        """Report the keys that nobody asked for."""
        for key in self.values:
            if key not in self.known:
                longer = [name for name in sorted(self.known) if name.startswith(key)]
                close = difflib.get_close_matches(key, self.known, n=1) or longer
                hint = f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(sorted(self.known))}."
                self.note(key, f"{shown(key)} is not known{hint}")

    def take(self, key: str) -> object | None:
        self.known.add(key)
        return self.values.get(key)


def read_price(text: str) -> int:
    """Read a price in currency units as millionths; ValueError with a sentence if it is none, or beyond all reason."""
    whole, point, fraction = text.partition(".")
    digits = whole + fraction
    usual = whole and bool(point) == bool(fraction) and len(fraction) <= 6 and len(digits) <= 12
    if usual and digits.isdecimal() and digits.isascii():
        value = int(digits) * _POWERS[6 - len(fraction)]  # the usual case; a deck has a hundred thousand of them
    else:
        value = exact(text, 6)
    if value < 0:
        raise ValueError(f"{text!r} is negative; a call can be free, but it cannot pay the guest.")
    if value > PRICE_LIMIT:
        raise ValueError(f"{text!r} is more than {PRICE_LIMIT // MILLIONTHS}; was a decimal point lost?")
    return value


def _as_text(value: object) -> str:
    """The text of a number: TOML floats are read as Decimal, so that 0.1 is what it says. ValueError for none."""
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and abs(value.adjusted()) < TEXT_LIMIT else str(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("This is not a number; write it like 4.20.")
    if isinstance(value, int) and value.bit_length() > TEXT_LIMIT:
        raise ValueError("This number is beyond all reason.")
    return str(value)
