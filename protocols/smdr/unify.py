"""Unify (Siemens) Hicom 150 E, HiPath 3000 and 5000, OpenScape Business: a line for each part of a call, at its end.

Four forms are told apart by themselves: compressed and long fixed columns, the GetAccount form, and fields between
strokes (`layouts/unify.toml`, `layouts/unify-pipe.toml`). The time in a record is that of its END; the start is reckoned
from it. The year has two digits. A call that is handed on leaves a record for each who held it, with nothing that joins
them: each is charged for its own time, which adds up to the whole, unless the option `handed_on` has them found by trunk and time
(`shares.py`).

The info column tells the way: 1 in, 2 out. Other codes stand for DISA, transfer and conference, and differ between
releases; they are read as the options `in` and `out` say, and otherwise the way is not known and the call waits for a
person. A call that nobody answered has no duration. The last digits of a number may be masked by the exchange.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from protocols.records import CallRecord, Direction, Furniture, Parsed, Unparsed
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import (
    WallClock,
    Wrong,
    duration,
    is_number,
    number_sent,
    quoted,
    text_or_none,
    time_of_day,
)
from protocols.smdr.layout import Fields, Form, Layout, load
from protocols.smdr.moments import before, live_instant
from protocols.smdr.settings import Parser, SourceSettings, listed
from protocols.smdr.shares import join_shares, sharing_by, unmarked

_NAMES = "date time trunk station ring duration number pulses info account".split()
_PIPE = "|"
_KNOWN = tuple(load("unify-pipe").forms[0].places)
_NEEDED = ("date", "time", "station", "duration", "number", "info")
_IN, _OUT = "1", "2"
#: What the first words of a line of titles are, in small letters; the exchange prints them in German or English.
_TITLES = ("datum", "date", "day")


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one exchange, for all its forms."""
    reader = _Reader(settings)
    fixed = load("unify").parser(_NAMES, reader.read, _no_record)
    strokes = _strokes(settings.options)
    names = [name for name in _NAMES if name in strokes.forms[0].places]

    def read(fields: Fields, now: datetime) -> Parsed:
        said = dict(zip(names, fields.values, strict=True))
        return reader.read(Fields(fields.form, [said.get(name, "") for name in _NAMES]), now)

    piped = strokes.parser(names, read, _no_record)

    def parse(data: bytes, now: datetime) -> Parsed:
        line = data.lstrip(b"\f")
        return (piped if b"|" in line else fixed)(line, now)

    return parse


def _strokes(options: Mapping[str, str]) -> Layout:
    usual, named = load("unify-pipe"), listed(options, "fields")
    if not named:
        return usual
    places = {name: number for number, name in enumerate(named) if name != "-"}
    form = Form(name="site", title="this site's fields", places=places, least=len(named), most=usual.forms[0].most)
    return Layout(name=usual.name, kind=usual.kind, encoding=usual.encoding, forms=(form,), separator=_PIPE)


def _check(options: Mapping[str, str]) -> list[str]:
    named = listed(options, "fields")
    problems = [
        f"the option fields names {quoted(name)}; known are {', '.join(_KNOWN)}, and - for one that is not needed"
        for name in named
        if name not in _KNOWN and name != "-"
    ]
    missing = [name for name in _NEEDED if named and name not in named]
    if missing:
        problems.append(f"a call cannot be charged without {' and '.join(missing)}; name them in fields")
    both = set(listed(options, "in", _IN)) & set(listed(options, "out", _OUT))
    if both:
        problems.append(f"the info code {' and '.join(sorted(both))} stands in both options in and out")
    return problems


def _no_record(text: str) -> Parsed:
    if text.strip(" |").lower().startswith(_TITLES):
        return Furniture("a line of column titles")
    return Unparsed(
        "not in any form of a Unify record: date and time are not at the head of the line, or a field is missing; "
        f"the line begins with {quoted(text[:30])}"
    )


