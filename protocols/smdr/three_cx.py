"""3CX: one line for each call, of the fields that the site chose (`layouts/3cx.toml`), over a socket or in a file.

3CX dials us ("active socket"), waits to be dialled ("passive socket") or appends to cdr.log. A line begins with the word
`Call` unless the site has another prefix (option `prefix`). Extensions are written `Ext.504`, everybody else by number;
the `dn` beside a number is the extension or the trunk. Newer releases add the type of each party, in words that changed
from release to release.

A call was answered if it has a time of the answer; nothing else is safe. `duration` counts from the answer. Where a
party was replaced (`reason-changed`), the final number is the party who took its place; the call is one line still.
The price that 3CX reckons itself (`bill-cost`) is left alone: the house prices its calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from protocols.records import CallRecord, Direction, Parsed, Unparsed
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import WallClock, Wrong, duration, number_sent, quoted, text_or_none
from protocols.smdr.layout import Fields, Form, Layout, load
from protocols.smdr.legs import join_linked
from protocols.smdr.moments import between, stamp
from protocols.smdr.settings import Parser, SourceSettings, listed

_NAMES = (
    "historyid callid duration time-start time-answered time-end reason-terminated from-no to-no from-dn to-dn dial-no "
    "reason-changed final-number final-dn from-type to-type final-type"
).split()
_KNOWN = tuple(load("3cx").forms[0].places)
_NEEDED = ("duration", "time-start", "time-answered", "from-no", "to-no")
_SEPARATORS = {"comma": ",", "semicolon": ";", "pipe": "|", "tab": "\t"}
_PREFIX = "Call "
_INSIDE_PREFIX = "ext."

#: Types of parties, in small letters only: who is outside, and who is no telephone though inside.
_OUTSIDE_TYPES = frozenset(("line", "externalline", "external", "provider", "bridge", "trunk"))
_STAGES: Mapping[str, str] = {
    **dict.fromkeys(("queue",), "queue"),
    **dict.fromkeys(("ivr", "digitalreceptionist"), "menu"),
    **dict.fromkeys(("ringgroup", "rg"), "group"),
    **dict.fromkeys(("voicemail", "vmail"), "voicemail"),
    **dict.fromkeys(("confplace", "conference"), "conference"),
    **dict.fromkeys(("park", "parking"), "parked"),
}
_INSIDE_TYPES = frozenset(("extension", *_STAGES))


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one 3CX."""
    reader = _Reader(settings)
    layout = _layout(settings.options)
    names = [name for name in _NAMES if name in layout.forms[0].places]
    prefix = settings.options.get("prefix", _PREFIX).encode()

    def read(fields: Fields, now: datetime) -> Parsed:
        return reader.read(dict(zip(names, fields.values, strict=True)))

    straight = layout.parser(names, read, lambda text: _no_record(text, layout))

    def parse(data: bytes, now: datetime) -> Parsed:
        return straight(data.removeprefix(prefix) if prefix else data, now)

    return parse


def _layout(options: Mapping[str, str]) -> Layout:
    """The layout of this site: the usual one, or the fields it names."""
    usual = load("3cx")
    separator = _SEPARATORS[options.get("separator", "comma")]
    named = listed(options, "fields")
    form = usual.forms[0]
    if named:
        places = {name: number for number, name in enumerate(named) if name != "-"}
        form = Form(name="site", title="this site's fields", places=places, least=len(named), most=len(named))
    return Layout(name=usual.name, kind=usual.kind, encoding=usual.encoding, forms=(form,), separator=separator)


def _check(options: Mapping[str, str]) -> list[str]:
    named = listed(options, "fields")
    problems = [
        f"the option fields names {quoted(name)}, which is no field of 3CX; write - for a field that is not needed"
        for name in named
        if name not in _KNOWN and name != "-"
    ]
    twice = sorted({name for name in named if named.count(name) > 1 and name != "-"})
    problems += [f"the option fields names {name} twice" for name in twice]
    missing = [name for name in _NEEDED if named and name not in named]
    if missing:
        problems.append(f"a call cannot be charged without {' and '.join(missing)}: choose them in 3CX and in fields")
    return problems


def _no_record(text: str, layout: Layout) -> Parsed:
    form, found = layout.forms[0], text.count(layout.separator) + 1
    expected = f"{form.least}" if form.least == form.most else f"{form.least} to {form.most}"
    return Unparsed(
        f"the line has {found} field{'s' if found > 1 else ''} where {form.title} are {expected}; "
        f"it begins with {quoted(text[:30])}"
    )


