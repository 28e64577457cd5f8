"""The house's own lists of numbers, read from their files: one entry a line, with a note and days where they are wanted.

```
+48601234567                      a colleague's own number
+48700;premium numbers            a beginning, with a note
+44;the old agency;2026-01-01;2026-06-30
```
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

#: The largest file of a list, and the entries of all lists together: a directory of a town has fewer.
MOST_BYTES: Final = 8 * 1024 * 1024
MOST_ENTRIES: Final = 100_000
_SPACING: Final = re.compile(r"[ ()/.\u00a0-]")
_E164: Final = re.compile(r"\+[1-9][0-9]{0,14}")


class ListUnreadable(Exception):
    """A list cannot be read; the sentence says why, with the line."""


class Said(NamedTuple):
    """An entry as it was written."""

    prefix: str
    note: str = ""
    first: date | None = None
    last: date | None = None


def e164_beginning(text: str) -> str:
    """A number or the beginning of some, without blanks; raises ValueError with a sentence."""
    bare = _SPACING.sub("", text.strip())
    if not _E164.fullmatch(bare):
        raise ValueError(f'"{text.strip()[:40]}" is no number; write + and the country code first, such as "+48700"')
    return bare


def read_file(path: Path) -> list[Said]:
    """The entries of a file. Raises ListUnreadable."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ListUnreadable(f"{path} is larger than {MOST_BYTES // 2**20} MB; that is no list of numbers")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ListUnreadable(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ListUnreadable(f"{path} is not text in UTF-8; save it in that encoding") from error
    found = list(_entries(path, text.splitlines()))
    if len(found) > MOST_ENTRIES:
        raise ListUnreadable(f"{path} has more than {MOST_ENTRIES} entries")
    return found


def _entries(path: Path, lines: Iterable[str]) -> Iterator[Said]:
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                yield _entry(line)
            except ValueError as error:
                raise ListUnreadable(f"{path}, line {number}: {error}") from error


def _entry(line: str) -> Said:
    cells = [cell.strip() for cell in line.split(";")]
    if len(cells) > 4:
        raise ValueError("it has more than number; note; first day; last day")
    prefix, note, *days = [*cells, "", "", ""][:4]
    first, last = (date.fromisoformat(day) if day else None for day in days)
    if first and last and last < first:
        raise ValueError(f"{last} is before {first}")
    return Said(e164_beginning(prefix), note, first, last)
