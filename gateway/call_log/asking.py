"""What is asked of the log, and how it is written in an address: read from its fields, written back, told in words. Pure.

An address says what it means: `period=today&direction=in&result=missed&waited_min=20&sort=waited`. What is left out is the
last 31 days, every call, the newest first. A value that cannot be understood is answered with a sentence (`Misread`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from gateway.call_log.fields import BY_NAME, PARAMETERS, SORTS, Field

#: Days of one question: a leap year.
MOST_DAYS: Final = 366
#: The days that are looked at where nothing is said, the day itself included.
USUAL_DAYS: Final = 31
#: Characters of a value that are looked at.
LONGEST: Final = 80
#: Seconds of a day and a half: no call is longer, and nobody waits so long.
MOST_SECONDS: Final = 10_000_000

Period: TypeAlias = Literal["today", "yesterday", "week", "31days", "own"]
PERIODS: Final[Mapping[str, str]] = {
    "31days": "Last 31 days",
    "today": "Today",
    "yesterday": "Yesterday",
    "week": "This week",
    "own": "These days",
}
#: How a term compares: is and begins by words, min and max by size; `begins` is `is` with a star at its end.
Compares: TypeAlias = Literal["is", "begins", "min", "max"]

_WHOLE: Final = re.compile(r"\d{1,8}", re.ASCII)
_AMOUNT: Final = re.compile(r"\d{1,9}(?:\.\d{1,4})?", re.ASCII)
_NUMBER: Final = re.compile(r"\+?[\d ()/.-]*\d[\d ()/.-]*", re.ASCII)


#: What is said of a value that is not understood: what to write instead.
PROBLEMS: Final[Mapping[str, str]] = {
    "least": "{label}: the least is more than the most, so no call can be meant.",
    "sort": "The log can be sorted by one of: {known}.",
    "order": "Write order=up for the least first, or order=down for the most first.",
    "period": "The period is one of: {known}.",
    "turned": "The last day, {last}, is before the first, {first}.",
    "long": "At most {number} days at a time: ask for a shorter period.",
    "days": "Write both days, the first and the last, as 2026-11-30.",
    "seconds": "{label}: write a whole number of seconds, such as 60.",
    "money": "{label}: write an amount with a point, such as 2.50.",
    "choice": "{label}: choose one of: {known}.",
    "word": "{label}: write at least one letter or digit before the star.",
    "number": "{label}: write a telephone number, or how it begins with a star: +48 22*.",
    "masked": "{label}: whoever may not see whole numbers can only ask for a whole one.",
}
#: How a condition is told.
TOLD: Final[Mapping[str, str]] = {
    "is": "{label}: {value}",
    "begins": "{label}: begins with {value}",
    "min": "{label}: at least {value}",
    "max": "{label}: at most {value}",
}
#: Says a text with what stands in its braces, in some language.
Say: TypeAlias = Callable[..., str]


def in_english(text: str, **values: object) -> str:
    """The text itself."""
    return text.format(**values) if values else text


class Misread(Exception):
    """A value that is not understood; the sentence says what to write instead. `label` names its field."""

    def __init__(self, problem: str, label: str = "", **values: object) -> None:
        self._problem, self._label, self._values = PROBLEMS[problem], label, values
        super().__init__(self.told(in_english))

    def told(self, say: Say) -> str:
        """The sentence in a language."""
        return say(self._problem, label=say(self._label) if self._label else "", **self._values)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: a field, how it compares, and with what; several values mean any of them."""

    field: str
    compares: Compares
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: days, conditions that all must hold, an order. `first` and `last` are said where the period is `own`."""

    period: Period = "31days"
    first: date | None = None
    last: date | None = None
    terms: tuple[Term, ...] = ()
    sort: str = "began"
    up: bool = False
    masked: bool = False

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day it is about."""
        match self.period:
            case "today":
                return today, today
            case "yesterday":
                return today - timedelta(days=1), today - timedelta(days=1)
            case "week":
                return today - timedelta(days=today.weekday()), today
            case "own" if self.first is not None and self.last is not None:
                return self.first, self.last
            case _:
                return today - timedelta(days=USUAL_DAYS - 1), today


# -- reading ----------------------------------------------------------------------------------------------------------


