"""FreeSWITCH: rows of mod_cdr_csv, JSON documents of mod_json_cdr, XML documents of mod_xml_cdr.

A call has two legs: the a-leg from the party who calls to FreeSWITCH, the b-leg from there to the party called. By default
only the a-leg is recorded, and it tells all: what it was bridged to (`sofia/gateway/NAME/NUMBER`, in last_arg), and how
long. A site that records both says `legs = "ab"`: then the trunk's time is the b-leg's, and the a-leg tells who called.
Otherwise a b-leg that comes all the same is left out, for its a-leg has told its time already.

A side of a call is a trunk if it is a gateway or a channel of a SIP profile of the trunks (option `trunk_profiles`); a call
comes from outside also where its context is that of such calls (option `inward`). Values in documents are URL-encoded
unless the site has switched that off. A call was answered if it has a time of the answer: the cause is NORMAL_CLEARING
for calls that were given up, too. Documents have their times in seconds since 1970; rows in local time.

Source: FreeSWITCH documentation, "mod_cdr_csv", "mod_json_cdr", "mod_xml_cdr", and "Channel Variables".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from protocols.framing import Framer
from protocols.records import CallRecord, Direction, Furniture, Parsed, Unparsed
from protocols.smdr.dialect import Dialect
from protocols.smdr.documents import DocumentFramer, body, json_object, text_of, url_decoded
from protocols.smdr.fields import WallClock, Wrong, count, number_sent, quoted, text_or_none
from protocols.smdr.layout import Fields, load
from protocols.smdr.legs import join_sided
from protocols.smdr.moments import epoch, stamp
from protocols.smdr.settings import Parser, SourceSettings, listed

_ROW_NAMES = (
    "accountcode caller destination context channel bridge_channel last_app last_arg start answer end duration billsec "
    "cause uuid"
).split()
#: What is read of a document's variables, by the names that a row has for them.
_VARIABLES = {
    "accountcode": "accountcode",
    "channel": "channel_name",
    "bridge_channel": "bridge_channel",
    "last_app": "last_app",
    "last_arg": "last_arg",
    "start": "start_epoch",
    "answer": "answer_epoch",
    "end": "end_epoch",
    "duration": "duration",
    "billsec": "billsec",
    "cause": "hangup_cause",
    "uuid": "uuid",
    "call_uuid": "call_uuid",
    "originating": "originating_leg_uuid",
    "gateway": "sip_gateway_name",
    "from_gateway": "sip_gateway",
    "direction": "direction",
}
_PROFILE = {"caller": "caller_id_number", "destination": "destination_number", "context": "context"}
_UUID = re.compile(r"[0-9a-fA-F]{8}-")
#: Applications of the dialplan that take a call without a telephone.
_STAGES = {
    "voicemail": "voicemail",
    "ivr": "menu",
    "play_and_get_digits": "menu",
    "playback": "announcement",
    "callcenter": "queue",
    "fifo": "queue",
    "conference": "conference",
    "valet_park": "parked",
}


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one FreeSWITCH, for rows and documents."""
    reader = _Reader(settings)
    row = load("freeswitch").parser(_ROW_NAMES, reader.read_row, _no_row)

    def parse(data: bytes, now: datetime) -> Parsed:
        document = body(data)
        first = document.lstrip()[:1]
        if first not in (b"{", b"<"):
            return row(data, now)
        said = _of_json(document) if first == b"{" else _of_xml(document)
        if isinstance(said, str):
            return Unparsed(said)
        try:
            return reader.read_document(said)
        except Wrong as wrong:
            return Unparsed(wrong.sentence(f"the variable {_VARIABLES.get(wrong.column, wrong.column)}"))

    return parse


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return DocumentFramer(start)


def _no_row(text: str) -> Parsed:
    return Unparsed(
        'neither a document nor a row of the templates "example" (15 columns) and "asterisk" (18 columns); '
        f"it begins with {quoted(text[:30])}"
    )


# -- documents ---------------------------------------------------------------------------------------------------------


def _of_json(document: bytes) -> dict[str, str] | str:
    read = json_object(document)
    variables = read.get("variables") if read is not None else None
    if read is None or not isinstance(variables, dict):
        return "the JSON document is broken, or holds no variables of a call"
    said = {name: text_of(variables.get(variable)) for name, variable in _VARIABLES.items()}
    profile = _profile(read.get("callflow"))
    return said | {name: text_of(profile.get(key)) for name, key in _PROFILE.items()}


