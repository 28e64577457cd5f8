"""What people decide of postings: found on the folio, not there, offer again, release, write off; and of alarms.

A deed comes from another process as a row of `commands`, or from a page of this one; either way it is one job of
the writer, carried out along an arrow of gateway/ledger.py or refused in a sentence, with who and why in the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.acts import ACT_DEEDS
from gateway.audit.days import DAY_DEEDS
from gateway.bills import issuing
from gateway.ledger import DEEDS, REASON_NEEDED, Event, IllegalMove, move
from gateway.posting import days, totals
from gateway.posting.steps import WireNumbers
from gateway.store import (
    alarms,
    call_tags,
    commands,
    limit_deeds,
    log_filters,
    office,
    outbox,
    receipts,
    remarks,
    tags,
)
from gateway.store.commands import Command
from gateway.store.memory import Memory
from gateway.store.resyncs import RESYNC
from gateway.store.rows import Due, PostingRow
from gateway.store.tokens import READ_FEED
from gateway.store.writer import Announce

#: What is held for a person who books it in the PMS himself: it never goes out over the link.
_NEVER_SENT: Final = ("by_hand", "amount_fell")
#: What people decide or ask for elsewhere: about prices and charges, in the room that knows the tariff; about reports and guests.
DECISIONS: Final = (
    "approve",
    "reject",
    "tariff",
    "report",
    "export",
    "exported",
    "erase-guest",
    "export-guest",
    *ACT_DEEDS,
)
#: Carries out one of them: the sentence to keep, and the postings that are due by it.
Decide: TypeAlias = Callable[[Connection, Command, int], tuple[str, list[Due]]]
#: Lets go out what has waited until something else was done: the postings that are due by it.
Free: TypeAlias = Callable[[Connection, int], list[Due]]
#: Answers whoever wants all rooms from the PMS: the sentence to keep, and whether it is asked.
AskRooms: TypeAlias = Callable[[Connection, Command, int], tuple[str, bool]]

#: Writes something down that frees no posting: the sentence to keep.
Keep: TypeAlias = Callable[[Connection, Memory, Command, int], str]
#: The verbs of such commands, and what keeps each.
KEPT: Final[Mapping[str, Keep]] = {
    totals.TOTAL: totals.settle,
    limit_deeds.LIMIT: limit_deeds.carry_out,
    receipts.RECEIPT: receipts.carry_out,
    **dict.fromkeys(DAY_DEEDS, days.carry_out),
    **dict.fromkeys(issuing.DEEDS, issuing.carry_out),
    **dict.fromkeys(remarks.DEEDS, remarks.keep),
    **{deed: where.carry_out for where in (tags, call_tags, office, log_filters) for deed in where.DEEDS},
}


def refuse(row: PostingRow | None, deed: str, room: str | None = None, why: str = "") -> str | None:
    """Why a deed cannot be done to a posting, in a sentence; None if it can. Pure."""
    if row is None:
        return "there is no such posting"
    event = DEEDS.get(deed)
    if event is None:
        return f"'{deed}' is not one of {', '.join(DEEDS)}"
    try:
        after = move(row.state, event)  # type: ignore[arg-type]
    except IllegalMove:
        return f"posting {row.id} is {row.state}; '{deed}' is not for that state"
    backwards = row.amount is not None and row.amount < 0 and row.kind != "reversal"
    if after == "posted" and (row.amount is None or backwards):
        return f"posting {row.id} has no amount that can be on a folio ({row.reason})"
    if after == "due" and (row.amount is None or backwards or row.hold in _NEVER_SENT):
        return f"posting {row.id} has no amount that can be posted ({row.reason}); book it by hand, or write it off"
    if deed in REASON_NEEDED and not why.strip():
        return f"'{deed}' needs a reason, which is kept with your name; posting {row.id} is still {row.state}"
    if after == "due" and row.room is None and room is None:
        return f"posting {row.id} has no room ({row.reason}); name one, or write it off"
    return None


def carry_out(
    connection: Connection, memory: Memory, numbers: WireNumbers | None, command: Command, now: int
) -> tuple[str, Due | None]:
    """Do one deed; returns the sentence to keep and the posting that is due again, if one is."""
    row = outbox.posting(connection, memory.owner, command.posting_id or 0)
    problem = refuse(row, command.deed, command.room, command.why)
    if problem is not None or row is None:
        return problem or "", None
    event: Event = DEEDS[command.deed]
    words = f"{command.deed} by {command.who}: {command.why}" if command.why else f"{command.deed} by {command.who}"
    if command.room is not None:
        words += f" (room {command.room})"
    after = outbox.step(connection, memory.statements, row, event, now=now, reason=words, reference=row.reference)
    if after.state == "due":
        outbox.send_by_hand(connection, memory.statements, row.property, row.id, command.room or row.room or "", now)
    if row.state == "in_doubt" and row.token is not None and numbers is not None:
        numbers.free(row.token)
    if row.kind != "charge":
        limit_deeds.recount(connection, memory, row.reservation, now)
    told = f"{row.state} -> {after.state} ({command.deed})" + (f" to room {command.room}" if command.room else "")
    memory.note(connection, now, command.who, f"{told}: {command.why}" if command.why else told, row.id)
    return f"posting {row.id} is now {after.state}", outbox.one_due(connection, memory.owner, row.id)


class ReadCommands:
    """Look for commands of other processes, and carry them out; then let go out what has waited for them."""

    records = 0

    def __init__(
        self,
        memory: Memory,
        numbers: WireNumbers | None,
        *,
        now: int,
        done: Callable[[list[Due], bool], None],
        decide: Decide | None = None,
        free: Free | None = None,
        rooms: AskRooms | None = None,
    ) -> None:
        """Without `rooms` there is no PMS here to be asked for them: whoever wants that waits for a gateway that has one."""
        self._memory, self._numbers, self._now, self._done = memory, numbers, now, done
        self._decide, self._free, self._rooms = decide, free, rooms

    def work(self, connection: Connection) -> Announce:
        """Carry out what waits; `done` gets the postings due again and whether a resync was asked for."""
        freed: list[Due] = []
        resync = False
        for command in commands.undone(connection, self._memory.owner):
            if command.deed == RESYNC:
                if self._rooms is None:
                    continue
                result, asked = self._rooms(connection, command, self._now)
                resync, due = resync or asked, None
            elif command.deed in KEPT:
                result, due = KEPT[command.deed](connection, self._memory, command, self._now), None
            elif command.deed == READ_FEED:
                self._memory.statements.feed.begin(connection, self._memory.owner)
                result, due = "events are written from now on", None
            elif self._decide is not None and command.deed in DECISIONS:
                result, dues = self._decide(connection, command, self._now)
                freed, due = [*freed, *dues], None
            elif command.deed == alarms.ACKNOWLEDGE:
                result, due = self._acknowledged(connection, command), None
            else:
                result, due = carry_out(connection, self._memory, self._numbers, command, self._now)
            commands.done(connection, self._memory.owner, command.id, self._now, result)
            freed += [due] if due is not None else []
        freed += self._free(connection, self._now) if self._free is not None else []
        return lambda: self._done(freed, resync)

    def _acknowledged(self, connection: Connection, command: Command) -> str:
        number, owner = command.alarm_id or 0, self._memory.owner
        result, done = alarms.acknowledge(connection, owner, number, command.who, command.why, self._now)
        if done:
            note = f": {command.why}" if command.why else ""
            self._memory.note(connection, self._now, command.who, f"alarm {number} acknowledged{note}")
        return result

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """A command that breaks must not stop those behind it: all that wait are answered with the fault."""
        Logger().error("commands could not be carried out: {error!r}", error=error)
        for command in commands.undone(connection, self._memory.owner):
            commands.done(connection, self._memory.owner, command.id, self._now, f"could not be done: {error!r}"[:300])
        return lambda: self._done([], False)
