"""What a NEC NEAX or SV9500 tells of a call: a text from STX to ETX, of a type with fixed columns (KA, KB, KE) or flexible (KK, KL, KM).

Written by the positions that the public collector for this exchange names, counted from nought at the STX. Oddities that are real and
kept: dates without their year in the middle and the years far behind; a trunk is a route and a number; whether the far end answered
is not said. A call that was handed on is told once, with the flag of a transfer (total billing), or in a text for each station that
held it, of which the later has the flag (split billing).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from gateway.simulators.calls import SimulatedCall, later

WIDEST_EXTENSION: Final = 6
_WIDTH: Final = 131
_TYPES: Final = {
    "fixed": {"out": "KA", "internal": "KB", "in": "KE"},
    "flexible": {"out": "KK", "internal": "KM", "in": "KL"},
}
_TRUNKS_OF_A_ROUTE: Final = 15


def texts(call: SimulatedCall, form: str = "fixed", *, split: bool = False) -> tuple[bytes, ...]:
    """Writes a call as its text, or its two; raises ValueError for an extension wider than its columns."""
    if len(call.extension) > WIDEST_EXTENSION:
        raise ValueError(f"{call.extension!r} is wider than the {WIDEST_EXTENSION} columns of a station.")
    return tuple(_text(share, form) for share in (_shares(call) if split else (call,)))


def _shares(call: SimulatedCall) -> tuple[SimulatedCall, ...]:
    if call.transferred_to is None:
        return (call,)
    before = call.transferred_after
    first = replace(call, talk_seconds=before, transferred_to=None)
    begin, rest = later(call.connected, before), call.talk_seconds - before
    return first, replace(call, extension=call.transferred_to, start=begin, ring_seconds=0, talk_seconds=rest)


def _text(call: SimulatedCall, form: str) -> bytes:
    kind = _TYPES[form][call.direction]
    body = _fixed(call, kind) if form == "fixed" else f"0!{kind}" + _flexible(call)
    return b"\x02" + body.encode("ascii") + b"\x03"


def _span(call: SimulatedCall) -> tuple[datetime, datetime]:
    """From the answer to the end; a call that nobody answered begins and ends as it was given up."""
    return (call.connected, call.end) if call.talk_seconds else (call.start, call.start)


def _line(call: SimulatedCall) -> str:
    """Three digits of a route, three of the trunk in it."""
    return f"{1 + (call.trunk - 1) // _TRUNKS_OF_A_ROUTE:03}{call.trunk:03}" if call.trunk else ""


def _fixed(call: SimulatedCall, kind: str) -> str:
    start, end = _span(call)
    page = [" "] * _WIDTH
    columns = [
        (1, "0!"),
        (3, kind),
        (5, _line(call)),
        (11, "2" if call.direction == "in" else "0"),
        (12, "00"),
        (14, call.extension),
        (20, f"{start:%m%d%H%M%S}"),
        (30, f"{end:%m%d%H%M%S}"),
        (50, "000"),
        (53, "100" if call.transferred_to else "000"),
        (64 if call.direction == "internal" else 62, call.dialled[:24]),
        (98, call.caller[:18]),
        (116, f"{start:%y}{end:%y}"),
    ]
    for column, text in columns:
        page[column : column + len(text)] = text
    return "".join(page[1:])


def _flexible(call: SimulatedCall) -> str:
    start, end = _span(call)
    mine = _tag("0" + "001" + call.extension.ljust(6))
    fields = {
        "06": _tag(f"{start:%Y%m%d%H%M%S}000{end:%Y%m%d%H%M%S}000"),
        "08": _tag("100" if call.transferred_to else "000"),
    }
    if call.trunk:
        fields["01"] = _tag(f"001{_line(call)}201")
    fields["04" if call.direction == "in" else "02"] = mine
    if call.direction == "internal":
        fields["04"] = _tag("0" + "001" + call.dialled.ljust(6))
    else:
        fields["10"] = _tag(call.dialled)
    if call.direction == "in":
        fields["16"] = _tag("1" + call.caller)
    return "".join(number + fields[number] for number in sorted(fields))


def _tag(data: str) -> str:
    return f"{len(data):02}{data}"
