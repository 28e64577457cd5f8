"""A layout that a site wrote itself: an exchange that no dialect knows, described in a text file, without code.

The file is a layout as ours are (`layout.py`: `fixed`, `separated`, `headed` or `key-value`, with its forms), and says besides what its
columns mean: how date, time and duration are written, which words say which way a call went, whether the time is that of
the start or the end. It must carry sample lines with what is to be read from them; a layout that does not read its own
samples as it says is refused, by `foliogate check` and at the start (docs/pbx/own-layout.md).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from protocols.framing import BlockFramer, Framer, LineFramer
from protocols.records import CallRecord, Direction, Furniture, Parsed, Unparsed
from protocols.smdr.as_json import as_json
from protocols.smdr.carrying import SEPARATOR, ContextOf
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import Day, WallClock, Wrong, count, number_sent, quoted, text_or_none, time_of_day
from protocols.smdr.layout import Fields, Layout, parse_layout
from protocols.smdr.legs import join_linked
from protocols.smdr.moments import after, before
from protocols.smdr.settings import Parser, SourceSettings

COLUMNS: Final = (
    "date time duration ring direction extension number caller did trunk account_code authorization_code pulses charge "
    "call_key leg_key condition"
).split()
"""What a column can be called; any other name is a column that is not read. Records carry the places of their columns in
this order, so that a site may change its layout: it may only grow at its end."""
_KEYS: Final = frozenset(("title", "source", "kind", "encoding", "separator", "quote", "form", "meaning", "sample"))
_KINDS: Final = ("fixed", "separated", "headed", "key-value")
_MEANINGS: Final = frozenset(("date", "time", "duration", "ring", "clock", "in", "out", "internal", "otherwise"))
_WAYS: Final[tuple[Direction, ...]] = ("out", "in", "internal")
_NEEDED: Final = ("date", "time", "duration", "extension", "number")
_TOKENS: Final = re.compile("YYYY|YY|MM|DD|HH|SS|H|M|S")
_PLAIN: Final = {"seconds": 1, "minutes": 60}
#: Characters of a layout: some forms of a hundred columns and their samples.
_LONGEST: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How a date, a time or a duration is written: a pattern with a group for each part."""

    form: str
    pattern: re.Pattern[str]

    def parts(self, column: str, text: str) -> Mapping[str, str]:
        """The parts of a text; raises Wrong for another text."""
        found = self.pattern.fullmatch(text)
        if found is None:
            raise Wrong(column, text, f"it to be written {self.form}")
        return found.groupdict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A site's layout with its meanings and samples."""

    layout: Layout
    date: Written
    time: Written
    lengths: Mapping[str, Written | int]
    ends: bool
    ways: Mapping[str, Direction]
    otherwise: Direction | None
    samples: tuple[Mapping[str, Any], ...]


def _written(form: str, *, date: bool) -> Written:
    pattern, at = "", 0
    for token in _TOKENS.finditer(form):
        pattern += re.escape(form[at : token.start()])
        letters = token.group()
        name = letters[0] if date or letters[0] != "M" else "m"
        digits = f"{{{len(letters)}}}" if len(letters) > 1 else "{1,4}"
        pattern += f"(?P<{name}>[0-9]{digits})"
        at = token.end()
    return Written(form=form, pattern=re.compile(pattern + re.escape(form[at:])))


