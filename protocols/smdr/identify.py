"""Which dialect a sample of records is written in, and why one thinks so.

Every dialect is asked to read the sample as if it were its own. The parsers are strict about what they need (a date
in its columns, a direction letter, the number of fields), so a foreign sample leaves almost nothing readable; the
share of rows that a dialect read is its confidence. Blank lines, titles and ruled lines count for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from protocols.framing import CUT_OFF
from protocols.records import CallRecord, Furniture, HotelEvent, Unparsed
from protocols.smdr.catalog import DIALECTS, Dialect, SourceSettings

# A dialect is told from less; a caller may hand in a whole file, and only so much of it is looked at.
SAMPLE = 65_536

# Dates without a year are read against this; which year comes out does not matter here.
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well one dialect reads the sample: `confidence` is the share of its rows that it read, 0 to 1."""

    dialect: str
    confidence: float
    reason: str


def identify(sample: bytes) -> list[Verdict]:
    """Say which dialects the sample may be written in, the best first; empty where none reads any of it."""
    verdicts = [_try(dialect, sample[:SAMPLE]) for dialect in DIALECTS.values()]
    return sorted((verdict for verdict in verdicts if verdict.confidence > 0), key=lambda verdict: -verdict.confidence)


def _try(dialect: Dialect, sample: bytes) -> Verdict:
    parse = dialect.parser(SourceSettings(timezone=ZoneInfo("UTC")))
    framer = dialect.framer(transport="file")
    frames = framer.feed(sample)
    # The last record of a sample is often cut off by the sample's own end; alone it is better than nothing.
    rest = framer.end()
    if not frames or (rest and rest[0].fault != CUT_OFF):
        frames += rest
    read, first_not = 0, ""
    rows = 0
    for frame in frames:
        parsed = Unparsed(frame.fault) if frame.fault not in (None, CUT_OFF) else parse(frame.data, _ANY_DAY)
        if isinstance(parsed, Furniture):
            continue
        rows += 1
        if isinstance(parsed, CallRecord | HotelEvent):
            read += 1
        else:
            first_not = first_not or parsed.reason
    return Verdict(dialect.name, read / rows if rows else 0.0, _reason(dialect, read, rows, first_not))


def _reason(dialect: Dialect, read: int, rows: int, first_not: str) -> str:
    words = f"{read} of {rows} rows read as {dialect.title}"
    return f"{words}; the first that does not: {first_not}" if first_not else words
