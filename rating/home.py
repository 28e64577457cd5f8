"""What the reading of digits must know of the property's own country, looked up once in libphonenumber's metadata.

Emergency numbers are kept apart from everything else: they are asked for first, alone, and as a whole number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from phonenumbers import PhoneMetadata, PhoneNumberDesc

from rating import customs

_EVERYWHERE = "112"
_NO_NUMBER = "(?!)"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseNumbers:
    """What only the hotel can know of its numbers.

    `local_areas` are beginnings of national numbers that are local calls (area codes, or area and exchange); empty,
    it is the home area code. `emergency` are numbers that are emergencies beside the country's, as a whole.
    `feature_codes` and `carrier_codes` may be dialled before a number, beside the country's.
    """

    local_areas: tuple[str, ...] = ()
    emergency: tuple[str, ...] = ()
    feature_codes: tuple[str, ...] = ()
    carrier_codes: tuple[str, ...] = ()


NO_HOUSE_NUMBERS = HouseNumbers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the reading of digits needs to know of the property's country, looked up once."""

    country: str
    code: int
    area: str
    local: tuple[str, ...]
    access: tuple[str, ...]
    national_prefix: str
    old_prefixes: re.Pattern[str]
    emergency: re.Pattern[str]
    feature: re.Pattern[str]
    carrier: re.Pattern[str]
    short: ShortNumbers
    directory: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortNumbers:
    """Patterns of a country's short numbers, matched as a whole; `text_only` are those that take text messages."""

    valid: re.Pattern[str]
    text_only: re.Pattern[str]
    toll_free: re.Pattern[str]
    premium: re.Pattern[str]


def home_of(
    country: str, area_code: str, trunk_access: tuple[str, ...], house: HouseNumbers = NO_HOUSE_NUMBERS
) -> Home:
    """Look a property's country up. Raises ValueError, with a sentence, for a country without a numbering plan."""
    metadata = PhoneMetadata.metadata_for_region(country)
    if metadata is None or metadata.country_code is None:
        raise ValueError(f"{country!r} is not a country with a numbering plan; write two letters, for example PL.")
    prefix, code = metadata.national_prefix or "", metadata.country_code
    area = _area(area_code, prefix)
    areas = tuple(filter(None, (_area(one.removeprefix(f"+{code}"), prefix) for one in house.local_areas)))
    return Home(
        country=country,
        code=code,
        area=area,
        local=areas or ((area,) if area else ()),
        access=tuple(sorted((code for code in trunk_access if code), key=len, reverse=True)),
        national_prefix=prefix,
        old_prefixes=_any_of(customs.OLD_PREFIXES.get(country, "")),
        emergency=emergency_numbers(country, house.emergency),
        feature=_any_of(customs.feature_codes(country, code), house.feature_codes),
        carrier=_any_of(customs.carrier_codes(country, code), house.carrier_codes),
        short=_short_numbers(country),
        directory=_any_of(customs.DIRECTORY.get(country, "")),
    )


def _area(area_code: str, prefix: str) -> str:
    """The area code without the national prefix; where that is 8, areas may begin with it themselves (812)."""
    digits = re.sub(r"[^0-9]", "", area_code)
    return digits if prefix == "8" else digits.removeprefix(prefix)


def emergency_numbers(country: str, own: Iterable[str] = ()) -> re.Pattern[str]:
    """Give the pattern that the emergency numbers of a country match as a whole; 112 is always among them."""
    short = PhoneMetadata.short_metadata_for_region(country)
    known = (short.emergency.national_number_pattern if short and short.emergency else None) or ""
    return _any_of("|".join(filter(None, (_EVERYWHERE, known, customs.EMERGENCY.get(country)))), own)


def _any_of(pattern: str, literals: Iterable[str] = ()) -> re.Pattern[str]:
    """Join a pattern and literal texts, longest first, into one; one that matches nothing where there is nothing."""
    own = sorted(map(re.escape, filter(None, literals)), key=len, reverse=True)
    return re.compile("|".join([*own, *([pattern] if pattern else [])]) or _NO_NUMBER)


def _short_numbers(country: str) -> ShortNumbers:
    short = PhoneMetadata.short_metadata_for_region(country)
    return ShortNumbers(
        valid=_pattern(short.short_code if short else None),
        text_only=_pattern(short.sms_services if short else None),
        toll_free=_pattern(short.toll_free if short else None),
        premium=_pattern(short.premium_rate if short else None),
    )


def _pattern(kind: PhoneNumberDesc | None) -> re.Pattern[str]:
    return re.compile((kind.national_number_pattern if kind else None) or _NO_NUMBER)
