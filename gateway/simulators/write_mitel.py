"""What a Mitel MiVoice Business prints for a call: SMDR, one line of fixed columns, 90 or 112 wide, CR LF.

The columns are those of the MiVoice Business on-line help, "SMDR details of recorded information". The date has no
year, the start no seconds, and nothing numbers the records, so two short calls of one minute can be two equal lines.
A transferred trunk call is one record with the second station as third party. A trunk call that nobody answered has
no time to answer on the way out and `***` on the way in; a duration of nought stands for it in both. The clock is in
24 hours with the a.m./p.m. column blank, one of the two ways a site can choose.

112 columns are the same with ANI and DNIS behind, which only incoming calls fill.
"""

from __future__ import annotations

from typing import Final, Literal

from gateway.simulators.calls import SimulatedCall

WIDEST_EXTENSION: Final = 4
"""Columns of a party in the standard layout; the extended-digit layout for longer numbers is not written here."""
_LONG: Final = ((1800, "+"), (600, "%"), (300, "-"))


def lines(call: SimulatedCall, columns: Literal[90, 112] = 90) -> tuple[bytes, ...]:
    """Writes a call as its one line; raises ValueError for an extension wider than its column."""
    page = [" "] * columns
    for column, text in _columns(call):
        page[column - 1 : column - 1 + len(text)] = text
    if columns == 112 and call.direction == "in":
        page[91:101] = call.caller[-10:].ljust(10)
        page[102:112] = call.dialled[-10:].ljust(10)
    return ("".join(page).encode("ascii") + b"\r\n",)


def _columns(call: SimulatedCall) -> list[tuple[int, str]]:
    """What stands at which column, counted from 1."""
    talk = call.talk_seconds
    calling, called, digits = _parties(call)
    for party in (calling, called, call.transferred_to or ""):
        if len(party) > WIDEST_EXTENSION:
            raise ValueError(
                f"{party!r} is wider than the {WIDEST_EXTENSION} columns that this layout has for a party."
            )
    return [
        (1, next((mark for seconds, mark in _LONG if talk >= seconds), " ")),
        (2, f"{call.start:%m/%d}"),
        (8, f"{call.start:%H:%M}"),
        (15, f"{talk // 3600:02}:{talk // 60 % 60:02}:{talk % 60:02}"),
        (24, calling),
        (30, _time_to_answer(call)),
        (34, digits[:26]),
        (60, _completion(call)),
        (62, called),
        (66, "T" if call.transferred_to else " "),
        (68, call.transferred_to or ""),
    ]


def _parties(call: SimulatedCall) -> tuple[str, str, str]:
    trunk = f"T{call.trunk:03}"
    if call.direction == "in":
        return trunk, call.extension, call.dialled
    if call.direction == "out":
        return call.extension, trunk, call.dialled
    return call.extension, call.dialled, call.dialled


def _time_to_answer(call: SimulatedCall) -> str:
    if call.direction != "in":
        return "   "
    return f"{call.ring_seconds:03}" if call.outcome == "answered" else "***"


def _completion(call: SimulatedCall) -> str:
    """Column 60: I for internal, A where the trunk reported the answer, B where an incoming call met a busy station."""
    if call.direction == "internal":
        return "I"
    if call.direction == "in":
        return "B" if call.outcome == "busy" else " "
    return "A" if call.outcome == "answered" else " "
