"""Protects the machine and the prices from a file: what is opened is bounded, and a cell is what a person sees in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from gateway import deck_files
from gateway.deck_files import ListUnreadable, open_list
from rating.imports.reading import Choices, read_list


def workbook(path: Path, *rows: Sequence[object], title: str = "Rates") -> Path:
    """Write a workbook with one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = title
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def cells(path: Path, **how: str) -> list[list[str]]:
    """The cells of a list."""
    return [list(row) for _, row in open_list(path, **how).sheet.rows]


def test_the_cells_of_a_workbook_are_what_a_person_sees(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "rates.xlsx",
        ["Code", "Rate", "From"],
        [48, 0.1, date(2026, 12, 1)],
        ["0048", 0.1 + 0.2, datetime(2026, 12, 1, 8, 30)],
        [4850.0, 0.000001, None],
        [44, 1e-7, True],
        [123456789012345678, 12345.678, "x"],
    )
    assert cells(path) == [
        ["Code", "Rate", "From"],
        ["48", "0.1", "2026-12-01"],
        ["0048", "0.3", "2026-12-01 08:30:00"],
        ["4850", "0.000001"],
        ["44", "0.0000001", "True"],
        ["1.234568E+17", "12345.678", "x"],
    ]


def test_a_price_list_in_a_workbook_is_read_exactly(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", ["Our rates"], [], ["Code", "Rate"], [48, 0.1], [4850, 0.0137], [49, 3])
    found = read_list(open_list(path).sheet, Choices(currency="EUR"))
    assert found.problems == []
    assert [(row.line, row.prefix, row.prices[""]) for row in found.rows] == [
        (4, "48", 100_000),
        (5, "4850", 13_700),
        (6, "49", 3_000_000),
    ]


def test_a_long_prefix_that_became_a_number_a_date_or_a_formula_is_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        ["Code", "Rate"],
        [4.82e20, 0.1],
        [datetime(2026, 1, 4), 0.1],
        [49, "=B2*2"],
        ["4.82E+10", 0.1],
    )
    found = read_list(open_list(path).sheet, Choices(currency="EUR"))
    said = [(one.line, one.sentence) for one in found.problems]
    assert [line for line, _ in said] == [2, 3, 4, 5]
    assert "shortened it" in said[0][1]
    assert "is a date" in said[1][1]
    assert "price is missing" in said[2][1]
    assert "shortened it" in said[3][1]


def test_a_sheet_can_be_chosen_and_hidden_ones_are_not_taken_by_themselves(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Prices")
    assert isinstance(first, Worksheet)
    first.sheet_state = "hidden"
    first.append(["hidden"])
    second.append(["seen"])
    book.save(tmp_path / "two.xlsx")
    opened = open_list(tmp_path / "two.xlsx")
    assert ([list(row) for _, row in opened.sheet.rows], opened.others) == ([["seen"]], ("Sheet",))
    assert cells(tmp_path / "two.xlsx", sheet="Sheet") == [["hidden"]]
    with pytest.raises(ListUnreadable, match="no sheet 'Other'; it has: Sheet, Prices"):
        open_list(tmp_path / "two.xlsx", sheet="Other")


def test_what_a_workbook_says_of_its_size_is_not_believed(tmp_path: Path) -> None:
    """A sheet that claims a million rows of sixteen thousand columns has the two cells that are in it."""
    path = workbook(tmp_path / "r.xlsx", ["Code", "Rate"])
    big = tmp_path / "big.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(big, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, data.replace(b'<dimension ref="A1:B1"', b'<dimension ref="A1:XFD1048576"'))
    assert cells(big) == [["Code", "Rate"]]


def test_a_workbook_that_unpacks_to_far_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deck_files, "MOST_UNPACKED", 1_000_000)
    path = workbook(tmp_path / "bomb.xlsx", *([["0" * 1000]] * 2_000))
    packed = tmp_path / "bomb2.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, old.read(part))
        new.writestr("xl/more.xml", b"0" * 2_000_000)
    assert packed.stat().st_size < 100_000
    with pytest.raises(ListUnreadable, match="unpacks to more than"):
        open_list(packed)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 and nothing more", "save it again as .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"\.xls"),
        (b"%PDF-1.7", "is a PDF"),
        (b"code;rate\n48;0.1\n\xb3\xf3d\x9f;0.2\n", "line 3: it is not UTF-8 text; say which it is"),
        (b'code;rate\n48;"0.1\n' + b"x" * 200_000, "this is not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "list"
    path.write_bytes(data)
    with pytest.raises(ListUnreadable, match=said):
        open_list(path)


def test_a_workbook_without_its_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("hello.txt", "no workbook")
    with pytest.raises(ListUnreadable, match=r"save it again as \.xlsx"):
        open_list(path)


def test_a_workbook_with_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    whole = io.BytesIO(workbook(tmp_path / "r.xlsx", ["Code", "Rate"]).read_bytes())
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>'.encode()
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            if part.endswith("sheet1.xml"):
                data = bomb + data.replace(b"<v>0</v>", b"<v>&e11;</v>")
            new.writestr(part, data)
    try:
        found = cells(path)
    except ListUnreadable:
        return
    assert sum(len(cell) for row in found for cell in row) < 10_000


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("code;rate\n48;0,1\n", ["code", "rate"]),
        ("code,rate\n48,0.1\n", ["code", "rate"]),
        ("code\trate\n48\t0,1\n", ["code", "rate"]),
        ("code|rate\n48|0.1\n", ["code", "rate"]),
        ('codes;rate\n"48,49,50,51";0,1\n48,49;0,2', ["codes", "rate"]),
        ("\ufeffcode;rate\r\n48;0.1\r\n", ["code", "rate"]),
    ],
)
def test_the_separator_is_told_from_the_first_lines(tmp_path: Path, text: str, first: list[str]) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode())
    assert cells(path)[0] == first


def test_encodings_can_be_said_and_a_line_is_where_its_row_begins(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes('code;place\n48;"Łódź\nand more"\n49;x\n'.encode("cp1250"))
    assert list(open_list(path, encoding="cp1250").sheet.rows) == [
        (1, ["code", "place"]),
        (2, ["48", "Łódź\nand more"]),
        (4, ["49", "x"]),
    ]
    with pytest.raises(ListUnreadable, match="no encoding that is known"):
        open_list(path, encoding="cp9999")
    path.write_bytes("code;rate\n".encode("utf-16"))
    assert cells(path) == [["code", "rate"]]


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ListUnreadable, match="No such file"):
        open_list(tmp_path / "none.csv")
    monkeypatch.setattr(deck_files, "MOST_BYTES", 10)
    (tmp_path / "list.csv").write_text("code;rate\n48;0.1\n")
    with pytest.raises(ListUnreadable, match="which no price list needs"):
        open_list(tmp_path / "list.csv")
