"""A gateway's intake for an exchange that is acknowledged, as a process: FOLDER [unsafe].

No exchange of today's catalogue takes acknowledgements, so the session is the benches'; protocol, door, feed, writer and
store are the product's. Writes its port; ends when its owner closes the pipe. `unsafe` plants the error that the proof
must find: a store that does not sync.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event
from twisted.internet.threads import deferToThread

from tests.bench.reception import Reception, run


def _main() -> None:
    folder, unsafe = Path(sys.argv[1]), "unsafe" in sys.argv

    async def serve(reactor: Any) -> None:
        desk = Reception(reactor, folder)
        if unsafe:
            event.listen(desk.house.database.engine, "connect", _unsafe)
            desk.house.database.close()  # the next connection is an unsafe one
        print(await desk.open(), flush=True)
        await deferToThread(sys.stdin.read)
        await desk.close()

    run(serve)


def _unsafe(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


if __name__ == "__main__":
    _main()
