"""`/healthz` and `/livez`: two questions that people confuse, answered apart.

`/healthz` asks whether charges flow: 200 only when every exchange and PMS link is there, the store can be written and
nothing waits for a person's approval. It is for whoever watches the hotel. `/livez` asks whether this process is worth
keeping: the reactor turns (else there is no answer) and the writer works. It is for restarters: a PMS that is down is no
reason to restart us, and a restart would only put the posting under way in doubt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gateway.web.house import House

#: Seconds without a commit, while work waits and the store is in no known trouble, after which the writer counts as
#: dead. Commands are read once a second, so a living writer commits about as often.
WRITER_SILENCE: Final = 60.0


def health(house: House) -> tuple[int, dict[str, Any]]:
    """The status and the answer of `/healthz`."""
    troubles = house.troubles()
    return (503 if troubles else 200), {"ok": not troubles, "troubles": troubles}


class Pulse:
    """Watches the writer's commits from one question to the next."""

    def __init__(self, house: House, seconds: Callable[[], float]) -> None:
        self._house, self._seconds = house, seconds
        self._commits, self._since = house.writer.commits, seconds()

    def life(self) -> tuple[int, dict[str, Any]]:
        """The status and the answer of `/livez`."""
        alive = self._alive()
        return (200 if alive else 503), {"alive": alive}

    def _alive(self) -> bool:
        writer, now = self._house.writer, self._seconds()
        if writer.commits != self._commits or writer.idle or writer.trouble:
            self._commits, self._since = writer.commits, now
        return now - self._since < WRITER_SILENCE
