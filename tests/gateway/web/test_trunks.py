"""The page of the trunks: one sentence first, three figures side by side, and the way on to the reports."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gateway.reports.catalog import KINDS, TRUNKS
from tests.gateway.configurations import EXAMPLE, good
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import HOSTILE_NAME, StandingHouse, as_house

CITY = '\n[[trunks]]\ngroup = "city"\nname = {name}\nfirst = "T9001"\nlast = "T9030"\n'


def configured(house: StandingHouse, name: str) -> Asker:
    """The house of an evening, with its trunks in the configuration."""
    config = good(house.config.file.parent, EXAMPLE + CITY.format(name=name))
    house.config = replace(house.config, trunks=config.trunks)
    return Asker(as_house(house))


def test_a_sentence_three_figures_and_the_way_on(house: StandingHouse) -> None:
    page = configured(house, '"City lines"').get("/trunks")
    assert page.status == 200, page.text
    assert re.search(r'<p class="finding">Group City lines needs \d+ trunks fewer for P.01', page.text)
    for words in ("lost, measured", "lost, modelled", "target, P.01", "not told"):
        assert words in page.text
    assert page.text.index("lost, measured") < page.text.index("lost, modelled") < page.text.index("target, P.01")
    for name, kind in KINDS.items():
        assert (f"/reports/{name}?from=2026-10-24&amp;to=2026-11-20" in page.text) == (kind.group == TRUNKS)
    assert 'id="nav-trunks" href="/trunks" aria-current="page"' in page.text
    assert re.search(r"Nothing is known of any trunk before 2026-11-\d\d", page.text)
    assert page.text.count("<svg") == page.text.count("The figures of this picture") >= 2


@pytest.mark.parametrize(
    ("asked", "first"), [("7", "2026-11-14"), ("91", "2026-08-22"), ("x", "2026-10-24"), ("9999", "2026-10-24")]
)
def test_it_is_about_as_many_days_as_are_asked_for(house: StandingHouse, asked: str, first: str) -> None:
    assert f"from={first}&amp;to=2026-11-20" in configured(house, '"City"').get(f"/trunks?days={asked}").text


def test_a_hostile_name_is_text(house: StandingHouse) -> None:
    page = configured(house, '"<script>alert(1)</script>"').get("/trunks").text
    assert HOSTILE_NAME not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_without_a_word_of_trunks_the_page_says_what_to_write(house: StandingHouse) -> None:
    page = Asker(as_house(house)).get("/trunks").text
    assert "in no table [[trunks]]" in page
