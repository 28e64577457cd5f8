"""The printed line of one priced call: a template of fixed columns, written by us and read back by the other end.

A template is text with a column for each `{name:form}`; all else is printed as it stands, `{{` and `}}` are braces.

    {sequence:04} {hotel:<3} {date:MM/DD} {room:>5} {time:HH:MM} {minutes:>4} {charge:>7} {number:<18} {class:<1}

The form of a date is made of YYYY, YY, MM and DD, that of a time of HH, MM and SS. The form of any other column is `<` (to
the left) or `>` (to the right) with a width, or `0` with a width for leading zeros. Every column so has one width, and a
line can be cut again where it was joined.

Money, the room and what is measured are never cut: what does not fit its column is no line but an `Unfit`, with the
sentence for a person. A number that was dialled, a place and a guest's reservation may be cut to their columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

GENERIC: Final = (
    "{sequence:04} {hotel:<3} {date:MM/DD} {room:>5} {time:HH:MM} {minutes:>4} {charge:>7} {number:<18} {class:<1}"
)
"""The generic record: sequence, hotel, date, extension, time, minutes, charge, number dialled, class of the call."""

MAX_LINE: Final = 240
"""Characters of a line. Printers had 132 columns; receivers that read such a line keep a buffer of a few hundred."""

Whole: TypeAlias = Literal["up", "half-up", "down"]
"""How seconds become whole minutes."""

_COLUMN: Final = re.compile(r"\{\{|\}\}|\{([a-z]+)(?::([^{}]*))?\}|[{}]")
_WIDTH: Final = re.compile(r"([<>0])(\d{1,3})")
_MOMENTS: Final[Mapping[str, str]] = MappingProxyType({"date": "YYYY|YY|MM|DD", "time": "HH|MM|SS"})
_PARTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"date": {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}, "time": {"HH": "%H", "MM": "%M", "SS": "%S"}}
)
_WORDS: Final = frozenset(
    {"sequence", "hotel", "room", "minutes", "seconds", "charge", "number", "class", "place", "reservation"}
)
_NUMBERS: Final = frozenset({"sequence", "minutes", "seconds", "charge"})
_MAY_BE_CUT: Final = frozenset({"number", "place", "reservation"})
_NEEDED: Final = ("room", "charge")


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedCall:
    """What a line tells. `charge` counts units of 10**-decimals; `at` is the call's beginning on the hotel's clock."""

    sequence: int
    hotel: str
    room: str
    at: datetime
    talk_seconds: int
    charge: int
    number: str
    call_class: str
    place: str = ""
    reservation: str = ""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A call that a template cannot print without saying something else; `why` is a sentence."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: whose, how wide, at which side its value stands, and what fills the rest."""

    name: str
    width: int
    form: str

    @property
    def to_the_right(self) -> bool:
        """Whether the value ends at the column's right side."""
        return not self.form.startswith("<")

    @property
    def fill(self) -> str:
        """What stands where the value does not reach."""
        return "0" if self.form.startswith("0") else " "


