"""Asterisk: rows of Master.csv (cdr_csv) or Cdr events of the manager interface (cdr_manager).

Which of the two a stream is, its first bytes say. One call can be many rows: one for each attempt of a forked Dial,
one more for each channel that was a Local channel, one without time for a hangup; `linkedid` joins them. What costs
money is each answered leg whose destination channel is a trunk, so that is what a row is read for.

An endpoint is a trunk if the source's settings list it, else if it is the destination and its name is not all
digits; a Local channel is neither. A row to a trunk is an outgoing call, a row from one an incoming call.

The number comes from what was sent to the trunk, not from `dst`, which a transfer overwrites (`channels.py`).

Times are local unless the exchange writes GMT (usegmtime; option `utc`). An hour that the clock showed twice is
decided by the unique id, which begins with the seconds since 1970 at which the channel came to be.

Source: Asterisk's cdr_csv.c and cdr_manager.c, and "Asterisk 12 CDR Specification" on docs.asterisk.org.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from protocols.framing import BlockFramer, Framer, LineFramer
from protocols.records import CallRecord, Direction, Frame, Furniture, Parsed, Unparsed
from protocols.smdr.channels import endpoint, number_called, technology
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import (
    Day,
    WallClock,
    Wrong,
    count,
    is_number,
    quoted,
    text_or_none,
    time_of_day,
)
from protocols.smdr.layout import Fields, load
from protocols.smdr.legs import join_linked
from protocols.smdr.sessions import AmiSession, PlainSession, Session
from protocols.smdr.settings import Parser, SourceSettings
from protocols.smdr.stages import asterisk_stages
from protocols.text import printable

CSV_NAMES = (
    "accountcode src dst channel dstchannel lastapp lastdata start end duration billsec disposition uniqueid linkedid "
    "sequence"
).split()
_AMI_NAMES = CSV_NAMES[:-1]

# What a stream of manager events begins with; a row of Master.csv begins with a quotation mark or a comma.
_AMI_BEGINNINGS = (b"event:", b"response:", b"asterisk call manager/")
_LONGEST_BEGINNING = max(map(len, _AMI_BEGINNINGS))

_UNANSWERED = frozenset(("NO ANSWER", "BUSY", "FAILED", "CONGESTION", "CANCEL"))


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one Asterisk, for rows and events."""
    reader = RowReader(settings)
    csv_row = load("asterisk-csv").parser(CSV_NAMES, reader.read, _no_row)
    event = load("asterisk-ami").parser(_AMI_NAMES, reader.read_event, _other_event)

    def parse(data: bytes, now: datetime) -> Parsed:
        return (event if is_ami(data) else csv_row)(data, now)

    return parse


def is_ami(beginning: bytes) -> bool:
    """Tell by its first bytes whether a stream or a record comes from the manager interface."""
    return beginning[:_LONGEST_BEGINNING].lower().startswith(_AMI_BEGINNINGS)


def _no_row(text: str) -> Parsed:
    if text.lstrip('"').lower().startswith("accountcode"):
        return Furniture("a line of column titles")
    return Unparsed(
        "not a row of Master.csv, which has 16 to 21 columns between commas with text in quotation marks; "
        f"the line begins with {quoted(text[:30])}"
    )


def _other_event(text: str) -> Parsed:
    kind, _, name = text.partition("\n")[0].partition(":")
    if not name:
        return Furniture("a greeting of the manager interface")
    what = printable(name.strip().encode("utf-8", "backslashreplace"), 40)
    return Furniture(f"a manager {'event' if kind.lower() == 'event' else 'response'}: {what}")


# Blank bytes that may stand before a stream shows what it is; exchanges send a few NULs, a stream of them is no event.
_MOST_BLANKS = 4_096


