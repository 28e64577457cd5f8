"""What surrounds a call and bears on its price: who calls, over which line, with which tariff.

The digits and the clock are in the record; this is the rest. Every entry is a plain text as the hotel, the PMS or the
exchange writes it, and empty where it is not known: an empty entry fits no condition of a rule, not even "any".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple


class Circumstances(NamedTuple):
    """The circumstances of one call.

    `tariff` is the code of the tariff that the stay, room, group, department or tenant carries; empty: the general one.
    `guest_class`, `vip` and `group` are the PMS's words for the guest. `extension_class` is what kind of telephone it
    is ("room", "booth", "meeting" …). `trunk` and `trunk_group` are the line; `carrier` whose line it is, where the
    hotel says so (empty: the cost tariffs' own lists of trunks decide). `direction` is empty where the record's own
    holds; "collect" is an incoming call whose charges were accepted. `operator` says that the operator set it up, `continued` that this is
    a later part of a call whose connection was charged with its first part.
    """

    tariff: str = ""
    guest_class: str = ""
    vip: str = ""
    group: str = ""
    extension_class: str = ""
    extension: str = ""
    trunk: str = ""
    trunk_group: str = ""
    carrier: str = ""
    direction: str = ""
    operator: bool = False
    continued: bool = False


PLAIN = Circumstances()
"""A call of which nothing is known but its record."""


class Condition(NamedTuple):
    """What one entry of the circumstances must be: one of these texts, in which * stands for anything."""

    entry: str
    allowed: tuple[str, ...]


def all_fit(conditions: Iterable[Condition], around: Circumstances) -> bool:
    """Say whether the circumstances of a call are those that are asked for."""
    return all(fits(one.allowed, _text(around, one.entry)) for one in conditions)


def fits(allowed: Iterable[str], value: str) -> bool:
    """Say whether a known value is one of these texts, in which * stands for any characters."""
    return bool(value) and any(value == one or ("*" in one and _pattern(one).fullmatch(value)) for one in allowed)


def _text(around: Circumstances, entry: str) -> str:
    value = getattr(around, entry)
    return value if isinstance(value, str) else ("yes" if value else "no")


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)
