"""The simulated PMS's folio as a file: the referee that survives every crash, its own included.

JSON lines, one per posting received, on the disk before the posting is answered: `number`, `at`, `room`, `guest`,
`reservation`, `amount` (minor units), `text`, `dialled`, `duration`, `started` (the posting's DA and TI), `p#`,
`answer`, `clear_text`, `booked`, `transaction`, and `delivery`, how the answer was meant to go: `now`, `late`,
`never` (silence), or `cut` (the link was cut instead). The control port shows postings in the same shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from gateway.simulators.front_office import FolioLine
from gateway.simulators.json_lines import JsonLines

_TOKEN: Final = "p#"


def as_json(line: FolioLine) -> dict[str, Any]:
    """A posting as the ledger and the control port write it."""
    return {_TOKEN if name == "token" else name: value for name, value in asdict(line).items()}


class FolioLedger:
    """The file, open for appending."""

    def __init__(self, path: Path) -> None:
        self._file = JsonLines(path, sync=True)

    def lines(self) -> Iterator[FolioLine]:
        """Reads back what earlier runs wrote, numbered afresh where a torn line left a gap."""
        number = 0
        for found in self._file.read():
            line = _line(found, number + 1)
            if line is not None:
                number += 1
                yield line

    def write(self, line: FolioLine) -> None:
        """Adds a posting; when this returns it is on the disk."""
        self._file.write(as_json(line))

    def close(self) -> None:
        """Closes the file; nothing can be written afterwards."""
        self._file.close()


def _line(found: dict[str, Any], number: int) -> FolioLine | None:
    try:
        token = found.pop(_TOKEN)
        return FolioLine(**{**found, "number": number, "token": token})
    except (KeyError, TypeError):
        return None
