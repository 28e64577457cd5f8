"""What a Unify exchange writes for a call: fixed columns in three forms, or fields between strokes.

The columns are those of the service manuals of Hicom 150 E and HiPath 3000/5000. Oddities that are real and kept: the
time is that of the end; an outgoing call has no ring; a call that nobody answered has no duration; whoever held a call
leaves a record, and nothing joins them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, TypeAlias

from gateway.simulators.calls import SimulatedCall, later

Form: TypeAlias = Literal["compressed", "long", "get-account", "pipe"]
FORMS: Final[tuple[Form, ...]] = ("compressed", "long", "get-account", "pipe")

#: First column, counted from 1, and width of date, time, trunk, station, ring, duration, number, pulses and info.
_PLACES: Final = {
    "compressed": ((1, 8), (9, 8), (17, 3), (20, 6), (26, 5), (31, 8), (39, 25), (64, 11), (75, 2)),
    "long": ((1, 8), (10, 8), (19, 3), (23, 6), (30, 5), (36, 8), (45, 20), (66, 11), (78, 2)),
    "get-account": ((1, 8), (9, 8), (17, 3), (23, 6), (29, 5), (34, 8), (42, 25), (67, 11), (78, 2)),
}
_WIDTHS: Final = {"compressed": 112, "long": 79, "get-account": 109}
WIDEST_EXTENSION: Final = 6


def lines(call: SimulatedCall, form: Form) -> tuple[bytes, ...]:
    """A call as its lines: one for each who held it. A call inside the house leaves none."""
    if not call.trunk:
        return ()
    if call.transferred_to is None:
        return (_line(form, _values(call, call.extension, call.end, call.talk_seconds)),)
    before = call.transferred_after
    first = _values(call, call.extension, later(call.connected, before), before)
    return (
        _line(form, first),
        _line(form, _values(call, call.transferred_to, call.end, call.talk_seconds - before)),
    )


def _values(call: SimulatedCall, holder: str, end: datetime, talk: int) -> list[str]:
    inward = call.direction == "in"
    return [
        f"{end:%d.%m.%y}",
        f"{end:%H:%M:%S}",
        str(200 + call.trunk),
        holder,
        f"{call.ring_seconds // 60:02}:{call.ring_seconds % 60:02}" if inward else "",
        f"{talk // 3600:02}:{talk // 60 % 60:02}:{talk % 60:02}" if talk else "",
        call.caller if inward else call.dialled,
        "",
        "1" if inward else "2",
    ]


def _line(form: Form, values: list[str]) -> bytes:
    if form == "pipe":
        return ("|".join([*values, *[""] * 5])).encode() + b"\r\n"
    row = [" "] * _WIDTHS[form]
    for (first, width), value in zip(_PLACES[form], values, strict=True):
        row[first - 1 : first - 1 + len(value[:width])] = value[:width]
    return "".join(row).encode() + b"\r\n"
