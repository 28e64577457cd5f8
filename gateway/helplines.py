"""Numbers whose calls are never itemised: helplines, and whoever else the house names, such as its doctor or chaplain. Pure.

A call to or from one of them is priced, charged and counted like any other, and nobody ever reads its number: the row of the
call holds none, and `HELPLINE` stands where the place would. So no page, bill, report, export, PMS or program can show what
is not there. The exchange's raw record stays as it came; whoever shows raw bytes asks `is_hidden` first. The same holds for
private calls by PIN (`PERSONAL`), which are counted for the person and listed nowhere.

An emergency is never hidden: whoever goes to the room must see what was dialled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rating.numbering import DialledNumber
from rating.trace import Head

HELPLINE: Final = "a helpline"
PERSONAL: Final = "a personal call"
#: What the place of a call says whose number is kept from everybody.
HIDDEN: Final = (HELPLINE, PERSONAL)
#: What stands where raw bytes of such a call would.
WITHHELD: Final = b"(the record of this call is kept and not shown)"

#: Reserved by the European Commission (decision 2007/116/EC with its amendments): missing children, victims of crime, violence
#: against women, children, emotional support, the doctor on call.
EUROPEAN: Final = ("116000", "116006", "116016", "116111", "116117", "116123")
#: Countries of that numbering, and those that follow it.
_EUROPE: Final = frozenset(
    "AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV ME MK MT NL NO PL PT RO RS SE SI SK TR UA".split()
)
#: Well known helplines by country, as they are dialled there. Whatever is missing is written into the configuration.
KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "AT": ("141", "142", "147", "0800222555"),
    "AU": ("131114", "1800551800", "1800737732"),
    "BE": ("103", "106", "107", "1813"),
    "CA": ("988", "18006686868"),
    "CH": ("143", "147"),
    "DE": ("08001110111", "08001110222", "08001110333", "08001110550", "08000116016", "08002255530"),
    "ES": ("016", "024"),
    "FR": ("119", "3114", "3919"),
    "GB": ("08001111", "08082000247"),
    "IE": ("1800666666", "1800341900"),
    "IT": ("1522", "19696"),
    "NL": ("113", "08000113", "08000432", "08002000"),
    "PL": ("800702222", "800121212", "800120002"),
    "PT": ("800202148",),
    "US": ("988", "18002738255", "18007997233"),
}

#: Digits of a prefix that tell a country or a network and no number.
MOST_DIGITS: Final = 4

Classify = Callable[[str], DialledNumber]
#: Classes whose digits are the house's own business, or that must be seen.
_NEVER: Final = ("emergency", "internal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Helplines:
    """The numbers of a house, in E.164 where they have that form, else as digits."""

    numbers: frozenset[str] = frozenset()
    hint: re.Pattern[str] | None = field(default=None, compare=False)

    def holds(self, text: str | None, classify: Classify) -> bool:
        """Whether an exchange's digits mean one of them. Most calls are told apart by a glance at the digits."""
        if self.hint is None or not text or self.hint.search(text) is None:
            return False
        number = classify(text)
        if number.number_class in _NEVER:
            return False
        return bool({number.e164, number.digits} & self.numbers)


def known_in(country: str) -> tuple[str, ...]:
    """The helplines that are known in a country, as they are dialled there."""
    return (EUROPEAN if country in _EUROPE else ()) + KNOWN.get(country, ())


def helplines(numbers: Iterable[str], country: str, classify: Classify) -> Helplines:
    """The helplines of a country and the numbers that the house adds; `classify` reads digits without an access code."""
    listed = [one for text in (*known_in(country), *numbers) if (one := bare(text))]
    forms: set[str] = set()
    for one in listed:
        number = classify(one)
        forms |= {one, number.e164 or one, number.digits or one}
    tails = {re.escape(_tail(one)) for one in forms}
    hint = re.compile("|".join(sorted(tails, key=lambda one: (-len(one), one)))) if tails else None
    return Helplines(numbers=frozenset(forms), hint=hint)


def bare(text: str) -> str:
    """A number as it is written, less what is written for the eye."""
    return re.sub(r"[ ()/.\u00a0-]", "", text.strip())


def _tail(number: str) -> str:
    """The end of a number, which stands in every way of dialling it."""
    return number.lstrip("+0")[-6:] or number


def hidden_trace(trace: tuple[int | str, ...], why: str) -> tuple[int | str, ...]:
    """The trace of a price without the number that it was for: the prefix may be nearly all of it."""
    head = Head._make(trace[: len(Head._fields)])
    return (*head._replace(prefix=hidden_prefix(head.prefix), place=why), *trace[len(Head._fields) :])


def hidden_prefix(prefix: str) -> str:
    """A prefix without the digits by which a number could be told."""
    short, digits = prefix.startswith("#"), sum(one.isdecimal() for one in prefix)
    return f"{prefix[0]}…" if short or digits > MOST_DIGITS else prefix


def is_hidden(call: Mapping[str, Any]) -> bool:
    """Whether a row of calls is one whose number nobody is shown."""
    return call["place"] in HIDDEN
