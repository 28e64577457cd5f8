"""Cisco Unified Communications Manager: files of records with a line of titles, one row for each part of a call.

The manager writes a file a minute on each of its nodes and pushes it, by FTP or SFTP, into a folder of ours. Rows of
another kind (CMR: how well the call was heard) come in files of their own and cost nothing. Each row stands under its
file's line of titles, by which its columns are found (`layouts/cisco-cucm.toml`); the framer gives both together.

A call that is transferred or made a conference is split: each part but the last ends with cause 393216, all parts bear
one call number, and the leg of the party who stays keeps its own number in them. So a part that comes *from* a trunk
may be the rest of a call *to* it: the joining goes by the number of the trunk's leg. A consultation before the transfer
is a call of its own, with its own number.

A device is a telephone if its name begins as those of telephones do (option `inside`), else a trunk or gateway; what the
settings list under `trunks` is one in any case. Times are seconds since 1970 in UTC and never in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from protocols.records import CallRecord, Direction, Furniture, JoinedCall, Parsed, Unparsed
from protocols.smdr.carrying import SEPARATOR
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import Wrong, count, number_sent, quoted, text_or_none
from protocols.smdr.layout import Fields, load
from protocols.smdr.legs import join_single, join_stretches
from protocols.smdr.moments import between, epoch
from protocols.smdr.settings import Parser, SourceSettings, listed

_NAMES = (
    "record_type manager call_id cluster orig_leg dest_leg dest_leg_other origination connect disconnect duration calling "
    "original_called final_called redirected_by orig_device dest_device orig_cause dest_cause on_behalf client_matter "
    "authorization"
).split()

#: The cause of a part that goes on in another record, and the ends that are no end of the call.
SPLIT = "393216"
#: Beginnings of device names that are no trunks: telephones, their software, ports of conferences, music and voice mail.
INSIDE = "SEP ATA CSF BOT TCT TAB CFB MTP ANN MOH CTI"
#: An analogue telephone at a gateway is named AN and its port in twelve or more hexadecimal digits.
_ANALOGUE = re.compile(r"AN[0-9A-F]{12,}")
#: Numbers of conference bridges begin so.
_BRIDGE = "b00"
_TRANSFER, _CONFERENCE = "10", "4"
_TIMES = ("origination", "connect", "disconnect")
_CONFERENCE_PART = "a part of a conference: whether its trunk was called out stands in the parts before it"
_CALL, _QUALITY = "1", "2"
_TITLE = "cdrRecordType"
#: What a record carries that stands under titles of another kind.
_OTHER = b"other"


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one cluster."""
    reader = _Reader(settings)
    return load("cisco-cucm").parser(_NAMES, reader.read, _no_record)


def context_of(line: bytes) -> bytes | None:
    """Know a line of titles: of call records, or of records of another kind (CMR), which only cost attention."""
    if not line[:20].lstrip(b'\xef\xbb\xbf"').startswith(_TITLE.encode()):
        return None
    return load("cisco-cucm").titles(line) or _OTHER


def _no_record(text: str) -> Parsed:
    titles, _, row = text.rpartition(SEPARATOR.decode())
    if row.lstrip('\ufeff"').startswith(_TITLE):
        return Furniture("a line of column titles")
    if row.upper().startswith("INTEGER,"):
        return Furniture("a line of column types")
    if titles == _OTHER.decode():
        return Furniture("a record of the quality of a call (CMR), which costs nothing")
    missing = "stands under no line of column titles, which is the first of each file"
    unfit = "does not fit the line of column titles above it"
    return Unparsed(f"the row {unfit if titles else missing}; it begins with {quoted(row[:30])}")


