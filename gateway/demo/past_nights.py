"""The nights of the written past: each business day ends with the PMS's night audit, and the auditor closes it.

Nothing is closed but by the deeds of a person that any house has: the PMS's total is told, what differs is named, the sheet is
frozen. The last night is left for whoever looks at the demo.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from sqlalchemy import Connection

from gateway.audit.days import BusinessDay
from gateway.audit.sheet import unnamed
from gateway.config import Config
from gateway.config.day_rule import day_rule
from gateway.instants import SECOND, midnight, to_micros
from gateway.posting.days import carry_out, end_day
from gateway.store import business_days
from gateway.store.commands import Command
from gateway.store.day_looks import look
from gateway.store.memory import Memory

#: When the PMS's night audit begins, and how long after that it has ended and the auditor closes the day.
NIGHT: Final = time(3, 0)
ENDED: Final = 25 * 60 * SECOND
CLOSED: Final = 40 * 60 * SECOND


class PastNights:
    """Ends and closes the business days of a past, on the memory that writes it."""

    def __init__(self, memory: Memory, config: Config, auditor: str) -> None:
        self._memory, self._auditor, self._rule = memory, auditor, day_rule(config)
        self._zone: tzinfo = config.property.timezone

    def begin(self, connection: Connection, first: date) -> None:
        """The first day begins with its calendar day."""
        memory = self._memory
        edge = business_days.edge_now(memory.numbers, midnight(first, self._zone))
        memory.day = business_days.begin(
            connection, memory.owner, memory.numbers, date=first.isoformat(), edge=edge, by="start"
        )

    def date_of(self, instant: datetime, first: date) -> date:
        """The business date of an instant."""
        return max(first, (instant.astimezone(self._zone) - timedelta(hours=NIGHT.hour)).date())

    def at(self, day: date) -> int:
        """When the night audit of a business date begins."""
        return to_micros(datetime.combine(day + timedelta(days=1), NIGHT, self._zone))

    def end(self, connection: Connection, *, close: bool) -> None:
        """The PMS's night audit passes; the auditor closes the day behind it."""
        memory, day = self._memory, self._memory.day
        if day is None:
            return
        at = self.at(day.day)
        edge = business_days.edge_now(memory.numbers, at)
        end_day(connection, memory, day, edge, "pms", self._rule.next_date(day, at), at)
        business_days.change(connection, memory.owner, day.id, night_end=at + ENDED)
        if close:
            self._close(connection, day, at + CLOSED)

    def _close(self, connection: Connection, day: BusinessDay, now: int) -> None:
        owner = self._memory.owner
        ended = business_days.one(connection, owner, day.id) or day
        for coin, minor in look(connection, owner, ended, has_pms=True).sheet.expected.gross.items():
            subject = f"{day.id} - {minor} {coin.currency} {coin.decimals}"
            self._do(connection, "day-total", subject, "transaction report of the PMS", now)
        for one in unnamed(look(connection, owner, ended, has_pms=True).differences):
            self._do(connection, "day-name", f"{day.id} {one.key}", "seen and left as it is", now)
        self._do(connection, "day-close", str(day.id), "", now)

    def _do(self, connection: Connection, deed: str, subject: str, why: str, now: int) -> None:
        command = Command(id=0, who=self._auditor, deed=deed, posting_id=None, room=None, why=why, subject=subject)
        carry_out(connection, self._memory, command, now)
