"""A guest's name and numbers taken out of sentences that other people, programs and we ourselves wrote. Pure.

A sentence that names a guest may stand anywhere: in a note about another call, in the mail of an alarm, in a PMS's answer. What
is looked for are the names as the PMS told them, in either order, and the numbers that were dialled, however people part their
digits. A text that is JSON is taken apart first, so that only its words change and never a figure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from gateway.cutting import LONGEST_SERVICE, SIGN

#: What stands for words that were erased.
ERASED: Final = "erased"
#: What stands for a name.
NAMELESS: Final = "(erased)"
_PARTED: Final = r"[ ()/.\-\u00a0]{0,2}"
_DATE: Final = r"(?!\d{4}-\d\d-\d\d\b)"
_RUN: Final = re.compile(rf"\+?\(?{_DATE}\d(?:{_PARTED}{_DATE}\d){{{LONGEST_SERVICE},}}")
_NO_DIGIT: Final = re.compile(r"\D")
#: Digits that may stand before a number in one run: trunk access, carrier and country codes.
_LED: Final = 12
#: Letters of a name that is looked for by itself.
_LEAST_NAME: Final = 3


class Scrub:
    """Looks for the names and numbers of one guest, or, with `every_number`, for whatever looks like a telephone number."""

    def __init__(self, names: Iterable[str] = (), numbers: Iterable[str] = (), *, every_number: bool = False) -> None:
        self._every = every_number
        self._cores = frozenset(core for one in numbers if len(core := _core(one)) > LONGEST_SERVICE)
        forms = sorted({form for one in names for form in orders(one)}, key=len, reverse=True)
        spaced = (r"[\s,]+".join(re.escape(part) for part in form.split()) for form in forms)
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE) if forms else None

    def __call__(self, text: str) -> str:
        """The text without them; the very same object where there are none."""
        if not text:
            return text
        if text[0] in "{[":
            try:
                told = json.loads(text)
            except ValueError:
                return self.words(text)
            clean = self._told(told)
            return text if clean == told else json.dumps(clean, separators=(",", ":"))
        return self.words(text)

    def words(self, text: str) -> str:
        """The same, for a text that is no JSON."""
        found = text if self._names is None else self._names.sub(NAMELESS, text)
        if self._every or self._cores:
            found = _RUN.sub(self._hidden, found)
        return found

    def _told(self, value: Any) -> Any:
        if isinstance(value, str):
            return self(value)
        if isinstance(value, list):
            return [self._told(one) for one in value]
        if isinstance(value, dict):
            return {name: self._told(one) for name, one in value.items()}
        return value

    def _hidden(self, found: re.Match[str]) -> str:
        bare = _NO_DIGIT.sub("", found[0])
        if not self._every and not any(core in bare and len(bare) - len(core) <= _LED for core in self._cores):
            return found[0]
        return _last_digits(found[0])


def _last_digits(text: str) -> str:
    """The text with its digits hidden but for the first few."""
    seen = 0

    def hide(one: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        return one[0] if seen <= 3 else SIGN

    return re.sub(r"\d", hide, text)


def _core(number: str) -> str:
    """The digits by which a number is known again, whatever was dialled before them: its last nine, if it has so many."""
    return _NO_DIGIT.sub("", number)[-9:]


def orders(name: str) -> list[str]:
    """A name as people write it: as it was told, and with its parts the other way round. Empty for one too short to look for."""
    whole = " ".join(name.replace(",", " ").split())
    if len(whole) < _LEAST_NAME:
        return []
    parts = whole.split(" ")
    turned = [" ".join([*parts[cut:], *parts[:cut]]) for cut in range(1, len(parts))]
    return [whole, *turned]
