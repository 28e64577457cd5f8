"""The ways in: for each exchange of the configuration, the service that reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from twisted.application.service import IService
from twisted.internet.endpoints import clientFromString, serverFromString

from gateway.config import PbxSettings
from gateway.intake.batch import Batch
from gateway.intake.feed import Feed, Segment, Segments
from gateway.intake.files import FollowedFile
from gateway.intake.settling import Settling
from gateway.intake.tcp import Door, Listener, RecordsFactory, dialler
from gateway.periodic import PeriodicService
from gateway.status import SourceStatus
from gateway.store.records import StoredSegment
from gateway.store.writer import BACKLOG_BYTES, BACKLOG_HIGH, BACKLOG_LOW, FAIR_SHARE, Writer
from protocols.framing import Framer
from protocols.smdr.catalog import DIALECTS
from protocols.smdr.live import Dialling
from protocols.smdr.sessions import Session


class Doors:
    """Makes the service of each exchange, and lets them read on when the writer has caught up."""

    def __init__(
        self,
        *,
        reactor: Any,
        writer: Writer,
        settling: Settling,
        segments: Segments,
        now: Callable[[], datetime],
        told: Callable[[str, Batch | None, int], None],
        dialled: Callable[[PbxSettings, Dialling], None],
        missed: Callable[[str, str], None],
        look_seconds: float,
    ) -> None:
        self._dialled, self._missed, self._look_seconds = dialled, missed, look_seconds
        self._reactor, self._writer, self._settling, self._segments = reactor, writer, settling, segments
        self._now, self._told = now, told
        self._tcp: dict[str, Door] = {}
        self._files: list[FollowedFile] = []
        self._waiting: Counter[str] = Counter()

    def crowded(self, source: str) -> bool:
        """True while nothing can be written, or too much waits for the writer and this source has had its share."""
        if self._writer.trouble is not None:
            return True  # what the exchange still has is safer there
        much = self._writer.backlog > BACKLOG_HIGH or self._waiting.total() > BACKLOG_BYTES
        return much and self._waiting[source] > FAIR_SHARE

    def relax(self) -> None:
        """Read on where the writer has caught up."""
        if self._writer.trouble is not None:
            return
        calm = self._writer.backlog <= BACKLOG_LOW and self._waiting.total() <= BACKLOG_BYTES // 2
        for source, door in self._tcp.items():
            if calm or self._waiting[source] <= FAIR_SHARE // 2:
                door.relax()

    def close(self) -> None:
        """End every connection and let go of every file."""
        for door in self._tcp.values():
            door.close_all()
        for followed in self._files:
            followed.close()

    def service(
        self, pbx: PbxSettings, status: SourceStatus, known_files: Callable[[str], list[StoredSegment]]
    ) -> IService:
        """The service that reads one exchange."""
        if pbx.file is None:
            return self._socket(pbx, status)
        return self._file(pbx, status, known_files(pbx.name))

    def _feed(self, segment: Segment, told: Callable[[Batch | None, int], None]) -> Feed:
        def weigh(weight: int) -> None:
            self._waiting[segment.source] += weight

        return Feed(
            settling=self._settling,
            segments=self._segments,
            segment=segment,
            submit=self._writer.submit,
            now=self._now,
            told=told,
            weigh=weigh,
        )

    def _socket(self, pbx: PbxSettings, status: SourceStatus) -> IService:
        dialect, transport = DIALECTS[pbx.dialect], pbx.transport

        def session() -> Session:
            return dialect.session(pbx.options, transport=transport)

        def framer() -> Framer:
            return dialect.framer(transport=transport, options=pbx.options)

        door = self._door(pbx, status)
        factory = RecordsFactory(session, framer, door)
        if pbx.listen is not None:
            here = serverFromString(self._reactor, pbx.listen)  # type: ignore[no-untyped-call]
            return Listener(here, factory, door.problem)
        there = clientFromString(self._reactor, pbx.connect or "")  # type: ignore[no-untyped-call]
        return dialler(there, factory, self._reactor)

    def _door(self, pbx: PbxSettings, status: SourceStatus) -> Door:
        def changed(count: int) -> None:
            if (count > 0) != status.up:
                status.up, status.since = count > 0, self._now()
            status.connections = count
            status.problem = "" if count else status.problem

        def problem(sentence: str) -> None:
            status.problem = sentence

        door = Door(
            open_feed=lambda told: self._feed(Segment(pbx.name, "connection"), told),
            told=lambda batch, count: self._told(pbx.name, batch, count),
            changed=changed,
            problem=problem,
            crowded=lambda: self.crowded(pbx.name),
            dialled=lambda dialling: self._dialled(pbx, dialling),
            later=self._reactor.callLater,
        )
        self._tcp[pbx.name] = door
        return door

    def _file(self, pbx: PbxSettings, status: SourceStatus, known: list[StoredSegment]) -> IService:
        dialect = DIALECTS[pbx.dialect]

        def state(up: bool, problem: str) -> None:
            if up != status.up:
                status.up, status.since = up, self._now()
            status.problem = problem

        followed = FollowedFile(
            Path(pbx.file or ""),
            open_feed=lambda segment: self._feed(segment, lambda batch, count: self._told(pbx.name, batch, count)),
            framer=lambda start, last: dialect.framer(start, transport="file", options=pbx.options, last=last),
            source=pbx.name,
            known=known,
            crowded=lambda: self.crowded(pbx.name),
            state=state,
            missed=lambda sentence: self._missed(pbx.name, sentence),
        )
        self._files.append(followed)
        return PeriodicService(self._reactor, self._look_seconds, followed.look, f"reading {pbx.file}")
