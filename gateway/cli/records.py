"""`foliogate parse` and `foliogate identify`: what the parsers make of a file, on a terminal or as JSON.

Both read a file or standard input as a stream, so that a file of years does not have to fit into memory. The records
go to standard output, what is said about them to standard error.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from protocols.framing import CUT_OFF
from protocols.records import CallRecord, Frame, Parsed, Unparsed
from protocols.smdr.as_json import as_json
from protocols.smdr.catalog import DIALECTS, Dialect, Parser, SourceSettings
from protocols.smdr.identify import SAMPLE, Verdict, identify
from protocols.text import printable

_CHUNK = 65_536

# The columns of the table: title, width, and the field of a call it shows.
_TABLE = (
    ("line", 6, "line"),
    ("start", 25, "start"),
    ("direction", 9, "direction"),
    ("answered", 8, "answered"),
    ("talk", 6, "talk_seconds"),
    ("extension", 10, "extension"),
    ("dialled", 20, "dialled"),
    ("caller", 16, "caller"),
    ("trunk", 10, "trunk"),
    ("call key", 18, "call_key"),
)


@click.command("parse")
@click.argument("source", metavar="[FILE|-]", type=click.File("rb"), default="-")
@click.option(
    "--dialect",
    metavar="NAME",
    required=True,
    is_eager=True,  # a wrong name is told before a wrong file
    callback=lambda context, parameter, name: _dialect(name),
    help=f"The dialect of the records: {', '.join(DIALECTS)}.",
)
@click.option("--json", "as_objects", is_flag=True, help="Print one JSON object per record instead of a table.")
@click.option("--timezone", metavar="ZONE", default="UTC", show_default=True, help="The zone of the exchange's clock.")
@click.option("--now", metavar="ISO", help="The instant that supplies a missing year (default: the present).")
@click.option(
    "--option",
    "options",
    metavar="KEY=VALUE",
    multiple=True,
    help="An option of the dialect; repeatable. file:PATH stands for what is in a file.",
)
@click.option("--trunk", "trunks", metavar="NAME", multiple=True, help="An endpoint that is a trunk; repeatable.")
@click.option("--trunk-access", metavar="DIGITS", multiple=True, help="Digits dialled to get a trunk; repeatable.")
def parse_command(
    source: BinaryIO,
    dialect: Dialect,
    as_objects: bool,
    timezone: str,
    now: str | None,
    options: tuple[str, ...],
    trunks: tuple[str, ...],
    trunk_access: tuple[str, ...],
) -> None:
    """Show what the records in FILE (or standard input) say.

    Each record becomes one row: a call, an event of the hotel, furniture of the page, or, with its reason, a record
    that could not be read. The exit code is 0 when all were read, 1 when some were not, 2 for a wrong command line.

    \b
    Examples:
      foliogate parse --dialect asterisk /var/log/asterisk/cdr-csv/Master.csv
      foliogate parse --dialect mitel-mivb --timezone Europe/Warsaw --option pulses=yes smdr.log
      nc mivb 1752 | foliogate parse --dialect mitel-mivb --json -
    """
    settings = SourceSettings(
        timezone=_zone(timezone), trunk_access=trunk_access, trunks=frozenset(trunks), options=pairs_of(options)
    )
    problems = dialect.check(settings)
    if problems:
        raise click.UsageError("; ".join(problems))
    reader = read_rows(source, dialect, settings, _instant(now, settings.timezone))
    kinds = _print_objects(reader) if as_objects else _print_table(reader)
    click.echo(_summary(kinds), err=True)
    sys.exit(1 if kinds["unparsed"] else 0)


@click.command("identify")
@click.argument("source", metavar="[FILE|-]", type=click.File("rb"), default="-")
@click.option("--json", "as_objects", is_flag=True, help="Print one JSON object per dialect instead of sentences.")
def identify_command(source: BinaryIO, as_objects: bool) -> None:
    """Say which dialect the records in FILE (or standard input) are written in, and why.

    The beginning of the input is given to every dialect; the share of its rows that a dialect reads is its
    confidence. Options are tried too; what the rows cannot tell is said. The exit code is 0 when one reads more than half of the rows, 1 when none does.

    \b
    Example:
      foliogate identify capture.log
    """
    verdicts = identify(_sample(source))
    for verdict in verdicts:
        click.echo(json.dumps(_verdict(verdict)) if as_objects else "\n".join(sentence_of(verdict)))
    if not verdicts:
        click.echo(f"No dialect reads any of it. The dialects are {', '.join(DIALECTS)}.", err=True)
    if not verdicts or verdicts[0].confidence <= 0.5:
        click.echo(_site_words(), err=True)
    sys.exit(0 if verdicts and verdicts[0].confidence > 0.5 else 1)


# -- what the command line says --------------------------------------------------------------------------------------


def _dialect(name: str) -> Dialect:
    if name not in DIALECTS:
        raise click.UsageError(f"There is no dialect {name!r}; the dialects are {', '.join(DIALECTS)}.")
    return DIALECTS[name]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = f"{name!r} is no time zone; write one like Europe/Warsaw."
        raise click.UsageError(words) from None


def pairs_of(options: tuple[str, ...]) -> dict[str, str]:
    """Options as they were written; `file:PATH` is what stands in the file. Raises UsageError."""
    pairs = {}
    for option in options:
        key, found, value = option.partition("=")
        if not found:
            raise click.UsageError(f"--option {option} has no value; write --option KEY=VALUE.")
        if value.startswith("file:"):
            value = _text_of(Path(value.removeprefix("file:")))
        pairs[key] = value
    return pairs


def _text_of(path: Path) -> str:
    """What stands in the file that an option names: a page of the exchange's own set-up."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from None


