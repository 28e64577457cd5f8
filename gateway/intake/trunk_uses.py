"""The trunks that a call held, written with it: beside the call where its row does not say it, and in the sums of the trunks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from gateway.instants import SECOND, to_micros
from gateway.intake.batch import Batch
from gateway.store import traffic
from gateway.store.memory import Memory
from gateway.store.rows import clean
from gateway.traffic.rollup import Rollup
from gateway.traffic.uses import is_blocked, uses_of_legs, uses_text
from protocols.records import CallRecord


def told_beside(legs: Sequence[CallRecord]) -> str | None:
    """The uses of trunks by these records, as they are kept beside the call; None where the call's row says them."""
    if len(legs) == 1 and _plain(legs[0]):
        return None
    return uses_text(
        use._replace(trunk=clean(use.trunk) or "", group=clean(use.group) or "") for use in uses_of_legs(legs)
    )


def _plain(leg: CallRecord) -> bool:
    """True if one trunk was held, from the start, for the ringing and the talk."""
    if leg.direction == "tandem" or leg.hold_seconds or leg.park_seconds or is_blocked(leg):
        return False
    if leg.end is None:
        return True
    length = max(0, (leg.ring_seconds or 0) + (leg.talk_seconds or 0))
    return to_micros(leg.end) <= to_micros(leg.start) + length * SECOND


def write_uses(connection: Connection, memory: Memory, batch: Batch) -> None:
    """Add what the calls of a batch did to the sums; for a call that is there already, the difference. Before its row goes."""
    rollup = Rollup()
    rollup.add(batch.new_calls.values())
    if batch.changed_calls:
        rollup.take_back(traffic.stored(connection, memory.owner, list(batch.changed_calls)))
        rollup.add(batch.changed_calls.values())
    traffic.write(connection, memory.statements, memory.owner, rollup)
