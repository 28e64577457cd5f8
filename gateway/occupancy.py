"""Room news from the PMS, written down, and the held charges that it frees.

Each piece of news is one job of the writer: the stays it changes are committed before anything is done about them,
because a PMS tells each check-in once. Then the charges that were waiting for news of those rooms are looked at again.
So are calls that were not charged because their room was vacant: where the PMS was away while a guest came, the news
of it comes after the guest's first calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.attribution import Given
from gateway.directory import Nobody, Present, Stay
from gateway.instants import from_micros, to_micros
from gateway.ledger import Hold
from gateway.settle import UNAPPROVED, Policy, vacant
from gateway.store import outbox, records, schema
from gateway.store.memory import Memory
from gateway.store.rows import CallRow, Due, PostingRow, fresh_posting
from gateway.store.stay_tariffs import give as keep_stay_tariff
from gateway.store.stays import keep_changes
from gateway.store.vacant_calls import VacantCall
from gateway.store.writer import Announce
from pms_adapters.events import CheckedIn, CheckedOut, Guest, GuestChanged, RoomNews, RoomsResynced

_LATE_NEWS: Final = "the room seemed vacant; the PMS has told later that a guest was there"

#: The reasons that news of a room can answer.
_ANSWERED_BY_NEWS: Final[tuple[Hold, ...]] = ("no_room_news", "no_post", "guest_left")


class KeepRoomNews:
    """One piece of news: learned, kept, and held charges of its rooms looked at again."""

    records = 0

    def __init__(
        self,
        memory: Memory,
        news: RoomNews,
        *,
        policy: Policy,
        now: int,
        done: Callable[[Sequence[Due]], None],
        unsure_since: int | None = None,
    ) -> None:
        """`unsure_since`: from when on earlier news may have been lost, as `Occupancy.learn` takes it."""
        self._memory, self._news, self._policy, self._unsure_since = memory, news, policy, unsure_since
        self._now, self._done = now, done

    def work(self, connection: Connection) -> Announce:
        """Learn, keep, release."""
        changes = self._memory.occupancy.learn(_not_ahead(self._news, self._now), self._unsure_since)
        keep_changes(connection, self._memory.statements, self._memory.owner, changes)
        self._keep_tariffs(connection)
        freed = self._release(connection, changes.touched) if changes.touched else []
        if changes.stays:
            freed += self._charge_the_vacant(connection, changes.stays)
        return lambda: self._done(freed)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """The news could not be kept: say so where people look; a resync repairs it."""
        kind = type(self._news).__name__
        Logger().error("room news {kind} could not be kept: {error!r}", kind=kind, error=error)
        words = f"room news ({kind}) could not be kept; ask the PMS for a resync: {error!r}"[:300]
        self._memory.note(connection, self._now, "foliogate", words)
        return lambda: self._done([])

    def _keep_tariffs(self, connection: Connection) -> None:
        """Write down the tariff that the PMS gives a stay, where it is news; calls from now on pay by it.

        A stay of which nothing was told before has had it from its beginning: the field came with the check-in.
        """
        memory = self._memory
        for at, guest in _guests(self._news):
            reservation, code = guest.reservation, guest.tariff
            if not reservation or code is None or code == memory.stay_tariffs.told(reservation):
                continue
            first = isinstance(self._news, CheckedIn | RoomsResynced) and not memory.stay_tariffs.told(reservation)
            given = Given(0 if first else to_micros(at), "pms", code)
            keep_stay_tariff(connection, memory.owner, reservation, given, "PMS")
            memory.stay_tariffs.add(reservation, given)

    def _release(self, connection: Connection, rooms: frozenset[str]) -> list[Due]:
        waiting = outbox.held(connection, self._memory.owner, *_ANSWERED_BY_NEWS)
        freed = [self._look_again(connection, row) for row in waiting if row.room in rooms or row.hold == "guest_left"]
        return [due for due in freed if due is not None]

    def _charge_the_vacant(self, connection: Connection, stays: Sequence[Stay]) -> list[Due]:
        """Charge calls that were ruled to come from a vacant room, and did not: the news of the guest was late."""
        since: dict[str, int] = {}
        for stay in stays:
            since[stay.room] = min(stay.since, since.get(stay.room, stay.since))
        calls = [call for room, instant in since.items() for call in self._memory.vacant.of(room, instant)]
        return [due for call in calls if (due := self._charge(connection, call)) is not None]

    def _charge(self, connection: Connection, one: VacantCall) -> Due | None:
        who = self._memory.occupancy.at(one.room, one.started)
        if not isinstance(who, Present):
            return None
        self._memory.vacant.forget(one)
        call = records.call(connection, self._memory.owner, one.id)
        if call is None or call.reason != vacant(one.room):
            return None  # ruled otherwise since
        payer = who.stays[0].reservation
        hot, now = self._memory.statements, self._now
        records.rule_call(connection, hot, self._memory.owner, call.id, "charge", _LATE_NEWS, now, payer)
        row = self._wanted(call, payer)
        hold = self._reason_to_hold(row, call)
        if hold is not None:
            row = row._replace(state="held", hold=hold[0], reason=hold[1])
        self._memory.add_postings(connection, [row], now)
        self._memory.note(connection, self._now, "foliogate", f"call {call.id}: {_LATE_NEWS}", row.id)
        return outbox.one_due(connection, self._memory.owner, row.id)

    def _wanted(self, call: CallRow, payer: str) -> PostingRow:
        """The posting of a call that should have had one, due now."""
        number, pms = self._memory.numbers.take(schema.postings), self._policy.pms or ""
        money = self._policy.money if call.currency is None else (call.currency, call.decimals or 0)
        return fresh_posting(call, number, pms, self._now, amount=call.amount, money=money, reservation=payer)

    def _look_again(self, connection: Connection, row: PostingRow) -> Due | None:
        call = records.call(connection, self._memory.owner, row.call_id)
        if call is None or row.room is None:
            return None
        hold, hot = self._reason_to_hold(row, call), self._memory.statements
        if hold is not None:
            if hold != (row.hold, row.reason):
                charge = {"hold": hold[0], "reason": hold[1]}
                outbox.set_charge(connection, hot, self._memory.owner, row.id, charge, self._now)
            return None
        outbox.step(connection, hot, row, "answered_hold", now=self._now)
        return outbox.one_due(connection, self._memory.owner, row.id)

    def _reason_to_hold(self, row: PostingRow, call: CallRow) -> tuple[Hold, str] | None:
        """Why the posting must still wait; None if it need not."""
        if call.amount is None:
            return "unrated", "no rate was found for this call"
        occupancy, room = self._memory.occupancy, row.room or ""
        who = occupancy.at(room, call.started_at)
        if not isinstance(who, Present) and not self._policy.tells_rooms:
            return None if self._policy.may_post else UNAPPROVED
        if isinstance(who, Nobody):
            return "no_room_news", f"nobody is known to have been in room {room} when the call began"
        if not isinstance(who, Present):
            return "no_room_news", row.reason
        if who.stays[0].no_post:
            return "no_post", f"the PMS marks the guest of room {room} as no-post"
        if occupancy.folio(room, call.started_at) is None:
            return "guest_left", f"the guest who made the call has left room {room}"
        return None if self._policy.may_post else UNAPPROVED


def _guests(news: RoomNews) -> list[tuple[datetime, Guest]]:
    """The guests that a piece of news tells of, each with its instant."""
    match news:
        case CheckedIn() | GuestChanged():
            return [(news.at, news.guest)]
        case RoomsResynced():
            return [(news.at, one.guest) for one in news.occupied]
        case _:
            return []


def _not_ahead(news: RoomNews, now: int) -> RoomNews:
    """News cannot be of the future: a PMS whose clock is ahead of ours must not make a room look vacant until then.

    Only a departure keeps its time: were it our clock that is wrong, the guest's last calls would seem to be nobody's.
    """
    if isinstance(news, CheckedOut):
        return news
    return replace(news, at=min(news.at, from_micros(now)))
