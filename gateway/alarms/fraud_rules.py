"""The patterns of toll fraud by name, and which country a number is of. Pure, and light: the configuration reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from gateway.instants import SECOND

#: The stretch in which calls are counted, in microseconds.
HOUR: Final = 3600 * SECOND

RULES: Final[Mapping[str, str]] = {
    "barred": "calls to a number on a list of barred ones",
    "vacant": "calls abroad from a vacant room",
    "parallel": "many calls abroad at once by one telephone",
    "sequential": "many numbers of one range abroad",
    "tandem": "calls sent abroad from trunk to trunk",
    "off_hours": "many calls abroad at night or at the weekend by one telephone",
    "new_country": "several calls to a country that was never called before",
    "cost": "cost within an hour by one telephone",
    "unusual": "more calls abroad than is usual at that hour of the week",
}

#: Area codes of +1 that are countries of their own, and are billed as such.
ISLANDS: Final = frozenset(
    "242 246 264 268 284 340 345 441 473 649 658 664 670 671 684 721 758 767 784 787 809 829 849 868 869 876 939".split()
)
_CODE_DIGITS: Final = 3


def country_of(number: str) -> str:
    """The country code of a number in E.164 with its "+"; of the islands of +1 with their area code. Empty for none."""
    plus, digits = number[:1], number[1:]
    if plus != "+":
        return ""
    if digits.startswith("1"):
        return f"+1{digits[1:4]}" if digits[1:4] in ISLANDS else "+1"
    for length in range(1, _CODE_DIGITS + 1):
        if digits[:length].isdigit() and int(digits[:length]) in COUNTRY_CODE_TO_REGION_CODE:
            return f"+{digits[:length]}"
    return ""