class _Reader:
    """Makes call records of the rows of one cluster."""

    __slots__ = ("_inside", "_trunks", "_zone")

    def __init__(self, settings: SourceSettings) -> None:
        self._zone = settings.timezone
        self._trunks = settings.trunks
        self._inside = tuple(listed(settings.options, "inside", INSIDE))

    def read(self, fields: Fields, _now: datetime) -> Parsed:
        """Make a record of a row."""
        said = dict(zip(_NAMES, fields.values, strict=True))
        if said["record_type"] != _CALL:
            return _other_kind(said["record_type"])
        talk = count("duration", said["duration"])
        if talk is None:
            raise Wrong("duration", "", "a whole number")
        begun, connected, end = (epoch(name, said[name], self._zone) for name in _TIMES)
        start = begun or connected or end
        if start is None:
            raise Wrong("origination", said["origination"], "seconds since 1970")
        calling, called = said["calling"], said["final_called"] or said["original_called"]
        trunk_in = said["orig_device"] if self._is_trunk(said["orig_device"], calling) else None
        trunk_out = said["dest_device"] if self._is_trunk(said["dest_device"], said["final_called"]) else None
        direction = _direction(trunk_in, trunk_out)
        warnings = [_CONFERENCE_PART] if _is_conference(said) and (trunk_in or trunk_out) else []
        sent = number_sent(called, warnings if trunk_out else [])
        return CallRecord(
            direction=direction,
            answered=connected is not None,
            start=start,
            time_basis="utc",
            end=end,
            ring_seconds=_ring(begun, connected or end),
            talk_seconds=talk,
            extension=_extension(direction, calling, called),
            dialled=None if direction == "in" else sent,
            caller=text_or_none(calling) if trunk_in else None,
            did=number_sent(said["original_called"], []) if direction == "in" else None,
            trunk=trunk_out or trunk_in,
            trunk_in=trunk_in,
            trunk_out=trunk_out,
            warnings=tuple(warnings),
            # A consultation is split too, and nothing follows under its number: only what costs is waited for.
            more_follows=direction != "internal" and _is_split(said),
            **_marks(said),
        )

    def _is_trunk(self, device: str, number: str) -> bool:
        if not device or number.startswith(_BRIDGE):
            return False
        if device in self._trunks:
            return True
        return not device.startswith(self._inside) and _ANALOGUE.fullmatch(device) is None


class _Marks(TypedDict):
    """What a row says of its place among the parts of a call, and how it ended."""

    account_code: str | None
    authorization_code: str | None
    call_key: str | None
    leg_key: str
    condition: str | None
    stages: tuple[str, ...]


def _marks(said: Mapping[str, str]) -> _Marks:
    ended = said["dest_cause"] if said["dest_cause"] not in ("", "0") else said["orig_cause"]
    return _Marks(
        account_code=text_or_none(said["client_matter"]),
        authorization_code=text_or_none(said["authorization"]),
        call_key=f"{said['cluster']}:{said['manager']}:{said['call_id']}" if said["call_id"] else None,
        leg_key=f"{said['orig_leg']};{said['dest_leg'] or said['dest_leg_other']}",
        condition=text_or_none(ended),
        stages=_stages(said),
    )


def _is_split(said: Mapping[str, str]) -> bool:
    return SPLIT in (said["orig_cause"], said["dest_cause"])


def _is_conference(said: Mapping[str, str]) -> bool:
    bridged = said["final_called"].startswith(_BRIDGE) or said["calling"].startswith(_BRIDGE)
    return bridged or said["on_behalf"] == _CONFERENCE


def _other_kind(kind: str) -> Parsed:
    if kind == _QUALITY:
        return Furniture("a record of the quality of a call (CMR), which costs nothing")
    if kind == "INTEGER":
        return Furniture("a line of column types")
    raise Wrong("record_type", kind, "1, a call record")


def _direction(trunk_in: str | None, trunk_out: str | None) -> Direction:
    if trunk_out:
        return "tandem" if trunk_in else "out"
    return "in" if trunk_in else "internal"


def _extension(direction: Direction, calling: str, called: str) -> str | None:
    if direction == "tandem":
        return None
    return text_or_none(called if direction == "in" else calling)


def _ring(begun: datetime | None, until: datetime | None) -> int | None:
    return None if begun is None or until is None else between(begun, until)


def _stages(said: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    if _is_conference(said):
        found.append("conference")
    elif _is_split(said) or said["on_behalf"] == _TRANSFER:
        found.append("transfer")
    if said["redirected_by"] and said["redirected_by"] == said["original_called"] and not _is_split(said):
        found.append("forward")
    return tuple(found)


def join(legs: Sequence[CallRecord]) -> JoinedCall:
    """Join the parts of a call: what was talked on one leg of a trunk is one stretch, whichever side of a part it is.

    Parts come from several nodes, in any order. Raises ValueError for no legs.
    """
    if len(legs) == 1:
        return join_single(legs)
    return join_stretches(legs, out_leg=_out_leg, in_leg=_in_leg)


def _out_leg(leg: CallRecord) -> str | None:
    return (leg.leg_key or "").partition(";")[2] or None if leg.trunk_out else None


def _in_leg(leg: CallRecord) -> str | None:
    return (leg.leg_key or "").partition(";")[0] or None if leg.trunk_in else None


DIALECT = Dialect(
    name="cisco-cucm",
    title="Cisco Unified Communications Manager (CUCM) call detail records",
    transports=frozenset({"folder", "file"}),
    make_parser=make_parser,
    join_legs=join,
    options={
        "inside": "the beginnings of device names that are telephones or other equipment in the house, between blanks "
        f"(default {INSIDE}); every other device is a trunk",
    },
    context_of=context_of,
)
