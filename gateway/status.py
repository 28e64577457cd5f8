"""How things stand now, in memory: what the page, /healthz and /metrics tell. Facts only, no decisions.

The store tells what happened; this tells what is alive. It is changed on the reactor's thread alone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gateway.calling import Calling

#: Oddities kept for the page; older ones are in the log.
MOST_ODDITIES: Final = 50
MOST_GAPS: Final = 20


@dataclass(slots=True, kw_only=True)
class SourceStatus:
    """One exchange: whether it is there, and when it last said something."""

    name: str
    dialect: str
    role: str
    up: bool = False
    since: datetime
    connections: int = 0
    records: int = 0
    calls: int = 0
    unread: int = 0
    cut: int = 0
    missing: int = 0
    #: The newest sentences about numbers that are missing; older ones are in the store.
    gaps: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_GAPS))
    last_record: datetime | None = None
    problem: str = ""


@dataclass(slots=True, kw_only=True)
class LinkStatus:
    """One PMS link, as its adapter last told."""

    name: str
    up: bool = False
    ready: bool = False
    why: str = "not connected yet"
    since: datetime
    #: Since when `up` is as it is; `since` also changes when the link begins or ceases to take postings.
    up_since: datetime
    #: Whether this PMS tells over its link who is in which room; when it was last asked for all rooms, and last told them all.
    tells_rooms: bool = False
    rooms_asked_at: datetime | None = None
    rooms_told_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Status:
    """Everything that is alive in this process."""

    started: datetime
    sources: dict[str, SourceStatus] = field(default_factory=dict)
    links: dict[str, LinkStatus] = field(default_factory=dict)
    oddities: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=MOST_ODDITIES))
    store_trouble: str = ""
    tariff_warning: str = ""
    strays: list[str] = field(default_factory=list)
    #: Open alarms of the watch that tell of calls or charges which do not flow, each in a sentence.
    alarms: list[str] = field(default_factory=list)
    stopping: bool = False
    #: Rooms on the phone, where an exchange tells that a call begins.
    calling: Calling = field(default_factory=Calling)
    #: Runs of scheduled reports that are being made, and how far each is in hundredths.
    making: dict[int, int] = field(default_factory=dict)
    #: Seconds from read to commit of the newest batches: for an exchange that cannot be acknowledged, the window of loss.
    read_to_commit: deque[float] = field(default_factory=lambda: deque(maxlen=1000))

    def odd(self, at: datetime, sentence: str) -> None:
        """Keep an oddity for the page."""
        self.oddities.append((at, sentence))

    def troubles(self) -> list[str]:
        """What is not well, each in a sentence; empty when all is."""
        found = [f"PBX {one.name}: {one.problem}" for one in self.sources.values() if one.problem]
        found += [
            f"PBX {one.name}: not connected since {one.since:%Y-%m-%d %H:%M:%S} UTC"
            for one in self.sources.values()
            if not one.up and not one.problem
        ]
        found += [f"PMS {one.name}: {one.why}" for one in self.links.values() if not one.up]
        found += [one for one in (self.store_trouble, self.tariff_warning, *self.strays, *self.alarms) if one]
        return [*found, "the gateway is stopping"] if self.stopping else found