def _instant(text: str | None, zone: ZoneInfo) -> datetime:
    """Read --now; without an offset it is meant in the exchange's zone."""
    if text is None:
        return datetime.now(UTC)
    try:
        now = datetime.fromisoformat(text)
        return (now if now.tzinfo else now.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        words = f"--now {text} is no instant; write one like 2026-11-21T18:30:00+01:00."
        raise click.UsageError(words) from None


# -- reading ---------------------------------------------------------------------------------------------------------


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    """Read what is there as it comes: a pipe shows its records when they arrive, not when a block is full."""
    read = getattr(source, "read1", source.read)
    while chunk := read(_CHUNK):
        yield chunk


def _sample(source: BinaryIO) -> bytes:
    sample = b""
    for chunk in _chunks(source):
        sample += chunk
        if len(sample) >= SAMPLE:
            break
    return sample[:SAMPLE]


class _LineNumbers:
    """Counts the line at which each record begins; keeps no more of the input than a record can be long."""

    _MOST = 4 * _CHUNK

    def __init__(self) -> None:
        self._bytes = b""
        self._read = 0  # of _bytes, how many lie before the record last asked for
        self._begin = 0  # place in the input of _bytes
        self._line = 1
        self._dropped_lines = 0

    def add(self, chunk: bytes) -> None:
        """Take the next bytes of the input."""
        self._begin += self._read
        self._bytes = self._bytes[self._read :] + chunk
        self._read = 0
        if len(self._bytes) > self._MOST:  # inside a record without an end: its own lines count for what follows it
            self._dropped_lines += _line_ends(self._bytes, 0, len(self._bytes))
            self._begin += len(self._bytes)
            self._bytes = b""

    def at(self, position: int) -> int:
        """Give the line in which this place of the input stands; places are asked for in order."""
        read = position - self._begin
        if read >= 0:
            self._line += self._dropped_lines + _line_ends(self._bytes, self._read, read)
            self._read, self._dropped_lines = read, 0
        return self._line


def _line_ends(data: bytes, start: int, end: int) -> int:
    return data.count(b"\n", start, end) + data.count(b"\r", start, end) - data.count(b"\r\n", start, end)


Row = tuple[Parsed, bytes, int]
"""A record as it was read, its bytes, and the line at which it began."""


def read_rows(source: BinaryIO, dialect: Dialect, settings: SourceSettings, now: datetime) -> Iterator[list[Row]]:
    """Read the records of the input, chunk by chunk."""
    framer, parse = dialect.framer(transport="file", options=settings.options), dialect.parser(settings)
    lines = _LineNumbers()

    def rows(frames: Sequence[Frame]) -> list[Row]:
        read = [(_parsed(parse, frame, now), frame.data, lines.at(frame.start)) for frame in frames]
        if frames:
            lines.at(frames[-1].end)
        return read

    for chunk in _chunks(source):
        lines.add(chunk)
        yield rows(framer.feed(chunk))
    yield rows(framer.end())


def _parsed(parse: Parser, frame: Frame, now: datetime) -> Parsed:
    """Parse a record; the last one of a file may lack its end and is read all the same, with a warning."""
    if frame.fault is None:
        return parse(frame.data, now)
    if frame.fault != CUT_OFF:
        return Unparsed(frame.fault)
    parsed = parse(frame.data, now)
    if isinstance(parsed, CallRecord):
        return parsed._replace(warnings=(*parsed.warnings, CUT_OFF))
    return Unparsed(f"{parsed.reason}; {CUT_OFF}") if isinstance(parsed, Unparsed) else parsed


# -- printing --------------------------------------------------------------------------------------------------------


def _print_objects(batches: Iterable[list[Row]]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for batch in batches:
        objects = [as_json(*row) for row in batch]
        kinds.update(str(one["kind"]) for one in objects)
        _write([json.dumps(one) for one in objects])
    return kinds


def _print_table(batches: Iterable[list[Row]]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    _write([" ".join(title.ljust(width) for title, width, _ in _TABLE) + " notes"])
    for batch in batches:
        objects = [as_json(*row) for row in batch]
        kinds.update(str(one["kind"]) for one in objects)
        _write([table_row(one) for one in objects])
    return kinds


def table_row(one: dict[str, object]) -> str:
    """One row as a line of the table."""
    if one["kind"] != "call":
        return f"{one['line']!s:<6} {one['kind']}: {one['reason']}"
    cells = " ".join(_cell(one[name]).ljust(width) for _, width, name in _TABLE)
    warnings = one["warnings"]
    assert isinstance(warnings, list)
    return f"{cells} {'; '.join(warnings)}".rstrip()


def _cell(value: object) -> str:
    """Show one value; a call key or a caller is what an exchange wrote, so it is made safe for a terminal."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(str(value).encode("utf-8", "backslashreplace"), 200)


def _write(lines: Sequence[str]) -> None:
    if lines:
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


def _summary(kinds: Counter[str]) -> str:
    total = kinds.total()
    counts = [f"{kinds[kind]} {kind}" for kind in ("call", "event", "furniture", "unparsed") if kinds[kind]]
    return f"{total} record{'' if total == 1 else 's'}" + (f": {', '.join(counts)}" if counts else "")


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "dialect": verdict.dialect,
        "confidence": round(verdict.confidence, 4),
        "reason": printable(verdict.reason.encode("utf-8", "backslashreplace"), 1_000),
        "options": dict(verdict.options),
        "evidence": list(verdict.evidence),
        "lacks": list(verdict.lacks),
    }


def sentence_of(verdict: Verdict) -> list[str]:
    """A verdict for people: how sure, with which options, by which rows, and what the sample cannot tell."""
    shown = _verdict(verdict)
    lines = [f"{verdict.dialect:<16} {verdict.confidence:>4.0%}  {shown['reason']}"]
    if verdict.options:
        lines.append("    with " + ", ".join(f"{key} = {value}" for key, value in verdict.options.items()))
    lines += [f"    {row}" for row in verdict.evidence]
    return lines + [f"    ? {sentence}" for sentence in verdict.lacks]


def _site_words() -> str:
    """Of which exchanges no sample tells the whole, because the site chose what is written."""
    named = [f"{one.name} (option {one.site_option})" for one in DIALECTS.values() if one.site_option]
    return (
        "Of some exchanges each site chooses what a record holds, so a sample alone is not enough: "
        f"{', '.join(named)}. Name the dialect with 'foliogate parse --dialect NAME --option KEY=VALUE'."
    )
