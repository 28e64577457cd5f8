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

from gateway.instants import from_micros, to_micros
from gateway.intake.batch import Batch, Rules, Source, Touched
from gateway.intake.charging import Charging
from gateway.intake.gaps import GAP, Gaps
from gateway.intake.live_calls import LiveCall, LiveCalls
from gateway.intake.stored_calls import legs_of
from gateway.intake.trunk_uses import write_uses
from gateway.repeats import HISTORY, NEW, RepeatWatch, Verdict, digest
from gateway.store import inbound, office, outbox, records, schema, shares, traffic
from gateway.store.memory import Memory
from gateway.store.rows import CallRow, RecordRow, clean
from protocols.records import CallRecord, Furniture, HotelEvent, Parsed, RawRecord, Unparsed
from rating.book import TariffBook

#: Connections and files whose first record was seen: an exchange may make a connection for each record, for years.
REMEMBERED_SEGMENTS: Final = 20_000
_REPEATS: Final = "repeats a run of records stored before"


class Settling:
    """The memory of the settling, and `settle`, which turns raw records into rows."""

    _log = Logger()

    def __init__(self, memory: Memory, rules: Rules, sources: Mapping[str, Source], book: TariffBook) -> None:
        self._charging = Charging(memory, rules, sources, book)
        self._memory = memory
        self._sources = sources
        self._watches: dict[str, RepeatWatch] = {}
        self._segments: set[int] = set()
        self._live: dict[str, LiveCalls] = {}
        self._gaps = Gaps(sources)
        self._read_at: datetime | None = None
        self._read_micros = 0
        memory.also_reload(self._reload)

    def _reload(self, connection: Connection) -> None:
        self._segments = set()
        self._live = {name: LiveCalls(one.sharing) for name, one in self._sources.items()}
        self._gaps.forget()
        marks: dict[str, list[bytes]] = {name: [] for name in self._sources}
        for stored in records.newest_records(connection, self._memory.owner, HISTORY):
            if stored.source in marks and stored.mark in ("", GAP, records.READ_AGAIN):
                marks[stored.source].append(stored.fingerprint)
                self._take_up(stored, marks[stored.source][-1])
        self._watches = {name: RepeatWatch(marks[name]) for name in self._sources}

    def _take_up(self, stored: records.StoredRecord, mark: bytes) -> None:
        """Put a stored leg back beside its call."""
        if not stored.raw or (stored.call_id is None and not self._gaps.counts(stored.source)):
            return
        leg = self._sources[stored.source].parse(stored.raw, from_micros(stored.received_at))
        if stored.call_id is None:
            number = None if isinstance(leg, Furniture) else leg.sequence
            self._gaps.see(stored.source, number, None, stored.received_at)
        elif isinstance(leg, CallRecord):
            self._gaps.see(stored.source, leg.sequence, stored.id, stored.received_at)
            known = self._live[stored.source].by_id(leg.call_key, leg.trunk, stored.call_id)
            if known is None:
                self._live[stored.source].begin(stored.call_id, leg, mark, remember=True)
            else:
                known.add(leg, mark)

    # -- one batch ------------------------------------------------------------------------------------------------

    def settle(self, connection: Connection, raws: Sequence[RawRecord]) -> Batch:
        """Settle records in order and write their rows, in the caller's transaction."""
        batch = Batch(raws[0].received_at)
        for raw, parsed in [self._read(batch, raw) for raw in raws]:
            self._one(connection, batch, raw, parsed)
        self._write(connection, batch)
        return batch

    def settle_anew(self, connection: Connection, read: Sequence[tuple[RawRecord, CallRecord, str]]) -> list[int]:
        """Settle records that were kept unread and are calls after all, each with what it was; returns their numbers.

        No feed sent them, so none is a repeat; and their place among the exchange's numbers was seen when they came.
        """
        batch, numbers = Batch(read[0][0].received_at), []
        for raw, leg, was in read:
            numbers.append(self._memory.numbers.take(schema.records))
            uncounted = leg._replace(sequence=None)
            self._leg(batch, raw, numbers[-1], uncounted, digest(raw.data), doubt=False, was=was)
        self._write(connection, batch)
        return numbers

    def keep_unread(self, connection: Connection, raws: Sequence[RawRecord], reason: str) -> None:
        """Keep records as they came, unread, because settling them failed as a whole."""
        batch = Batch(raws[0].received_at)
        for raw in raws:
            kept = self._without_secrets(batch, raw)
            self._keep(batch, kept, self._memory.numbers.take(schema.records), "unparsed", reason)
        self._write(connection, batch)

    def move_position(self, connection: Connection, segment: int, position: int) -> None:
        """Write down how far a file is read, in the transaction that keeps what was read."""
        self._memory.statements.position.changed(connection, (position, self._memory.owner, segment))

    def identify(self, connection: Connection, segment: int, identity: str) -> None:
        """Write down by what a file will be known again."""
        records.identify_file(connection, self._memory.owner, segment, identity)

    def _write(self, connection: Connection, batch: Batch) -> None:
        """Rule the calls of a batch so far and write its rows; what is to be announced stays in it."""
        self._charging.charge(connection, batch)
        owner, hot = self._memory.owner, self._memory.statements
        at = self._micros(batch.read_at)
        hot.feed.calls(connection, at, batch.new_calls.values(), list(batch.changed_calls.values()))
        write_uses(connection, self._memory, batch)
        self._charging.arriving.write(connection, batch)
        office.write_codes(connection, hot, owner, batch.codes, batch.changed_calls)
        hot.add_call.many(connection, list(batch.new_calls.values()))
        hot.replace_call.many(connection, [(*row[2:], owner, row.id) for row in batch.changed_calls.values()])
        hot.add_record.many(connection, batch.records)
        self._memory.add_postings(connection, batch.postings, at)
        if batch.shares or batch.share_parts:
            shares.write(connection, owner, batch.shares)
            shares.add_parts(connection, owner, batch.share_parts)
            batch.shares, batch.share_parts = {}, []
        for record, mark, reason in batch.changed_records:
            records.mark_records(connection, owner, (record,), mark, reason)
        batch.told_keys += [one.call_key for calls in (batch.new_calls, batch.changed_calls) for one in calls.values()]
        batch.records, batch.postings, batch.new_calls, batch.changed_calls = [], [], {}, {}
        batch.changed_records, batch.codes = [], []

    def _one(self, connection: Connection, batch: Batch, raw: RawRecord, parsed: Parsed) -> None:
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
            self._leg(batch, raw, record_id, parsed, mark, doubt=verdict.doubt)
        else:
            if not verdict.doubt:
                self._gaps.see(raw.source, parsed.sequence, None, to_micros(raw.received_at))
            words = "possible repeat" if verdict.doubt else ""
            self._keep(batch, raw, record_id, _kind(parsed), parsed.reason, mark=words)

    def _read(self, batch: Batch, raw: RawRecord) -> tuple[RawRecord, Parsed]:
        """A record without what must not be stored, and what it says."""
        cutting = self._sources[raw.source].cutting
        if cutting is None:
            return raw, self._parsed(raw)
        kept = self._without_secrets(batch, raw)
        parsed = self._parsed(kept)
        if cutting.too_long(parsed) and (data := cutting.beyond(kept.data)) != kept.data:
            batch.told_cut += kept is raw
            kept = kept._replace(data=data)
            parsed = self._parsed(kept)
        return kept, parsed

    def _without_secrets(self, batch: Batch, raw: RawRecord) -> RawRecord:
        """A record without what was typed behind an access number."""
        cutting = self._sources[raw.source].cutting
        data = raw.data if cutting is None else cutting.behind_access(raw.data)
        if data is raw.data:
            return raw
        batch.told_cut += 1
        return raw._replace(data=data)

    def _parsed(self, raw: RawRecord) -> Parsed:
        if raw.fault is not None:
            return Unparsed(raw.fault)
        try:
            return self._sources[raw.source].parse(raw.data, raw.received_at)
        except Exception as error:  # noqa: BLE001 - a parser must not raise; if one does, the record is kept and says so
            self._log.failure("parsing a record of {source} failed", source=raw.source)
            return Unparsed(f"the parser failed: {error!r}"[:300])

    def _verdict(self, connection: Connection, raw: RawRecord, record_id: int, mark: bytes) -> Verdict:
        if self._sources[raw.source].asked:
            return NEW
        watch = self._watches[raw.source]
        if raw.segment not in self._segments:
            if len(self._segments) >= REMEMBERED_SEGMENTS:
                self._segments.clear()  # the store knows them, which costs a question for each that still sends
            self._segments.add(raw.segment)
            # New to this memory, not always to the store: it may still be in the repeats with which it began.
            owner = self._memory.owner
            earlier = records.opening_records(connection, owner, raw.segment, HISTORY)
            if earlier:
                own = records.remembered_since(connection, owner, raw.source, earlier[0].id)
                watch.resume(raw.segment, own, [(one.id, one.fingerprint) for one in earlier])
            else:
                watch.begin(raw.segment)
        return watch.see(raw.segment, record_id, mark)

    def _prove(self, connection: Connection, batch: Batch, proved: tuple[int, ...], now: int) -> None:
        """Records held as possible repeats turn out to be repeats: their postings go, their bytes stay."""
        owner = self._memory.owner
        hot = self._memory.statements
        calls = records.mark_records(connection, owner, proved, "repeat", _REPEATS)
        traffic.withdraw(connection, hot, owner, calls)
        inbound.forget(connection, owner, calls)
        office.forget_codes(connection, owner, calls)
        shares.forget(connection, owner, calls)
        for call_id in calls:
            records.rule_call(connection, hot, owner, call_id, "not_chargeable", _REPEATS, now)
            for row in outbox.of_call(connection, owner, call_id):
                gone = outbox.withdraw(connection, hot, row, now)
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

    def _leg(
        self,
        batch: Batch,
        raw: RawRecord,
        record_id: int,
        leg: CallRecord,
        mark: bytes,
        *,
        doubt: bool,
        was: str = "",
    ) -> None:
        """Put a leg beside its call, or begin one; `was` says where it stood while it was unread."""
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
            first = known.id in batch.touched and batch.touched[known.id].first
        now = self._micros(raw.received_at)
        gap = "" if doubt or leg.sequence is None else self._gap(batch, raw.source, leg, record_id, now)
        words = "possible repeat" if doubt else GAP if gap else records.ANEW if was else ""
        self._keep(batch, raw, record_id, "call", gap or was, mark=words, call=known.id)
        batch.touched[known.id] = Touched(known, raw.source, now, first, doubt)

    def _gap(self, batch: Batch, source: str, leg: CallRecord, record_id: int, now: int) -> str:
        """What the exchange's own numbering shows to be missing before this record, in a sentence."""
        noticed = self._gaps.see(source, leg.sequence, record_id, now)
        batch.changed_records += noticed.changed
        batch.told_missing += noticed.missing
        batch.told_gaps += [noticed.reason] if noticed.reason else []
        return noticed.reason

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
            if stored.source in self._sources:
                live, doubt = self._overdue(connection, stored)
                batch.touched[live.id] = Touched(live, stored.source, now, first=False, doubt=doubt, overdue=True)
        self._write(connection, batch)
        return batch

    def _overdue(self, connection: Connection, stored: CallRow) -> tuple[LiveCall, bool]:
        """An open call with its legs, and whether it may be a repeat; one that is not in memory is read from its records.

        A call that may be a repeat is not remembered, nor one whose number a later call has taken.
        """
        live = self._live[stored.source].by_id(stored.call_key, stored.trunk, stored.id)
        if live is not None:
            return live, False
        legs = legs_of(connection, self._memory.owner, stored.id, self._sources[stored.source])
        return LiveCall(stored.id, legs, []), records.in_doubt(connection, self._memory.owner, stored.id)


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
