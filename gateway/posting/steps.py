"""What is written down on a posting's way: jobs for the writer, each one transaction's share.

Write it down before you say it: a posting is committed as `sent`, with its number on the wire, before a byte leaves;
the answer is committed before the next is offered. The answer of one posting and the `sent` of the next ride in the
same commit, so a link costs one commit a posting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.directory import UNNAMED
from gateway.instants import from_micros
from gateway.ledger import Outcome, after_late_answer
from gateway.store import outbox, schema
from gateway.store.memory import Memory
from gateway.store.rows import Due
from gateway.store.writer import Announce
from pms_adapters.posting import Posted, Posting, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A posting committed as sent: what goes to the adapter, and what its answer will be written beside."""

    posting: Posting
    due: Due
    attempt: int
    attempt_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of an attempt."""

    sent: Sent
    outcome: Outcome


class WireNumbers:
    """The numbers postings carry on the wire of one PMS: growing, wrapping, never 0, kept in the store by the attempts."""

    def __init__(self, memory: Memory, pms: str, width: int) -> None:
        self._memory, self.pms = memory, pms
        self._highest = 10**width - 1
        self._last = 0
        self._doubtful: set[int] = set()
        memory.also_reload(self._reload)

    def _reload(self, connection: Connection) -> None:
        self._last = outbox.last_token(connection, self._memory.owner, self.pms)
        self._doubtful = outbox.tokens_in_doubt(connection, self._memory.owner, self.pms)

    def take(self) -> int:
        """The next number that no posting in doubt still waits for."""
        while True:
            self._last = self._last % self._highest + 1
            if self._last not in self._doubtful:
                return self._last

    def doubt(self, token: int) -> None:
        """A number whose answer did not come must not be used for another posting."""
        self._doubtful.add(token)

    def free(self, token: int) -> None:
        """Its doubt is settled."""
        self._doubtful.discard(token)


def posting_of(
    due: Due, token: int, room: str, reservation: str | None, zone: Callable[[datetime], datetime]
) -> Posting:
    """The charge as an adapter takes it, to a folio and with a number on the wire."""
    return Posting(
        token=token,
        room=room,
        amount=due.amount,
        currency=due.currency,
        decimals=due.decimals,
        started_at=zone(from_micros(due.started_at)),
        talk_seconds=due.talk_seconds,
        dialled=due.dialled,
        number_class=due.number_class,
        reservation=None if reservation is None or reservation.startswith(UNNAMED) else reservation,
        trunk=due.trunk,
        text=due.place,
    )


class Step:
    """One step of the clerk: the answer of the last attempt, and the next posting committed as sent."""

    records = 0

    def __init__(
        self,
        memory: Memory,
        numbers: WireNumbers,
        *,
        answer: Answer | None,
        offer: Due | None,
        now: int,
        zone: Callable[[datetime], datetime],
        tells_rooms: bool = True,
        done: Callable[[Sent | None, int], None],
    ) -> None:
        self._memory, self._numbers, self._tells_rooms = memory, numbers, tells_rooms
        self._answer, self._offer, self._now = answer, offer, now
        self._zone, self._done = zone, done

    def work(self, connection: Connection) -> Announce:
        """Conclude, then offer."""
        again = self._conclude(connection, self._answer) if self._answer is not None else 0
        sent = self.send(connection, self._offer) if self._offer is not None else None
        return lambda: self._done(sent, again)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Nothing was written: the clerk goes on, and what was sent stays `sent`, which is a doubt at the next start."""
        Logger().error("a step of posting could not be written down: {error!r}", error=error)
        return lambda: self._done(None, 0)

    def _conclude(self, connection: Connection, answer: Answer) -> int:
        sent = answer.sent
        if answer.outcome.event == "no_answer":
            self._numbers.doubt(sent.posting.token)
        return outbox.conclude(
            connection,
            self._memory.statements,
            self._memory.owner,
            posting_id=sent.due.posting_id,
            state="sent",
            attempts=sent.attempt,
            attempt_id=sent.attempt_id,
            outcome=answer.outcome,
            now=self._now,
        )

    def send(self, connection: Connection, due: Due) -> Sent | None:
        """Commit a posting as sent, to the folio where its payer is now; None if it is not to be sent after all."""
        payer = self._payer(due)
        if payer is None:
            self._guest_gone(connection, due)
            return None
        room, reservation = payer
        token, attempt = self._numbers.take(), due.attempts + 1
        row = ("sent", "", attempt, token, room, reservation, self._now)
        changed = self._memory.statements.offer.changed(
            connection, (*row, self._memory.owner, due.posting_id, "due", due.attempts)
        )
        if changed != 1:  # a person was faster
            return None
        self._memory.statements.feed.moved(connection, self._memory.owner, due.posting_id, "sent", self._now)
        attempt_id = self._memory.numbers.take(schema.attempts)
        out = (due.posting_id, attempt, self._numbers.pms, token, room, self._now, None, "", "")
        self._memory.statements.add_attempt.many(connection, [(self._memory.owner, attempt_id, *out)])
        posting = posting_of(due, token, room, reservation, self._zone)
        return Sent(posting=posting, due=due, attempt=attempt, attempt_id=attempt_id)

    def _payer(self, due: Due) -> tuple[str, str | None] | None:
        """The folio's room and guest now; a person's word goes before what we know; None if nobody is left to pay."""
        if due.by_hand:
            return due.room, None
        folio = self._memory.occupancy.bill(due.room, due.started_at, tells_rooms=self._tells_rooms)
        return None if folio is None else (folio.room, folio.reservation)

    def _guest_gone(self, connection: Connection, due: Due) -> None:
        row = outbox.posting(connection, self._memory.owner, due.posting_id)
        if row is None or row.state != "due":
            return
        reason = f"the guest who made the call has left room {due.room}"
        hot = self._memory.statements
        outbox.step(connection, hot, row, "guest_gone", now=self._now, reason=reason, hold="guest_left")


