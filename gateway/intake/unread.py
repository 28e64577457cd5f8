"""Records that were kept unread, read again: after a setting was put right, or with the day that no date record told.

A record that is a call by now becomes one in a new record, of today, which is settled like any other: so closed days stay
as they were closed, and the call comes in late. The old record keeps its place and its bytes, and a mark that it was read
again, written in the same commit: so it is never read again twice. A record of which a part is missing stays unread, for a
number in it may be a part of a number.

Only while the gateway is stopped: its memory knows nothing of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from gateway.cutting import is_masked
from gateway.instants import to_micros
from gateway.intake.batch import Source
from gateway.intake.settling import Settling
from gateway.store import records, schema
from gateway.store.database import Database
from gateway.store.memory import Memory
from gateway.store.records import UnreadRecord
from gateway.store.reporting import Span
from protocols.framing import is_part
from protocols.records import CallRecord, RawRecord
from protocols.smdr.carrying import SEPARATOR, Advance

#: Records that are read in one transaction.
SLICE: Final = 250


class Found(NamedTuple):
    """What one record says now: a call, or why not; `data` is what is read, the named day in front of it where it had none."""

    record: UnreadRecord
    data: bytes
    call: CallRecord | None
    words: str


class Named(NamedTuple):
    """The day that a person names for records without one, as the dialect's records carry it."""

    carried: bytes
    advance: Advance | None


def look(
    database: Database, source: Source, span: Span, now: datetime, day: Named | None = None
) -> Iterator[list[Found]]:
    """Read what was kept unread of one exchange in a span, slice by slice, in the order in which it came. Writes nothing."""
    owner, after = database.property, 0
    carried = b"" if day is None else day.carried
    while True:
        last = after
        rows = database.read(
            lambda c: records.unread_records(c, owner, source.name, span.since, span.until, last, SLICE)  # noqa: B023
        )
        if not rows:
            return
        after, found = rows[-1].id, []
        for row in rows:
            alone = bool(carried) and SEPARATOR not in row.raw
            found.append(_found(source, row, carried + SEPARATOR + row.raw if alone else row.raw, now))
            if alone and day is not None and day.advance is not None:
                carried = day.advance(carried, row.raw)
        yield found


def _found(source: Source, row: UnreadRecord, data: bytes, now: datetime) -> Found:
    if is_part(row.reason):
        return Found(row, data, None, row.reason)
    parsed = source.parse(data, now)
    if not isinstance(parsed, CallRecord):
        return Found(row, data, None, parsed.reason)
    if is_masked(parsed.dialled) or is_masked(parsed.caller):
        return Found(row, data, None, "digits of its number are gone")
    return Found(row, data, parsed, "")


class Desk(NamedTuple):
    """Where the calls that were found are settled."""

    database: Database
    memory: Memory
    settling: Settling
    source: Source
    now: datetime

    def keep(self, found: Sequence[Found], who: str) -> None:
        """Settle the calls of a slice, in one transaction."""
        calls = [(one, one.call) for one in found if one.call is not None]
        if calls:
            self.database.transact(lambda connection: self._kept(connection, calls, who))

    def _kept(self, connection: Connection, calls: Sequence[tuple[Found, CallRecord]], who: str) -> None:
        owner, name, at = self.memory.owner, self.source.name, to_micros(self.now)
        segment = self.memory.numbers.take(schema.segments)
        records.open_segment(connection, owner, segment, name, "connection", "", at)
        read = [
            (RawRecord(name, segment, place, self.now, one.data), leg, f"record {one.record.id}, read again")
            for place, (one, leg) in enumerate(calls)
        ]
        numbers = self.settling.settle_anew(connection, read)
        for (one, _), number in zip(calls, numbers, strict=True):
            words = f"read again as record {number}; at first: {one.record.reason}"
            records.mark_records(connection, owner, (one.record.id,), records.READ_AGAIN, words)
        self.memory.note(connection, at, who, f"unread records of {name} were read again: {len(calls)} are calls")
