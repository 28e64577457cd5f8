"""What an exchange told us, as values: the border of this package.

A *frame* is one record's bytes as the framer cut them; a *raw record* is a frame with its place in the
feed; parsing turns it into one of four things: a call, an event of the hotel (a maid's code, a log-in),
furniture of the page (titles, dashes, blank lines), or something we could not read. Nothing is thrown away:
furniture and unread records are values with a reason, so that the store can keep them and a page show them.

The field names of CallRecord are the names used in the database, the web API and the exports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

Direction: TypeAlias = Literal["out", "in", "internal", "tandem", "unknown"]
TimeBasis: TypeAlias = Literal["start", "end", "utc"]


class Frame(NamedTuple):
    """One record's bytes, without its terminator, and where they stood in the stream.

    `start` and `end` count bytes from the beginning of the stream (a connection or a file); `end` is past the
    terminator, so it is the place to read on from. `fault` says in a sentence why the frame is not a whole record
    (too long, cut off by the end of the connection); None for a whole one.
    """

    data: bytes
    start: int
    end: int
    fault: str | None = None


class RawRecord(NamedTuple):
    """A frame and the place that makes it unique: never its content, because two equal lines can be two calls.

    `segment` is the number the store gave to the connection or file, `position` the ordinal in the connection or
    the byte offset in the file; `received_at` is an aware UTC instant.
    """

    source: str
    segment: int
    position: int
    received_at: datetime
    data: bytes
    fault: str | None = None


class CallRecord(NamedTuple):
    """One call, or one leg of a call, as the exchange reports it. Written with names, never by position.

    `start` and `end` are aware instants, in the zone of the exchange's clock; `talk_seconds` is the answered time
    that a charge rests on. `call_key` joins the records of one call, `leg_key` tells them apart; `more_follows` is
    true where the exchange says that further records of the call will come. `dialled` holds the digits as sent,
    trunk access code included where the exchange includes it. `trunk` is the trunk to charge. `condition` is the
    exchange's own code, verbatim. `stages` says where the call went apart from a telephone, as far as the record tells
    (`protocols/smdr/stages.py`). Absent is None.
    """

    direction: Direction
    answered: bool | None
    start: datetime
    time_basis: TimeBasis = "start"
    end: datetime | None = None
    ring_seconds: int | None = None
    talk_seconds: int | None = None
    hold_seconds: int | None = None
    park_seconds: int | None = None
    extension: str | None = None
    dialled: str | None = None
    caller: str | None = None
    did: str | None = None
    trunk: str | None = None
    trunk_in: str | None = None
    trunk_out: str | None = None
    trunk_group: str | None = None
    group_in: str | None = None
    group_out: str | None = None
    account_code: str | None = None
    authorization_code: str | None = None
    call_key: str | None = None
    leg_key: str | None = None
    more_follows: bool = False
    sequence: int | None = None
    pulses: int | None = None
    aoc_amount: str | None = None
    aoc_currency: str | None = None
    condition: str | None = None
    warnings: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()


def made_up_key(*parts: str | None) -> str:
    """A key for a call of an exchange that has none: the line and the parties. It holds only while more is announced."""
    return "~" + "/".join(part or "" for part in parts)


def is_made_up(key: str | None) -> bool:
    """True for a key that the exchange did not give."""
    return key is not None and key.startswith("~")


@dataclass(frozen=True, slots=True, kw_only=True)
class HotelEvent:
    """A row that is not a call but tells of the hotel: a room status code, a wake-up answered, a log-in.

    `sequence` is its number where the exchange numbers its rows.
    """

    reason: str
    at: datetime | None = None
    extension: str | None = None
    code: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Furniture:
    """A row that belongs to the page and not to a call: a title, a dash line, a CSV header, a blank line."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A record that we could not read; `reason` is a plain sentence that names the column and what stood there.

    `sequence` is its number where that much could be read.
    """

    reason: str
    sequence: int | None = None


Parsed: TypeAlias = CallRecord | HotelEvent | Furniture | Unparsed


class Share(NamedTuple):
    """How long a telephone held a stretch of trunk; `extension` is empty where no record names the telephone."""

    extension: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedCall:
    """All legs of one call seen so far, as one.

    `call` describes the whole call for people (first start, last end, summed talk time, the extension that began
    it); `charged` holds one record for each stretch of trunk that costs money, in order; it is empty where
    nothing was answered on a trunk. `holders` are the extensions that held the call, first to last, without
    repeats. `complete` is false while the exchange has announced further legs. Where several held it, `shares` tells for
    each stretch in `charged` who talked on it and how long, first to last; together they are its talk time. It is empty
    where one telephone held the call, or where the records cannot tell.
    """

    call: CallRecord
    charged: tuple[CallRecord, ...]
    holders: tuple[str, ...]
    complete: bool
    warnings: tuple[str, ...] = ()
    shares: tuple[tuple[Share, ...], ...] = ()
