"""Calls that may still get a leg: what the settling remembers of each, bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from protocols.records import CallRecord, is_made_up
from protocols.smdr.shares import Sharing

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
    """The live calls of one source: by the exchange's own key, and the last one on each trunk where `sharing` joins them."""

    def __init__(self, sharing: Sharing | None = None) -> None:
        self._sharing = sharing
        self._calls: OrderedDict[str, LiveCall] = OrderedDict()  # the oldest first
        self._trunks: OrderedDict[str, LiveCall] = OrderedDict()

    def find(self, leg: CallRecord) -> LiveCall | None:
        """The call a leg belongs to."""
        found = self._calls.get(leg.call_key) if leg.call_key is not None else None
        # A made-up key names the parties and the line, and so does the next call that is like this one.
        if found is not None and (not is_made_up(leg.call_key) or found.legs[-1].more_follows) and found.takes(leg):
            return found
        return None if self._sharing is None else self._neighbour(self._sharing, leg)

    def _neighbour(self, sharing: Sharing, leg: CallRecord) -> LiveCall | None:
        """The last call on the trunk, if this is another share of it; who used the trunk in between is no share of it."""
        last = self._trunks.get(leg.trunk or "")
        return last if last is not None and len(last.legs) < MOST_LEGS and sharing.joins(last.legs, leg) else None

    def by_id(self, key: str | None, trunk: str | None, call_id: int) -> LiveCall | None:
        """The call with this key or the last on this trunk, if it is the one with this number."""
        found = (self._calls.get(key or ""), self._trunks.get(trunk or ""))
        return next((one for one in found if one is not None and one.id == call_id), None)

    def begin(self, call_id: int, leg: CallRecord, mark: bytes, *, remember: bool) -> LiveCall:
        """A new call with its first leg; one without a key, or in doubt, is not remembered."""
        fresh = LiveCall(call_id, [leg], [mark])
        if remember and leg.call_key is not None:
            _put(self._calls, leg.call_key, fresh)
        if remember and self._sharing is not None and leg.trunk is not None:
            _put(self._trunks, leg.trunk, fresh)
        return fresh


def _put(calls: OrderedDict[str, LiveCall], key: str, fresh: LiveCall) -> None:
    if calls.pop(key, None) is None and len(calls) >= REMEMBERED_CALLS:
        calls.popitem(last=False)
    calls[key] = fresh
