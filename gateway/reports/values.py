"""A report as one value: what was found, about which days, on what footing; nothing of how it looks. Pure.

A cell holds the exact thing: money is whole minor units with its currency, an instant is microseconds UTC, a duration
whole seconds. Only a writer turns it into text. Rows may be read from the store while they are written, so they are
something that can be gone through more than once and not always a tuple; everything else is frozen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

#: What a column holds, and so how its cells are written:
#: text; count (a whole number); money (`Money`); seconds (a whole number); percent (of a hundred); erlangs; ccs (hundreds
#: of call seconds an hour); instant (microseconds UTC, shown in the property's zone); day (a local day);
#: hour (the hour of a local day, 0 to 23).
CellKind: TypeAlias = Literal[
    "text", "count", "money", "seconds", "percent", "erlangs", "ccs", "instant", "day", "hour"
]
#: Kinds that are read from the left, like words; figures stand to the right.
WORDS: Final[frozenset[str]] = frozenset({"text", "instant", "day"})


class Money(NamedTuple):
    """An amount: minor units, their currency, and how many of the digits are the fraction."""

    minor: int
    currency: str
    decimals: int


#: What stands in a cell; None where nothing is known, which is never the same as nothing.
Cell: TypeAlias = str | int | float | Money | date | None
Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its title for people, and what its cells are; `detail` is for files alone."""

    name: str
    title: str
    kind: CellKind = "text"
    detail: bool = False

    @property
    def figures(self) -> bool:
        """True where cells are compared by their right edge."""
        return self.kind not in WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under typed columns, with totals that were counted over all of them. `count` is how many rows there are."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    count: int
    totals: tuple[Row, ...] = ()
    nothing: str = "Nothing of the kind."
    note: str = ""


def table(
    name: str,
    title: str,
    columns: tuple[Column, ...],
    rows: Iterable[Row],
    *,
    totals: tuple[Row, ...] = (),
    nothing: str = "Nothing of the kind.",
    note: str = "",
) -> Table:
    """A table of rows that are all here."""
    listed = tuple(rows)
    return Table(
        name=name,
        title=title,
        columns=columns,
        rows=listed,
        count=len(listed),
        totals=totals,
        nothing=nothing,
        note=note,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What every picture has: a title, one sentence of what is to be seen, and what its figures are."""

    name: str
    title: str
    sentence: str
    measure: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Chart):
    """Bars of a few things by name (`lying`, series beside each other), or of hours and days in their order (on top)."""

    series: tuple[str, ...]
    labels: tuple[str, ...]
    heading: str
    values: tuple[tuple[Cell, ...], ...]
    lying: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """Between which figures a value is expected, point by point."""

    name: str
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Chart):
    """Lines over the same points, with a band where one is expected and a level where one is aimed at."""

    series: tuple[str, ...]
    labels: tuple[str, ...]
    heading: str
    values: tuple[tuple[float | None, ...], ...]
    band: Band | None = None
    level: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat(Chart):
    """Squares whose depth is a figure, which stands in each: weekdays by hours, with one outlined."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    heading: str
    values: tuple[tuple[float | None, ...], ...]
    outlined: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip(Chart):
    """A stretch of time with the spans marked in which something was so; instants are microseconds UTC."""

    since: int
    until: int
    spans: tuple[tuple[int, int], ...]


Picture: TypeAlias = Bars | Lines | Heat | Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A few plain sentences under a heading."""

    title: str
    sentences: tuple[str, ...]


Section: TypeAlias = Table | Bars | Lines | Heat | Strip | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report. `finding` is the one sentence to read if nothing else is; `complete` says how whole the data are."""

    kind: str
    title: str
    hotel: str
    first: date
    last: date
    zone: ZoneInfo
    run_at: datetime
    finding: str
    complete: tuple[str, ...]
    assumptions: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def tables(self) -> list[Table]:
        """Its tables, in order, without those behind pictures."""
        return [one for one in self.sections if isinstance(one, Table)]

    @property
    def days(self) -> str:
        """Its days in words."""
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
