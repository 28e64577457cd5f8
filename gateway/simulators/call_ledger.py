"""The exchange's own list of the calls it has told, to compare with what became of them.

JSON lines, one per call, written when the last record of the call went out: `seq`, `extension`, `dialled`,
`seconds` (of talk), `start` (ISO 8601), `key` (what a reader finds as the call's key; null where the exchange gives
none), `dialect`, `direction`, `kind`, `charged` (true for an answered call on a trunk to a number that is neither an
emergency nor free). The file is also the exchange's memory: one that starts with a ledger goes on after its last
`seq`, so that no call number comes twice.
"""

from __future__ import annotations

from pathlib import Path

from gateway.simulators.calls import SimulatedCall
from gateway.simulators.json_lines import JsonLines
from gateway.simulators.writers import Writer


class CallLedger:
    """The file, open for appending; `last_seq` is the highest number that it held when it was opened, or 0."""

    def __init__(self, path: Path, writer: Writer) -> None:
        self._writer = writer
        self._file = JsonLines(path, sync=False)
        seqs = (found.get("seq") for found in self._file.read())
        self.last_seq = max((seq for seq in seqs if isinstance(seq, int)), default=0)

    def write(self, call: SimulatedCall) -> None:
        """Adds one call."""
        self._file.write(
            {
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
        )

    def close(self) -> None:
        """Closes the file; nothing can be written afterwards."""
        self._file.close()
