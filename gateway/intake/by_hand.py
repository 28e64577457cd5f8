"""A charge that no exchange told of, entered at the desk: a fax, a call that the operator dialled.

It goes the way of every charge: a record (of the desk, with what was entered as its bytes), a call made of it, a posting.
So every sum holds, and the audit trail leads from the folio to the person.
"""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from sqlalchemy import Connection

from gateway.acts import DESK
from gateway.store import records, schema
from gateway.store.memory import Memory
from gateway.store.rows import CallRow, PostingRow, RecordRow, clean, fresh_posting
from rating.taxes import Tax, layers, levied

#: The class of number of what is charged by hand, in lists and sums and in the `outlet` of a PMS.
MANUAL: Final = "manual"


class Entered(NamedTuple):
    """What was entered: who pays how much (tax included, `tax` in millionths of the net amount), for what, by whom."""

    room: str
    amount: int
    currency: str
    decimals: int
    tax: int
    words: str
    who: str
    house_account: bool
    pms: str


def enter(
    connection: Connection, memory: Memory, one: Entered, now: int, *, tells_rooms: bool
) -> tuple[CallRow, PostingRow]:
    """Write record, call and posting; the posting is due."""
    owner, number = memory.owner, memory.numbers.take(schema.records)
    folio = None if one.house_account else memory.occupancy.bill(one.room, now, tells_rooms=tells_rooms)
    call = _call(owner, number, one, None if folio is None else folio.reservation, now)
    segment = memory.numbers.take(schema.segments)
    records.open_segment(connection, owner, segment, DESK, "connection", "", now)
    line = RecordRow(owner, number, segment, 1, DESK, now, "call", "", "", number, _bytes(one))
    posting = fresh_posting(
        call,
        memory.numbers.take(schema.postings),
        one.pms,
        now,
        amount=one.amount,
        money=(one.currency, one.decimals),
        reservation=call.reservation,
        reason=f"by hand, {one.who}",
    )._replace(by_hand=int(one.house_account))
    hot = memory.statements
    hot.add_record.many(connection, [line])
    hot.add_call.many(connection, [call])
    hot.feed.calls(connection, now, [call], [])
    memory.add_postings(connection, [posting], now)
    if call.reservation is not None:
        memory.stay_limits.recount.add(call.reservation)
    return call, posting


def _bytes(one: Entered) -> bytes:
    """What was entered, as the record keeps it."""
    said = {"room": one.room, "amount": one.amount, "currency": one.currency, "words": one.words, "by": one.who}
    return json.dumps(said).encode()


def _call(owner: str, number: int, one: Entered, reservation: str | None, now: int) -> CallRow:
    net, taxes, _ = levied(one.amount, layers((Tax(share=one.tax, included=True),), one.decimals), "half-up")
    return CallRow(
        property=owner,
        id=number,
        source=DESK,
        call_key=None,
        legs=1,
        status="charge",
        reason=clean(f"by hand, {one.who}: {one.words}") or "",
        settle_by=None,
        direction="out",
        answered=None,
        started_at=now,
        ring_seconds=None,
        talk_seconds=None,
        extension=None,
        holders="",
        dialled=None,
        caller=None,
        trunk=None,
        room=clean(one.room),
        department=None,
        reservation=reservation,
        number_class=MANUAL,
        place=clean(one.words),
        amount=one.amount,
        net=net,
        tax=sum(taxes),
        currency=one.currency,
        decimals=one.decimals,
        tariff="",
        tariff_version="",
        trace="[]",
        trunk_uses="[]",
    )
