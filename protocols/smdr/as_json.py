"""One record as a JSON object, with the names that the database, the web API and the exports use."""

from __future__ import annotations

from datetime import datetime

from protocols.framing import MAX_RECORD
from protocols.records import CallRecord, Furniture, HotelEvent, Parsed, Unparsed
from protocols.smdr.carrying import bare
from protocols.text import printable


def as_json(parsed: Parsed, raw: bytes, line: int) -> dict[str, object]:
    """Describe a parsed record; `raw` is shown as printable text, as it came, `line` is where it began in the input.

    A call has every field of a call, absent ones as None; the rest has its reason.
    """
    head: dict[str, object] = {"kind": _KINDS[type(parsed)], "raw": printable(bare(raw), MAX_RECORD), "line": line}
    if isinstance(parsed, CallRecord):
        return head | _call(parsed)
    if isinstance(parsed, HotelEvent):
        return head | {
            "reason": parsed.reason,
            "at": _instant(parsed.at),
            "extension": parsed.extension,
            "code": parsed.code,
        }
    return head | {"reason": parsed.reason}


_KINDS = {CallRecord: "call", HotelEvent: "event", Furniture: "furniture", Unparsed: "unparsed"}


def _call(call: CallRecord) -> dict[str, object]:
    return {
        "direction": call.direction,
        "answered": call.answered,
        "start": _instant(call.start),
        "end": _instant(call.end),
        "time_basis": call.time_basis,
        "ring_seconds": call.ring_seconds,
        "talk_seconds": call.talk_seconds,
        "hold_seconds": call.hold_seconds,
        "park_seconds": call.park_seconds,
        "extension": call.extension,
        "dialled": call.dialled,
        "caller": call.caller,
        "did": call.did,
        "trunk": call.trunk,
        "trunk_in": call.trunk_in,
        "trunk_out": call.trunk_out,
        "trunk_group": call.trunk_group,
        "group_in": call.group_in,
        "group_out": call.group_out,
        "account_code": call.account_code,
        "authorization_code": call.authorization_code,
        "call_key": call.call_key,
        "leg_key": call.leg_key,
        "more_follows": call.more_follows,
        "sequence": call.sequence,
        "pulses": call.pulses,
        "aoc_amount": call.aoc_amount,
        "aoc_currency": call.aoc_currency,
        "condition": call.condition,
        "warnings": list(call.warnings),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
