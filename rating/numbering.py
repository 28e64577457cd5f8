"""What was dialled: from the digits an exchange reports to a class of number and, where there is one, its E.164 form.

The order of work is the point, because the same digits read differently in another order:

1. the text becomes digits (`rating/dialling.py`): addresses, pauses and what is written for the eye;
2. emergency first, as a whole number: on the digits as they are, and less the trunk access code (dialled once, or
   twice in panic) or a code that withholds the caller's number. 112 and 9112 are emergencies, 91123456 is not. 112 is
   one everywhere; other numbers (911, 999, 110 …) only where they are the country's own;
3. an internal number, by the hotel's own list;
4. the trunk access code comes off, and codes that change nothing about who is called (`rating/customs.py`). Exchanges
   that never record the access code exist, so the digits as they are get a turn too where the shortened ones mean
   nothing;
5. a short number of the country, as a whole; then the code of another carrier with a number dialled in full after it;
   then "+" or the international prefix, or the national prefix; then a local number with the home area code before
   it. In a country with a national prefix, digits without any prefix are a local number before they are a national
   one (in Berlin 2212345 is not Cologne).

Numbers are judged by libphonenumber's metadata. Judging costs tens to hundreds of microseconds, so answers are remembered up to
a bound. A number that matches no known plan but begins with a country code is still international: plans grow faster
than metadata, and the deck has a price for the country. Nothing here raises: what cannot be understood is `unknown`.

*National* and *international* follow the country code, save where independent states share one (+1, +7), where they
follow the country. *Local* means the hotel's own list of areas, or else the home area code. Shared-cost and
company-wide numbers are `service`, personal numbers `premium` (they cost as much), foreign toll-free and shared-cost
numbers plainly international, foreign premium numbers premium. Where a class is a wide one, `kind` says the finer
class that a tariff may price by itself.
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
from rating.customs import BARE_AFTER_CARRIER
from rating.dialling import EMERGENCY_SERVICE, readings
from rating.home import NO_HOUSE_NUMBERS, Home, HouseNumbers, home_of

DIGITS_CONSIDERED = 64
"""Characters of a dialled string that are looked at: E.164 has 15 digits, access codes and prefixes a dozen more, and a
SIP address has a name before them."""

NUMBERS_REMEMBERED = 32_768
"""Answers kept. A large hotel dials fewer different numbers in a month; full, the memory is about 13 MB."""

CHARGEABLE_CLASSES = ("local", "national", "mobile", "international", "toll-free", "premium", "service")
"""The classes that a tariff may price. The others are internal and emergency (never priced) and unknown (held)."""

FINER_CLASSES = {"shared-cost": "service", "satellite": "international"}
"""Classes within a chargeable class: a tariff may price them by themselves; where it does not, the wider class does."""

_SHARED_BY_STATES = frozenset({1, 7})
"""Country codes that independent states share and charge one another for."""

_UNITED_STATES = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
"""Calls between these are national."""

_E164_LENGTH = 16  # "+" and 15 digits; what German numbers may have beyond it is dialled inside a company
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIALLABLE = re.compile(r"\+?[0-9]+")
_FEATURE_CODE = re.compile(r"[*#]{1,2}[0-9]{1,4}")
_SATELLITE = re.compile(r"\+(?:870|881|88216)")
_THURAYA = "+88216"

_SUBSCRIBERS = frozenset({
    PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.MOBILE, PhoneNumberType.VOIP
})  # fmt: skip
"""What a local number with its area code before it can be; 800 after an area code is no toll-free number."""

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
    `kind` is the finer class (shared-cost, satellite) or empty; `carrier` the carrier selection code that was dialled.
    """

    raw: str
    number_class: str
    e164: str | None
    country: str | None
    place: str
    digits: str = ""
    kind: str = ""
    carrier: str = ""


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
    country: str,
    area_code: str | None,
    trunk_access: tuple[str, ...],
    is_internal: Callable[[str], bool],
    house: HouseNumbers = NO_HOUSE_NUMBERS,
) -> NumberPlan:
    """Build the plan of a property.

    `country` is the ISO code, `area_code` the home area with or without the national prefix, `trunk_access` what is
    dialled for a line, `is_internal` the hotel's own list of extensions, `house` what else only the hotel knows.
    Raises ValueError, with a sentence, for a country without a numbering plan.
    """
    home = home_of(country.upper(), area_code or "", trunk_access, house)

    @lru_cache(maxsize=NUMBERS_REMEMBERED)
    def recall(digits: str) -> DialledNumber:
        return _classify(home, digits, is_internal)

    return NumberPlan(country=home.country, area_code=home.area, trunk_access=home.access, recall=recall)


def _classify(home: Home, raw: str, is_internal: Callable[[str], bool]) -> DialledNumber:
    texts = readings(raw)
    emergency = next((text for text in texts if _is_emergency(home, text)), None)
    if emergency is not None:
        place = f"emergency, or the extension {emergency}" if is_internal(emergency) else "emergency"
        return DialledNumber(raw, "emergency", None, home.country, place, emergency)
    whole = texts[-1]
    if whole and is_internal(whole):
        return DialledNumber(raw, "internal", None, home.country, "internal", whole)
    understood = next((found for text in texts if (found := _first(_known, home, raw, _numbers(home, text)))), None)
    if understood is None:
        candidates = _numbers(home, whole)
        understood = _first(_plausible, home, raw, [digits for digits in candidates if digits != whole] or candidates)
    return understood or _unknown(home, raw, whole)


