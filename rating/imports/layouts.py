"""Which column of a price list is what.

A list names its columns in its own words; here are the words. Where a list has none (some carriers send bare rows),
its layout must be said, and its columns are taken by their place. Column words are compared without case, signs,
currencies and "per minute". Of two columns that could be the same thing the one whose word stands earlier here wins
("new rate" before "rate"); of two equal ones the list's owner must say which.

The layouts are those that carriers and billing programs are known to write; each has an example in docs/decks.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rating.imports.cells import Blanks
from rating.money import CURRENCIES

NOT_USED = "-"

WORDS: dict[str, tuple[str, ...]] = {
    "prefix": (
        "prefix", "dialprefix", "dialcode", "dialcodes", "dialingcode", "dialingcodes", "code", "codes", "areacodes", "dialedprefix",
        "destinationcode", "destinationcodes", "prefixes", "dialledprefix", "countryareacode", "dstcode", "breakout", "breakouts",
    ),
    "country_code": ("countrycode", "cc", "countryprefix"),
    "area": ("areacode", "citycode", "citycodes", "area", "ndc"),
    "place": ("destination", "place", "destinationname", "zone", "zonename", "name", "description", "route", "country", "location", "areaname"),
    "price_per_minute": (
        "newrate", "newprice", "rate", "price", "rateinitial", "sellrate", "sellprice", "cost", "buyrate", "interrate",
        "interstate", "interstaterate", "peak", "peakrate", "standard", "charge", "perminute", "permin", "minute",
    ),
    "price_2": ("intrarate", "intrastate", "intrastaterate"),
    "price_3": ("ijrate", "indeterminate", "indeterminaterate", "ijurisdictional"),
    "connection": ("connectionfee", "connectfee", "connectioncharge", "connectcharge", "connection", "connect", "setupfee", "setup", "connectcost"),
    "initial": ("initial", "initialincrement", "initialinterval", "firstincrement", "firstinterval", "mininterval", "initblock", "minduration",
                "minimumduration", "minimum", "min", "minimumtime", "duration"),
    "increment": ("increment", "nextincrement", "nextinterval", "interval", "billingblock", "subsequent", "subsequentincrement", "step"),
    "increments": ("increments", "billingincrement", "billingincrements", "billing", "billingterms", "mininterval1", "rounding", "pulse"),
    "effective": ("effectivedate", "effectivefrom", "effective", "validfrom", "startdate", "activationdate"),
    "ends": ("enddate", "validto", "validuntil", "expirydate", "expires", "discontinuedate", "stopdate"),
    "action": ("status", "action", "change", "changetype"),
    "currency": ("currency",),
    "included": ("includedseconds", "freeseconds", "gracevolume", "grace", "included"),
    "profile": ("timeprofile", "period", "timeperiod", "profile", "weekdaytime", "timerange", "timeband"),
    "class": ("class", "numberclass"),
}  # fmt: skip
"""What a column may be -> the words for it, best first."""

REQUIRED = ("prefix", "price_per_minute")

_NOISE = frozenset("usd eur gbp chf pln per in the call of for a".split())
_UNITS = frozenset("min mins minute minutes sec second".split())
_PER_SECOND = re.compile(r"(?:per|/)\s*sec|/\s*s\b", re.IGNORECASE)
_MINOR = re.compile(r"\b(?:pence|cents?|ppm|cpm)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A known layout: its columns in their order, for lists without column names, and how blanks in prefixes are read."""

    title: str
    columns: tuple[str, ...]
    blanks: Blanks = "refuse"


