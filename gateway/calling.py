"""Rooms whose telephone is in use now, as far as an exchange tells that a call begins. Nothing here is stored.

A call is over when its record comes. One whose record never comes is forgotten after `LONGEST`, and a flood of beginnings
pushes out the oldest, so that what is held stays small and no room looks busy for ever.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

#: After how long a call is not believed to go on any more.
LONGEST: Final = timedelta(hours=4)
#: Calls that are remembered at a time; no hotel has as many trunks.
MOST: Final = 2_000


class Calling:
    """The calls under way in guest rooms, by exchange and the exchange's own name for the call."""

    def __init__(self) -> None:
        self._calls: OrderedDict[tuple[str, str], tuple[str, datetime]] = OrderedDict()

    def began(self, source: str, call_key: str, room: str, at: datetime) -> None:
        """A call begins in a room."""
        self._calls[source, call_key] = (room, at)
        self._calls.move_to_end((source, call_key))
        if len(self._calls) > MOST:
            self._calls.popitem(last=False)

    def ended(self, source: str, call_keys: Iterable[str | None]) -> None:
        """The records of these calls have come."""
        for key in call_keys if self._calls else ():
            self._calls.pop((source, key or ""), None)

    def rooms(self, now: datetime) -> frozenset[str]:
        """The rooms on the phone now."""
        for key, (_, at) in list(self._calls.items()):
            if now - at > LONGEST:
                del self._calls[key]
        return frozenset(room for room, _ in self._calls.values())
