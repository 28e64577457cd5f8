"""The simulated PMS's folio as a file: the referee that survives every crash, its own included.

JSON lines, one per posting received, flushed and synced to the disk before the posting is answered: `number`, `at`,
`room`, `guest`, `reservation`, `amount` (minor units), `text`, `dialled`, `duration`, `started` (the posting's DA and
TI), `p#`, `answer`, `clear_text`, `booked`, `transaction`, and `delivery`, how the answer was meant to go: `now`,
`late`, `never` (silence), or `cut` (the link was cut instead). The control port shows postings in the same shape.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from gateway.simulators.front_office import FolioLine

_TOKEN: Final = "p#"


def as_json(line: FolioLine) -> dict[str, Any]:
    """A posting as the ledger and the control port write it."""
    return {_TOKEN if name == "token" else name: value for name, value in asdict(line).items()}


class FolioLedger:
    """The file, open for appending. A last line that a crash cut off is closed off and passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] = path.open("a+", encoding="utf-8")
        self._close_torn_line()

    def lines(self) -> Iterator[FolioLine]:
        """Reads back what earlier runs wrote, numbered afresh where a torn line left a gap."""
        with self._path.open(encoding="utf-8", errors="replace") as stored:
            number = 0
            for text in stored:
                line = _line(text, number + 1)
                if line is not None:
                    number += 1
                    yield line

    def write(self, line: FolioLine) -> None:
        """Adds a posting; when this returns it is on the disk."""
        self._file.write(json.dumps(as_json(line), ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Closes the file; nothing can be written afterwards."""
        self._file.close()

    def _close_torn_line(self) -> None:
        with self._path.open("rb") as stored:
            size = stored.seek(0, os.SEEK_END)
            stored.seek(max(0, size - 1))
            torn = size > 0 and stored.read(1) != b"\n"
        if torn:
            self._file.write("\n")
            self._file.flush()


def _line(text: str, number: int) -> FolioLine | None:
    try:
        found = json.loads(text)
        token = found.pop(_TOKEN)
        return FolioLine(**{**found, "number": number, "token": token})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
