"""One feed: a connection or a file on its way into the store.

A feed cuts bytes into frames, hands them to the writer in slices of a commit, and is told when they are committed.
What makes a record unique is its place: the number the store gave to this connection or file, and the record's ordinal
or byte offset in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.instants import to_micros
from gateway.intake.batch import Batch
from gateway.intake.settling import Settling
from gateway.store import records, schema
from gateway.store.memory import Memory
from gateway.store.writer import MOST_RECORDS, Announce, Job
from protocols.records import Frame, RawRecord

Kind = Literal["connection", "file"]
Told = Callable[[Batch | None, int], None]
#: Told the bytes that begin to wait for their commit, and, negative, those that no longer do.
Weigh = Callable[[int], None]
#: What is written with records in their transaction: given the number of their segment, and the records with their places.
Also = Callable[[Connection, int, Sequence[tuple[int, Frame]]], None]


def nothing_else(connection: Connection, number: int, frames: Sequence[tuple[int, Frame]]) -> None:
    """Most feeds write nothing else."""


class Segment:
    """A connection or file: its number once the store has given one, and how far it is committed."""

    def __init__(
        self, source: str, kind: Kind, identity: str = "", number: int | None = None, position: int = 0
    ) -> None:
        self.source, self.kind, self.identity = source, kind, identity
        self.number, self.position = number, position


class Segments:
    """Numbers for new segments: given inside a transaction, the segment's own once that is committed."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._pending: dict[Segment, int] = {}
        memory.also_reload(self._reload)

    @property
    def owner(self) -> str:
        """The property whose store it is."""
        return self._memory.owner

    def _reload(self, connection: Connection) -> None:
        """A number stays a segment's only if the transaction that gave it came through, told of yet or not."""
        owner = self._memory.owner
        self._pending = {
            segment: number
            for segment, number in self._pending.items()
            if records.has_segment(connection, owner, number)
        }

    def number(self, connection: Connection, segment: Segment, now: int) -> int:
        """The segment's number, written down now if it is new."""
        known = segment.number or self._pending.get(segment)
        if known is not None:
            return known
        number = self._memory.numbers.take(schema.segments)
        records.open_segment(
            connection, self._memory.owner, number, segment.source, segment.kind, segment.identity, now
        )
        self._pending[segment] = number
        return number

    def settled(self, segment: Segment, number: int) -> None:
        """The transaction that numbered it is committed."""
        segment.number = number
        self._pending.pop(segment, None)


class KeepRecords:
    """A slice of a feed: settled, kept, and the feed's position moved, in one transaction."""

    def __init__(
        self,
        settling: Settling,
        segments: Segments,
        segment: Segment,
        frames: Sequence[tuple[int, Frame]],
        received_at: datetime,
        told: Told,
        *,
        weigh: Weigh,
        identity: str | None = None,
        also: Also = nothing_else,
    ) -> None:
        self._settling, self._segments, self._segment = settling, segments, segment
        self._frames, self._received_at, self._told = frames, received_at, told
        self._weigh, self._identity, self._also = weigh, identity, also

    @property
    def records(self) -> int:
        """How many records the slice brings."""
        return len(self._frames)

    def work(self, connection: Connection) -> Announce:
        """Settle the records and move the position."""
        number, raws = self._raws(connection)
        batch = self._settling.settle(connection, raws)
        return self._moved(connection, number, batch)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Keep the bytes, unread, so that nothing is lost and what comes after goes on."""
        number, raws = self._raws(connection)
        self._settling.keep_unread(connection, raws, f"settling failed: {error!r}"[:300])
        return self._moved(connection, number, None)

    def parts(self) -> list[Job]:
        """The same slice record by record."""
        if len(self._frames) == 1:
            return []
        common = (self._settling, self._segments, self._segment)
        rest = (self._received_at, self._told)
        weigh, name, also = self._weigh, self._identity, self._also
        return [KeepRecords(*common, [frame], *rest, weigh=weigh, identity=name, also=also) for frame in self._frames]

    def _raws(self, connection: Connection) -> tuple[int, list[RawRecord]]:
        number = self._segments.number(connection, self._segment, to_micros(self._received_at))
        source, at = self._segment.source, self._received_at
        return number, [RawRecord(source, number, place, at, frame.data, frame.fault) for place, frame in self._frames]

    def _moved(self, connection: Connection, number: int, batch: Batch | None) -> Announce:
        if self._segment.kind == "file":
            self._settling.move_position(connection, number, self._frames[-1][1].end)
            if self._identity is not None:
                self._settling.identify(connection, number, self._identity)
        self._also(connection, number, self._frames)

        def announce() -> None:
            self._segments.settled(self._segment, number)
            self._segment.position = self._frames[-1][1].end
            self._weigh(-sum(len(frame.data) for _, frame in self._frames))
            self._told(batch, len(self._frames))

        return announce


class Feed:
    """Hands a segment's frames to the writer in order."""

    _log = Logger()

    def __init__(
        self,
        *,
        settling: Settling,
        segments: Segments,
        segment: Segment,
        submit: Callable[[Job], None],
        now: Callable[[], datetime],
        told: Told,
        weigh: Weigh = lambda weight: None,
        heard: Callable[[Sequence[Frame]], None] | None = None,
        also: Also = nothing_else,
    ) -> None:
        self._settling, self._segments, self.segment = settling, segments, segment
        self._heard, self._also = heard, also
        self._submit, self._now, self._told, self._weigh = submit, now, told, weigh
        self._ordinal = 0

    def take(self, frames: Sequence[Frame], identity: str | None = None) -> None:
        """Put frames in line for the writer."""
        received_at = self._now()
        if self._heard is not None:
            self._heard(frames)
        self._weigh(sum(len(frame.data) for frame in frames))
        for begin in range(0, len(frames), MOST_RECORDS):
            placed = self._placed(frames[begin : begin + MOST_RECORDS])
            self._submit(
                KeepRecords(
                    self._settling,
                    self._segments,
                    self.segment,
                    placed,
                    received_at,
                    self._told,
                    weigh=self._weigh,
                    identity=identity,
                    also=self._also,
                )
            )

    def _placed(self, frames: Sequence[Frame]) -> list[tuple[int, Frame]]:
        if self.segment.kind == "file":
            return [(frame.start, frame) for frame in frames]
        first = self._ordinal
        self._ordinal += len(frames)
        return list(enumerate(frames, first))
