"""What a Yate writes for a call: a line of cdrfile for each leg, or with cdrcombine one for the whole call.

Oddities that are real and kept: seconds with thousandths; the legs in either order; text in quotation marks with commas,
bare with tabs; an address with its port where a trunk or a telephone is told by nothing else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.simulators.calls import SimulatedCall

TRUNK: Final = "trunk1:5060"
"""The address of the carrier."""
_BARE: Final = frozenset((0, 6, 7, 8))
_BARE_BEHIND: Final = frozenset((13, 14, 15))


def bill_id(call: SimulatedCall) -> str:
    """What joins the legs of a call."""
    return f"1795200000-{call.seq}"


def legs(call: SimulatedCall, separator: str) -> tuple[bytes, ...]:
    """A call as the lines of its legs."""
    status, reason = _end(call)
    incoming = [*_head(call, 1, _near(call)), "incoming", status, reason]
    outgoing = [*_head(call, 2, _far(call)), "outgoing", status, reason]
    both = (incoming, outgoing) if call.quirk % 2 else (outgoing, incoming)
    return tuple(_line(cells, separator, _BARE) for cells in both)


def whole(call: SimulatedCall, separator: str) -> tuple[bytes, ...]:
    """A call as one line, the leg that was made behind the one that came."""
    status, reason = _end(call)
    talk, ring, lasted = _lengths(call)
    behind = [f"sip/{call.seq * 2 + 1}", _far(call), talk, ring, lasted, reason]
    return (_line([*_head(call, 1, _near(call)), status, reason, *behind], separator, _BARE | _BARE_BEHIND),)


def _head(call: SimulatedCall, leg: int, address: str) -> list[str]:
    caller = call.caller if call.direction == "in" else call.extension
    lengths = _lengths(call)
    return [_epoch(call.start), bill_id(call), f"sip/{call.seq * 2 + leg - 1}", address, caller, call.dialled, *lengths]


def _near(call: SimulatedCall) -> str:
    return TRUNK if call.direction == "in" else f"10.0.0.{call.seq % 250}:5060"


def _far(call: SimulatedCall) -> str:
    return TRUNK if call.direction == "out" else f"10.0.1.{call.seq % 250}:5060"


def _lengths(call: SimulatedCall) -> tuple[str, str, str]:
    """Time talked, time rung, and both."""
    talk = f"{call.talk_seconds}.016" if call.talk_seconds else "0.000"
    return talk, f"{call.ring_seconds}.003", f"{call.ring_seconds + call.talk_seconds}.021"


def _end(call: SimulatedCall) -> tuple[str, str]:
    if call.outcome == "answered":
        return "answered", ""
    return ("ringing", "Busy Here") if call.outcome == "busy" else ("ringing", "Cancelled")


def _epoch(at: datetime) -> str:
    return f"{int(at.timestamp())}.{at.microsecond // 1000:03}"


def _line(cells: list[str], separator: str, bare: frozenset[int]) -> bytes:
    shown = cells if separator == "\t" else [c if at in bare else f'"{c}"' for at, c in enumerate(cells)]
    return separator.join(shown).encode() + b"\n"
