"""What programs ask, answered once for both doors: the JSON of the API and the SOAP service say the same.

Reading is a snapshot; a change goes to the gateway as a wish and comes back when it is committed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection
from twisted.internet.defer import TimeoutError as TookTooLong

from gateway.instants import SECOND, from_micros, to_micros
from gateway.store import feed, programs
from gateway.store import pages as queries
from gateway.store.once import NotDone, Outcome
from gateway.store.reading import money
from gateway.store.tokens import Token
from gateway.web.house import House
from gateway.web.reads import Reads
from gateway.web.rest import events
from gateway.web.rest.api import call_object, posting_object
from gateway.web.rest.problems import Problem
from gateway.wishes import AnyWish, Take
from rating.money import minor_digits

#: Calls of a room in one answer: a guest of many weeks has fewer.
MOST_CALLS: Final = 1_000
#: How far a room is looked back at where nobody is known to be in it: a day.
LOOK_BACK: Final = 24 * 3600 * SECOND
#: Seconds that a program waits for its wish to be committed: a thousand times what it takes.
PATIENCE: Final = 8


class Programs:
    """Answers programs."""

    def __init__(self, house: House, reads: Reads, clock: Any) -> None:
        self._house, self._reads, self._clock = house, reads, clock

    @property
    def _owner(self) -> str:
        return self._house.database.property

    async def events(self, after: int, limit: int) -> dict[str, Any]:
        """Events behind a number; `next_after` is the number to ask behind next time."""
        owner = self._owner

        def work(connection: Connection) -> tuple[int, list[dict[str, Any]]]:
            return feed.newest(connection, owner), events.read(connection, owner, after, limit)

        newest, found = await self._reads.read(work)
        if after > newest:
            words = f"There is no event {after} yet; the newest is {newest}. Was the store replaced by an older copy?"
            raise Problem(409, f"{words} Read what stands at /api/v1/postings, and go on behind {newest}.")
        last = found[-1]["id"] if found else after
        return {"events": found, "next_after": last, "more": last < newest}

    async def charges(self, room: str, since: datetime | None, reservation: str | None) -> dict[str, Any]:
        """What the telephone of a room costs its guest: since he came, or since an instant."""
        owner, now = self._owner, self._house.micros()

        def work(connection: Connection) -> dict[str, Any]:
            stays = programs.stays_in(connection, owner, room)
            begin = (
                min((stay["since"] for stay in stays), default=now - LOOK_BACK) if since is None else to_micros(since)
            )
            rows = programs.calls_of_room(connection, owner, room, begin, reservation, MOST_CALLS + 1)
            parts = queries.of_calls(connection, owner, [row["id"] for row in rows])
            return self._charges(room, begin, stays, rows, parts)

        return await self._reads.read(work)

    def _charges(
        self,
        room: str,
        since: int,
        stays: list[dict[str, Any]],
        rows: list[dict[str, Any]],
        parts: dict[int, list[dict[str, Any]]],
    ) -> dict[str, Any]:
        currency = self._house.config.property.currency
        digits = minor_digits(currency)
        kept = [one for row in rows for one in parts.get(row["id"], []) if one["state"] != "written_off"]
        posted = sum(one["amount"] or 0 for one in kept if one["state"] == "posted")
        return {
            "room": room,
            "since": from_micros(since).isoformat(),
            "guests": [
                {"reservation": stay["reservation"], "since": from_micros(stay["since"]).isoformat()} for stay in stays
            ],
            "currency": currency,
            "total": money(sum(one["amount"] or 0 for one in kept), digits),
            "posted": money(posted, digits),
            "calls": [call_object(row, parts.get(row["id"], [])) for row in rows[:MOST_CALLS]],
            "complete": len(rows) <= MOST_CALLS,
        }

    async def change(self, token: Token, wish: AnyWish) -> dict[str, Any]:
        """Have a wish carried out; raises Problem where it is not."""
        outcome = await self._asked(token, wish)
        if isinstance(outcome, NotDone):
            raise Problem(409, f"{outcome.sentence[:1].upper()}{outcome.sentence[1:]}.")
        result = outcome.answer
        if isinstance(wish, Take):
            result = {"postings": await self._postings(outcome.answer["ids"])}
        return {
            "status": "duplicate" if outcome.duplicate else "done",
            "client_id": wish.client_id,
            "at": from_micros(outcome.at).isoformat(),
            "result": result,
        }

    async def _asked(self, token: Token, wish: AnyWish) -> Outcome:
        """What came of a wish, which waits while the store cannot be written; then nobody should wait with it."""
        try:
            return await self._house.ask(token, wish).addTimeout(PATIENCE, self._clock)
        except TookTooLong:
            words = (
                "It is not written down yet, because the store cannot be written or is busy. Ask again with the same"
            )
            raise Problem(503, f"{words} client_id: it is done once, whatever became of this.", retry_after=5) from None

    async def _postings(self, ids: list[int]) -> list[dict[str, Any]]:
        found = await self._reads.read(lambda connection: queries.postings_of(connection, self._owner, ids))
        return [posting_object(found[one]) for one in ids if one in found]
