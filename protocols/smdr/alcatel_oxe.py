"""Alcatel-Lucent OmniPCX Enterprise: an accounting ticket of 772 bytes for each call, over Ethernet (`oxe_session.py`).

A ticket is a label, whose third byte says what it is, a text of fixed columns (`layouts/alcatel-oxe.toml`), and NULs. Tickets of
maintenance and of voice quality come on the same connection if the exchange is set so; they are no calls.

The type of a call says its direction; types 7 to 13 and 15 are calls that only pass through the exchange: from trunk to trunk.
Start and end are told to the second. The trunk is written as group and trunk, `12/3`. Sources: see the layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from protocols.framing import Framer
from protocols.records import CallRecord, Direction, Furniture, Parsed, Unparsed
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import WallClock, Wrong, count, number_sent, quoted, text_or_none, time_of_day
from protocols.smdr.layout import Fields, load
from protocols.smdr.legs import join_single
from protocols.smdr.oxe_session import OxeSession, TicketFramer
from protocols.smdr.sessions import PlainSession, Session
from protocols.smdr.settings import Parser, SourceSettings

_NAMES: Final = (
    "called charged calling call_type end units duration trunk trunk_group business_code first_dialled waiting "
    "redirected start transit_group"
).split()

_LABEL: Final = 4
_KINDS: Final[Mapping[bytes, str]] = {
    b"\x01\x00\x01\x00": "an empty ticket",
    b"\x01\x00\x06\x00": "a ticket of the exchange's maintenance (MAO), no call",
    b"\x01\x00\x07\x00": "a ticket of voice quality (VoIP), no call",
}
_CALL: Final = b"\x01\x00\x02\x00"

_DIRECTIONS: Final[Mapping[str, Direction]] = {
    "0": "out",
    "1": "out",
    "2": "internal",
    "3": "internal",
    "4": "in",
    "5": "in",
    "6": "unknown",
    **dict.fromkeys(("7", "8", "9", "10", "11", "12", "13", "15"), "tandem"),
    "14": "internal",
}


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one OmniPCX Enterprise."""
    clock = WallClock(settings.timezone)

    def read(fields: Fields, now: datetime) -> Parsed:
        return _call(clock, fields.values)

    straight = load("alcatel-oxe").parser(_NAMES, read, _no_version)

    def parse(data: bytes, now: datetime) -> Parsed:
        label = data[:_LABEL]
        if label in _KINDS:
            return Furniture(_KINDS[label])
        if label != _CALL:
            return Unparsed(f"not a ticket of an OmniPCX Enterprise: its label is '{label.hex(' ')}'")
        return straight(data[_LABEL:].rstrip(b"\0"), now)

    return parse


def _no_version(text: str) -> Parsed:
    return Unparsed(f"the ticket is of version {quoted(text[:5])}; only ED5.2 can be read")


def _call(clock: WallClock, values: Sequence[str]) -> CallRecord:
    (
        called, charged, calling, call_type, end_text, units, lasted, trunk, group, business, first, waiting,
        redirected, start_text, transit,
    ) = values  # fmt: skip
    kind = call_type.lstrip("0") or ("0" if call_type else "")
    if kind not in _DIRECTIONS:
        raise Wrong("call_type", call_type, "a type of call from 0 to 15")
    direction, warnings = _DIRECTIONS[kind], list[str]()
    start = _moment(clock, "start", start_text, warnings)
    end = _moment(clock, "end", end_text, [], start)
    talked = count("duration", lasted)
    if talked is None:
        raise Wrong("duration", lasted, "a number of seconds")
    outward = direction in ("out", "tandem")
    line = f"{_bare(group)}/{_bare(trunk)}" if _bare(group) and _bare(trunk) else text_or_none(_bare(group or trunk))
    line = line if direction != "internal" else None
    return CallRecord(
        direction=direction,
        answered=talked > 0,
        start=start,
        end=end,
        ring_seconds=count("waiting", waiting),
        talk_seconds=talked,
        extension=None if direction == "tandem" else text_or_none(charged),
        dialled=None if direction == "in" else number_sent(called or first, warnings if outward else []),
        caller=text_or_none(calling) if direction in ("in", "tandem") else None,
        did=number_sent(first, []) if direction == "in" else None,
        trunk=line,
        trunk_in=line if direction == "in" else None,
        trunk_out=line if outward else None,
        trunk_group=text_or_none(_bare(group)) if line else None,
        group_in=text_or_none(_bare(group)) if direction == "in" else text_or_none(_bare(transit)),
        group_out=text_or_none(_bare(group)) if outward else None,
        account_code=text_or_none(business),
        pulses=count("units", units),
        condition=call_type,
        warnings=tuple(warnings),
        stages=("forward",) if redirected not in ("", "0") else (),
    )


def _bare(text: str) -> str:
    """A number of a trunk or group without its leading noughts; nought is none."""
    return text.lstrip("0")


def _moment(clock: WallClock, column: str, text: str, warnings: list[str], near: datetime | None = None) -> datetime:
    """Read YYYYMMDD HH:MM:SS."""
    if len(text) != 17:
        raise Wrong(column, text, "year, month, day and a time of day")
    day = clock.day(column, f"{text[:4]}/{text[4:6]}/{text[6:8]}")
    return clock.instant(
        day, time_of_day(column, text[9:]), warnings, near.astimezone(UTC) if near is not None else None
    )


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return TicketFramer(start)


def _session(options: Mapping[str, str], transport: str) -> Session:
    return OxeSession() if transport == "connect" else PlainSession()


def _check(options: Mapping[str, str]) -> list[str]:
    second = options.get("second_cpu", "tcp:a:1")
    if second.startswith("tcp:") and second.rpartition(":")[2].isdecimal():
        return []
    return ['second_cpu is no address; write it as second_cpu = "tcp:192.168.1.11:2533"']


DIALECT: Final = Dialect(
    name="alcatel-oxe",
    title="Alcatel-Lucent OmniPCX Enterprise tickets",
    transports=frozenset({"connect", "file", "folder"}),
    make_parser=make_parser,
    join_legs=join_single,
    default_port=2533,
    options={
        "second_cpu": "the address of the other CPU of a doubled exchange, as tcp:192.168.1.11:2533; both are tried in turn",
    },
    make_framer=_framer,
    make_session=_session,
    check_more=_check,
    other_addresses=lambda options: tuple(filter(None, (options.get("second_cpu"),))),
)
