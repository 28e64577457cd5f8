"""Protects the languages of the pages: no text of a template goes unmarked, and a translation fills in what the English one does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

import pytest
from jinja2 import Environment

from gateway.languages.catalogues import REPORTS, STAFF
from gateway.languages.extracting import of_python, of_template, texts
from gateway.languages.names import STAFF_LANGUAGES
from gateway.languages.translating import forms_of, key_of, open_texts, up_to_date, wrong

OTHERS = [one for one in STAFF_LANGUAGES if one != "en"]

TEMPLATES = {
    one.name: one.read_text(encoding="utf-8")
    for one in (resources.files("gateway.web") / "templates").iterdir()
    if one.name.endswith(".html")
}
#: Words that are the same in every language.
NAMES = frozenset(("Foliogate",))
#: Attributes that people read.
READ = "aria-label|title|placeholder|alt"
WORD = re.compile(r"[A-Za-z]{2,}")


def unmarked(source: str) -> Iterator[str]:
    """Words of a template outside of `say` and `plural`: between tags, and in attributes that are read."""
    pieces = []
    for _, token, value in Environment().lex(source):
        if token == "data":
            pieces.append(value)
        elif token in ("variable_begin", "block_begin"):
            pieces.append("\x00")
    text = re.sub(r"<!--.*?-->", "", "".join(pieces), flags=re.DOTALL)
    for attribute in re.findall(rf'\b(?:{READ})="([^"]*)"', text):
        yield from WORD.findall(attribute)
    text = re.sub(r"<(script|style|kbd|code)\b[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
    yield from WORD.findall(re.sub(r"<[^>]*>", " ", text))


def test_every_text_of_a_template_is_marked() -> None:
    found = {name: [one for one in unmarked(text) if one not in NAMES] for name, text in TEMPLATES.items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_texts_are_found_wherever_they_are_said() -> None:
    source = """
NAMES = Texts({"held": "held back", "due": "waiting"})
SUMS = Plurals({"held": ("{number} charge", "{number} charges")})
TITLE = later("Rooms")
def shown():
    return say("There is no call "
               "{number}.", number=1), tongue.plural("{number} day", "{number} days", 2), say(TITLE)
"""
    assert set(of_python(source)) == {
        "held back", "waiting", ("{number} charge", "{number} charges"), "Rooms", "There is no call {number}.",
        ("{number} day", "{number} days"),
    }  # fmt: skip
    template = """<p title="{{ say('See it') }}">{{ say('<b>{room}</b>', room=x) if a else say(y) }}{{ plural("a", "b", n) }}</p>"""
    assert set(of_template(template)) == {"See it", "<b>{room}</b>", ("a", "b")}


def test_the_keys_of_texts_are_apart() -> None:
    keys = [key_of(one.id) for one in texts(STAFF) if one.id]
    assert len(keys) == len(set(keys)) > 1_000


@pytest.mark.parametrize("domain", [STAFF, REPORTS])
@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_fills_in_what_the_english_text_does(language: str, domain: str) -> None:
    catalogue = up_to_date(language, domain)
    assert [one.id for one in open_texts(catalogue)] == [], "python -m gateway.languages.translating says how"
    found = {
        one.id: wrong(one.id, dict(enumerate(forms_of(one.string))), catalogue.num_plurals)
        for one in catalogue
        if one.id
    }
    assert {text: why for text, why in found.items() if why} == {}


@pytest.mark.parametrize(
    ("message", "forms", "problem"),
    [
        ("Room {room}", {0: "Zimmer {room}"}, ""),
        ("Room {room}", {0: "Zimmer"}, "fills in"),
        ("Room {room}", {0: "Zimmer {room"}, "fills in"),
        ("Room {room}", {0: " Zimmer {room}"}, "blank"),
        ("Room {room}", {0: "Zimmer {room}\u202e"}, "cannot be seen"),
        ("Room {room}", {0: ""}, "empty"),
        ("<b>{a}</b> of {b}", {0: "{b}: <b>{a}</b>"}, ""),
        ("<b>{a}</b> of {b}", {0: "{b}: <i>{a}</i>"}, "other tags"),
        (("{number} day", "{number} days"), {0: "ein Tag", 1: "{number} Tage"}, ""),
        (("{number} day", "{number} days"), {0: "{number} Tag"}, "needs 2 forms"),
        (("{number} day", "{number} days"), {0: "{number} Tag", 1: "Tage"}, "fills in"),
    ],
)
def test_a_translation_is_looked_at_before_it_is_taken_in(message: str, forms: dict[int, str], problem: str) -> None:
    told = wrong(message, forms, 2)
    assert (problem in told) if problem else told == ""
