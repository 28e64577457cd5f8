"""Bills in the ways carriers write them: numbers, times, lengths and money read exactly, or a sentence that says why not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.bill_files import BillUnreadable, Runs, bill_lines
from gateway.carrier_bills.items import BadLine, Item, Tolerance
from gateway.carrier_bills.layout import Layout, WrongLayout
from gateway.carrier_bills.moments import moment_format, moments
from gateway.carrier_bills.numbers import keys_of

WARSAW = ZoneInfo("Europe/Warsaw")


def layout(**changed: Any) -> Layout:
    usual: dict[str, Any] = {
        "name": "telco", "number": "Number", "began": "Date", "time": "Time", "duration": "Length", "amount": "Net",
        "caller": None, "written": "%d.%m.%Y %H:%M:%S", "zone": WARSAW, "lengths": "clock", "decimal": ",",
        "currency": "PLN", "keys": keys_of("PL", "22", "national", 0, ("9",)), "factor": (1, 1),
        "tolerance": Tolerance(120, 3, 10_000),
    }  # fmt: skip
    return Layout(**usual | changed)


def read(path: Path, text: str, **changed: Any) -> list[Item | BadLine]:
    bill = path / "bill.csv"
    bill.write_bytes(text.encode(changed.get("encoding", "utf-8")))
    return list(bill_lines(bill, layout(**changed), lambda _: None))


HEAD = "Date;Time;Number;Length;Net\n"
MOMENT = int(datetime(2026, 11, 20, 12, 0, 5, tzinfo=WARSAW).timestamp())


def test_a_bill_is_read_line_by_line_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEAD
        + "20.11.2026;12:00:05;600 123 456;1:05;1.234,5678\n"
        + "\n"
        + "20.11.2026;12:00:05;0048600123456;0:59;-0,10 zł\n"
        + "31.11.2026;12:00:05;600123456;0:59;0,10\n"
        + "20.11.2026;12:00:05;;0:59;9,99\n"
        + "20.11.2026;12:00:05;600123456;0:61;0,10\n"
        + "20.11.2026;12:00:05;600123456;1:01:01;free\n"
        + "20.11.2026;12:00:05\n"
        + '20.11.2026;12:00:05;"118\n912";0:59;"0,1"\n',
    )
    assert found == [
        ("+48600123456", MOMENT, 65, 1_234_567_800, 2, ""),
        ("+48600123456", MOMENT, 59, -100_000, 4, ""),
        BadLine(5, '"31.11.2026 12:00:05" is no date and time as the layout writes them', "31.11.2026 | 12:00:05 | 600123456 | 0:59 | 0,10"),
        BadLine(6, "an empty cell is no telephone number", "20.11.2026 | 12:00:05 |  | 0:59 | 9,99"),
        BadLine(7, '"0:61" is no length of a call as the layout writes them', "20.11.2026 | 12:00:05 | 600123456 | 0:61 | 0,10"),
        BadLine(8, '"free" is no amount as the layout writes them', "20.11.2026 | 12:00:05 | 600123456 | 1:01:01 | free"),
        BadLine(9, "it has 2 columns, fewer than the layout names", "20.11.2026 | 12:00:05"),
        ("118912", MOMENT, 59, 100_000, 10, ""),
    ]  # fmt: skip


def test_columns_by_place_lines_above_a_code_page_and_minutes(tmp_path: Path) -> None:
    text = "Faktura Żabka\nklient 7\n2026-11-20 11:00:05Z,48600123456,1.5,0.070000\n"
    found = read(
        tmp_path, text, number=2, began=1, time=None, duration=3, amount=4, written="iso", lengths="minutes", decimal=".",
        keys=keys_of("PL", "", "e164", 0, ()), skip=2, encoding="cp1250", separator=",",
    )  # fmt: skip
    assert found == [("+48600123456", MOMENT, 90, 70_000, 3, "")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Datum;Time;Number;Length;Net\nx", 'the bill has no column "Date", which the layout telco names'),
        ("Date;Date;Time;Number;Length;Net\nx", 'the bill has more than one column "Date"'),
        ("%PDF-1.7", "is a PDF; ask the carrier for the itemised bill as CSV"),
        ("PK\x03\x04", "is a workbook; save it as CSV"),
        (HEAD + '"' + "x" * 20_000, "is longer than 16384 characters"),
        ("\xff", "is not text in UTF-8"),
    ],
)
def test_what_is_no_such_bill_is_refused_with_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    bill = tmp_path / "bill.csv"
    bill.write_bytes(text.encode("latin-1"))
    with pytest.raises((BillUnreadable, WrongLayout)) as caught:
        list(bill_lines(bill, layout(), lambda _: None))
    assert said in str(caught.value)
    with pytest.raises(BillUnreadable, match="cannot be read"):
        list(bill_lines(tmp_path / "nowhere.csv", layout(), lambda _: None))


@pytest.mark.parametrize(
    ("country", "written", "masked", "text", "key"),
    [
        ("PL", "national", 0, "22 123 45 67", "+48221234567"),
        ("PL", "national", 0, "+44 20 7946 0000", "+442079460000"),
        ("DE", "national", 0, "030/1234567", "+49301234567"),
        ("DE", "national", 3, "0301234xxx", "+49301234"),
        ("DE", "national", 3, "0301234567", "+49301234"),
        ("US", "national", 0, "(212) 555-1234", "+12125551234"),
        ("US", "national", 0, "12125551234", "+12125551234"),
        ("US", "national", 0, "011442079460000", "+442079460000"),
        ("PL", "e164", 0, "00442079460000", "+442079460000"),
        ("PL", "national", 0, "112", "112"),
    ],
)
def test_numbers_come_to_one_form(country: str, written: Any, masked: int, text: str, key: str) -> None:
    keys = keys_of(country, "", written, masked, ("9",))
    assert keys.of_bill(text) == key
    if not masked:
        assert keys.of_call(key if key.startswith("+") else None, f"9{key}") == key


@settings(max_examples=60, deadline=None)
@given(
    at=st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)),
    written=st.sampled_from(["%d.%m.%Y %H:%M:%S", "%Y%m%d%H%M%S", "%m/%d/%y %I:%M:%S %p", "%Y-%m-%d  %H:%M"]),
    zone=st.sampled_from([WARSAW, ZoneInfo("Australia/Lord_Howe"), UTC]),
)
def test_moments_are_read_as_they_are_written(at: datetime, written: str, zone: Any) -> None:
    moment = at.replace(microsecond=0, tzinfo=zone, second=at.second if "%S" in written else 0)
    assert moments(moment_format(written), zone)(moment.strftime(written)) == int(moment.timestamp())


@pytest.mark.parametrize("written", ["%d.%m %H:%M", "%d.%m.%Y %H:%M %z", "%d.%m.%Y %I:%M", "%d %d %m %Y %H:%M"])
def test_a_format_that_does_not_tell_the_moment_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write"):
        moment_format(written)


@settings(max_examples=12, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(), st.text()), max_size=60), run=st.integers(1, 20))
def test_rows_come_back_from_the_disk_sorted_as_often_as_wanted(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str]], run: int
) -> None:
    runs = Runs(tmp_path_factory.mktemp("runs"), "rows", run)
    for row in rows:
        runs.add(row)
    assert list(runs) == list(runs) == sorted(rows)
    assert runs.count == len(rows)
