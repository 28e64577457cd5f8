"""Mitel MiVoice Business SMDR: one line of fixed columns for each call, in one of several widths.

We dial the exchange (TCP 1752); there is no log-in and nothing to acknowledge, and records wait in a finite buffer
while nobody listens. The form is told by the line itself (see `layouts/mitel-mivb.toml`). Nothing numbers the
records, and two short calls of one minute can be two equal lines. The start has no year: the one nearest to now is
taken.

A party is an extension, `ATTn` an attendant, `Tnnn` a trunk, `Xnnn` a tie or dial-in trunk; which of the two parties
is a trunk gives the direction. A transferred call stays one record. On outgoing calls only the completion mark `A`
(answer supervision) or `T` (toll reversal) says that the other end answered; without it a duration above nought may
have begun before the answer, so `answered` is not known. Incoming calls print the seconds to the answer, or `***`.

Source: MiVoice Business on-line help, "SMDR - Recorded Information", "SMDR - Summary of Fields". What those pages
leave open is decided here: a blank half of the day is read as a 24-hour clock, unless the option `clock` says 12; a
duration of 99:99:99 means over a hundred hours, and a hundred are counted; a call from a station without a called
party is outgoing where digits were dialled, for some trunks print nothing there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from protocols.records import CallRecord, Direction, Parsed, Unparsed
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
from protocols.smdr.layout import Fields, load
from protocols.smdr.legs import join_single
from protocols.smdr.settings import Parser, SourceSettings
from protocols.smdr.stages import mivb_stages

_NAMES = (
    "long_call date start_time half_of_day duration calling_party time_to_answer digits completion called_party "
    "account_code ani dnis meter_pulses transfer third_party"
).split()

# Completion marks that say how an outgoing call was answered, and marks of calls that nobody answered.
_SUPERVISED = ("A", "T")
_FAILED = ("B", "E", "D", "O")

# The duration at which each long-call mark begins, in seconds.
_LONG_CALLS = ((1800, "+"), (600, "%"), (300, "-"), (0, ""))


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one MiVoice Business."""
    names = list(_NAMES)
    pulses = settings.options.get("pulses") == "yes"
    if pulses:
        names[names.index("digits")] = "digits_before_pulses"
    clock, twelve = WallClock(settings.timezone), settings.options.get("clock") == "12"

    def read(fields: Fields, now: datetime) -> Parsed:
        return _call(clock, fields.values, now, pulses=pulses, twelve=twelve)

    straight = load("mitel-mivb").parser(names, read, _no_form)

    def parse(data: bytes, now: datetime) -> Parsed:
        # Some collectors cut leading blanks off; the first column, the long-call mark, is blank for most calls.
        return straight(b" " + data if data[2:3] == b"/" else data, now)

    return parse


def _no_form(text: str) -> Parsed:
    return Unparsed(
        "not in any form of a Mitel record: date, time and duration are not in their columns; "
        f"the line begins with {quoted(text[:30])}"
    )


def _call(clock: WallClock, values: Sequence[str], now: datetime, *, pulses: bool, twelve: bool) -> CallRecord:
    (
        long_call, date, start_time, half_of_day, lasted, calling, to_answer, digits, completion, called,
        account, ani, dnis, meter_pulses, transfer, third,
    ) = values  # fmt: skip
    warnings: list[str] = []
    day = clock.nearest("date", date, now)
    start = clock.instant(day, _time(start_time, half_of_day, twelve=twelve), warnings)
    talk_seconds = _duration(lasted, warnings)
    _compare(long_call, talk_seconds, warnings)
    trunk_in, trunk_out = (calling if _is_trunk(calling) else None), (called if _is_trunk(called) else None)
    direction = _direction(trunk_in, trunk_out, called or completion == "I", digits)
    sent = number_sent(digits, warnings)
    return CallRecord(
        direction=direction,
        answered=_answered(direction, to_answer, completion, talk_seconds),
        start=start,
        ring_seconds=_ring(to_answer),
        talk_seconds=talk_seconds,
        extension=None if direction == "tandem" else text_or_none(called if direction == "in" else calling),
        dialled=None if direction == "in" else sent or (number_sent(called, []) if direction == "internal" else None),
        caller=text_or_none(ani) if trunk_in else None,
        did=(text_or_none(dnis) or sent) if direction == "in" else None,
        trunk=trunk_out or trunk_in,
        trunk_in=trunk_in,
        trunk_out=trunk_out,
        account_code=text_or_none(account),
        pulses=count("meter_pulses", meter_pulses) if pulses else None,
        condition=text_or_none(completion),
        warnings=tuple(warnings),
        stages=mivb_stages(called, to_answer, transfer, third),
    )


def _is_trunk(party: str) -> bool:
    return party[:1] in ("T", "X") and is_number(party[1:])


def _time(text: str, half: str, *, twelve: bool) -> int:
    """Read the start, in 12 or 24 hours; an hour over 12 says 24 by itself, whatever the mark."""
    seconds = time_of_day("start_time", text if len(text) == 8 else text + ":00")
    if half.upper() == "P":
        return seconds + 43_200 if seconds < 43_200 else seconds
    if half.upper() not in ("", "A"):
        raise Wrong("half_of_day", half, "P, A or a blank")
    return seconds - 43_200 if (half or twelve) and 43_200 <= seconds < 46_800 else seconds


def _duration(text: str, warnings: list[str]) -> int:
    if not text.endswith(":99:99"):
        return duration("duration", text)
    hours = duration("duration", text[:-6] + ":00:00") // 3600 + 1
    warnings.append(f"the duration {text} stands for {hours} hours or more; {hours} hours are counted")
    return hours * 3600


def _compare(mark: str, seconds: int, warnings: list[str]) -> None:
    """Hold the long-call mark against the duration; a blank mark says nothing, the option may be off."""
    expected = next(sign for least, sign in _LONG_CALLS if seconds >= least)
    if mark and mark != expected:
        warnings.append(f"the long-call mark {quoted(mark)} does not agree with the duration of {seconds} seconds")


def _direction(trunk_in: str | None, trunk_out: str | None, inside: str | bool, digits: str) -> Direction:
    if trunk_in:
        return "tandem" if trunk_out else "in"
    if trunk_out:
        return "out"
    if inside:
        return "internal"
    return "out" if digits else "unknown"


def _ring(to_answer: str) -> int | None:
    """Read the seconds to the answer; the attendant's asterisk stands in front, and asterisks alone say unanswered."""
    return count("time_to_answer", to_answer.removeprefix("*").strip("* "))


def _answered(direction: Direction, to_answer: str, completion: str, talk_seconds: int) -> bool | None:
    if talk_seconds == 0 or to_answer.endswith("***"):
        return False
    if direction in ("out", "tandem"):
        return True if completion in _SUPERVISED else None
    if completion in _FAILED:
        return False
    return True if is_number(to_answer.removeprefix("*")) or direction == "internal" else None


DIALECT = Dialect(
    name="mitel-mivb",
    title="Mitel MiVoice Business SMDR",
    transports=frozenset({"connect", "listen", "serial", "file", "folder"}),
    make_parser=make_parser,
    join_legs=join_single,
    default_port=1752,
    options={
        "pulses": "yes if the last five columns of the dialled digits are meter pulses (default no)",
        "clock": "12 if the exchange prints its times in 12 hours and a blank for a.m. (default 24)",
    },
    choices={"pulses": ("yes", "no"), "clock": ("12", "24")},
)
