"""Record layouts as text: where each field of a record stands, and how to tell the forms of a record apart.

A layout file (TOML, in `layouts/`) has a `kind` and one or more forms. `fixed`: each column has its place as the
manuals print it, first and last column counted from 1. `separated`: fields between separators, in order, with or
without quotation marks. `headed`: the same, but a line of titles at the head of the file says which field is which, and
each record carries what that line said (`carrying.py`). `key-value`: lines of `Key: value`. A form is recognised by masks at columns, by its number
of fields, or by text that a field must contain; forms are tried in order, the first that fits is taken.

A mask stands for one character each: `9` a digit, `-` anything but a digit, `.` anything, a blank a blank, any other
character itself. Beyond the end of a record everything is blank, for some transports cut trailing blanks off.

A dialect asks the layout for the fields it wants, by name, and gets a *cut*: a function from the text of a record to
those fields, stripped, in the order asked for, blank where the form has no such column. What the fields mean is the
dialect's business, not the layout's. Layouts ship with the program and are read once; a mistake in one raises when it
is read, a record never does.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from protocols.records import Furniture, Parsed, Unparsed
from protocols.smdr.carrying import SEPARATOR
from protocols.smdr.fields import Wrong, is_number
from protocols.smdr.settings import Parser


class Fields(NamedTuple):
    """The fields of one record: which form it has, the values asked for, in order and stripped, and its width in columns."""

    form: Form
    values: Sequence[str]
    width: int = 0


Cut: TypeAlias = Callable[[str], Fields | None]
"""Takes the fields out of the text of a record; None where the record has none of the layout's forms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a record: its name, and the place of each of its fields.

    A place is a range of columns counted from 0, a field's number counted from 0, or a key or title. `least` is the
    number of fields, or of columns, that a record must have at least; `most` bounds the fields. `needed` are the fields
    without which a line is no line of titles.
    """

    name: str
    title: str
    places: Mapping[str, tuple[int, int] | int | str]
    marks: tuple[Mark, ...] = ()
    least: int = 0
    most: int = 0
    contains: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ()

    def end(self, name: str) -> int:
        """The last column of a field, counted from 1; 0 where there are no columns."""
        place = self.places.get(name)
        return place[1] if isinstance(place, tuple) else 0

    def place(self, name: str) -> str:
        """Name a field as a person would find it in the record: `columns 2-6 (date)`."""
        place = self.places.get(name, "")
        words = name.replace("_", " ")
        if isinstance(place, str):
            return f"the value of {place or words}"
        if isinstance(place, int):
            return f"column {place + 1} ({words})"
        first, last = place[0] + 1, place[1]
        return f"column {first} ({words})" if first == last else f"columns {first}-{last} ({words})"


class Mark(NamedTuple):
    """One way to recognise a form of fixed columns: all its masks fit, and it is longer than so much."""

    pattern: re.Pattern[str]
    width: int
    longer_than: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A layout as it was read from its file."""

    name: str
    kind: str
    encoding: str
    forms: tuple[Form, ...]
    separator: str = ","
    quote: str = ""

    def cut(self, *names: str) -> Cut:
        """Compile the cut for these fields. Raises KeyError for a field that no form has."""
        for name in names:
            if not any(name in form.places for form in self.forms):
                raise KeyError(f"the layout {self.name} has no field {name}")
        return _CUTS[self.kind](self, names)

    def parser(
        self, names: Sequence[str], read: Callable[[Fields, datetime], Parsed], otherwise: Callable[[str], Parsed]
    ) -> Parser:
        """Compile a parser: `read` makes a record of these fields, `otherwise` says what a text without a form is.

        A `Wrong` that `read` raises becomes an `Unparsed` that names the column as it stands in the record.
        """
        cut, fixed = self.cut(*names), self.kind == "fixed"

        def parse(data: bytes, now: datetime) -> Parsed:
            text = self.text(data)
            fields = cut(text)
            if fields is None:
                return furniture(text.rpartition(_CARRIED)[2]) or otherwise(text)
            if fixed and len(text) < fields.form.least:
                return Unparsed(
                    f"the record is {len(text)} columns long, cut off before column {fields.form.least}; "
                    f"the form is {fields.form.title}"
                )
            try:
                return read(fields, now)
            except Wrong as wrong:
                return Unparsed(wrong.sentence(fields.form.place(wrong.column)))

        return parse

    def titles(self, line: bytes) -> bytes | None:
        """Say in short what a line of titles says: how many there are, and which of them is each field; None for others.

        The fields are told in the order of the layout's file, so that file may only grow at its end: what records
        carry is stored with them.
        """
        if self.separator.encode() not in line:
            return None
        form = self.forms[0]
        cells = [cell.strip(_AROUND_TITLES).lower() for cell in self.text(line).split(self.separator)]
        found = {title: number for number, title in reversed(list(enumerate(cells)))}
        if not form.needed or any(str(form.places[name]).lower() not in found for name in form.needed):
            return None
        places = (found.get(str(title).lower()) for title in form.places.values())
        told = ",".join("" if place is None else str(place) for place in places)
        return f"{len(cells)}:{told}".encode()

    def text(self, data: bytes) -> str:
        """Decode a record in the layout's code page; what does not decode is shown as escapes."""
        return data.decode(self.encoding, "backslashreplace")


