"""Which dialect a sample of records is written in, with which options, and what makes one think so. Pure.

Every dialect is asked to read the sample as if it were its own. The parsers are strict about what they need (a date
in its columns, a direction letter, the number of fields), so a foreign sample leaves almost nothing readable; the
share of rows that a dialect read is its confidence. Blank lines, titles and ruled lines count for nobody.

An option is tried with each value it can have, one after another. What reads more rows wins, then what reads more of them
without a warning, then what puts the calls closer together in time, for a capture is of days and not of months: that is
how 03/11 is told from 11/03. Where two values read the rows differently and equally well, that is said, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from protocols.framing import CUT_OFF
from protocols.records import CallRecord, Frame, Furniture, HotelEvent, Parsed, Unparsed
from protocols.smdr.carrying import bare
from protocols.smdr.catalog import DIALECTS, Dialect, SourceSettings
from protocols.smdr.sessions import Polling
from protocols.smdr.shares import HANDED_ON
from protocols.text import printable

# A dialect is told from less; a caller may hand in a whole file, and only so much of it is looked at.
SAMPLE = 65_536
# Rows by which the options of a dialect are told; the first that a capture holds.
MOST_ROWS = 400
# Rows below which a verdict says that it rests on few.
FEW_ROWS: Final = 5
# Rows shown as what decided, and what is shown of each.
EVIDENCE: Final = 3
_SHOWN: Final = 100

# Dates without a year are read against this; which year comes out does not matter here.
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
# Ways on which something is said around the records.
_CONVERSED: Final = ("connect", "listen")
_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well one dialect reads the sample.

    `confidence` is the share of its rows that it read, 0 to 1. `options` are those that differ from what the dialect takes by
    itself. `evidence` shows rows that decided, `lacks` says in sentences what the sample cannot tell.
    """

    dialect: str
    confidence: float
    reason: str
    options: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


def identify(sample: bytes) -> list[Verdict]:
    """Say which dialects the sample may be written in, the best first; empty where none reads any of it."""
    found = []
    for dialect in DIALECTS.values():
        reading = _best(dialect, sample[:SAMPLE])
        if reading.read:
            found.append((reading.rank, _verdict(dialect, reading, sample[:SAMPLE])))
    return [verdict for _, verdict in sorted(found, key=lambda one: one[0], reverse=True)]


# -- one reading ------------------------------------------------------------------------------------------------------


class _Reading(NamedTuple):
    """What a dialect makes of the sample with some options."""

    options: dict[str, str]
    transport: str
    rows: list[tuple[Frame, Parsed]]

    @property
    def calls(self) -> list[CallRecord]:
        """The rows that are calls."""
        return [parsed for _, parsed in self.rows if isinstance(parsed, CallRecord)]

    @property
    def read(self) -> int:
        """How many rows were read."""
        return sum(isinstance(parsed, CallRecord | HotelEvent) for _, parsed in self.rows)

    @property
    def rank(self) -> tuple[float, float, float]:
        """What makes one reading better than another: rows read, calls that are whole and without a warning, closeness in time."""
        calls = self.calls
        starts = [call.start for call in calls]
        spread = (max(starts) - min(starts)) / timedelta(days=1) if starts else 0.0
        whole = sum(_whole(call) for call in calls) / len(calls) if calls else 0.0
        return (self.read / len(self.rows) if self.rows else 0.0, whole, -spread)


def _whole(call: CallRecord) -> float:
    """How much of what a call has is there; a warning takes from it."""
    known = (call.direction != "unknown", call.talk_seconds is not None, bool(call.extension or call.trunk))
    return sum(known) / len(known) - 0.5 * bool(call.warnings)


def _reading(dialect: Dialect, sample: bytes, options: dict[str, str], transport: str) -> _Reading:
    settings = SourceSettings(timezone=_UTC, options=options)
    if dialect.check_more(options):
        return _Reading(options, transport, [])
    parse, framer = dialect.parser(settings), dialect.framer(transport=transport, options=options)
    frames = framer.feed(_said(dialect, sample, options, transport))
    # The last record of a sample is often cut off by the sample's own end; alone it is better than nothing.
    rest = framer.end()
    if not frames or (rest and rest[0].fault != CUT_OFF):
        frames += rest
    rows: list[tuple[Frame, Parsed]] = []
    for frame in frames[:MOST_ROWS]:
        parsed = Unparsed(frame.fault) if frame.fault not in (None, CUT_OFF) else parse(frame.data, _ANY_DAY)
        if not isinstance(parsed, Furniture):
            rows.append((frame, parsed))
    return _Reading(options, transport, rows)