class LateAnswer:
    """An answer that came after its posting was put in doubt: the PMS has spoken."""

    records = 0

    def __init__(
        self,
        memory: Memory,
        numbers: WireNumbers,
        *,
        token: int,
        result: Posted | Refused,
        now: int,
        done: Callable[[Due | None, str], None],
    ) -> None:
        self._memory, self._numbers = memory, numbers
        self._token, self._result, self._now, self._done = token, result, now, done

    def work(self, connection: Connection) -> Announce:
        """Settle the doubt, or say that there is none."""
        owner = self._memory.owner
        row = outbox.in_doubt_by_token(connection, owner, self._numbers.pms, self._token)
        if row is None:
            words = self._nobody_asked(connection)
            return lambda: self._done(None, words)
        outbox.conclude(
            connection,
            self._memory.statements,
            owner,
            posting_id=row.id,
            state="in_doubt",
            attempts=row.attempts,
            attempt_id=outbox.last_attempt(connection, owner, row.id),
            outcome=after_late_answer(self._result, row.attempts),
            now=self._now,
        )
        self._numbers.free(self._token)
        self._memory.note(connection, self._now, "foliogate", "in doubt: settled by the PMS's late answer", row.id)
        due = outbox.one_due(connection, owner, row.id)
        return lambda: self._done(due, "")

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """The posting stays in doubt, which a person can settle."""
        Logger().error("a late answer could not be written down: {error!r}", error=error)
        return lambda: self._done(None, f"a late answer to number {self._token} could not be written down")

    def _nobody_asked(self, connection: Connection) -> str:
        """Keep an answer without a posting in doubt: it may tell of a charge that was booked twice."""
        said = "yes" if isinstance(self._result, Posted) else f"no ({self._result.code})"
        words = f"the PMS answered {said} to number {self._token}, which no posting waits for"
        earlier = outbox.posting_by_token(connection, self._memory.owner, self._numbers.pms, self._token)
        if earlier is not None and earlier.attempts > 1 and isinstance(self._result, Posted):
            words += f"; posting {earlier.id} carried it before it was sent again: look at the folio for a double"
        self._memory.note(connection, self._now, "foliogate", words, earlier.id if earlier else None)
        return words


class ReadDue:
    """Read the outbox: at start, and after more was due than the clerk's queue holds."""

    records = 0

    def __init__(
        self, memory: Memory, pms: str, after: int, most: int, done: Callable[[list[Due] | None], None]
    ) -> None:
        self._memory, self._pms, self._after, self._most, self._done = memory, pms, after, most, done

    def work(self, connection: Connection) -> Announce:
        """The next due postings, in order."""
        found = outbox.due_postings(connection, self._memory.owner, self._pms, self._after, self._most)
        return lambda: self._done(found)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Nothing was read; the clerk asks again."""
        Logger().error("the outbox could not be read: {error!r}", error=error)
        return lambda: self._done(None)
