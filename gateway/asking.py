"""An exchange that is asked for its records: what is asked next, and which records of an answer are new. Pure.

An address (or a body) is a template: `{since}` and `{until}` are a span of time, `{after}` the place behind the last record, `{page}`
and `{offset}` the pages of one answer, `{token}` what a log-in gave.

A call is told when it has ended, and some exchanges tell it by its begin, or late. So a span reaches back behind what was asked
before (`overlap`), and once in a while far back: a call that lasted half the night began before any usual span. Every
record is therefore seen many times, and none may be kept twice, nor may one of two equal ones be lost. An answer is whole: it
holds every record of its span. So a record has a mark, made of what its exchange names it by, else of its bytes; equal marks are
counted, and what an answer holds more of than was ever kept is new.

Pages may shift while they are asked for, and then the last record of a page stands on the next one too. So equal records on two
pages are two only if the answer before had as many as well.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from protocols.records import CallRecord, Parsed, is_made_up

#: Once in so many seconds a span reaches as far back as FAR_BACK: for calls that lasted longer than the overlap, and for
#: records that came late. Two days are longer than any call that anybody charges.
FAR_EVERY: Final = 3_600.0
FAR_BACK: Final = timedelta(days=2)
#: The longest span that is asked for at once: after an outage of weeks a day at a time.
LONGEST_SPAN: Final = timedelta(days=1)
#: How far the clock of an exchange may be before ours.
AHEAD: Final = timedelta(minutes=5)
#: Seconds of the longest wait between two attempts, after many that failed and where a service asks for one.
LONGEST_WAIT: Final = 900.0
LONGEST_RETRY_AFTER: Final = 3_600.0
#: Days for which a record that was kept is remembered, at least: where a span is asked for, and where everything is told each time.
KEPT_DAYS_OF_SPANS: Final = 60
KEPT_DAYS_OF_WHOLES: Final = 400

PLACES: Final = ("since", "until", "after", "page", "offset", "token")
_PLACE: Final = re.compile(r"\{(" + "|".join(PLACES) + r")\}")
_PREFIX: Final = "pull:"
_HOUR: Final = timedelta(hours=1)


def places_in(*templates: str) -> frozenset[str]:
    """The places that templates have."""
    return frozenset(name for one in templates for name in _PLACE.findall(one))


def address(template: str, values: Mapping[str, str]) -> str:
    """An address with its places filled."""
    return _PLACE.sub(lambda found: quote(values.get(found[1], ""), safe=""), template)


def body(template: str, values: Mapping[str, str]) -> str:
    """A body of JSON with its places filled; they stand inside the quotes of a text."""
    return _PLACE.sub(lambda found: json.dumps(values.get(found[1], ""))[1:-1], template)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an exchange is asked. `places` are those of its templates, `times` how it wants times written, `zone` its clock's."""

    places: frozenset[str]
    times: str
    zone: ZoneInfo
    overlap: timedelta

    @property
    def by_time(self) -> bool:
        """Whether spans of time are asked for."""
        return "since" in self.places

    @property
    def by_place(self) -> bool:
        """Whether what stands behind a place is asked for."""
        return "after" in self.places

    @property
    def in_pages(self) -> bool:
        """Whether one answer comes in pages."""
        return bool(self.places & {"page", "offset"})

    @property
    def kept_days(self) -> int:
        """How long a kept record is remembered at least."""
        return KEPT_DAYS_OF_SPANS if self.by_time or self.by_place else KEPT_DAYS_OF_WHOLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far an exchange has been read: until when, behind which place; and where the reading began."""

    since: datetime
    after: str
    begun: datetime

    def __str__(self) -> str:
        said = {"since": self.since.isoformat(), "after": self.after, "begun": self.begun.isoformat()}
        return _PREFIX + json.dumps(said, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor that a store kept; None if it is none."""
        if not text.startswith(_PREFIX):
            return None
        said = json.loads(text.removeprefix(_PREFIX))
        since, begun = (datetime.fromisoformat(said[name]) for name in ("since", "begun"))
        return cls(since=since, after=said["after"], begun=begun)


class Span(NamedTuple):
    """What is asked for, and where the cursor stands when it has come."""

    values: Mapping[str, str]
    then: Cursor


def span(manner: Manner, cursor: Cursor, now: datetime, *, far: bool) -> Span:
    """The next span; `far` says that it is to reach back further than usual."""
    ends = min(now, cursor.since + LONGEST_SPAN)
    blur = _HOUR if _without_offset(manner.times) else timedelta()  # the hour that a clock shows twice in autumn
    behind = min(cursor.since, now)  # a clock that was ahead for a while must not make us look past what came meanwhile
    begins = max(behind - max(manner.overlap, FAR_BACK if far else timedelta()), cursor.begun) - blur
    until = (ends + AHEAD if ends == now else ends) + blur
    values = {
        "since": written(begins, manner.times, manner.zone),
        "until": written(until, manner.times, manner.zone),
        "after": cursor.after,
    }
    return Span(values, replace(cursor, since=ends))