@lru_cache(maxsize=64)
def own_layout(text: str) -> Own:
    """Read a site's layout. Raises ValueError with a sentence for whoever wrote it."""
    if len(text) > _LONGEST:
        raise ValueError(f"the layout is {len(text)} characters long; {_LONGEST} are the most")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the layout is no TOML: {error}") from None
    unknown = sorted(set(raw) - _KEYS)
    if unknown:
        raise ValueError(f"the layout has a key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    if raw.get("kind") not in _KINDS:
        raise ValueError(f"kind is {raw.get('kind')!r}; write {' or '.join(_KINDS)}")
    try:
        layout = parse_layout("own", text)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a form of the layout lacks {error}; each needs name, columns and how it is told") from None
    except re.error as error:
        raise ValueError(f"a mask of the layout cannot be used: {error}") from None
    for name in _NEEDED:
        if not any(name in form.places for form in layout.forms):
            raise ValueError(f"no form has a column {name}: without it a call cannot be charged")
    if layout.kind == "headed" and len(layout.forms) > 1:
        raise ValueError("a headed layout has one form: the line of titles says where its columns stand")
    return _own(layout, raw)


#: A title that no column has.
_NO_TITLE: Final = "\0"


def _in_our_order(layout: Layout) -> Layout:
    """A headed layout with every column that we know; a line of titles is one that names those without which no call is charged."""
    (form,) = layout.forms
    places = {name: form.places.get(name, _NO_TITLE) for name in COLUMNS}
    return replace(layout, forms=(replace(form, places=places, needed=_NEEDED),))


def _own(layout: Layout, raw: Mapping[str, Any]) -> Own:
    said = raw.get("meaning", {})
    unknown = sorted(set(said) - _MEANINGS)
    if unknown:
        raise ValueError(f"[meaning] has a key {unknown[0]!r}; known are {', '.join(sorted(_MEANINGS))}")
    date, time = (_written(str(said.get(key, form)), date=key == "date") for key, form in _USUAL)
    for letters, one in (("MD", date), ("Hm", time)):
        if any(letter not in one.pattern.groupindex for letter in letters):
            raise ValueError(f"{one.form!r} does not say enough: a date needs MM and DD, a time HH and MM")
    if said.get("clock", "start") not in ("start", "end"):
        raise ValueError(f"clock is {said['clock']!r}; write start or end")
    if said.get("otherwise") not in (None, *_WAYS):
        raise ValueError(f"otherwise is {said['otherwise']!r}; write out, in or internal")
    has_direction = any("direction" in form.places for form in layout.forms)
    samples = tuple(raw.get("sample", ()))
    if not samples:
        raise ValueError(
            "the layout carries no [[sample]]: give at least one real line, and what is to be read from it"
        )
    return Own(
        layout=_in_our_order(layout) if layout.kind == "headed" else layout,
        date=date,
        time=time,
        lengths={key: _length(str(said.get(key, form))) for key, form in _LENGTHS},
        ends=said.get("clock") == "end",
        ways={str(word): way for way in _WAYS for word in said.get(way, ())},
        otherwise=said.get("otherwise") or (None if has_direction else "out"),
        samples=samples,
    )


_USUAL: Final = (("date", "YYYY-MM-DD"), ("time", "HH:MM:SS"))
_LENGTHS: Final = (("duration", "HH:MM:SS"), ("ring", "seconds"))


def _length(form: str) -> Written | int:
    return _PLAIN[form] if form in _PLAIN else _written(form, date=False)


# -- reading -----------------------------------------------------------------------------------------------------------


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of a site's layout; one of a layout that cannot be used says so of every record."""
    try:
        own = own_layout(settings.options.get("layout", ""))
    except ValueError as error:
        sentence = str(error)[:200]
        return lambda data, now: Unparsed(sentence)
    reader = _Reader(own, settings)
    names = [name for name in COLUMNS if any(name in form.places for form in own.layout.forms)]

    def read(fields: Fields, now: datetime) -> Parsed:
        return reader.read(dict(zip(names, fields.values, strict=True)), now)

    return own.layout.parser(names, read, _no_row(own.layout) if own.layout.kind == "headed" else _no_record)


def _no_record(text: str) -> Parsed:
    return Unparsed(f"in none of the layout's forms; it begins with {quoted(text[:30])}")


def _no_row(layout: Layout) -> Callable[[str], Parsed]:
    wanted = " and ".join(quoted(str(layout.forms[0].places[name])) for name in _NEEDED)

    def no_row(text: str) -> Parsed:
        titles, _, row = text.rpartition(SEPARATOR.decode())
        if layout.titles(row.encode(layout.encoding, "replace")) is not None:
            return Furniture("a line of column titles")
        unfit = (
            "does not fit the line of titles above it" if titles else f"stands under no line of titles with {wanted}"
        )
        return Unparsed(f"the row {unfit}; it begins with {quoted(row[:30])}")

    return no_row


def _titles(options: Mapping[str, str]) -> ContextOf | None:
    try:
        layout = own_layout(options.get("layout", "")).layout
    except ValueError:
        return None
    return layout.titles if layout.kind == "headed" else None


class _Reader:
    """Makes call records by a site's layout."""

    __slots__ = ("_clock", "_own")

    def __init__(self, own: Own, settings: SourceSettings) -> None:
        self._own, self._clock = own, WallClock(settings.timezone)

    def read(self, said: Mapping[str, str], now: datetime) -> Parsed:
        """Make a record of the columns that a form has."""
        warnings: list[str] = []
        talk, ring = self._length("duration", said) or 0, self._length("ring", said)
        lasted = talk + (ring or 0)
        shown = self._instant(said, now, warnings)
        start = before(shown, lasted) if self._own.ends else shown
        direction = self._direction(said.get("direction", ""), warnings)
        inward = direction == "in"
        number = number_sent(said.get("number", ""), [] if direction == "internal" else warnings)
        trunk = text_or_none(said.get("trunk", "")) if direction != "internal" else None
        return CallRecord(
            direction=direction,
            answered=talk > 0 if direction != "out" or not talk else None,
            start=start,
            time_basis="end" if self._own.ends else "start",
            end=shown if self._own.ends else after(start, lasted),
            ring_seconds=ring,
            talk_seconds=talk,
            extension=text_or_none(said.get("extension", "")),
            dialled=None if inward else number,
            caller=(text_or_none(said.get("caller", "")) or number) if inward else None,
            did=text_or_none(said.get("did", "")) if inward else None,
            trunk=trunk,
            trunk_in=trunk if inward else None,
            trunk_out=trunk if direction == "out" else None,
            pulses=count("pulses", said.get("pulses", "")),
            aoc_amount=text_or_none(said.get("charge", "")),
            warnings=tuple(warnings),
            **{name: text_or_none(said.get(name, "")) for name in _AS_THEY_ARE},  # type: ignore[arg-type]
        )

    def _instant(self, said: Mapping[str, str], now: datetime, warnings: list[str]) -> datetime:
        parts = self._own.time.parts("time", said.get("time", ""))
        hours = parts["H"].rjust(2, "0")
        seconds = time_of_day("time", f"{hours}:{parts['m'].rjust(2, '0')}:{(parts.get('S') or '00').rjust(2, '0')}")
        return self._clock.instant(self._day(said.get("date", ""), now), seconds, warnings)

    def _day(self, text: str, now: datetime) -> Day:
        parts = self._own.date.parts("date", text)
        month, day, year = parts["M"].rjust(2, "0"), parts["D"].rjust(2, "0"), parts.get("Y")
        try:
            if year is None:
                return self._clock.nearest("date", f"{month}/{day}", now)
            return self._clock.day("date", f"{year if len(year) == 4 else '20' + year}-{month}-{day}")
        except Wrong as wrong:
            raise Wrong("date", text, wrong.expected) from None

    def _length(self, column: str, said: Mapping[str, str]) -> int | None:
        text, written = said.get(column, ""), self._own.lengths[column]
        if not text:
            return None
        if isinstance(written, int):
            return (count(column, text) or 0) * written
        parts = written.parts(column, text)
        return sum(int(parts.get(name) or 0) * worth for name, worth in (("H", 3600), ("m", 60), ("S", 1)))

    def _direction(self, word: str, warnings: list[str]) -> Direction:
        way = self._own.ways.get(word, self._own.otherwise)
        if way is None:
            warnings.append(f"the direction column holds {quoted(word)}, which no list of the layout names")
            return "unknown"
        return way


_AS_THEY_ARE: Final = ("account_code", "authorization_code", "call_key", "leg_key", "condition")


# -- proving -----------------------------------------------------------------------------------------------------------

_ANY_DAY: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)


