"""What a NEC SL1100 prints for a call: rows of a page of 80 columns, with the day in the head of the page only, CR LF.

The columns are those of the SL1100 Features and Specifications Manual. Oddities that are real and kept: the head comes again on each
page and when the day changes; a call that was handed on is a row for each owner, the second of another class that does not say whether
the call went out; no row is numbered. The time is printed as the call ends.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.simulators.calls import SimulatedCall, later

WIDEST_EXTENSION: Final = 10
ROWS_PER_PAGE: Final = 25
_CLASSES: Final = {"out": "POT", "in": "PIN", "internal": "ICM"}


def rows(call: SimulatedCall) -> tuple[bytes, ...]:
    """Writes a call as its rows; raises ValueError for an extension wider than its column."""
    if len(call.extension) > WIDEST_EXTENSION:
        raise ValueError(f"{call.extension!r} is wider than the {WIDEST_EXTENSION} columns of a station.")
    kind = _CLASSES[call.direction]
    if call.transferred_to is None:
        return (_row(call, kind, call.end, call.talk_seconds, call.extension),)
    handed = later(call.connected, call.transferred_after)
    rest = call.talk_seconds - call.transferred_after
    return (
        _row(call, kind, handed, call.transferred_after, call.extension),
        _row(call, "PTRS", call.end, rest, call.transferred_to),
    )


def head(call: SimulatedCall) -> bytes:
    """The two lines above the rows of a page."""
    titles = f"{'CLASS':<6}{'TIME':<6}{'LINE':<11}{'DURATION':<9}{'STATION':<11}{'DIALLED No./CLI':<21}ACCOUNT"
    return f"{'NEC SL1100':<60}{call.end:%m/%d/%Y} PAGE 001\r\n{titles}\r\n".encode("ascii")


def _row(call: SimulatedCall, kind: str, ended: datetime, seconds: int, station: str) -> bytes:
    line = f"LINE {call.trunk:03}" if call.trunk else ""
    lasted = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds else ""
    digits = (call.caller if call.direction == "in" else call.dialled)[:20]
    lost = "NO ANSWER" if call.direction == "in" and not seconds else ""
    row = f"{kind:<5}{ended:%H:%M} {line:<10} {lasted:<8} {station:<10} {digits:<20} {lost:<16}"
    return row.rstrip().encode("ascii") + b"\r\n"
