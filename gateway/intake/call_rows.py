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
    joined: JoinedCall,
    cost: Price | None,
    extension: str | None,
    ruling: Ruling,
    settle_by: int | None = None,
) -> CallRow:
    """The row of a call as it stands; `cost` is None while it is open."""
    call = joined.call
    priced = cost if isinstance(cost, Priced) else None
    number = cost.number if cost is not None else None
    return CallRow(
        property=owner,
        id=call_id,
        source=source,
        call_key=clean(call.call_key),
        legs=joined.legs,
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
        dialled=clean(joined.charged[0].dialled if joined.charged else call.dialled),
        caller=clean(call.caller),
        trunk=clean(joined.charged[0].trunk if joined.charged else call.trunk),
        room=ruling.room,
        department=ruling.department,
        reservation=ruling.reservation,
        number=number.e164 if number else None,
        number_class=number.number_class if number and not _not_dialled(cost) else None,
        place=priced.place if priced else (number.place if number else None),
        amount=priced.amount if priced else None,
        net=priced.net if priced else None,
        tax=priced.tax if priced else None,
        currency=priced.currency if priced else None,
        decimals=priced.decimals if priced else None,
        tariff=priced.tariff if priced else None,
        tariff_version=priced.version if priced else None,
        prefix=priced.prefix if priced else None,
        billed_seconds=priced.billed_seconds if priced else None,
        trace=json.dumps(priced.traces, separators=(",", ":")) if priced else None,
        warnings=clean("\n".join(dict.fromkeys((*call.warnings, *joined.warnings)))) or "",
    )


def _not_dialled(cost: Price | None) -> bool:
    """True for calls whose digits are not ours: the class of an incoming caller's number means nothing."""
    return isinstance(cost, Free) and cost.code in ("incoming", "tandem")


def posting_row(
    posting_id: int, call: CallRow, ruling: Ruling, wanted: Wanted, part: int, now: int, pms: str, money: tuple[str, int]
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
        started_at=call.started_at,
        talk_seconds=call.talk_seconds or 0,
        dialled=call.dialled or "",
        number_class=call.number_class or "unknown",
        trunk=call.trunk,
        place=call.place or "",
    )
