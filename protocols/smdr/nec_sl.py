"""NEC SL1000, SL1100, SL2100, SV8100, SV9100 and Electra Elite IPK: rows of a printed page, one for each owner of a call.

The exchange prints on a serial line or a LAN terminal. The day stands in the head of a page, and is carried into the rows below it
(`carrying.py`); a page may last over midnight, so the time of the last row is carried too: where the time falls back by more than
half a day, a new day has begun. A row that would lie in the future is of the day before. A row before the first head is kept, unread.
Where the exchange writes the date into each row it has no year: the nearest is meant.

A call that was handed on gives a row to each owner; the row of a later one (PTRS, ITRS) does not say whether the call came in or
went out. That is taken from the last row of the same line, which is carried for this; where it is not known, the row says so. Its
class is what joins it to the row before it on that line (`shares.py`): its time is that of the taking over.

NEXT is the second line of the row before it, with a caller's name. BFL says that the buffer was full: calls are missing.
Sources: see `layouts/nec-sl.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from protocols.records import CallRecord, Direction, Furniture, Parsed, Unparsed
from protocols.smdr.carrying import parted
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import Day, WallClock, Wrong, duration, number_sent, quoted, text_or_none, time_of_day
from protocols.smdr.layout import Fields, load, narrowed
from protocols.smdr.settings import Parser, SourceSettings
from protocols.smdr.shares import join_shares, marked_later, sharing_by, unmarked

_NAMES: Final = "class time date line duration station digits account".split()
_ORDERS: Final = ("MDY", "DMY", "YMD")

_OUT: Final = ("POT", "POTA", "POTP", "POTW", "IVOT", "IVOTP", "IDOT")
_IN: Final = ("PIN", "IVIN", "IDIN")
_HANDED_ON: Final = ("PTRS", "ITRS")
_VAIN: Final = ("ALB", "BRD")  # all lines busy, barred
_CLASSES: Final[Mapping[str, Direction]] = {
    **dict.fromkeys((*_OUT, *_VAIN), "out"),
    **dict.fromkeys(_IN, "in"),
    "ICM": "internal",
}
_NO_ANSWER: Final = "NO ANSWER"

_HEAD: Final = re.compile(rb".{60}([0-9]{2,4}[/.-][0-9]{2}[/.-][0-9]{2,4})\b.*\bPAGE\b", re.DOTALL)
_ROW: Final = re.compile(rb"([A-Z]{2,5}) *([0-2][0-9]):([0-5][0-9]) (.{10})", re.DOTALL)
_WAITED: Final = timedelta(hours=2)

# -- what is carried -------------------------------------------------------------------------------------------------
#
# `11/21/2026|0|23:50|LINE005=o,LINE006=i`: the date of the head, days since, the time of the last row, and lines with the direction
# of their last call.

#: Lines whose last direction is carried; a call is handed on within minutes.
_MOST_LINES: Final = 12
_HALF_A_DAY: Final = 720


class _Carried(NamedTuple):
    head: str = ""
    days: int = 0
    minute: int = -1
    lines: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, text: str) -> _Carried:
        """Read what is carried; what is not of our making carries nothing."""
        parts = text.split("|")
        if len(parts) != 4 or not parts[1].isdecimal() or not (parts[2].isdecimal() or not parts[2]):
            return cls()
        pairs = (pair.partition("=") for pair in parts[3].split(",") if "=" in pair)
        return cls(parts[0], int(parts[1][:4]), int(parts[2] or -1), tuple((line, way) for line, _, way in pairs))

    def __bytes__(self) -> bytes:
        lines = ",".join(f"{line}={way}" for line, way in self.lines)
        return f"{self.head}|{self.days}|{self.minute if self.minute >= 0 else ''}|{lines}".encode("latin-1")


def context_of(line: bytes) -> bytes | None:
    """The date in the head of a page."""
    found = _HEAD.match(line)
    if found is not None:
        return bytes(_Carried(found[1].decode("ascii")))
    return line if line.count(b"|") == 3 and _Carried.of(line.decode("latin-1")).head else None


def advance(carried: bytes, line: bytes) -> bytes:
    """What is carried behind a line."""
    before = _Carried.of(carried.decode("latin-1"))
    head = _HEAD.match(line)
    if head is not None:
        return bytes(before._replace(head=head[1].decode("ascii"), days=0, minute=-1))
    row = _ROW.match(line)
    if row is None:
        return carried
    minute, kind = int(row[2]) * 60 + int(row[3]), row[1].decode("ascii")
    fell = before.minute - minute > _HALF_A_DAY
    name = _line_of(row[4].decode("latin-1"))
    lines = before.lines
    if name and kind in _CLASSES and kind not in _VAIN:
        others = tuple(pair for pair in lines if pair[0] != name)
        lines = (*others[1 - _MOST_LINES :], (name, "i" if kind in _IN else "o"))
    return bytes(before._replace(days=before.days + fell, minute=minute, lines=lines))


def dated(day: date, options: Mapping[str, str]) -> bytes:
    """What a row carries that stands on a page of this day."""
    parts = {"Y": f"{day:%Y}", "M": f"{day:%m}", "D": f"{day:%d}"}
    return bytes(_Carried("/".join(parts[letter] for letter in options.get("date_order", "MDY"))))


def _line_of(columns: str) -> str:
    """The line of a row, with a date before it or without, in signs that can be carried."""
    name = columns[6:] if columns[2:3] == "/" else columns
    return re.sub(r"[|=,\x1e]", "", name).strip()


# -- one row ---------------------------------------------------------------------------------------------------------


class _Site(NamedTuple):
    clock: WallClock
    order: str
    ends: bool


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one exchange."""
    options = settings.options
    site = _Site(WallClock(settings.timezone), options.get("date_order", "MDY"), options.get("time_basis") == "end")
    layout = narrowed(load("nec-sl"), _NAMES, ("dated", "undated"))
    cut = layout.parser(_NAMES, lambda fields, now: _row(site, fields, _Carried(), now), _no_form)
    fields_of = layout.cut(*_NAMES)

    def parse(data: bytes, now: datetime) -> Parsed:
        carried, row = parted(data)
        if row[:4] in (b"NEXT", b"BFL "):
            return _no_form(row[:4].decode("ascii"))
        fields = fields_of(row.decode("latin-1")) if carried else None
        if fields is None or fields.width < fields.form.least:
            return cut(row, now)
        try:
            return _row(site, fields, _Carried.of(carried.decode("latin-1")), now)
        except Wrong as wrong:
            return Unparsed(wrong.sentence(fields.form.place(wrong.column)))

    return parse


