"""A tariff to begin with: every country of the world reachable, every class priced, each price invented.

A hotel that has no rates yet would have every call held, which helps nobody; a hotel that posts invented prices is in
trouble. So the starter is complete, says in its first lines that its prices are invented, and is marked as a starter:
until a named person approves the folder, nothing priced with it leaves the machine.

The rows follow libphonenumber's list of country codes, so that no country is forgotten; islands that share a code
with a country have rows of their own. Prices are set in euro by distance, as a hotel might, and carried into the
weak currencies by their order of magnitude.
"""

from __future__ import annotations

from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata

from rating.countries import NETWORK_NAMES, country_name
from rating.money import MILLIONTHS, minor_digits, price_text

VALID_FROM = "2000-01-01"
"""Far back, so that calls of an exchange's old files can be priced in a rehearsal too."""

_ISLANDS = {
    "AG": "1268", "AI": "1264", "AS": "1684", "BB": "1246", "BM": "1441", "BS": "1242", "DM": "1767", "GD": "1473",
    "GU": "1671", "KN": "1869", "KY": "1345", "LC": "1758", "MP": "1670", "MS": "1664", "SX": "1721", "TC": "1649",
    "TT": "1868", "VC": "1784", "VG": "1284", "VI": "1340", "DO": "1809 1829 1849", "JM": "1658 1876",
    "PR": "1787 1939", "KZ": "76 77", "GG": "441481", "IM": "441624", "JE": "441534", "VA": "3906698", "SJ": "4779",
    "AX": "35818", "BQ": "5993 5994 5997", "TA": "2908", "YT": "262269 262639", "EH": "2125288 2125289",
    "CC": "6189162", "CX": "6189164",
}  # fmt: skip
"""Countries within a shared country code, and the prefixes that tell them apart."""

_DEAR = (
    "AC AG AI AS BB BM BS CC CK CU CX DM EH FK FM GD GL IO JM KI KM KN KP KY LC MG MH MP MS MV NC NF NR NU PF PG PM PW "
    "SB SH SO ST TA TC TK TL TO TT TV VC VG VI VU WF WS YT"
)
_NEAR_IN_TRADE = "AU CA CN HK IL JP KR NZ SG TW US"

_WEAK = {
    2: "BGN BAM BYN AZN GEL AED SAR QAR PLN BRL MYR ILS PEN TND LYD",
    5: "RON CNY HRK SEK NOK DKK HKD TRY ZAR MOP MVR GTQ BOB TJS ZMW LSL SZL NAD BWP",
    20: "CZK MXN MDL THB UAH TWD INR EGP PHP UYU DOP MUR MKD MAD NIO HNL SRD",
    50: "RUB KGS AFN BDT NPR PKR BTN ETB KES LKR",
    100: "JPY RSD ISK ALL AMD DZD HUF XPF JMD DJF VUV GYD HTG YER",
    500: "XAF XOF KZT CRC NGN CLP ARS KRW IQD AOA RWF MMK",
    2_000: "MNT TZS COP MGA UZS BIF UGX KHR CDF SYP GNF PYG SLL",
    10_000: "IDR LAK VND IRR LBP",
}
_SCALE = {currency: scale for scale, currencies in _WEAK.items() for currency in currencies.split()}

_SATELLITE = frozenset({870, 881, 882, 883})
_FREE_CODES = frozenset({800, 888})


class _Prices(NamedTuple):
    """Invented prices per minute, in thousandths of a euro."""

    local: int = 200
    national: int = 300
    mobile: int = 500
    service: int = 600
    premium: int = 3_000
    near: int = 600
    far: int = 900
    rest: int = 1_500
    dear: int = 2_500
    satellite: int = 8_000


def starter_files(country: str, currency: str) -> dict[str, bytes]:
    """Write a starter tariff for a country, by file name.

    Raises ValueError, with a sentence, for a country without a numbering plan or an unknown currency.
    """
    home = country.upper()
    metadata = PhoneMetadata.metadata_for_region(home)
    if metadata is None or metadata.country_code is None:
        raise ValueError(f"{country!r} is not a country with a numbering plan; write two letters, for example PL.")
    decimals = minor_digits(currency)
    prices = _Prices(*(_in_currency(price, currency, decimals) for price in _Prices()))
    return {
        "tariff.toml": _rules_text(home, currency, prices, decimals).encode(),
        "international.csv": _deck_text(metadata.country_code, prices, decimals).encode(),
    }


def currency_scale(currency: str) -> int:
    """Tell about how many units of a currency a euro is, by its order of magnitude: 1 for the strong ones."""
    return _SCALE.get(currency, 1)


