"""What a Nortel Meridian 1 prints for a call: CDR in the old format (FCDR = OLD), a line for each record, CR LF.

The lines are shaped after printed examples. Oddities that are real and kept: no year and no seconds in the start; the digits
of a call out stand behind an `A`, without the code for outside; a call that was handed on is an S and an E record on one
trunk, and the E record names the trunk first whichever way the call went; the number has three digits.

Here it is the number of the call and not of the record, for a writer knows no other call: do not let a reader count it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.simulators.calls import SimulatedCall, later

WIDEST_EXTENSION: Final = 7


def lines(call: SimulatedCall) -> tuple[bytes, ...]:
    """Writes a call as its lines; raises ValueError for an extension that is longer than a number of this exchange."""
    if len(call.extension) > WIDEST_EXTENSION:
        raise ValueError(f"{call.extension!r} has more digits than the {WIDEST_EXTENSION} of an extension.")
    trunk, began, talk = f"T020{call.trunk:03}", call.connected, call.talk_seconds
    if call.direction == "internal":
        return (_line(call, "L", call.extension, call.dialled, began, talk, ""),)
    if call.direction == "in":
        if call.outcome != "answered":
            return (_line(call, "B", trunk, call.extension, call.start, call.ring_seconds, ""),)
        return (_line(call, "N", trunk, call.extension, began, talk, call.dialled),)
    digits = f"A {call.sent}"
    if call.transferred_to is None:
        return (_line(call, "N", call.extension, trunk, began, talk, digits),)
    handed = call.transferred_after
    return (
        _line(call, "S", call.extension, trunk, began, handed, digits),
        _line(call, "E", trunk, call.transferred_to, later(began, handed), talk - handed, ""),
    )


def _line(call: SimulatedCall, kind: str, first: str, second: str, began: datetime, seconds: int, digits: str) -> bytes:
    lasted = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    text = f"{kind} {call.seq % 1000:03} 00 {first:<7} {second:<7} {began:%m/%d %H:%M} {lasted} {digits}"
    return text.rstrip().encode("ascii") + b"\r\n"
