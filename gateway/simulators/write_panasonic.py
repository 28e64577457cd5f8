"""What a Panasonic KX-TDA or NS prints for a call: SMDR on a page, 80 columns (pattern A) or 120 (pattern C), CR LF.

The columns are those of the feature guides. Oddities that are real and kept: the time is the end of the call, in twelve hours;
titles and dashes come again on every page; a call that was handed on is a row for each of its shares; nothing numbers the rows, and
whether an outgoing call was answered is not said.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from gateway.simulators.calls import SimulatedCall, later

WIDEST_EXTENSION: Final = 5
ROWS_PER_PAGE: Final = 20
_TITLES: Final = {
    80: "  Date     Time    Ext  CO        Dial Number        Ring Duration  Acc code  CD",
    120: "  Date     Time    Ext   CO                   Dial Number                        Ring Duration      Cost     Acc code  CD",
}


class _Share(NamedTuple):
    extension: str
    ended: datetime
    seconds: int
    condition: str = ""


def rows(call: SimulatedCall, columns: int = 80) -> tuple[bytes, ...]:
    """Writes a call as its rows; raises ValueError for an extension wider than its column."""
    if len(call.extension) > WIDEST_EXTENSION:
        raise ValueError(f"{call.extension!r} is wider than the {WIDEST_EXTENSION} columns of an extension.")
    return tuple(_row(call, share, columns) for share in _shares(call))


def titles(columns: int = 80) -> bytes:
    """The head of a page."""
    return f"{_TITLES[columns]}\r\n{'-' * columns}\r\n".encode("ascii")


def _shares(call: SimulatedCall) -> list[_Share]:
    if call.transferred_to is None:
        lost = call.direction == "in" and call.outcome != "answered"
        return [_Share(call.extension, call.end, call.talk_seconds, "NA" if lost else "")]
    handed = later(call.connected, call.transferred_after)
    after = call.talk_seconds - call.transferred_after
    return [
        _Share(call.extension, handed, call.transferred_after),
        _Share(call.transferred_to, call.end, after, "TR"),
    ]


def _row(call: SimulatedCall, share: _Share, columns: int) -> bytes:
    wide = columns == 120
    line = (f"{call.trunk:04}" if wide else f"{call.trunk:02}") if call.trunk else ""
    dialled = {"in": f"<I>{call.caller}", "out": call.dialled, "internal": f"EXT{call.dialled}"}[call.direction]
    # An incoming call that nobody answered has rung; its duration stays blank.
    ring = f"{call.ring_seconds // 60}'{call.ring_seconds % 60:02}" if call.direction == "in" else ""
    lasted = f"{share.seconds // 3600:02}:{share.seconds // 60 % 60:02}'{share.seconds % 60:02}"
    duration = "" if share.condition == "NA" else lasted
    head = f"{share.ended:%m/%d/%y} {share.ended:%I:%M%p} {share.extension:<5} {line:<{4 if wide else 2}} "
    body = f"{dialled:<{50 if wide else 25}.{50 if wide else 25}} {ring:>4} {duration:<8} "
    tail = f"{'':11} {'':10} {share.condition:<3} " if wide else f"{'':10} {share.condition:<3}"
    return (head + body + tail).encode("ascii") + b"\r\n"
