"""Avaya IP Office SMDR: a line of comma-separated fields for each segment of a call.

The exchange dials us (or we dial it, where its SMDR address is 0.0.0.0) and sends a line as each segment ends, so a
call that began later may come first. All segments of a call carry its call id and all but the last say that more
follow. The id counts from 1 000 000 and begins again when the box restarts, so it is a key among the calls of a few
hours, not for ever.

A device is written with its kind: `E203` an extension, `T9001` a trunk, `V9502` voicemail, `V11001` a conference.
Fields are not quoted; a comma in a user's name moves everything behind it, and the parser looks a few fields on for
what was moved, for a call must not lose its trunk because a guest's name is written "Smith, John".

The connected time leaves out ringing, holding and parking, which stand in fields of their own.
Source: Avaya IP Office Manager, appendix "SMDR" (fields, examples). What that page leaves open is decided here:
where both parties are trunks, party 1 is the one the call came in on, and the trunk to charge is party 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from protocols.records import CallRecord, Direction, Furniture, Parsed, Unparsed
from protocols.smdr.counting import Counter
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import (
    WallClock,
    Wrong,
    count,
    duration,
    is_number,
    number_sent,
    quoted,
    text_or_none,
    time_of_day,
)
from protocols.smdr.layout import furniture, load
from protocols.smdr.legs import join_segments
from protocols.smdr.settings import Parser, SourceSettings
from protocols.smdr.stages import ipoffice_stages

_NAMES = (
    "call_start connected_time ring_time caller direction called_number dialled_number account is_internal call_id "
    "continuation party1_device party2_device hold_time park_time authorization_code call_charge currency call_units "
    "external_targeting_cause record_time"
).split()

_SHORTEST = 17

# Where the names of the two parties stand, counted from 0, and how many commas in one are looked across.
_FIRST_NAME, _SECOND_DEVICE, _SECOND_NAME, _HOLD = 12, 13, 14, 15
_NAME_COMMAS = 4

# Extensions have up to 15 digits; the kinds of devices are remembered, and what is remembered must be short.
_LONGEST_DEVICE = 20


# Call numbers begin here after a restart, and have been seen with ten digits.
_FIRST_CALL, _LAST_CALL = 1_000_000, 9_999_999_999

# A call's number is given when it begins and comes when it ends: so long a call may last before it is missed.
_LONGEST_CALL = 4 * 3600


def counter(options: Mapping[str, str]) -> Counter | None:
    """Tell how call numbers follow each other, where the site says that every call is recorded."""
    if options.get("count_calls") != "yes":
        return None
    return Counter(first=_FIRST_CALL, last=_LAST_CALL, patience=_LONGEST_CALL)


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one IP Office."""
    layout = load("avaya-ipoffice")
    cut = layout.cut(*_NAMES)
    clock = WallClock(settings.timezone)
    counts = counter(settings.options) is not None

    def parse(data: bytes, now: datetime) -> Parsed:
        text = layout.text(data)
        fields = cut(text)
        if fields is None:
            return _no_segment(text)
        warnings: list[str] = []
        if _kind(fields.values[12]) == "?" or not (fields.values[13].isdecimal() or not fields.values[13]):
            fields = cut(_without_name_commas(text, warnings)) or fields
        try:
            call = _segment(clock, fields.values, warnings)
            return call._replace(sequence=_number(call.call_key)) if counts else call
        except Wrong as wrong:
            return Unparsed(wrong.sentence(fields.form.place(wrong.column)))

    return parse


def _number(call_key: str | None) -> int | None:
    return int(call_key) if call_key is not None and is_number(call_key) and len(call_key) <= 10 else None


def _no_segment(text: str) -> Parsed:
    if text.lower().replace(" ", "").startswith("callstart"):
        return Furniture("a line of column titles")
    found = text.count(",") + 1
    few = f"the line has {found} field{'s' if found > 1 else ''} between commas; an IP Office record has at least 17"
    return furniture(text) or Unparsed(few)


def _kind(device: str) -> str:
    """Give the letter of a device; blank for none, `?` for what is not written like a device."""
    return _known_kind(device) if len(device) <= _LONGEST_DEVICE else "?"


@lru_cache(maxsize=4_096)
def _known_kind(device: str) -> str:
    if not device:
        return ""
    return device[0] if device[0] in ("E", "T", "V") and is_number(device[1:]) else "?"


def _is_device(text: str) -> bool:
    return _kind(text) not in ("", "?")


def _without_name_commas(text: str, warnings: list[str]) -> str:
    """Put the fields back that commas in the parties' names have moved; leaves alone what it does not understand."""
    cells = text.split(",")
    reach = range(1, _NAME_COMMAS + 1)
    moved = next((n for n in reach if _is_device("".join(cells[_SECOND_DEVICE + n : _SECOND_DEVICE + n + 1]))), 0)
    if moved and not _is_device(cells[_SECOND_DEVICE]):
        cells[_FIRST_NAME : _FIRST_NAME + moved + 1] = [" ".join(cells[_FIRST_NAME : _FIRST_NAME + moved + 1])]
        warnings.append("the name of party 1 holds a comma; the fields behind it were found by their contents")
    # Behind the second name stand two numbers, the seconds on hold and parked.
    moved = next((n for n in (0, *reach) if all(map(is_number, cells[_HOLD + n : _HOLD + n + 2]))), 0)
    if moved:
        cells[_SECOND_NAME : _SECOND_NAME + moved + 1] = [" ".join(cells[_SECOND_NAME : _SECOND_NAME + moved + 1])]
        warnings.append("the name of party 2 holds a comma; the fields behind it were found by their contents")
    return ",".join(cells)