def _profile(callflow: object) -> Mapping[str, Any]:
    """The caller's profile when the call began: the last of a list, for FreeSWITCH puts the newest first."""
    flows = callflow if isinstance(callflow, list) else [callflow]
    profiles = [one.get("caller_profile") for one in flows if isinstance(one, dict)]
    found = [one for one in profiles if isinstance(one, dict)]
    return found[-1] if found else {}


def _of_xml(document: bytes) -> dict[str, str] | str:
    """The values of an XML document, or why there are none; what reads XML is loaded by whoever has some."""
    from protocols.smdr.freeswitch_xml import values

    return values(document, _VARIABLES, _PROFILE)


# -- what it says ------------------------------------------------------------------------------------------------------


class _Way(NamedTuple):
    """Over which trunk a call went, and the number that was sent to it."""

    trunk: str
    number: str


class _Reader:
    """Makes call records of the rows and documents of one FreeSWITCH."""

    __slots__ = ("_both", "_clock", "_encoded", "_inward", "_profiles", "_zone")

    def __init__(self, settings: SourceSettings) -> None:
        options = settings.options
        self._clock, self._zone = WallClock(settings.timezone), settings.timezone
        self._both = options.get("legs") == "ab"
        self._encoded = options.get("encoded", "yes") == "yes"
        self._inward = frozenset(listed(options, "inward", "public"))
        self._profiles = frozenset(listed(options, "trunk_profiles", "external"))

    def read_row(self, fields: Fields, _now: datetime) -> Parsed:
        """Make a record of a row: always an a-leg's."""
        said = dict(zip(_ROW_NAMES, fields.values, strict=True))
        if _UUID.match(said["uuid"]) is None:
            raise Wrong("uuid", said["uuid"], "a uuid")  # a row of Asterisk has as many columns
        warnings: list[str] = []
        start, answer, end = (
            stamp(self._clock, name, said[name], warnings) if said[name] else None
            for name in ("start", "answer", "end")
        )
        silent = fields.form.name == "example"
        return self._call(said, start, answer, end, warnings, silent=silent)

    def read_document(self, said: dict[str, str]) -> Parsed:
        """Make a record of a document: of an a-leg or a b-leg."""
        if self._encoded:
            said = {name: url_decoded(text.encode()).decode("utf-8", "replace") for name, text in said.items()}
        originated = bool(said["originating"]) and said["originating"] != said["uuid"]
        if originated and not self._both:
            return Furniture('a b-leg, whose time its a-leg tells; where both are wanted, write legs = "ab"')
        start, answer, end = (epoch(name, said[name], self._zone) for name in ("start", "answer", "end"))
        return self._call(said, start, answer, end, [], silent=False)

    def _call(
        self,
        said: Mapping[str, str],
        start: datetime | None,
        answer: datetime | None,
        end: datetime | None,
        warnings: list[str],
        *,
        silent: bool,
    ) -> Parsed:
        if start is None:
            raise Wrong("start", said["start"], "a time")
        talk, lasted = _talk(said)
        trunk_in = self._from(said)
        way = self._to(said, warnings)
        direction = self._direction(trunk_in, way, silent=silent)
        sent = number_sent(way.number if way else said["destination"], [] if direction == "internal" else warnings)
        trunk_out = way.trunk if way is not None else None
        return CallRecord(
            direction=direction,
            answered=answer is not None,
            start=start,
            time_basis="utc" if "direction" in said else "start",
            end=end,
            ring_seconds=max(lasted - talk, 0),
            talk_seconds=talk if answer is not None else 0,
            extension=_extension(direction, said),
            dialled=None if direction == "in" else sent,
            caller=text_or_none(said["caller"]) if trunk_in is not None else None,
            did=sent if direction == "in" else None,
            trunk=text_or_none(trunk_out or trunk_in or ""),
            trunk_in=text_or_none(trunk_in or ""),
            trunk_out=text_or_none(trunk_out or ""),
            account_code=text_or_none(said["accountcode"]),
            call_key=text_or_none(said.get("originating") or said.get("call_uuid") or said["uuid"]),
            leg_key=text_or_none(said["uuid"]),
            condition=text_or_none(said["cause"]),
            warnings=tuple(warnings),
            stages=(_STAGES[said["last_app"]],) if said["last_app"] in _STAGES else (),
        )

    def _from(self, said: Mapping[str, str]) -> str | None:
        """The trunk a leg came in on, "" where that has no name; None if it came from inside."""
        if said.get("direction") == "outbound":
            return None
        gateway = said.get("from_gateway", "")
        profile = _profile_of(said["channel"])
        if gateway or profile in self._profiles or said["context"] in self._inward:
            return gateway or (profile if profile in self._profiles else "")
        return None

    def _to(self, said: Mapping[str, str], warnings: list[str]) -> _Way | None:
        """Where a leg went out: a b-leg by itself, an a-leg by what it was bridged to."""
        if said.get("direction") == "outbound":
            profile = _profile_of(said["channel"])
            if said["gateway"]:
                return _Way(said["gateway"], said["destination"])
            return _Way(profile, said["destination"]) if profile in self._profiles else None
        if self._both and "direction" in said:
            return None  # its b-leg tells
        ways = _gateways(said["last_arg"]) if said["last_app"] == "bridge" else []
        if len({way.number for way in ways}) > 1:
            warnings.append("several numbers were tried; which of them answered is not told, the first is taken")
        elif len({way.trunk for way in ways}) > 1:
            warnings.append("several gateways were tried; which of them took the call is not told, the first is taken")
        if ways:
            return ways[0]
        profile = _profile_of(said["bridge_channel"])
        if profile in self._profiles:
            return _Way(profile, said["bridge_channel"].rpartition("/")[2].partition("@")[0])
        return None

    @staticmethod
    def _direction(trunk_in: str | None, way: _Way | None, *, silent: bool) -> Direction:
        if way is not None:
            return "out" if trunk_in is None else "tandem"
        if trunk_in is not None:
            return "in"
        # The short template does not say what the call was bridged to: the number decides what it was, when it is priced.
        return "out" if silent else "internal"


