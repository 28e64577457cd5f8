"""Protects what a guest is handed: sums carried from page to page, every script and direction, nothing of a text read as markup."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from gateway.bills.as_pages import pieces
from gateway.bills.as_pdf import pdf
from gateway.bills.bill import Bill
from gateway.bills.bill_sheet import Issue, bill_sheet
from gateway.bills.making import Charges, bill_of, stay_of
from gateway.bills.sheet import House, Paper, Sheet, hidden
from gateway.languages.catalogues import GUEST
from gateway.languages.speech import speech
from tests.gateway.bills.samples import DAY, NOON, call, posting, priced, stay

WARSAW = ZoneInfo("Europe/Warsaw")
HOTEL = House("Seaside Hotel", "PL", ("1 Beach Road",), 3)
HOSTILE = "<b>$x$ #eval(1) *bold*</b>\u202e\x07"


def made(lines: int, **guest: Any) -> Bill:
    """A bill of so many charges of 1.23 each, one in each state first."""
    states = ("posted", "due", "in_doubt", "refused", "written_off", "unconfirmable")
    calls = {n: call(n, priced(100, ("on net", "VAT", 230_000, 23)), place=HOSTILE) for n in range(1, lines + 1)}
    own = [posting(n, n, 0, 123, states[n - 1] if n <= len(states) else "posted") for n in calls]
    found, _, _ = stay_of([stay(1, "201", NOON - DAY)], 1)
    parts = {one["call_id"]: [one] for one in own}
    return bill_of(replace(found, **guest), Charges(own, calls, parts, {}, []), NOON + DAY)


def sheet(bill: Bill, language: str = "en", issue: Issue | None = None) -> Sheet:
    """Its sheet."""
    return bill_sheet(bill, speech(language, GUEST, "PL"), HOTEL, WARSAW, issue)


def pages(document: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(document)).pages]


def test_each_page_of_a_long_bill_begins_with_the_sum_that_the_one_before_ended_with() -> None:
    """The sums on the paper are those of the lines above them: 1.23 each, one of which was let go."""
    told = pages(pdf(sheet(made(150)), "a4", datetime.now(UTC)))
    assert len(told) >= 4
    forward = [re.findall(r"Carried forward\s*([\d.]+)", page) for page in told]
    brought = [re.findall(r"Brought forward\s*([\d.]+)", page) for page in told]
    carried = [sums[0] for sums in forward if sums]
    assert carried == [sums[0] for sums in brought[1:] if sums]
    assert len(carried) >= 2
    seen = 0
    for page, sums in zip(told, forward, strict=True):
        seen += len(re.findall(r"601 234", page))
        if sums:
            assert round(float(sums[0]) * 100) == 123 * (seen - 1)
    assert f"{123 * 149 / 100:.2f}" in "".join(told)


def test_the_printed_page_breaks_in_pieces_with_the_same_sums() -> None:
    (table,) = sheet(made(150)).spread
    some = pieces(table, whole=False)
    assert sum(len(one.rows) for one in some) == 150
    assert [one.forward for one in some[:-1]] == [one.brought for one in some[1:]]
    assert (some[0].brought, some[-1].forward) == ("", "")
    assert len(pieces(table, whole=True)) == 1


@pytest.mark.parametrize(
    ("language", "paper", "words"),
    [
        ("pl", "roll", ("Rachunek końcowy nr 12", "zł", "Łącki")),
        ("ru", "letter", ("Итоговый счёт № 12", "Где", "Łącki")),
        ("de", "a4", ("Endabrechnung Nr. 12", "Straße", "Łącki")),
    ],
)
def test_every_letter_of_a_language_has_its_glyph(language: str, paper: Paper, words: tuple[str, str, str]) -> None:
    """What is read back from the PDF is what was told, whatever the paper."""
    issue = Issue(12, NOON, "Ines", None, 0, NOON, "Ines")
    title, hotel, name = words
    bill = made(3, name=f"{name} {HOSTILE}")
    told = bill_sheet(bill, speech(language, GUEST, "PL"), HOTEL._replace(name=hotel), WARSAW, issue)
    read = "".join(pages(pdf(told, paper, datetime.now(UTC))))
    assert all(word in read for word in words)
    assert "<b>$x$ #eval(1) *bold*</b>\\u202e\\x07" in read.replace("\u200b", "").replace("\n", " ")
    assert title in read


def test_arabic_is_set_in_the_font_that_comes_along() -> None:
    document = PdfReader(io.BytesIO(pdf(sheet(made(3, name="ليلى"), "ar"), "a4", datetime.now(UTC))))
    fonts: Any = document.pages[0]["/Resources"]
    names = [font.get_object()["/BaseFont"] for font in fonts["/Font"].values()]
    assert any("NotoNaskhArabic" in name for name in names)
    assert sheet(made(1), "ar").speech.direction == "rtl"


def test_a_paper_says_what_it_is() -> None:
    """No paper is taken for a tax invoice; a copy is marked with its number, and who made it and when."""
    interim, copy = sheet(made(2)), sheet(made(2), issue=Issue(12, NOON, "Ines", 11, 2, NOON + DAY, "Bob"))
    assert "Statement, not a tax invoice." in interim.lead
    assert "Statement, not a tax invoice." in copy.lead
    assert any("More calls may follow" in line for line in interim.lead)
    assert interim.mark == "Interim statement"
    assert copy.mark == "Copy 2 of final bill no. 12"
    assert "This bill replaces bill no. 11." in copy.lead
    assert "Bob" in copy.printed
    assert any("1 charge is not settled yet" in line for line in interim.lead)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+48601234567", "601 234 •••"),
        ("+442071234567", "+44 20 7123 4•••"),
        ("112", "112"),
        ("", ""),
        ("12345", "12•••"),
    ],
)
def test_the_last_digits_are_hidden_as_the_house_rules(number: str, shown: str) -> None:
    assert hidden(number, HOTEL) == shown
    assert "•" not in hidden(number, HOTEL._replace(hidden=0))
