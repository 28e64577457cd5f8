"""Calls that were paid at a till: the receipt that the PMS or the POS gave, written down beside the call.

No money is taken here. What was withheld (a no-post guest, a guest who left) and a booth's call are paid where the house has its
till; the receipt's number ties the two together, and what had been going to the folio is let go by it, once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection, insert, select

from gateway.ledger import ARROWS
from gateway.store import outbox, records, schema, shares
from gateway.store.commands import Command
from gateway.store.rows import PostingRow, clean
from rating.money import format_amount

if TYPE_CHECKING:
    from gateway.store.memory import Memory

_t = schema.receipts.c

#: The verb of the command, and what the sentence of one that was carried out begins with.
RECEIPT: Final = "receipt"
KEPT: Final = "paid at the till"
#: Where money is taken.
TILLS: Final = ("PMS", "POS")
LONGEST: Final = 40
#: States of a charge that is not on its way to a folio and not on one.
_UNSENT: Final = frozenset(state for state, event in ARROWS if event == "written_off") - {"in_doubt", "unconfirmable"}


class Receipt(NamedTuple):
    """A receipt as the store has it."""

    id: int
    at: int
    call_id: int
    till: str
    receipt: str
    amount: int
    currency: str
    decimals: int
    who: str


_WHOLE: Final = select(*[_t[name] for name in Receipt._fields])


def subject(call_id: int, till: str, receipt: str) -> str:
    """What a command about a receipt is about."""
    return json.dumps({"call": call_id, "till": till, "receipt": receipt})


def payable(parts: Sequence[PostingRow]) -> bool:
    """Whether nothing of a call is on a folio or may be: only then can it be paid at the till. Pure."""
    return all(one.state in _UNSENT for one in parts if one.state != "written_off")


def of_calls(connection: Connection, owner: str, calls: Sequence[int]) -> dict[int, Receipt]:
    """The receipts of these calls."""
    if not calls:
        return {}
    rows = connection.execute(_WHOLE.where(_t.property == owner, _t.call_id.in_(calls)))
    return {row.call_id: Receipt(*row) for row in rows}


def carry_out(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Write a receipt down; the sentence to keep."""
    try:
        found = json.loads(command.subject or "")
        call_id, till, receipt = int(found["call"]), str(found["till"]), clean(str(found["receipt"]).strip()) or ""
    except (ValueError, KeyError, TypeError):
        return "not done: the receipt cannot be read"
    if till not in TILLS or not 0 < len(receipt) <= LONGEST:
        return "not done: a receipt has a number, and is of the PMS or of the POS"
    owner = memory.owner
    call = records.call(connection, owner, call_id)
    if call is None or call.amount is None:
        return f"not done: there is no call {call_id} with a price"
    known = of_calls(connection, owner, [call_id]).get(call_id)
    if known is not None:
        return f"not done: call {call_id} is paid already, receipt {known.receipt}"
    if shares.of_call(connection, owner, call_id):
        return _shared(call_id)
    parts = [one for one in outbox.of_call(connection, owner, call_id) if one.state != "written_off"]
    stuck = next((one for one in parts if one.state not in _UNSENT), None)
    if stuck is not None:
        return f"not done: posting {stuck.id} of this call is {stuck.state}; what is on the folio is paid with the bill, or made void"
    paid = sum(one.amount or 0 for one in parts) if parts else call.amount
    words = f"{KEPT}: receipt {receipt} of the {till}"
    for row in parts:
        outbox.step(connection, memory.statements, row, "written_off", now=now, reason=words)
        memory.note(connection, now, command.who, f"{row.state} -> written_off ({words})", row.id)
    money = (call.currency or "", call.decimals or 0)
    number = memory.numbers.take(schema.receipts)
    row_of = Receipt(number, now, call_id, till, receipt, paid, *money, clean(command.who) or "")
    connection.execute(insert(schema.receipts).values(property=owner, **row_of._asdict()))
    told = f"{words}, {format_amount(paid, money[1])} {money[0]}"
    memory.note(
        connection,
        now,
        command.who,
        f"call {call_id} {told}: {command.why}" if command.why else f"call {call_id} {told}",
    )
    return told


def _shared(call_id: int) -> str:
    """A receipt is for all of a call: it would let go what the other holders pay."""
    return (
        f"not done: several holders share call {call_id}: make the share void that was paid, and write the receipt's "
        f"number as the reason"
    )
