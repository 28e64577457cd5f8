"""Making a bill final, printing it again, looking at an old one: deeds of people, carried out by the one writer, told in the audit trail.

A final bill gets a number and keeps what it held. Who asks again for a bill that would hold the same is told to print a copy;
one that would hold something else is a new bill, which says which one it replaces. Nothing of a charge is changed.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from gateway.bills.bill import Bill, total
from gateway.bills.keeping import bill_now, frozen
from gateway.languages.catalogues import language_of
from gateway.store import billing
from gateway.store.commands import Command, number_in
from gateway.store.memory import Memory
from gateway.store.rows import clean
from rating.money import format_amount

#: Makes the bill of a stay final: the subject is the stay's number, a language and a scope, "12 de phone".
FINAL: Final = "final-bill"
#: Prints a final bill once more: the subject is its number.
COPY: Final = "copy-bill"
#: Looks at the bill of a guest who has left, with a reason: the subject is the stay's number.
LOOK: Final = "look-bill"
DEEDS: Final = (FINAL, COPY, LOOK)
#: What a bill holds: all that was charged, or the telephone calls alone.
SCOPES: Final = ("all", "phone")


def carry_out(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Do one of the deeds; returns the sentence to keep."""
    first, second, third = f"{command.subject or ''}  ".split(" ")[:3]
    number = number_in(first)
    if command.deed == FINAL:
        scope = third if third in SCOPES else SCOPES[0]
        return _final(connection, memory, number, (language_of(second), scope), command.who, now)
    if command.deed == LOOK:
        return _look(connection, memory, number, command, now)
    return _copy(connection, memory, number, command.who, now)


def _final(connection: Connection, memory: Memory, stay_id: int, how: tuple[str, str], who: str, now: int) -> str:
    """Make a bill final in a language and a scope."""
    owner = memory.owner
    bill = bill_now(connection, owner, stay_id, now)
    if bill is None:
        return f"there is no stay {stay_id}"
    bill = bill.calls_alone() if how[1] == "phone" else bill
    if not bill.lines:
        return "nothing was charged to this stay, so there is no bill to make final"
    if len(bill.currencies) > 1:
        return "the charges of this stay are in several currencies; print the interim bill, and settle each by itself"
    last = _last(connection, owner, bill, how[1])
    content = frozen(bill)
    if last is not None and last["content"] == content:
        return f"final bill {last['id']} says the same; print a copy of it"
    number = billing.next_bill(connection, owner)
    _write(connection, owner, number, bill, content, how, None if last is None else last["id"], who, now)
    billing.add_print(connection, owner, number, now, clean(who) or "")
    ((currency, decimals),) = bill.currencies
    amount = format_amount(total(bill.lines).gross, decimals)
    replaced = f", in the place of bill {last['id']}" if last is not None else ""
    told = f"final bill {number} of room {bill.stay.rooms[-1]} made: {amount} {currency}{replaced}"
    memory.note(connection, now, who, told)
    return told


def _last(connection: Connection, owner: str, bill: Bill, scope: str) -> dict[str, object] | None:
    """The newest final bill of this very stay and scope."""
    made = billing.bills_of(connection, owner, bill.stay.reservation)
    mine = [one for one in made if one["stay_id"] in bill.stay.numbers and one["scope"] == scope]
    return mine[-1] if mine else None


def _write(
    connection: Connection,
    owner: str,
    number: int,
    bill: Bill,
    content: str,
    how: tuple[str, str],
    replaces: object,
    who: str,
    now: int,
) -> None:
    ((currency, decimals),) = bill.currencies
    row = {
        "id": number,
        "stay_id": bill.stay.number,
        "reservation": bill.stay.reservation,
        "room": bill.stay.rooms[-1],
        "made_at": now,
        "made_by": clean(who),
        "replaces": replaces,
        "language": how[0],
        "scope": how[1],
        "currency": currency,
        "decimals": decimals,
        "amount": total(bill.lines).gross,
        "content": content,
    }
    billing.add_bill(connection, owner, row)


def _copy(connection: Connection, memory: Memory, number: int, who: str, now: int) -> str:
    if billing.bill(connection, memory.owner, number) is None:
        return f"there is no final bill {number}"
    copy = billing.add_print(connection, memory.owner, number, now, clean(who) or "")
    memory.note(connection, now, who, f"copy {copy} of final bill {number} made")
    return f"copy {copy} of final bill {number} is ready to be printed"


def _look(connection: Connection, memory: Memory, number: int, command: Command, now: int) -> str:
    rows = billing.stay_rows(connection, memory.owner, number)
    room = next((row["room"] for row in rows if row["id"] == number), None)
    if room is None:
        return f"there is no stay {number}"
    if not command.why.strip():
        return "looking at the bill of a guest who has left needs a reason"
    told = f"looked at the bill of a guest who has left room {room} (stay {number})"
    memory.note(connection, now, command.who, f"{told}: {command.why}")
    return told
