"""NEC NEAX 2400, SV8500, SV9500 and SV9300: a text from STX to ETX for each call, asked for and acknowledged (`nec_session.py`).

The third and fourth letters behind the addresses are the type. KA, KB, KE (out, within the house, in) and the extended KH, KI,
KJ have fixed columns (`layouts/nec-neax.toml`); KK, KL, KM are flexible: a tag of two digits, a length of two digits, data,
and so on to the end of the text.

Start and end are both told, to the second; the duration is what lies between. A call out whose caller is a trunk is from trunk
to trunk. The trunk is written as route and trunk, `001/023`, its group is the route. Whether the far end answered is not told of
an outgoing call.

A call that was handed on is one record where the exchange bills it in total, or one for each station where it splits the bill. The
shares are found by trunk and time (`shares.py`) if the first flag says that the call was transferred (1, 3, 4), or, on the share
before, that the billing is continued (2, 3).

UNCERTAIN: the lengths of the tags 07, 10, 12, 13, 14 and 16. In the samples that are public, from which the numbers were
taken out, they are greater by one than the data. They are taken at their word, unless the option `lengths` says otherwise;
with the wrong one no text comes out at its end, so that no number is read wrongly. Charges are not read.

Sources: the open-source reader NEC-SMDR-Collector, its code and its samples; NEC NEAX 2400 IPX and 7400 IMX, system data 1, index
33 (split and total billing of transferred calls).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from protocols.framing import Framer, LineFramer
from protocols.records import CallRecord, Direction, Frame, Parsed, Unparsed
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import WallClock, Wrong, count, number_sent, quoted, text_or_none, time_of_day
from protocols.smdr.layout import Fields, furniture, load, narrowed
from protocols.smdr.nec_session import ETX, NecSession
from protocols.smdr.sessions import PlainSession, Session
from protocols.smdr.settings import Parser, SourceSettings
from protocols.smdr.shares import join_shares, marked_later, sharing_by, unmarked

_NAMES: Final = (
    "route trunk party station start end account flags digits pulses authorization caller start_year end_year"
).split()
_FIXED: Final[Mapping[str, Direction]] = {"outgoing": "out", "internal": "internal", "incoming": "in"}
_FLEXIBLE: Final[Mapping[str, Direction]] = {"KK": "out", "KL": "in", "KM": "internal"}

#: A text must reach the end of the digits, or the number would be another.
_LEAST_WITHOUT_YEARS: Final = 86
#: The party that called is a trunk.
_A_TRUNK: Final = "2"
#: Conditions of the first flag that say that a call was handed on, and of the third that the operator put it through.
_HANDED_ON: Final = ("1", "3", "4")
#: Conditions of the first flag that say that the billing is continued by another record.
_CONTINUED: Final = ("2", "3")
_BY_OPERATOR: Final = ("1", "3", "5", "7")


class TextFramer(LineFramer):
    """Cuts at ETX, and at the ends of lines, for a text kept in a file has lost its ETX or has a line end behind it."""

    __slots__ = ()

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the texts that they complete."""
        return super().feed(data.replace(ETX, b"\n"))


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return TextFramer(start)


