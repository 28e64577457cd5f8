"""What the writer keeps in memory between transactions, and how it is built from the store.

The writer's jobs share this: the next free numbers, who is in which room, which calls seemed to
come from vacant rooms, the open business day, the compiled statements. After a
failed transaction all of it is read again, so that memory and store never tell different stories.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from gateway.attribution import StayTariffs
from gateway.audit.days import BusinessDay
from gateway.directory import Occupancy
from gateway.store import business_days, outbox
from gateway.store.database import Database
from gateway.store.numbers import Numbers
from gateway.store.rows import PostingRow
from gateway.store.statements import Statements
from gateway.store.stay_limits import StayLimits
from gateway.store.stay_limits import load as load_stay_limits
from gateway.store.stay_tariffs import load_stay_tariffs
from gateway.store.stays import LATE_RECORDS, load_occupancy
from gateway.store.vacant_calls import VacantCalls, load_vacant_calls

Reload = Callable[[Connection], None]


class Memory:
    """The shared memory of the writer's jobs. Touched only inside the writer's transactions."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self.owner = database.property
        self.statements = Statements(database.engine)
        self.numbers = Numbers({})
        self.occupancy = Occupancy()
        self.stay_tariffs = StayTariffs()
        self.stay_limits = StayLimits()
        self.vacant = VacantCalls()
        self.day: BusinessDay | None = None
        self._now = now
        self._reloads: list[Reload] = []

    def also_reload(self, reload: Reload) -> None:
        """Let another part rebuild its memory whenever this one is rebuilt."""
        self._reloads.append(reload)

    def reload(self, connection: Connection) -> None:
        """Build everything anew from the store."""
        self.numbers = Numbers.load(connection, self.owner)
        self.occupancy = load_occupancy(connection, self.owner, self._now() - LATE_RECORDS)
        self.stay_tariffs = load_stay_tariffs(connection, self.owner)
        self.stay_limits = load_stay_limits(connection, self.owner)
        self.vacant = load_vacant_calls(connection, self.owner, self.numbers)
        self.statements.feed.load(connection, self.owner)
        self.day = business_days.open_day(connection, self.owner)
        for reload in self._reloads:
            reload(connection)

    def forget_names(self, connection: Connection) -> None:
        """Stays were changed in the store: read them again."""
        self.occupancy = load_occupancy(connection, self.owner, self._now() - LATE_RECORDS)

    def add_postings(self, connection: Connection, rows: Sequence[PostingRow], now: int) -> None:
        """Write new postings, and tell of them."""
        self.statements.add_posting.many(connection, rows)
        self.statements.feed.made(connection, now, rows)

    def note(self, connection: Connection, now: int, who: str, what: str, posting_id: int | None = None) -> None:
        """Write an entry of the audit trail."""
        outbox.note(connection, self.owner, self.numbers, now=now, who=who, what=what, posting_id=posting_id)
