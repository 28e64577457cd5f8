"""What a FreeSWITCH writes for a call: a row of mod_cdr_csv's template "asterisk", or a document of mod_json_cdr or mod_xml_cdr.

Oddities that are real and kept: only the a-leg is recorded; the cause of a call that was given up is NORMAL_CLEARING like
that of any other, and only the missing time of the answer tells; values in documents are URL-encoded, and there are many
that nobody reads; a call that was handed on has a second callflow, the newest first. Rows have local times, documents both.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final, Literal, TypeAlias
from urllib.parse import quote
from xml.sax.saxutils import escape

from gateway.simulators.calls import SimulatedCall

Form: TypeAlias = Literal["csv", "json", "xml"]
FORMS: Final[tuple[Form, ...]] = ("csv", "json", "xml")
_CAUSES: Final = {"answered": "NORMAL_CLEARING", "no_answer": "NORMAL_CLEARING", "busy": "USER_BUSY"}


def uuid(call: SimulatedCall) -> str:
    """The uuid of the a-leg."""
    return f"{call.seq:08x}-5d0e-4b5f-9c3a-{call.quirk:012x}"


def record(call: SimulatedCall, form: Form) -> tuple[bytes, ...]:
    """A call as its row or document."""
    if form == "csv":
        return (_row(call),)
    return (_json(call) if form == "json" else _xml(call),)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _bridged(call: SimulatedCall) -> str:
    """The argument of bridge."""
    if call.direction == "out":
        return f"{{ignore_early_media=true}}sofia/gateway/provider{(call.trunk - 1) // 15 + 1}/{call.sent}"
    return f"user/{call.extension if call.direction == 'in' else call.dialled}@192.0.2.10"


def _channel(call: SimulatedCall) -> str:
    return (
        f"sofia/external/{call.caller}@192.0.2.1"
        if call.direction == "in"
        else f"sofia/internal/{call.extension}@192.0.2.10"
    )


def _seconds(call: SimulatedCall) -> tuple[int, int]:
    """duration and billsec."""
    return call.ring_seconds + call.talk_seconds, call.talk_seconds


def _row(call: SimulatedCall) -> bytes:
    duration, billsec = _seconds(call)
    caller = call.caller if call.direction == "in" else call.extension
    cells = [
        "hotel",
        caller,
        call.dialled,
        "public" if call.direction == "in" else "default",
        f'""{call.name}"" <{caller}>',
        _channel(call),
        "",
        "bridge",
        _bridged(call),
        _stamp(call.start),
        _stamp(call.connected) if call.outcome == "answered" else "",
        _stamp(call.end),
        str(duration),
        str(billsec),
        _CAUSES[call.outcome],
        "3",
        uuid(call),
        "",
    ]
    return (",".join(f'"{cell}"' for cell in cells)).encode() + b"\n"


def _variables(call: SimulatedCall) -> dict[str, str]:
    duration, billsec = _seconds(call)
    answered = call.outcome == "answered"
    said = {
        "direction": "inbound",
        "uuid": uuid(call),
        "call_uuid": uuid(call),
        "session_id": str(call.seq),
        "channel_name": _channel(call),
        "rtp_local_sdp_str": "v=0\r\no=FreeSWITCH 1 2 IN IP4 192.0.2.10\r\n",
        "accountcode": "hotel",
        "last_app": "bridge",
        "last_arg": _bridged(call),
        "start_stamp": _stamp(call.start),
        "start_epoch": str(int(call.start.timestamp())),
        "answer_epoch": str(int(call.connected.timestamp())) if answered else "0",
        "end_epoch": str(int(call.end.timestamp())),
        "duration": str(duration),
        "billsec": str(billsec),
        "hangup_cause": _CAUSES[call.outcome],
    }
    return {name: quote(text, safe="/") for name, text in said.items()}


def _profiles(call: SimulatedCall) -> list[dict[str, str]]:
    """The callers' profiles, the newest first."""
    caller = call.caller if call.direction == "in" else call.extension
    context = "public" if call.direction == "in" else "default"
    first = {"caller_id_number": caller, "destination_number": call.dialled, "context": context}
    if call.transferred_to is None:
        return [first]
    return [{**first, "destination_number": call.transferred_to}, first]


def _json(call: SimulatedCall) -> bytes:
    document = {
        "core-uuid": "b4d0a3ee-0000-4000-8000-000000000001",
        "channel_data": {"state": "CS_REPORTING", "direction": "inbound"},
        "variables": _variables(call),
        "callflow": [{"dialplan": "XML", "caller_profile": one} for one in _profiles(call)],
    }
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _xml(call: SimulatedCall) -> bytes:
    variables = "".join(f"    <{name}>{escape(text)}</{name}>\n" for name, text in _variables(call).items())
    flows = "".join(
        '  <callflow dialplan="XML">\n    <caller_profile>\n'
        + "".join(f"      <{name}>{escape(text)}</{name}>\n" for name, text in one.items())
        + "    </caller_profile>\n  </callflow>\n"
        for one in _profiles(call)
    )
    head = '<?xml version="1.0"?>\n<cdr core-uuid="b4d0a3ee-0000-4000-8000-000000000001">\n  <variables>\n'
    return f"{head}{variables}  </variables>\n{flows}</cdr>\n".encode()