def furniture(text: str) -> Furniture | None:
    """Recognise what any page may hold between records: blank lines and ruled lines."""
    signs = set(text)
    if signs <= _BLANKS:
        return Furniture("a blank line")
    return Furniture("a ruled line") if signs <= _RULES else None


_BLANKS = frozenset(" \t\f")
_RULES = _BLANKS | frozenset("-=_+|")
_strip = str.strip

#: What parts a record from what it carries, and what may stand around a title.
_CARRIED = SEPARATOR.decode()
_AROUND_TITLES = "\ufeff \"'\t\r\n"
#: Lines of titles that are remembered, and characters of what one says in short.
_MOST_TITLES, _MOST_CARRIED = 64, 1_000


def _cut_fixed(layout: Layout, names: Sequence[str]) -> Cut:
    plans = []
    for form in layout.forms:
        places = [form.places.get(name, (0, 0)) for name in names]
        plans.append((form, form.marks, [slice(*place) for place in places if isinstance(place, tuple)]))

    def cut(text: str) -> Fields | None:
        for form, marks, slices in plans:
            for mark in marks:
                padded = text if len(text) >= mark.width else text.ljust(mark.width)
                if len(text) > mark.longer_than and mark.pattern.match(padded):
                    return Fields(form, [text[place].strip() for place in slices], len(text))
        return None

    return cut


def _cut_separated(layout: Layout, names: Sequence[str]) -> Cut:
    plans = [_plan(form, names) for form in layout.forms]
    split = _quoted_split(layout) if layout.quote else lambda text: text.split(layout.separator)

    def cut(text: str) -> Fields | None:
        cells = split(text)
        found = len(cells)
        for form, take, blank, needs in plans:
            if form.least <= found <= form.most and all(held in cells[at] for at, held in needs):
                row = cells[:blank]
                row += [""] * (blank + 1 - len(row))
                return Fields(form, list(map(_strip, take(row))))
        return None

    return cut


class _Plan(NamedTuple):
    """Where a cut finds its fields in a form; a field that the form lacks is at `blank`, behind all others."""

    form: Form
    take: Callable[[list[str]], tuple[str, ...]]
    blank: int
    needs: list[tuple[int, str]]


def _plan(form: Form, names: Sequence[str]) -> _Plan:
    numbers = {name: place for name, place in form.places.items() if isinstance(place, int)}
    blank = 1 + max(numbers[name] for name in names if name in numbers)
    needs = [(numbers[name], held) for name, held in form.contains.items()]
    places = [numbers.get(name, blank) for name in names]
    # An itemgetter of one place would not give a tuple.
    take = itemgetter(*places) if len(places) > 1 else lambda row: tuple(row[place] for place in places)
    return _Plan(form, take, blank, needs)


def _cut_headed(layout: Layout, names: Sequence[str]) -> Cut:
    form = layout.forms[0]
    order = list(form.places)
    split = _quoted_split(layout) if layout.quote else lambda text: text.split(layout.separator)
    known: dict[str, tuple[int, list[int]] | None] = {}

    def told(carried: str) -> tuple[int, list[int]] | None:
        """Where each field stands by what the line of titles said; a field it did not name is behind the last."""
        width, _, rest = carried.partition(":")
        places = rest.split(",")
        if not all(is_number(place) or not place for place in (width or "-", *places)) or len(carried) > _MOST_CARRIED:
            return None
        found = dict(zip(order, places, strict=False))
        return int(width), [int(found.get(name) or width) for name in names]

    def cut(text: str) -> Fields | None:
        carried, parted, row = text.partition(_CARRIED)
        if not parted:
            return None
        if carried not in known:
            if len(known) >= _MOST_TITLES:
                known.clear()
            known[carried] = told(carried)
        plan = known[carried]
        cells = split(row) if plan is not None else []
        if plan is None or len(cells) != plan[0]:
            return None
        cells.append("")
        return Fields(form, [cells[place].strip() if place < len(cells) else "" for place in plan[1]])

    return cut


def _quoted_split(layout: Layout) -> Callable[[str], list[str]]:
    separator, quote = layout.separator, layout.quote

    def split(text: str) -> list[str]:
        try:
            return next(csv.reader((text,), delimiter=separator, quotechar=quote, strict=True), [])
        except csv.Error:
            return []

    return split


