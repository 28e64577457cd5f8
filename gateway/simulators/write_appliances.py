"""What appliances write that are built on Asterisk: a Grandstream UCM's rows with titles, a Yeastar's posted events, and what both
say of a call when their web service is asked.

Oddities that are real and kept: a UCM does not put its text into quotation marks, so the commas in the argument of Dial
stand bare; a Yeastar posts events of other kinds to the same address, and spells `callduraction`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from gateway.simulators.calls import SimulatedCall

UCM_TITLES: Final = (
    b"AcctId,accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,"
    b"disposition,amaflags,uniqueid,userfield,channel_ext,dstchannel_ext,service\n"
)
"""What a UCM's file begins with."""

_DISPOSITIONS: Final = {"answered": "ANSWERED", "no_answer": "NO ANSWER", "busy": "BUSY"}


def unique_id(call: SimulatedCall) -> str:
    """The number that joins the records of a call."""
    return f"{int(call.start.timestamp())}.{call.seq}"


def ucm_row(call: SimulatedCall) -> tuple[bytes, ...]:
    """A call as a UCM's row."""
    return (",".join(_ucm_cells(call)).encode() + b"\n",)


def ucm_object(call: SimulatedCall) -> tuple[bytes, ...]:
    """A call as an object of a UCM's list, under the titles of its row."""
    names = UCM_TITLES.decode().strip().split(",")
    return (json.dumps(dict(zip(names, _ucm_cells(call), strict=True))).encode() + b"\n",)


def _ucm_cells(call: SimulatedCall) -> list[str]:
    trunk = f"trunk{(call.trunk - 1) // 15 + 1}"
    caller = call.caller if call.direction == "in" else call.extension
    station = f"PJSIP/{call.extension}-{call.seq:08x}"
    if call.direction == "in":
        near, far, argument = f"PJSIP/{trunk}-{call.seq:08x}", station, f"PJSIP/{call.extension},30,tr"
    elif call.direction == "out":
        near, far = station, f"PJSIP/{trunk}/{call.sent}-{call.seq:08x}"
        argument = f"PJSIP/{trunk}/{call.sent},60,tT"
    else:
        near, far, argument = station, f"PJSIP/{call.dialled}-{call.seq:08x}", f"PJSIP/{call.dialled},30"
    answered = call.outcome == "answered"
    return [
        str(call.seq),
        "",
        caller,
        call.dialled,
        "from-internal",
        caller,
        near,
        far,
        "Dial",
        argument,
        _stamp(call.start),
        _stamp(call.connected) if answered else "",
        _stamp(call.end),
        str(call.ring_seconds + call.talk_seconds),
        str(call.talk_seconds),
        _DISPOSITIONS[call.outcome],
        "DOCUMENTATION",
        unique_id(call),
        "EXT",
        caller,
        call.dialled,
        "s",
    ]


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


_TYPES: Final = {"in": "Inbound", "out": "Outbound", "internal": "Internal"}


def new_cdr(call: SimulatedCall) -> tuple[bytes, ...]:
    """A call as a Yeastar's event."""
    trunk = f"provider{(call.trunk - 1) // 15 + 1}"
    said = {
        "action": "NewCdr",
        "callid": unique_id(call),
        "timestart": _stamp(call.start),
        "callfrom": call.caller if call.direction == "in" else call.extension,
        "callto": call.dialled,
        "srctrunkname": trunk if call.direction == "in" else "",
        "desttrunkname": trunk if call.direction == "out" else "",
        "callduraction": str(call.ring_seconds + call.talk_seconds),
        "talkduraction": str(call.talk_seconds),
        "status": _DISPOSITIONS[call.outcome],
        "type": _TYPES[call.direction],
        "pincode": "",
        "didnumber": "224407000" if call.direction == "in" else "",
        "sn": "369262520000",
    }
    return (json.dumps(said, separators=(",", ":")).encode() + b"\n",)


def listed_cdr(call: SimulatedCall) -> tuple[bytes, ...]:
    """A call in the list of a Yeastar of the P-series: other names, numbers as numbers, caller and callee perhaps with a name."""
    trunk = f"provider{(call.trunk - 1) // 15 + 1}"
    caller = call.caller if call.direction == "in" else call.extension
    said = {
        "id": call.seq,
        "time": f"{call.start:%m/%d/%Y %H:%M:%S}",
        "timestamp": int(call.start.timestamp()),
        "uid": unique_id(call),
        "call_from": f"{call.name}<{caller}>" if call.direction != "in" and call.name else caller,
        "call_to": call.dialled,
        "src_trunk": trunk if call.direction == "in" else "",
        "dst_trunk": trunk if call.direction == "out" else "",
        "duration": call.ring_seconds + call.talk_seconds,
        "ring_duration": call.ring_seconds,
        "talk_duration": call.talk_seconds,
        "disposition": _DISPOSITIONS[call.outcome],
        "call_type": _TYPES[call.direction],
        "did_number": "224407000" if call.direction == "in" else "",
    }
    return (json.dumps(said, separators=(",", ":")).encode() + b"\n",)


# -- a call accounting system --------------------------------------------------------------------------------------------


def priced_line(call: SimulatedCall, holidex: bool = False) -> tuple[bytes, ...]:
    """A call as the generic HOBIC line, LF line CR LF: only calls that cost are printed, in whole minutes and money.

    As Holidex has it: STX line ETX, and the exclusive-or of the line and ETX.
    """
    if not call.charged:
        return ()
    minutes = -(-call.talk_seconds // 60)
    letter = {"international": "I", "local": "L"}.get(call.kind, "D")
    line = (
        f"{(call.seq - 1) % 9999 + 1:04} HTL {call.start:%m/%d} {call.extension:>5} {call.start:%H:%M} {minutes:>4} "
        f"{minutes * 0.35:>7.2f} {call.dialled[:18]:<18} {letter}"
    )
    if not holidex:
        return (b"\n" + line.encode() + b"\r\n",)
    checked = line.encode() + b"\x03"
    parity = 0
    for byte in checked:
        parity ^= byte
    return (b"\x02" + checked + bytes([parity]),)