def _no_form(text: str) -> Parsed:
    if _HEAD.match(text.encode("latin-1", "replace")):
        return Furniture("the head of a page: the day of the rows below it")
    words = text.split()
    if words[:1] in (["CLASS"], ["Class"]):
        return Furniture("the titles of a page")
    if words[:1] == ["NEXT"]:
        return Furniture("the second line of the row before it: the caller's name")
    if words[:1] == ["BFL"]:
        return Unparsed("BFL: the buffer of the exchange was full; calls are missing")
    return Unparsed(
        f"not a row of a NEC page: class and time are not in their columns; it begins with {quoted(text[:30])}"
    )


def _row(site: _Site, fields: Fields, carried: _Carried, now: datetime) -> Parsed:
    kind, time, day_text, line, lasted, station, digits, account = fields.values
    if kind not in _CLASSES and kind not in _HANDED_ON:
        raise Wrong("class", kind, "a class like POT, PIN or ICM")
    warnings: list[str] = []
    if day_text:
        day = site.clock.nearest("date", day_text, now)
    elif carried.head:
        day = _carried_day(site, carried)
    else:
        return Unparsed("no date was seen yet: the row has none, and no head of a page came before it")
    at = _moment(site.clock, day, time, now if not day_text else None, warnings)
    talked = duration("duration", lasted) if lasted else 0
    start = (at.astimezone(UTC) - timedelta(seconds=talked)).astimezone(at.tzinfo) if site.ends else at
    way = _way(kind, line, carried, warnings)
    return _call(way, _Rest(kind, line, station, digits, account), start, at if site.ends else None, talked, warnings)


