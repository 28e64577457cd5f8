"""What a check of a carrier's bill found, as a report: the sums first, then every line and call that needs a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection

from gateway.bill_files import Runs
from gateway.helplines import HIDDEN
from gateway.instants import SECOND
from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.bill_check import FATES, Checked, Sum
from gateway.reports.periods import Period
from gateway.reports.values import Column, Money, Report, Row, Table, table
from gateway.reports.wording import in_words
from gateway.web.words import minutes
from protocols.text import mask_number
from rating.money import half_up, minor_digits, price_text

_MILLIONTHS: Final = 6

_WORDS: Final = {
    "same": ours("matched, same price"),
    "rounding": ours("matched, price differs by rounding"),
    "price": ours("matched, another price"),
    "unknown": ours("matched, our cost is not known"),
    "double": ours("in the bill twice"),
    "theirs": ours("in the bill alone"),
    "bad": ours("not read"),
    "ours": ours("ours alone"),
    "whole": ours("together"),
}
_LINE: Final = Column("line", "line", "count")
_TWIN: Final = Column("twin", "first in line", "count")
_CALL: Final = Column("call", "call", "text")
_NUMBER: Final = Column("number", "number")
_BEGAN: Final = Column("began", "began", "instant")
_BILLED: Final = Column("billed_seconds", "billed", "seconds")
_TALKED: Final = Column("talk_seconds", "talked", "seconds")
_THEIRS: Final = Column("theirs", "bill", "money")
_OURS: Final = Column("ours", "our cost", "money")
_MORE: Final = Column("difference", "bill less our cost", "money")
_WHO: Final = Column("who", "who")
_NOTE: Final = Column("caller", "line of the bill")


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that lie on the disk, made as they are gone through."""

    runs: Runs
    make: Callable[[Any], Row]

    def __iter__(self) -> Iterator[Row]:
        return map(self.make, self.runs)


def bill_report(asked: Asked, checked: Checked) -> Report:
    """The report. It reads what the check left on the disk, as often as it is written."""
    days = replace(asked, period=Period(checked.first, checked.last, asked.period.zone))
    return days.database.read(lambda connection: _report(days, connection, checked))


def _report(asked: Asked, connection: Connection, checked: Checked) -> Report:
    writer = _Writer(asked, checked)
    return report(
        asked,
        connection,
        asked.chosen(connection),
        kind="bill-check",
        title=later("Bill check: {name}", name=checked.layout.name),
        finding=writer.finding(),
        sections=[writer.sums(), *(one for one in writer.tables() if one.count)],
        assumptions=writer.assumptions(),
        by_begin=False,
    )


