"""The trace of a charge: the numbers it rests on, as a flat tuple that a store keeps and nothing can change later.

The first entries are fixed and named by `Head`. After them come lines of four entries each: what is done, a text, and
two whole numbers. The lines are in the order in which the amount is worked out, so that going through them once gives
it again: `worked_out` does that in fractions, without a tariff, and is how the explanation gets its figures.

Money in a line is in millionths of a currency unit, shares are in millionths, except where a line of `LINES` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple, get_type_hints

from rating.money import MILLIONTHS

TRACE_LAYOUT: Final = 2
"""First entry of every trace; a later layout gets another number, and old charges keep theirs for ever."""

LINES: Final[dict[str, str]] = {
    "per": "the prices of time that follow are for `a` seconds; without this line for 60",
    "from": "a price by elapsed time begins at `a` seconds, and costs `b` once",
    "time": "`a` billed seconds in the band of that name, at `b`",
    "call": "one call in the band of that name, at `b`",
    "pulses": "`a` pulses in the band of that name, at `b` each",
    "advice": "the exchange says `a`",
    "cost": "the carrier's cost by the tariff of that code, before its rounding, is `a` / `b` currency units",
    "connection": "the fee `a` for being connected",
    "markup": "the share `a` of all so far",
    "minute": "`b` a minute for `a` billed seconds",
    "charge": "the fee `a` of that name",
    "least": "it was less than `a`, so it is `a`",
    "most": "it was more than `a`, so it is `a`",
    "discount": "the share `a` is taken off",
    "grace": "calls of at most `a` seconds cost nothing",
    "round": "rounded as named, to a multiple of `a` smallest units",
    "in net": "a tax of that name in the amount: the share `a` on the net amount; `b` smallest units",
    "in net and taxes": "the same, on net and the taxes before it",
    "on net": "a tax of that name on top: the share `a` on the net amount; `b` smallest units",
    "on net and taxes": "the same, on net and the taxes before it",
}
"""What each kind of line means; `fixed ` before a tax says that `a` is an amount for each call and no share."""


class Head(NamedTuple):
    """The fixed entries of a trace, in order. `kind` is "price" or "cost", `reading` "steps" or "modulo".

    `counted_seconds` is the talk time less what a line without answer supervision takes off it; net, tax and amount
    are in units of which `decimals` make the fraction.
    """

    layout: int
    kind: str
    tariff: str
    version: str
    rule: str
    number_class: str
    prefix: str
    place: str
    talk_seconds: int
    counted_seconds: int
    free_seconds: int
    first: int
    then: int
    reading: str
    billed_seconds: int
    decimals: int
    net: int
    tax: int
    amount: int


class Line(NamedTuple):
    """One line of a trace; `LINES` tells what it means."""

    what: str
    text: str
    a: int
    b: int


class Result(NamedTuple):
    """A line with the exact amount after it and what it brought, in currency units."""

    line: Line
    brought: Fraction
    after: Fraction


FIXED: Final = len(Head._fields)
_KINDS: tuple[type, ...] = tuple(get_type_hints(Head).values())
_LINE_KINDS: tuple[type, ...] = tuple(get_type_hints(Line).values())
_TAXES = frozenset(name for name in LINES if name.startswith(("in ", "on ")))


def read_trace(trace: Sequence[int | str]) -> tuple[Head, list[Line]] | None:
    """Take a trace apart; None for one of a layout that is not known here."""
    entries = upgraded(trace)
    head, rest = entries[:FIXED], entries[FIXED:]
    if len(head) < FIXED or len(rest) % 4 or head[0] != TRACE_LAYOUT or not _typed(head, _KINDS):
        return None
    lines = [rest[place : place + 4] for place in range(0, len(rest), 4)]
    if not all(_typed(line, _LINE_KINDS) and _known(str(line[0])) and _sound(line) for line in lines):
        return None
    return Head._make(head), [Line._make(line) for line in lines]


def _typed(entries: Sequence[int | str], kinds: Sequence[type]) -> bool:
    return all(type(entry) is kind for entry, kind in zip(entries, kinds, strict=True))


def _known(what: str) -> bool:
    return what in LINES or what.removeprefix("fixed ") in _TAXES


def _sound(line: Sequence[int | str]) -> bool:
    """Say that no division of this line is by nothing."""
    return not (line[0] == "per" and line[2] == 0) and not (line[0] == "cost" and line[3] == 0)


def is_tax(line: Line) -> bool:
    """Say whether a line is a tax; those come last, after the rounding."""
    return line.what.removeprefix("fixed ") in _TAXES


def worked_out(lines: Sequence[Line]) -> Iterator[Result]:
    """Go through the lines up to the rounding: what each brought, and the exact amount after it."""
    total, per = Fraction(0), 60
    for line in lines:
        if line.what == "per":
            per = line.a
        before = total
        total = _after(line, total, per)
        yield Result(line, total - before, total)
        if line.what == "round":
            return


def exact_amount(lines: Sequence[Line]) -> Fraction:
    """The amount before it was rounded, in currency units."""
    results = list(worked_out(lines))
    return results[-1].after if results else Fraction(0)


def _after(line: Line, total: Fraction, per: int) -> Fraction:
    what, _, a, b = line
    match what:
        case "time":
            return total + Fraction(a * b, per * MILLIONTHS)
        case "minute":
            return total + Fraction(a * b, 60 * MILLIONTHS)
        case "from" | "call":
            return total + Fraction(b, MILLIONTHS)
        case "pulses":
            return total + Fraction(a * b, MILLIONTHS)
        case "advice" | "connection" | "charge":
            return total + Fraction(a, MILLIONTHS)
        case "cost":
            return total + Fraction(a, b)
        case "markup":
            return total + total * Fraction(a, MILLIONTHS)
        case "discount":
            return total - total * Fraction(a, MILLIONTHS)
        case "least" | "most":
            return Fraction(a, MILLIONTHS)
        case _:
            return total


def upgraded(trace: Sequence[int | str]) -> tuple[int | str, ...]:
    """Give a trace of the first layout in today's; others as they are."""
    if len(trace) < _OLD_FIXED or trace[0] != 1 or not _typed(trace[:_OLD_FIXED], _OLD_KINDS):
        return tuple(trace)
    old = _Old._make(trace[:_OLD_FIXED])
    items = trace[_OLD_FIXED:]
    lines: list[int | str] = []
    for place in range(0, len(items) - 2, 3):
        lines += ["time", *items[place : place + 3]]
    for what, text, a in (
        ("connection", "", old.connection),
        ("markup", "", old.markup),
        ("charge", "surcharge", old.surcharge),
    ):
        lines += [what, text, a, 0] if a else []
    if old.minimum:
        due = exact_amount([Line._make(lines[place : place + 4]) for place in range(0, len(lines), 4)])
        lines += ["least", "", old.minimum, 0] if 0 < due < Fraction(old.minimum, MILLIONTHS) else []
    lines += ["round", old.rounding, 1, 0]
    if old.tax_share:
        lines += ["in net" if old.tax_kind == "included" else "on net", old.tax_name, old.tax_share, old.tax]
    about = (TRACE_LAYOUT, "price", old.tariff, old.version, "", old.number_class, old.prefix, old.place)
    time = (old.talk_seconds, old.talk_seconds, old.free_seconds, old.first, old.then, old.reading, old.billed_seconds)
    return (*about, *time, old.decimals, old.net, old.tax, old.amount, *lines)


class _Old(NamedTuple):
    """The fixed entries of the first layout; triples of band, seconds and price per minute followed them."""

    layout: int
    tariff: str
    version: str
    number_class: str
    prefix: str
    place: str
    talk_seconds: int
    free_seconds: int
    first: int
    then: int
    reading: str
    billed_seconds: int
    connection: int
    markup: int
    surcharge: int
    minimum: int
    rounding: str
    decimals: int
    tax_name: str
    tax_share: int
    tax_kind: str
    net: int
    tax: int
    amount: int


_OLD_FIXED: Final = len(_Old._fields)
_OLD_KINDS: tuple[type, ...] = tuple(get_type_hints(_Old).values())