class _Party:
    """Somebody at one end of a call: a number, the extension or trunk it is known by, and whether it is outside."""

    __slots__ = ("dn", "kind", "number", "outside")

    def __init__(self, number: str, dn: str, kind: str, trunks: frozenset[str]) -> None:
        self.dn, self.kind = dn, "".join(sign for sign in kind.lower() if sign.isalpha())
        inside = number[: len(_INSIDE_PREFIX)].lower() == _INSIDE_PREFIX
        self.number = number[len(_INSIDE_PREFIX) :] if inside else number
        self.outside = dn in trunks if dn and trunks else False
        if not self.outside and number:
            known = self.kind in _INSIDE_TYPES or self.kind in _OUTSIDE_TYPES
            self.outside = self.kind in _OUTSIDE_TYPES if known else not inside

    def same(self, other: _Party) -> bool:
        """Whether both are the same end."""
        return (self.number, self.dn) == (other.number, other.dn)


class _Reader:
    """Makes call records of the lines of one 3CX."""

    __slots__ = ("_clock", "_trunks", "_utc", "_zone")

    def __init__(self, settings: SourceSettings) -> None:
        self._utc = settings.options.get("utc") == "yes"
        self._clock = WallClock(UTC if self._utc else settings.timezone)
        self._zone, self._trunks = settings.timezone, settings.trunks

    def read(self, said: Mapping[str, str]) -> Parsed:
        """Make a record of a line's fields."""
        warnings: list[str] = []
        start = self._instant("time-start", said, warnings)
        if start is None:
            raise Wrong("time-start", "", "year/month/day hours:minutes:seconds")
        answered_at = self._instant("time-answered", said, warnings)
        end = self._instant("time-end", said, warnings)
        talk = _talk(said, answered_at, end)
        source, target, final = (self._party(said, name) for name in ("from", "to", "final"))
        moved = bool(final.number) and not final.same(target) and not final.same(source)
        out = final if moved and final.outside else target if target.outside else None
        trunk_in = text_or_none(source.dn or source.number) if source.outside else None
        direction = _direction(source, out)
        sent = number_sent(_dialled(said, target, out), [] if direction == "internal" else warnings)
        until = answered_at or end
        return CallRecord(
            direction=direction,
            answered=answered_at is not None,
            start=start,
            time_basis="utc" if self._utc else "start",
            end=end,
            ring_seconds=between(start, until) if until is not None else None,
            talk_seconds=talk,
            extension=_extension(direction, source, final if moved else target),
            dialled=None if direction == "in" else sent,
            caller=text_or_none(source.number) if source.outside else None,
            did=number_sent(said.get("dial-no", ""), []) if direction == "in" else None,
            trunk=text_or_none(out.dn) if out is not None else trunk_in,
            trunk_in=trunk_in,
            trunk_out=text_or_none(out.dn) if out is not None else None,
            call_key=text_or_none(said.get("callid", "") or said.get("historyid", "")),
            condition=text_or_none(said.get("reason-terminated", "")),
            warnings=tuple(dict.fromkeys(warnings)),
            stages=_stages(source, target, final, moved=moved),
        )

    def _party(self, said: Mapping[str, str], which: str) -> _Party:
        number = said.get("final-number" if which == "final" else f"{which}-no", "")
        return _Party(number, said.get(f"{which}-dn", ""), said.get(f"{which}-type", ""), self._trunks)

    def _instant(self, column: str, said: Mapping[str, str], warnings: list[str]) -> datetime | None:
        text = said.get(column, "")
        return stamp(self._clock, column, text, warnings).astimezone(self._zone) if text else None


def _talk(said: Mapping[str, str], answered_at: datetime | None, end: datetime | None) -> int:
    lasted = said.get("duration", "")
    if answered_at is None:
        return 0
    if not lasted and end is not None:
        return between(answered_at, end)
    return duration("duration", lasted.partition(".")[0])


def _direction(source: _Party, out: _Party | None) -> Direction:
    if source.outside:
        return "in" if out is None else "tandem"
    return "internal" if out is None else "out"


def _dialled(said: Mapping[str, str], target: _Party, out: _Party | None) -> str:
    return out.number if out is not None and out is not target else said.get("dial-no", "") or target.number


def _extension(direction: Direction, source: _Party, target: _Party) -> str | None:
    if direction == "tandem":
        return None
    one = target if direction == "in" else source
    return text_or_none(one.dn or one.number)


def _stages(source: _Party, target: _Party, final: _Party, *, moved: bool) -> tuple[str, ...]:
    found = [_STAGES[party.kind] for party in (source, target, final) if party.kind in _STAGES]
    return tuple(dict.fromkeys([*found, *(["transfer"] if moved else [])]))


DIALECT = Dialect(
    name="3cx",
    title="3CX call data records",
    transports=frozenset({"listen", "connect", "file", "pull"}),
    make_parser=make_parser,
    join_legs=join_linked,
    options={
        "fields": "the fields in the order in which this site has 3CX write them, by 3CX's names, between blanks; - for "
        "one that is not needed (default: all of them in 3CX's own order)",
        "separator": "what stands between the fields: comma, semicolon, pipe or tab (default comma)",
        "prefix": "what stands before the first field of each line (default 'Call ')",
        "utc": "yes if the times are in UTC and not in local time (default no)",
    },
    site_option="fields",
    choices={"separator": tuple(_SEPARATORS), "utc": ("yes", "no")},
    check_more=_check,
)