class _Writer:
    """Turns what was found into tables and sentences."""

    def __init__(self, asked: Asked, checked: Checked) -> None:
        self._asked, self._found, self._layout = asked, checked, checked.layout

    def money(self, millionths: int | None) -> Money | None:
        """An amount of the bill's currency, with as many decimals as the finest one needs."""
        if millionths is None:
            return None
        return Money(millionths // 10 ** (_MILLIONTHS - self._found.finest), self._layout.currency, self._found.finest)

    def number(self, key: str) -> str:
        """A number, as far as whoever asks may see it."""
        return mask_number(key) if self._asked.masked and key not in HIDDEN else key

    # -- sentences --------------------------------------------------------------------------------------------------

    def finding(self) -> str:
        """The one sentence."""
        sums = self._found.sums
        whole = _together([sums[name] for name in FATES if name not in ("ours", "bad")])
        more = sum(one.theirs - one.ours for name, one in sums.items() if name not in ("ours", "unknown", "bad"))
        said = [
            later("{number} {what}", number=sums[name].lines, what=words)
            for name, words in (
                ("double", ours("twice")),
                ("theirs", ours("without a call of ours")),
                ("price", ours("at another price")),
                ("bad", ours("that could not be read")),
                ("unknown", ours("whose cost we do not know")),
            )
            if sums[name].lines
        ]
        head = {
            "lines": later_plural("{number} line", "{number} lines", whole.lines),
            "amount": self._said(whole.theirs),
            "more": self._said(abs(more)),
        }
        if not said:
            told = later("The bill is right: {lines} for {amount}, each of them a call of ours at our price.", **head)
        elif more >= 0:
            told = later(
                "The bill has {lines} for {amount}, {more} more than by our records: {list}.",
                list=joined(", ", said),
                **head,
            )
        else:
            told = later(
                "The bill has {lines} for {amount}, {more} less than by our records: {list}.",
                list=joined(", ", said),
                **head,
            )
        return joined(" ", (told, self._alone()))

    def _alone(self) -> str:
        alone = self._found.sums["ours"].calls
        if not alone:
            return ""
        return later_plural("{number} call of ours is not in it.", "{number} calls of ours are not in it.", alone)

    def _said(self, millionths: int) -> str:
        """An amount in a sentence: to the minor unit, for the tables have it exactly."""
        currency = self._layout.currency
        digits = minor_digits(currency)
        return in_words(Money(half_up(millionths, 10 ** (_MILLIONTHS - digits)), currency, digits))

    def _near(self) -> str:
        near = self._layout.tolerance.price
        return f"{price_text(near)} {self._layout.currency}"

    def assumptions(self) -> tuple[str, ...]:
        """How it was compared."""
        near, layout = self._layout.tolerance, self._layout
        return (
            later(
                "The file {file}, read by the layout {layout}; its times are those of {zone}.",
                file=self._found.file,
                layout=layout.name,
                zone=layout.zone.key,
            ),
            self._clocks(),
            self._same(),
            later("Lengths that differ by more than {seconds} s are told.", seconds=near.length),
            later("Prices that differ by up to {near} are taken for rounding.", near=self._near()),
            *self._tax(),
            "Ours are answered calls out of the house and from trunk to trunk, from the answer on where the exchange tells it.",
            *self._carried(),
            "Of calls that the bill has not, only those that began in these days are told.",
            *self._foreign(),
        )

    def _clocks(self) -> str:
        found = self._found.offset
        if not found.found:
            return "The clocks could not be compared, for want of numbers that both sides called seldom; they are taken as equal."
        votes = {"votes": found.votes, "pairs": later_plural("{number} pair", "{number} pairs", found.of)}
        if not found.seconds:
            return later("The bill's clock agrees with ours, by {votes} of {pairs} that were looked at.", **votes)
        votes["minutes"] = minutes(abs(found.seconds))
        if found.seconds > 0:
            return later(
                "The bill's clock is {minutes} ahead of ours, by {votes} of {pairs} that were looked at.", **votes
            )
        return later("The bill's clock is {minutes} behind ours, by {votes} of {pairs} that were looked at.", **votes)

    def _same(self) -> str:
        masked, begin = self._layout.keys.masked, self._layout.tolerance.begin
        if masked:
            return later(
                "A line and a call are the same if they have the same number, the last {masked} digits left out, and begin "
                "within {seconds} s of each other.",
                masked=masked,
                seconds=begin,
            )
        return later(
            "A line and a call are the same if they have the same number and begin within {seconds} s of each other.",
            seconds=begin,
        )

    def _carried(self) -> list[str]:
        carrier = self._layout.carrier
        return [later("Only those that {carrier} carried by the tariff of costs.", carrier=carrier)] if carrier else []

    def _tax(self) -> list[str]:
        times, by = self._layout.factor
        if times == by:
            return []
        return [
            "Tax was added to each amount of the bill, rounded to a millionth, to stand beside our costs."
            if times > by
            else "Tax was taken from each amount of the bill, rounded to a millionth, to stand beside our costs."
        ]

    def _foreign(self) -> list[str]:
        if not self._found.foreign:
            return []
        return [
            later_plural(
                "The cost of {number} call is in another currency than the bill, and not compared.",
                "The cost of {number} calls is in another currency than the bill, and not compared.",
                self._found.foreign,
            )
        ]

    # -- tables -----------------------------------------------------------------------------------------------------

    def sums(self) -> Table:
        """What became of every line and every call."""
        with_tax = self._layout.factor[0] != self._layout.factor[1]
        columns = (
            Column("fate", "what became of them"),
            Column("lines", "lines", "count"),
            *((Column("as_billed", "as billed", "money"),) if with_tax else ()),
            Column("theirs", "bill, as our costs" if with_tax else "bill", "money"),
            Column("calls", "calls", "count"),
            _OURS,
            _MORE,
        )
        sums = self._found.sums
        rows = [
            self._sum(name, sums[name], with_tax=with_tax) for name in FATES if sums[name].lines or sums[name].calls
        ]
        whole = self._sum("whole", _together(list(sums.values())), with_tax=with_tax)
        return table("sums", "What became of lines and calls", columns, rows, totals=(whole,))

    def _sum(self, name: str, one: Sum, *, with_tax: bool) -> Row:
        """A row; what is not known, or has no counterpart to be compared with, is left open."""
        billed, theirs = (
            (self.money(one.billed), self.money(one.theirs)) if one.lines and name != "bad" else (None, None)
        )
        ours = self.money(one.ours) if one.calls and name != "unknown" else None
        more = self.money(one.theirs - one.ours) if name not in ("unknown", "bad", "whole") else None
        return _WORDS[name], one.lines, *((billed,) if with_tax else ()), theirs, one.calls, ours, more

    def tables(self) -> Iterator[Table]:
        """Every line and call that needs a person."""
        pair = (_LINE, _CALL, _NUMBER, _BEGAN, _BILLED, _TALKED, _THEIRS, _OURS, _WHO)
        yield self._table(
            "differences", "Another price", (*pair, _MORE), self._difference, "The largest difference first."
        )
        yield self._table("doubles", "In the bill twice", (_LINE, _TWIN, *_ALONE, _NOTE), self._double, _SAME)
        yield self._table("theirs", "In the bill alone", (_LINE, *_ALONE, _NOTE), self._theirs, _NO_CALL)
        yield self._table(
            "ours",
            "Ours alone",
            (_BEGAN, _CALL, _NUMBER, _TALKED, _OURS, _WHO),
            self._ours,
            "No line of the bill is this call.",
        )
        yield self._table(
            "lengths",
            "Another length",
            pair,
            lambda row: self._pair(row[1:]),
            "Matched by number and beginning; the largest first.",
        )
        yield self._table(
            "unknown", "Our cost is not known", pair, self._pair, "The tariff of costs has no price for these."
        )
        columns = (_LINE, Column("why", "why"), Column("text", "what stands there"))
        yield self._table("bad", "Lines that could not be read", columns, tuple, "They are in no sum of money.")

    def _table(
        self, name: str, title: str, columns: tuple[Column, ...], make: Callable[[Any], Row], note: str
    ) -> Table:
        runs = self._found.rows[name]
        return Table(name=name, title=title, columns=columns, rows=_Rows(runs, make), count=runs.count, note=note)

    def _pair(self, row: tuple[Any, ...]) -> Row:
        line, call, key, at, billed, talked, theirs, ours, who = row
        return line, str(call), self.number(key), at * SECOND, billed, talked, self.money(theirs), self.money(ours), who

    def _difference(self, row: tuple[Any, ...]) -> Row:
        return (*self._pair(row[1:-1]), self.money(row[-1]))

    def _double(self, row: tuple[Any, ...]) -> Row:
        line, twin, *rest = row
        return (line, twin, *self._theirs((line, *rest))[1:])

    def _theirs(self, row: tuple[Any, ...]) -> Row:
        line, key, at, seconds, theirs, note = row
        return line, self.number(key), at * SECOND, seconds, self.money(theirs), note

    def _ours(self, row: tuple[Any, ...]) -> Row:
        at, call, key, seconds, cost, who = row
        return at * SECOND, str(call), self.number(key), seconds, self.money(cost), who


_ALONE: Final = (_NUMBER, _BEGAN, _BILLED, _THEIRS)
_SAME: Final = "The same number, beginning and length as another line, and we have no second such call."
_NO_CALL: Final = "No call of ours has this number at this time. Times are those of our clock."


def _together(some: list[Sum]) -> Sum:
    whole = Sum()
    for one in some:
        whole.add(one.billed, one.theirs, one.calls, one.ours, one.lines)
    return whole
