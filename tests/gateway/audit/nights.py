"""What a test of the night audit does with a house: its days begin, the PMS's night comes."""

from __future__ import annotations

from datetime import time

from gateway.audit.days import BusinessDay, DayRule
from gateway.audit.sheet import Sheet, sheet
from gateway.instants import to_micros
from gateway.posting.days import EndByClock, HearNightAudit, begin_first
from gateway.store import business_days
from gateway.store.audit_sums import snapshot
from pms_adapters.events import NightAudit
from tests.gateway.rig import WARSAW, Rig

BY_PMS = DayRule(by="pms", at=time(3), zone=WARSAW)
BY_CLOCK = DayRule(by="clock", at=time(3), zone=WARSAW)


def begin(rig: Rig, rule: DayRule = BY_PMS) -> None:
    """The gateway starts."""

    def work(connection: object) -> None:
        rig.memory.reload(connection)  # type: ignore[arg-type]
        begin_first(connection, rig.memory, rule, to_micros(rig.now))  # type: ignore[arg-type]

    rig.database.transact(work)


def night(rig: Rig, *, running: bool, rule: DayRule = BY_PMS) -> None:
    """The PMS tells that its night audit begins or has ended."""
    news = NightAudit(running=running, at=rig.now)
    rig.writer.submit(HearNightAudit(rig.memory, news, rule, to_micros(rig.now)))
    rig.pump()


def tick(rig: Rig, rule: DayRule, up_since: int = 0) -> None:
    """The gateway looks at the clock."""
    day = rig.memory.day
    if day is not None and rule.due(day, to_micros(rig.now)) is not None:
        rig.writer.submit(EndByClock(rig.memory, rule, to_micros(rig.now), up_since))
        rig.pump()


def days(rig: Rig) -> list[BusinessDay]:
    """All days, oldest first, with their sheets."""
    found = rig.database.read(lambda c: business_days.newest(c, "SEASIDE", 99))[::-1]
    whole = [rig.database.read(lambda c, n=one.id: business_days.one(c, "SEASIDE", n)) for one in found]  # type: ignore[misc]
    return [one for one in whole if one is not None]


def sheet_of(rig: Rig, day: BusinessDay) -> Sheet:
    """A day's sheet, live."""
    return sheet(rig.database.read(lambda c: snapshot(c, "SEASIDE", day.begin, day.end)))
