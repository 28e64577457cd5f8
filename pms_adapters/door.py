"""A PMS that is a program at our own door: it takes the postings that are due and says what became of them.

Nothing is sent from here, so this link is there and never ready: the clerk offers nothing, and a posting that is due waits until
the program takes it (gateway/posting/handing.py). What the program must do: docs/api.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field
from twisted.internet.defer import Deferred, succeed

from pms_adapters.options import AdapterOptions
from pms_adapters.posting import LinkState, NotSent, PmsAdapter, PmsListener, Posting, PostingResult

_WAITS: Final = "charges wait here until a program takes them"


class DoorOptions(AdapterOptions):
    """What belongs to this adapter alone.

    `acknowledge_within`: seconds after which a posting that was taken and not acknowledged is in doubt. `tells_rooms`: the
    program tells every check-in, check-out and move, so that a call from a room nobody told of waits for that news.
    """

    acknowledge_within: Annotated[float, Field(ge=5, le=86_400, examples=[300])] = 300.0
    tells_rooms: Annotated[bool, Field(examples=[True])] = False

    def lines(self) -> list[str]:
        """What the hotel must confirm."""
        rooms = "and tells who is in which room" if self.tells_rooms else "and books them to whoever is in the room"
        return [
            f"a program takes the charges at /api/v1 or /soap/v1 {rooms}",
            f"what it does not acknowledge within {self.acknowledge_within:g} s is in doubt",
        ]


class DoorAdapter:
    """The link to a program that asks us."""

    takes_reversals = False

    def __init__(self, options: DoorOptions, now: Callable[[], datetime]) -> None:
        self.tells_rooms = options.tells_rooms
        self._now = now
        self.state = LinkState(up=False, ready=False, why="not started yet", since=now())

    def start(self, listener: PmsListener) -> None:
        """Be there."""
        self.state = LinkState(up=True, ready=False, why=_WAITS, since=self._now())
        listener.link_changed(self.state)

    def stop(self) -> Deferred[None]:
        """Nothing to say goodbye to."""
        self.state = LinkState(up=False, ready=False, why="stopped", since=self._now())
        return succeed(None)

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """Never asked, because the link is never ready."""
        return succeed(NotSent(_WAITS))

    def ask_resync(self) -> None:
        """There is nobody to ask."""


_check: Callable[[DoorOptions, Callable[[], datetime]], PmsAdapter] = DoorAdapter