class StreamFramer:
    """Cuts an Asterisk stream into rows or into manager events, as its first bytes say."""

    __slots__ = ("_begin", "_framer", "_held")

    def __init__(self, start: int = 0) -> None:
        self._begin = start
        self._held = b""
        self._framer: Framer | None = None

    @property
    def pending(self) -> int:
        """How many bytes are held for a record that is not complete yet."""
        return len(self._held) if self._framer is None else self._framer.pending

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the records that they complete."""
        if self._framer is not None:
            return self._framer.feed(data)
        self._held += data
        shown = self._held.lstrip(b"\0\r\n")
        blanks = len(self._held) - len(shown)
        beginning = shown[:_LONGEST_BEGINNING].lower()
        if blanks > _MOST_BLANKS:
            return self._choose(LineFramer(self._begin))
        if any(whole.startswith(beginning) and whole != beginning for whole in _AMI_BEGINNINGS):
            return []  # what has come so far could become an event
        return self._choose(BlockFramer(self._begin) if is_ami(beginning) else LineFramer(self._begin))

    def end(self) -> list[Frame]:
        """Say that the stream is over: a remainder comes out as a frame with a fault."""
        if self._framer is not None:
            return self._framer.end()
        framer = LineFramer(self._begin)
        held, self._held = self._held, b""
        self._begin += len(held)
        return framer.feed(held) + framer.end()

    def _choose(self, framer: Framer) -> list[Frame]:
        self._framer = framer
        held, self._held = self._held, b""
        return framer.feed(held)


class RowReader:
    """Makes call records of the fields of rows and events of one Asterisk."""

    __slots__ = ("_clock", "_trunks", "_utc", "_zone")

    def __init__(self, settings: SourceSettings) -> None:
        self._utc = settings.options.get("utc") == "yes"
        self._clock = WallClock(UTC if self._utc else settings.timezone)
        self._trunks = settings.trunks
        self._zone = settings.timezone

    def read_event(self, fields: Fields, now: datetime) -> Parsed:
        """Make a record of a manager event, which is a row without its sequence."""
        return self.read(Fields(fields.form, [*fields.values, ""]), now)

    def read(self, fields: Fields, _now: datetime) -> Parsed:
        """Make a record of a row."""
        (
            account, src, dst, channel, dstchannel, lastapp, lastdata, start, end,
            lasted, billed, disposition, unique, linked, sequence,
        ) = fields.values  # fmt: skip
        warnings: list[str] = []
        seconds, talk = _needed("duration", lasted), _needed("billsec", billed)
        began = self._start(start, unique, warnings)
        answered = _answered(disposition, talk, warnings)
        trunk_in, trunk_out = self._listed(channel), self._trunk_out(dstchannel)
        direction = _direction(trunk_in, trunk_out)
        called = number_called(trunk_out, dstchannel, lastapp, lastdata, dst, warnings)
        return CallRecord(
            direction=direction,
            answered=answered,
            start=began,
            time_basis="utc" if self._utc else "start",
            end=self._end(end, began, seconds, warnings),
            ring_seconds=max(seconds - talk, 0) if answered else seconds,
            talk_seconds=talk,
            extension=self._extension(direction, src, dstchannel, dst),
            dialled=None if direction == "in" else called,
            caller=text_or_none(src) if trunk_in else None,
            did=called if direction == "in" else None,
            trunk=trunk_out or trunk_in,
            trunk_in=trunk_in,
            trunk_out=trunk_out,
            account_code=text_or_none(account),
            call_key=text_or_none(linked or unique),
            leg_key=text_or_none(dstchannel or unique),
            sequence=count("sequence", sequence),
            condition=text_or_none(disposition),
            warnings=tuple(warnings),
            stages=asterisk_stages(lastapp, lastdata, dstchannel, answered=answered is True),
        )

    def _listed(self, channel: str) -> str | None:
        """Give the endpoint of a channel if the settings list it as a trunk, with its technology or without."""
        if not self._trunks:
            return None
        name = endpoint(channel)
        return name if name and (name in self._trunks or f"{technology(channel)}/{name}" in self._trunks) else None

    def _trunk_out(self, channel: str) -> str | None:
        """Give the endpoint of a destination channel if it is a trunk."""
        name = endpoint(channel)
        return name if name and not is_number(name) else self._listed(channel)

    @staticmethod
    def _extension(direction: Direction, src: str, dstchannel: str, dst: str) -> str | None:
        if direction == "tandem":
            return None
        return text_or_none(src if direction != "in" else endpoint(dstchannel) or dst)

    def _start(self, text: str, unique: str, warnings: list[str]) -> datetime:
        day, seconds = self._shown("start", text)
        came = created(unique) if self._clock.is_doubtful(day, seconds) else None
        if came is None:
            return self._in_zone(self._clock.instant(day, seconds, warnings))
        # A record begins when its channel came to be or later, so of the two showings the first not before that is
        # meant; a minute is allowed for rounding. After an hour on the same channel it could be either.
        began = self._clock.instant(day, seconds, warnings, came + timedelta(minutes=29))
        if began.astimezone(UTC) - came >= timedelta(hours=1):
            warnings.append(f"the clock showed {text} twice that night; the first time is taken")
        return began

    def _end(self, text: str, began: datetime, lasted: int, warnings: list[str]) -> datetime | None:
        if not text:
            return None
        day, seconds = self._shown("end", text)
        expected = began.astimezone(UTC) + timedelta(seconds=lasted) if not day.plain else None
        return self._in_zone(self._clock.instant(day, seconds, warnings, expected))

    def _shown(self, column: str, text: str) -> tuple[Day, int]:
        if len(text) != 19 or text[10] != " ":
            raise Wrong(column, text, "year-month-day hours:minutes:seconds")
        return self._clock.day(column, text[:10]), time_of_day(column, text[11:])

    def _in_zone(self, at: datetime) -> datetime:
        return at.astimezone(self._zone) if self._utc else at


def _needed(column: str, text: str) -> int:
    number = count(column, text)
    if number is None:
        raise Wrong(column, text, "a whole number")
    return number


def _answered(disposition: str, talk: int, warnings: list[str]) -> bool | None:
    if disposition == "ANSWERED":
        return True
    if disposition in _UNANSWERED and talk == 0:
        return False
    warnings.append(
        f"the disposition is {quoted(disposition)} and the talk time {talk} seconds: answered or not is not known"
    )
    return None


def _direction(trunk_in: str | None, trunk_out: str | None) -> Direction:
    if trunk_out:
        return "tandem" if trunk_in else "out"
    return "in" if trunk_in else "internal"


def created(unique: str) -> datetime | None:
    """Read when a channel came to be from its unique id: `1795295208.47`, with a system name and `-` in front of it."""
    seconds = unique.rpartition("-")[2].partition(".")[0]
    if not is_number(seconds) or len(seconds) > 10:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return BlockFramer(start) if transport == "connect" else StreamFramer(start)


def _session(options: Mapping[str, str], transport: str) -> Session:
    if transport != "connect":
        return PlainSession()
    live = options.get("live") == "yes"
    return AmiSession(options.get("username", ""), options.get("secret", ""), live=live)


def _check_ami(options: Mapping[str, str]) -> list[str]:
    problems = []
    if ("username" in options) != ("secret" in options):
        missing = "secret" if "username" in options else "username"
        problems.append(f"the manager interface needs both username and secret; {missing} is missing")
    if any(sign in options.get(key, "") for key in ("username", "secret") for sign in "\r\n\0"):
        problems.append("username and secret of the manager interface must not hold a line end")
    return problems


DIALECT = Dialect(
    name="asterisk",
    title="Asterisk CDR (Master.csv, or the manager interface)",
    transports=frozenset({"file", "connect", "folder"}),
    make_parser=make_parser,
    join_legs=join_linked,
    default_port=5038,
    options={
        "utc": "yes if the records are in GMT (usegmtime in cdr.conf; default no)",
        "username": "the user of the manager interface (manager.conf), who may read the class cdr",
        "secret": "the secret of that user",
        "live": "yes to hear of emergency calls as they begin (the user then needs read = cdr,call; default no)",
    },
    choices={"utc": ("yes", "no"), "live": ("yes", "no")},
    needs={"connect": ("username", "secret")},
    make_framer=_framer,
    make_session=_session,
    check_more=_check_ami,
)
