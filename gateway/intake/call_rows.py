"""Rows of calls and postings, made from what was parsed, priced and ruled."""

from __future__ import annotations

import json

from gateway.instants import to_micros
from gateway.ledger import Hold
from gateway.settle import Free, Price, Priced, Ruling, Wanted
from gateway.store.rows import CallRow, Due, PostingRow, clean
from protocols.records import JoinedCall


def call_row(
    owner: str,
    call_id: int,
    source: str,
    legs: int,
    joined: JoinedCall,
    cost: Price | None,
    extension: str | None,
    ruling: Ruling,
    settle_by: int | None = None,
) -> CallRow:
    """The row of a call as it stands; `cost` is None while it is open."""
    call, charged = joined.call, joined.charged[0] if joined.charged else joined.call
    row = CallRow(
        property=owner,
        id=call_id,
        source=source,
        call_key=clean(call.call_key),
        legs=legs,
        status=ruling.status,
        reason=clean(ruling.reason) or "",
        settle_by=settle_by,
        direction=call.direction,
        answered=None if call.answered is None else int(call.answered),
        started_at=to_micros(call.start),
        ring_seconds=call.ring_seconds,
        talk_seconds=call.talk_seconds,
        extension=clean(extension or call.extension),
        holders=clean(" ".join(joined.holders)) or "",
        dialled=clean(charged.dialled),
        caller=clean(call.caller),
        trunk=clean(charged.trunk),
        room=ruling.room,
        department=ruling.department,
        reservation=ruling.reservation,
        warnings=clean("\n".join(dict.fromkeys((*call.warnings, *joined.warnings)))) or "",
    )
    return row if cost is None else _with_cost(row, cost)


def _with_cost(row: CallRow, cost: Price) -> CallRow:
    """The row with what was found out of the number and the price."""
    number = cost.number
    if number is not None:
        kind = None if _not_dialled(cost) else number.number_class
        row = row._replace(number=number.e164, number_class=kind, place=number.place)
    if not isinstance(cost, Priced):
        return row
    return row._replace(
        place=cost.place,
        amount=cost.amount,
        net=cost.net,
        tax=cost.tax,
        currency=cost.currency,
        decimals=cost.decimals,
        tariff=cost.tariff,
        tariff_version=cost.version,
        prefix=cost.prefix,
        billed_seconds=cost.billed_seconds,
        trace=json.dumps(cost.traces, separators=(",", ":")),
    )


def _not_dialled(cost: Price) -> bool:
    """True for calls whose digits are not ours: the class of an incoming caller's number means nothing."""
    return isinstance(cost, Free) and cost.code in ("incoming", "tandem")


def posting_row(
    posting_id: int,
    call: CallRow,
    ruling: Ruling,
    wanted: Wanted,
    part: int,
    now: int,
    pms: str,
    money: tuple[str, int],
) -> PostingRow:
    """The row of a posting that a ruling asks for; `money` is the house's currency and its decimals."""
    hold: Hold | str = wanted.hold or ""
    return PostingRow(
        property=call.property,
        id=posting_id,
        call_id=call.id,
        part=part,
        pms=pms,
        state=wanted.state,
        hold=hold,
        reason=clean(wanted.reason) or "",
        room=ruling.room,
        reservation=ruling.reservation,
        amount=wanted.amount,
        currency=call.currency or money[0],
        decimals=money[1] if call.decimals is None else call.decimals,
        attempts=0,
        token=None,
        due_at=now,
        by_hand=0,
        created_at=now,
        changed_at=now,
        code="",
        reference="",
    )


def due_of(row: PostingRow, call: CallRow) -> Due:
    """What the clerk keeps of a posting that is due."""
    return Due(
        posting_id=row.id,
        call_id=call.id,
        room=row.room or "",
        amount=row.amount or 0,
        currency=row.currency,
        decimals=row.decimals,
        attempts=row.attempts,
        due_at=row.due_at,
        by_hand=row.by_hand,
        started_at=call.started_at,
        talk_seconds=call.talk_seconds or 0,
        dialled=call.dialled or "",
        number_class=call.number_class or "unknown",
        trunk=call.trunk,
        place=call.place or "",
    )
