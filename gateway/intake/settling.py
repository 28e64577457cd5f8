"""The settling of records into calls: from raw records to the rows of one transaction.

This is the only place where a record becomes a charge, and it runs inside the writer's transaction: what it reads
and what it writes are one. Its memory (live calls, runs of repeats) is rebuilt from the store whenever a transaction
failed. An exception while settling one record never loses it or its neighbours: the record is kept, unparsed, with
the exception as its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.directory import NoNews, Place, Room, payer
from gateway.instants import SECOND, from_micros, to_micros
from gateway.intake.batch import Batch, Rules, Source, surroundings
from gateway.intake.call_rows import call_row, due_of, posting_row
from gateway.intake.live_calls import LiveCall, LiveCalls
from gateway.repeats import HISTORY, RepeatWatch, Verdict, digest
from gateway.settle import Ruling, Wanted, carrier_cost, difference, price, rule
from gateway.store import outbox, records, schema
from gateway.store.memory import Memory
from gateway.store.rows import CallRow, RecordRow, clean
from protocols.records import CallRecord, Furniture, HotelEvent, JoinedCall, Parsed, RawRecord, Unparsed
from rating.book import TariffBook
from rating.numbering import NumberPlan

#: An announced leg that does not come is not waited for longer than this, in seconds.
OPEN_SECONDS: Final = 4 * 3600
#: Extensions whose place is remembered; a hotel has fewer, and garbage in that column has no end.
REMEMBERED_PLACES: Final = 20_000
_REPEATS: Final = "repeats a run of records stored before"


class Settling:
    """The memory of the settling, and `settle`, which turns raw records into rows."""

    _log = Logger()

    def __init__(self, memory: Memory, rules: Rules, sources: Mapping[str, Source], book: TariffBook) -> None:
        self.rules = rules
        self.book = book
        self._memory = memory
        self._sources = sources
        self._watches: dict[str, RepeatWatch] = {}
        self._segments: set[int] = set()
        self._live: dict[str, LiveCalls] = {}
        self._places: dict[str | None, Place] = {}
        self._read_at: datetime | None = None
        self._read_micros = 0
        memory.also_reload(self._reload)

    def _reload(self, connection: Connection) -> None:
        self._segments = set()
        self._live = {name: LiveCalls() for name in self._sources}
        marks: dict[str, list[bytes]] = {name: [] for name in self._sources}
        for stored in records.newest_records(connection, self._memory.owner, HISTORY):
            if stored.source in marks and not stored.mark:
                marks[stored.source].append(digest(stored.raw))
                self._take_up(stored, marks[stored.source][-1])
        self._watches = {name: RepeatWatch(marks[name]) for name in self._sources}

    def _take_up(self, stored: records.StoredRecord, mark: bytes) -> None:
        """Put a stored leg back beside its call."""
        if stored.call_id is None:
            return
        leg = self._sources[stored.source].parse(stored.raw, from_micros(stored.received_at))
        if isinstance(leg, CallRecord):
            known = self._live[stored.source].by_id(leg.call_key, stored.call_id)
            if known is None:
                self._live[stored.source].begin(stored.call_id, leg, mark, remember=True)
            else:
                known.add(leg, mark)

    # -- one batch ------------------------------------------------------------------------------------------------

    def settle(self, connection: Connection, raws: Sequence[RawRecord]) -> Batch:
        """Settle records in order and write their rows, in the caller's transaction."""
        batch = Batch(raws[0].received_at)
        for raw in raws:
            self._one(connection, batch, raw)
        self._write(connection, batch)
        return batch

    def keep_unread(self, connection: Connection, raws: Sequence[RawRecord], reason: str) -> None:
        """Keep records as they came, unread, because settling them failed as a whole."""
        batch = Batch(raws[0].received_at)
        for raw in raws:
            self._keep(batch, raw, self._memory.numbers.take(schema.records), "unparsed", reason)
        self._write(connection, batch)

    def move_position(self, connection: Connection, segment: int, position: int) -> None:
        """Write down how far a file is read, in the transaction that keeps what was read."""
        self._memory.statements.position.changed(connection, (position, self._memory.owner, segment))

    def identify(self, connection: Connection, segment: int, identity: str) -> None:
        """Write down by what a file will be known again."""
        records.identify_file(connection, self._memory.owner, segment, identity)

    def _write(self, connection: Connection, batch: Batch) -> None:
        """Write the rows of a batch so far; what is to be announced stays in it."""
        owner, hot = self._memory.owner, self._memory.statements
        hot.add_call.many(connection, list(batch.new_calls.values()))
        hot.replace_call.many(connection, [(*row[2:], owner, row.id) for row in batch.changed_calls.values()])
        hot.add_record.many(connection, batch.records)
        hot.add_posting.many(connection, batch.postings)
        batch.records, batch.postings, batch.new_calls, batch.changed_calls = [], [], {}, {}

    def _one(self, connection: Connection, batch: Batch, raw: RawRecord) -> None:
        parsed = self._parsed(raw)
        record_id = self._memory.numbers.take(schema.records)
        if isinstance(parsed, Furniture):
            self._keep(batch, raw, record_id, "furniture", parsed.reason)
            return
        mark = digest(raw.data)
        verdict = self._verdict(connection, raw, record_id, mark)
        if verdict.proved:
            self._write(connection, batch)
            self._prove(connection, batch, verdict.proved, to_micros(raw.received_at))
        if verdict.repeat:
            self._keep(batch, raw, record_id, _kind(parsed), _REPEATS, mark="repeat")
        elif isinstance(parsed, CallRecord):
            self._leg(connection, batch, raw, record_id, parsed, mark, doubt=verdict.doubt)
        else:
            words = "possible repeat" if verdict.doubt else ""
            self._keep(batch, raw, record_id, _kind(parsed), parsed.reason, mark=words)

    def _parsed(self, raw: RawRecord) -> Parsed:
        if raw.fault is not None:
            return Unparsed(raw.fault)
        try:
            return self._sources[raw.source].parse(raw.data, raw.received_at)
        except Exception as error:  # noqa: BLE001 - a parser must not raise; if one does, the record is kept and says so
            self._log.failure("parsing a record of {source} failed", source=raw.source)
            return Unparsed(f"the parser failed: {error!r}"[:300])

    def _verdict(self, connection: Connection, raw: RawRecord, record_id: int, mark: bytes) -> Verdict:
        watch = self._watches[raw.source]
        if raw.segment not in self._segments:
            self._segments.add(raw.segment)
            # New to this memory, not always to the store: it may still be in the repeats with which it began.
            earlier = records.opening_records(connection, self._memory.owner, raw.segment, HISTORY)
            if all(one.mark for one in earlier):
                watch.begin(raw.segment)
                for one in earlier:
                    watch.see(raw.segment, one.id, digest(one.raw))
        return watch.see(raw.segment, record_id, mark)

    def _prove(self, connection: Connection, batch: Batch, proved: tuple[int, ...], now: int) -> None:
        """Records held as possible repeats turn out to be repeats: their postings go, their bytes stay."""
        owner = self._memory.owner
        for call_id in records.mark_records(connection, owner, proved, "repeat", _REPEATS):
            records.rule_call(connection, owner, call_id, "not_chargeable", _REPEATS)
            for row in outbox.of_call(connection, owner, call_id):
                gone = outbox.withdraw(connection, row)
                words = "withdrawn" if gone else f"is {row.state}, although its record"
                self._memory.note(connection, now, "foliogate", f"posting {row.id} {words}: {_REPEATS}", row.id)

    def _keep(
        self,
        batch: Batch,
        raw: RawRecord,
        record_id: int,
        kind: str,
        reason: str,
        *,
        mark: str = "",
        call: int | None = None,
    ) -> None:
        batch.told_calls += kind == "call"
        batch.told_unread += kind == "unparsed"
        received = self._micros(raw.received_at)
        words = clean(reason) or ""
        owner = self._memory.owner
        batch.records.append(
            RecordRow(
                owner, record_id, raw.segment, raw.position, raw.source, received, kind, words, mark, call, raw.data
            )
        )

    # -- one call -------------------------------------------------------------------------------------------------

    def _leg(
        self,
        connection: Connection,
        batch: Batch,
        raw: RawRecord,
        record_id: int,
        leg: CallRecord,
        mark: bytes,
        *,
        doubt: bool,
    ) -> None:
        live = self._live[raw.source]
        known = None if doubt else live.find(leg)
        if known is not None and mark in known.digests:
            # The very same bytes with the exchange's own call number: not a second call, but not proved a repeat.
            doubt, known = True, None
        first = known is None
        if known is None:
            known = live.begin(record_id, leg, mark, remember=not doubt)
        else:
            known.add(leg, mark)
        self._keep(batch, raw, record_id, "call", "", mark="possible repeat" if doubt else "", call=known.id)
        now = self._micros(raw.received_at)
        ruling, row = self._ruled(raw.source, known, now)
        rows = batch.new_calls if first or known.id in batch.new_calls else batch.changed_calls
        rows[known.id] = row
        self._want(connection, batch, row, ruling, now, first=first, doubt=doubt)

    def _ruled(self, source: str, live: LiveCall, now: int, *, overdue: bool = False) -> tuple[Ruling, CallRow]:
        """Rule a call by the legs known."""
        owner, joined = self._memory.owner, self._sources[source].join(live.legs)
        source_plan = self._sources[source].plan
        if not joined.complete and not overdue and not _emergency(joined, source_plan):
            ruling = Ruling(status="open", reason="the exchange has announced further records of this call")
            until = now + OPEN_SECONDS * SECOND
            return ruling, call_row(owner, live.id, source, len(live.legs), joined, None, None, ruling, settle_by=until)
        extension = payer(joined.holders, self.rules.rooms, self.rules.transfer_payer) or joined.call.extension
        place = self._place(extension)
        started = to_micros(joined.call.start)
        who = self._memory.occupancy.at(place.room, started) if isinstance(place, Room) else NoNews()
        around = surroundings(self.rules, self._memory.stay_tariffs, joined, extension, place, who)
        cost = price(joined, source_plan, self.book, around)
        ruling = rule(cost, place, who, self.rules.policy)
        carried = carrier_cost(joined, source_plan, self.book, around)
        if overdue and not joined.complete:
            words = "settled without its last record, which did not come"
            ruling = ruling._replace(reason="; ".join(one for one in (ruling.reason, words) if one))
        row = call_row(owner, live.id, source, len(live.legs), joined, cost, extension, ruling, carried=carried)
        return ruling, row

    def _want(
        self, connection: Connection, batch: Batch, call: CallRow, ruling: Ruling, now: int, *, first: bool, doubt: bool
    ) -> None:
        """Add the posting a ruling asks for, less what is on its way already."""
        if call.number_class == "emergency" and first:  # an emergency is never left open, so its first leg tells it
            batch.emergencies.append(call)
        if call.status == "open":
            return
        wanted, part = self._part(connection, batch, call, ruling, first=first)
        if wanted is None:
            return
        if doubt:
            words = "equals a record stored before; the match is too short to prove a repeat"
            wanted = Wanted(state="held", amount=wanted.amount, hold="possible_repeat", reason=words)
        posting_id = self._memory.numbers.take(schema.postings)
        money = (self.rules.currency, self.rules.decimals)
        row = posting_row(posting_id, call, ruling, wanted, part, now, self.rules.policy.pms or "", money)
        batch.postings.append(row)
        batch.unknown_rooms += row.hold == "no_room_news"
        if row.state == "due":
            batch.due.append(due_of(row, call))

    def _part(
        self, connection: Connection, batch: Batch, call: CallRow, ruling: Ruling, *, first: bool
    ) -> tuple[Wanted | None, int]:
        """What is still wanted of a call, and the number of that part."""
        if first:
            return ruling.wanted, 0
        owner = self._memory.owner
        earlier = [
            *outbox.of_call(connection, owner, call.id),
            *(one for one in batch.postings if one.call_id == call.id),
        ]
        already = sum(one.amount or 0 for one in earlier if one.state != "written_off")
        if earlier and ruling.wanted is not None and ruling.wanted.amount is None:
            return None, 0  # no rate yet: what stands already is looked at again when there is one
        return difference(ruling.wanted, already, self.rules.currency), len(earlier)

    def _place(self, extension: str | None) -> Place:
        """Where an extension stands, remembered: the list does not change while we run."""
        place = self._places.get(extension)
        if place is None:
            if len(self._places) >= REMEMBERED_PLACES:
                self._places.clear()
            place = self._places[extension] = self.rules.rooms.place(extension)
        return place

    def _micros(self, moment: datetime) -> int:
        """The stored form of an instant; the records of one read share theirs."""
        if moment is not self._read_at:
            self._read_at, self._read_micros = moment, to_micros(moment)
        return self._read_micros

    def settle_overdue(self, connection: Connection, now: int) -> Batch:
        """Settle open calls whose announced legs did not come in time."""
        batch = Batch(from_micros(now))
        newest = max(0, self._memory.numbers.peek(schema.records) - 10 * HISTORY)
        for stored in records.overdue_calls(connection, self._memory.owner, now, newest):
            live = self._live[stored.source].by_id(stored.call_key, stored.id) if stored.source in self._live else None
            if live is not None:
                ruling, row = self._ruled(stored.source, live, now, overdue=True)
                batch.changed_calls[row.id] = row
                self._want(connection, batch, row, ruling, now, first=False, doubt=False)
        self._write(connection, batch)
        return batch


def _kind(parsed: Parsed) -> str:
    match parsed:
        case CallRecord():
            return "call"
        case HotelEvent():
            return "event"
        case Furniture():
            return "furniture"
        case Unparsed():
            return "unparsed"


def _emergency(joined: JoinedCall, plan: NumberPlan) -> bool:
    """True for a call that must not wait for its last record, because somebody must hear of it now."""
    leg = joined.charged[0] if joined.charged else joined.call
    return leg.direction == "out" and plan.classify(leg.dialled or "").number_class == "emergency"
