"""A process that commits record by record, to be run under the shim that counts syncs: see test_power.py."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

from protocols.records import Frame
from tests.gateway.rig import Rig, line

COMMITS = 25


def main(folder: Path) -> None:
    """Print, for each commit, how many syncs were asked for between its beginning and its announcement."""

    def syncs() -> int:
        return int(struct.unpack("q", (folder / "syncs").read_bytes())[0])

    rig = Rig(f"sqlite:///{folder / 'store.db'}")
    rig.check_in()
    feed, found = rig.connect(), []
    for number in range(COMMITS):
        record = line(number)
        feed.take([Frame(record, 0, len(record))])
        before = syncs()
        announcements = rig.writer.step()
        found.append(syncs() - before)  # nothing has been announced yet: no acknowledgement has left
        for announcement in announcements:
            announcement()
    rig.close()
    print(json.dumps({"syncs": found, "records": len(rig.batches)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
