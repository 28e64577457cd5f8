"""Avaya Communication Manager, MultiVantage, Definity: a line of fixed columns as each call, or a party's share of it, ends.

The exchange dials us (or we dial it); set it to send without the "reliable protocol", whose bytes nobody has published.
Which of its formats it writes, the option `layout` says; without it a record is read only if exactly one format fits it.
*Customized*, the usual choice, is built from the site's own page (`avaya_page.py`), given by the option `page`.

What is peculiar to it:

* The time is the END of the call, or of the party's share, to the minute. Durations are hours, minutes and tenths of a
  minute; `sec-dur`, which only customized records have, is in seconds.
* Most formats hold no date. It comes in a line of its own, `1121` or `11 21`, when the link comes up and at midnight, and
  is carried into each record behind it (`carrying.py`). A record before the first date is kept, unread. One that would
  end in the future is of the day before: it waited in the exchange over midnight.
* A call of ten hours and more gives a record with condition 4 and 9:59.9 each ten hours, then one with the rest. They
  are joined by a made-up key of parties and line, under which a record belongs to a call only while more is announced.
* A duration of 9999 says that the clock was changed during the call: nobody knows how long it was. It is not guessed.
* Condition 6 says that calls were not recorded for lack of resources.

A trunk is written as its access code, a stroke and the circuit: `9501/003`; its group is the access code. A record with an
incoming and an outgoing trunk is from trunk to trunk. Incoming calls show the number dialled, which is not the room
where the hotel gives out numbers of its own ("automatic selection of DID numbers").
Sources: see `layouts/avaya-cm.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from protocols.framing import Framer, LineFramer
from protocols.records import CallRecord, Direction, Frame, Furniture, Parsed, Unparsed, made_up_key
from protocols.smdr.avaya_page import layout_of, problems_of
from protocols.smdr.carrying import parted
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import (
    Day,
    WallClock,
    Wrong,
    count,
    is_number,
    number_sent,
    quoted,
    text_or_none,
    time_of_day,
)
from protocols.smdr.layout import Fields, Layout, furniture, load, narrowed
from protocols.smdr.settings import Parser, SourceSettings
from protocols.smdr.shares import join_shares, sharing_by, unmarked

_NAMES: Final = (
    "date time duration seconds condition code_dialled code_used dialled calling calling_first caller account "
    "authorization in_code in_circuit in_hundreds out_circuit out_hundreds attendant pulses"
).split()

#: Formats that can be told from each other by their blanks; the others need the site's word.
_RECOGNISED: Final = ("teleseer", "printer", "enhanced-printer", "lsu-expand", "int-isdn")
_LAYOUTS: Final = (*_RECOGNISED, "isdn-teleseer", "lsu", "expanded", "unformatted", "customized")

#: The letters of the 59-character format, and what they are elsewhere; F, G, H and I there say nothing of ringing.
_OF_59: Final[Mapping[str, str]] = dict(zip("ADEGHILN", "146789CE", strict=True))

#: What a condition says of the direction where the record names no trunk.
_WITHOUT_TRUNK: Final[Mapping[str, Direction]] = {
    **dict.fromkeys("0", "internal"),
    **dict.fromkeys("78ABEFKM", "out"),
    **dict.fromkeys("9GHIJ", "in"),
}
_UNANSWERED: Final = "EFGHI"
_RANG: Final = "GH"  # the duration is the time it rang
_INTERIM, _NOT_RECORDED = "4", "6"

#: The clock was changed during the call.
_NO_DURATION: Final = "9999"
#: An access code is at most so long; a caller's number is longer.
_LONGEST_CODE: Final = 4
#: How far the clock of an exchange may be ahead of ours before a day that was only carried is doubted.
_AHEAD: Final = timedelta(hours=2)

#: A date record with its NULs is ten bytes; a longer line is not looked at for one.
_LONGEST_DATE: Final = 20
_DATE: Final = re.compile(rb"[\0 ]*([0-3][0-9]) ?([0-3][0-9])[\0 ]*")
_HEAD: Final = re.compile(rb"[0-9]{4} [0-9]{4} ")


def context_of(line: bytes) -> bytes | None:
    """The date of a date record, four digits, whichever of day and month comes first."""
    found = _DATE.fullmatch(line)
    if found is None or not 0 < int(found[1]) <= 31 or not 0 < int(found[2]) <= 31:
        return None
    return found[1] + found[2]


def dated(day: date, options: Mapping[str, str]) -> bytes:
    """What a record carries that comes behind a date record of this day."""
    return (f"{day:%d%m}" if options.get("date_order") == "DM" else f"{day:%m%d}").encode()


# -- the line feed in the middle of an Int-ISDN record ---------------------------------------------------------------


class TwoLineFramer:
    """Takes the two lines of an Int-ISDN record together; a first line without its second comes out alone."""

    __slots__ = ("_first", "_inner")

    def __init__(self, start: int) -> None:
        self._inner = LineFramer(start)
        self._first: Frame | None = None

    @property
    def pending(self) -> int:
        """How many bytes are held for a record that is not complete yet."""
        return self._inner.pending + (len(self._first.data) if self._first is not None else 0)

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the records that they complete."""
        return [whole for frame in self._inner.feed(data) for whole in self._taken(frame)]

    def end(self) -> list[Frame]:
        """Say that the stream is over."""
        found = [whole for frame in self._inner.end() for whole in self._taken(frame)]
        first, self._first = self._first, None
        return found + ([first] if first is not None else [])

    def _taken(self, frame: Frame) -> list[Frame]:
        first, self._first = self._first, None
        begins = frame.fault is None and _HEAD.match(frame.data) is not None
        if begins:
            self._first = frame
        if first is None:
            return [] if begins else [frame]
        if begins:
            return [first]
        if not frame.data.startswith(b" "):
            return [first, frame]
        return [Frame(first.data + b"\n" + frame.data, first.start, frame.end, frame.fault)]


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return TwoLineFramer(start) if options.get("layout") == "int-isdn" else LineFramer(start)


