"""Samsung OfficeServ SMDR over the LAN: a record for each who held a call, of 122 or 154 bytes, ended by a NUL.

We dial the exchange (TCP 5100); there is no log-in. Where the exchange prints page headers, one stands in front of a
record, begun by a form feed and ended by a line of `=`; it is stored with that record. The start has no year: the nearest
is meant. A record of any other length is kept, unread.

The flag says what a record is: `O` out, `I` in, `A` nobody answered. A call that was handed on begins with `OT` or `IT`,
goes on with `TT` and ends with `T`; those two do not say which way the call went, nor whom it was with. The parts are
joined by the number in the record as long as the last one says that another follows, and charged once, for the time of
all. A part that is alone has no direction and waits for a person.

`FI` and `FO` are the two records of a call that a telephone forwarded to an outside number, `DI` and `DO` those of a caller
who dialled on through the exchange (DISA), `DE` one who failed. `FO` and `DO` went from trunk to trunk and bill no room,
unless the option `forwarded` says that the telephone pays.

Nothing says when an outgoing call was answered. Sources and doubts: see `layouts/samsung.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from protocols.framing import Framer, NulFramer
from protocols.records import CallRecord, Direction, Furniture, HotelEvent, Parsed, Unparsed, made_up_key
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import WallClock, Wrong, duration, number_sent, quoted, text_or_none, time_of_day
from protocols.smdr.layout import Fields, columns_of, load, narrowed
from protocols.smdr.legs import join_handed_on
from protocols.smdr.moments import live_instant
from protocols.smdr.settings import Parser, SourceSettings

_NAMES: Final = "id extension authorization month day time duration flag digits account cost caller ring trunk".split()
#: Lengths of a record without its NUL.
_LENGTHS: Final = (121, 153)
_FLAGS: Final[Mapping[str, Direction]] = {
    **dict.fromkeys(("I", "IT", "A", "DI", "DE", "FI"), "in"),
    **dict.fromkeys(("O", "OT"), "out"),
    **dict.fromkeys(("FO", "DO"), "tandem"),
    **dict.fromkeys(("T", "TT"), "unknown"),
}
_VAIN: Final = ("A", "DE")
_HANDED_ON: Final = ("OT", "IT", "TT")
_LATER: Final = ("T", "TT")
_STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys((*_HANDED_ON, *_LATER), ("transfer",)),
    **dict.fromkeys(("FI", "FO"), ("forward",)),
}
#: What stands in the column of the digits when a telephone tells of itself and not of a call.
_EVENTS: Final[Mapping[str, str]] = {
    "IN GROUP": "a telephone came into its group",
    "OUT GROUP": "a telephone left its group",
    "IN DND": "a telephone was set not to be disturbed",
    "DND ON": "a telephone was set not to be disturbed",
    "OUT DND": "a telephone may be disturbed again",
    "DND OFF": "a telephone may be disturbed again",
}
_HEAD, _HEAD_ENDS, _LINE_END = b"\f", b"====", 2


class _Site(NamedTuple):
    clock: WallClock
    forwarder_pays: bool


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one exchange. Raises ValueError for columns that `check` would have refused."""
    options = settings.options
    site = _Site(WallClock(settings.timezone), options.get("forwarded") == "telephone")
    places = columns_of(options.get("columns", ""))
    layout = narrowed(load("samsung"), _NAMES, ("long", "short"), places)
    straight = layout.parser(_NAMES, lambda fields, now: _record(site, fields, now), _no_form)

    def parse(data: bytes, now: datetime) -> Parsed:
        if _HEAD not in data:
            return straight(data, now)
        record = data.rpartition(_HEAD_ENDS)[2][_LINE_END:]
        return straight(record, now) if record.strip() else Furniture("the head of a page")

    return parse


def _no_form(text: str) -> Parsed:
    if not text.strip():
        return Furniture("a blank line")
    return Unparsed(
        "not a Samsung record: date, time and duration are not in their columns; "
        f"it has {len(text) + 1} bytes with its end, and begins with {quoted(text[:30])}"
    )


