"""A carrier's bill as a file, read line by line, and items sorted on the disk: a million lines in little memory.

The one place that opens a bill. What its cells mean is for `gateway.carrier_bills`, which is pure. Sorted runs of items go to a
folder that the caller owns and are merged as they are read back.
"""

from __future__ import annotations

import csv
import heapq
import marshal
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from gateway.carrier_bills.items import BadLine, Item
from gateway.carrier_bills.layout import Layout

#: The largest bill read: some ten million lines.
MOST_BYTES: Final = 2 * 1024 * 1024 * 1024
#: Characters of one line; a quotation mark that is never closed would else take the rest of the file for one cell.
LONGEST_LINE: Final = 16_384
#: Items sorted at a time: some thirty megabytes.
RUN: Final = 100_000
#: Items read back at a time from each run.
_BLOCK: Final = 2_000
#: Lines between two words on how far it is.
_TOLD_EVERY: Final = 5_000
_SIGNS: Final = {
    b"PK\x03\x04": "is a workbook; save it as CSV, which can be as long as the bill is",
    b"\xd0\xcf\x11\xe0": "is a workbook; save it as CSV, which can be as long as the bill is",
    b"%PDF": "is a PDF; ask the carrier for the itemised bill as CSV",
}


class BillUnreadable(Exception):
    """The bill cannot be read; the sentence says why and what to do."""


def bill_lines(path: Path, layout: Layout, told: Callable[[float], None]) -> Iterator[Item | BadLine]:
    """Every line of a bill, read or with the reason why not; `told` hears the share of the file that is read.

    Raises BillUnreadable, and WrongLayout where the columns are not there.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise BillUnreadable(f"{path} is larger than {MOST_BYTES // 2**30} GB; split it by month")
        with path.open("rb") as raw:
            head = raw.read(8)
        for sign, words in _SIGNS.items():
            if head.startswith(sign):
                raise BillUnreadable(f"{path} {words}")
        wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        with path.open(encoding=layout.encoding or ("utf-16" if wide else "utf-8-sig"), newline="") as text:
            yield from _read(path, text, layout, lambda: told(min(1.0, raw_position(text) / (size or 1))))
    except OSError as error:
        raise BillUnreadable(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        said = layout.encoding or "UTF-8"
        raise BillUnreadable(f'{path.name} is not text in {said}; write encoding = "cp1252" in its layout') from error


def raw_position(text: IO[str]) -> int:
    """How many bytes of a file were read, as far as its buffer."""
    buffer: Any = text.buffer  # type: ignore[attr-defined]
    return int(buffer.tell())


def _read(path: Path, text: IO[str], layout: Layout, told: Callable[[], None]) -> Iterator[Item | BadLine]:
    lines = _bounded(path, text)
    line = sum(1 for _ in islice(lines, layout.skip))
    rows = csv.reader(lines, delimiter=layout.separator or _separator(path, layout), strict=False)
    titles: list[str] = []
    try:
        if layout.titled:
            titles = next(rows, [])
        read = layout.reader(titles)
        first = line + rows.line_num + 1
        for number, cells in enumerate(rows, 1):
            if any(cells):
                yield read(first, cells)
            first = line + rows.line_num + 1
            if number % _TOLD_EVERY == 0:
                told()
    except csv.Error as error:
        raise BillUnreadable(f"{path.name}, line {line + rows.line_num}: this is not CSV: {error}") from error


def _bounded(path: Path, text: IO[str]) -> Iterator[str]:
    """Lines of the file, none longer than a line can be."""
    for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE), ""), 1):
        if len(line) == LONGEST_LINE:
            raise BillUnreadable(
                f"{path.name}, line {number} is longer than {LONGEST_LINE} characters: this is no bill"
            )
        yield line


def _separator(path: Path, layout: Layout) -> str:
    """The sign that stands most often in the first line that counts: its titles, or the first call."""
    encoding = layout.encoding or "utf-8-sig"
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        first = next(islice(text, layout.skip, None), "")[:LONGEST_LINE]
    return max("\t;|,", key=first.count)


class Runs:
    """Rows in sorted order, by way of the disk. `add` them all, then go through them as often as wanted.

    Rows are tuples of plain values; they are sorted as tuples are.
    """

    def __init__(self, folder: Path, name: str, run: int = RUN) -> None:
        self._folder, self._name, self._run = folder, name, run
        self._waiting: list[Any] = []
        self._paths: list[Path] = []
        self.count = 0

    def add(self, row: tuple[Any, ...]) -> None:
        """One more."""
        self._waiting.append(row)
        self.count += 1
        if len(self._waiting) >= self._run:
            self._spill()

    def _spill(self) -> None:
        path = self._folder / f"{self._name}-{len(self._paths)}"
        self._waiting.sort()
        with path.open("wb") as out:
            rest = iter(self._waiting)
            while block := list(islice(rest, _BLOCK)):
                marshal.dump(block, out)
        self._paths.append(path)
        self._waiting.clear()

    def __iter__(self) -> Iterator[Any]:
        """All of them, the smallest first."""
        self._waiting.sort()
        runs: list[Iterable[Any]] = [_run_of(path) for path in self._paths]
        return heapq.merge(*runs, iter(self._waiting)) if runs else iter(self._waiting)


def _run_of(path: Path) -> Iterator[Any]:
    """The rows of a run. What is read is what this process wrote a moment ago."""
    with path.open("rb") as file:
        while True:
            try:
                block = marshal.load(file)
            except EOFError:
                return
            yield from block
