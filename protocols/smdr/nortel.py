"""Nortel Meridian 1 and Communication Server 1000 CDR, in the old format: a line for each record, over a terminal port.

`N 027 00 2343 T010 011 05/09 07:46 00:01:12 A 19995567563`: the type, a number, the customer, who began, who was reached,
month and day, time, duration, and the digits; `A` says that they were dialled behind the code for outside, which is not
among them. A party is an extension, also written `DN2343`, a trunk `Trrrmmm` of route and member, or an attendant. The
columns were not at hand, so a record is read by its parts between blanks; what does not fit to the letter is kept, unread.

`N` is a whole call, `L` one inside, `B` one that nobody answered. A call that was handed on begins with `S`, goes on with
`X` and ends with `E`, on one trunk: each has the time of its own part, and the parts are one charge. `X` and `E` name the
trunk first whichever way the call went, so alone they have no direction. Account codes, authorisations and the like come
as records of their own beside the call's, and are kept as events.

Numbers count records of every type, also those that are kept unread, up to 999 and begin again at 000; one that does not come is
told. There is no year: the nearest is meant.

UNCERTAIN, and therefore options or kept unread:
* the new format (FCDR = NEW) puts seconds to the time and one or two lines that begin with `&` behind a record; what
  stands there was not at hand. Such records are unread; the option `format` joins their lines, and reads the first if told so.
* `D` (station activity) may repeat a call that `N` told already, and the columns of `G` and `H` (data calls) are not known.
* where the numbers begin again. Three digits are printed; collectors count them modulo 1000, but an exchange of another maker that
  writes the same record counts to 127 (option `count_records`).
* whether the time is that of the start (`time_basis`); the one printed example whose order tells it says so.

Sources: two threads of the forum tek-tips with lines of an exchange and the meaning of its types; Nortel NTP 553-3001-358,
"Reports", for the record with an account code and for the lines with `&`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from protocols.framing import MAX_RECORD, Framer, LineFramer
from protocols.records import CallRecord, Direction, Frame, HotelEvent, Parsed, Unparsed, made_up_key
from protocols.smdr.counting import Counter
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import WallClock, Wrong, duration, number_sent, quoted, text_or_none, time_of_day
from protocols.smdr.layout import furniture
from protocols.smdr.legs import join_handed_on
from protocols.smdr.moments import before, live_instant
from protocols.smdr.settings import Parser, SourceSettings

_FORMATS: Final = ("old", "new", "first-line")
#: The last number before 000 comes again, by the option `count_records`.
_LAST: Final[Mapping[str, int | None]] = {"yes": 999, "to-127": 127, "no": None}
_MORE: Final = b"&"
_PARTY: Final = r"T\d{3} ?\d{3}|ATT ?\d*|A\d{3}|(?:DN ?)?\d{1,7}"
_HEAD: Final = re.compile(r"([A-Z]) +(\d{3}) +(\d{2}) +(.*)", re.DOTALL)
_CALL: Final = re.compile(
    rf"({_PARTY}) +({_PARTY}) +(\d\d/\d\d) +(\d\d:\d\d(?::\d\d)?) +(\d\d:\d\d:\d\d)(?: +(A)(?= |$))?(?: +([0-9*#]+))? *"
)
_TIMED: Final = re.compile(rf"(?:({_PARTY}) +)?(?:(?:{_PARTY}) +)?(\d\d/\d\d) +(\d\d:\d\d)(?::\d\d)?(?: +(.*?))? *")

_CALLS: Final = frozenset("NSEXLB")
_LATER: Final = frozenset("XE")
_HANDED_ON: Final = frozenset("SX")
_EVENTS: Final[Mapping[str, str]] = {
    "A": "an authorisation code was entered; the call has a record of its own",
    "C": "an account code was entered; the call has a record of its own",
    "M": "an account code was entered in a conference; the call has a record of its own",
    "P": "the number of a caller; the call has a record of its own",
    "F": "a queue's call was put into a conference",
    "Q": "a queue's call was connected to an agent",
    "R": "a queue's call was handed on",
    "I": "the exchange was started anew, or its clock was set",
    "T": "a time stamp of the exchange",
    "Y": "a feature of the public network was used",
}
_UNREAD: Final[Mapping[str, str]] = {
    "D": "a record of a station's activity (D): whether another record tells of the same call is not known",
    "G": "a record of a data call inside (G), whose columns are not known here",
    "H": "a record of a data call outside (H), whose columns are not known here",
}
_NEW_FORMAT: Final = (
    "a record of the new format, whose columns are not known here: set FCDR to OLD in LD 17 of the exchange, "
    "or the option format to first-line"
)


# -- lines behind a line ---------------------------------------------------------------------------------------------


class ContinuedFramer:
    """Joins lines that begin with `&` to the line before them, so a line is given when the next one shows that it is whole."""

    __slots__ = ("_held", "_lines")

    def __init__(self, start: int = 0) -> None:
        self._lines = LineFramer(start)
        self._held: Frame | None = None

    @property
    def pending(self) -> int:
        """How many bytes are held for a record that is not complete yet."""
        return self._lines.pending + (len(self._held.data) if self._held is not None else 0)

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the records that they complete."""
        return [frame for line in self._lines.feed(data) for frame in self._next(line)]

    def end(self) -> list[Frame]:
        """Say that the stream is over: the record that is held is whole, a line begun behind it is not."""
        rest, held = self._lines.end(), self._held
        self._held = None
        return [*([held] if held is not None else []), *rest]

    def _next(self, line: Frame) -> list[Frame]:
        held = self._held
        together = len(line.data) + (len(held.data) if held is not None else 0)
        if held is not None and line.fault is None and line.data.startswith(_MORE) and together < MAX_RECORD:
            self._held = Frame(held.data + b"\n" + line.data, held.start, line.end)
            return []
        whole = line.fault is None and bool(line.data) and not line.data.startswith(_MORE)
        self._held = line if whole else None
        return [*([held] if held is not None else []), *([] if whole else [line])]


