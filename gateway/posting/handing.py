"""Postings handed over at our door: to a program that books them and says so, where the PMS is that program.

No byte is sent to anybody here: the program takes what is due (`due -> sent`, one commit, an attempt and a number as on any
link), and acknowledges each (`sent -> posted` or `refused`). What was taken is never offered again as new. What is not
acknowledged in time is in doubt, because it may be booked; a later acknowledgement settles that by itself, as a late
answer does.

Of a posting that goes to its PMS by another way an acknowledgement is a note in the audit trail and nothing more: whether
it is on the folio is for the PMS to say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.instants import SECOND
from gateway.ledger import Outcome, after_attempt, after_late_answer
from gateway.posting.steps import Sent, Step, WireNumbers
from gateway.store import outbox
from gateway.store.memory import Memory
from gateway.store.rows import PostingRow
from gateway.store.writer import Announce
from gateway.wishes import Said
from pms_adapters.posting import InDoubt, Posted, Refused

#: A refusal at the door has words and no code of a PMS.
NO_CODE: Final = ""


class Counter:
    """Where postings are handed over. Everything here runs inside the writer's transaction."""

    def __init__(
        self,
        memory: Memory,
        numbers: WireNumbers,
        *,
        zone: Callable[[datetime], datetime],
        patience: float,
        tells_rooms: bool,
    ) -> None:
        self._memory, self._numbers, self._zone, self._patience = memory, numbers, zone, patience
        self._tells_rooms = tells_rooms

    @property
    def pms(self) -> str:
        """The PMS that is a program at the door."""
        return self._numbers.pms

    def hand_over(self, connection: Connection, most: int, now: int) -> list[int]:
        """Give out postings that are due, oldest first; their numbers."""
        due = outbox.due_postings(connection, self._memory.owner, self.pms, 0, most)
        return [one.posting_id for one in due if one.due_at <= now and self._sent(connection, now, one) is not None]

    def _sent(self, connection: Connection, now: int, due: Any) -> Sent | None:
        step = Step(
            self._memory,
            self._numbers,
            answer=None,
            offer=due,
            now=now,
            zone=self._zone,
            tells_rooms=self._tells_rooms,
            done=lambda _sent, _again: None,
        )
        return step.send(connection, due)

    def settle(self, connection: Connection, row: PostingRow, said: Said, now: int) -> str:
        """What a program says of a posting that it took; the sentence for it."""
        answer = (
            Posted(said.reference)
            if said.outcome == "booked"
            else Refused(NO_CODE, said.reason or "no reason was given")
        )
        late = row.state == "in_doubt"
        outcome = after_late_answer(answer, row.attempts) if late else after_attempt(answer, row.attempts)
        self._conclude(connection, row, outcome, now)
        if late and row.token is not None:
            self._numbers.free(row.token)
        return f"posting {row.id} is now {'posted' if said.outcome == 'booked' else 'refused'}"

    def doubt_the_silent(self, connection: Connection, now: int) -> list[int]:
        """Put in doubt what was taken and not acknowledged in time."""
        doubted = []
        for row in outbox.sent_before(connection, self._memory.owner, self.pms, now - int(self._patience * SECOND)):
            why = f"it was taken and not acknowledged within {self._patience:g} s: it may be booked"
            self._conclude(connection, row, after_attempt(InDoubt(why), row.attempts), now)
            if row.token is not None:
                self._numbers.doubt(row.token)
            doubted.append(row.id)
        return doubted

    def _conclude(self, connection: Connection, row: PostingRow, outcome: Outcome, now: int) -> None:
        outbox.conclude(
            connection,
            self._memory.statements,
            self._memory.owner,
            posting_id=row.id,
            state=row.state,  # type: ignore[arg-type]
            attempts=row.attempts,
            attempt_id=outbox.last_attempt(connection, self._memory.owner, row.id),
            outcome=outcome,
            now=now,
        )


def acknowledge(
    connection: Connection, memory: Memory, counter: Counter | None, said: Said, who: str, now: int
) -> dict[str, Any]:
    """Carry out what a program says of one posting; what became of it."""
    row = outbox.posting(connection, memory.owner, said.id)
    if row is None:
        return {"id": said.id, "result": "unknown", "state": None, "sentence": f"there is no posting {said.id}"}
    words = f"{said.outcome} by {who}" + "".join(f", {one}" for one in (said.reference, said.reason) if one)
    ours = counter is not None and row.pms == counter.pms
    if counter is not None and ours and row.state in ("sent", "in_doubt"):
        sentence, result = counter.settle(connection, row, said, now), "settled"
    elif ours and row.state != "posted":
        sentence, result = (
            f"posting {row.id} is {row.state}: it was not handed over, so nothing was changed",
            "unchanged",
        )
    else:
        sentence, result = f"noted of posting {row.id}, which is {row.state}; nothing else was changed", "noted"
    memory.note(connection, now, who, f"at the door: {words}; {sentence}", row.id)
    state = outbox.posting(connection, memory.owner, said.id)
    return {"id": row.id, "result": result, "state": state.state if state else None, "sentence": sentence}


class DoubtTheSilent:
    """Look for postings that were taken and not acknowledged."""

    records = 0

    def __init__(self, memory: Memory, counter: Counter, now: int) -> None:
        self._memory, self._counter, self._now = memory, counter, now

    def work(self, connection: Connection) -> Announce:
        """Put them in doubt, each with a word in the audit trail."""
        for number in self._counter.doubt_the_silent(connection, self._now):
            words = "in doubt: taken at the door, and not acknowledged in time"
            self._memory.note(connection, self._now, "foliogate", words, number)
        return lambda: None

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """They stay sent, and are looked for again."""
        Logger().error("what was taken at the door could not be looked through: {error!r}", error=error)
        return lambda: None
