"""Protects the guest of every country: a table of what is dialled there, and what it must be taken for.

The tables are tests/data/numbering/XX.txt, one for each of the countries with most hotels. Classes and numbers
were written down from what is known of the countries' plans before the program was asked; where it answered otherwise,
each row was judged by itself, and in some (UK 0845, say) the metadata of libphonenumber was believed.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from rating.home import HouseNumbers, emergency_numbers
from rating.numbering import CHARGEABLE_CLASSES, FINER_CLASSES, NumberPlan, number_plan

TABLES = sorted(Path(__file__).parents[1].joinpath("data", "numbering").glob("*.txt"))
EXTENSIONS = ("2001", "0412", "reception")
GARBAGE = (
    "", "abc", "*", "#", "*#", "*21#", "#21#", "**21*", "sip:", "sip:@host", "sip:10.1.2.3", "sip:nobody@host", "tel:", "<>", "+", "++1",
    "?", "XXXX", "12AB34", "0" * 39, "*" * 60, "٣٣٣", "100%", "sip:%ZZ@host", "+0", "-", ",,,", "p", "\x00\x01", "<sip:<sip:1>",
)  # fmt: skip


class Row(NamedTuple):
    """One line of a table."""

    country: str
    area: str | None
    access: str
    dialled: str
    number_class: str
    e164: str
    place: str


def rows_of(table: Path) -> list[Row]:
    """Read a table: its first line names the hotel's area and access code."""
    head, _, *lines = table.read_text("utf-8").splitlines()
    area, access = head.rpartition("home area ")[2].split(", trunk access ")
    country = table.stem
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [Row(country, None if area == "none" else area, access, *row) for row in cells]


ROWS = [row for table in TABLES for row in rows_of(table)]


def plan_of(row: Row) -> NumberPlan:
    """The plan of the hotel that a row is about."""
    return number_plan(row.country, row.area, (row.access,), EXTENSIONS.__contains__)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.country}-{row.dialled}")
def test_what_is_dialled_in_a_country_is_understood(row: Row) -> None:
    found = plan_of(row).classify(row.dialled)
    number_class = f"{found.number_class}/{found.kind}" if found.kind else found.number_class
    assert (number_class, found.e164 or "", found.place) == (row.number_class, row.e164, row.place)


def test_the_thirty_countries_with_most_hotels_have_a_table_with_every_kind_of_call() -> None:
    assert len(TABLES) >= 30
    for table in TABLES:
        classes = {row.number_class.partition("/")[0] for row in rows_of(table)}
        assert classes >= {"emergency", "internal", "national", "mobile", "international", "toll-free"} - (
            {"mobile"} if table.stem in {"US", "CA", "MX"} else set()  # where mobiles have numbers like everybody
        ), table.stem
    assert {row.number_class for row in ROWS} >= {
        *CHARGEABLE_CLASSES, "internal", "emergency", *(f"{wide}/{finer}" for finer, wide in FINER_CLASSES.items())
    } - {"satellite"}  # fmt: skip


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
@pytest.mark.parametrize("dialled", GARBAGE)
def test_garbage_is_unknown_in_every_country(table: Path, dialled: str) -> None:
    row = rows_of(table)[0]
    for text in (dialled, row.access + dialled):
        found = plan_of(row).classify(text)
        assert (found.number_class, found.e164) == ("unknown", None), (text, found)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_emergency_numbers_of_a_country_survive_every_way_of_dialling(table: Path) -> None:
    bare = [row for row in rows_of(table) if emergency_numbers(row.country).fullmatch(row.dialled)]
    assert bare
    for row in bare:
        plan = plan_of(row)
        for dialled in (
            f"{row.access},{row.dialled}",
            f"{row.dialled},,1",
            f"#31#{row.dialled}",
            f"{row.access}#31#{row.dialled}",
            f"sip:{row.dialled}@pbx.example;user=phone",
            f"tel:{row.dialled}",
            f'"Guest" <sip:{row.dialled}@pbx>',
            "URN:service:sos.fire",
        ):
            assert plan.classify(dialled).number_class == "emergency", dialled


def test_the_hotels_own_list_says_what_is_local() -> None:
    plan = number_plan("US", "212", ("9",), lambda _: False, HouseNumbers(local_areas=("212", "646", "1 914 555")))
    assert plan.classify("916465551234").number_class == "local"
    assert plan.classify("919145551234").number_class == "local"
    assert plan.classify("919146661234").number_class == "national"
    only = number_plan("DE", "30", ("0",), lambda _: False, HouseNumbers(local_areas=("+49 331", "03379")))
    assert only.classify("00331123456").number_class == "local"
    assert only.classify("003379123456").number_class == "local"
    assert only.classify("0030123456").number_class == "national"
    assert only.classify("0123456").e164 == "+4930123456"  # completed with the home area all the same


def test_the_hotels_own_emergency_feature_and_carrier_codes_are_known() -> None:
    house = HouseNumbers(emergency=("2222",), feature_codes=("*41", "881"), carrier_codes=("1777",))
    plan = number_plan("PL", "22", ("9",), lambda _: False, house)
    assert plan.classify("2222").number_class == plan.classify("92222").number_class == "emergency"
    assert plan.classify("9*41601123456").e164 == "+48601123456"
    assert plan.classify("9*41112").number_class == "emergency"
    found = plan.classify("91777601123456")
    assert (found.e164, found.carrier) == ("+48601123456", "1777")


@pytest.mark.parametrize(
    ("dialled", "place"),
    [("*21#", "feature code *21"), ("9*43#", "feature code *43"), ("*21*601123456", "feature code *21")],
)
def test_a_feature_code_that_calls_nobody_is_named(dialled: str, place: str) -> None:
    found = number_plan("PL", "22", ("9",), lambda _: False).classify(dialled)
    assert (found.number_class, found.place) == ("unknown", place)


def test_a_name_that_the_hotel_lists_is_internal() -> None:
    plan = number_plan("PL", "22", ("9",), EXTENSIONS.__contains__)
    assert plan.classify("sip:reception@10.0.0.1").number_class == "internal"
    assert plan.classify('"Front desk" <sip:2001@10.0.0.1:5060;transport=udp>').number_class == "internal"


def test_a_dialled_text_of_any_length_takes_no_time() -> None:
    plan = number_plan("BR", "11", ("0", "00", "000", "9"), lambda _: False)
    for text in ("0" * 100_000, "*31#" * 50_000, "9,0," * 50_000, "<" * 100_000, "sip:" * 30_000, "%41" * 30_000):
        assert plan.classify(text).number_class in {"unknown", "international", "national"}
