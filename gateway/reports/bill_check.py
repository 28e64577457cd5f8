"""A carrier's itemised bill held against our calls, as a report.

Lines and calls are sorted on the disk and laid side by side (`gateway.carrier_bills.matching`); what becomes of them is spilt into
tables on the disk again, so that a bill of a million lines needs no more memory than one of a thousand. Every line of
the bill is in exactly one row of the sums: matched, double, theirs only, or not read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from gateway.bill_files import BillUnreadable, Runs, bill_lines
from gateway.carrier_bills.items import AMOUNT, AT, KEY, NOTE, NUMBER, SECONDS, BadLine, Item
from gateway.carrier_bills.layout import Layout
from gateway.carrier_bills.matching import FARTHEST, Finding, Offset, matched, offset, price_of
from gateway.helplines import HELPLINE, HIDDEN
from gateway.instants import SECOND, from_micros
from gateway.reports.asking import Asked
from gateway.reports.periods import Period
from gateway.store.carrier_bills import BilledCall, billed_calls, raws_of
from gateway.store.reporting import Span, began, last_call
from rating.money import half_up

#: Bad lines at the beginning of a bill after which its layout is surely wrong, if not one line was good.
HOPELESS: Final = 500
#: Rows of a table that are sorted at a time; there are several tables.
_ROWS: Final = 20_000
_MILLIONTHS: Final = 6

#: What became of lines and calls, in the order in which it is told.
FATES: Final = ("same", "rounding", "price", "unknown", "double", "theirs", "bad", "ours")

Told = Callable[[str, float], None]


@dataclass(slots=True)
class Sum:
    """Lines and calls of one fate, and their money in millionths."""

    lines: int = 0
    billed: int = 0
    theirs: int = 0
    calls: int = 0
    ours: int = 0

    def add(self, billed: int, theirs: int, calls: int, ours: int, lines: int = 1) -> None:
        """One more of each that is there."""
        self.lines += lines
        self.billed += billed
        self.theirs += theirs
        self.calls += calls
        self.ours += ours


@dataclass(slots=True, kw_only=True)
class Checked:
    """What came of a check: sums by fate, the rows of the tables by name, the offset of the clocks."""

    layout: Layout
    file: str
    first: date
    last: date
    offset: Offset
    sums: dict[str, Sum]
    rows: dict[str, Runs]
    lengths: int = 0
    foreign: int = 0
    finest: int = 2


class Check:
    """One check, step by step. `folder` holds what is sorted, and must outlive the report."""

    def __init__(self, asked: Asked, layout: Layout, path: Path, folder: Path, told: Told) -> None:
        self._asked, self._layout, self._path, self._told = asked, layout, path, told
        self._lines, self._calls = Runs(folder, "lines"), Runs(folder, "calls")
        names = ("differences", "lengths", "unknown", "doubles", "theirs", "ours", "bad")
        self._rows = {name: Runs(folder, name, _ROWS) for name in names}
        self._sums = {name: Sum() for name in FATES}
        self._begin = self._end = 0
        self._finest = 2
        self._lengths = self._foreign = 0
        self._unmasking = asked.office.unmasking() if asked.office.unmasking is not None else None
        self._hidden: dict[int, str] = {}

    def run(self, days: tuple[date, date] | None) -> Checked:
        """Read the bill, read our calls, lay them side by side. `days` are those whose calls the bill must have.

        Raises BillUnreadable and WrongLayout.
        """
        self._read_bill()
        zone = self._asked.period.zone
        first, last = days or (_day(self._begin, zone), _day(self._end, zone))
        self._read_calls(first, last)
        self._told("comparing the clocks", 0.6)
        near = self._layout.tolerance
        found = offset(self._lines, self._calls, near.length)
        ahead = found.seconds if found.found else 0
        span = self._asked_span(first, last)
        whole = (self._lines.count + self._calls.count) or 1
        for number, finding in enumerate(matched(self._lines, self._calls, ahead, near)):
            if number % 20_000 == 0:
                self._told("matching", 0.7 + 0.3 * min(1.0, number / whole))
            self._keep(finding, ahead, span)
        return Checked(
            layout=self._layout,
            file=self._path.name,
            first=first,
            last=last,
            offset=found,
            sums=self._sums,
            rows=self._rows,
            lengths=self._lengths,
            foreign=self._foreign,
            finest=self._finest,
        )

    def _read_bill(self) -> None:
        bad = self._sums["bad"]
        for one in bill_lines(self._path, self._layout, lambda share: self._told("reading the bill", share * 0.35)):
            if isinstance(one, BadLine):
                bad.add(0, 0, 0, 0)
                self._rows["bad"].add(tuple(one))
                if bad.lines == HOPELESS and not self._lines.count:
                    first = next(iter(self._rows["bad"]))
                    raise BillUnreadable(
                        f"not one of the first {HOPELESS} lines of {self._path.name} can be read by the layout "
                        f"{self._layout.name}; line {first[0]}: {first[1]}"
                    )
            else:
                self._note(one)
        if not self._lines.count:
            words = next(iter(self._rows["bad"]), None)
            why = f"; line {words[0]}: {words[1]}" if words else ": it is empty"
            raise BillUnreadable(
                f"{self._path.name} has no line that can be read by the layout {self._layout.name}{why}"
            )

    def _note(self, line: Item) -> None:
        if not self._lines.count:
            self._begin = self._end = line[AT]
        self._begin, self._end = min(self._begin, line[AT]), max(self._end, line[AT])
        self._lines.add(line)

    def _asked_span(self, first: date, last: date) -> tuple[int, int]:
        span = _span(first, last, self._asked)
        return span.since // SECOND, span.until // SECOND

    def _read_calls(self, first: date, last: date) -> None:
        """Calls of the days and of a day around the bill, so that a call at a border finds its line."""
        asked, database = self._asked, self._asked.database
        days = _span(first, last, asked)
        wide = Span(
            min(days.since, self._begin * SECOND) - FARTHEST * SECOND,
            max(days.until, self._end * SECOND) + FARTHEST * SECOND,
        )
        chosen, upto = database.read(lambda c: (began(c, database.property, wide), last_call(c, database.property)))
        for number, call in enumerate(billed_calls(database, chosen, self._layout.carrier, upto)):
            if number % 20_000 == 0:
                self._told("reading our calls", 0.35 + 0.25 * (call.id - chosen.first) / max(1, upto - chosen.first))
            self._calls.add(self._item(call))

    def _item(self, call: BilledCall) -> Item:
        cost = None
        if call.cost is not None and call.cost_decimals is not None:
            if call.cost_currency == self._layout.currency:
                cost = half_up(call.cost * 10**_MILLIONTHS, 10**call.cost_decimals)
            else:
                self._foreign += 1
        # A carrier counts from the answer on; where the exchange tells the ringing, so do we.
        at = call.started_at // SECOND + (call.ring_seconds or 0)
        key = self._layout.keys.of_call(*self._number(call))
        return key, at, call.talk_seconds, cost, call.id, _who(call)

    def _number(self, call: BilledCall) -> tuple[str | None, str | None]:
        """Number and digits of a call; of one whose number nobody is shown, from its records."""
        if call.place not in HIDDEN or self._unmasking is None:
            return call.number, call.dialled
        self._hidden[call.id] = call.place or HELPLINE
        database = self._asked.database
        return self._unmasking.number(database.read(lambda c: raws_of(c, database.property, call.id)))

    def _shown(self, key: str, call: int | None = None) -> str:
        """A number as a row may have it."""
        if call in self._hidden:
            return self._hidden[call]
        return key if self._unmasking is None else self._unmasking.shown(key)

    def _keep(self, found: Finding, ahead: int, days: tuple[int, int]) -> None:
        line, call = found.line, found.call
        if line is None:
            assert call is not None
            if days[0] <= call[AT] < days[1]:
                self._sums["ours"].add(0, 0, 1, call[AMOUNT] or 0, lines=0)
                key = self._shown(call[KEY], call[NUMBER])
                self._rows["ours"].add(
                    (call[AT], call[NUMBER], key, call[SECONDS], self._fine(call[AMOUNT]), call[NOTE])
                )
            return
        billed = line[AMOUNT] or 0
        theirs = self._layout.on_our_footing(billed)
        self._fine(theirs)
        self._fine(billed)
        at = line[AT] - ahead
        if call is not None:
            self._keep_pair(line, call, billed, theirs, at)
        elif found.fate == "double":
            self._sums["double"].add(billed, theirs, 0, 0)
            key = self._shown(line[KEY])
            self._rows["doubles"].add((line[NUMBER], found.twin, key, at, line[SECONDS], theirs, line[NOTE]))
        else:
            self._sums["theirs"].add(billed, theirs, 0, 0)
            self._rows["theirs"].add((line[NUMBER], self._shown(line[KEY]), at, line[SECONDS], theirs, line[NOTE]))

    def _keep_pair(self, line: Item, call: Item, billed: int, theirs: int, at: int) -> None:
        near = self._layout.tolerance
        price, difference = price_of(theirs, self._fine(call[AMOUNT]), near.price)
        self._sums[price].add(billed, theirs, 1, call[AMOUNT] or 0)
        both = (
            line[NUMBER],
            call[NUMBER],
            self._shown(line[KEY], call[NUMBER]),
            at,
            line[SECONDS],
            call[SECONDS],
            theirs,
            call[AMOUNT],
            call[NOTE],
        )
        if price == "price":
            self._rows["differences"].add((-abs(difference), *both, difference))
        elif price == "unknown":
            self._rows["unknown"].add(both)
        if abs(line[SECONDS] - call[SECONDS]) > near.length:
            self._lengths += 1
            self._rows["lengths"].add((-abs(line[SECONDS] - call[SECONDS]), *both))

    def _fine(self, amount: int | None) -> int | None:
        """Sees how many decimals are needed to show every amount exactly."""
        if amount is not None and self._finest < _MILLIONTHS:
            while amount % 10 ** (_MILLIONTHS - self._finest):
                self._finest += 1
        return amount


def check_bill(
    asked: Asked, layout: Layout, path: Path, folder: Path, told: Told, days: tuple[date, date] | None = None
) -> Checked:
    """Hold a bill against our calls. Raises BillUnreadable and WrongLayout."""
    return Check(asked, layout, path, folder, told).run(days)


def _span(first: date, last: date, asked: Asked) -> Span:
    period = Period(first, last, asked.period.zone)
    return Span(period.since, period.until)


def _day(seconds: int, zone: Any) -> date:
    moment: datetime = from_micros(seconds * SECOND)
    return moment.astimezone(zone).date()


def _who(call: BilledCall) -> str:
    where = f"room {call.room}" if call.room else call.department or f"extension {call.extension or 'unknown'}"
    return f"{where}, {call.number_class}" if call.number_class else where