class _Rest(NamedTuple):
    kind: str
    line: str
    station: str
    digits: str
    account: str


def _carried_day(site: _Site, carried: _Carried) -> Day:
    parts = dict(zip(site.order, re.split(r"[/.-]", carried.head), strict=False))
    year = parts.get("Y", "")
    text = f"{year if len(year) == 4 else '20' + year}/{parts.get('M', '')}/{parts.get('D', '')}"
    head = site.clock.day("date", text)
    if not carried.days:
        return head
    later = date.fromordinal(head.midnight.toordinal() + carried.days)
    return site.clock.day("date", f"{later:%Y/%m/%d}")


def _moment(clock: WallClock, day: Day, time: str, now: datetime | None, warnings: list[str]) -> datetime:
    seconds = time_of_day("time", f"{time}:00")
    at = clock.instant(day, seconds, warnings)
    if now is None or at - now <= _WAITED:
        return at
    before = (day.midnight - timedelta(hours=12)).date()
    warnings.append("by the head of its page the row would lie in the future; the day before is taken")
    return clock.instant(clock.day("date", f"{before:%Y/%m/%d}"), seconds, [])


def _way(kind: str, line: str, carried: _Carried, warnings: list[str]) -> Direction:
    if kind not in _HANDED_ON:
        return _CLASSES[kind]
    known = dict(carried.lines).get(_line_of(line))
    if known is None:
        warnings.append("whether this call, which was handed on, came in or went out is not told by any row before it")
        return "unknown"
    return "in" if known == "i" else "out"


def _call(
    way: Direction, one: _Rest, start: datetime, end: datetime | None, talked: int, warnings: list[str]
) -> CallRecord:
    missed = one.account.upper() == _NO_ANSWER or one.kind in _VAIN or not talked
    line = text_or_none(one.line)
    return CallRecord(
        direction=way,
        answered=False if missed else None if way in ("out", "unknown") else True,
        start=start,
        end=end,
        time_basis="start" if end is None else "end",
        talk_seconds=0 if missed else talked,
        extension=text_or_none(one.station),
        dialled=number_sent(one.digits, warnings) if way in ("out", "internal") else None,
        caller=text_or_none(one.digits) if way == "in" else None,
        trunk=line if way != "internal" else None,
        trunk_in=line if way == "in" else None,
        trunk_out=line if way == "out" else None,
        account_code=None if one.account.upper() == _NO_ANSWER else text_or_none(one.account),
        condition=one.kind,
        warnings=tuple(warnings),
        stages=("transfer",) if one.kind in _HANDED_ON else (),
    )


#: How the rows of a call that was handed on find each other, by the option `handed_on`.
_JOINED_BY: Final = {"marked": marked_later, "adjacent": unmarked, "apart": None}

DIALECT: Final = Dialect(
    name="nec-sl",
    title="NEC SL1100, SL2100, SV8100, SV9100 SMDR page",
    transports=frozenset({"connect", "listen", "serial", "file", "folder"}),
    make_parser=make_parser,
    join_legs=join_shares,
    options={
        "date_order": "the order of the date in the head of a page: MDY, DMY or YMD (default MDY)",
        "time_basis": "end if the time of a row is that of the call's end, start if of its start (default start)",
        "handed_on": "marked if rows of the classes PTRS and ITRS carry on the call before them on their line; adjacent if rows that "
        "fit are one call without such a class too, apart if none are ever joined (default marked)",
    },
    choices={"date_order": _ORDERS, "time_basis": ("start", "end"), "handed_on": tuple(_JOINED_BY)},
    sharing=sharing_by(_JOINED_BY, resolution=60),
    context_of=context_of,
    advance=advance,
    dated=dated,
)