def _is_emergency(home: Home, text: str) -> bool:
    if text.lower().startswith(EMERGENCY_SERVICE):
        return True
    return any(home.emergency.fullmatch(rest) for rest in _bare(home, text, access=2))


def _numbers(home: Home, text: str) -> list[str]:
    """What may be a number in these digits: less a trunk access code first, as they are last."""
    as_it_is, *shorter = _bare(home, text, access=1)
    return [digits for digits in (*shorter, as_it_is) if _DIALLABLE.fullmatch(digits)]


def _unknown(home: Home, raw: str, text: str) -> DialledNumber:
    rest = next(_less_access(home, text), text)
    feature = _FEATURE_CODE.match(rest)
    return DialledNumber(raw, "unknown", None, None, f"feature code {feature[0]}" if feature else "", rest)


def _first(read: _Reading, home: Home, raw: str, candidates: list[str]) -> DialledNumber | None:
    return next((number for digits in candidates if (number := read(home, raw, digits)) is not None), None)


def _bare(home: Home, dialled: str, *, access: int, feature: bool = True) -> Iterator[str]:
    """The digits themselves, then less so many trunk access codes, and a feature code before or after them."""
    yield dialled
    if access:
        for rest in _less_access(home, dialled):
            yield from _bare(home, rest, access=access - 1, feature=feature)
    if feature and (code := home.feature.match(dialled)) and code.end() < len(dialled):
        yield from _bare(home, dialled[code.end() :], access=access, feature=False)


def _less_access(home: Home, dialled: str) -> Iterator[str]:
    """What is left after each trunk access code that the digits begin with."""
    for code in home.access:
        if dialled.startswith(code) and len(dialled) > len(code):
            yield dialled[len(code) :]


def _known(home: Home, raw: str, digits: str) -> DialledNumber | None:
    """Understand digits that are a whole number of a plan we know."""
    local_first = home.national_prefix and not digits.startswith(("+", home.national_prefix))
    order: tuple[_Reading, ...] = (_local, _full) if local_first else (_full, _local)
    ways: tuple[_Reading, ...] = (_short, _by_carrier, *order, _by_old_prefix)
    return next((number for read in ways if (number := read(home, raw, digits)) is not None), None)


def _short(home: Home, raw: str, digits: str) -> DialledNumber | None:
    """Understand a short number of the country. One that only takes text messages may be a local number instead."""
    if home.directory.fullmatch(digits):
        return DialledNumber(raw, "service", None, home.country, f"directory enquiries {digits}", digits)
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


def _by_carrier(home: Home, raw: str, digits: str) -> DialledNumber | None:
    """Understand a number after the code of another carrier: it is dialled in full, with its prefix."""
    code = home.carrier.match(digits)
    if code is None:
        return None
    rest = digits[code.end() :]
    prefixes = ("0", "+", home.national_prefix or "0")
    if home.national_prefix and home.country not in BARE_AFTER_CARRIER and not rest.startswith(prefixes):
        return None
    number = _full(home, raw, rest)
    return number._replace(carrier=code[0]) if number else None


def _by_old_prefix(home: Home, raw: str, digits: str) -> DialledNumber | None:
    """Understand a national number behind a prefix that was abolished, and that old programming still sends."""
    prefix = home.old_prefixes.match(digits)
    return _full(home, raw, digits[prefix.end() :]) if prefix else None


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
    if number is None or phonenumbers.number_type(number) not in _SUBSCRIBERS:
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
    e164 = _e164(number)[:_E164_LENGTH]
    kind = phonenumbers.number_type(number)
    number_class = _class_of(home, number, region, kind)
    if region is None:
        place = _network_name(number, e164)
    else:
        kind_name = _KIND_NAMES.get(kind)
        place = country_name(region) + (f", {kind_name}" if kind_name else "")
    return DialledNumber(raw, number_class, e164, region, place, digits, _finer(number_class, kind, e164))


def _network_name(number: PhoneNumber, e164: str) -> str:
    if e164.startswith(_THURAYA):
        return "Thuraya satellite"
    return NETWORK_NAMES.get(number.country_code or 0, f"network +{number.country_code}")


def named_kind(number: DialledNumber) -> str:
    """What sort of number it is beside a plain one (mobile, premium, shared cost …), as its place says; empty if none."""
    kind = number.place.rpartition(", ")[2]
    return kind if kind in _KIND_NAMES.values() else ""


def _finer(number_class: str, kind: int, e164: str) -> str:
    """The finer class of a number, or an empty text."""
    if number_class == "service" and kind == PhoneNumberType.SHARED_COST:
        return "shared-cost"
    return "satellite" if number_class == "international" and _SATELLITE.match(e164) else ""


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
    return "local" if region == home.country and significant.startswith(home.local) else "national"


def _at_home(home: Home, number: PhoneNumber, region: str | None) -> bool:
    if region == home.country or {region, home.country} <= _UNITED_STATES:
        return True
    return number.country_code == home.code and home.code not in _SHARED_BY_STATES


_Reading: TypeAlias = Callable[[Home, str, str], DialledNumber | None]
