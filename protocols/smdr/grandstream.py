"""Grandstream UCM: Asterisk's call records with columns of its own, as CSV with titles or as JSON objects.

What the columns mean is Asterisk's (`asterisk.py`): the digits really sent stand in the argument of the last application,
one call can be several rows, and an endpoint is a trunk if it is listed under `trunks` or is the destination and its name
is not all digits (`trunk_1`). `AcctId` counts the rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from protocols.framing import Framer
from protocols.records import Furniture, Parsed, Unparsed
from protocols.smdr.answers import AnswerShape
from protocols.smdr.asterisk import CSV_NAMES, RowReader
from protocols.smdr.carrying import SEPARATOR
from protocols.smdr.dialect import Dialect
from protocols.smdr.documents import DocumentFramer, body, json_object, text_of
from protocols.smdr.fields import Wrong, quoted
from protocols.smdr.layout import Fields, load
from protocols.smdr.legs import join_linked
from protocols.smdr.settings import Parser, SourceSettings

_NAMES = (
    "accountcode src dst channel dstchannel lastapp lastdata start end duration billsec disposition uniqueid acctid"
).split()
_STAMP = re.compile(r'"?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"?')


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one UCM, for rows and objects."""
    reader = RowReader(settings)
    layout = load("grandstream")
    form = layout.forms[0]

    def read(fields: Fields, now: datetime) -> Parsed:
        said = dict(zip(_NAMES, fields.values, strict=True))
        return reader.read(Fields(fields.form, _as_asterisk(said)), now)

    row = layout.parser(_NAMES, read, _no_row)

    def parse(data: bytes, now: datetime) -> Parsed:
        if not data.lstrip().startswith(b"{"):
            found = row(data, now)
            return row(_mended(data), now) if isinstance(found, Unparsed) else found
        said = _of_json(data)
        if said is None:
            return Unparsed("the JSON object is broken, or holds no call")
        try:
            return read(Fields(form, [said[name] for name in _NAMES]), now)
        except Wrong as wrong:
            return Unparsed(wrong.sentence(f"the value of {wrong.column}"))

    return parse


def context_of(line: bytes) -> bytes | None:
    """Know a line of titles."""
    return load("grandstream").titles(line)


def _framer(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return DocumentFramer(start)


def _of_json(data: bytes) -> dict[str, str] | None:
    read = json_object(body(data))
    if read is None or "src" not in read or "start" not in read:
        return None
    held = {name.lower(): text_of(value) for name, value in read.items()}
    return {name: held.get(name, "") for name in _NAMES}


def _as_asterisk(said: Mapping[str, str]) -> list[str]:
    """The fields as Asterisk's reader asks for them: without a linked id, which a UCM does not write."""
    return [said.get(name, "") for name in CSV_NAMES]


def _mended(data: bytes) -> bytes:
    """Put the argument of the last application together again, where commas in it made more columns than there are titles.

    The first time in the row shows where the columns behind it begin; what stands before the argument is not touched.
    """
    carried, parted, row = data.partition(SEPARATOR)
    width, _, places = carried.partition(b":")
    told = places.split(b",")
    order = list(load("grandstream").forms[0].places)
    if not parted or not width.isdigit() or len(told) != len(order):
        return data
    argument, start = (told[order.index(name)] for name in ("lastdata", "start"))
    cells = row.decode("utf-8", "backslashreplace").split(",")
    surplus = len(cells) - int(width)
    at = next((number for number, cell in enumerate(cells) if _STAMP.fullmatch(cell.strip())), -1)
    if surplus <= 0 or not argument.isdigit() or not start.isdigit() or at != int(start) + surplus:
        return data
    first = int(argument)
    cells[first : first + surplus + 1] = [",".join(cells[first : first + surplus + 1])]
    bare = (cell.strip().strip('"').replace('"', "") for cell in cells)
    return carried + SEPARATOR + ",".join(f'"{cell}"' for cell in bare).encode()


def _no_row(text: str) -> Parsed:
    titles, _, row = text.rpartition(SEPARATOR.decode())
    if context_of(row.encode()) is not None:
        return Furniture("a line of column titles")
    unfit = "does not fit the line of column titles above it" if titles else "stands under no line of column titles"
    return Unparsed(f"the row {unfit}; it begins with {quoted(row[:30])}")


DIALECT = Dialect(
    name="grandstream",
    title="Grandstream UCM call records (CSV with titles, or JSON)",
    transports=frozenset({"listen", "file", "folder", "push", "pull"}),
    answer=AnswerShape(records="cdr_root", identity="AcctId start", parts="sub_cdr"),
    make_parser=make_parser,
    join_legs=join_linked,
    options={"utc": "yes if the times are in UTC and not in the UCM's local time (default no)"},
    choices={"utc": ("yes", "no")},
    make_framer=_framer,
    context_of=context_of,
)
