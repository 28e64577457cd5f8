"""Cisco routers with telephones (CME, CUBE, IOS voice): syslog lines, one for each leg of a call.

A router makes a leg for whoever calls (CallOrigin 2) and one to whoever is called (CallOrigin 1), and tells of each when it
ends, in `%VOIPAAA-5-VOIP_CALL_HISTORY` with names and values. `ConnectionId` joins them. A line holds the number of the
party at the other end of the leg, and does not say whether that is a telephone or a trunk: a number of at most
`extension_digits` digits is taken for a telephone, any other for a trunk, known by its kind, `telephony` or `voip`.

The stamp at the head of a syslog line has no year and is not read; the times inside are whole. They name their zone, which
decides the hour that comes twice in autumn; an asterisk or a point before one says that the router's clock was not set by
a time server. A leg that nobody answered has its connect time at its end.

Source: Cisco, "Understanding Call Detail Records in VoIP" and "Cisco IOS Voice, call history in syslog".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from protocols.records import CallRecord, Furniture, Parsed, Unparsed
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import WallClock, Wrong, count, number_sent, quoted, text_or_none, time_of_day
from protocols.smdr.layout import furniture
from protocols.smdr.legs import join_sided
from protocols.smdr.moments import between
from protocols.smdr.settings import Parser, SourceSettings

_HISTORY = "%VOIPAAA-5-VOIP_CALL_HISTORY:"
_MNEMONIC = re.compile(r"%[A-Z0-9_]+-\d-([A-Z0-9_]+):")
_TIME = re.compile(r"([*.]?)(\d\d:\d\d:\d\d)(?:\.\d+)? (\S+) [A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4})")
_MONTHS = {name: f"{at:02}" for at, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_KINDS = {"1": "telephony", "2": "voip"}
_CAME, _MADE = "2", "1"
_EXTENSION_DIGITS = "5"


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one router."""
    reader = _Reader(settings)

    def parse(data: bytes, _now: datetime) -> Parsed:
        text = data.decode("utf-8", "backslashreplace")
        _, found, rest = text.partition(_HISTORY)
        if not found:
            return _other(text)
        try:
            return reader.read(_pairs(rest))
        except Wrong as wrong:
            return Unparsed(wrong.sentence(f"the value of {wrong.column}"))

    return parse


def _other(text: str) -> Parsed:
    mnemonic = _MNEMONIC.search(text)
    if mnemonic is not None:
        return Furniture(f"a message of the router that is no call: {mnemonic[1][:40]}")
    return furniture(text) or Unparsed(f"not a syslog line of a Cisco router; it begins with {quoted(text[:30])}")


def _pairs(text: str) -> dict[str, str]:
    """The names and values of a line, parted by commas; between a name and its value stands a blank."""
    parts = (part.strip().partition(" ") for part in text.split(","))
    return {name: value.strip() for name, _, value in parts}


class _Reader:
    """Makes call records of the lines of one router."""

    __slots__ = ("_clock", "_longest", "_utc")

    def __init__(self, settings: SourceSettings) -> None:
        self._clock, self._utc = WallClock(settings.timezone), WallClock(UTC)
        self._longest = int(settings.options.get("extension_digits", _EXTENSION_DIGITS))

    def read(self, said: Mapping[str, str]) -> Parsed:
        """Make a record of a leg."""
        origin, peer = said.get("CallOrigin", ""), said.get("PeerAddress", "")
        if origin not in (_CAME, _MADE):
            raise Wrong("CallOrigin", origin, "1 or 2")
        warnings: list[str] = []
        start, connected, end = (
            self._instant(name, said, warnings) for name in ("SetupTime", "ConnectTime", "DisconnectTime")
        )
        talk = between(connected, end)
        outside = len(peer.lstrip("+")) > self._longest
        trunk = _KINDS.get(said.get("CallLegType", ""), "other") if outside else None
        made = origin == _MADE
        sent = number_sent(peer, warnings if made and outside else [])
        return CallRecord(
            direction=("out" if made else "in") if outside else "internal",
            answered=talk > 0,
            start=start,
            end=end,
            ring_seconds=between(start, connected),
            talk_seconds=talk,
            extension=None if outside else text_or_none(peer),
            dialled=sent if made else None,
            caller=text_or_none(peer) if outside and not made else None,
            trunk=trunk,
            trunk_in=None if made else trunk,
            trunk_out=trunk if made else None,
            call_key=_key(said.get("ConnectionId", "")),
            leg_key=f"{origin}:{peer}",
            pulses=count("ChargedUnits", said.get("ChargedUnits", "")) or None,
            condition=text_or_none(said.get("DisconnectCause", "")),
            warnings=tuple(dict.fromkeys(warnings)),
        )

    def _instant(self, name: str, said: Mapping[str, str], warnings: list[str]) -> datetime:
        text = said.get(name, "")
        found = _TIME.fullmatch(text)
        if found is None or found[4] not in _MONTHS:
            raise Wrong(name, text, "a time with its zone, day, month and year")
        unset, time, zone, month, day, year = found.groups()
        if unset:
            warnings.append("the router's clock was not set by a time server when this call was written")
        clock = self._utc if zone in ("UTC", "GMT") else self._clock
        shown = clock.day(name, f"{year}-{_MONTHS[month]}-{int(day):02}")
        seconds = time_of_day(name, time)
        told: list[str] = []
        at = clock.instant(shown, seconds, told)
        if told and at.replace(fold=1).tzname() == zone != at.tzname():
            at, told = at.replace(fold=1), []  # the name of the zone says that the clock was back already
        elif told and at.tzname() == zone:
            told = []
        warnings += told
        return at.astimezone(self._clock.zone)


def _key(connection: str) -> str | None:
    """The connection number; one of nothing but noughts joins nothing."""
    return connection if connection.strip("0 ") else None


def _check(options: Mapping[str, str]) -> list[str]:
    digits = options.get("extension_digits", _EXTENSION_DIGITS)
    if digits.isascii() and digits.isdecimal() and 1 <= int(digits) <= 15:
        return []
    return [f"the option extension_digits is {quoted(digits)}; write how many digits the longest extension has"]


DIALECT = Dialect(
    name="cisco-cme",
    title="Cisco router (CME, CUBE, IOS voice), call history by syslog",
    transports=frozenset({"udp", "file"}),
    make_parser=make_parser,
    join_legs=join_sided,
    options={
        "extension_digits": "how many digits the longest extension has; a party with a longer number is outside (default 5)"
    },
    check_more=_check,
)
