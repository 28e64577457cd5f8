"""Protects "all in the reader's language": names of places that we gave are said, those of others stay as they wrote them."""

from __future__ import annotations

import pytest

from gateway.languages import places
from gateway.languages.catalogues import GUEST, STAFF
from gateway.languages.names import LANGUAGES
from gateway.languages.places import kept_place, place_in, placed, said_place
from gateway.languages.speech import speech
from gateway.languages.spoken import say, speaking
from rating import numbering
from rating.countries import COUNTRY_NAMES, NETWORK_NAMES


@pytest.mark.parametrize(
    ("language", "place", "said"),
    [
        ("de", "Poland, mobile", "Polen, Mobilfunk"),
        ("fr", "United States and Canada", "États-Unis et Canada"),
        ("ru", "Germany", "Германия"),
        ("ar", "Egypt, toll-free", "مصر, رقم مجاني"),
        ("de", "Warszawa i okolice", "Warszawa i okolice"),
        ("de", "Poland, night rate", "Poland, night rate"),
        ("en", "Poland, mobile", "Poland, mobile"),
        ("de", "", ""),
    ],
)
def test_a_place_is_said_where_its_name_is_ours(language: str, place: str, said: str) -> None:
    assert place_in(speech(language, GUEST), place) == said


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one not in ("en", "ar")])
def test_what_somebody_reads_can_be_asked_for(language: str) -> None:
    with speaking(speech(language, STAFF)):
        for name in COUNTRY_NAMES.values():
            assert kept_place(said_place(name)) == name
        assert kept_place(said_place("Poland, mobile")) == "Poland, mobile"
        assert kept_place(said_place("Poland") + "*") == "Poland*"
        assert kept_place("Kitchen") == "Kitchen"


def test_every_name_that_the_numbering_gives_is_known() -> None:
    assert set(numbering._KIND_NAMES.values()) <= places._KINDS
    assert set(NETWORK_NAMES.values()) <= places._NETWORKS


def test_a_place_in_a_report_is_english_for_programs() -> None:
    cell = placed("Poland, mobile")
    assert (cell, placed(None)) == ("Poland, mobile", None)
    with speaking(speech("de", STAFF)):
        assert cell is not None
        assert say(cell) == "Polen, Mobilfunk"
