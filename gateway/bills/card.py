"""The card of prices for guests: what a call costs to the usual destinations, priced by the tariff itself. Pure.

Each row is a number that is an example of its kind, asked for as a guest would dial it. A kind for which the house has no
example number or no price is left out; free ones are said to be free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from gateway.bills.enquiry import PriceDesk, Quote, quote
from rating.circumstances import Circumstances

#: Countries that a card names where the hotel does not say which.
USUAL: Final = (
    "AT", "BE", "CH", "CN", "CZ", "DE", "DK", "ES", "FR", "GB", "IE", "IT", "JP", "NL", "NO", "PL", "SE", "UA", "US"
)  # fmt: skip
_AT_HOME: Final = (
    ("mobile", PhoneNumberType.MOBILE),
    ("toll-free", PhoneNumberType.TOLL_FREE),
    ("service", PhoneNumberType.SHARED_COST),
    ("premium", PhoneNumberType.PREMIUM_RATE),
)


class CardRow(NamedTuple):
    """A row: a class of number at home (`country` is empty), or a country; `mobile` for its mobiles where they cost more."""

    number_class: str
    country: str
    mobile: bool
    quote: Quote


def card_rows(
    desk: PriceDesk, home: str, area: str, countries: Sequence[str], at: datetime, around: Circumstances
) -> list[CardRow]:
    """The rows of a card, calls at home first."""
    rows = list(_home(desk, home, area, at, around))
    for country in countries or USUAL:
        if country == home:
            continue
        fixed = _asked(desk, _example(country, PhoneNumberType.FIXED_LINE), at, around)
        mobile = _asked(desk, _example(country, PhoneNumberType.MOBILE), at, around)
        if fixed is not None:
            rows.append(CardRow("international", country, False, fixed))
        if mobile is not None and (fixed is None or mobile.offers != fixed.offers):
            rows.append(CardRow("international", country, True, mobile))
    return rows


def _home(desk: PriceDesk, home: str, area: str, at: datetime, around: Circumstances) -> Iterator[CardRow]:
    fixed = _example(home, PhoneNumberType.FIXED_LINE)
    found = [("local", _in_area(fixed, area)), ("national", fixed)]
    found += [(name, _example(home, kind)) for name, kind in _AT_HOME]
    seen = set()
    for name, number in found:
        told = _asked(desk, number, at, around)
        if told is not None and told.number.number_class == name and name not in seen:
            seen.add(name)
            yield CardRow(name, "", False, told)


def _example(country: str, kind: int) -> str | None:
    number = phonenumbers.example_number_for_type(country, kind)
    return None if number is None else _written(number)


def _written(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _in_area(fixed: str | None, area: str) -> str | None:
    """The same number in the hotel's own area."""
    if fixed is None or not area:
        return None
    parsed = phonenumbers.parse(fixed)
    national, own = str(parsed.national_number), area.lstrip("0")
    return f"+{parsed.country_code}{own}{national[len(own) :]}"


def _asked(desk: PriceDesk, number: str | None, at: datetime, around: Circumstances) -> Quote | None:
    """The price of a call to a number; None where there is no number or no price."""
    if number is None:
        return None
    told = quote(desk, desk.understood(number), at, around)
    return told if told.offers or told.free else None


def classes_asked(desk: PriceDesk) -> list[tuple[str, str]]:
    """What a guest may be that some rule or tariff asks for, as (circumstance, value): guest class, VIP, group, carried tariff."""
    found: dict[tuple[str, str], None] = {}
    for tariff in desk.book.tariffs:
        if tariff.is_cost:
            continue
        for special in tariff.special:
            for condition in special.conditions:
                if condition.entry in ("guest_class", "vip", "group"):
                    found |= {(condition.entry, value): None for value in condition.allowed if "*" not in value}
    carried = {("tariff", one.code): None for one in desk.book.tariffs if one.for_whom.by_code and not one.is_cost}
    return [*found, *carried]
