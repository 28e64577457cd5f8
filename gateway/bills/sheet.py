"""A paper in one language, ready to be set: every text, day and amount written out, so that page and PDF only lay out. Pure.

Bills, the card of prices and the price of a call are sheets. A table whose rows carry a running sum can be broken over pages
with what is carried forward.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from gateway.languages.speech import Speech
from gateway.shown import grouped

Paper: TypeAlias = Literal["a4", "letter", "roll"]
#: The papers there are, each with its name for people; the roll is that of receipt printers.
PAPERS: Final[dict[Paper, str]] = {"a4": "A4", "letter": "Letter", "roll": "80 mm"}


class Column(NamedTuple):
    """A column: `figures` stand to the right and never break; on a roll, `below` puts it on a row's second line."""

    title: str
    figures: bool = False
    below: bool = False


class Row(NamedTuple):
    """One row: its cells, a remark below them, the running sum up to it (empty: none), and whether it counts for nothing."""

    cells: tuple[str, ...]
    remark: str = ""
    carried: str = ""
    faint: bool = False


class Table(NamedTuple):
    """A table with its totals."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One paper. `mark` is what it is beside its title (interim, copy 2); `spread` are tables that may run over pages."""

    speech: Speech
    title: str
    mark: str
    hotel: str
    address: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    lead: tuple[str, ...] = ()
    spread: tuple[Table, ...] = ()
    small: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    printed: str = ""

    @property
    def forward(self) -> str:
        """What stands before a sum that goes on over the page."""
        return self.speech.say("Carried forward")

    @property
    def brought(self) -> str:
        """What stands before a sum that comes from the page before."""
        return self.speech.say("Brought forward")

    @property
    def paging(self) -> str:
        """The number of a page, with both numbers in braces."""
        return self.speech.say("Page {page} of {pages}", page="{page}", pages="{pages}")


class House(NamedTuple):
    """What every paper says of the hotel, and how many digits of a guest's numbers it hides; its country is ISO 3166."""

    name: str
    country: str
    address: tuple[str, ...] = ()
    hidden: int = 0


#: What stands for a digit that is hidden.
DOT: Final = "•"


def hidden(number: str, house: House) -> str:
    """A guest's number as people dial it, less its last digits; a service or an extension (112) is left whole."""
    shown = grouped(number, house.country) if number.startswith("+") else number.rstrip()
    digits = [place for place, one in enumerate(shown) if one.isdigit()]
    gone = set(digits[-house.hidden :]) if house.hidden > 0 and len(digits) > SERVICE else ()
    return "".join(DOT if place in gone else one for place, one in enumerate(shown))


#: Digits of a service or an extension: hiding them would protect nobody.
SERVICE: Final = 4


@dataclass(slots=True)
class Running:
    """A sum that grows row by row."""

    speech: Speech
    decimals: int
    sum: int = field(default=0)

    def add(self, minor: int) -> str:
        """The sum with one more amount, written."""
        self.sum += minor
        return self.speech.amount(self.sum, self.decimals)
