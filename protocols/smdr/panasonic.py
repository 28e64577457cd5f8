"""Panasonic KX-TD, TDA, TDE, NCP, NS and NSX: a line of fixed columns for each call, on a printed page.

The exchange has a serial port, and most have a terminal on TCP 2300 that wants a log-in before it prints (`panasonic_session.py`).
It prints a page: two lines of titles and dashes come again and again. The widths are recognised by where the duration stands.

What is peculiar to it:

* The order of the date follows the country the exchange was sold in: the option `date_order`. The time is the END of the call
  on TDA and later, the START on KX-TES and TEA: the option `time_basis`.
* The column of the digits says the direction: `<I>` with the caller in, `<D>` with the number dialled before it, `EXT` within
  the house, digits out. In it `.` and `X` stand for digits that are kept secret: such a number is not the one dialled, and
  the record says so. P is a pause, F a flash, `=` an access to a host exchange. `-` says that the call was transferred: what
  stands behind it was typed by whoever took it over, and is no part of the number.
* Without reversal of the line the clock of an outgoing call starts some seconds after dialling, answered or not: whether
  it was answered is not known.
* Each share of a transferred call is a row with its own duration; what joins them is the trunk, the time and the mark of a
  transfer (`shares.py`). A call from trunk to trunk is a row in and a row out.
* Rows that are no calls tell of the hotel: check-in, check-out, wake-up calls, who logs in or out.

Sources: see `layouts/panasonic.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from protocols.records import CallRecord, Direction, Furniture, HotelEvent, Parsed, Unparsed
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import (
    WallClock,
    Wrong,
    clock_seconds,
    duration,
    number_sent,
    quoted,
    text_or_none,
    time_of_day,
)
from protocols.smdr.layout import Fields, Form, columns_of, load, narrowed
from protocols.smdr.panasonic_session import DEFAULT_COMMAND, DEFAULT_PASSWORD, TerminalSession
from protocols.smdr.sessions import PlainSession, Session
from protocols.smdr.settings import Parser, SourceSettings
from protocols.smdr.shares import join_shares, marked_earlier, marked_later, sharing_by, unmarked

_NAMES: Final = "date time extension line dialled ring duration account condition".split()
_PATTERNS: Final = {"A": "pattern-a", "B": "pattern-b", "C": "pattern-c", "TD": "td"}

_UNSET: Final = "**/**/**"
#: Signs in the column of the digits that are no digits and hide none.
_MARKS: Final = str.maketrans("", "", "PF= ")
_TAKEN_OVER: Final = "-"
#: The value of the option `handed_on` where TR stands on the row of whoever handed the call on.
_BEFORE: Final = "marked-before"
_SECRET: Final = frozenset(".X")
#: Conditions of a row out that came in on another trunk: forwarded to a trunk, or by direct inward system access.
_THROUGH: Final = ("FW", "D0")
_TRANSFERRED: Final = "TR"
#: A trunk of 100 and more does not fit into two columns.
_HIGH_TRUNK: Final = "00"


class _Site(NamedTuple):
    clock: WallClock
    order: str
    ends: bool
    announced: bool


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one Panasonic. Raises ValueError for columns that `check` would have refused."""
    options = settings.options
    site = _Site(
        WallClock(settings.timezone),
        options.get("date_order", "MDY"),
        options.get("time_basis", "end") == "end",
        options.get("handed_on") == _BEFORE,
    )
    chosen = [options["pattern"]] if "pattern" in options else list(_PATTERNS)
    names, places = [_PATTERNS[one] for one in chosen], columns_of(options.get("columns", ""))

    def read(fields: Fields, now: datetime) -> Parsed:
        return _row(site, fields.form, fields.values, fields.width)

    return narrowed(load("panasonic"), _NAMES, names, places).parser(_NAMES, read, _no_form)


def _no_form(text: str) -> Parsed:
    bare = text.strip()
    if bare.startswith("Date") and "Time" in bare:
        return Furniture("the titles of a page")
    if bare.lstrip("-").startswith(("SMDR", "Enter Password")) or (bare and not bare.strip("*")):
        return Furniture("the log-in to the exchange's terminal")
    return Unparsed(
        f"not in any pattern of a Panasonic record: date and time are not in their columns; it begins with {quoted(text[:30])}"
    )


