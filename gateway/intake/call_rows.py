"""Rows of calls and postings, made from what was parsed, priced and ruled."""

from __future__ import annotations

import json
from typing import Any, Final

from gateway.instants import to_micros
from gateway.ledger import Hold
from gateway.settle import CarrierCost, Free, Price, Priced, Ruling, Wanted
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
    carried: CarrierCost | None = None,
) -> CallRow:
    """The row of a call as it stands; `cost` is None while it is open."""
    call, charged = joined.call, joined.charged[0] if joined.charged else joined.call
    told = call.warnings or joined.warnings  # joining may add to either
    warnings = clean("\n".join(dict.fromkeys((*call.warnings, *joined.warnings)))) if told else ""
    metered = (clean(charged.trunk_group), charged.pulses, clean(charged.aoc_amount), clean(charged.aoc_currency))
    # Plain tuples in the order of the columns: this is done for every record, and a call by names costs as much
    # as pricing the call.
    what = (owner, call_id, source, clean(call.call_key), legs, ruling.status, clean(ruling.reason) or "", settle_by)
    answered = None if call.answered is None else int(call.answered)
    when = (call.direction, answered, to_micros(call.start), call.ring_seconds, call.talk_seconds)
    holders = joined.holders[0] if len(joined.holders) == 1 else " ".join(joined.holders)
    numbers = (clean(charged.dialled), clean(call.caller), clean(charged.trunk))
    whose = (ruling.room, ruling.department, ruling.reservation)
    who = (clean(extension or call.extension), clean(holders) or "", *numbers, *whose)
    bought = _NOT_BOUGHT if carried is None else _bought(carried)
    return CallRow._make((*what, *when, *who, *_cost_columns(cost), warnings or "", *metered, *bought))


_NOT_BOUGHT: Final = (None,) * 7
_NO_PRICE: Final = (None,) * 10
#: Traces as the store keeps them.
trace_text: Final = json.JSONEncoder(separators=(",", ":")).encode


def _cost_columns(cost: Price | None) -> tuple[Any, ...]:
    """What was found out of the number and the price: the columns from `number` to `trace`."""
    number = cost.number if cost is not None else None
    if cost is None or number is None:
        return (None, None, None, *_NO_PRICE)
    if not isinstance(cost, Priced):
        kind = None if _not_dialled(cost) else number.number_class
        return (number.e164, kind, number.place, *_NO_PRICE)
    price = (cost.amount, cost.net, cost.tax, cost.currency, cost.decimals)
    rule = (cost.tariff, cost.version, cost.prefix, cost.billed_seconds, trace_text(cost.traces))
    return (number.e164, number.number_class, cost.place, *price, *rule)


def _bought(one: CarrierCost) -> tuple[Any, ...]:
    """What the carrier asks: the columns from `carrier` to `cost_trace`."""
    money = (one.amount, one.currency, one.decimals)
    return (one.carrier, *money, one.tariff, one.version, trace_text(one.traces))


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
        kind="charge" if (wanted.amount or 0) >= 0 else "reversal",
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
