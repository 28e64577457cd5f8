"""What calls tell of who called and what became of it, written with them: arrivals, and contacts by number."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from gateway.arrivals import arrival_of, contact_number
from gateway.intake.batch import Batch, Source, Touched
from gateway.store import inbound
from gateway.store.inbound import ArrivalRow, contact_row
from gateway.store.memory import Memory
from gateway.store.rows import CallRow, all_clean
from protocols.records import CallRecord
from rating.callers import Home


def home_of(source: Source) -> Home:
    """Where the exchange stands, for the reading of its callers' numbers."""
    return Home(source.plan.country, source.plan.area_code)


class Arriving:
    """Tells of each call that was ruled who it was with, and of one that came in what became of it."""

    def __init__(self, memory: Memory, sources: Mapping[str, Source]) -> None:
        self._memory = memory
        self._homes = {name: home_of(source) for name, source in sources.items()}

    def see(self, batch: Batch, one: Touched, call: CallRow) -> None:
        """Add what a call tells to the rows of the batch."""
        batch.told.append(told_by(self._memory.owner, call, one.live.legs, self._homes[one.source]))

    def write(self, connection: Connection, batch: Batch) -> None:
        """Write it; what a call that was there before had told goes."""
        told, batch.told = batch.told, []
        inbound.write(connection, self._memory.statements, self._memory.owner, told, list(batch.changed_calls))


def told_by(owner: str, call: CallRow, legs: list[CallRecord], home: Home) -> inbound.Told:
    """What one call tells."""
    arrival = None if call.direction == "out" and len(legs) == 1 else arrival_of(legs, home)
    if arrival is None:
        number = contact_number(call.direction, call.number, call.dialled, call.caller, home)
        return inbound.Told(None, contact_row(owner, number, call.id, inward=False) if number else None)
    caller, did, outcome, stages = all_clean((arrival.caller, arrival.did, arrival.outcome, arrival.stages))
    row = ArrivalRow(
        owner, call.id, caller or "", did or "", outcome or "", arrival.waited, stages or "", arrival.hands
    )
    return inbound.Told(row, contact_row(owner, row.caller, call.id, inward=True) if row.caller else None)