def _row(site: _Site, form: Form, values: Sequence[str], width: int) -> Parsed:
    date, time, extension, line, dialled, ring, lasted, account, condition = values
    if date == _UNSET or "*" in time:
        return Unparsed(
            f"{form.place('date')} holds {quoted(date)}: the clock of the exchange was changed too often during the call; "
            "enter it by hand if it is to be charged"
        )
    warnings: list[str] = []
    at = site.clock.instant(site.clock.day("date", _date(site.order, date)), _time(time), warnings)
    talked = duration("duration", lasted.replace("'", ":")) if lasted else 0
    if not line and not lasted and any(c.isalpha() for c in dialled) and not dialled.startswith(("<", "EXT")):
        return _event(at, extension, dialled)
    if width < form.end("duration"):
        return Unparsed(
            f"the row is {width} columns long, cut off before its duration in column {form.end('duration')}"
        )
    if condition == "RC":
        return HotelEvent(
            reason="an incoming call was received; its own row follows", at=at, extension=extension or None
        )
    start = (at.astimezone(UTC) - timedelta(seconds=talked)).astimezone(at.tzinfo) if site.ends else at
    one = _Parties(extension, line, dialled, account, condition)
    call = _call(one, start, at if site.ends else None, clock_seconds("ring", ring), talked, warnings)
    if not site.announced:
        return call
    return call._replace(more_follows=condition == _TRANSFERRED and call.direction in ("in", "out"))


# -- rows that are no calls ------------------------------------------------------------------------------------------

_EVENTS: Final[Mapping[str, str]] = {
    "LOG IN": "somebody logged in at this telephone",
    "LOG OUT": "somebody logged out at this telephone",
    "CHECK IN": "the room was checked in at a telephone",
    "CHECK OUT": "the room was checked out at a telephone",
    "TIMED REMINDER/START": "a wake-up call began",
    "TIMED REMINDER/ANSWER": "a wake-up call was answered",
    "TIMED REMINDER/NO ANSWER": "a wake-up call was not answered",
}


def _event(at: datetime, extension: str, words: str) -> HotelEvent:
    known = _EVENTS.get(" ".join(words.upper().replace(" /", "/").replace("/ ", "/").split()))
    return HotelEvent(reason=known or "a row that is no call", at=at, extension=extension or None, code=words)


# -- when ------------------------------------------------------------------------------------------------------------


def _date(order: str, text: str) -> str:
    """Write a date of three pairs of digits with its whole year first."""
    parts = dict(zip(order, text.split("/"), strict=False))
    if len(parts) != 3 or any(len(part) != 2 for part in parts.values()):
        raise Wrong("date", text, f"a date written {'/'.join(order)}, two digits each")
    return f"20{parts['Y']}/{parts['M']}/{parts['D']}"


def _time(text: str) -> int:
    """Read `10:03AM` or `22:03`."""
    shown, half = text[:5], text[5:].strip().upper()
    seconds = time_of_day("time", f"{shown.replace(' ', '0')}:00")
    if half not in ("", "AM", "PM"):
        raise Wrong("time", text, "a time of day")
    if not half:
        return seconds
    if not 3_600 <= seconds < 46_800:
        raise Wrong("time", text, "a time of day of twelve hours")
    return seconds % 43_200 + (43_200 if half == "PM" else 0)


# -- who with whom ---------------------------------------------------------------------------------------------------


class _Parties(NamedTuple):
    extension: str
    line: str
    dialled: str
    account: str
    condition: str


def _call(
    one: _Parties, start: datetime, end: datetime | None, ring: int | None, talked: int, warnings: list[str]
) -> CallRecord:
    direction = _direction(one)
    did, caller = _callers(one.dialled) if direction == "in" else ("", "")
    sent = None if direction == "in" else _number(one.dialled.removeprefix("EXT"), warnings)
    tie = one.extension if one.extension[:1] == "T" else None
    trunk_in = text_or_none(one.line) if direction == "in" else tie
    trunk_out = text_or_none(one.line) if direction in ("out", "tandem") else None
    if one.line == _HIGH_TRUNK:
        warnings.append("the trunk 00 stands for any trunk from 100 on")
    coded = one.extension[:1] == "*"
    return CallRecord(
        direction=direction,
        answered=_answered(direction, one.condition, talked),
        start=start,
        end=end,
        time_basis="start" if end is None else "end",
        ring_seconds=ring,
        talk_seconds=0 if one.condition == "NA" else talked,
        extension=None if coded or tie or direction == "tandem" else text_or_none(one.extension),
        dialled=sent,
        caller=text_or_none(caller),
        did=text_or_none(did),
        trunk=trunk_out or trunk_in,
        trunk_in=trunk_in,
        trunk_out=trunk_out,
        account_code=text_or_none(one.account),
        authorization_code=text_or_none(one.extension[1:]) if coded else None,
        condition=text_or_none(one.condition),
        warnings=tuple(warnings),
        stages=_stages(one),
    )


