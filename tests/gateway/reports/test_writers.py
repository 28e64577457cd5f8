"""Each writer on one report with every text that could do harm: whole, exact, and nothing in it that acts."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pypdf import PageObject, PdfReader

from gateway.reports.as_csv import NoSuchTable, chosen_table, write_csv
from gateway.reports.as_html import MOST_PAGE_ROWS, html_file
from gateway.reports.as_json import write_json
from gateway.reports.as_pdf import MOST_PDF_ROWS, MOST_TAGGED_ROWS, pdf
from gateway.reports.showing import FEW_ROWS, Shown, ShownTable, show
from gateway.reports.values import Bars, Heat, Lines, Report
from gateway.reports.writing import FORMS, write
from gateway.spreadsheets import FORMULA, plain_cell
from tests.gateway.reports.samples import COLUMNS, NASTY, nasty_report, nasty_table


class Seen(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep its name and theirs."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def as_rows(report: Report, table: str = "") -> list[list[str]]:
    """A table as CSV, read back."""
    out = io.StringIO(newline="")
    write_csv(report, out, table)
    return list(csv.reader(io.StringIO(out.getvalue(), newline="")))


def as_object(report: Report) -> Any:
    """The report as JSON, read back."""
    out = io.StringIO()
    write_json(report, out)
    return json.loads(out.getvalue())


def text_of_pdf(report: Report) -> list[str]:
    """The text of each page, blanks made equal."""
    return [text_of_page(page) for page in PdfReader(io.BytesIO(pdf(report))).pages]


def text_of_page(page: PageObject) -> str:
    """The text of a page, blanks made equal."""
    return " ".join(page.extract_text().replace("\u200b", "").split())


# -- CSV ------------------------------------------------------------------------------------------------------------


def test_csv_has_every_row_exact_and_no_totals() -> None:
    head, *rows = as_rows(nasty_report())
    assert head == "name calls amount amount_currency talk share load usage began day hour".split()
    assert len(rows) == len(NASTY) + 1
    assert rows[1][1:5] == ["1000", "-1234.55", "PLN", "3726"]
    assert rows[0][2:4] == ["1234567", "JPY"]
    assert rows[0][8:] == ["2026-10-25T02:30:00+01:00", "2026-10-25", "0"]
    assert rows[-1] == [""] * 11
    assert not any("together" in row for row in rows)


def test_no_cell_of_a_csv_is_a_formula() -> None:
    for row in as_rows(nasty_report()):
        for cell in row:
            assert not cell.startswith(FORMULA) or re.fullmatch(r"[+-][0-9]+(\.[0-9]+)?", cell), cell


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1", "'=1"),
        ("+48601", "+48601"),
        ("-1.5", "-1.5"),
        ("-1.5.2", "'-1.5.2"),
        ("@x", "'@x"),
        ("+², ", "'+², "),
        (-3, -3),
    ],
)
def test_what_begins_like_a_formula_is_made_text_and_numbers_stay(cell: object, safe: object) -> None:
    assert plain_cell(cell) == safe


def test_csv_holds_the_table_that_was_asked_for() -> None:
    assert as_rows(nasty_report(), "none") == [["name", "calls"]]
    with pytest.raises(NoSuchTable, match="it has names, none"):
        chosen_table(nasty_report(), "nope")


# -- JSON -----------------------------------------------------------------------------------------------------------


def test_json_has_the_head_every_table_and_the_figures_behind_every_picture() -> None:
    found = as_object(nasty_report())
    assert found["report"] == "calls"
    assert (found["from"], found["to"], found["zone"]) == ("2026-10-25", "2026-10-26", "Europe/Warsaw")
    assert found["run_at"] == "2026-10-27T06:00:00+00:00"
    names = [one.get("table") or one["note"] for one in found["sections"]]
    assert names == ["names", "classes", "hours", "week", "forecast", "heat", "busy", "A note", "none"]
    rows = found["sections"][0]["rows"]
    assert [row["name"] for row in rows[:-1]] == list(NASTY)
    assert rows[1]["amount"] == {"amount": "-1234.55", "currency": "PLN"}
    assert rows[1]["began"] == "2026-10-25T02:30:00+01:00"
    assert set(rows[-1].values()) == {None}
    assert found["sections"][0]["totals"][0]["calls"] == sum(range(len(NASTY))) * 1000


# -- XLSX -----------------------------------------------------------------------------------------------------------


def test_the_work_book_has_typed_cells_and_a_sheet_a_table(tmp_path: Path) -> None:
    write(nasty_report(), "xlsx", tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert book.sheetnames[0] == "Report"
    assert len(book.sheetnames) == 9
    sheet = book[book.sheetnames[1]]
    assert sheet.freeze_panes == "B2"
    row = [cell.value for cell in sheet[3]]
    assert row[1:3] == [1000, -1234.55]
    assert sheet["C3"].number_format == '#,##0.00 "PLN"'
    assert sheet["D3"].number_format == "[h]:mm:ss"
    assert row[7:9] == [datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25)]
    assert [cell.value for cell in sheet[sheet.max_row]][:2] == ["together", sum(range(len(NASTY))) * 1000]


def test_pictures_are_charts_of_the_work_book_over_their_figures(tmp_path: Path) -> None:
    """Bars and lines beside their tables, a heat map as shades of its cells."""
    report = nasty_report()
    write(report, "xlsx", tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    drawn = [one for one in report.sections if isinstance(one, Bars | Lines)]
    assert drawn
    with zipfile.ZipFile(tmp_path / "report.xlsx") as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == len(drawn)
    for picture in drawn:
        wanted = len(picture.series) + (2 if isinstance(picture, Lines) and picture.band is not None else 0)
        assert any(one.count("<c:ser>") == wanted for one in charts), picture.name
    shaded = [sheet.title for sheet in book.worksheets if sheet.conditional_formatting]
    assert len(shaded) == sum(isinstance(one, Heat) for one in report.sections)


def test_nothing_in_a_work_book_is_a_formula_or_a_link(tmp_path: Path) -> None:
    write(nasty_report(), "xlsx", tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)


# -- HTML -----------------------------------------------------------------------------------------------------------


def test_the_page_for_itself_shows_hostile_names_as_text_and_fetches_nothing() -> None:
    page = html_file(nasty_report())
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\\u202eevil\\x07\\x00 bell" in page
    seen = Seen()
    seen.feed(page)
    assert not {"script", "img", "link", "iframe", "object"} & seen.tags
    assert not {name for name in seen.attributes if name in ("src", "href", "style") or name.startswith("on")}
    assert "default-src 'none'" in page


def test_every_picture_of_a_page_has_its_figures_behind_it() -> None:
    page = html_file(nasty_report())
    assert page.count("<svg xmlns") == 6
    assert page.count("The figures of this picture") == 6
    assert "No call was refused." in page


def test_a_page_says_what_it_does_not_show() -> None:
    page = html_file(nasty_report(MOST_PAGE_ROWS + 7))
    assert "8 rows more: CSV, work book and JSON have them all." in page


def test_behind_enough_rows_a_page_shows_of_each_table_what_it_is_about() -> None:
    many = replace(nasty_report(), sections=(nasty_table(60),) * 4)

    def lengths(shown: Shown) -> list[int]:
        return [len(one.rows) for one in shown.sections if isinstance(one, ShownTable)]

    assert lengths(show(many, 50, together=70)) == [50, FEW_ROWS, FEW_ROWS, FEW_ROWS]
    assert lengths(show(many, 50)) == [50] * 4


# -- PDF ------------------------------------------------------------------------------------------------------------


def test_the_pdf_carries_head_foot_and_every_text_as_text() -> None:
    pages = text_of_pdf(nasty_report())
    for number, page in enumerate(pages, 1):
        assert 'Hôtel "Zażółć" <b>' in page
        assert "2026-10-25 to 2026-10-26" in page
        assert "times: Europe/Warsaw" in page
        assert "run at 2026-10-27 07:00" in page
        assert f"page {number} of {len(pages)}" in page
    whole = " ".join(pages)
    for text in (
        "<script>alert(1)</script>",
        '#import "/etc/passwd"',
        "Zażółć gęślą jaźń, Ёлка, Ελλάδα",
        "\\u202eevil",
    ):
        assert text in whole, text
    assert "#set text(size: 99pt)" in whole
    assert 'One <sentence> that says #it: "412 calls".' in whole


def test_the_pdf_is_cut_at_its_limit_and_says_so() -> None:
    pages = PdfReader(io.BytesIO(pdf(nasty_report(MOST_PDF_ROWS + 41)))).pages
    assert len(pages) < 140
    said = "42 rows more: CSV, work book and JSON have them all."
    assert any(said in text_of_page(page) for page in reversed(pages)), "reading them all takes longer than making them"


def test_the_pdf_of_the_same_report_is_the_same() -> None:
    """Nothing of the machine and its clock is in it."""
    assert pdf(nasty_report()) == pdf(nasty_report())


def test_a_pdf_of_some_pages_is_tagged_for_a_screen_reader() -> None:
    root = PdfReader(io.BytesIO(pdf(nasty_report()))).root_object
    assert "/StructTreeRoot" in root
    assert "/StructTreeRoot" not in PdfReader(io.BytesIO(pdf(nasty_report(MOST_TAGGED_ROWS + 1)))).root_object


# -- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"report.{form}"
    write(nasty_report(), form, path)
    assert path.stat().st_size > 500
    assert list(tmp_path.iterdir()) == [path]


def test_a_report_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("old")
    with pytest.raises(NoSuchTable):
        write(nasty_report(), "csv", path, "nope")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_columns_of_the_sample_try_every_kind() -> None:
    from typing import get_args

    from gateway.reports.values import CellKind

    assert {column.kind for column in COLUMNS} == set(get_args(CellKind))
