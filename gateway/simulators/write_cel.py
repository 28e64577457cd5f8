"""What an Asterisk's channel event log says of a call: rows of cel_custom, of two channels, in the order of the events.

Only the events that are commonly logged; the columns are those of the template that ships with Asterisk. A call that is
handed on blindly says so in an event, and the trunk's channel goes on after the caller's has hung up.
"""

from __future__ import annotations

from datetime import datetime

from gateway.simulators.calls import SimulatedCall, later


def linked_id(call: SimulatedCall) -> str:
    """What joins the events of a call: the unique id of its first channel."""
    return f"{int(call.start.timestamp())}.{call.seq * 4}"


def rows(call: SimulatedCall) -> tuple[bytes, ...]:
    """A call as rows."""
    inward = call.direction == "in"
    trunk = f"PJSIP/trunk{(call.trunk - 1) // 15 + 1}"
    station = f"PJSIP/{call.extension}"
    near = trunk if inward else station
    far = station if inward else trunk if call.trunk else f"PJSIP/{call.dialled}"
    moved = call.transferred_to
    handed = later(call.connected, call.transferred_after)
    told: list[tuple[str, datetime, int, str]] = [
        ("CHAN_START", call.start, 0, ""),
        ("APP_START", call.start, 0, ""),
        ("CHAN_START", call.start, 1, ""),
    ]
    if call.outcome == "answered":
        told += [("ANSWER", call.connected, 1, ""), ("ANSWER", call.connected, 0, "")]
    if moved is not None:
        told += [("BLINDTRANSFER", handed, 0, f'{{""extension"":""{moved}"",""context"":""rooms""}}')]
    told += [("HANGUP", handed if moved is not None else call.end, 0, ""), ("HANGUP", call.end, 1, "")]
    told += [("LINKEDID_END", call.end, 1, "")]
    return tuple(_row(call, (near, far)[side], event, at, side, extra) for event, at, side, extra in told)


def _row(call: SimulatedCall, name: str, event: str, at: datetime, side: int, extra: str) -> bytes:
    caller = call.caller if call.direction == "in" else call.extension
    unique = f"{int(call.start.timestamp())}.{call.seq * 4 + side}"
    cells = [
        event,
        f"{at:%Y-%m-%d %H:%M:%S}",
        "",
        call.dialled if side else caller,
        "",
        "",
        "",
        call.dialled,
        "rooms",
        f"{name}-{call.seq * 4 + side:08x}",
        "AppDial" if side else "Dial",
        "(Outgoing Line)" if side else "",
        "3",
        "HOTEL",
        unique,
        linked_id(call),
        "",
        "",
        "",
        extra,
    ]
    return (",".join(f'"{cell}"' for cell in cells) + "\n").encode()
