"""A report with one of everything, and with every text that could do harm: what each writer is tried on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from gateway.reports.periods import WEEKDAYS
from gateway.reports.values import Band, Bars, Column, Heat, Lines, Money, Note, Report, Row, Strip, Table, table

WARSAW: Final = ZoneInfo("Europe/Warsaw")
#: 02:30 of the night on which the clocks go back, the second time: 25 October 2026, 01:30 UTC.
SECOND_TIME: Final = 1_792_891_800_000_000
#: Names that try everything a name can try: markup of HTML, SVG and Typst, formulas, directions, bells, no end.
NASTY: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil","x")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+9)",
    "-2+3",
    "\t=1+1",
    "＝1+1",
    '#import "/etc/passwd"; #panic("x") $ * _ ` \\ <a> @b // c',
    "]]>&lt;!--",
    "Zażółć gęślą jaźń, Ёлка, Ελλάδα",
    "\u202eevil\x07\x00 bell",
    "W" * 300,
    "line\r\nbreak",
    "",
)
COLUMNS: Final = (
    Column("name", "name"),
    Column("calls", "calls", "count"),
    Column("amount", "amount", "money"),
    Column("talk", "talk", "seconds"),
    Column("share", "share", "percent"),
    Column("load", "load", "erlangs"),
    Column("usage", "usage", "ccs"),
    Column("began", "began", "instant"),
    Column("day", "day", "day"),
    Column("hour", "hour", "hour"),
)


def nasty_row(number: int, name: str) -> Row:
    """A row under each kind of column."""
    money = Money(-123_456 + number, "PLN", 2) if number % 2 else Money(1_234_567, "JPY", 0)
    figures = (number * 1000, money, 3_725 + number, 12.345, 7.5, 270.0)
    return (name, *figures, SECOND_TIME, date(2026, 10, 25), number % 24)


def nasty_table(rows: int = len(NASTY)) -> Table:
    """A table of nasty names, and a row of nothing known."""
    listed = [nasty_row(number, NASTY[number % len(NASTY)]) for number in range(rows)]
    nothing: Row = (None,) * len(COLUMNS)
    total: Row = ("together", sum(range(rows)) * 1000, Money(99, "PLN", 2), 5, None, None, None, None, None, None)
    return table(
        "names", "Names: <all> [of] them/", COLUMNS, [*listed, nothing], totals=(total,), note="<b>note</b> #x"
    )


def pictures() -> tuple[Bars, Bars, Bars, Lines, Heat, Strip]:
    """One picture of each kind."""
    money, load, calls = Column("m", "amount", "money"), Column("l", "load", "erlangs"), Column("c", "calls", "count")
    names = ("mobile", "international", '<b>premium & "local"</b>', "a name of a class that is far too long for a bar")
    lying = Bars(
        name="classes", title="By <class>", sentence="Mobile leads & more.", measure=money, series=("charged",),
        labels=names, heading="class", lying=True,
        values=tuple((Money(amount, "PLN", 2),) for amount in (81_240, 40_000, 120, 0)),
    )  # fmt: skip
    hours = tuple(f"{hour:02d}" for hour in range(24))
    standing = Bars(
        name="hours", title="By hour", sentence="The evening is busiest.", measure=calls, series=("out", "in"),
        labels=hours, heading="hour", values=tuple((hour * 3 % 17, hour * 5 % 11) for hour in range(24)),
    )  # fmt: skip
    week = Bars(
        name="week", title="By day", sentence="Friday.", measure=Column("t", "talk", "seconds"), series=("talk",),
        labels=WEEKDAYS, heading="day", values=tuple((900 * number,) for number in (3, 1, 4, 1, 5, 9, 2)),
    )  # fmt: skip
    points = tuple((10 + number % 7 * 1.5, 9.0 + number % 7 if number > 4 else None) for number in range(30))
    lines = Lines(
        name="forecast", title="Forecast", sentence="It rises.", measure=load, series=("measured", "forecast"),
        labels=tuple(f"{number + 1} Nov" for number in range(30)), heading="day", values=points,
        band=Band(
            "expected",
            tuple(None if number < 15 else 8.0 for number in range(30)),
            tuple(None if number < 15 else 20.0 for number in range(30)),
        ),
        level=("24 trunks", 24.0),
    )  # fmt: skip
    squares = tuple(
        tuple(
            None if (day, hour) == (6, 2) else round(abs(12 - abs(hour - 18)) * (day + 1) / 3, 2) for hour in range(24)
        )
        for day in range(7)
    )
    heat = Heat(
        name="heat", title="Weekday by hour", sentence="Friday at 18.", measure=load, rows=WEEKDAYS, columns=hours,
        heading="day", values=squares, outlined=(4, 18),
    )  # fmt: skip
    begin = SECOND_TIME - 3_600_000_000 * 4
    strip = Strip(
        name="busy", title="All busy", sentence="Twice.", measure=Column("s", "all busy", "seconds"), since=begin,
        until=begin + 25 * 3_600_000_000, spans=((begin + 7_200_000_000, begin + 7_260_000_000), (SECOND_TIME, SECOND_TIME + 1_800_000_000)),
    )  # fmt: skip
    return lying, standing, week, lines, heat, strip


def nasty_report(rows: int = len(NASTY)) -> Report:
    """The report."""
    return Report(
        kind="calls",
        title="Calls <&> $ #1",
        hotel='Hôtel "Zażółć" <b>',
        first=date(2026, 10, 25),
        last=date(2026, 10, 26),
        zone=WARSAW,
        run_at=datetime(2026, 10, 27, 6, 0, tzinfo=UTC),
        finding='One <sentence> that says #it: "412 calls".',
        complete=("The days are over.", "2 records could not be read."),
        assumptions=("Talk time is answered time.", "#set text(size: 99pt)"),
        sections=(nasty_table(rows), *pictures(), Note(title="A note", sentences=("Plain & *bold*?",)), empty()),
    )


def empty() -> Table:
    """A table in which nothing stands."""
    return table("none", "Nothing here", COLUMNS[:2], [], nothing="No call was refused.")
