"""Who calls in: the number that an exchange shows for a caller, in its E.164 form, and where it is from. Pure.

What comes over a line is written in more ways than what is dialled: with "+", with the international prefix, with the
national prefix or without, with neither although it is a foreign number whole (SIP trunks), or as a local number. The
first of these readings that is a number of a known plan is taken, the home country's before the world's. What is none
stays as it came, digits alone, so that it can at least be compared with itself. A caller who withholds his number has none.

Where he is from is his country, and for numbers that belong to a place the code of the area, as libphonenumber's metadata
divides it; a mobile number has no area, and neither has a number of a country without areas.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from rating.countries import country_name
from rating.dialling import readings

#: Numbers remembered: more than call a large hotel in a month.
CALLERS_REMEMBERED: Final = 32_768
#: Characters of a caller's number that are looked at.
_LONGEST: Final = 64
#: Digits of the shortest number that could be somebody outside: what is shorter stays as it is.
_SHORTEST: Final = 5
_FIXED: Final = (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class Home(NamedTuple):
    """Where the hotel is: the country's ISO code, and the area code that local numbers lack."""

    country: str
    area_code: str


class Origin(NamedTuple):
    """Where a number is from. `country` is its name, `area` the area code; each "" where it cannot be told."""

    country: str
    area: str
    mobile: bool = False


@lru_cache(maxsize=CALLERS_REMEMBERED)
def caller_number(text: str, home: Home) -> str:
    """A caller's number in E.164 where it has that form, else its digits; "" where none was shown."""
    shown = readings(text[:_LONGEST])[-1]
    digits = "".join([sign for sign in shown if sign in "0123456789"])
    if not digits or any(sign.isalpha() for sign in shown):
        return ""
    if len(digits) < _SHORTEST:
        return digits
    for reading in _readings(shown, digits, home):
        number = _parsed(reading, home.country)
        if number is not None and phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return digits


def _readings(shown: str, digits: str, home: Home) -> list[str]:
    if shown.startswith("+"):
        return [shown]
    code = phonenumbers.country_code_for_region(home.country)
    area = home.area_code.lstrip("0")
    local = [f"+{code}{area}{digits}"] if area else []
    return [digits, f"+{digits}", *local]


def _parsed(text: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


@lru_cache(maxsize=CALLERS_REMEMBERED)
def origin(number: str) -> Origin:
    """Where a number in E.164 is from; nothing of anything else."""
    parsed = _parsed(number, "ZZ") if number.startswith("+") else None
    if parsed is None:
        return Origin("", "")
    region = phonenumbers.region_code_for_number(parsed)
    country = country_name(region) if region is not None and region.isalpha() and region != "ZZ" else ""
    kind = phonenumbers.number_type(parsed)
    length = phonenumbers.length_of_national_destination_code(parsed) if kind in _FIXED else 0
    area = phonenumbers.national_significant_number(parsed)[:length]
    return Origin(country, area, kind == PhoneNumberType.MOBILE)
