"""Protects the guest who reads no English: every language has every sentence, with every figure in it."""

from __future__ import annotations

from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.circumstances import Circumstances
from rating.explain import explain
from rating.outcomes import RatedCall
from rating.rate import rate
from rating.sentences import LANGUAGES, catalogue, language_of
from tests.rating.scenes import abroad, book, call

RULES = (
    'markup_percent = 10\nsurcharge = "0.30"\naccess_fee = "0.1"\noperator_fee = 1\nattempt_fee = "0.05"\nminimum = 9\n'
    'round_to = "0.05"\nadd_per_minute = "0.01"\nconnection = "0.2"\ndiscount_percent = 10\nper_seconds = 30\n'
    'price_per_minute = "0.5"\n[[tax]]\nname = "A"\npercent = 7\nincluded = true\n[[tax]]\nname = "B"\namount = 1\n'
    "[[unsupervised]]\ntrunks = ['9']\nallowance_seconds = 20\nsubtract = true\n"
)


def placeholders(sentence: str) -> set[str]:
    """The names in the braces of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence_and_every_brace(language: str) -> None:
    own, english = catalogue(language), catalogue("en")
    assert own.keys() == english.keys()
    for name, sentence in english.items():
        assert placeholders(own[name]) == placeholders(sentence), name
        assert own[name].strip(), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_is_english_under_another_name(language: str) -> None:
    same = [name for name, text in catalogue(language).items() if len(text) > 25 and text == catalogue("en")[name]]
    assert language == "en" or len(same) < 4


def trace_of_everything() -> RatedCall:
    """A call with every fee there is."""
    rated = rate(call(125)._replace(trunk="9"), abroad(), book(RULES), Circumstances(operator=True))
    assert isinstance(rated, RatedCall)
    return rated


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_are_the_same_in_every_language(language: str) -> None:
    rated = trace_of_everything()
    english = explain(rated.trace, "EUR", 2, dialled="0033", number="+33")
    told = explain(rated.trace, "EUR", 2, language, dialled="0033", number="+33")
    assert [figures(line) for line in told] == [figures(line) for line in english]


def figures(line: str) -> list[str]:
    """The digits of a line, with the words and decimal marks taken out."""
    return sorted("".join(sign if sign.isdigit() else " " for sign in line).split())


def test_amounts_have_the_decimal_mark_of_the_language() -> None:
    rated = trace_of_everything()
    assert explain(rated.trace, "EUR", 2, "de")[-1].startswith("Zu zahlen: 9,")
    assert explain(rated.trace, "EUR", 2, "en")[-1].startswith("To pay: 9.")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("pt_BR", "pt"),
        ("NB", "no"),
        ("nn-NO", "no"),
        ("", "en"),
        ("xx", "en"),
        ("../de", "en"),
    ],
)
def test_a_tag_gives_a_language_that_there_is(tag: str, language: str) -> None:
    assert language_of(tag) == language


@given(st.text(max_size=12))
def test_no_tag_whatever_fails(tag: str) -> None:
    assert explain(trace_of_everything().trace, "EUR", 2, tag)
