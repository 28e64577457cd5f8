"""Calls that were ruled to come from a vacant room, kept in memory by room: late news of a guest asks for those of his own.

A PMS tells thousands of things a day and each might explain such a call, so the store cannot be searched for each. Calls
older than the newest `MOST_CALLS` are not looked for any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from gateway.settle import VACANT
from gateway.store import schema
from gateway.store.numbers import Numbers

#: Calls that are looked through for some that a late arrival explains: weeks of a hotel.
MOST_CALLS: Final = 20_000


class VacantCall(NamedTuple):
    """A call, where it was made and when it began."""

    id: int
    room: str
    started: int


class VacantCalls:
    """The newest calls from rooms that seemed vacant; one that was ruled otherwise since may still be among them."""

    def __init__(self, calls: Iterable[VacantCall] = ()) -> None:
        self._by_room: dict[str, dict[int, VacantCall]] = {}
        self._in_order: deque[VacantCall] = deque()
        for call in calls:
            self.add(call)

    def add(self, call: VacantCall) -> None:
        """Keep a call, and forget the oldest where there are too many."""
        known = self._by_room.setdefault(call.room, {})
        if call.id in known:
            return  # ruled again for a later record, and to the same end
        known[call.id] = call
        self._in_order.append(call)
        if len(self._in_order) > MOST_CALLS:
            oldest = self._in_order.popleft()
            self._by_room.get(oldest.room, {}).pop(oldest.id, None)

    def forget(self, call: VacantCall) -> None:
        """A call that is charged now."""
        self._by_room.get(call.room, {}).pop(call.id, None)

    def of(self, room: str, since: int) -> list[VacantCall]:
        """Those of a room that began at `since` or later, as they came."""
        return sorted(call for call in self._by_room.get(room, {}).values() if call.started >= since)


def load_vacant_calls(connection: Connection, owner: str, numbers: Numbers) -> VacantCalls:
    """Read them from the store."""
    calls = schema.calls.c
    after = numbers.peek(schema.records) - MOST_CALLS
    ruled = (calls.status == "not_chargeable", calls.reason == VACANT[0] + calls.room + VACANT[1])
    wanted = select(calls.id, calls.room, calls.started_at).where(calls.property == owner, calls.id > after, *ruled)
    return VacantCalls(VacantCall(*row) for row in connection.execute(wanted.order_by(calls.id)))