def _record(site: _Site, fields: Fields, now: datetime) -> Parsed:
    if fields.width not in _LENGTHS:
        return Unparsed(f"the record has {fields.width + 1} bytes with its end; an OfficeServ writes 122 or 154")
    one = _Columns(*fields.values)
    day = site.clock.nearest("month", f"{one.month}/{one.day}", now)
    seconds = time_of_day("time", one.time)
    if not one.flag and one.digits.upper() in _EVENTS:
        at = site.clock.instant(day, seconds, [])
        return HotelEvent(reason=_EVENTS[one.digits.upper()], at=at, extension=one.extension or None, code=one.digits)
    if one.flag not in _FLAGS:
        raise Wrong("flag", one.flag, f"one of {', '.join(_FLAGS)}")
    lasted = duration("duration", one.duration)
    warnings: list[str] = []
    start = live_instant(site.clock, day, seconds, warnings, _before(now, lasted))
    return _call(site, one, start, lasted, warnings)


def _before(now: datetime, seconds: int) -> datetime:
    """When a call began that ended now: what tells the two showings of an hour apart."""
    return now.astimezone(UTC) - timedelta(seconds=seconds)


class _Columns(NamedTuple):
    id: str
    extension: str
    authorization: str
    month: str
    day: str
    time: str
    duration: str
    flag: str
    digits: str
    account: str
    cost: str
    caller: str
    ring: str
    trunk: str


def _call(site: _Site, one: _Columns, start: datetime, lasted: int, warnings: list[str]) -> CallRecord:
    way = "out" if one.flag == "FO" and site.forwarder_pays else _FLAGS[one.flag]
    talk = 0 if one.flag in _VAIN else lasted
    sent, line = number_sent(one.digits, warnings), text_or_none(one.trunk)
    parts = one.flag in _HANDED_ON or one.flag in _LATER
    return CallRecord(
        direction=way,
        answered=False if not talk else True if way == "in" else None,
        start=start,
        ring_seconds=duration("ring", one.ring) if one.ring else lasted if one.flag in _VAIN else None,
        talk_seconds=talk,
        extension=None if way == "tandem" else text_or_none(one.extension),
        dialled=None if way == "in" else sent,
        caller=None if way == "out" else text_or_none(one.caller),
        did=sent if way == "in" else None,
        trunk=line,
        trunk_in=line if way == "in" else None,
        trunk_out=line if way in ("out", "tandem") else None,
        account_code=text_or_none(one.account),
        # Where the site says that the trunk stands there, it is no authorisation.
        authorization_code=None if one.authorization == one.trunk else one.authorization,
        call_key=made_up_key(one.id) if parts and one.id else None,
        more_follows=one.flag in _HANDED_ON,
        aoc_amount=text_or_none(one.cost.strip("0.,") and one.cost),
        condition=one.flag,
        warnings=tuple(warnings),
        stages=_STAGES.get(one.flag, ()),
    )


def _check(options: Mapping[str, str]) -> list[str]:
    try:
        named = columns_of(options.get("columns", ""))
    except ValueError as error:
        return [f"columns: {error}"]
    unknown = sorted(set(named) - set(_NAMES))
    return [f"columns: there is no column {name!r}; there are {', '.join(_NAMES)}" for name in unknown]


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return NulFramer(start)


DIALECT: Final = Dialect(
    name="samsung",
    title="Samsung OfficeServ SMDR",
    transports=frozenset({"connect", "listen", "serial", "file", "folder"}),
    make_parser=make_parser,
    join_legs=join_handed_on,
    default_port=5100,
    options={
        "columns": 'where fields stand that the exchange prints elsewhere, as "trunk=17-25"; counted from 1',
        "forwarded": "telephone if a telephone pays for the calls that it forwards outside, house if nobody does "
        "(default house)",
    },
    choices={"forwarded": ("house", "telephone")},
    make_framer=_framer,
    check_more=_check,
)
