"""What was dialled: from the digits an exchange reports to a class of number and, where there is one, its E.164 form.

The order of work is the point, because the same digits read differently in another order:

1. emergency first, as a whole number: on the digits as they are, and less the trunk access code (dialled once, or
   twice in panic). 112 and 9112 are emergencies, 91123456 is not. 112 is one everywhere; other numbers (911, 999,
   110 …) only where the country's short-number metadata says so;
2. an internal number, by the hotel's own list;
3. the trunk access code comes off. Exchanges that never record it exist, so the digits as they are get a turn too
   where the shortened ones mean nothing;
4. a short number of the country, as a whole; then "+" or the international prefix, or the national prefix; then a
   local number with the home area code before it. In a country with a national prefix, digits without any prefix are
   a local number before they are a national one (in Berlin 2212345 is not Cologne).

Numbers are judged by libphonenumber's metadata. Judging costs tens to hundreds of microseconds, so answers are remembered up to
a bound. A number that matches no known plan but begins with a country code is still international: plans grow faster
than metadata, and the deck has a price for the country. Nothing here raises: what cannot be understood is `unknown`.

*National* and *international* follow the country code, save where independent states share one (+1, +7), where they
follow the country. *Local* means the home area code; whether a neighbouring area is a local call is for the hotel's
own deck to say. Shared-cost and company-wide numbers are `service`, personal numbers `premium` (they cost as much),
foreign toll-free and shared-cost numbers plainly international, foreign premium numbers premium.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from rating.countries import NETWORK_NAMES, country_name
from rating.home import Home, home_of

DIGITS_CONSIDERED = 40
"""Characters of a dialled string that are looked at. E.164 has 15 digits, access codes and prefixes a dozen more."""

NUMBERS_REMEMBERED = 32_768
"""Answers kept. A large hotel dials fewer different numbers in a month; full, the memory is about 13 MB."""

CHARGEABLE_CLASSES = ("local", "national", "mobile", "international", "toll-free", "premium", "service")
"""The classes that a tariff may price. The others are internal and emergency (never priced) and unknown (held)."""

_SHARED_BY_STATES = frozenset({1, 7})
"""Country codes that independent states share and charge one another for."""

_UNITED_STATES = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
"""Calls between these are national."""

_E164_LENGTH = 16  # "+" and 15 digits; what German numbers may have beyond it is dialled inside a company
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIALLABLE = re.compile(r"\+?[0-9]+")
_FOR_THE_EYE = re.compile(r"[\s().\-/]")

_KIND_NAMES = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.TOLL_FREE: "toll-free",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.PERSONAL_NUMBER: "personal number",
    PhoneNumberType.SHARED_COST: "shared cost",
    PhoneNumberType.UAN: "company number",
}


class DialledNumber(NamedTuple):
    """What was dialled, understood. `raw` is as the exchange reports it; `digits` is less the trunk access code.

    `number_class` is internal, local, national, mobile, international, toll-free, premium, emergency, service or
    unknown. `e164` begins with "+" and is None where the number has no such form (short numbers, local numbers
    without a known area code). `country` is the ISO code, None where the number belongs to none. `place` is for people.
    """

    raw: str
    number_class: str
    e164: str | None
    country: str | None
    place: str
    digits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPlan:
    """How the digits of one property are read. Built once, by `number_plan`; safe to share."""

    country: str
    area_code: str
    trunk_access: tuple[str, ...]
    recall: Callable[[str], DialledNumber] = field(repr=False, compare=False)

    def classify(self, digits: str) -> DialledNumber:
        """Say what kind of number was dialled. Never raises; answers are remembered."""
        return self.recall(digits[:DIGITS_CONSIDERED])


def number_plan(
    country: str, area_code: str | None, trunk_access: tuple[str, ...], is_internal: Callable[[str], bool]
) -> NumberPlan:
    """Build the plan of a property.

    `country` is the ISO code, `area_code` the home area with or without the national prefix, `trunk_access` what is
    dialled for a line, `is_internal` the hotel's own list of extensions. Raises ValueError, with a sentence, for a
    country without a numbering plan.
    """
    home = home_of(country.upper(), area_code or "", trunk_access)

    @lru_cache(maxsize=NUMBERS_REMEMBERED)
    def recall(digits: str) -> DialledNumber:
        return _classify(home, digits, is_internal)

    return NumberPlan(country=home.country, area_code=home.area, trunk_access=home.access, recall=recall)


def _classify(home: Home, raw: str, is_internal: Callable[[str], bool]) -> DialledNumber:
    dialled = _plain(raw)
    if any(home.emergency.fullmatch(rest) for rest in _less_access(home, dialled, times=2)):
        place = f"emergency, or the extension {dialled}" if is_internal(dialled) else "emergency"
        return DialledNumber(raw, "emergency", None, home.country, place, dialled)
    if dialled and is_internal(dialled):
        return DialledNumber(raw, "internal", None, home.country, "internal", dialled)
    if not _DIALLABLE.fullmatch(dialled):
        return DialledNumber(raw, "unknown", None, None, "", dialled)
    as_it_is, *shorter = _less_access(home, dialled, times=1)
    understood = _first(_known, home, raw, [*shorter, as_it_is]) or _first(_plausible, home, raw, shorter or [as_it_is])
    return understood or DialledNumber(raw, "unknown", None, None, "", shorter[0] if shorter else as_it_is)


def _first(read: _Reading, home: Home, raw: str, candidates: list[str]) -> DialledNumber | None:
    return next((number for digits in candidates if (number := read(home, raw, digits)) is not None), None)


def _plain(raw: str) -> str:
    """Strip what is written for the eye, and the # that ends dialling."""
    return _FOR_THE_EYE.sub("", raw).rstrip("#")