def written(moment: datetime, times: str, zone: ZoneInfo) -> str:
    """A time as an exchange wants it: `unix`, `utc`, `iso` (with the offset of its zone), or a pattern of strftime in its zone."""
    local = moment.astimezone(zone)
    match times:
        case "unix":
            return str(int(moment.timestamp()))
        case "utc":
            return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case "iso":
            return local.isoformat(timespec="seconds")
        case pattern:
            return local.strftime(pattern)


def _without_offset(times: str) -> bool:
    return times not in ("unix", "utc", "iso") and "%z" not in times


def call_name(parsed: Parsed) -> str:
    """What an exchange calls the call of a record, with its times; empty where it gives no key.

    It stays the same when an update of the exchange adds a column. Numbers that begin anew name another call one day, so the times
    belong to it; of the begin only what no time zone moves, since the site may put its zone right.
    """
    if not isinstance(parsed, CallRecord) or parsed.call_key is None or is_made_up(parsed.call_key):
        return ""
    return json.dumps(
        (parsed.call_key, parsed.leg_key, parsed.start.second, parsed.ring_seconds, parsed.talk_seconds),
        separators=(",", ":"),
    )


class Kept:
    """The records that were kept of one exchange, by their marks; equal ones are counted."""

    def __init__(self, marks: Iterable[bytes] = ()) -> None:
        self._counts = Counter(marks)
        #: What the newest answer held. Never changed, only replaced: the writer's thread reads it too.
        self.newest: Counter[bytes] = Counter()

    def fresh(self, pages: Sequence[Sequence[bytes]]) -> list[tuple[int, int]]:
        """Which records of an answer, given by their marks, are new: by page and place, in order. The answer is remembered."""
        total: Counter[bytes] = Counter()
        on_one: Counter[bytes] = Counter()
        for page in pages:
            here = Counter(page)
            total += here
            on_one |= here
        before, self.newest = self.newest, total
        new: list[tuple[int, int]] = []
        taken: Counter[bytes] = Counter()
        for number, page in enumerate(pages):
            for place, mark in enumerate(page):
                there = max(on_one[mark], min(total[mark], before[mark]))
                if self._counts[mark] + taken[mark] < there:
                    taken[mark] += 1
                    new.append((number, place))
        return new

    def add(self, marks: Iterable[bytes]) -> None:
        """These records are committed."""
        self._counts.update(marks)

    def forget(self, marks: Iterable[bytes]) -> None:
        """These are remembered no more."""
        self._counts.subtract(marks)
        self._counts = +self._counts


def pause(every: float, failures: int, asked_for: float, draw: float) -> float:
    """Seconds until the next attempt: the usual ones, longer with every failure, and never less than the service asks for.

    `draw` is a random number from 0 to 1: many gateways of one service must not come back in the same second.
    """
    if not failures:
        return every
    longer = min(every * (1 << min(failures - 1, 10)), max(LONGEST_WAIT, every)) * (0.8 + 0.4 * draw)
    return max(longer, min(asked_for, LONGEST_RETRY_AFTER))


def retry_after(header: str, now: datetime) -> float:
    """Seconds that a service asks to wait, by its header Retry-After; 0 where it does not say."""
    if header.strip().isdigit():
        return float(min(int(header.strip()[:6]), LONGEST_RETRY_AFTER))
    try:
        asked: timedelta = parsedate_to_datetime(header) - now
        return float(max(0.0, asked.total_seconds()))
    except (ValueError, TypeError):  # no date, or one without a zone
        return 0.0


def refusal(status: int) -> str:
    """What an answer with another status than 200 means, in a sentence for whoever can mend it."""
    match status:
        case 401:
            return "the exchange does not accept the log-in (401); look at user and password under login"
        case 403:
            return "the exchange forbids what is asked (403); give this user the right to read call records"
        case 404:
            return "the exchange knows no such address (404); look at pull"
        case 429:
            return "the exchange is asked too often (429); it is asked again later, make every longer"
        case _ if 300 <= status < 400:
            return (
                f"the exchange answers that its records are at another address ({status}); write that address into pull"
            )
        case _ if status >= 500:
            return f"the exchange has trouble of its own ({status}); it is asked again"
        case _:
            return f"the exchange answers with status {status}, which is no list of records"