def _direction(one: _Parties) -> Direction:
    if one.dialled.startswith(("<I>", "<D>")):
        return "in"
    if one.dialled.startswith("EXT"):
        return "internal"
    if one.condition in _THROUGH or one.extension[:1] == "T":
        return "tandem"
    return "out" if one.line or one.dialled else "unknown"


def _callers(text: str) -> tuple[str, str]:
    """Take the number dialled and the caller out of `<D>2501<I>0225550100`."""
    before, found, caller = text.partition("<I>")
    return before.removeprefix("<D>").strip(), caller.strip() if found else ""


def _number(text: str, warnings: list[str]) -> str | None:
    text, _, typed = text.partition(_TAKEN_OVER)
    if typed.strip():
        warnings.append("whoever took this call over typed more digits, which are no part of the number")
    if _SECRET & set(text):
        warnings.append(f"the exchange keeps digits of {quoted(text)} secret; what is left is not the number dialled")
        return number_sent(text, [])
    return number_sent(text.translate(_MARKS), warnings)


def _answered(direction: Direction, condition: str, talked: int) -> bool | None:
    if condition == "NA" or not talked:
        return condition == "AN"
    return None if direction in ("out", "tandem") else True


def _stages(one: _Parties) -> tuple[str, ...]:
    moved_on = one.condition == _TRANSFERRED or _TAKEN_OVER in one.dialled.partition("<")[0]
    found = ["transfer"] if moved_on else []
    return tuple(found + (["forward"] if one.condition == "FW" else []))


# -- the dialect -----------------------------------------------------------------------------------------------------


def _session(options: Mapping[str, str], transport: str) -> Session:
    if transport != "connect" or options.get("login") == "no":
        return PlainSession()
    return TerminalSession(options.get("command", DEFAULT_COMMAND), options.get("password", DEFAULT_PASSWORD))


#: How the rows of a call that was handed on find each other, by the option `handed_on`.
_JOINED_BY: Final = {"marked": marked_later, _BEFORE: marked_earlier, "adjacent": unmarked, "apart": None}


def _check(options: Mapping[str, str]) -> list[str]:
    problems = []
    if any(sign in options.get(key, "") for key in ("command", "password") for sign in "\r\n\0"):
        problems.append("command and password must not hold a line end")
    try:
        named = columns_of(options.get("columns", ""))
    except ValueError as error:
        return [*problems, f"columns: {error}"]
    unknown = sorted(set(named) - set(_NAMES))
    return problems + [f"columns: there is no column {name!r}; there are {', '.join(_NAMES)}" for name in unknown]


DIALECT: Final = Dialect(
    name="panasonic",
    title="Panasonic SMDR",
    transports=frozenset({"connect", "listen", "serial", "file", "folder"}),
    make_parser=make_parser,
    join_legs=join_shares,
    default_port=2300,
    options={
        "date_order": "the order of the date: MDY, DMY or YMD, by the country of the exchange (default MDY)",
        "time_basis": "start on KX-TES and TEA, which print when a call began; end on all others (default end)",
        "pattern": "A, B, C or TD if the pattern must not be recognised by where the duration stands",
        "columns": 'where fields stand that the exchange prints elsewhere, as "account=69-78 condition=79-80"',
        "handed_on": "marked if the row of whoever took a call over has TR or - on it, marked-before if TR stands on the row of whoever "
        "handed it on; adjacent if rows that fit are one call without a mark too, apart if none are ever joined (default marked)",
        "login": "no if the other end of the connection prints without a log-in, as a serial server does (default yes)",
        "command": "what is said at the prompt of the terminal (default SMDR)",
        "password": "the password of the terminal, as it was set on the exchange (default that of the factory)",
    },
    choices={
        "date_order": ("MDY", "DMY", "YMD"),
        "time_basis": ("end", "start"),
        "pattern": tuple(_PATTERNS),
        "handed_on": tuple(_JOINED_BY),
        "login": ("yes", "no"),
    },
    make_session=_session,
    sharing=sharing_by(_JOINED_BY, resolution=60, nameless=frozenset({_HIGH_TRUNK})),
    check_more=_check,
)
