"""What an Avaya Communication Manager sends for a call: one line as the call ends, in a format the site has chosen.

The columns of `printer` and `teleseer` are those of the tables of the DEFINITY guide; `customized` is the format of 97
columns that several sites have published, and `PAGE` is the page on which its exchange shows it. Oddities that are real and
kept: the time is the end of the call and has no seconds; durations are in tenths of a minute; the date comes by itself when
the link comes up and at midnight, with three NULs behind it (customized has a date in each record).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gateway.simulators.calls import SimulatedCall

WIDEST_EXTENSION: Final = 5
_ROUTE, _INCOMING = "501", "502"

PAGE: Final = """display system-parameters cdr                                   Page   2 of   2
                            CDR SYSTEM PARAMETERS

     Data Item - Length         Data Item - Length         Data Item - Length
 1: date             - 6    9: calling-num      - 15  17: code-dial        - 4
 2: space            - 1   10: space            - 1   18: space            - 1
 3: time             - 4   11: dialed-num       - 23  19: code-used        - 4
 4: space            - 1   12: space            - 1   20: out-crt-id       - 3
 5: sec-dur          - 5   13: auth-code        - 13  21: space            - 1
 6: space            - 1   14: space            - 1   22: cond-code        - 1
 7: cond-code        - 1   15: in-trk-code      - 4   23: return           - 1
 8: space            - 1   16: in-crt-id        - 3   24: line-feed        - 1

                              Record length = 97
"""


def lines(call: SimulatedCall, layout: str = "printer") -> tuple[bytes, ...]:
    """Writes a call as its one line; raises ValueError for an extension wider than its column."""
    if len(call.extension) > WIDEST_EXTENSION:
        raise ValueError(f"{call.extension!r} is wider than the {WIDEST_EXTENSION} columns of a calling number.")
    return (LAYOUTS[layout](call).rstrip().encode("ascii") + b"\r\n",)


def date_record(call: SimulatedCall, layout: str = "printer") -> bytes:
    """The line that says on which day the calls behind it ended."""
    if layout == "customized":
        return b""
    between = " " if layout == "printer" else ""
    return f"{call.end:%m}{between}{call.end:%d}\r\n\0\0\0".encode("ascii")


def _printer(call: SimulatedCall) -> str:
    calling, dialled = _parties(call)
    return (
        f"{call.end:%H%M} {_tenths(call)} {_condition(call)} {_access(call):>3} {_used(call):>3} {dialled:>15} {calling:>5} "
        f"{'':15} {'':7}    {'':1} {'':1} {_circuit(call, 'in'):>3} {_circuit(call, 'out'):>3} 0"
    )


def _teleseer(call: SimulatedCall) -> str:
    calling, dialled = _parties(call)
    return (
        f"   {call.end:%H%M}{_tenths(call)}{_condition(call)}{_access(call):>3}{_used(call):>3}{dialled:>15}{calling:>5}"
        f"{'':15}  {_circuit(call, 'in'):>3}{_circuit(call, 'out'):>3}0"
    )


def _customized(call: SimulatedCall) -> str:
    inward = call.direction == "in"
    incoming = f"{_INCOMING if inward else '':>4}{_circuit(call, 'in'):>3}"
    calling = call.caller if inward else call.extension
    return (
        f"{call.end:%m%d%y} {call.end:%H%M} {_seconds(call):05} {_condition(call)} {calling:>15} {_parties(call)[1]:>23} "
        f"{'':13} {incoming}{_access(call):>4} {_used(call):>4}{_circuit(call, 'out'):>3} {_condition(call)}"
    )


LAYOUTS: Final[Mapping[str, Callable[[SimulatedCall], str]]] = {
    "printer": _printer,
    "teleseer": _teleseer,
    "customized": _customized,
}


def _parties(call: SimulatedCall) -> tuple[str, str]:
    """Who called, as the formats without a column for callers show it, and what was dialled."""
    if call.direction == "in":
        return _INCOMING, call.extension
    return call.extension, (call.sent or call.dialled)[:15]


def _seconds(call: SimulatedCall) -> int:
    """How long the record says the call was: ringing counts only where it is all there was of an incoming one."""
    return call.ring_seconds if call.direction == "in" and call.outcome == "no_answer" else call.talk_seconds


def _tenths(call: SimulatedCall) -> str:
    tenths = round(_seconds(call) / 6)
    return f"{tenths // 600}{tenths // 10 % 60:02}{tenths % 10}"


def _condition(call: SimulatedCall) -> str:
    if call.direction == "internal":
        return "0"
    if call.direction == "out":
        return "7" if call.outcome == "answered" else "E"
    return {"answered": "9", "no_answer": "H", "busy": "I"}[call.outcome]


def _access(call: SimulatedCall) -> str:
    """The digits dialled ahead of the number for a line."""
    return call.dialled.removesuffix(call.sent) if call.direction == "out" else ""


def _used(call: SimulatedCall) -> str:
    return _ROUTE if call.direction == "out" else ""


def _circuit(call: SimulatedCall, way: str) -> str:
    return f"{call.trunk:03}" if call.direction == way else ""
