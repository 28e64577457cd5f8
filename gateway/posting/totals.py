"""What a PMS that acknowledges nothing has booked, told by its own total.

A person reads the total of telephone charges in the PMS for some days and tells it to us. If it equals the sum of what
was handed over in those days and is not settled otherwise, all of it is posted, in one transaction, with who said so; if
it does not, nothing is settled and the difference is told, because a wrong total settles nobody's charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from gateway.ledger import Outcome
from gateway.store import outbox
from gateway.store.commands import Command
from gateway.store.memory import Memory
from gateway.store.reading import money
from gateway.store.rows import PostingRow

#: The deed, as the table of commands names it.
TOTAL: Final = "total"
#: How the sentence of a total that was right begins.
SETTLED: Final = "settled: "


class Total(NamedTuple):
    """The PMS's own total, in minor units, of what it was handed from `since` up to, but not with, `until`."""

    since: int
    until: int
    amount: int

    def subject(self) -> str:
        """As a command carries it."""
        return " ".join(map(str, self))

    @classmethod
    def read(cls, subject: str | None) -> Total | None:
        """Out of a command; None if that is no total."""
        try:
            since, until, amount = map(int, (subject or "").split())
        except ValueError:
            return None
        return cls(since, until, amount)


def judge(rows: Sequence[PostingRow], amount: int) -> str | None:
    """Why a total does not settle these postings, in a sentence; None if it does. Pure."""
    if not rows:
        return "no charge that was handed over in these days is unconfirmable; nothing was settled"
    currencies = {(row.currency, row.decimals) for row in rows}
    if len(currencies) > 1:
        return "the charges of these days are in several currencies; settle them one by one"
    (currency, decimals) = next(iter(currencies))
    ours = sum(row.amount or 0 for row in rows)
    if ours == amount:
        return None
    more = "more" if ours > amount else "less"
    difference = money(abs(ours - amount), decimals)
    return (
        f"the PMS's total is {money(amount, decimals)} {currency}, and {_charges(len(rows))} handed over make "
        f"{money(ours, decimals)} {currency}, {difference} {currency} {more}; nothing was settled"
    )


def settle(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Settle what was handed over if the total agrees; returns the sentence to keep."""
    total = Total.read(command.subject)
    if total is None:
        return "a total needs its days and its amount; nothing was settled"
    if not command.why.strip():
        return "a total needs a reason: where it was read, which is kept with your name; nothing was settled"
    rows = outbox.handed_over(connection, memory.owner, total.since, total.until)
    problem = judge(rows, total.amount)
    if problem is not None:
        return problem
    words = f"{money(total.amount, rows[0].decimals)} {rows[0].currency}"
    reason = f"in the PMS's total of {words}, by {command.who}: {command.why}"
    for row in rows:
        outbox.conclude(
            connection,
            memory.statements,
            memory.owner,
            posting_id=row.id,
            state="unconfirmable",
            attempts=row.attempts,
            attempt_id=outbox.last_attempt(connection, memory.owner, row.id),
            outcome=Outcome(event="in_total", reason=reason, reference=row.reference),
            now=now,
        )
        memory.note(connection, now, command.who, f"unconfirmable -> posted (total): {reason}", row.id)
    return f"{SETTLED}{_charges(len(rows))} of {words} stand in the PMS's total and are posted"


def _charges(number: int) -> str:
    return "1 charge" if number == 1 else f"{number} charges"
