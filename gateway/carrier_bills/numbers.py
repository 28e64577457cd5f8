"""Numbers as bills write them, and as our calls have them, brought to one form by which they are compared. Pure.

The form is E.164 where the number has it; a short number (118912) stays as it is. A bill of a million lines leaves no time
to judge each number by its country's plan, so only prefixes are looked at: what is no real number finds no call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from phonenumbers import PhoneMetadata

from rating.home import home_of

#: How a bill writes numbers: with the country code (and perhaps + or an international prefix before it), or as they are
#: dialled at home.
Written: TypeAlias = Literal["e164", "national"]
WRITTEN: Final[tuple[Written, ...]] = ("e164", "national")

#: Digits up to which a number without a prefix is a short one of the country.
SHORT: Final = 6
_NOT_DIGITS: Final = re.compile(r"[^0-9]+")
#: Signs that carriers put in the place of digits which they may not tell.
_HIDDEN: Final = re.compile(r"[xX*.#]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Makes the key of a number. `masked` digits at its end are left out on both sides."""

    code: str
    national_prefix: str
    international: re.Pattern[str]
    written: Written
    masked: int = 0
    access: tuple[str, ...] = ()

    def of_bill(self, text: str) -> str:
        """The key of a number as the bill writes it; empty where it has no digits."""
        if text.isdigit() and text.isascii() and not self.masked:
            return self._full(text, plus=False)
        written = text.strip()
        bare = _HIDDEN.sub("", written) if self.masked else written
        digits = _NOT_DIGITS.sub("", bare)
        if not digits:
            return ""
        return _cut(self._full(digits, plus=bare.startswith("+")), self.masked - (len(written) - len(bare)))

    def of_call(self, number: str | None, dialled: str | None) -> str:
        """The key of a call of ours, by its number in E.164 or else by what was dialled."""
        if number:
            return _cut(number, self.masked)
        digits = _NOT_DIGITS.sub("", dialled or "")
        for code in self.access:
            if digits.startswith(code) and len(digits) > len(code):
                digits = digits[len(code) :]
                break
        return _cut(digits, self.masked)

    def _full(self, digits: str, *, plus: bool) -> str:
        if plus:
            return f"+{digits}"
        abroad = self.international.match(digits)
        if abroad and len(digits) > abroad.end():
            return f"+{digits[abroad.end() :]}"
        if len(digits) <= SHORT:
            return digits
        if self.written == "e164":
            return f"+{digits}"
        return f"+{self.code}{digits.removeprefix(self.national_prefix) if self.national_prefix else digits}"


def _cut(key: str, hidden: int) -> str:
    return key[:-hidden] if hidden > 0 and len(key) > hidden else key


def keys_of(country: str, area_code: str, written: Written, masked: int, access: tuple[str, ...]) -> Keys:
    """The keys of a property's bills. Raises ValueError for a country without a numbering plan."""
    home = home_of(country, area_code, ())
    metadata = PhoneMetadata.metadata_for_region(country)
    abroad = metadata.international_prefix if metadata is not None else None
    return Keys(
        code=str(home.code),
        national_prefix=home.national_prefix,
        international=re.compile(f"(?:00|{abroad})" if abroad else "00") if home.code != 1 else re.compile("011"),
        written=written,
        masked=masked,
        access=tuple(sorted(filter(None, access), key=len, reverse=True)),
    )
