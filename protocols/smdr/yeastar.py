"""Yeastar: a JSON object for each call, posted to us when the call is over, or one of the list that a P-series is asked for.

The exchange posts other events to the same address, of which nothing is read. It names the trunk on each side, and says
itself whether a call was internal, inbound or outbound. The spelling of the names is the exchange's: `callduraction`.
A call that rang several telephones or was handed on comes as several objects with one call number.

Three forms are told apart by themselves. S-series and Cloud PBX post `NewCdr`. P-series posts event 30012 with the call inside `msg`,
as an object or as text, under the same names with underscores. The list of a P-series (`cdr/list`, `cdr/search`) names things otherwise,
and has its time as seconds since 1970; its caller and callee are a number, or a name with the number in angle brackets behind it.

Sources: Yeastar, "S-Series VoIP PBX API", NewCdr; "P-Series developer guide", (30012) New CDR, Query CDR List, Search Specific CDR.
Uncertain: whether the time of an event is the property's or the exchange's own (`timezone` of the source is taken).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from protocols.framing import Framer
from protocols.records import CallRecord, Direction, Furniture, Parsed, Unparsed
from protocols.smdr.answers import AnswerShape
from protocols.smdr.dialect import Dialect
from protocols.smdr.documents import DocumentFramer, body, json_object, text_of
from protocols.smdr.fields import WallClock, Wrong, count, number_sent, quoted, text_or_none
from protocols.smdr.legs import join_linked
from protocols.smdr.moments import after, epoch, stamp
from protocols.smdr.settings import Parser, SourceSettings

_EVENT, _EVENT_OF_P = "newcdr", "30012"
_DIRECTIONS: Mapping[str, Direction] = {"internal": "internal", "inbound": "in", "outbound": "out"}
_ANSWERED = "ANSWERED"
_UNANSWERED = frozenset(("NO ANSWER", "BUSY", "FAILED", "VOICEMAIL"))
#: What the list of a P-series calls otherwise.
_OF_LIST: Mapping[str, str] = {
    "duration": "callduraction",
    "talkduration": "talkduraction",
    "disposition": "status",
    "calltype": "type",
    "callfromnumber": "callfrom",
    "calltonumber": "callto",
    "uid": "callid",
}
#: And what its event does.
_OF_EVENT: Mapping[str, str] = {"callduration": "callduraction", "talkduration": "talkduraction"}
_NAMED = re.compile(r".*<([^<>]*)>\s*")
#: The names under which releases tell the same thing; the first that is there counts.
_TRUNK_IN, _TRUNK_OUT = ("srctrunkname", "srctrunk"), ("desttrunkname", "dsttrunkname", "dsttrcunkname", "dsttrunk")


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one Yeastar."""
    clock = WallClock(settings.timezone)

    def parse(data: bytes, _now: datetime) -> Parsed:
        read = json_object(body(data))
        if read is None:
            return Unparsed(
                f"not a JSON object; it begins with {quoted(data[:30].decode('utf-8', 'backslashreplace'))}"
            )
        said = _said(read)
        event = said.get("action") or said.get("event", "")
        if event.lower() != _EVENT:
            return Furniture(f"an event that is no call record: {quoted(event)}") if event else _no_event()
        try:
            return _call(clock, said)
        except Wrong as wrong:
            return Unparsed(wrong.sentence(f"the value of {wrong.column}"))

    return parse


def _said(read: Mapping[str, Any]) -> Mapping[str, str]:
    """What the object says, under the names of NewCdr, whichever form it has."""
    if "msg" in read and "action" not in read:
        kind, inner = text_of(read.get("type")), read["msg"]
        call = json_object(inner.encode()) if isinstance(inner, str) else inner
        if kind != _EVENT_OF_P or not isinstance(call, dict):
            return {"event": kind}
        return {"action": _EVENT} | _renamed(call, _OF_EVENT)
    if "uid" in read and "call_type" in read:
        said = {"callfromnumber": text_of(read.get("call_from")), "calltonumber": text_of(read.get("call_to"))}
        said = {name: found[1] if (found := _NAMED.fullmatch(text)) else text for name, text in said.items()}
        return {"action": _EVENT} | _renamed({**said, **read}, _OF_LIST)
    return _renamed(read, {})


def _renamed(read: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    flat = {name.lower().replace("_", ""): text_of(value) for name, value in read.items()}
    return {**flat, **{known: flat[name] for name, known in names.items() if flat.get(name)}}


def _no_event() -> Parsed:
    return Unparsed("the JSON object does not say which event it is; a call record has the action NewCdr")


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return DocumentFramer(start)


def _call(clock: WallClock, said: Mapping[str, str]) -> CallRecord:
    warnings: list[str] = []
    at = epoch("timestamp", said.get("timestamp", ""), clock.zone)
    start = at or stamp(clock, "timestart", said.get("timestart", ""), warnings)
    lasted, talk = (_needed(name, said) for name in ("callduraction", "talkduraction"))
    trunk_in, trunk_out = _first(_TRUNK_IN, said), _first(_TRUNK_OUT, said)
    direction = _direction(said.get("type", ""), trunk_in, trunk_out)
    answered = _answered(said.get("status", ""), talk, warnings)
    target = said.get("callto", "")
    sent = number_sent(target, [] if direction == "internal" else warnings)
    inward = direction == "in"
    return CallRecord(
        direction=direction,
        answered=answered,
        start=start,
        end=after(start, lasted),
        ring_seconds=max(lasted - talk, 0) if answered else lasted,
        talk_seconds=talk if answered else 0,
        extension=None if direction == "tandem" else text_or_none(target if inward else said.get("callfrom", "")),
        dialled=None if inward else sent,
        caller=text_or_none(said.get("callfrom", "")) if inward or direction == "tandem" else None,
        did=number_sent(said.get("didnumber", ""), []) if inward else None,
        trunk=trunk_out or trunk_in,
        trunk_in=trunk_in,
        trunk_out=trunk_out,
        authorization_code=text_or_none(said.get("pincode", "")),
        call_key=text_or_none(said.get("callid", "")),
        condition=text_or_none(said.get("status", "")),
        warnings=tuple(warnings),
    )


def _needed(name: str, said: Mapping[str, str]) -> int:
    seconds = count(name, said.get(name, ""))
    if seconds is None:
        raise Wrong(name, "", "a whole number of seconds")
    return seconds


def _first(names: tuple[str, ...], said: Mapping[str, str]) -> str | None:
    return next((said[name] for name in names if said.get(name)), None)


def _direction(kind: str, trunk_in: str | None, trunk_out: str | None) -> Direction:
    """Which way the call went: by its trunks where it has both, else as the exchange says."""
    if trunk_in and trunk_out:
        return "tandem"
    found = _DIRECTIONS.get(kind.lower())
    if found is None:
        raise Wrong("type", kind, "Internal, Inbound or Outbound")
    return found


def _answered(status: str, talk: int, warnings: list[str]) -> bool | None:
    if status == _ANSWERED:
        return True
    if status in _UNANSWERED:
        return False
    warnings.append(f"the status is {quoted(status)} and the talk time {talk} seconds: answered or not is not known")
    return None


DIALECT = Dialect(
    name="yeastar",
    title="Yeastar call records (posted, or asked for)",
    transports=frozenset({"push", "pull"}),
    answer=AnswerShape(records="data", identity="uid timestamp duration talk_duration"),
    make_parser=make_parser,
    join_legs=join_linked,
    make_framer=_framer,
)