def read(fields: Mapping[str, str], *, masked: bool = False) -> Question:
    """The question that an address asks; raises Misread. Empty fields, and fields of other things, are passed over."""
    said = {name: value.strip()[:LONGEST] for name, value in fields.items() if value.strip()}
    period, first, last = _period(said)
    terms = tuple(_term(*PARAMETERS[name], said[name], masked=masked) for name in PARAMETERS if name in said)
    for low, high in zip(terms, terms[1:], strict=False):
        if low.field == high.field and float(low.values[0]) > float(high.values[0]):
            raise Misread("least", _label(low))
    sort = said.get("sort", "began")
    if sort not in SORTS:
        raise Misread("sort", known=", ".join(SORTS))
    order = said.get("order", "down")
    if order not in ("up", "down"):
        raise Misread("order")
    return Question(period=period, first=first, last=last, terms=terms, sort=sort, up=order == "up", masked=masked)


def _period(said: Mapping[str, str]) -> tuple[Period, date | None, date | None]:
    name = said.get("period", "own" if "from" in said or "to" in said else "31days")
    if name not in PERIODS:
        raise Misread("period", known=", ".join(PERIODS))
    if name != "own":
        return name, None, None  # type: ignore[return-value]
    first, last = _day(said, "from"), _day(said, "to")
    if last < first:
        raise Misread("turned", first=first, last=last)
    if (last - first).days >= MOST_DAYS:
        raise Misread("long", number=MOST_DAYS)
    return "own", first, last


def _day(said: Mapping[str, str], name: str) -> date:
    try:
        day = date.fromisoformat(said.get(name, ""))
    except ValueError:
        day = None
    if day is None or not 1970 < day.year < 3000:
        raise Misread("days")
    return day


def _term(one: Field, end: str, value: str, *, masked: bool) -> Term:
    match one.kind:
        case "choice" | "yes":
            return _choice(one, value)
        case "seconds":
            if not _WHOLE.fullmatch(value) or int(value) > MOST_SECONDS:
                raise Misread("seconds", one.label)
            return Term(one.name, end, (str(int(value)),))  # type: ignore[arg-type]
        case "money":
            if not _AMOUNT.fullmatch(value):
                raise Misread("money", one.label)
            return Term(one.name, end, (value,))  # type: ignore[arg-type]
        case "number":
            return _number(one, value, masked=masked)
        case _:
            return _word(one, value)


def _choice(one: Field, value: str) -> Term:
    chosen = {part.strip() for part in value.split(",") if part.strip()}
    if not chosen or not chosen <= set(one.choices):
        raise Misread("choice", one.label, known=", ".join(one.choices))
    return Term(one.name, "is", tuple(name for name in one.choices if name in chosen))


def _word(one: Field, value: str) -> Term:
    words = " ".join("".join(sign for sign in value if sign.isprintable()).split())
    begins = one.kind == "word" and words.endswith("*")
    words = words.rstrip("*").strip() if begins else words
    if not words:
        raise Misread("word", one.label)
    return Term(one.name, "begins" if begins else "is", (words,))


def _number(one: Field, value: str, *, masked: bool) -> Term:
    begins = value.endswith("*")
    number = value.rstrip("* ")
    if not _NUMBER.fullmatch(number):
        raise Misread("number", one.label)
    if begins and masked:
        raise Misread("masked", one.label)
    return Term(one.name, "begins" if begins else "is", (re.sub(r"[ ()/.-]", "", number),))


# -- writing ----------------------------------------------------------------------------------------------------------


def written(asked: Question) -> list[tuple[str, str]]:
    """The fields of the address that asks a question: the shortest, always in the same order."""
    found: list[tuple[str, str]] = []
    if asked.period == "own":
        found += [("from", str(asked.first)), ("to", str(asked.last))]
    elif asked.period != "31days":
        found.append(("period", asked.period))
    found += [(parameter(term), _value(term)) for term in asked.terms]
    if asked.sort != "began" or asked.up:
        found.append(("sort", asked.sort))
    if asked.up:
        found.append(("order", "up"))
    return found


def parameter(term: Term) -> str:
    """What a term is called in an address."""
    return f"{term.field}_{term.compares}" if term.compares in ("min", "max") else term.field


def _value(term: Term) -> str:
    return ",".join(term.values) + ("*" if term.compares == "begins" else "")


def in_words(asked: Question, say: Say = in_english) -> Iterator[str]:
    """The conditions of a question, each as a line that people can read."""
    for term in asked.terms:
        one = BY_NAME[term.field]
        value = ", ".join(say(one.choices[name]) if name in one.choices else name for name in term.values)
        yield say(TOLD[term.compares], label=say(one.label), value=value)


def _label(term: Term) -> str:
    return BY_NAME[term.field].label
