"""Yeastar S-series and its kin: a JSON object for each call, posted to us when the call is over ("NewCdr").

The exchange posts other events to the same address, of which nothing is read. It names the trunk on each side, and says
itself whether a call was internal, inbound or outbound. The spelling of the names is the exchange's: `callduraction`.
A call that rang several telephones or was handed on comes as several objects with one call number.

Source: Yeastar, "S-Series VoIP PBX API", NewCdr, and the page "CDR" of its developer guide. Uncertain: whether the time is
the property's or the exchange's own (`timezone` of the source is taken), and what P-series sends, which is another event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from protocols.framing import Framer
from protocols.records import CallRecord, Direction, Furniture, Parsed, Unparsed
from protocols.smdr.dialect import Dialect
from protocols.smdr.documents import DocumentFramer, body, json_object, text_of
from protocols.smdr.fields import WallClock, Wrong, count, number_sent, quoted, text_or_none
from protocols.smdr.legs import join_linked
from protocols.smdr.moments import after, stamp
from protocols.smdr.settings import Parser, SourceSettings

_EVENT = "newcdr"
_DIRECTIONS: Mapping[str, Direction] = {"internal": "internal", "inbound": "in", "outbound": "out"}
_ANSWERED = "ANSWERED"
_UNANSWERED = frozenset(("NO ANSWER", "BUSY", "FAILED", "VOICEMAIL"))
#: The names under which releases tell the same thing; the first that is there counts.
_TRUNK_IN, _TRUNK_OUT = ("srctrunkname", "srctrunk"), ("desttrunkname", "dsttrunkname", "dsttrcunkname")


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one Yeastar."""
    clock = WallClock(settings.timezone)

    def parse(data: bytes, _now: datetime) -> Parsed:
        read = json_object(body(data))
        if read is None:
            return Unparsed(
                f"not a JSON object; it begins with {quoted(data[:30].decode('utf-8', 'backslashreplace'))}"
            )
        said = {name.lower(): text_of(value) for name, value in read.items()}
        event = said.get("action") or said.get("event", "")
        if event.lower() != _EVENT:
            return Furniture(f"an event that is no call record: {quoted(event)}") if event else _no_event()
        try:
            return _call(clock, said)
        except Wrong as wrong:
            return Unparsed(wrong.sentence(f"the value of {wrong.column}"))

    return parse


def _no_event() -> Parsed:
    return Unparsed("the JSON object does not say which event it is; a call record has the action NewCdr")


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return DocumentFramer(start)


def _call(clock: WallClock, said: Mapping[str, str]) -> CallRecord:
    warnings: list[str] = []
    start = stamp(clock, "timestart", said.get("timestart", ""), warnings)
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
    title="Yeastar call records (NewCdr, posted)",
    transports=frozenset({"push"}),
    make_parser=make_parser,
    join_legs=join_linked,
    make_framer=_framer,
)
