"""What should be looked at in prices that are good: too old, ending, below their cost, or blind to mobile numbers.

Pure functions of a book and a day. Nothing here is an error: a hotel may sell below cost, and know why.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import phonenumbers

from rating.bands import WEEK, Week
from rating.book import Periods, TariffBook
from rating.fields import Problem
from rating.money import MILLIONTHS, price_text
from rating.numbering import DialledNumber, named_kind
from rating.tariff import Rate, Tariff

OLD_AFTER_MONTHS = 12
"""Months after which prices are called old; carriers' own change every few weeks."""

ENDING_WITHIN_DAYS = 30

EXAMPLES_SHOWN = 5

_CODE_AND_PLUS = 4  # characters of "+" and a country's code
_CALLS = (60, 600)  # seconds of the calls that are compared: a short one shows the fees, a long one the minutes
_STEP = 900  # bands of the week are compared every quarter of an hour


def warnings_of(
    book: TariffBook, today: date, *, months: int = OLD_AFTER_MONTHS, days: int = ENDING_WITHIN_DAYS
) -> list[Problem]:
    """Everything that should be looked at in a book on a day."""
    current = [one for one in (_on(line, today) for line in lines_of(book)) if one is not None]
    return [
        *age_warnings(book, today, months=months, days=days),
        *(problem for one in current for problem in country_warnings(one)),
        *(
            problem
            for one in current
            if not one.is_cost and not one.starter
            for other in current
            if other.is_cost
            for problem in below_cost(one, other)
        ),
    ]


def lines_of(book: TariffBook) -> list[Periods]:
    """The lines of tariffs through the years: the general one, those that are carried, those of carriers."""
    carried = [line for line in book.carried.values() if line[0].tariff.for_whom.by_code]
    return [book.periods, *carried, *(line.periods for line in book.costs)]


def _on(periods: Periods, day: date) -> Tariff | None:
    return next((one.tariff for one in periods if _holds(one.tariff, day)), None)


def _holds(tariff: Tariff, day: date) -> bool:
    return tariff.valid_from <= day and (tariff.valid_to is None or day <= tariff.valid_to)


def age_warnings(book: TariffBook, today: date, *, months: int, days: int) -> Iterator[Problem]:
    """Tell of prices that are old, that end soon with none to follow, and of none that holds today."""
    for line in lines_of(book):
        tariff = _on(line, today)
        if tariff is None:
            sentence = f"No tariff {line[0].tariff.code} is in force on {today}: calls of today are held."
            yield _warning(line[0].tariff, "valid_from", sentence)
            continue
        age = (today.year - tariff.valid_from.year) * 12 + today.month - tariff.valid_from.month
        age -= today.day < tariff.valid_from.day
        if age >= months and not tariff.starter:
            sentence = f"These prices are {age} months old; look whether the carrier's have changed."
            yield _warning(tariff, "valid_from", sentence)
        ends = tariff.valid_to
        if ends is None or ends - today > timedelta(days=days):
            continue
        if not any(_holds(one.tariff, ends + timedelta(days=1)) for one in line):
            left = (ends - today).days
            sentence = f"These prices end on {ends}, in {left} days, and none follow: calls will be held."
            yield _warning(tariff, "valid_to", sentence)


def country_warnings(tariff: Tariff) -> Iterator[Problem]:
    """Tell of countries whose only row is the country code: their mobiles and special numbers cost what all else does."""
    if tariff.starter or not tariff.deck.rates:
        return
    finer = {key[: length + 1] for key in tariff.deck.rates for length in (1, 2, 3) if len(key) > length + 1}
    bare = sorted(key for key in tariff.deck.rates if _is_country(key) and key not in finer)
    if bare:
        names = ", ".join(f"{key} {tariff.deck.rates[key].place}".strip() for key in bare[:EXAMPLES_SHOWN])
        more = f" and {len(bare) - EXAMPLES_SHOWN} more" if len(bare) > EXAMPLES_SHOWN else ""
        sentence = f"Only the country code decides the price of {len(bare)} countries, for mobiles too: {names}{more}."
        yield _warning(tariff, "decks", sentence)


def coarse(number: DialledNumber, prefix: str) -> str:
    """A sentence where a mobile or special number was priced by its country's code alone; empty if it was not.

    `prefix` is the key of the row that priced the call. Such a number often costs the house many times that row.
    """
    if len(prefix) > _CODE_AND_PLUS or not (kind := named_kind(number)) or not _is_country(prefix):
        return ""
    return f"only the country code {prefix} decided the price of this {kind} number: the deck has no row for it"


def _is_country(key: str) -> bool:
    return key[1:].isdigit() and int(key[1:]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE


def below_cost(sell: Tariff, cost: Tariff) -> Iterator[Problem]:
    """Tell of prefixes that are sold for less than they cost, in some band of the week.

    Compared are calls of one minute and of ten by the decks of both, with connection fees and mark-ups, without
    increments and taxes. A price by the call, by steps, or of a class has no row here and is left out.
    """
    pairs = sorted(_together(sell.week, cost.week))
    found: list[tuple[str, Rate, int, int, int]] = []
    for key in sorted(sell.deck.rates.keys() | cost.deck.rates.keys()):
        ours, theirs = sell.deck.find(key), cost.deck.find(key)
        if ours is not None and theirs is not None and _by_time(ours) and _by_time(theirs):
            worst = _worst(ours, sell, theirs, cost, pairs)
            if worst is not None:
                found.append((key, ours, *worst))
    if found:
        found.sort(key=lambda one: one[2] - one[3])
        examples = "; ".join(
            f"{key} {rate.place}".strip() + f" ({minutes // 60} min: sold {price_text(price)}, cost {price_text(paid)})"
            for key, rate, price, paid, minutes in found[:EXAMPLES_SHOWN]
        )
        whose = cost.for_whom.carrier or cost.code
        yield _warning(sell, "decks", f"{len(found)} prefixes are sold below what {whose} charges: {examples}.")


def _by_time(rate: Rate) -> bool:
    return rate.basis == "minute" and not rate.steps


def _together(sell: Week, cost: Week) -> set[tuple[int, int]]:
    """The bands of both weeks that meet at some quarter of an hour."""
    return {(_band(sell, second), _band(cost, second)) for second in range(0, WEEK, _STEP)}


def _band(week: Week, second: int) -> int:
    return week.bands[bisect_right(week.edges, second) - 1]


def _worst(
    ours: Rate, sell: Tariff, theirs: Rate, cost: Tariff, pairs: Iterable[tuple[int, int]]
) -> tuple[int, int, int] | None:
    """The call on which most is lost: its price, its cost, its seconds; None where none loses."""
    losses = (
        (_total(ours, sell, here, seconds), _total(theirs, cost, there, seconds), seconds)
        for here, there in pairs
        for seconds in _CALLS
    )
    return min((one for one in losses if one[0] < one[1]), key=lambda one: one[0] - one[1], default=None)


def _total(rate: Rate, tariff: Tariff, band: int, seconds: int) -> int:
    """About what a call comes to before tax, in millionths."""
    terms = tariff.terms
    fee = terms.connection if rate.connections is None else rate.connections[band]
    time = rate.prices[band] * seconds // rate.per
    base = (fee + time) * (MILLIONTHS + terms.markup) // MILLIONTHS
    return base + terms.surcharge + terms.access_fee + terms.add_per_minute * seconds // 60


def _warning(tariff: Tariff, key: str, sentence: str) -> Problem:
    return Problem(tariff.file, None, key, sentence, "warning")
