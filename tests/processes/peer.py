"""A peer as a process of its own, so that it can be stopped and continued: `peer.py pms` or `peer.py exchange PORT`.

Writes its port (a PMS) or an empty line; when its owner closes the pipe, writes what it knows as JSON and ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.processes.hotel import Exchange, Pms


class PeerProcess:
    """A peer's process."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.processes.peer", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline().strip()

    def end(self) -> Any:
        """Let it end, and return what it knows."""
        out, _ = self.process.communicate(timeout=30)
        return json.loads(out)


def _main() -> None:
    if sys.argv[1] == "pms":
        pms = Pms()
        print(pms.port, flush=True)
        sys.stdin.read()
        print(json.dumps({"ledger": pms.ledger, "amounts": pms.amounts}), flush=True)
    else:
        exchange = Exchange(int(sys.argv[2]), seed=1)
        print(flush=True)
        sys.stdin.read()
        exchange.stop()
        print(json.dumps({"sent": exchange.sent}), flush=True)


if __name__ == "__main__":
    _main()