Piece: TypeAlias = Column | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A line's columns and how values are printed in them.

    `decimals` are those of `charge`, `point` stands before them ("" where they are implied), `whole` makes minutes of
    seconds. `text` is what it was read from.
    """

    text: str
    pieces: tuple[Piece, ...]
    decimals: int = 2
    point: str = "."
    whole: Whole = "up"

    @property
    def columns(self) -> Iterator[Column]:
        """The columns, from left to right."""
        return (piece for piece in self.pieces if isinstance(piece, Column))

    @property
    def width(self) -> int:
        """How many characters a line has."""
        return sum(piece.width if isinstance(piece, Column) else len(piece) for piece in self.pieces)

    def column(self, name: str) -> Column | None:
        """The column of a name, if there is one."""
        return next((one for one in self.columns if one.name == name), None)


def template(text: str, *, decimals: int = 2, point: str = ".", whole: Whole = "up") -> Template:
    """Read a template; raises ValueError with the sentence for whoever wrote it."""
    pieces: list[Piece] = []
    end = 0
    for found in _COLUMN.finditer(text):
        pieces.append(text[end : found.start()])
        pieces.append(_piece(found))
        end = found.end()
    pieces.append(text[end:])
    made = Template(
        text=text, pieces=tuple(one for one in pieces if one != ""), decimals=decimals, point=point, whole=whole
    )
    _check(made)
    return made


def _piece(found: re.Match[str]) -> Piece:
    whole, name, form = found.group(0), found.group(1), found.group(2) or ""
    if whole in ("{{", "}}"):
        return whole[0]
    if name is None:
        raise ValueError(f"a single {whole} opens or closes no column; write {whole}{whole} for the character")
    if name in _MOMENTS:
        rest = re.sub(_MOMENTS[name], "", form)
        if rest == form or any(character.isalnum() for character in rest):
            raise ValueError(f"{{{name}:{form}}} is no form of a {name}; write it with {_MOMENTS[name]}")
        return Column(name=name, width=len(form), form=form)
    width = _WIDTH.fullmatch(form)
    if name not in _WORDS:
        raise ValueError(f'there is no column "{name}"; known are: {", ".join(sorted(_WORDS | _MOMENTS.keys()))}')
    if width is None or int(width[2]) == 0:
        raise ValueError(f"{{{name}:{form}}} does not say how wide the column is; write for example {{{name}:>7}}")
    if width[1] == "0" and name not in _NUMBERS:
        raise ValueError(f"{{{name}:{form}}} would print zeros before a text; write {{{name}:<{width[2]}}}")
    return Column(name=name, width=int(width[2]), form=form)


def _check(made: Template) -> None:
    names = [column.name for column in made.columns]
    for name in _NEEDED:
        if name not in names:
            raise ValueError(f"without a column {{{name}:…}} nobody can be charged by this line")
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the column {name} stands there twice")
    if made.width > MAX_LINE:
        raise ValueError(f"the line has {made.width} characters; {MAX_LINE} are the most")
    if not made.text.isascii() or not made.text.isprintable():
        raise ValueError("the line may hold only printable ASCII characters")


# -- writing -----------------------------------------------------------------------------------------------------------


def write(made: Template, call: PricedCall) -> str | Unfit:
    """Print a call; an Unfit where a column cannot hold its value."""
    line = ""
    for piece in made.pieces:
        if isinstance(piece, str):
            line += piece
            continue
        value = _plain(_value(made, piece, call))
        problem = _problem(piece, value, call)
        if problem is not None:
            return Unfit(problem)
        value = value[: piece.width]
        line += value.rjust(piece.width, piece.fill) if piece.to_the_right else value.ljust(piece.width)
    return line


def _value(made: Template, column: Column, call: PricedCall) -> str:
    match column.name:
        case "sequence":
            return str(sequence_of(call.sequence, column.width))
        case "date" | "time":
            return call.at.strftime(_strftime(column))
        case "minutes":
            return str(minutes(call.talk_seconds, made.whole))
        case "seconds":
            return str(call.talk_seconds)
        case "charge":
            return _money(call.charge, made.decimals, made.point)
        case "class":
            return call.call_class
        case _:
            return str(getattr(call, column.name))


def _problem(column: Column, value: str, call: PricedCall) -> str | None:
    """Why a value cannot stand in its column; None if it can."""
    exact = column.name == "room"
    if exact and value != getattr(call, column.name).strip():
        return f"the room {call.room!r} has characters that the line cannot hold"
    if exact and not value:
        return "the charge names no room"
    if len(value) > column.width and column.name not in _MAY_BE_CUT:
        return f"the {column.name} {value} is wider than its column of {column.width}"
    if column.fill == "0" and value.startswith("-") and len(value) < column.width:
        return f"the {column.name} {value} would read otherwise with zeros before it"
    return None


def minutes(seconds: int, whole: Whole) -> int:
    """Whole minutes of a talk."""
    if whole == "up":
        return -(-seconds // 60)
    return (seconds + 30) // 60 if whole == "half-up" else seconds // 60


def sequence_of(number: int, width: int) -> int:
    """The sequence number that a growing number is printed as: from 1 to all nines, and round again."""
    return (number - 1) % int("9" * width) + 1


def _money(units: int, decimals: int, point: str) -> str:
    sign, digits = ("-" if units < 0 else ""), str(abs(units)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}{point}{digits[-decimals:]}" if decimals else f"{sign}{digits}"


def _strftime(column: Column) -> str:
    parts = _PARTS[column.name]
    return re.sub(_MOMENTS[column.name], lambda found: parts[found.group()], column.form.replace("%", "%%"))


def _plain(value: str) -> str:
    """What a printer of 1980 prints: anything else becomes a question mark, and nothing can end the line."""
    return "".join(one if one.isascii() and one.isprintable() else "?" for one in value).strip()


# -- reading -----------------------------------------------------------------------------------------------------------


def read(made: Template, line: str) -> Mapping[str, str] | Unfit:
    """Cut a line into its columns again, as whoever receives it does; the values are as printed, without their fill."""
    if len(line) != made.width:
        return Unfit(f"the line has {len(line)} characters instead of {made.width}")
    values: dict[str, str] = {}
    place = 0
    for piece in made.pieces:
        width = piece.width if isinstance(piece, Column) else len(piece)
        found = line[place : place + width]
        place += width
        if isinstance(piece, Column):
            values[piece.name] = _unfilled(piece, found)
        elif found != piece:
            return Unfit(f"the line has {found!r} where {piece!r} stands in every line")
    return values


def _unfilled(column: Column, found: str) -> str:
    if column.name in _MOMENTS:
        return found
    if column.fill == "0":
        return found.lstrip("0") or "0"
    return found.strip()


def charge_of(made: Template, values: Mapping[str, str]) -> int | Unfit:
    """The charge of a line that was read, in units of 10**-decimals."""
    text = values["charge"]
    digits = text.removeprefix("-")
    if made.decimals and made.point:
        head, point, tail = digits.rpartition(made.point)
        digits = head + tail if point and len(tail) == made.decimals else ""
    if not digits.isascii() or not digits.isdigit():
        return Unfit(f"the charge {text!r} is no amount with {made.decimals} decimals")
    return -int(digits) if text.startswith("-") else int(digits)
