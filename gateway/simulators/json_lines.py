"""A file of JSON lines that outlives the process that writes it: what both simulators keep their books in.

A crash can cut the last line off. It is ended where it stands, so that the next line is whole, and passed over when
the file is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any


class JsonLines:
    """The file, open for appending. With `sync` each line is on the disk when `write` returns, not only with the system."""

    def __init__(self, path: Path, *, sync: bool) -> None:
        self._path, self._sync = path, sync
        self._file: IO[str] = path.open("a", encoding="utf-8")
        if self._ends_torn():
            self._file.write("\n")

    def read(self) -> Iterator[dict[str, Any]]:
        """Reads back the objects that earlier runs wrote, leaving out what is none."""
        with self._path.open(encoding="utf-8", errors="replace") as stored:
            for text in stored:
                try:
                    found = json.loads(text)
                except ValueError:
                    continue
                if isinstance(found, dict):
                    yield found

    def write(self, line: Mapping[str, object]) -> None:
        """Adds a line."""
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
        if self._sync:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Closes the file; nothing can be written afterwards."""
        self._file.close()

    def _ends_torn(self) -> bool:
        with self._path.open("rb") as stored:
            size = stored.seek(0, os.SEEK_END)
            stored.seek(max(0, size - 1))
            return size > 0 and stored.read(1) != b"\n"
