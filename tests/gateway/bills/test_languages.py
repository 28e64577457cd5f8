"""Protects the guest's languages: every catalogue has every text, with its braces, in all its plural forms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

import pytest

from gateway.languages.catalogues import GUEST, language_of
from gateway.languages.extracting import kept, texts
from gateway.languages.names import LANGUAGES
from gateway.languages.speech import speech

OTHERS = [language for language in LANGUAGES if language != "en"]


def braces(text: str) -> Counter[str]:
    """What is filled in."""
    return Counter(re.findall(r"\{(\w*)\}", text))


def said(entry: object) -> tuple[str, ...]:
    """The forms of a text."""
    return (entry,) if isinstance(entry, str) else tuple(entry) if isinstance(entry, Iterable) else ()


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_text_with_its_braces_in_every_form(language: str) -> None:
    catalogue, wanted = kept(language, GUEST), {one.id: one for one in texts(GUEST) if one.id}
    found = {one.id: one for one in catalogue if one.id}
    assert found.keys() == wanted.keys(), "bring them up to date: python -m gateway.languages.extracting"
    for entry in found.values():
        forms, source = said(entry.string), said(entry.id)
        assert len(forms) == (catalogue.num_plurals if len(source) == 2 else 1), entry.id
        assert all(form.strip() for form in forms), entry.id
        assert not entry.fuzzy, entry.id
        assert braces(forms[-1]) == braces(source[-1]), entry.id
        assert all(braces(form) <= braces(source[-1]) for form in forms), entry.id
        assert not any(re.search(r"[{}]", re.sub(r"\{\w+\}", "", form)) for form in forms), entry.id


def test_numbers_days_and_money_are_written_as_each_language_writes_them() -> None:
    moment = datetime(2026, 11, 25, 14, 2)
    expected = {
        ("en", "US"): ("-1,234.50", "Nov 25, 2026, 2:02 PM", "7.375%", "2 minutes"),
        ("en", "PL"): ("-1,234.50", "25 Nov 2026, 14:02", "7.375%", "2 minutes"),
        ("de", "DE"): ("-1.234,50", "25. Nov. 2026, 14:02", "7,375 %", "2 Minuten"),
        ("pl", "PL"): ("-1 234,50", "25 lis 2026, 14:02", "7,375%", "2 minuty"),
        ("ru", "PL"): ("-1 234,50", "25 нояб. 2026 г., 14:02", "7,375 %", "2 минуты"),
        ("ar", "PL"): ("-1,234.50", "25 نوفمبر 2026, 2:02 م", "7.375%", "دقيقتان"),
    }
    found = {}
    for tag, country in expected:
        one = speech(tag, GUEST, country)
        words = one.plural("{number} minute", "{number} minutes", 2)
        told = (one.amount(-123_450, 2), one.moment(moment), one.percent(73_750), words)
        found[tag, country] = tuple(" ".join(text.split()) for text in told)
    assert found == expected
    assert [speech("pl", GUEST).plural("{number} minute", "{number} minutes", n) for n in (1, 5, 22)] == [
        "1 minuta",
        "5 minut",
        "22 minuty",
    ]


def test_amounts_of_any_decimals_are_exact() -> None:
    one = speech("en", GUEST)
    assert [one.amount(10**18 + 1, decimals) for decimals in (0, 2, 3)] == [
        "1,000,000,000,000,000,001",
        "10,000,000,000,000,000.01",
        "1,000,000,000,000,000.001",
    ]
    assert one.price(Fraction(137, 10_000), 2, "EUR") == "0.0137\u00a0EUR"
    assert one.price(Fraction(5, 2), 2, "EUR") == "2.50\u00a0EUR"


def test_what_a_pms_tells_of_a_language_finds_a_catalogue_or_english() -> None:
    assert [language_of(tag) for tag in ("de-AT", "pt_BR", "NB", "nn", "ja", "", "../de", "ar")] == [
        "de", "pt", "no", "no", "en", "en", "en", "ar"
    ]  # fmt: skip
    assert [speech(tag, GUEST).direction for tag in ("pl", "ar")] == ["ltr", "rtl"]