def _less_access(home: Home, dialled: str, *, times: int) -> Iterator[str]:
    """The digits themselves, then less a trunk access code, up to so many times."""
    yield dialled
    if times:
        for code in home.access:
            if dialled.startswith(code) and len(dialled) > len(code):
                yield from _less_access(home, dialled[len(code) :], times=times - 1)


def _known(home: Home, raw: str, digits: str) -> DialledNumber | None:
    """Understand digits that are a whole number of a plan we know."""
    local_first = home.national_prefix and not digits.startswith(("+", home.national_prefix))
    readings: tuple[_Reading, ...] = (_short, _local, _full) if local_first else (_short, _full, _local)
    return next((number for read in readings if (number := read(home, raw, digits)) is not None), None)


def _short(home: Home, raw: str, digits: str) -> DialledNumber | None:
    """Understand a short number of the country. One that only takes text messages may be a local number instead."""
    short = home.short
    if not short.valid.fullmatch(digits):
        return None
    if short.text_only.fullmatch(digits) and _local(home, raw, digits) is not None:
        return None
    if short.premium.fullmatch(digits):
        number_class = "premium"
    else:
        number_class = "toll-free" if short.toll_free.fullmatch(digits) else "service"
    return DialledNumber(raw, number_class, None, home.country, f"short number {digits}", digits)


def _full(home: Home, raw: str, digits: str) -> DialledNumber | None:
    """Understand a number with its international or national prefix, or whole without either."""
    number = _parse(digits, home.country)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return _numbered(home, raw, digits, number)


def _local(home: Home, raw: str, digits: str) -> DialledNumber | None:
    """Understand a local number: with the home area code before it, it is a whole one.

    Subscriber numbers begin neither with 0 nor with the national prefix; some plans would take them for valid.
    """
    if not home.area or digits.startswith(("+", "0", home.national_prefix or "0")):
        return None
    number = _parse(f"+{home.code}{home.area}{digits}", home.country)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return _numbered(home, raw, digits, number)


def _plausible(home: Home, raw: str, digits: str) -> DialledNumber | None:
    """Understand a number of no known plan: with digits dialled after it, of a new range, or local without an area."""
    number = _parse(digits, home.country)
    if number is None:
        return None
    if phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.TOO_LONG:
        shortened = PhoneNumber()
        shortened.merge_from(number)
        if phonenumbers.truncate_too_long_number(shortened):
            return _numbered(home, raw, digits, shortened)
    if number.country_code == home.code:
        return _plausible_at_home(home, raw, digits, number)
    return _numbered(home, raw, digits, number) if _E164.fullmatch(_e164(number)) else None


def _plausible_at_home(home: Home, raw: str, digits: str, number: PhoneNumber) -> DialledNumber | None:
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == phonenumbers.ValidationResult.IS_POSSIBLE and not number.italian_leading_zero:
        return _numbered(home, raw, digits, number)
    if possible == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY and not home.area:
        return DialledNumber(raw, "local", None, home.country, country_name(home.country), digits)
    return None


def _parse(digits: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _numbered(home: Home, raw: str, digits: str, number: PhoneNumber) -> DialledNumber:
    """Class and place of a number whose E.164 form is known."""
    region = _region(home, number)
    kind = phonenumbers.number_type(number)
    number_class = _class_of(home, number, region, kind)
    if region is None:
        place = NETWORK_NAMES.get(number.country_code or 0, f"network +{number.country_code}")
    else:
        kind_name = _KIND_NAMES.get(kind)
        place = country_name(region) + (f", {kind_name}" if kind_name else "")
    return DialledNumber(raw, number_class, _e164(number)[:_E164_LENGTH], region, place, digits)


def _region(home: Home, number: PhoneNumber) -> str | None:
    """The country a number belongs to: home where it fits home, for plans are shared; None for networks."""
    at_home = number.country_code == home.code
    if at_home and phonenumbers.is_valid_number_for_region(number, home.country):
        return home.country
    region = phonenumbers.region_code_for_number(number)
    if region is None:
        region = home.country if at_home else phonenumbers.region_code_for_country_code(number.country_code or 0)
    return region if region.isalpha() and region != "ZZ" else None


def _class_of(home: Home, number: PhoneNumber, region: str | None, kind: int) -> str:
    if kind in (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.PERSONAL_NUMBER):
        return "premium"
    if kind == PhoneNumberType.TOLL_FREE and (region is None or _at_home(home, number, region)):
        return "toll-free"
    if not _at_home(home, number, region):
        return "international"
    if kind in (PhoneNumberType.SHARED_COST, PhoneNumberType.UAN):
        return "service"
    if kind == PhoneNumberType.MOBILE:
        return "mobile"
    significant = phonenumbers.national_significant_number(number)
    return "local" if home.area and region == home.country and significant.startswith(home.area) else "national"


def _at_home(home: Home, number: PhoneNumber, region: str | None) -> bool:
    if region == home.country or {region, home.country} <= _UNITED_STATES:
        return True
    return number.country_code == home.code and home.code not in _SHARED_BY_STATES


_Reading: TypeAlias = Callable[[Home, str, str], DialledNumber | None]