LAYOUTS: dict[str, Layout] = {
    "a-z": Layout(
        title="a carrier's A-Z list", columns=("place", "prefix", "price_per_minute", "effective", "increments")
    ),
    "foliogate": Layout(
        title="a deck of Foliogate",
        columns=("prefix", "place", "price_per_minute", "connection", "increments"),
        blanks="join",
    ),
    "callwithus": Layout(title="callwithus", columns=("prefix", "place", "price_per_minute", "initial", "increment")),
    "callwithus-us48": Layout(
        title="callwithus, US 48", columns=("prefix", "place", "price_per_minute", "price_2", "initial", "increment")
    ),
    "46labs": Layout(
        title="46Labs",
        columns=("prefix", "initial", "increment", "price_per_minute", "price_2", "price_3", "effective"),
    ),
    "a2billing": Layout(title="A2Billing", columns=("prefix", "place", "price_per_minute")),
    "astpp": Layout(
        title="ASTPP", columns=("prefix", "place", "connection", "included", "price_per_minute", "increment")
    ),
    "jerasoft": Layout(
        title="JeraSoft",
        columns=(
            "prefix",
            "effective",
            "ends",
            "price_per_minute",
            "initial",
            "increment",
            "included",
            "connection",
            "profile",
        ),
    ),
    "arrowbilling": Layout(
        title="ArrowBilling",
        columns=("prefix", "place", "profile", "price_per_minute", "connection", "increment", "included", "initial"),
    ),
    "freeside": Layout(title="Freeside", columns=("place", "prefix", "price_per_minute"), blanks="country"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The columns of a list: field -> position; `top` is how many rows stand above the first of data.

    `unused` names columns that play no part. `per_second`, `minor` and `currency` are what the word for the price says.
    """

    at: Mapping[str, int]
    names: Mapping[str, str]
    top: int
    unused: tuple[str, ...] = ()
    per_second: bool = False
    minor: bool = False
    currency: str = ""


def find_columns(
    rows: Sequence[tuple[int, Sequence[str]]], layout: Layout | None, said: Mapping[str, str], bands: Sequence[str]
) -> Found:
    """Find the row that names the columns, or take them from the layout. ValueError with a sentence where neither does.

    `said` are the columns that the user named: field or band -> the list's word for it (NOT_USED: there is none).
    """
    best: Found | None = None
    for index, (_, cells) in enumerate(rows[:ROWS_SEARCHED]):
        found = _named(cells, index + 1, said, bands)
        if found is not None and (best is None or len(found.at) > len(best.at)):
            best = found
    if best is not None:
        return best
    if layout is not None:
        at = {name: index for index, name in enumerate(layout.columns)}
        return Found(at=at, names={name: f"column {index + 1}" for name, index in at.items()}, top=0)
    first = " | ".join(rows[0][1][:8]) if rows else ""
    raise ValueError(
        f"No row names a column for the prefix and one for the price; the list begins with: {first[:120]!r}. Say "
        '--column prefix="..." and --column price_per_minute="...", or --layout where there are no names: '
        f"{', '.join(LAYOUTS)}."
    )


ROWS_SEARCHED = 40
"""Rows in which the columns' names are looked for: above them stand logos, addresses and notes."""


def _named(cells: Sequence[str], top: int, said: Mapping[str, str], bands: Sequence[str]) -> Found | None:
    """Read a row as column names; None where it names no prefix or no price."""
    words = [normal(cell) for cell in cells]
    at: dict[str, int] = {}
    for field, word in said.items():
        places = [index for index, cell in enumerate(cells) if cell.strip().lower() == word.strip().lower()]
        if word != NOT_USED and not places:
            return None
        if places:
            at[field] = places[0]
    for field, known in WORDS.items():
        if field not in said:
            places = _best(words, known, set(at.values()))
            if len(places) > 1 and field in REQUIRED:
                names = " and ".join(repr(cells[place].strip()) for place in places)
                raise ValueError(f"{names} may both be the {field}: say --column {field}=NAME.")
            if places:
                at[field] = places[0]
    for band in bands:
        if band not in said and band.lower() in (lowered := [cell.strip().lower() for cell in cells]):
            at[band] = lowered.index(band.lower())
    if not ("prefix" in at or {"country_code", "area"} <= at.keys()) or "price_per_minute" not in at:
        return None
    price = cells[at["price_per_minute"]]
    return Found(
        at=at,
        names={field: cells[index].strip() for field, index in at.items()},
        top=top,
        unused=tuple(cell.strip() for index, cell in enumerate(cells) if cell.strip() and index not in at.values()),
        per_second=bool(_PER_SECOND.search(price)),
        minor=bool(_MINOR.search(price)),
        currency=next((code for code in re.findall(r"\b[A-Z]{3}\b", price) if code in CURRENCIES), ""),
    )


def _best(words: Sequence[str], known: Sequence[str], taken: set[int]) -> list[int]:
    """The columns with the best of the known words."""
    for word in known:
        places = [index for index, one in enumerate(words) if one == word and index not in taken]
        if places:
            return places
    return []


def normal(cell: str) -> str:
    """A column's word without case, signs, brackets and noise: "New rate (USD/min)" is "newrate"."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", cell[:80].lower()))
    kept = [word for word in words if word not in _NOISE]
    if len(kept) > 1 and kept[-1] in _UNITS:
        kept.pop()
    return "".join(kept or words)
