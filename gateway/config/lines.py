"""On which line of a TOML text each key stands, so that a problem can name its line.

The standard library's parser gives no places. This reading of the text is shallow on purpose: headings and `key =` at
the beginning of a line, outside of multi-line strings. A key inside an inline table has the line of that table. It is
only asked about texts that the real parser has accepted, and a key that it cannot place has the line of its parent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_HEADING = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=(.*)$"""
)
_WORD = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def key_lines(text: str) -> Mapping[Path, int]:
    """Return the line, counted from 1, of each key and table heading; tables of an array are counted from 0."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    quote: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if quote is not None:
            quote = None if line.count(quote) % 2 else quote
        elif heading := _HEADING.match(line):
            table = _heading(heading, counts)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault(table + _words(key[1]), number)
            quote = _opened(key[2])
    return lines


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """Return the line of a key, or of the nearest thing around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _heading(heading: re.Match[str], counts: dict[Path, int]) -> Path:
    """Return the path that a heading opens: the last table of each array on the way."""
    path: Path = ()
    words = _words(heading[2])
    for place, word in enumerate(words):
        path += (word,)
        if place == len(words) - 1 and heading[1] == "[[":
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path += (counts[path] - 1,)
    return path


def _words(dotted: str) -> Path:
    return tuple(word.strip("\"'") for word in _WORD.findall(dotted))


def _opened(value: str) -> str | None:
    """Return the quotes of a multi-line string that this value opens and does not close."""
    for quote in ('"""', "'''"):
        if value.count(quote) % 2:
            return quote
    return None
