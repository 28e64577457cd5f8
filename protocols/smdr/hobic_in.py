"""HOBIC as a source: a call accounting system that prints a priced line for each call, taken as an exchange.

The line is the same as the one that we can print for a PMS (`protocols/hobic/lines.py`): columns of fixed width as both
ends have agreed, given by a template. What it says of the price is kept as advice of charge, for a tariff that goes by it;
what it does not say (a trunk, seconds, whether it was answered) is absent: a line is printed for a call that costs.

Framing `hb` is a printer's, LF line CR LF; `hx` (Holidex) asks and wraps each line in STX, ETX and a checksum. The line is
acknowledged when it is committed, so that what is lost on the way is sent again; a line with a wrong checksum is refused.

Source: the generic HOBIC record (sequence, hotel, month and day, extension, time, minutes, charge, number, class). Nothing
of it is agreed between vendors: hold the template against a printed line.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from protocols.hobic.lines import GENERIC, Template, Unfit, charge_of, read, template
from protocols.hobic.wire import ACK, Came, Enquired, Receiver, Wire
from protocols.records import CallRecord, Parsed, Unparsed
from protocols.smdr.counting import Counter
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import Day, WallClock, Wrong, count, number_sent, quoted, text_or_none, time_of_day
from protocols.smdr.layout import furniture
from protocols.smdr.legs import join_single
from protocols.smdr.sessions import PlainSession, Session
from protocols.smdr.settings import Parser, SourceSettings

_DECIMALS = ("0", "1", "2", "3", "4")
_POINTS = {"point": ".", "comma": ",", "none": ""}
#: Bytes of the answer to an enquiry: it has nothing to do with whether records are answered by letters.
_LISTENING = bytes((ACK,))


@cache
def _template(line: str, decimals: int, point: str) -> Template:
    return template(line, decimals=decimals, point=point)


def _line(options: Mapping[str, str]) -> Template:
    """The template of a site. Raises ValueError with the sentence for whoever wrote it."""
    decimals = options.get("decimals", "2")  # what is no choice is told where choices are checked
    point = _POINTS.get(options.get("point", "point"), ".")
    return _template(options.get("line", GENERIC), int(decimals) if decimals in _DECIMALS else 2, point)


def _wire(options: Mapping[str, str]) -> Wire:
    said: dict[str, Any] = {key: options[key] for key in ("framing", "answers", "bcc_covers") if key in options}
    return Wire(**said)


def _check(options: Mapping[str, str]) -> list[str]:
    problems = []
    for make in (_line, _wire):
        try:
            make(options)
        except ValueError as error:
            problems.append(str(error))
    return problems


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one line."""
    made, clock = _line(settings.options), WallClock(settings.timezone)
    counts = _counter(settings.options) is not None

    def parse(data: bytes, now: datetime) -> Parsed:
        text = data.decode("latin-1").strip("\f")
        values = read(made, text)
        if isinstance(values, Unfit):
            blank = furniture(text)
            return blank or Unparsed(f"not a line of this template: {values.why}; it begins with {quoted(text[:30])}")
        try:
            return _call(made, clock, values, now, counts=counts)
        except Wrong as wrong:
            return Unparsed(wrong.sentence(f"the column {wrong.column}"))

    return parse


def _call(
    made: Template, clock: WallClock, values: Mapping[str, str], now: datetime, *, counts: bool
) -> CallRecord | Unparsed:
    charge = charge_of(made, values)
    if isinstance(charge, Unfit):
        return Unparsed(charge.why)
    warnings: list[str] = []
    minutes, seconds = (count(name, values.get(name, "")) for name in ("minutes", "seconds"))
    talk = seconds if seconds is not None else None if minutes is None else minutes * 60
    start = clock.instant(_day(made, clock, values, now), _time(made, values), warnings)
    return CallRecord(
        direction="out",
        answered=True,
        start=start,
        talk_seconds=talk,
        extension=text_or_none(values["room"]),
        dialled=number_sent(values.get("number", ""), warnings),
        sequence=count("sequence", values.get("sequence", "")) if counts else None,
        aoc_amount=_amount(charge, made.decimals),
        condition=text_or_none(values.get("class", "")),
        warnings=tuple(warnings),
    )


