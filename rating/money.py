"""Money as whole numbers: minor units for amounts, millionths of a currency unit for prices.

An amount that stands on a folio is a whole number of minor units (cents, fils, yen) together with the number of
decimals of its currency. A price is a whole number of millionths of a currency unit, because rate decks quote four to
six decimals. Between the two lies one division, with the rounding named; nothing here is ever a float, and text made
for people is never read back as a value in storage.

The decimals of a currency are those of ISO 4217 (list one). They serve rating and display; how many decimals a
property-management system expects in its own messages is a setting of that link.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

Rounding: TypeAlias = Literal["half-up", "half-even", "up", "down"]
ROUNDINGS: tuple[Rounding, ...] = ("half-up", "half-even", "up", "down")

MILLIONTHS = 1_000_000
"""Prices and percentages are held in millionths: six decimals, the finest that decks in the field use."""

AMOUNT_TEXT_LIMIT = 32
"""Longest amount that is read, in characters; the dearest bill in the weakest currency needs fewer than twenty."""

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_TWO_DECIMALS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"
)
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"

_DIGITS: dict[str, int] = (
    dict.fromkeys(_NO_DECIMALS.split(), 0)
    | dict.fromkeys(_TWO_DECIMALS.split(), 2)
    | dict.fromkeys(_THREE_DECIMALS.split(), 3)
)

CURRENCIES: frozenset[str] = frozenset(_DIGITS)
"""Every currency code that a tariff may use."""


def minor_digits(currency: str) -> int:
    """Tell how many decimals a currency has: 0, 2 or 3.

    Raises ValueError, with a sentence fit for an operator, when ISO 4217 has no such currency in circulation.
    """
    digits = _DIGITS.get(currency)
    if digits is None:
        raise ValueError(
            f"{currency!r} is not a currency code of ISO 4217; write three capital letters, for example EUR."
        )
    return digits


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round to the nearest whole number, halves away from zero. The denominator is positive."""
    if numerator < 0:
        return -half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def rounded(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Divide and round as named; up and down mean away from and towards zero. The denominator is positive."""
    if rounding == "half-up":
        return half_up(numerator, denominator)
    if numerator < 0:
        return -rounded(-numerator, denominator, rounding)
    if rounding == "half-even":
        whole, rest = divmod(numerator, denominator)
        return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))
    if rounding == "up":
        return -(-numerator // denominator)
    if rounding == "down":
        return numerator // denominator
    assert_never(rounding)


def format_amount(minor: int, decimals: int) -> str:
    """Write minor units as a plain decimal string: 420 with 2 decimals is "4.20". No thousands separators, ever."""
    sign = "-" if minor < 0 else ""
    whole, fraction = divmod(abs(minor), 10**decimals)
    return f"{sign}{whole}.{fraction:0{decimals}d}" if decimals else f"{sign}{whole}"


def parse_amount(text: str, decimals: int) -> int:
    """Read a decimal string as minor units, exactly; point or comma, no thousands separators.

    Raises ValueError with a sentence when it is not a number or has more decimals than the currency.
    """
    return exact(text, decimals)


def exact(text: str, decimals: int) -> int:
    """Read a decimal string as a whole number of units of 10**-decimals, or raise ValueError with a sentence.

    Only digits with one point or comma and a leading sign are a number: no exponent, no infinity, no grouping.
    """
    bare = text.strip().replace(",", ".")
    unsigned = bare[1:] if bare[:1] in ("-", "+") else bare
    whole, point, fraction = unsigned.partition(".")
    if len(bare) > AMOUNT_TEXT_LIMIT or not _is_number(whole, point, fraction):
        raise ValueError(f"{text[:AMOUNT_TEXT_LIMIT]!r} is not a number; write it like 4.20 or 4,20.")
    if len(fraction.rstrip("0")) > decimals:
        raise ValueError(f"{text!r} has more decimals than the {decimals} that are kept.")
    kept = fraction[:decimals].ljust(decimals, "0")
    value = int(f"{whole}{kept}" or "0")
    return -value if bare.startswith("-") else value


def _is_number(whole: str, point: str, fraction: str) -> bool:
    digits = whole + fraction
    return digits.isascii() and digits.isdigit() and not (point and not fraction)


def price_text(millionths: int) -> str:
    """Write a price in currency units without needless zeros: 13_700 millionths is "0.0137", 2_500_000 is "2.50"."""
    whole, fraction = divmod(abs(millionths), MILLIONTHS)
    kept = f"{fraction:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if millionths < 0 else ''}{whole}.{kept}"


def percent_text(millionths: int) -> str:
    """Write a share as a percentage without needless zeros: 73_750 millionths is "7.375"."""
    return f"{Decimal(millionths).scaleb(-4).normalize():f}"