def _segment(clock: WallClock, values: Sequence[str], warnings: list[str]) -> CallRecord:
    (
        call_start, connected, ring, caller, way, called, dialled, account, internal, call_id,
        continuation, first, second, hold, park, authorization, charge, currency, units,
        cause, recorded,
    ) = values  # fmt: skip
    talk_seconds, ring_seconds = duration("connected_time", connected), count("ring_time", ring)
    hold_seconds, park_seconds = count("hold_time", hold), count("park_time", park)
    follows = _flag("continuation", continuation)
    trunk_in, trunk_out, direction = _trunks(_direction(way, internal), first, second)
    lasted = talk_seconds + (ring_seconds or 0) + (hold_seconds or 0) + (park_seconds or 0)
    incoming = direction == "in"
    # A code dialled inside, *47, is no number that could be priced wrongly.
    sent = number_sent(dialled or called, [] if direction == "internal" else warnings)
    return CallRecord(
        direction=direction,
        answered=True if talk_seconds else None if follows else False,
        start=_start(clock, call_start, recorded, lasted, warnings),
        ring_seconds=ring_seconds,
        talk_seconds=talk_seconds,
        hold_seconds=hold_seconds,
        park_seconds=park_seconds,
        extension=_extension(first, second, "" if direction == "tandem" else called if incoming else caller),
        dialled=None if incoming else sent,
        caller=text_or_none(caller.partition("@")[0]) if incoming or direction == "tandem" else None,
        did=sent if incoming else None,
        trunk=trunk_out or trunk_in,
        trunk_in=trunk_in,
        trunk_out=trunk_out,
        account_code=text_or_none(account),
        authorization_code=None if authorization.lower() == "n/a" else text_or_none(authorization),
        call_key=text_or_none(call_id),
        more_follows=follows,
        pulses=_units(units, warnings),
        aoc_amount=text_or_none(charge),
        aoc_currency=text_or_none(currency),
        condition=text_or_none(cause),
        warnings=tuple(warnings),
        stages=ipoffice_stages(first, second, cause),
    )


def _flag(column: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise Wrong(column, text, "0 or 1")
    return text == "1"


# Direction and is-internal together; one of Avaya's own examples prints I for internal instead of 1.
_DIRECTIONS: Mapping[tuple[str, str], Direction] = {
    ("I", "0"): "in",
    ("O", "0"): "out",
    **{(way, internal): "internal" for way in ("I", "O") for internal in ("1", "I")},
}


def _direction(way: str, internal: str) -> Direction:
    found = _DIRECTIONS.get((way, internal))
    if found is None:
        raise Wrong("direction", way, "I or O") if way not in ("I", "O") else Wrong("is_internal", internal, "0 or 1")
    return found


def _trunks(direction: Direction, first: str, second: str) -> tuple[str | None, str | None, Direction]:
    """Find the trunk the call came in on and the one it went out on, and whether it went from trunk to trunk."""
    one, other = first if _kind(first) == "T" else None, second if _kind(second) == "T" else None
    if one and other:
        return one, other, "tandem"
    found = one or other
    return (found, None, direction) if direction == "in" else (None, found, direction)


def _extension(first: str, second: str, otherwise: str) -> str | None:
    """Take the extension from the first party that is one; a call that only voicemail took has the number called."""
    if first[:1] == "E" and len(first) > 1:
        return first[1:]
    if second[:1] == "E" and len(second) > 1:
        return second[1:]
    return text_or_none(otherwise.partition("@")[0])


def _units(text: str, warnings: list[str]) -> int | None:
    """Read the call units of advice of charge: printed like an amount by some releases, and never worth a record."""
    if not text:
        return None
    whole, _, fraction = text.partition(".")
    if is_number(whole) and not fraction.strip("0") and len(whole) <= 9:
        return int(whole)
    warnings.append(f"the call units hold {quoted(text)}, not a whole number; they are left out")
    return None


def _start(clock: WallClock, text: str, recorded: str, lasted: int, warnings: list[str]) -> datetime:
    if len(text) not in (16, 19) or text[10] != " ":
        raise Wrong("call_start", text, "year/month/day hours:minutes:seconds")
    day = clock.day("call_start", text[:10])
    seconds = time_of_day("call_start", text[11:] if len(text) == 19 else text[11:] + ":00")
    near = _began_in_utc(recorded, lasted) if clock.is_doubtful(day, seconds) else None
    return clock.instant(day, seconds, warnings, near)


def _began_in_utc(recorded: str, lasted: int) -> datetime | None:
    """Reckon the start from the time of the record, which counts in UTC and stands at the end of the segment."""
    try:
        return _start(_UTC_CLOCK, recorded, "", 0, []) - timedelta(seconds=lasted)
    except Wrong:
        return None


_UTC_CLOCK = WallClock(UTC)


DIALECT = Dialect(
    name="avaya-ipoffice",
    title="Avaya IP Office SMDR",
    transports=frozenset({"listen", "connect", "serial", "folder"}),
    make_parser=make_parser,
    join_legs=join_segments,
    options={
        "count_calls": "yes if every call that this exchange numbers is recorded, so that a call number that does "
        "not come is told as a missing record (default no)",
    },
    choices={"count_calls": ("yes", "no")},
    counter=counter,
)
