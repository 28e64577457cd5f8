"""The numbers that simulated guests call: a small dialling plan per country, and numbers that ring nobody.

A simulator dials nothing, but its records end in logs, screenshots and bug reports. So wherever a regulator keeps
numbers for films and books, those are used: Ofcom's drama ranges, ARCEP's fictional blocks, the Bundesnetzagentur's
"Drama numbers", PTS's fiction ranges, ACMA's creative-content numbers and the North American 555-0100 to 555-0199.
Some of these numbers are in no numbering table, so a rating that asks for a number's type must live with "unknown".
Poland and most other countries keep none: Polish numbers are merely well formed, with zeros where a plan allows.

A plan knows how a guest dials: the trunk access code, then the number with the national prefix or the
international prefix of the country. Kinds are the rating classes a hotel prices apart.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "internal", "local", "national", "mobile", "international", "toll_free", "premium", "emergency", "incoming"
]

OUTSIDE_KINDS: Final[Mapping[Kind, int]] = MappingProxyType(
    {
        "local": 300,
        "national": 180,
        "mobile": 260,
        "international": 190,
        "toll_free": 50,
        "premium": 10,
        "emergency": 1,
    }
)
"""How often each kind of outside number is called, in parts of about a thousand: emergency calls are rare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one country dials. Patterns hold a `#` for each digit that is drawn; everything else is dialled as it stands.

    `international` lists whole E.164 numbers without their plus; `international_prefix` comes before them.
    """

    country: str
    area_code: str
    international_prefix: str
    local: tuple[str, ...]
    national: tuple[str, ...]
    mobile: tuple[str, ...]
    toll_free: tuple[str, ...]
    premium: tuple[str, ...]
    emergency: tuple[str, ...]


ABROAD: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "GB": ("442079460###", "447700900###", "441632960###", "441134960###"),
        "FR": ("33199006###", "33353013###", "33639980###"),
        "DE": ("493023125###", "498999998###", "4917139200##"),
        "SE": ("463139006##", "468465004##", "4670174065#"),
        "US": ("1212555010#", "1415555016#", "1305555012#"),
        "AU": ("61255501###", "61491570006", "61870101###"),
        "IE": ("35320915####",),
        "PL": ("4822600####", "4860000####"),
    }
)
"""Where guests call home to: fiction ranges of eight countries, in E.164 without the plus."""


_PLANS: Final[Mapping[str, Plan]] = MappingProxyType(
    {
        "PL": Plan(
            country="PL",
            area_code="22",
            international_prefix="00",
            local=("22600####", "22620####"),
            national=("12600####", "71300####", "58300####"),
            mobile=("60000####", "69000####", "51000####"),
            toll_free=("800000###",),
            premium=("70100####", "70330####"),
            emergency=("112", "999"),
        ),
        "GB": Plan(
            country="GB",
            area_code="20",
            international_prefix="00",
            local=("02079460###",),
            national=("01134960###", "01632960###", "01614960###", "01214960###"),
            mobile=("07700900###",),
            toll_free=("08081570###",),
            premium=("09098790###",),
            emergency=("999", "112"),
        ),
        "DE": Plan(
            country="DE",
            area_code="30",
            international_prefix="00",
            local=("03023125###",),
            national=("08999998###", "06990009###", "04066969###", "02214710###"),
            mobile=("017139200##", "0176040690##"),
            toll_free=("08000000###",),
            premium=("0900100####",),
            emergency=("112", "110"),
        ),
        "FR": Plan(
            country="FR",
            area_code="1",
            international_prefix="00",
            local=("019900####",),
            national=("026191####", "035301####", "046571####", "053649####"),
            mobile=("063998####",),
            toll_free=("0800000###",),
            premium=("0899000###",),
            emergency=("112", "15"),
        ),
        "US": Plan(
            country="US",
            area_code="212",
            international_prefix="011",
            local=("212555010#", "212555013#"),
            national=("1415555011#", "1305555014#", "1312555017#"),
            mobile=("1917555012#",),
            toll_free=("1800555019#",),
            premium=("1900555010#",),
            emergency=("911",),
        ),
    }
)


def countries() -> tuple[str, ...]:
    """Names the countries that have a plan, in order."""
    return tuple(_PLANS)


def plan_of(country: str) -> Plan:
    """Finds the plan of a country; raises KeyError for one without a plan."""
    return _PLANS[country]


def outside_kind(draw: random.Random) -> Kind:
    """Draws what kind of outside number is called next."""
    kinds = tuple(OUTSIDE_KINDS)
    return draw.choices(kinds, weights=[OUTSIDE_KINDS[kind] for kind in kinds])[0]


def number(draw: random.Random, plan: Plan, kind: Kind) -> str:
    """Draws the digits a guest dials after the trunk access code, for one of the outside kinds.

    An incoming call has the caller's number in national form, or abroad's with the international prefix.
    """
    if kind == "international" or (kind == "incoming" and draw.random() < 0.3):
        home = draw.choice([country for country in ABROAD if country != plan.country])
        return plan.international_prefix + _filled(draw, draw.choice(ABROAD[home]))
    patterns: Mapping[Kind, tuple[str, ...]] = {
        "local": plan.local,
        "national": plan.national,
        "mobile": plan.mobile,
        "toll_free": plan.toll_free,
        "premium": plan.premium,
        "emergency": plan.emergency,
        "incoming": plan.local + plan.mobile,
    }
    return _filled(draw, draw.choice(patterns[kind]))


def _filled(draw: random.Random, pattern: str) -> str:
    return "".join(str(draw.randrange(10)) if sign == "#" else sign for sign in pattern)
