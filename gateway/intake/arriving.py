"""What calls tell of who called and what became of it, written with them: arrivals, and contacts by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from gateway.arrivals import arrival_of, contact_number
from gateway.cutting import is_masked
from gateway.helplines import HIDDEN
from gateway.instants import from_micros
from gateway.intake.batch import Batch, Source, Touched
from gateway.store import inbound, schema
from gateway.store.database import Database
from gateway.store.inbound import ArrivalRow, ContactRow, contact_row
from gateway.store.memory import Memory
from gateway.store.narrowing import rows_of
from gateway.store.rows import CallRow, all_clean
from gateway.store.schema_inbound import PIECE
from gateway.store.statements import Statements
from gateway.store.traffic import Progress
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

    def see(self, batch: Batch, touched: Sequence[Touched], calls: Sequence[CallRow]) -> None:
        """Add what calls tell to the rows of the batch."""
        owner, homes, contacts = self._memory.owner, self._homes, batch.contacts
        for one, call in zip(touched, calls, strict=True):
            if _went_out_to_a_number(call):  # nearly every call: `told_by` comes to the same
                contacts.append(ContactRow._make((owner, call.id // PIECE, call.number, call.id, 0)))
                continue
            arrival, contact = told_by(owner, call, one.live.legs, homes[one.source])
            if arrival is not None:
                batch.arrivals.append(arrival)
            if contact is not None:
                contacts.append(contact)

    def write(self, connection: Connection, batch: Batch) -> None:
        """Write it; what a call that was there before had told goes."""
        arrivals, contacts, batch.arrivals, batch.contacts = batch.arrivals, batch.contacts, [], []
        told_before = list(batch.changed_calls)
        inbound.write(connection, self._memory.statements, self._memory.owner, arrivals, contacts, told_before)


def _went_out_to_a_number(call: CallRow) -> bool:
    """True for a call of one record that went out to a number which anybody may see."""
    return (
        call.number is not None
        and call.direction == "out"
        and call.legs == 1
        and call.number_class != "internal"
        and call.place not in HIDDEN
        and call.number != ""
    )


def told_by(owner: str, call: CallRow, legs: Sequence[CallRecord], home: Home) -> inbound.Told:
    """What one call tells; of a call of one record that went out, its row says all."""
    if call.place in HIDDEN:
        return _without_number(owner, call, legs, home)
    arrival = arrival_of(legs, home) if legs and (call.legs > 1 or call.direction != "out") else None
    if arrival is None:
        way = "internal" if call.number_class == "internal" else call.direction
        number = contact_number(way, call.number, call.dialled, call.caller, home)
        return inbound.Told(None, contact_row(owner, number, call.id, inward=False) if number else None)
    caller, did, outcome, stages = all_clean((arrival.caller, arrival.did, arrival.outcome, arrival.stages))
    row = ArrivalRow(
        owner, call.id, caller or "", did or "", outcome or "", arrival.waited, stages or "", arrival.hands
    )
    return inbound.Told(row, contact_row(owner, row.caller, call.id, inward=True) if row.caller else None)


def _without_number(owner: str, call: CallRow, legs: Sequence[CallRecord], home: Home) -> inbound.Told:
    """What is told of a call whose number nobody is shown: what became of it, and nobody's number."""
    arrival = arrival_of(legs, home)
    if arrival is None:
        return inbound.Told(None, None)
    did, outcome, stages = all_clean((arrival.did, arrival.outcome, arrival.stages))
    row = ArrivalRow(owner, call.id, "", did or "", outcome or "", arrival.waited, stages or "", arrival.hands)
    return inbound.Told(row, None)


# -- anew -----------------------------------------------------------------------------------------------------------

#: Calls whose records are read again in one transaction.
SLICE: Final = 500
_c, _r = schema.calls.c, schema.records.c
_ROW: Final = [_c[name] for name in CallRow._fields]


def rebuild(database: Database, sources: Mapping[str, Source], progress: Progress) -> tuple[int, int]:
    """Read the records of all calls again and write what they tell, a slice in each transaction.

    Returns how many calls were read, and how many of them came in. Calls of an exchange that the configuration no longer
    has, and those whose bytes or numbers are gone, are left as they are. The gateway must be stopped.
    """
    owner, statements = database.property, Statements(database.engine)
    newest = database.read(lambda c: int(c.execute(select(func.max(_c.id)).where(_c.property == owner)).scalar() or 1))
    after, count, inward = 0, 0, 0
    while True:
        found = database.transact(lambda c: _slice_anew(c, statements, owner, sources, after))  # noqa: B023
        if not found:
            return count, inward
        after, read, came = found
        count, inward = count + read, inward + came
        progress(f"{count:,} calls", after / newest)


def _slice_anew(
    connection: Connection, statements: Statements, owner: str, sources: Mapping[str, Source], after: int
) -> tuple[int, int, int] | None:
    """One slice: the last call of it, how many there were, and how many came in; None behind the last."""
    wanted = select(*_ROW).where(_c.property == owner, _c.id > after).order_by(_c.id).limit(SLICE)
    calls = [CallRow._make(row) for row in connection.execute(wanted)]
    if not calls:
        return None
    read = [call for call in calls if call.source in sources and not is_masked(call.dialled or call.caller)]
    legs, repeats, gone = legs_again(
        connection, owner, sources, [one.id for one in read if one.direction != "out" or one.legs > 1]
    )
    known = [call for call in read if call.id not in gone]
    told = [
        told_by(owner, call, legs.get(call.id, ()), home_of(sources[call.source]))
        for call in known
        if call.id not in repeats
    ]
    arrivals = [one.arrival for one in told if one.arrival is not None]
    contacts = [one.contact for one in told if one.contact is not None]
    inbound.write(connection, statements, owner, arrivals, contacts, [call.id for call in known])
    return calls[-1].id, len(known), len(arrivals)


def legs_again(
    connection: Connection, owner: str, sources: Mapping[str, Source], calls: Sequence[int]
) -> tuple[dict[int, list[CallRecord]], set[int], set[int]]:
    """The records of calls, read again, by call; the calls that were none, because a record is a repeat; and those whose bytes are gone."""
    found: dict[int, list[CallRecord]] = {}
    repeats, gone = set[int](), set[int]()
    wanted = select(_r.call_id, _r.source, _r.raw, _r.received_at, _r.mark)
    wanted = wanted.where(rows_of(schema.records, owner, "call_id", calls)).order_by(_r.id)
    for row in connection.execute(wanted) if calls else ():
        if row.mark == "repeat":
            repeats.add(row.call_id)
            continue
        if not row.raw:
            gone.add(row.call_id)
            continue
        leg = sources[row.source].parse(row.raw, from_micros(row.received_at))
        if isinstance(leg, CallRecord):
            found.setdefault(row.call_id, []).append(leg)
    return found, repeats, gone
