"""Text from outside made visible, telephone numbers as people dial them, durations: what every page and every paper writes alike. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

import phonenumbers

#: Characters of a text from outside that are shown in one place; what is longer ends in an ellipsis.
MOST_SHOWN: Final = 400
#: Formatted numbers remembered; a page shows forty, a busy evening repeats a few hundred.
_NUMBERS_REMEMBERED: Final = 4_096
#: Joiners that several scripts need inside of words; they cannot move anything.
_JOINERS: Final = "\u200c\u200d"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, limit: int = MOST_SHOWN) -> str:
    """Text fit for a page: controls, direction marks and lone surrogates as escapes, and no longer than `limit`."""
    short = text if len(text) <= limit else f"{text[: limit - 1]}…"
    if short.isprintable():
        return short
    return "".join(_escape(one) if _unseen(one) else one for one in short)


def _unseen(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character) in _UNSEEN


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def minutes(seconds: int | None) -> str:
    """Talk time as m:ss, beyond an hour h:mm:ss; empty where it is not known."""
    if seconds is None or seconds < 0:
        return ""
    whole, rest = divmod(seconds, 60)
    hours, part = divmod(whole, 60)
    return f"{hours}:{part:02d}:{rest:02d}" if hours else f"{part}:{rest:02d}"


@lru_cache(maxsize=_NUMBERS_REMEMBERED)
def grouped(e164: str, country: str) -> str:
    """A number in E.164 as people dial it: the national way at home, else with its country code."""
    if not e164[1:].isdecimal():
        return e164  # masked for good: a letter would be read as the digit of its key
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    at_home = phonenumbers.country_code_for_region(country) == number.country_code
    form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)