def problems(text: str, settings: SourceSettings) -> list[str]:
    """What is wrong with a layout, in sentences: what cannot be used of it, else each sample that reads otherwise."""
    try:
        own = own_layout(text)
    except ValueError as error:
        return [str(error)]
    parse = make_parser(settings)
    carried = own.layout.titles if own.layout.kind == "headed" else None
    return [words for place, one in enumerate(own.samples, 1) for words in _unlike(parse, carried, place, one)]


def _unlike(parse: Parser, carried: ContextOf | None, place: int, sample: Mapping[str, Any]) -> list[str]:
    line, where = sample.get("line"), f"sample {place}"
    if not isinstance(line, str) or len(sample) < 2:
        return [f"{where} needs a line, and at least one field that is to be read from it"]
    data, now = line.encode("utf-8"), sample.get("now", _ANY_DAY)
    if carried is not None:
        above = carried(str(sample.get("titles", "")).encode("utf-8"))
        if above is None:
            return [f"{where} needs titles: the line of titles above its line, with every title that the layout needs"]
        data = above + SEPARATOR + data
    found = parse(data, now if isinstance(now, datetime) and now.tzinfo else _ANY_DAY)
    if not isinstance(found, CallRecord):
        return [f"{where} is not read as a call: {found.reason}"]
    shown = as_json(found, b"", 1)
    told = []
    for name, wanted in sample.items():
        if name in ("line", "titles", "now"):
            continue
        if name not in shown:
            told.append(f"{where} names a field {name!r}, which no call has")
        elif _as_text(shown[name]) != _as_text(wanted):
            told.append(f"{where}: {name} is read as {_as_text(shown[name])!r}, and should be {_as_text(wanted)!r}")
    return told


def _as_text(value: object) -> str:
    """A value as a person compares it: a time on the exchange's own clock, without its zone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return text[:19].replace("T", " ") if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", text) else text


def _check(options: Mapping[str, str]) -> list[str]:
    """Whether there is a layout; what is in its file is for `problems`, which needs the clock of the exchange too."""
    return [] if options.get("layout") else ['a layout of one\'s own must be named: write layout = "FILE.toml"']


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    try:
        blocks = own_layout(options.get("layout", "")).layout.kind == "key-value"
    except ValueError:
        blocks = False
    return BlockFramer(start) if blocks else LineFramer(start)


DIALECT = Dialect(
    name="own",
    title="An exchange by a layout of one's own",
    transports=frozenset({"listen", "connect", "serial", "file", "folder", "udp", "push", "pull"}),
    make_parser=make_parser,
    join_legs=join_linked,
    options={"layout": 'the text of the layout; written as layout = "FILE.toml" beside the dialect'},
    make_framer=_framer,
    context_by=_titles,
    check_more=_check,
    site_option="layout",
)