def _said(dialect: Dialect, sample: bytes, options: Mapping[str, str], transport: str) -> bytes:
    """What of a captured conversation are records; the bytes as they are where the dialect converses only after a log-in."""
    if transport not in _CONVERSED:
        return sample
    try:
        session = dialect.session(options, transport=transport)
    except ValueError:
        return sample
    session.connected()
    if isinstance(session, Polling):
        session.tick()
    return session.receive(sample)[1]


# -- the best of a dialect --------------------------------------------------------------------------------------------


def _best(dialect: Dialect, sample: bytes) -> _Reading:
    """Try each way of cutting, then each option in its turn, and keep what reads better."""
    ways = ["file", *sorted(way for way in dialect.transports if way != "file")]
    best = max((_reading(dialect, sample, {}, way) for way in ways), key=lambda one: one.rank)
    for key, value in _choices(dialect):
        tried = _reading(dialect, sample, {**best.options, key: value}, best.transport)
        if tried.rank > best.rank:
            best = tried
    return best


def _choices(dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Every value of every option, but for how records are joined, which makes no row read better."""
    return ((key, value) for key, values in dialect.choices.items() if key != HANDED_ON for value in values)


def _verdict(dialect: Dialect, reading: _Reading, sample: bytes) -> Verdict:
    number = len(reading.rows)
    words = f"{reading.read} of {number} rows read as {dialect.title}"
    first_not = next((parsed.reason for _, parsed in reading.rows if isinstance(parsed, Unparsed)), "")
    return Verdict(
        dialect=dialect.name,
        confidence=reading.read / number,
        reason=f"{words}; the first that does not: {first_not}" if first_not else words,
        options=reading.options,
        evidence=tuple(_evidence(dialect, reading, sample)),
        lacks=tuple(_lacks(dialect, reading, sample)),
    )


def _evidence(dialect: Dialect, reading: _Reading, sample: bytes) -> list[str]:
    """The rows that only these options read, or read without a warning; else the first that were read."""
    shown = [frame for frame, parsed in reading.rows if isinstance(parsed, CallRecord | HotelEvent)]
    if reading.options:
        plain = _reading(dialect, sample, {}, reading.transport)
        before = {frame.start: parsed for frame, parsed in plain.rows}
        decided = [frame for frame, parsed in reading.rows if before.get(frame.start) != parsed and frame in shown]
        shown = decided or shown
    return [printable(bare(frame.data), _SHOWN) for frame in shown[:EVIDENCE]]


def _lacks(dialect: Dialect, reading: _Reading, sample: bytes) -> Iterator[str]:
    """What the sample cannot tell."""
    if len(reading.rows) < FEW_ROWS:
        yield f"this rests on {len(reading.rows)} {'row' if len(reading.rows) == 1 else 'rows'}; a longer capture would be surer"
    calls = reading.calls
    if calls and not any(call.direction == "out" for call in calls):
        yield "no outgoing call is among the rows: make one to an outside number and look again"
    for key, values in dialect.choices.items():
        alike = [value for value in values if _as_well(dialect, reading, sample, key, value)]
        if alike:
            yield f"the rows do not tell the option {key} ({' or '.join(values)}): {dialect.options[key]}"


def _as_well(dialect: Dialect, reading: _Reading, sample: bytes, key: str, value: str) -> bool:
    """Whether another value of an option reads the rows as well, and differently."""
    other = _reading(dialect, sample, {**reading.options, key: value}, reading.transport)
    return other.rank[:2] == reading.rank[:2] and _differ(reading.rows, other.rows)


def _differ(one: Sequence[tuple[Frame, Parsed]], other: Sequence[tuple[Frame, Parsed]]) -> bool:
    return [parsed for _, parsed in one] != [parsed for _, parsed in other]
