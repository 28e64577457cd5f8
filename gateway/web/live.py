"""What every page shows of the present, read once for all who look.

A browser asks once a second. However many there are, the store is asked at most once in `FRESH` seconds for each kind
of thing: whoever asks meanwhile gets what was just read, or waits for the reading under way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from gateway.audit.days import BusinessDay
from gateway.instants import SECOND, to_micros
from gateway.languages.spoken import spoken
from gateway.store import alarms, business_days
from gateway.store import pages as queries
from gateway.store.alarms import AlarmRow
from gateway.web.house import House
from gateway.web.line import EMERGENCY_HOURS
from gateway.web.reads import Reads
from gateway.web.words import Clock

T = TypeVar("T")

#: How long what was read is shown to others, in seconds: half the time between two looks of a page.
FRESH: Final = 0.5
#: Calls on the first page: what a desk looks back on; `/calls` has the rest.
FIRST_CALLS: Final = 40
#: Postings of one state listed on the first page; the count beside it tells of all.
FIRST_POSTINGS: Final = 8
#: Records looked through for emergency calls, and emergencies shown at most.
EMERGENCY_RECORDS: Final = 20_000
MOST_EMERGENCIES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the status line and the banners rest on."""

    counts: dict[str, int]
    oldest: dict[str, int]
    emergencies: list[dict[str, Any]]
    names: dict[str, str]
    alarms: list[AlarmRow] = field(default_factory=list)
    day: BusinessDay | None = None
    last_day: BusinessDay | None = None

    @property
    def unacknowledged(self) -> int:
        """Open alarms that nobody has taken."""
        return sum(one.cleared_at is None and one.acknowledged_at is None for one in self.alarms)

    @property
    def oldest_waiting(self) -> int | None:
        """Since when the oldest posting waits that is due or on its way."""
        return min((self.oldest[one] for one in ("due", "sent") if one in self.oldest), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What the first page shows beside it."""

    calls: list[dict[str, Any]]
    postings: dict[int, list[dict[str, Any]]]
    lively: dict[str, list[dict[str, Any]]]
    settled: dict[str, tuple[int, int]]


class Shared(Generic[T]):
    """One reading for all who ask at the same time. A reader that goes away takes nothing from the others."""

    def __init__(self, make: Callable[[], Awaitable[T]], seconds: Callable[[], float]) -> None:
        self._make, self._seconds = make, seconds
        self._kept: tuple[float, T] | None = None
        self._waiters: list[Deferred[T]] | None = None

    async def get(self) -> T:
        """What was read within the last `FRESH` seconds, or is being read now."""
        if self._kept is not None and 0 <= self._seconds() - self._kept[0] < FRESH:
            return self._kept[1]
        waiter: Deferred[T] = Deferred()
        if self._waiters is not None:
            self._waiters.append(waiter)
        else:
            self._waiters = [waiter]
            Deferred.fromCoroutine(self._read())
        return await waiter

    async def _read(self) -> None:
        try:
            value = await self._make()
        except Exception:  # noqa: BLE001 (each waiter's own page tells it)
            failure = Failure()  # type: ignore[no-untyped-call]
            for waiter in self._served():
                waiter.errback(failure)
            return
        self._kept = (self._seconds(), value)
        for waiter in self._served():
            waiter.callback(value)

    def _served(self) -> list[Deferred[T]]:
        waiters, self._waiters = self._waiters or [], None
        return [waiter for waiter in waiters if not waiter.called]


class InEachLanguage(Generic[T]):
    """Something written, the same for all who read it in one language: made once for each language that is spoken."""

    def __init__(self, make: Callable[[], Awaitable[T]], seconds: Callable[[], float]) -> None:
        self._make, self._seconds = make, seconds
        self._made: dict[str, Shared[T]] = {}

    async def get(self) -> T:
        """What was made in the language that is spoken now."""
        language = spoken().language
        if language not in self._made:
            self._made[language] = Shared(self._make, self._seconds)
        return await self._made[language].get()


class Live:
    """The shared readings of the pages."""

    def __init__(self, house: House, reads: Reads, seconds: Callable[[], float]) -> None:
        self._house, self._reads, self._seconds = house, reads, seconds
        self.present: Shared[Present] = Shared(self._present, seconds)
        self.first: Shared[First] = Shared(self._first, seconds)

    def shared(self, make: Callable[[], Awaitable[T]]) -> InEachLanguage[T]:
        """Something else that is the same for all who look, made once for them."""
        return InEachLanguage(make, self._seconds)

    def clock(self) -> Clock:
        """The hotel's clock now."""
        return Clock(self._house.config.property.timezone, self._house.now())

    async def _present(self) -> Present:
        owner, since = self._house.database.property, self._house.micros() - EMERGENCY_HOURS * 3600 * SECOND

        def work(connection: Connection) -> Present:
            calls = queries.emergencies(connection, owner, since, EMERGENCY_RECORDS, MOST_EMERGENCIES)
            guests = [call["reservation"] for call in calls if call["reservation"]]
            return Present(
                counts=queries.lively_counts(connection, owner),
                oldest=queries.oldest(connection, owner),
                emergencies=calls,
                names=queries.guest_names(connection, owner, guests),
                alarms=alarms.unsettled(connection, owner),
                day=business_days.open_day(connection, owner),
                last_day=business_days.last_ended(connection, owner),
            )

        return await self._reads.read(work)

    async def _first(self) -> First:
        owner, midnight = self._house.database.property, to_micros(self.clock().midnight)

        def work(connection: Connection) -> First:
            calls = queries.calls_before(connection, owner, FIRST_CALLS)
            return First(
                calls=calls,
                postings=queries.of_calls(connection, owner, [call["id"] for call in calls]),
                lively={
                    state: queries.oldest_in_state(connection, owner, state, FIRST_POSTINGS)
                    for state in queries.LIVELY_STATES
                },
                settled=queries.settled_since(connection, owner, midnight),
            )

        return await self._reads.read(work)
