"""Names of places in the language of whoever reads them: those that we gave ourselves, and no others.

A call keeps the name of the place that its price was for: a country or a network as `rating/countries.py` names it, with the sort
of number behind it, or whatever the author of a tariff wrote, in whichever language. Only the first are said again; what somebody
else named is shown as written.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Final

from gateway.languages.speech import Speech
from gateway.languages.spoken import Later, later, spoken
from rating.countries import COUNTRY_NAMES

#: Names that are remembered as texts: a tariff has some hundreds.
_REMEMBERED: Final = 2_048
_CODES: Final = {name: code for code, name in COUNTRY_NAMES.items()}
#: The sort of number that may stand behind a country.
_KINDS: Final = frozenset((
    later("mobile"),
    later("toll-free"),
    later("premium"),
    later("personal number"),
    later("shared cost"),
    later("company number"),
))  # fmt: skip
#: What is in no country.
_NETWORKS: Final = frozenset((
    later("international toll-free"),
    later("international shared cost"),
    later("Inmarsat satellite"),
    later("universal personal number"),
    later("satellite telephone"),
    later("international network"),
    later("disaster relief"),
    later("international premium"),
    later("Thuraya satellite"),
    later("United States and Canada"),
))  # fmt: skip


def place_in(speech: Speech, place: str) -> str:
    """A place in a language; as it is written where the name is not ours."""
    if place in _NETWORKS:
        return speech.say(place)
    country, _, kind = place.partition(", ")
    code = _CODES.get(country)
    if code is None or (kind and kind not in _KINDS):
        return place
    named = speech.country(code)
    named = country if named == code else named
    return f"{named}, {speech.say(kind)}" if kind else named


def said_place(place: str) -> str:
    """A place in the language that is spoken."""
    tongue = spoken()
    return place if tongue.language == "en" else place_in(tongue, place)


def placed(place: str | None) -> str | None:
    """A place in the cell of a report: said where it is shown, English for programs."""
    return _later(place) if place else place


@lru_cache(_REMEMBERED)
def _later(place: str) -> str:
    return Later(partial(said_place, place))


def kept_place(words: str) -> str:
    """The name by which calls keep a place that somebody names in the language that is spoken; other words as they are.

    A star at the end, for whatever begins so, stays.
    """
    tongue, bare = spoken(), words.strip().removesuffix("*")
    names, star = _by_name(tongue), "*" if words.strip().endswith("*") else ""
    country, kind = (bare, "") if bare.casefold() in names else bare.rpartition(", ")[::2]
    code = names.get(country.casefold())
    if code is None or tongue.language == "en":
        return words
    kinds = {tongue.say(one).casefold(): one for one in _KINDS}
    kept = kinds.get(kind.casefold(), kind)
    return f"{COUNTRY_NAMES[code]}{', ' if kept else ''}{kept}{star}"


@lru_cache(maxsize=16)
def _by_name(speech: Speech) -> dict[str, str]:
    return {speech.country(code).casefold(): code for code in COUNTRY_NAMES}
