"""What an Avaya IP Office sends for a call: SMDR, one line per segment of the call, CR LF, commas, no quotes.

The layout is that of the appendix "SMDR" of the IP Office Manager guide; 30 fields is what releases 4.2 to 8 send,
35 what release 11 sends (with the addresses of the servers and the record's time in UTC). Oddities that are real and
kept: NUL bytes ahead of the first record of a connection; a transferred call in two segments under one call id, of
which the second repeats the original start; call ids that count from 1 000 000 and start over when the box restarts.
The advice-of-charge fields stay empty, as in a hotel that prices calls itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

from gateway.simulators.calls import SimulatedCall, later

FIRST_CALL_ID: Final = 1_000_000
CONNECT_NOISE: Final = b"\x00" * 4
"""NUL bytes seen ahead of the first record of a connection."""
HOLD_AT_MOST: Final = 5
"""Seconds a caller is parked on hold while the call is handed on."""


def call_id(call: SimulatedCall) -> str:
    """The call id that joins the segments of a call."""
    return str(FIRST_CALL_ID + call.seq)


def lines(call: SimulatedCall, fields: Literal[30, 35] = 30, own_start: bool = False) -> tuple[bytes, ...]:
    """Writes a call as its segments; with `own_start` the second segment has its own start, as some releases write."""
    if call.transferred_to is None:
        return (_line(call, fields, call.extension, call.start, call.ring_seconds, call.talk_seconds),)
    before, after = call.transferred_after, call.talk_seconds - call.transferred_after
    second_start = later(call.connected, before) if own_start else call.start
    return (
        _line(call, fields, call.extension, call.start, call.ring_seconds, before, more=True),
        _line(call, fields, call.transferred_to, second_start, 0, after),
    )


def _line(
    call: SimulatedCall,
    fields: Literal[30, 35],
    holder: str,
    start: datetime,
    ring: int,
    talk: int,
    more: bool = False,
) -> bytes:
    inward = call.direction == "in"
    parties = (*_station(holder), *_other_side(call))
    ended = later(call.connected, talk) if more else call.end
    row = [
        f"{start:%Y/%m/%d %H:%M:%S}",
        f"{talk // 3600:02}:{talk // 60 % 60:02}:{talk % 60:02}",
        str(ring),
        call.caller if inward else call.extension,
        "I" if inward else "O",
        call.dialled,
        call.dialled,
        "",
        "1" if call.direction == "internal" else "0",
        call_id(call),
        "1" if more else "0",
        *parties,
        str(min(HOLD_AT_MOST, talk)) if more else "0",
        "0",
        *([""] * 13),
    ]
    if fields == 35:
        row += _release_eleven(call, ended)
    return ",".join(row).encode("utf-8") + b"\r\n"


def _release_eleven(call: SimulatedCall, ended: datetime) -> list[str]:
    numbers = str(10_000 + call.seq * 2), str(10_001 + call.seq * 2)
    return ["192.0.2.10", numbers[0], "192.0.2.10", numbers[1], f"{ended.astimezone(UTC):%Y/%m/%d %H:%M:%S}"]


def _station(extension: str) -> tuple[str, str]:
    return f"E{extension}", f"Extn{extension}"


def _other_side(call: SimulatedCall) -> tuple[str, str]:
    """Party 2: the trunk of an outside call, the station called of an internal one."""
    return (f"T{9000 + call.trunk}", f"LINE 1.{call.trunk}") if call.trunk else _station(call.dialled)