# -- one record ------------------------------------------------------------------------------------------------------


class _Site(NamedTuple):
    """What is particular to one exchange."""

    clock: WallClock
    day_first: bool
    letters: bool


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one Communication Manager. Raises ValueError for a page that `check` would have refused."""
    options = settings.options
    site = _Site(
        WallClock(settings.timezone), options.get("date_order") == "DM", options.get("condition_codes") == "59"
    )
    cuts = [layout.cut(*_NAMES) for layout in _layouts(options)]

    def parse(data: bytes, now: datetime) -> Parsed:
        carried, row = parted(data)
        if len(row) <= _LONGEST_DATE and context_of(row) is not None:
            return Furniture("a date record: the day of the records after it")
        text = row.decode("latin-1")
        fits = [found for cut in cuts if (found := cut(text)) is not None]
        if len(fits) != 1:
            return _not_one(text, fits)
        fields = fits[0]
        if len(text) < fields.form.least:
            return Unparsed(
                f"the record is {len(text)} columns long, cut off before column {fields.form.least}; "
                f"the format is {fields.form.title}"
            )
        try:
            return _record(site, fields, carried.decode("ascii", "replace"), now)
        except Wrong as wrong:
            return Unparsed(wrong.sentence(fields.form.place(wrong.column)))

    return parse


def _layouts(options: Mapping[str, str]) -> list[Layout]:
    """The formats that a record may have, each as a layout of its own, so that two that fit are noticed."""
    chosen = options.get("layout") or ("customized" if "page" in options else "")
    known = layout_of(options.get("page", "")) if chosen == "customized" else load("avaya-cm")
    names = (chosen,) if chosen else _RECOGNISED
    return [narrowed(known, _NAMES, (form.name,)) for form in known.forms if form.name in names]


def _not_one(text: str, fits: Sequence[Fields]) -> Parsed:
    found = furniture(text.replace("\0", ""))
    if found is not None:
        return found
    if fits:
        names = " and ".join(fields.form.name for fields in fits)
        return Unparsed(f"the record can be read as {names}; write in the options which layout the exchange sends")
    return Unparsed(
        f"not in the layout of an Avaya record: time and duration are not in their columns; it begins with {quoted(text[:30])}"
    )


def _record(site: _Site, fields: Fields, carried: str, now: datetime) -> Parsed:
    one = _Row(*fields.values)
    condition = _OF_59.get(one.condition, one.condition) if site.letters else one.condition
    if not condition:
        raise Wrong("condition", "", "a condition code")
    if condition == _NOT_RECORDED:
        return Unparsed("condition 6: the exchange had no room to record calls; those of this time are missing")
    if one.duration == _NO_DURATION and not one.seconds:
        return Unparsed(
            f"{fields.form.place('duration')} holds '9999': the clock of the exchange was changed during the call, so nobody "
            "knows how long it was; enter the call by hand if it is to be charged"
        )
    lasted = count("seconds", one.seconds) if one.seconds else _tenths(one.duration)
    if lasted is None:
        raise Wrong("duration", one.duration, "a duration")
    warnings: list[str] = []
    end = _end(site, one, carried, now, warnings)
    if end is None:
        return Unparsed("no date was seen yet: this format holds none, and no date record came before this record")
    return _call(one, condition, lasted, end, warnings)


class _Row(NamedTuple):
    """The columns of one record, in the order of `_NAMES`."""

    date: str
    time: str
    duration: str
    seconds: str
    condition: str
    code_dialled: str
    code_used: str
    dialled: str
    calling: str
    calling_first: str
    caller: str
    account: str
    authorization: str
    in_code: str
    in_circuit: str
    in_hundreds: str
    out_circuit: str
    out_hundreds: str
    attendant: str
    pulses: str


def _tenths(text: str) -> int:
    """Read hours, minutes and tenths of a minute, `0083`, as seconds."""
    if len(text) != 4 or not is_number(text) or int(text[1:3]) > 59:
        raise Wrong("duration", text, "hours, minutes and tenths of a minute, like 0083")
    return int(text[0]) * 3600 + int(text[1:3]) * 60 + int(text[3]) * 6


# -- when ------------------------------------------------------------------------------------------------------------


def _end(site: _Site, one: _Row, carried: str, now: datetime, warnings: list[str]) -> datetime | None:
    """When the call ended; None where nobody said on which day. A format without a time of day cannot say it either."""
    if not one.time:
        return None
    seconds = time_of_day("time", f"{one.time[:2]}:{one.time[2:]}:00")
    day = _day(site, one.date or carried, now) if one.date or carried else None
    if day is None:
        return None
    end = site.clock.instant(day, seconds, warnings)
    if one.date or end - now <= _AHEAD:
        return end
    before = (day.midnight - timedelta(hours=12)).date()
    warnings.append(
        f"the last date record says {day.midnight:%Y-%m-%d}, but there the call would end in the future; the day before is taken"
    )
    return site.clock.instant(site.clock.day("date", f"{before:%Y/%m/%d}"), seconds, [])


def _day(site: _Site, text: str, now: datetime) -> Day:
    first, second, year = text[:2], text[2:4], text[4:]
    month, day = (second, first) if site.day_first else (first, second)
    if year:
        return site.clock.day("date", f"20{year}/{month}/{day}")
    return site.clock.nearest("date", f"{month}/{day}", now)


# -- who with whom ---------------------------------------------------------------------------------------------------


def _call(one: _Row, condition: str, lasted: int, end: datetime, warnings: list[str]) -> CallRecord:
    out = _trunk(one.code_used, one.out_hundreds + one.out_circuit)
    direction = _direction(condition, one.in_code or one.in_circuit.strip("0"), out)
    inward = direction in ("in", "tandem")
    code, calling = _in_code(one) if inward else (one.in_code, one.calling_first + one.calling)
    caller, into = one.caller, _trunk(code, one.in_hundreds + one.in_circuit)
    unanswered = condition in _UNANSWERED or lasted == 0
    sent = number_sent(one.dialled, warnings if direction in ("out", "tandem") else [])
    start = (end.astimezone(UTC) - timedelta(seconds=lasted)).astimezone(end.tzinfo)
    extension = one.dialled if direction == "in" else "" if direction == "tandem" else calling or caller
    line = out or into
    return CallRecord(
        direction=direction,
        answered=not unanswered,
        start=start,
        end=end,
        time_basis="end",
        ring_seconds=lasted if condition in _RANG else None,
        talk_seconds=0 if unanswered else lasted,
        extension=text_or_none(extension),
        dialled=None if direction == "in" else sent,
        caller=text_or_none(caller or calling) if inward else None,
        did=sent if direction == "in" else None,
        trunk=line,
        trunk_in=into,
        trunk_out=out,
        trunk_group=text_or_none(one.code_used if out else code),
        group_in=text_or_none(code),
        group_out=text_or_none(one.code_used),
        account_code=text_or_none(one.account),
        authorization_code=text_or_none(one.authorization),
        call_key=made_up_key(extension or caller or calling, one.dialled, line) if line else None,
        more_follows=condition == _INTERIM,
        pulses=count("pulses", one.pulses),
        condition=text_or_none(one.condition),
        warnings=tuple(warnings),
        stages=_stages(condition, one.attendant),
    )


def _in_code(one: _Row) -> tuple[str, str]:
    """The access code of the incoming trunk, and the calling number, which in formats without a column for it is that code."""
    calling = one.calling_first + one.calling
    if not one.in_code and calling and len(calling) <= _LONGEST_CODE:
        return calling, ""
    return one.in_code, "" if calling == one.in_code else calling


def _trunk(code: str, circuit: str) -> str | None:
    circuit = circuit if circuit.strip("0") else ""
    return f"{code}/{circuit}" if code and circuit else text_or_none(code or circuit)


def _direction(condition: str, into: str, out: str | None) -> Direction:
    if into and out:
        return "tandem"
    if out:
        return "out"
    if into:
        return "in"
    return _WITHOUT_TRUNK.get(condition, "unknown")


def _stages(condition: str, attendant: str) -> tuple[str, ...]:
    found = ["attendant"] if condition == "1" or attendant else []
    return tuple(found + (["conference"] if condition == "C" else []))


# -- the dialect -----------------------------------------------------------------------------------------------------


def _check(options: Mapping[str, str]) -> list[str]:
    if "page" in options:
        if options.get("layout", "customized") != "customized":
            return ['page belongs to layout = "customized"; leave one of both out']
        return [f"page: {words}" for words in problems_of(options["page"])]
    if options.get("layout") == "customized":
        return ['layout = "customized" needs the page of the exchange: page = "file:cdr-page.txt"']
    return []


#: How the records of a call that was handed on find each other, by the option `handed_on`.
_JOINED_BY: Final = {"apart": None, "adjacent": unmarked}

DIALECT: Final = Dialect(
    name="avaya-cm",
    title="Avaya Communication Manager CDR",
    transports=frozenset({"listen", "connect", "file", "folder", "serial"}),
    make_parser=make_parser,
    join_legs=join_shares,
    options={
        "layout": "the format the exchange writes, as it is called there (default: recognised, where only one fits)",
        "page": "page 2 of the exchange's own display system-parameters cdr, as file:PATH: it makes the customized layout",
        "date_order": "DM if the exchange writes day and month, MD if month and day (default MD)",
        "condition_codes": "59 if the exchange writes the letters of the 59-character format (default usual)",
        "handed_on": "adjacent if records that follow each other on a trunk with one number and another telephone are one call that was "
        "handed on; no record says so itself, so two calls could be taken for one (default apart)",
    },
    site_option="page",
    choices={
        "layout": _LAYOUTS,
        "date_order": ("MD", "DM"),
        "condition_codes": ("usual", "59"),
        "handed_on": tuple(_JOINED_BY),
    },
    sharing=sharing_by(_JOINED_BY, resolution=60),
    make_framer=_framer,
    context_of=context_of,
    dated=dated,
    check_more=_check,
)