def _profile_of(channel: str) -> str:
    """The SIP profile of a channel: `external` of `sofia/external/0123@host`."""
    kind, _, rest = channel.partition("/")
    return rest.partition("/")[0] if kind == "sofia" else ""


_VARIABLES_IN_FRONT = re.compile(r"^(?:\{[^{}]*\}|\[[^\[\]]*\]|<[^<>]*>)+")


def _gateways(argument: str) -> list[_Way]:
    """The gateways in the argument of bridge, with the number sent to each: `{a=b}sofia/gateway/NAME/NUMBER|…`."""
    found = []
    for branch in re.split(r":_:|[|,]", _VARIABLES_IN_FRONT.sub("", argument)):
        parts = _VARIABLES_IN_FRONT.sub("", branch.strip()).split("/")
        if len(parts) >= 4 and parts[:2] == ["sofia", "gateway"]:
            found.append(_Way(parts[2], parts[3].partition("@")[0]))
    return found


def _talk(said: Mapping[str, str]) -> tuple[int, int]:
    """The seconds after the answer, and all of them."""
    talk, lasted = count("billsec", said["billsec"]), count("duration", said["duration"])
    if talk is None:
        raise Wrong("billsec", said["billsec"], "a whole number")
    return talk, lasted or 0


def _extension(direction: Direction, said: Mapping[str, str]) -> str | None:
    made = bool(said.get("originating"))
    if direction == "tandem" or (made and direction != "internal"):
        return None  # who called over a leg that FreeSWITCH made, its a-leg tells
    return text_or_none(said["destination"] if made or direction == "in" else said["caller"])


DIALECT = Dialect(
    name="freeswitch",
    title="FreeSWITCH call records (mod_cdr_csv, mod_json_cdr, mod_xml_cdr)",
    transports=frozenset({"file", "folder", "push"}),
    make_parser=make_parser,
    join_legs=join_sided,
    options={
        "legs": "ab if both legs of each call are recorded in documents, a if only the a-leg is (default a)",
        "encoded": "no if the values in documents are not URL-encoded (encode-values in mod_xml_cdr and mod_json_cdr; "
        "default yes)",
        "inward": "the contexts in which calls from outside arrive, between blanks (default public)",
        "trunk_profiles": "the SIP profiles that reach the trunks, between blanks (default external)",
    },
    choices={"legs": ("a", "ab"), "encoded": ("yes", "no")},
    make_framer=_framer,
)