class _Reader:
    """Makes call records of the lines of one exchange."""

    __slots__ = ("_clock", "_in", "_out")

    def __init__(self, settings: SourceSettings) -> None:
        self._clock = WallClock(settings.timezone)
        self._in = frozenset(listed(settings.options, "in", _IN))
        self._out = frozenset(listed(settings.options, "out", _OUT))

    def read(self, fields: Fields, now: datetime) -> Parsed:
        """Make a record of a line's fields."""
        date, time, trunk, station, ring, lasted, number, pulses, info, account = fields.values
        if date.lower().startswith(_TITLES):
            return Furniture("a line of column titles")
        warnings: list[str] = []
        end = self._end(date, time, now, warnings)
        talk = duration("duration", lasted) if lasted else 0
        rung = duration("ring", f"00:{ring}") if ring else None
        direction = self._direction(info, warnings)
        sent = number_sent(number, warnings)
        line = text_or_none(trunk)
        inward, outward = direction == "in", direction == "out"
        return CallRecord(
            direction=direction,
            answered=_answered(talk, inward=inward),
            start=before(end, talk + (rung or 0)),
            time_basis="end",
            end=end,
            ring_seconds=rung,
            talk_seconds=talk,
            extension=text_or_none(station),
            dialled=None if inward else sent,
            caller=sent if inward else None,
            trunk=line,
            trunk_in=line if inward else None,
            trunk_out=line if outward else None,
            account_code=text_or_none(account),
            pulses=_pulses(pulses, warnings),
            condition=text_or_none(info),
            warnings=tuple(warnings),
        )

    def _end(self, date: str, time: str, now: datetime, warnings: list[str]) -> datetime:
        day, month, year = date[:2], date[3:5], date[6:]
        if len(date) != 8 or not is_number(day + month + year):
            raise Wrong("date", date, "day.month.year")
        try:
            shown = self._clock.day("date", f"20{year}-{month}-{day}")
        except Wrong as wrong:
            raise Wrong("date", date, wrong.expected) from None
        seconds = time_of_day("time", time)
        return live_instant(self._clock, shown, seconds, warnings, now)

    def _direction(self, info: str, warnings: list[str]) -> Direction:
        if info in self._out:
            return "out"
        if info in self._in:
            return "in"
        warnings.append(
            f"the info column holds {quoted(info)}, which neither of the options in and out names; "
            "whether the call went out is not known"
        )
        return "unknown"


def _answered(talk: int, *, inward: bool) -> bool | None:
    """An incoming call with a duration was answered; an outgoing one counts from the answer, or from the end of dialling."""
    if not talk:
        return False
    return True if inward else None


def _pulses(text: str, warnings: list[str]) -> int | None:
    """Read the pulses: a whole number where the exchange counts them, an amount where it reckons money."""
    if not text:
        return None
    if is_number(text) and len(text) <= 11:
        return int(text)
    warnings.append(f"the pulses hold {quoted(text)}, not a whole number; they are left out")
    return None


#: How the records of a call that was handed on find each other, by the option `handed_on`.
_JOINED_BY: Final = {"apart": None, "adjacent": unmarked}

DIALECT = Dialect(
    name="unify",
    title="Unify Hicom 150 E, HiPath 3000/5000 and OpenScape Business call records",
    transports=frozenset({"listen", "connect", "file", "folder", "serial", "pull"}),
    make_parser=make_parser,
    join_legs=join_shares,
    options={
        "in": "the codes of the info column that mean an incoming call, between blanks (default 1)",
        "out": "the codes of the info column that mean an outgoing call, between blanks (default 2)",
        "fields": "the fields between strokes in the order in which this exchange writes them, between blanks: "
        f"{', '.join(_KNOWN)}, or - for one that is not needed (default: in this order)",
        "handed_on": "adjacent if records that follow each other on a trunk with one number and another station are one call that was "
        "handed on; no record says so itself, so two calls could be taken for one (default apart)",
    },
    choices={"handed_on": tuple(_JOINED_BY)},
    sharing=sharing_by(_JOINED_BY),
    check_more=_check,
)
