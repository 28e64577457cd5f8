"""What a 3CX writes for a call: one line of all its fields, in the order in which 3CX lists them.

Oddities that are real and kept: the word `Call` before the first field; extensions as `Ext.205`; an empty time of the
answer, and an empty duration, where nobody answered; a hand-over in the same line, as a replaced source; words for the
reason and the types that changed between releases (option `words`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.simulators.calls import SimulatedCall

_OLD: Final = {"source": "TerminatedBySrc", "target": "TerminatedByDst", "inside": "Extension", "line": "Line"}
_NEW: Final = {
    "source": "src_participant_terminated",
    "target": "dst_participant_terminated",
    "inside": "extension",
    "line": "external_line",
}


def call_id(call: SimulatedCall) -> str:
    """The call id of a line."""
    return f"0000019A{call.seq:08X}_{call.seq}"


def line(call: SimulatedCall, *, new: bool) -> tuple[bytes, ...]:
    """A call as its line."""
    words = _NEW if new else _OLD
    inward = call.direction == "in"
    trunk = str(10_000 + (call.trunk - 1) // 15)
    here = (f"Ext.{call.extension}", call.extension, words["inside"])
    there = (
        (call.caller if inward else call.dialled, trunk, words["line"])
        if call.trunk
        else (f"Ext.{call.dialled}", call.dialled, words["inside"])
    )
    source, target = (there, here) if inward else (here, there)
    moved = call.transferred_to or ""
    answered = call.outcome == "answered"
    fields = [
        f"Call {call.seq}",
        call_id(call),
        _length(call.talk_seconds) if answered else "",
        _time(call.start),
        _time(call.connected) if answered else "",
        _time(call.end),
        words["source" if call.quirk % 2 else "target"],
        source[0],
        target[0],
        source[1],
        target[1],
        call.dialled,
        "ReplacedSrc" if moved else "",
        f"Ext.{moved}" if moved else "",
        moved,
        *([""] * 4),
        f"Chain: {source[0]};{target[0]};" + (f"Ext.{moved};" if moved else ""),
        source[2],
        target[2],
        words["inside"] if moved else "",
        *([""] * 4),
    ]
    return (",".join(fields).encode() + b"\r\n",)


def _time(at: datetime) -> str:
    return f"{at:%Y/%m/%d %H:%M:%S}"


def _length(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
