"""A language spoken for a hotel: its texts filled in, its plurals, and how it writes days, hours, amounts and shares.

Money comes in as whole minor units and goes out as text; nothing is rounded here but a price per minute of more than six
decimals. Amounts stand beside the code of their currency, never a sign: a guest may know four currencies called dollar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from gettext import NullTranslations
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.languages import get_official_languages
from babel.numbers import format_decimal, format_percent

from gateway.languages.catalogues import catalogue, language_of, locale_name
from gateway.languages.names import LANGUAGES
from rating.money import MILLIONTHS, format_amount

#: The regional form of a language where the hotel's country has none of its own.
_USUAL: Final = {"en": "en_GB", "pt": "pt_PT"}
#: Direction marks that the rules of some languages put into figures; where a figure stands says its direction instead.
_MARKS: Final = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
#: Decimals of a price per minute; decks quote six at most.
FINEST: Final = 6
#: Kept between a figure and its currency, so that no line ends between them.
_FIRM: Final = "\u00a0"
#: Below this every language but Arabic writes a whole number as Python does.
_UNGROUPED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Speech:
    """One language, as it is written where the hotel is."""

    language: str
    locale: Locale
    texts: NullTranslations

    @property
    def direction(self) -> str:
        """Which way it runs: ltr or rtl."""
        return str(self.locale.text_direction)

    # -- words ----------------------------------------------------------------------------------------------------

    def say(self, message: str, /, **values: object) -> str:
        """A text of the catalogue, with what stands in its braces."""
        return self.texts.gettext(message).format(**values)

    def plural(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The text for so many; `{number}` in it is the number as the language writes it."""
        return self.texts.ngettext(one, many, number).format(number=self.figure(number), **values)

    def country(self, code: str) -> str:
        """A country's name; its code where the language has none."""
        return str(self.locale.territories.get(code, code))

    # -- days and hours -------------------------------------------------------------------------------------------

    def day(self, moment: datetime) -> str:
        """The day with its year; months are words, so that nobody reads 3/11 the other way round."""
        return _bare(format_skeleton("yMMMd", moment, locale=self.locale))

    def short_day(self, moment: date) -> str:
        """The day without its year."""
        return _bare(format_skeleton("MMMd", moment, locale=self.locale))

    def long_day(self, moment: date) -> str:
        """The day with its week day, month and year in words."""
        return _bare(format_date(moment, "full", locale=self.locale))

    def weekday(self, moment: date, *, year: bool) -> str:
        """The day of the week and of the month, with its year or without."""
        return _bare(format_skeleton("yMMMEd" if year else "MMMEd", moment, locale=self.locale))

    def hour(self, moment: datetime) -> str:
        """The time of day, on the clock of 12 or 24 hours that the language goes by."""
        return _bare(format_time(moment.time(), "short", locale=self.locale))

    def moment(self, moment: datetime) -> str:
        """Day and time of day."""
        return f"{self.day(moment)}, {self.hour(moment)}"

    # -- figures --------------------------------------------------------------------------------------------------

    def figure(self, number: int) -> str:
        """A whole number."""
        if 0 <= number < _UNGROUPED and self.language != "ar":
            return str(number)
        return self._decimal(Decimal(number), 0, 0)

    def decimal(self, value: float, decimals: int) -> str:
        """A figure with so many decimals."""
        return self._decimal(Decimal(f"{value:.{decimals}f}"), decimals, decimals)

    def amount(self, minor: int, decimals: int) -> str:
        """An amount without its currency."""
        return self._decimal(Decimal(format_amount(minor, decimals)), decimals, decimals)

    def money(self, minor: int, decimals: int, currency: str) -> str:
        """An amount with its currency."""
        return f"{self.amount(minor, decimals)}{_FIRM}{currency}"

    def price(self, value: Fraction, decimals: int, currency: str) -> str:
        """A price with its currency."""
        return f"{self.bare_price(value, decimals)}{_FIRM}{currency}"

    def bare_price(self, value: Fraction, decimals: int) -> str:
        """A price in currency units, with as many decimals as it needs and no fewer than amounts have."""
        scaled = Decimal(round(value * 10**FINEST)).scaleb(-FINEST)
        return self._decimal(scaled, decimals, FINEST)

    def percent(self, share: int) -> str:
        """A share in millionths, as a percentage."""
        pattern = str(self.locale.percent_formats[None].pattern).replace("0", "0.####")
        return _bare(format_percent(Decimal(share) / MILLIONTHS, pattern, locale=self.locale))

    def _decimal(self, value: Decimal, least: int, most: int) -> str:
        whole = str(self.locale.decimal_formats[None].pattern).partition(".")[0]
        fraction = "." + "0" * least + "#" * (most - least) if most else ""
        return _bare(format_decimal(value, whole + fraction, locale=self.locale))


def _bare(text: str) -> str:
    return text.translate(_MARKS)


@lru_cache(maxsize=64)
def speech(tag: str, domain: str, country: str = "") -> Speech:
    """The language of a tag, with the texts of a domain, as it is written in a country where that is a form of its own."""
    language = language_of(tag)
    return Speech(language, _locale(language, country), catalogue(language, domain))


def _locale(language: str, country: str) -> Locale:
    bare = locale_name(language)
    spoken = country and bare.split("_")[0] in get_official_languages(country.upper(), regional=True, de_facto=True)
    for name in (f"{bare}_{country.upper()}" if spoken else "", _USUAL.get(language, bare)):
        try:
            if name:
                return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(bare)


def languages() -> list[tuple[str, str]]:
    """The languages there are, as tag and own name."""
    return list(LANGUAGES.items())
