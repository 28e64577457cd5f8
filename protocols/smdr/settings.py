"""What a configured source tells its dialect, and what a parser is.

A dialect knows how an exchange of its kind writes; these settings say what is particular to one exchange: the zone
of its clock, its trunk access codes, which of its endpoints are trunks, and the dialect's own options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from protocols.records import Parsed

Parser: TypeAlias = Callable[[bytes, datetime], Parsed]
"""Reads one record. The second argument is now, an aware instant in UTC; it supplies only a missing year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """One exchange's particulars, as the configuration gives them."""

    timezone: ZoneInfo
    trunk_access: tuple[str, ...] = ()
    trunks: frozenset[str] = frozenset()
    options: Mapping[str, str] = field(default_factory=dict)


def listed(options: Mapping[str, str], name: str, otherwise: str = "") -> list[str]:
    """An option that is a list: its words, between blanks or commas."""
    return options.get(name, otherwise).replace(",", " ").split()