# -- one record ------------------------------------------------------------------------------------------------------


class _Site(NamedTuple):
    clock: WallClock
    ends: bool
    new: bool
    counts: bool


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one exchange."""
    options = settings.options
    site = _Site(
        clock=WallClock(settings.timezone),
        ends=options.get("time_basis") == "end",
        new=options.get("format") == "first-line",
        counts=options.get("count_records", "yes") != "no",
    )

    def parse(data: bytes, now: datetime) -> Parsed:
        text = data.decode("latin-1")
        return furniture(text) or _read(site, text, now)

    return parse


def _read(site: _Site, text: str, now: datetime) -> Parsed:
    line, *continued = text.strip().split("\n")
    if line.startswith("&"):
        return Unparsed("a second or third line of a record of the new format: set the option format, or FCDR to OLD")
    head = _HEAD.fullmatch(line.rstrip())
    if head is None:
        return Unparsed(
            f"not a Nortel record: no type, number and customer at its head; it begins with {quoted(line[:30])}"
        )
    kind, number, _, rest = head.groups()
    try:
        found = _record(site, kind, rest, now, new=bool(continued))
    except Wrong as wrong:
        found = Unparsed(wrong.sentence(f"the {wrong.column.replace('_', ' ')}"))
    if not site.counts:
        return found
    # Whatever it is, the exchange has counted it.
    return (
        found._replace(sequence=int(number)) if isinstance(found, CallRecord) else replace(found, sequence=int(number))
    )


def _record(site: _Site, kind: str, rest: str, now: datetime, *, new: bool) -> CallRecord | HotelEvent | Unparsed:
    """Read what stands behind the head of a record; `new` where lines follow it."""
    if kind in _UNREAD:
        return Unparsed(_UNREAD[kind])
    if kind in _EVENTS:
        return _event(site, kind, rest, now)
    parts = _CALL.fullmatch(rest) if kind in _CALLS else None
    if parts is None:
        return Unparsed(
            f"a record of type {kind} that has not the parts of the old format: two parties, date, time and duration; "
            f"behind its head stands {quoted(rest)}"
        )
    if not site.new and (new or len(parts[4]) > len("hh:mm")):
        return Unparsed(_NEW_FORMAT)
    return _call(site, kind, parts, now)


def _event(site: _Site, kind: str, rest: str, now: datetime) -> HotelEvent | Unparsed:
    parts = _TIMED.fullmatch(rest)
    if parts is None:
        return Unparsed(f"a record of type {kind} without date and time; behind its head stands {quoted(rest)}")
    party, date, time, said = parts.groups()
    day = site.clock.nearest("date", date, now)
    at = site.clock.instant(day, time_of_day("time", f"{time}:00"), [])
    who = _Party.of(party or "")
    # What opens the way out is not shown; the record holds it as it came.
    return HotelEvent(reason=_EVENTS[kind], at=at, extension=who.extension, code=None if kind == "A" else said or None)


class _Party(NamedTuple):
    """One end of a call; an attendant is neither an extension nor a trunk."""

    extension: str | None = None
    trunk: str | None = None

    @classmethod
    def of(cls, text: str) -> _Party:
        """Read `2343`, `DN2343`, `T010 016` or `ATT1`."""
        bare = text.replace(" ", "")
        if bare[:1] == "T":
            return cls(trunk=bare)
        return cls(extension=text_or_none(bare.removeprefix("DN"))) if bare[:1] != "A" else cls()


def _call(site: _Site, kind: str, parts: re.Match[str], now: datetime) -> CallRecord:
    first, second, date, time, lasted, _, digits = parts.groups()
    began, reached, warnings = _Party.of(first), _Party.of(second), list[str]()
    talk = duration("duration", lasted)
    day = site.clock.nearest("date", date, now)
    shown = time_of_day("time", time if len(time) == len("hh:mm:ss") else f"{time}:00")
    at = live_instant(site.clock, day, shown, warnings, now if site.ends else before(now, talk))
    way = _direction(kind, began, reached)
    sent = number_sent(digits or "", warnings)
    line = began.trunk or reached.trunk
    inside = reached.extension if way == "internal" else None
    return CallRecord(
        direction=way,
        answered=_answered(kind, way, talk),
        start=before(at, talk) if site.ends else at,
        end=at if site.ends else None,
        time_basis="end" if site.ends else "start",
        ring_seconds=talk if kind == "B" else None,
        talk_seconds=0 if kind == "B" else talk,
        extension=None if way == "tandem" else began.extension or reached.extension,
        dialled=None if way == "in" else sent or inside,
        did=sent if way == "in" else None,
        trunk=(reached.trunk or line) if way != "internal" else None,
        trunk_in=began.trunk if way in ("in", "tandem") else None,
        trunk_out=reached.trunk if way in ("out", "tandem") else None,
        call_key=made_up_key(line) if kind in _HANDED_ON | _LATER and line else None,
        more_follows=kind in _HANDED_ON,
        condition=kind,
        warnings=tuple(warnings),
        stages=_stages(kind, first, second),
    )


def _direction(kind: str, began: _Party, reached: _Party) -> Direction:
    """Say which way a call went; the later parts of one that was handed on name the trunk first either way."""
    if began.trunk is None:
        return "internal" if reached.trunk is None else "out"
    if reached.trunk is not None:
        return "tandem"
    return "unknown" if kind in _LATER else "in"


def _answered(kind: str, way: Direction, talk: int) -> bool | None:
    if kind == "B" or not talk:
        return False
    return True if way in ("in", "internal") else None


def _stages(kind: str, first: str, second: str) -> tuple[str, ...]:
    attended = ("attendant",) if "A" in (first[:1], second[:1]) else ()
    return (*attended, "transfer") if kind in _HANDED_ON | _LATER else attended


# -- the dialect -----------------------------------------------------------------------------------------------------


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return LineFramer(start) if options.get("format", "old") == "old" else ContinuedFramer(start)


def _counter(options: Mapping[str, str]) -> Counter | None:
    last = _LAST[options.get("count_records", "yes")]
    return None if last is None else Counter(first=0, last=last)


DIALECT: Final = Dialect(
    name="nortel",
    title="Nortel Meridian 1 and CS1000 CDR",
    transports=frozenset({"serial", "connect", "listen", "file", "folder"}),
    make_parser=make_parser,
    join_legs=join_handed_on,
    options={
        "format": "old as FCDR is on the exchange; new to join the lines that begin with & to their record, which is kept "
        "unread; first-line to join them and read the first line as one of the old format (default old)",
        "time_basis": "end if the time of a record is that of the call's end, start if of its start (default start)",
        "count_records": "to-127 if the numbers of the records begin again behind 127 and not behind 999; no if one that does not come is "
        "not to be told as missing (default yes)",
    },
    choices={"format": _FORMATS, "time_basis": ("start", "end"), "count_records": tuple(_LAST)},
    make_framer=_framer,
    counter=_counter,
)
