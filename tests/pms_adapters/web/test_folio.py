"""Protects the guest from a second charge: a folio shows a posting only by its mark, amount and code together."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pms_adapters.contract import a_posting
from pms_adapters.marks import mark_of
from pms_adapters.posting import Found, NotFound, ReadBack, Unreadable
from pms_adapters.web.folio import FolioLine, look_for

READ = "the folio of room 0412"


def line(text: str, amount: str = "13.75", code: str = "8100", number: str = "77") -> FolioLine:
    return FolioLine(texts=("phone", text), amounts=frozenset({Decimal(amount)}), code=code, number=number)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ([], NotFound(READ)),
        ([line(mark_of(2))], NotFound(READ)),
        ([line("no mark")], NotFound(READ)),
        ([line(f"{mark_of(1)} International")], Found("77")),
        ([line(mark_of(1), amount="13.7500")], Found("77")),
        ([line(mark_of(1), number="")], Found(mark_of(1))),
        ([line(mark_of(1), amount="-13.75"), line(mark_of(1))], Found("77")),
    ],
)
def test_a_posting_is_found_by_mark_amount_and_code(shown: list[FolioLine], said: ReadBack) -> None:
    assert look_for(a_posting(1), "8100", shown, READ) == said


@pytest.mark.parametrize("odd", [line(mark_of(1), amount="13.57"), line(mark_of(1), code="9000")])
def test_a_line_that_contradicts_itself_is_for_a_person(odd: FolioLine) -> None:
    said = look_for(a_posting(1), "8100", [odd], READ)
    assert isinstance(said, Unreadable)
    assert "77" in said.why
