"""Rows of calls and postings, made from what was parsed, priced and ruled."""

from __future__ import annotations

import json
from typing import Any, Final

from gateway.allocation import Allocation
from gateway.helplines import hidden_prefix, hidden_trace
from gateway.instants import to_micros
from gateway.settle import CarrierCost, Free, Price, Priced, Ruling, Wanted
from gateway.store.rows import CallRow, CodesRow, Due, PostingRow, all_clean, clean
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
    uses: str | None = None,
    hidden: str = "",
) -> CallRow:
    """The row of a call as it stands; `cost` is None while it is open, `uses` where the row tells what trunk was held.

    `hidden` says why nobody is shown the number outside (gateway/helplines.py): then the row has none.
    """
    call, charged = joined.call, joined.charged[0] if joined.charged else joined.call
    told = call.warnings or joined.warnings  # joining may add to either
    warnings = "\n".join(dict.fromkeys((*call.warnings, *joined.warnings))) if told else ""
    holders = joined.holders[0] if len(joined.holders) == 1 else " ".join(joined.holders)
    numbers = (None, None, charged.trunk) if hidden else (charged.dialled, call.caller, charged.trunk)
    metered = (charged.trunk_group, charged.aoc_amount, charged.aoc_currency)
    key, reason, who, holders, dialled, caller, trunk, warnings, group, aoc, coin = all_clean(  # type: ignore[assignment]
        (call.call_key, ruling.reason, extension or call.extension, holders, *numbers, warnings, *metered)
    )
    # Plain tuples in the order of the columns: this is done for every record, and a call by names costs as much as
    # pricing the call.
    what = (owner, call_id, source, key, legs, ruling.status, reason, settle_by)
    answered = None if call.answered is None else int(call.answered)
    when = (call.direction, answered, to_micros(call.start), call.ring_seconds, call.talk_seconds)
    whose = (who, holders, dialled, caller, trunk, ruling.room, ruling.department, ruling.reservation)
    line = (warnings, group, charged.pulses, aoc, coin)
    if hidden and carried is not None:
        carried = carried._replace(traces=tuple(hidden_trace(one, hidden) for one in carried.traces))
    bought = _NOT_BOUGHT if carried is None else _bought(carried)
    priced = _hidden_columns(cost, hidden) if hidden else _cost_columns(cost)
    return CallRow._make((*what, *when, *whose, *priced, *line, *bought, uses))


def codes_row(owner: str, call_id: int, one: Allocation) -> CodesRow:
    """The row of the codes of a call."""
    texts = all_clean((one.account_code, one.authorization, one.name, one.person, one.led_to))
    account, authorization, name, person, led_to = (text or "" for text in texts)
    return CodesRow(owner, call_id, account, authorization, name, person, int(one.personal), int(one.known), led_to)


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


def _hidden_columns(cost: Price | None, why: str) -> tuple[Any, ...]:
    """The same of a call whose number nobody is shown."""
    _, number_class, _, *price = _cost_columns(without_number(cost, why) if isinstance(cost, Priced) else cost)
    return (None, number_class, why, *price)


def without_number(cost: Priced, why: str) -> Priced:
    """A price that tells nothing of the number that it was for."""
    traces = tuple(hidden_trace(one, why) for one in cost.traces)
    return cost._replace(prefix=hidden_prefix(cost.prefix), place=why, traces=traces)


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
    kind = "charge" if (wanted.amount or 0) >= 0 else "reversal"
    # By position, as in `call_row`: the fields of PostingRow in their order.
    whose = (ruling.room, ruling.reservation)
    currency, decimals = call.currency or money[0], money[1] if call.decimals is None else call.decimals
    how = (wanted.state, wanted.hold or "", clean(wanted.reason) or "")
    # attempts, token, due_at, by_hand, created, changed, code, words
    never_sent = (0, None, now, int(ruling.by_hand), now, now, "", "")
    return PostingRow._make(
        (
            call.property,
            posting_id,
            call.id,
            part,
            pms,
            *how,
            *whose,
            wanted.amount,
            currency,
            decimals,
            *never_sent,
            kind,
        )
    )


def due_of(row: PostingRow, call: CallRow) -> Due:
    """What the clerk keeps of a posting that is due."""
    money = (row.amount or 0, row.currency, row.decimals)
    call_facts = (call.started_at, call.talk_seconds or 0, call.dialled or "", call.number_class or "unknown")
    way = (row.attempts, row.due_at, row.by_hand)
    return Due._make((row.id, call.id, row.room or "", *money, *way, *call_facts, call.trunk, call.place or ""))
