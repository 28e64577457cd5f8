"""Late news of a guest finds the calls of his room, the newest first to be kept, and memory has a bound."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.store import vacant_calls
from gateway.store.vacant_calls import VacantCall, VacantCalls, load_vacant_calls
from pms_adapters.events import CheckedOut
from tests.gateway.rig import NOON, Rig, line


def test_they_are_told_by_room_and_instant_in_their_order() -> None:
    calls = VacantCalls([VacantCall(3, "201", 30), VacantCall(1, "201", 10), VacantCall(2, "202", 20)])
    assert [call.id for call in calls.of("201", 0)] == [1, 3]
    assert [call.id for call in calls.of("201", 11)] == [3]
    assert calls.of("203", 0) == []
    calls.forget(VacantCall(1, "201", 10))
    assert [call.id for call in calls.of("201", 0)] == [3]


def test_the_oldest_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is ruled again for a later record is still one call."""
    monkeypatch.setattr(vacant_calls, "MOST_CALLS", 2)
    calls = VacantCalls([VacantCall(1, "201", 10), VacantCall(1, "201", 10), VacantCall(2, "201", 20)])
    assert [call.id for call in calls.of("201", 0)] == [1, 2]
    calls.add(VacantCall(3, "201", 30))
    assert [call.id for call in calls.of("201", 0)] == [2, 3]


def test_what_memory_holds_is_what_the_store_says(rig: Rig) -> None:
    """Built anew after a failed transaction, it is the same."""
    rig.check_in(reservation="77001")
    rig.news(CheckedOut(room="201", at=NOON - timedelta(minutes=30), reservation="77001"))
    rig.send(rig.connect(), line(1), line(2, start=NOON - timedelta(minutes=40)))
    stored = rig.database.read(lambda c: load_vacant_calls(c, "SEASIDE", rig.memory.numbers))
    assert [call.id for call in stored.of("201", 0)] == [1]
    assert stored.of("201", 0) == rig.memory.vacant.of("201", 0)