def _in_currency(thousandths: int, currency: str, decimals: int) -> int:
    """Carry a price into a currency: millionths, in whole minor units."""
    unit = MILLIONTHS // (1, 10, 100, 1_000)[decimals]
    return -(-thousandths * 1_000 * currency_scale(currency) // unit) * unit


def _price(millionths: int, decimals: int) -> str:
    return price_text(millionths) if decimals else str(millionths // MILLIONTHS)


def _deck_text(home_code: int, prices: _Prices, decimals: int) -> str:
    rows = [(place, prefix, price) for prefix, place, price in _rows(home_code, prices)]
    lines = [
        "# The prices to the rest of the world: INVENTED, to be replaced by your own.",
        "# The longest prefix that a number begins with decides. Prices are per minute.",
        "# More columns are possible: connection, increments (such as 60/60), class, and one for each band.",
        "prefix;place;price_per_minute",
        *(f"{prefix};{place};{_price(price, decimals)}" for place, prefix, price in sorted(rows)),
    ]
    return "\n".join(lines) + "\n"


def _rows(home_code: int, prices: _Prices) -> list[tuple[str, str, int]]:
    """One row for each country code, and one for each country that shares the code of another."""
    rows = []
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        if code in NETWORK_NAMES:
            rows.append((str(code), NETWORK_NAMES[code], _network_price(code, prices)))
            continue
        rows.append((str(code), _code_name(code, regions[0]), _distance_price(home_code, code, regions[0], prices)))
        for region in regions[1:]:
            price = _distance_price(home_code, code, region, prices)
            rows += [(prefix, country_name(region), price) for prefix in _ISLANDS.get(region, "").split()]
    return rows


def _code_name(code: int, region: str) -> str:
    return "United States and Canada" if code == 1 else country_name(region)


def _network_price(code: int, prices: _Prices) -> int:
    if code in _FREE_CODES:
        return 0
    if code in _SATELLITE:
        return prices.satellite
    return prices.premium


def _distance_price(home_code: int, code: int, region: str, prices: _Prices) -> int:
    """Near is the same numbering zone (the first digit; 3 and 4 are both Europe)."""
    here, there = str(home_code)[0], str(code)[0]
    if region in _DEAR.split():
        return prices.dear
    if here == there or {here, there} == {"3", "4"}:
        return prices.near
    return prices.far if there in "34" or region in _NEAR_IN_TRADE.split() else prices.rest


def _rules_text(country: str, currency: str, prices: _Prices, decimals: int) -> str:
    fields = {name: _price(price, decimals) for name, price in prices._asdict().items()}
    sample = _price(_in_currency(500, currency, decimals), decimals)
    return _RULES.format(
        country=country, name=country_name(country), currency=currency, valid_from=VALID_FROM, sample=sample, **fields
    )


_RULES = """\
# A starter tariff for a hotel in {name}.
#
# EVERY PRICE IN THIS FOLDER IS INVENTED. Put your own in, then let the person who answers for them approve the folder:
#     foliogate tariff approve FOLDER --by "Name"
# Until then charges are posted to a PMS on this machine only. Any later edit needs a new approval.
# "foliogate check" names every mistake in this folder with its file and line.

code = "STARTER"            # stands on every charge, with the version of these texts
starter = true              # these prices are invented; take this line out when they no longer are
country = "{country}"
currency = "{currency}"
valid_from = {valid_from}     # the first day. The last day, if there is one: valid_to = 2030-12-31
                            # Next year's tariff is a second .toml file in this folder, with its own days.
decks = ["international.csv"]

# How the time is counted: "60/60" bills every started minute; "30/6" bills 30 s at least, then every started 6 s.
# Another reading of "30/6", where the whole time is a multiple of the second number: increment_reading = "modulo".
increments = "60/60"
free_seconds = 0            # taken off each call before the price per minute begins; the connection fee stays

connection = "0"            # for being connected, once a call
markup_percent = "0"        # on the price of the time and on the connection fee
surcharge = "0"             # your own charge for each call that is charged, for example "{sample}"
minimum = "0"               # a call that costs anything costs at least this
rounding = "half-up"        # of the amount, once: half-up, half-even, up or down

[tax]
name = "VAT"
percent = "0"
included = true             # true: the prices here contain the tax; false: it is added to them

# Bands of the week, by the clock on your wall; what no band covers has the plain price. A call that crosses an edge
# pays each part at its own price; with band_policy = "start" (above [tax]), the price of its beginning.
# A deck may then have a column "evening", and a class below:  in_band = {{ evening = "{local}" }}
#
# [[band]]
# name = "evening"
# days = "mon-fri"          # daily, or mon-fri, or sat,sun
# from = "18:00"
# to = "08:00"              # of the next morning

# Classes of numbers, from your hotel's point of view. A class with a price per minute needs no deck; where you take
# its price away, the longest prefix in the decks decides. Each class may have its own increments, connection,
# markup_percent, surcharge, minimum and free_seconds. Emergency calls are never charged and have no class here.

[class.local]
price_per_minute = "{local}"

[class.national]
price_per_minute = "{national}"

[class.mobile]
price_per_minute = "{mobile}"

[class.toll-free]
price_per_minute = "0"      # for an access fee: connection = "{sample}"

[class.service]             # directory enquiries, shared-cost numbers, short numbers
price_per_minute = "{service}"

[class.premium]
price_per_minute = "{premium}"
"""