def _cut_keys(layout: Layout, names: Sequence[str]) -> Cut:
    form = layout.forms[0]
    keys = [str(form.places[name]).lower() if name in form.places else "" for name in names]
    separator = layout.separator

    def cut(text: str) -> Fields | None:
        held: dict[str, str] = {}
        # Not splitlines: a caller's name may hold signs that Unicode counts as line ends, and must not add keys.
        for line in text.split("\n"):
            key, found, value = line.partition(separator)
            if found:
                held.setdefault(key.strip().lower(), value.strip())
        if any(held.get(key.lower()) != value for key, value in form.contains.items()):
            return None
        return Fields(form, [held.get(key, "") for key in keys])

    return cut


_CUTS: Mapping[str, Callable[[Layout, Sequence[str]], Cut]] = {
    "fixed": _cut_fixed,
    "separated": _cut_separated,
    "headed": _cut_headed,
    "key-value": _cut_keys,
}


@cache
def load(name: str) -> Layout:
    """Read a layout that ships with the program, once."""
    text = (files("protocols.smdr") / "layouts" / f"{name}.toml").read_text(encoding="utf-8")
    return parse_layout(name, text)


def parse_layout(name: str, text: str) -> Layout:
    """Make a layout of its text. Raises ValueError where the text does not describe one."""
    raw = tomllib.loads(text)
    kind = raw["kind"]
    if kind not in _CUTS:
        raise ValueError(f"layout {name}: kind is {kind!r}, expected one of {', '.join(_CUTS)}")
    return Layout(
        name=name,
        kind=kind,
        encoding=raw.get("encoding", "utf-8"),
        separator=raw.get("separator", ","),
        quote=raw.get("quote", ""),
        forms=tuple(_form(name, kind, form) for form in raw["form"]),
    )


def _form(layout: str, kind: str, raw: Mapping[str, Any]) -> Form:
    columns = raw["columns"]
    if kind == "fixed":
        places: dict[str, Any] = {name: _columns(f"{layout}: {name}", value) for name, value in columns.items()}
    elif kind == "separated":
        places = {name: number for number, name in enumerate(columns) if name}
    else:
        places = dict(columns)
    fields = 0 if kind == "fixed" else len(columns)
    return Form(
        name=raw["name"],
        title=raw.get("title", raw["name"]),
        places=places,
        marks=tuple(_mark(masks) for masks in raw.get("recognise", ())),
        least=raw.get("least", fields),
        most=raw.get("most", fields),
        contains=raw.get("contains", {}),
        needed=tuple(raw.get("needed", ())),
    )


def _columns(where: str, text: str) -> tuple[int, int]:
    """Read `15-22` or `60`, counted from 1 and inclusive, as a range counted from 0."""
    first, _, last = text.partition("-")
    start, end = int(first), int(last or first)
    if not 1 <= start <= end:
        raise ValueError(f"layout {where}: {text!r} is not a range of columns")
    return start - 1, end


def columns_of(text: str) -> dict[str, tuple[int, int]]:
    """Read where a site says that fields stand, `account=69-78 condition=79-80`. Raises ValueError for what is no place."""
    places = {}
    for word in text.split():
        name, _, columns = word.partition("=")
        try:
            places[name] = _columns("columns", columns)
        except ValueError:
            raise ValueError(f"{word!r} is no place; write it as account=69-78") from None
    return places


def narrowed(
    layout: Layout, names: Sequence[str], forms: Sequence[str], places: Mapping[str, tuple[int, int]] | None = None
) -> Layout:
    """The layout with these forms alone, with fields where a site says they are; a field it does not have is blank."""
    nowhere = dict.fromkeys(names, (0, 0))
    kept = [
        replace(form, places={**nowhere, **form.places, **(places or {})})
        for form in layout.forms
        if form.name in forms
    ]
    return replace(layout, forms=tuple(kept))


_MASK = {"9": r"[0-9]", "-": r"[^0-9]", ".": r"."}


def _mark(masks: Mapping[str, Any]) -> Mark:
    """Compile the masks of one way to recognise a form; the key is the column where a mask begins."""
    pattern, reached = "", 0
    placed = sorted((int(column) - 1, mask) for column, mask in masks.items() if column != "longer_than")
    for start, mask in placed:
        if start < reached:
            raise ValueError(f"the masks at columns {start + 1} and before overlap")
        pattern += f".{{{start - reached}}}" + "".join(_MASK.get(sign) or re.escape(sign) for sign in mask)
        reached = start + len(mask)
    return Mark(re.compile(pattern, re.DOTALL), reached, int(masks.get("longer_than", 0)))