class _Told(NamedTuple):
    """What a record tells, in words that all types share."""

    direction: Direction
    start: datetime
    end: datetime
    line: str
    route: str
    party: str
    station: str
    called: str
    digits: str
    caller: str
    account: str
    authorization: str
    pulses: str
    flags: str


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one NEAX."""
    clock = WallClock(settings.timezone)
    less = int(settings.options.get("lengths") == "less-one")

    def read(fields: Fields, now: datetime) -> Parsed:
        warnings: list[str] = []
        return _call(_fixed(clock, fields, now, warnings), warnings)

    layout = narrowed(load("nec-neax"), _NAMES, tuple(_FIXED))
    if settings.options.get("years") == "no":
        layout = replace(layout, forms=tuple(replace(form, least=_LEAST_WITHOUT_YEARS) for form in layout.forms))
    straight = layout.parser(_NAMES, read, _no_form)

    def parse(data: bytes, now: datetime) -> Parsed:
        text = data if data[:1] == b"\x02" else b"\x02" + data
        if text[3:5] in (b"KK", b"KL", b"KM"):
            try:
                return _flexible(clock, text.decode("latin-1"), less)
            except Wrong as wrong:
                return Unparsed(wrong.sentence(f"the field {wrong.column.replace('_', ' ')}"))
        return straight(text if data else data, now)

    return parse


def _no_form(text: str) -> Parsed:
    bare = text.strip("\x02\0 ")
    return furniture(bare) or Unparsed(
        f"not in any form of a NEC record: no type KA to KM stands behind the addresses; it begins with {quoted(bare[:30])}"
    )


# -- fixed types -----------------------------------------------------------------------------------------------------


def _fixed(clock: WallClock, fields: Fields, now: datetime, warnings: list[str]) -> _Told:
    (
        route, trunk, party, station, start, end, account, flags, digits, pulses, authorization, caller,
        start_year, end_year,
    ) = fields.values  # fmt: skip
    direction = _FIXED[fields.form.name]
    began = _instant(clock, "start", start, start_year, now, warnings)
    return _Told(
        direction,
        began,
        _instant(clock, "end", end, end_year, now, [], began),
        f"{route}/{trunk}" if route else "",
        route,
        party,
        station,
        digits if direction == "internal" else "",
        digits,
        caller,
        account,
        authorization,
        pulses,
        flags,
    )


def _instant(
    clock: WallClock,
    column: str,
    text: str,
    year: str,
    now: datetime,
    warnings: list[str],
    near: datetime | None = None,
) -> datetime:
    """Read MMDDhhmmss and a year of two digits; without the year, which older releases leave out, the nearest to now."""
    if len(text) != 10:
        raise Wrong(column, text, "month, day, hour, minute and second")
    month, day = text[:2], text[2:4]
    known = (
        clock.day(column, f"20{year}/{month}/{day}") if year else clock.nearest(column, f"{month}/{day}", near or now)
    )
    seconds = time_of_day(column, f"{text[4:6]}:{text[6:8]}:{text[8:]}")
    return clock.instant(known, seconds, warnings, near.astimezone(UTC) if near is not None else None)


# -- flexible types --------------------------------------------------------------------------------------------------

#: Tags whose length may count one more than there is.
_DOUBTFUL: Final = frozenset({"07", "10", "12", "13", "14", "16"})


def _flexible(clock: WallClock, text: str, less: int) -> Parsed:
    tags = _tags(text.rstrip("\0 "), less)
    if tags is None:
        return Unparsed(
            "the lengths of the fields do not come out at the end of the text; if it is so with all, change the option lengths"
        )
    warnings: list[str] = []
    times = tags.get("06", "")
    if len(times) != 34:
        raise Wrong("times", times, "start and end, 17 digits each")
    began = _moment(clock, times[:17], warnings)
    return _call(_tagged(_FLEXIBLE[text[3:5]], tags, began, _moment(clock, times[17:], [], began)), warnings)


def _tags(text: str, less: int) -> dict[str, str] | None:
    """The fields by their tags, whose numbers grow; None where they do not reach the end of the text."""
    at, found, before = 5, dict[str, str](), ""
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (tag.isdecimal() and length.isdecimal() and tag > before):
            return None
        begin, before = at + 4, tag
        at = begin + max(0, int(length) - (less if tag in _DOUBTFUL else 0))
        # The last field of a text may have lost its blanks.
        if at > len(text) and text[begin:].strip():
            return None
        found[tag] = text[begin:at]
    return found


def _tagged(direction: Direction, tags: Mapping[str, str], start: datetime, end: datetime) -> _Told:
    trunk, take = tags.get("01", ""), tags.get
    mine, other = ("04", "05") if direction == "in" else ("02", "03"), ("04", "05")
    station = take(mine[1], "")[6:].strip() or take(mine[0], "")[4:].strip()
    called = take(other[1], "")[6:].strip() or take(other[0], "")[4:].strip()
    return _Told(
        direction,
        start,
        end,
        f"{trunk[3:6]}/{trunk[6:9]}" if trunk else "",
        trunk[3:6],
        "" if direction == "in" else take("02", "")[:1],
        station,
        called,
        take("10", "").strip(),
        take("16", "")[1:].strip(),
        take("07", "").strip(),
        take("12", "").strip(),
        "",
        take("08", ""),
    )


def _moment(clock: WallClock, text: str, warnings: list[str], near: datetime | None = None) -> datetime:
    """Read YYYYMMDDhhmmss with thousandths, which are left out."""
    day = clock.day("times", f"{text[:4]}/{text[4:6]}/{text[6:8]}")
    seconds = time_of_day("times", f"{text[8:10]}:{text[10:12]}:{text[12:14]}")
    return clock.instant(day, seconds, warnings, near.astimezone(UTC) if near is not None else None)


# -- one call --------------------------------------------------------------------------------------------------------


def _call(one: _Told, warnings: list[str]) -> Parsed:
    talked = int((one.end.astimezone(UTC) - one.start.astimezone(UTC)).total_seconds())
    if talked < 0:
        return Unparsed("the call ends before it began: the clock of the exchange was put back during it")
    tandem = one.direction == "out" and one.party == _A_TRUNK
    direction: Direction = "tandem" if tandem else one.direction
    outward = direction in ("out", "tandem")
    came = f"{one.station[:3]}/{one.station[3:]}" if tandem and len(one.station) == 6 else None
    into, out = (came, one.line) if outward else (one.line, "")
    sent = number_sent(one.called or one.digits, []) if direction == "internal" else number_sent(one.digits, warnings)
    return CallRecord(
        direction=direction,
        answered=False if not talked else None if outward else True,
        start=one.start,
        end=one.end,
        talk_seconds=talked,
        extension=None if tandem else text_or_none(one.station),
        dialled=None if direction == "in" else sent,
        caller=text_or_none(one.caller) if direction == "in" else None,
        did=sent if direction == "in" else None,
        trunk=text_or_none(out or into or ""),
        trunk_in=text_or_none(into or ""),
        trunk_out=text_or_none(out),
        trunk_group=text_or_none(one.route),
        group_in=text_or_none(one.route) if direction == "in" else (came or "").partition("/")[0] or None,
        group_out=text_or_none(one.route) if outward else None,
        account_code=text_or_none(one.account),
        authorization_code=text_or_none(one.authorization),
        pulses=count("pulses", one.pulses),
        condition=text_or_none(one.flags),
        warnings=tuple(warnings),
        stages=_stages(one.flags),
    )


def _stages(flags: str) -> tuple[str, ...]:
    found = ["attendant"] if flags[2:3] in _BY_OPERATOR else []
    return tuple(found + (["transfer"] if flags[:1] in _HANDED_ON else []))


# -- the dialect -----------------------------------------------------------------------------------------------------


def _carried_on(earlier: CallRecord, later: CallRecord) -> bool:
    return (earlier.condition or "")[:1] in _CONTINUED or marked_later(earlier, later)


#: How the records of a call whose bill was split find each other, by the option `handed_on`.
_JOINED_BY: Final = {"marked": _carried_on, "adjacent": unmarked, "apart": None}


def _session(options: Mapping[str, str], transport: str) -> Session:
    if transport != "connect":
        return PlainSession()
    return NecSession(int(options.get("device", "0")), check=options.get("parity") != "ignore")


DIALECT: Final = Dialect(
    name="nec-neax",
    title="NEC NEAX 2400, SV8500, SV9500, SV9300 SMDR",
    transports=frozenset({"connect", "file", "folder"}),
    make_parser=make_parser,
    join_legs=join_shares,
    default_port=60010,
    options={
        "device": "the number by which the exchange knows this collector, 0 to 3, as it was set there (default 0)",
        "years": "no if the exchange is so old that its texts end before the years (default yes)",
        "parity": "ignore if frames are to be taken whose check does not come out (default check)",
        "lengths": "less-one if account codes, digits and callers of the types KK, KL, KM are one shorter than their lengths say (default exact)",
        "handed_on": "marked if the first flag joins the records of a call that was handed on; adjacent if records that fit are one call "
        "without it too, apart if none are ever joined (default marked)",
    },
    choices={
        "years": ("yes", "no"),
        "device": ("0", "1", "2", "3"),
        "parity": ("check", "ignore"),
        "lengths": ("exact", "less-one"),
        "handed_on": tuple(_JOINED_BY),
    },
    sharing=sharing_by(_JOINED_BY),
    make_framer=_framer,
    make_session=_session,
)
