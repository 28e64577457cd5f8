"""The ways in: for each exchange of the configuration, the service that reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from twisted.application.service import IService, MultiService
from twisted.internet.endpoints import clientFromString, serverFromString
from twisted.internet.interfaces import IStreamClientEndpoint

from gateway.app.pulling import pulling
from gateway.config import PbxSettings
from gateway.config.endpoints import datagram_address
from gateway.intake.batch import Batch
from gateway.intake.datagrams import DatagramListener, Datagrams, Network
from gateway.intake.feed import Also, Feed, Segment, Segments, Told, nothing_else
from gateway.intake.files import FollowedFile
from gateway.intake.folder import PickUp
from gateway.intake.push import Inlet, PushSite
from gateway.intake.relay import Relay
from gateway.intake.rotation import Identity
from gateway.intake.settling import Settling
from gateway.intake.tcp import Door, InTurn, Listener, RecordsFactory, dialler
from gateway.periodic import PeriodicService
from gateway.status import SourceStatus
from gateway.store.records import StoredSegment
from gateway.store.writer import BACKLOG_BYTES, BACKLOG_HIGH, BACKLOG_LOW, FAIR_SHARE, Writer
from protocols.framing import Framer
from protocols.smdr.carrying import bare
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
        captures: Callable[[str], Path],
        marks: Callable[[int], list[bytes]],
    ) -> None:
        self._captures, self._marks = captures, marks
        self._dialled, self._missed, self._look_seconds = dialled, missed, look_seconds
        self._reactor, self._writer, self._settling, self._segments = reactor, writer, settling, segments
        self._now, self._told = now, told
        self._tcp: dict[str, Door] = {}
        self._files: list[FollowedFile | PickUp] = []
        self._datagram_doors: list[Datagrams] = []
        self._relays: dict[str, Relay] = {}
        #: What cannot be listened on, each in a sentence that says what to change.
        self.unusable: list[str] = []
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
        for datagrams in self._datagram_doors:
            datagrams.relax()

    def close(self) -> None:
        """End every connection and let go of every file."""
        for door in self._tcp.values():
            door.close_all()
        for followed in self._files:
            followed.close()
        for relay in self._relays.values():
            relay.close()

    def service(
        self, pbx: PbxSettings, status: SourceStatus, known_files: Callable[[str], list[StoredSegment]]
    ) -> IService:
        """The service that reads one exchange; with what serves its records again, and what imports those of its first meeting."""
        relay, known = self._relay(pbx), known_files(pbx.name)
        services = [self._reading(pbx, status, known)]
        if relay is not None:
            here = serverFromString(self._reactor, pbx.relay or "")  # type: ignore[no-untyped-call]
            services.append(Listener(here, relay, self._taken(pbx, status, "relay")))
        if (folder := self._captures(pbx.name)).is_dir():
            services.append(self._captured(pbx, folder, known))
        together = MultiService()  # type: ignore[no-untyped-call]
        for one in services:
            one.setServiceParent(together)  # type: ignore[no-untyped-call]
        return together

    def _reading(self, pbx: PbxSettings, status: SourceStatus, known: list[StoredSegment]) -> IService:
        match pbx.transport:
            case "file":
                return self._file(pbx, status, known)
            case "folder":
                return self._folder(pbx, status, known)
            case "udp":
                return self._datagrams(pbx, status)
            case "push":
                return self._push(pbx, status)
            case "pull":
                return self._pull(pbx, status, known)
            case "listen" | "connect" | "serial":
                return self._socket(pbx, status)

    def _relay(self, pbx: PbxSettings) -> Relay | None:
        """Who hears the records again; made first, because a feed is told of it when it begins."""
        if pbx.relay is None:
            return None
        relay = self._relays[pbx.name] = Relay(pbx.name, networks(pbx.relay_to), bare)
        return relay

    def _feed(self, segment: Segment, told: Told, also: Also = nothing_else) -> Feed:
        def weigh(weight: int) -> None:
            self._waiting[segment.source] += weight

        relay = self._relays.get(segment.source)
        return Feed(
            heard=relay.heard if relay is not None else None,
            settling=self._settling,
            segments=self._segments,
            segment=segment,
            submit=self._writer.submit,
            now=self._now,
            told=told,
            weigh=weigh,
            also=also,
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
            return Listener(here, factory, self._taken(pbx, status, "listen"))
        return dialler(self._there(pbx), factory, self._reactor)

    def _there(self, pbx: PbxSettings) -> IStreamClientEndpoint:
        """Where we dial: an address, or a serial port, which is opened again like any connection."""
        if pbx.serial is not None:
            from pms_adapters.serial_port import SerialEndpoint, serial_place

            return SerialEndpoint(self._reactor, serial_place(pbx.serial))
        places = (pbx.connect or "", *DIALECTS[pbx.dialect].other_addresses(pbx.options))
        there = [clientFromString(self._reactor, place) for place in places]  # type: ignore[no-untyped-call]
        return there[0] if len(there) == 1 else InTurn(there)

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
            told=self._told_of(pbx),
            changed=changed,
            problem=problem,
            crowded=lambda: self.crowded(pbx.name),
            dialled=lambda dialling: self._dialled(pbx, dialling),
            later=self._reactor.callLater,
        )
        self._tcp[pbx.name] = door
        return door

    def _taken(self, pbx: PbxSettings, status: SourceStatus, key: str) -> Callable[[str], None]:
        """What is told where a port is not to be had."""

        def taken(sentence: str) -> None:
            status.problem = sentence
            self.unusable.append(f"PBX {pbx.name}: {sentence}; change its {key}, or end the other program")

        return taken

    def _state(self, status: SourceStatus) -> Callable[[bool, str], None]:
        """What tells of a source that is there or not, and why."""

        def state(up: bool, problem: str) -> None:
            if up != status.up:
                status.up, status.since = up, self._now()
            status.problem = problem

        return state

    def _told_of(self, pbx: PbxSettings) -> Told:
        return lambda batch, count: self._told(pbx.name, batch, count)

    def _also_told(self, pbx: PbxSettings, told: Told) -> Told:
        """The house is told of what is committed, and so is the way by which it came."""

        def both(batch: Batch | None, count: int) -> None:
            self._told(pbx.name, batch, count)
            told(batch, count)

        return both

    def _file(self, pbx: PbxSettings, status: SourceStatus, known: list[StoredSegment]) -> IService:
        dialect = DIALECTS[pbx.dialect]
        followed = FollowedFile(
            Path(pbx.file or ""),
            open_feed=lambda segment: self._feed(segment, self._told_of(pbx)),
            framer=lambda start, last: dialect.framer(start, transport="file", options=pbx.options, last=last),
            source=pbx.name,
            known=[one for one in known if Identity.parse(one.identity) is not None],
            crowded=lambda: self.crowded(pbx.name),
            state=self._state(status),
            missed=lambda sentence: self._missed(pbx.name, sentence),
        )
        self._files.append(followed)
        return PeriodicService(self._reactor, self._look_seconds, followed.look, f"reading {pbx.file}")

    def _folder(self, pbx: PbxSettings, status: SourceStatus, known: list[StoredSegment]) -> IService:
        return self._picked(pbx, Path(pbx.folder or ""), pbx.files, pbx.rest_seconds, self._state(status), known)

    def _captured(self, pbx: PbxSettings, folder: Path, known: list[StoredSegment]) -> IService:
        """What `foliogate connect` read from an exchange before it was set up."""
        return self._picked(pbx, folder, "*.rec", 0.0, lambda up, problem: None, known)

    def _picked(
        self,
        pbx: PbxSettings,
        folder: Path,
        pattern: str,
        rest_seconds: float,
        state: Callable[[bool, str], None],
        known: list[StoredSegment],
    ) -> IService:
        dialect, way = DIALECTS[pbx.dialect], pbx.transport
        picked = PickUp(
            folder,
            pattern=pattern,
            rest_seconds=rest_seconds,
            open_feed=lambda segment, told: self._feed(segment, self._also_told(pbx, told)),
            framer=lambda start, last: dialect.framer(start, transport=way, options=pbx.options, last=last),
            source=pbx.name,
            known=known,
            crowded=lambda: self.crowded(pbx.name),
            seconds=self._reactor.seconds,
            state=state,
            missed=lambda sentence: self._missed(pbx.name, sentence),
        )
        self._files.append(picked)
        return PeriodicService(self._reactor, self._look_seconds, picked.look, f"looking into {folder}")

    def _datagrams(self, pbx: PbxSettings, status: SourceStatus) -> IService:
        dialect, address = DIALECTS[pbx.dialect], datagram_address(pbx.udp or "")
        datagrams = Datagrams(
            feed=self._feed(Segment(pbx.name, "connection"), self._told_of(pbx)),
            framer=lambda: dialect.framer(transport="udp", options=pbx.options),
            senders=networks(pbx.senders),
            crowded=lambda: self.crowded(pbx.name),
            missed=lambda sentence: self._missed(pbx.name, sentence),
        )
        self._datagram_doors.append(datagrams)
        taken, state = self._taken(pbx, status, "udp"), self._state(status)
        return DatagramListener(self._reactor, address.port, address.host, datagrams, taken, state)

    def _push(self, pbx: PbxSettings, status: SourceStatus) -> IService:
        dialect = DIALECTS[pbx.dialect]
        inlet = Inlet(
            token=pbx.token or "",
            open_feed=lambda told: self._feed(Segment(pbx.name, "connection"), self._also_told(pbx, told)),
            framer=lambda: dialect.framer(transport="push", options=pbx.options),
            crowded=lambda: self.crowded(pbx.name),
        )
        here = serverFromString(self._reactor, pbx.push or "")  # type: ignore[no-untyped-call]
        return Listener(here, PushSite(inlet, self._reactor), self._taken(pbx, status, "push"), self._state(status))

    def _pull(self, pbx: PbxSettings, status: SourceStatus, known: list[StoredSegment]) -> IService:
        try:
            return pulling(
                pbx,
                reactor=self._reactor,
                known=known,
                marks=self._marks,
                open_feed=lambda segment, told, also: self._feed(segment, self._also_told(pbx, told), also),
                segments=self._segments,
                now=self._now,
                crowded=lambda: self.crowded(pbx.name),
                state=self._state(status),
                submit=self._writer.submit,
            )
        except ValueError as error:  # certificates that are none
            self.unusable.append(f"PBX {pbx.name}: {error}")
            return MultiService()  # type: ignore[no-untyped-call]


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks that a configuration names."""
    return tuple(map(ip_network, texts))
