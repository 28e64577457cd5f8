"""The dialling customs of countries that libphonenumber's metadata does not know: codes that stand before a number.

Tables by ISO country, each a regular expression over digits:

* emergency services beside those of the metadata: coast guards, mountain rescue, and police and fire numbers that a
  country keeps working beside 112;
* carrier selection: the code of another long-distance carrier for one call. What follows is a number dialled in full;
* directory enquiries that would be read as local numbers, or not at all;
* codes that withhold or show the caller's number, and the like: they change nothing about who is called.

What stands here is general knowledge of the national plans, not copied from a register, and it may lag behind one: the
authority is each country's numbering plan (ITU-T E.129 presentations; GSM 02.30 for the codes in `*` and `#`). A hotel adds its own (see HouseNumbers in `rating/home.py`), so a
missing entry is no reason to wait for a release. Codes that metadata resolves by itself (Brazil's 0 21, Korea's 082,
Colombia's 009, Chile's 188) are not repeated.
"""

from __future__ import annotations

EMERGENCY: dict[str, str] = {
    "AE": "996",
    "AT": "1(?:28|40)",
    "BE": "102",
    "BR": "19[1489]",
    "CH": "1414|1415",
    "CN": "122",
    "EG": "126",
    "ES": "06[12]|080|09[12]",
    "FR": "11[459]|19[16]",
    "GR": "108",
    "HR": "195",
    "IL": "10[34]",
    "IT": "114|1530",
    "JP": "118",
    "KR": "12[27]",
    "MA": "150",
    "MX": "06[0568]|080|911",
    "MY": "99[14]",
    "PL": "98[45]",
    "PT": "117",
    "RU": "104",
    "SA": "99[38]",
    "TH": "1155",
    "TR": "15[468]|177",
}

DIRECTORY: dict[str, str] = {"AT": r"118\d{2,3}", "GR": r"118\d\d"}

_NORTH_AMERICA = r"101\d{4}"

CARRIERS: dict[str, str] = {
    "AT": r"10\d\d",
    "AU": r"14\d\d",
    "CH": r"10[78]\d\d",
    "CN": r"179\d\d|125[19]\d|10193|11808",
    "DE": r"0100\d\d|010[1-9]\d",
    "DK": r"10\d\d",
    "ES": r"100\d\d|10[1-9]\d",
    "FR": r"16\d\d",
    "GB": r"18\d{3}|1280",
    "HR": r"10\d\d",
    "HU": r"15\d\d",
    "ID": r"010\d\d",
    "IE": r"13\d{3}",
    "IT": r"100\d\d|10[1-9]\d",
    "JP": r"0091\d\d|00[2-8]\d|001",
    "NL": r"16\d\d",
    "PL": r"0?10\d\d",
    "PT": r"10\d\d",
    "TR": r"10\d\d",
    "VN": r"17[1-9]",
}

BARE_AFTER_CARRIER = frozenset({"CN"})
"""Where a number after a carrier's code may come without the national prefix (Chinese mobiles), though there is one."""

_STAR_CODES = r"[*#]{1,2}3[01][*#]|\*(?:67|82)(?=[+0-9])"
"""GSM and ETSI: show (30) and withhold (31) a number; North America's *67 and *82, which others have taken over."""

_FEATURES: dict[str, str] = {
    "AU": r"183[12]",
    "ES": r"067",
    "FR": r"3651",
    "GB": r"141|1470",
    "HK": r"133",
    "IE": r"14[12]",
    "IL": r"\*43",
    "IT": r"\*67#",
    "JP": r"18[46]",
    "NL": r"\*31\*",
    "ZA": r"\*31\*",
}
_NORTH_AMERICAN_FEATURES = r"\*70|11(?:67|82|70)"

OLD_PREFIXES: dict[str, str] = {"MX": r"01|04[45]"}
"""National prefixes that are no more, and that switchboards go on sending before a whole national number."""

SHARED_PLAN_OF_NORTH_AMERICA = 1


def carrier_codes(country: str, calling_code: int) -> str:
    """Give the pattern of a country's carrier selection codes; an empty one where it has none."""
    return _NORTH_AMERICA if calling_code == SHARED_PLAN_OF_NORTH_AMERICA else CARRIERS.get(country, "")


def feature_codes(country: str, calling_code: int) -> str:
    """Give the pattern of what may be dialled before a number without changing whom it reaches."""
    own = _NORTH_AMERICAN_FEATURES if calling_code == SHARED_PLAN_OF_NORTH_AMERICA else _FEATURES.get(country, "")
    return f"{_STAR_CODES}|{own}" if own else _STAR_CODES
