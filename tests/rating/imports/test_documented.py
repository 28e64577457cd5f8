"""Protects the reader of docs/decks.md: every layout, field and option stands there, and every sample row is good."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.cli.tariff_import import import_command
from gateway.deck_files import open_list
from rating.imports.layouts import LAYOUTS, WORDS
from rating.imports.reading import Choices, read_list

PAGE = (Path(__file__).parents[3] / "docs" / "decks.md").read_text("utf-8")


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_the_row_that_the_page_shows_for_a_layout_is_read(layout: str, tmp_path: Path) -> None:
    shown = re.search(rf"^\| `{layout}` \| .*: `([^`]*)` \|$", PAGE, re.MULTILINE)
    assert shown is not None
    row = shown[1].replace(" ", "\t") if layout == "arrowbilling" else shown[1]
    path = tmp_path / "list.csv"
    path.write_text(row + "\n")
    found = read_list(open_list(path).sheet, Choices(currency="EUR", layout=layout))
    assert found.problems == []
    assert found.rows


def test_every_field_and_option_is_on_the_page() -> None:
    missing = [field for field in WORDS if f"`{field}`" not in PAGE]
    missing += [
        option.opts[0]
        for option in import_command.params
        if option.param_type_name == "option" and option.opts[0] not in PAGE and option.opts[0] != "--country"
    ]
    assert missing == []
