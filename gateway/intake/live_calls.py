"""Calls that may still get a leg: what the settling remembers of each, bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from protocols.records import CallRecord, is_made_up

#: Calls a source may have in memory for later legs to find. A leg that comes after more calls than this is a call of
#: its own; a busy hotel makes some hundred calls an hour.
REMEMBERED_CALLS: Final = 20_000
#: Legs of one call; a feed that says more than this of one call is confused, and the rest are calls of their own.
MOST_LEGS: Final = 64
#: A leg begins within this many seconds of the earlier legs' time; the same call number later is another call
#: (exchanges begin their numbers anew after a restart).
LEG_GAP_SECONDS: Final = 300


@dataclass(slots=True)
class LiveCall:
    """A call in memory: its legs so far, and the digests of their records."""

    id: int
    legs: list[CallRecord]
    digests: list[bytes]

    def add(self, leg: CallRecord, mark: bytes) -> None:
        """One more leg."""
        self.legs.append(leg)
        self.digests.append(mark)

    def takes(self, leg: CallRecord) -> bool:
        """True if a leg with this call's key belongs to it, by its time."""
        if len(self.legs) >= MOST_LEGS:
            return False
        first = self.legs[0].start
        spent = sum((one.talk_seconds or 0) + (one.ring_seconds or 0) + (one.hold_seconds or 0) for one in self.legs)
        latest = max((one.start - first).total_seconds() for one in self.legs)
        since = (leg.start - first).total_seconds()
        return -LEG_GAP_SECONDS <= since <= max(spent, latest) + LEG_GAP_SECONDS


class LiveCalls:
    """The live calls of one source, by the exchange's own key."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, LiveCall] = OrderedDict()  # the oldest first

    def find(self, leg: CallRecord) -> LiveCall | None:
        """The call a leg belongs to."""
        found = self._calls.get(leg.call_key) if leg.call_key is not None else None
        if found is None or not found.takes(leg):
            return None
        # A made-up key names the parties and the line, and so does the next call that is like this one.
        return found if not is_made_up(leg.call_key) or found.legs[-1].more_follows else None

    def by_id(self, key: str | None, call_id: int) -> LiveCall | None:
        """The call with this key, if it is the one with this number."""
        found = self._calls.get(key or "")
        return found if found is not None and found.id == call_id else None

    def begin(self, call_id: int, leg: CallRecord, mark: bytes, *, remember: bool) -> LiveCall:
        """A new call with its first leg; one without a key, or in doubt, is not remembered."""
        fresh = LiveCall(call_id, [leg], [mark])
        if remember and (key := leg.call_key) is not None:
            if self._calls.pop(key, None) is None and len(self._calls) >= REMEMBERED_CALLS:
                self._calls.popitem(last=False)
            self._calls[key] = fresh
        return fresh