def _part(made: Template, values: Mapping[str, str], column: str, form: str) -> str:
    """A part of a date or time: what stands where its form has the letters of the part."""
    at = made.column(column)
    place = at.form.find(form) if at is not None else -1
    return values[column][place : place + len(form)] if place >= 0 else ""


def _day(made: Template, clock: WallClock, values: Mapping[str, str], now: datetime) -> Day:
    if made.column("date") is None:
        raise Wrong("date", "", "a column for the day: without one no call can be placed")
    month, day = _part(made, values, "date", "MM"), _part(made, values, "date", "DD")
    year = _part(made, values, "date", "YYYY")
    short = _part(made, values, "date", "YY") if not year else ""
    try:
        if year or short:
            return clock.day("date", f"{year or '20' + short}-{month}-{day}")
        return clock.nearest("date", f"{month}/{day}", now)
    except Wrong as wrong:
        raise Wrong("date", values["date"], wrong.expected) from None


def _time(made: Template, values: Mapping[str, str]) -> int:
    hours, minutes = _part(made, values, "time", "HH"), _part(made, values, "time", "MM")
    return time_of_day("time", f"{hours}:{minutes}:{_part(made, values, 'time', 'SS') or '00'}")


def _amount(units: int, decimals: int) -> str:
    sign, digits = ("-" if units < 0 else ""), str(abs(units)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"


def _counter(options: Mapping[str, str]) -> Counter | None:
    column = _line(options).column("sequence")
    if options.get("count_lines") != "yes" or column is None:
        return None
    return Counter(first=1, last=int("9" * column.width))


class HobicSession:
    """The receiving end of a HOBIC line: answers enquiries, refuses damaged lines, acknowledges committed ones."""

    __slots__ = ("_receiver", "_wire")

    problem: str | None = None

    def __init__(self, wire: Wire) -> None:
        self._wire, self._receiver = wire, Receiver(wire)

    def connected(self) -> bytes:
        """The sender speaks first."""
        return b""

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Answer what needs an answer at once; give the whole lines to the framer, each with its end."""
        answer, lines = b"", b""
        for told in self._receiver.receive(data):
            if isinstance(told, Enquired):
                answer += _LISTENING
            elif isinstance(told, Came) and told.fault and self._wire.framing == "hx":
                answer += self._wire.no
            elif isinstance(told, Came):
                lines += told.line.replace(b"\n", b"?").replace(b"\r", b"?") + b"\n"
        return answer, lines

    def committed(self, count: int) -> bytes:
        """Say that so many lines are kept, to a sender that wants to hear it."""
        return b"" if self._wire.answers == "none" else self._wire.yes * count


def _session(options: Mapping[str, str], transport: str) -> Session:
    return HobicSession(_wire(options)) if transport in ("listen", "connect", "serial") else PlainSession()


DIALECT = Dialect(
    name="hobic",
    title="HOBIC call accounting (a priced line for each call)",
    transports=frozenset({"listen", "connect", "serial", "file"}),
    make_parser=make_parser,
    join_legs=join_single,
    options={
        "line": f"the columns of a line, as for the adapter hobic (default {GENERIC})",
        "decimals": "how many decimals the charge has (default 2)",
        "point": "what stands before the decimals: point, comma or none where they are implied (default point)",
        "framing": "hb for LF line CR LF, hx for ENQ and STX line ETX checksum (default hb)",
        "answers": "how a line is acknowledged: ack, yn or none (default ack)",
        "bcc_covers": "what the checksum of hx is made of: line+etx, line or stx+line+etx (default line+etx)",
        "count_lines": "yes if each line has the number after the one before, so that a missing one is told (default no)",
    },
    choices={
        "decimals": _DECIMALS,
        "point": tuple(_POINTS),
        "framing": ("hb", "hx"),
        "answers": ("ack", "yn", "none"),
        "bcc_covers": ("line+etx", "line", "stx+line+etx"),
        "count_lines": ("yes", "no"),
    },
    make_session=_session,
    check_more=_check,
    counter=_counter,
)
