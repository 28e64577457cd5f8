"""What the reading of digits must know of the property's own country, looked up once in libphonenumber's metadata.

Emergency numbers are kept apart from everything else: they are asked for first, alone, and as a whole number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from phonenumbers import PhoneMetadata, PhoneNumberDesc

_EVERYWHERE = "112"
_NO_NUMBER = "(?!)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the reading of digits needs to know of the property's country, looked up once."""

    country: str
    code: int
    area: str
    access: tuple[str, ...]
    national_prefix: str
    emergency: re.Pattern[str]
    short: ShortNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortNumbers:
    """Patterns of a country's short numbers, matched as a whole; `text_only` are those that take text messages."""

    valid: re.Pattern[str]
    text_only: re.Pattern[str]
    toll_free: re.Pattern[str]
    premium: re.Pattern[str]


def home_of(country: str, area_code: str, trunk_access: tuple[str, ...]) -> Home:
    """Look a property's country up. Raises ValueError, with a sentence, for a country without a numbering plan."""
    metadata = PhoneMetadata.metadata_for_region(country)
    if metadata is None or metadata.country_code is None:
        raise ValueError(f"{country!r} is not a country with a numbering plan; write two letters, for example PL.")
    prefix = metadata.national_prefix or ""
    return Home(
        country=country,
        code=metadata.country_code,
        area=_area(area_code, prefix),
        access=tuple(sorted((code for code in trunk_access if code), key=len, reverse=True)),
        national_prefix=prefix,
        emergency=emergency_numbers(country),
        short=_short_numbers(country),
    )


def _area(area_code: str, prefix: str) -> str:
    """The area code without the national prefix; where that is 8, areas may begin with it themselves (812)."""
    digits = re.sub(r"[^0-9]", "", area_code)
    return digits if prefix == "8" else digits.removeprefix(prefix)


def emergency_numbers(country: str) -> re.Pattern[str]:
    """Give the pattern that the emergency numbers of a country match as a whole; 112 is always among them."""
    short = PhoneMetadata.short_metadata_for_region(country)
    own = short.emergency.national_number_pattern if short and short.emergency else None
    return re.compile(f"{_EVERYWHERE}|{own}" if own else _EVERYWHERE)


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
