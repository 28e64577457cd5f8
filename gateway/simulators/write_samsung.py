"""What a Samsung OfficeServ sends for a call: records of 122 or 154 bytes that end with a NUL, one for each who held the call.

The places are counted from 0, as a collector of these records counts them. Oddities that are real and kept: no year; calls in
the house leave nothing; of a call that nobody answered it is not said where it rang, and the duration is that of the ringing;
whoever gets a call handed on has a record without the number that was dialled; the head of a page stands in front of a record
and has no end of its own. The columns that no source explains are left blank.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.simulators.calls import SimulatedCall, later

WIDEST_EXTENSION: Final = 6
ROWS_PER_PAGE: Final = 50
SIZES: Final = ("122", "154")
_RULE: Final = b"=" * 114 + b"\r\n"
HEAD: Final = (
    b"\fSMDR REPORT FOR [SIMULATED HOTEL ]\r\n"
    + _RULE
    + b"      ID EXT    AUTH      MM/DD STT.TIME   DURATION FG DIALED DIGIT       ACCOUNT CODE\r\n"
    + _RULE
)


def records(call: SimulatedCall, size: int) -> tuple[bytes, ...]:
    """Writes a call as its records; raises ValueError for an extension wider than its column."""
    if len(call.extension) > WIDEST_EXTENSION:
        raise ValueError(f"{call.extension!r} is wider than the {WIDEST_EXTENSION} columns of an extension.")
    if not call.trunk:
        return ()
    if call.direction == "in" and call.outcome != "answered":
        return (_record(call, size, "A", call.start, call.ring_seconds, "", ""),)
    began, flag = call.connected, "I" if call.direction == "in" else "O"
    digits = "" if call.direction == "in" else call.dialled
    if call.transferred_to is None:
        return (_record(call, size, flag, began, call.talk_seconds, call.extension, digits),)
    handed = call.transferred_after
    return (
        _record(call, size, f"{flag}T", began, handed, call.extension, digits),
        _record(call, size, "T", later(began, handed), call.talk_seconds - handed, call.transferred_to, ""),
    )


def _record(
    call: SimulatedCall, size: int, flag: str, began: datetime, seconds: int, extension: str, digits: str
) -> bytes:
    text = f"  {call.seq % 1_000_000:>6} {extension:<6} {'':<9} {began:%m/%d %H:%M:%S} {_clock(seconds)} {flag:<2} "
    text += f"{digits[:18]:<18} {'':<17} {'':>10} {call.caller[:16]:<16}"
    if size == 154:
        ring = _clock(call.ring_seconds) if call.direction == "in" else ""
        text = f"{text} {'':<18} {'':<6}{ring:<8}"
    return text.ljust(size - 3).encode("ascii") + b"\r\n\0"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
