"""The exchange's own list of the calls it has told, to compare with what became of them.

JSON lines, one per call, written when the last record of the call went out: `seq`, `extension`, `dialled`,
`seconds` (of talk), `start` (ISO 8601), `key` (what a reader finds as the call's key; null where the exchange gives
none), `dialect`, `direction`, `kind`, `charged` (true for an answered call on a trunk to a number that is neither an
emergency nor free). The file is also the exchange's memory: one that starts with a ledger goes on after its last
`seq`, so that no call number comes twice.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

from gateway.simulators.calls import SimulatedCall
from gateway.simulators.writers import Writer


def last_seq(path: Path) -> int:
    """Finds the highest `seq` in a ledger, 0 where there is none; a line cut off by a crash is passed over."""
    highest = 0
    if not path.exists():
        return highest
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                highest = max(highest, int(json.loads(line)["seq"]))
            except (ValueError, KeyError, TypeError):
                continue
    return highest


class CallLedger:
    """Appends calls to the file; each line is with the operating system when `write` returns."""

    def __init__(self, path: Path, writer: Writer) -> None:
        self._writer = writer
        self._file: IO[str] = path.open("a", encoding="utf-8")

    def write(self, call: SimulatedCall) -> None:
        """Adds one call."""
        line = {
            "seq": call.seq,
            "extension": call.extension,
            "dialled": call.dialled,
            "seconds": call.talk_seconds,
            "start": call.start.isoformat(),
            "key": self._writer.key(call),
            "dialect": self._writer.dialect,
            "direction": call.direction,
            "kind": call.kind,
            "charged": call.charged,
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Closes the file; nothing can be written afterwards."""
        self._file.close()
