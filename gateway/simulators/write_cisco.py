"""What Cisco exchanges write for a call: rows of a Unified Communications Manager's files, syslog of a router's.

The rows have the columns of release 6 that matter and some that do not, in that release's order. Oddities that are real
and kept: times in seconds since 1970 in UTC; a call that is handed on is split, each part but the last ends with cause
393216, the party outside keeps the number of their leg, and the consultation is a call of its own; addresses are signed
numbers; a line of types stands under the line of titles.

A router (CME) tells of each leg by itself: the one that came to it (origin 2), then the one it made (origin 1), joined by
a connection number; the line's own stamp has no year.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from gateway.simulators.calls import SimulatedCall, later

CLUSTER: Final = "StandAloneCluster"
SPLIT: Final = 393_216
"""The cause of a part that goes on in another row."""
_CONSULTS: Final = 5
"""Seconds for which the one who hands a call on asks whether it is wanted."""
_LEGS_PER_CALL: Final = 10
_TEXT: Final = frozenset(
    "callingPartyNumber originalCalledPartyNumber finalCalledPartyNumber lastRedirectDn pkid origDeviceName destDeviceName "
    "globalCallId_ClusterID clientMatterCode".split()
)
_COLUMNS: Final = tuple(
    "cdrRecordType globalCallID_callManagerId globalCallID_callId origLegCallIdentifier dateTimeOrigination origNodeId "
    "origSpan origIpAddr callingPartyNumber origCause_location origCause_value destLegIdentifier destNodeId destSpan "
    "destIpAddr originalCalledPartyNumber finalCalledPartyNumber destCause_location destCause_value dateTimeConnect "
    "dateTimeDisconnect lastRedirectDn pkid duration origDeviceName destDeviceName origCallTerminationOnBehalfOf "
    "destCallTerminationOnBehalfOf globalCallId_ClusterID joinOnBehalfOf clientMatterCode".split()
)

_CONSTANT: Final[Mapping[str, int | str]] = {
    "cdrRecordType": 1,
    "globalCallID_callManagerId": 1,
    "globalCallId_ClusterID": CLUSTER,
    "origNodeId": 1,
    "destNodeId": 1,
    "origIpAddr": -1_062_731_510,
    "destIpAddr": -1_062_731_254,
    "clientMatterCode": "",
}

TITLES: Final = (
    ",".join(f'"{name}"' for name in _COLUMNS)
    + "\n"
    + ",".join("VARCHAR(128)" if name in _TEXT else "INTEGER" for name in _COLUMNS)
    + "\n"
).encode()
"""What a file begins with."""


def call_number(call: SimulatedCall) -> str:
    """What joins the rows of a call."""
    return f"{CLUSTER}:1:{_first_number(call)}"


def _first_number(call: SimulatedCall) -> int:
    return 100_000 + 2 * call.seq


def rows(call: SimulatedCall) -> tuple[bytes, ...]:
    """A call as rows of a file."""
    leg = 20_000_000 + call.seq * _LEGS_PER_CALL
    far = _far(call)
    if call.transferred_to is None:
        return (_row(call, _first_number(call), (leg, leg + 1), _ends(call), (call.start, call.connected, call.end)),)
    handed = later(call.connected, call.transferred_after)
    asked = later(handed, -min(_CONSULTS, call.transferred_after))
    station, third = _phone(call.extension), _phone(call.transferred_to)
    asking = (call.extension, call.transferred_to, station, third)
    resumed = (call.sent, call.transferred_to, far, third)
    return (
        _row(call, _first_number(call), (leg, leg + 1), _ends(call), (call.start, call.connected, handed), cause=SPLIT),
        _row(call, _first_number(call) + 1, (leg + 2, leg + 3), asking, (asked, asked, handed), cause=SPLIT),
        _row(call, _first_number(call), (leg + 1, leg + 3), resumed, (handed, handed, call.end), redirected=True),
    )


def _phone(extension: str) -> str:
    return f"SEP{extension:0>12}"


def _far(call: SimulatedCall) -> str:
    """The device on the far side: the trunk of an outside call, the telephone called of an internal one."""
    return f"PSTN-GW{(call.trunk - 1) // 15 + 1}" if call.trunk else _phone(call.dialled)


def _ends(call: SimulatedCall) -> tuple[str, str, str, str]:
    """Caller, called, and their devices."""
    if call.direction == "in":
        return call.caller, call.dialled, _far(call), _phone(call.extension)
    return call.extension, call.dialled, _phone(call.extension), _far(call)


def _row(
    call: SimulatedCall,
    number: int,
    legs: tuple[int, int],
    ends: tuple[str, str, str, str],
    times: tuple[datetime, datetime, datetime],
    *,
    cause: int = 16,
    redirected: bool = False,
) -> bytes:
    calling, called, near, far = ends
    began, connected, ended = (int(at.timestamp()) for at in times)
    answered = call.outcome == "answered"
    busy = 17 if call.outcome == "busy" else 0
    said = {
        "globalCallID_callId": number,
        "origLegCallIdentifier": legs[0],
        "destLegIdentifier": legs[1],
        "dateTimeOrigination": began,
        "dateTimeConnect": connected if answered else 0,
        "dateTimeDisconnect": ended,
        "duration": ended - connected if answered else 0,
        "callingPartyNumber": calling,
        "originalCalledPartyNumber": called,
        "finalCalledPartyNumber": called,
        "lastRedirectDn": call.extension if redirected else "",
        "origCause_value": cause if cause == SPLIT else 0 if answered else 16,
        "destCause_value": cause if answered else busy,
        "origCallTerminationOnBehalfOf": 10 if cause == SPLIT else 12,
        "destCallTerminationOnBehalfOf": 10 if cause == SPLIT else 12,
        **_CONSTANT,
        "joinOnBehalfOf": 10 if redirected else 0,
        "origDeviceName": near,
        "destDeviceName": far,
        "pkid": f"{call.seq:08x}-0000-4000-8000-{legs[0]:012x}",
    }
    cells = (f'"{said[name]}"' if name in _TEXT else str(said.get(name, 0)) for name in _COLUMNS)
    return ",".join(cells).encode() + b"\n"


# -- a router ----------------------------------------------------------------------------------------------------------

_CAUSES: Final = {
    "answered": ("10", "normal call clearing (16)"),
    "busy": ("11", "user busy (17)"),
    "no_answer": ("13", "no answer (19)"),
}


def connection(call: SimulatedCall) -> str:
    """The connection number that both legs of a call bear."""
    return f"{call.seq:08X}FB1C11EC80B8001B0C{call.quirk:04X}"


def syslog(call: SimulatedCall) -> tuple[bytes, ...]:
    """A call as the two lines of its legs: the one that came to the router, then the one it made."""
    near, far = (call.caller, call.extension) if call.direction == "in" else (call.extension, call.dialled)
    return _leg(call, near, 2), _leg(call, far, 1)


def _leg(call: SimulatedCall, peer: str, origin: int) -> bytes:
    cause, words = _CAUSES[call.outcome]
    shown = f"{call.end.astimezone(UTC):%b %e %H:%M:%S}.{call.quirk:03}"
    connected = call.connected if call.outcome == "answered" else call.end
    times = {name: _router_time(at) for name, at in (("S", call.start), ("C", connected), ("D", call.end))}
    said = (
        f"CallLegType {1 if call.trunk else 2}, ConnectionId {connection(call)}, SetupTime {times['S']}, "
        f"PeerAddress {peer}, PeerSubAddress , DisconnectCause {cause}  , DisconnectText {words}, "
        f"ConnectTime {times['C']}, DisconnectTime {times['D']}, CallOrigin {origin}, ChargedUnits 0, InfoType 2, "
        f"TransmitPackets {call.talk_seconds * 50}, TransmitBytes {call.talk_seconds * 8000}, "
        f"ReceivePackets {call.talk_seconds * 50}, ReceiveBytes {call.talk_seconds * 8000}"
    )
    return f"<189>{call.seq}: CME: {shown}: %VOIPAAA-5-VOIP_CALL_HISTORY: {said}\n".encode()


def _router_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M:%S.000 UTC %a %b} {at.astimezone(UTC).day} {at.astimezone(UTC).year}"
