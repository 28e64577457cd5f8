"""Digits that are not to be kept: cut out of a record's bytes before they are stored, or masked for good when their time is over. Pure.

What a guest types behind an access number (a calling card, telebanking, a voice mailbox) is a card or a PIN, and no part of a
telephone number. The exchange writes it into the same column, so it is cut there: each digit is replaced by a sign of the same
width, before anything reads the record. Columns stay where they are, the record still parses (what is no digit is left out of a
number), and the same record sent twice is cut alike, so that repeats are still told. How much was cut is counted; what, is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from protocols.records import CallRecord, Parsed, Unparsed

#: What stands for a digit that was cut or masked for good. It is no digit, no key of a telephone, and one byte everywhere.
SIGN: Final = "x"
_SIGN: Final = SIGN.encode()
_TYPED: Final = re.compile(rb"[0-9]")
#: Digits of a number that is a service or an extension: it names nobody.
LONGEST_SERVICE: Final = 6
#: Digits at the beginning of a masked number that stay, at most: the country and the area.
_STAYING: Final = 5


class Cutting:
    """What is cut out of the records of one exchange."""

    def __init__(self, access_numbers: Sequence[str], trunk_access: Sequence[str], longest: int) -> None:
        """`access_numbers` as they are dialled behind the trunk access codes; `longest` is what a dialled number may have."""
        self._numbers = tuple(one.encode("ascii") for one in access_numbers)
        codes = b"|".join(
            re.escape(one.encode("ascii", "replace")) for one in sorted(trunk_access, key=len, reverse=True)
        )
        begun = b"|".join(re.escape(one) for one in sorted(self._numbers, key=len, reverse=True))
        # A run of digits that begins with the number, alone or behind one trunk access code. Keys are digits too.
        self._behind = re.compile(rb"(?<![0-9*#])((?:%s)?(?:%s))([0-9*#]+)" % (codes, begun)) if begun else None
        self._longest = longest
        self._beyond = re.compile(rb"(?<![0-9])([0-9*#]{%d})([0-9*#]+)" % longest)

    def behind_access(self, data: bytes) -> bytes:
        """A record without what was typed behind an access number; the very same object where there is nothing."""
        for number in self._numbers:  # a loop: done for each record, and nearly always for nothing
            if number in data and self._behind is not None:
                cut = self._behind.sub(_without, data)
                return data if cut == data else cut
        return data

    def too_long(self, parsed: Parsed) -> bool:
        """Whether what was read holds more digits than a number has; a record that cannot be read may."""
        if isinstance(parsed, CallRecord):
            return len(parsed.dialled or "") > self._longest or len(parsed.caller or "") > self._longest
        return isinstance(parsed, Unparsed)

    def beyond(self, data: bytes) -> bytes:
        """A record without digits beyond the longest possible number."""
        return self._beyond.sub(_without, data)


def _without(found: re.Match[bytes]) -> bytes:
    return found[1] + _SIGN * len(found[2])


def masked_for_good(number: str | None) -> str | None:
    """A number whose end nobody can know again: `+48221234567` becomes `+4822xxxxxxx`; services and extensions stay."""
    if number is None or len(number) <= LONGEST_SERVICE or SIGN in number:
        return number
    kept = min(_STAYING, len(number) // 2)
    return number[:kept] + SIGN * (len(number) - kept)


def is_masked(number: str | None) -> bool:
    """Whether digits of a number are gone."""
    return number is not None and SIGN in number
