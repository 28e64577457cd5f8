"""Protects whoever imports a carrier's list: every layout is read as it is meant, and no bad row gets through."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from gateway.deck_files import open_list
from rating.imports.layouts import LAYOUTS, normal
from rating.imports.reading import Choices, PriceRow, Read, Sheet, read_list

LISTS = Path(__file__).parents[2] / "data" / "price_lists"
DECEMBER = date(2026, 12, 1)


def sheet(text: str) -> Sheet:
    """A list with cells between semicolons."""
    return Sheet("list.csv", [(line, row.split(";")) for line, row in enumerate(text.strip().split("\n"), start=1)])


def read(text: str, **choices: object) -> Read:
    """Read a list in euro."""
    return read_list(sheet(text), Choices(**{"currency": "EUR", **choices}))  # type: ignore[arg-type]


def good(text: str, **choices: object) -> dict[str, PriceRow]:
    """The rows of a list without problems, by prefix."""
    found = read(text, **choices)
    assert found.problems == []
    return {row.prefix: row for row in found.rows}


def sentences(text: str, **choices: object) -> list[str]:
    """The problems of a list."""
    found = read(text, **choices)
    assert found.problems
    return [str(one) for one in found.problems]


def of_file(name: str, layout: str = "", **more: object) -> list[tuple[object, ...]]:
    """Read a list of the samples: prefix, place, price, fee, increments, first day of each row."""
    choices = Choices(**{"currency": "USD", "layout": layout, **more})  # type: ignore[arg-type]
    found = read_list(open_list(LISTS / name).sheet, choices)
    assert found.problems == []
    return [(row.prefix, row.place, row.prices[""], row.fee, row.increments, row.effective) for row in found.rows]


def test_an_a_to_z_list_with_titles_lists_and_ranges_of_codes() -> None:
    rows = of_file("a-z.csv")
    assert rows[0] == ("48", "Poland", 11_000, None, "1/1", DECEMBER)
    assert [row[0] for row in rows[1:7]] == ["4850", "4851", "48530", "48531", "48532", "48533"]
    assert rows[-1] == ("53", "Cuba", 990_000, None, "60/1", DECEMBER)


def test_the_layouts_without_column_names() -> None:
    assert of_file("callwithus.csv", "callwithus")[2] == ("52", "Mexico", 8_900, None, "60/60", None)
    assert of_file("callwithus-us48.csv", "callwithus-us48") == [
        ("1212", "New York", 9_300, None, "6/6", None),  # the dearest of interstate and intrastate
        ("1213", "California", 5_200, None, "6/6", None),
    ]
    assert [row[:3] for row in of_file("freeside.csv", "freeside")] == [
        ("6138", "Australia", 18_000),
        ("6139", "Australia", 18_000),
        ("48", "Poland", 11_000),
    ]


def test_the_layouts_of_billing_programs() -> None:
    assert of_file("46labs.csv")[0] == ("1212555", "", 9_300, None, "6/6", DECEMBER)
    assert of_file("a2billing.csv")[1] == ("4850", "Poland Mobile", 37_000, 50_000, "30/6", None)
    assert of_file("astpp.csv")[1] == ("4850", "Poland Mobile", 37_000, 50_000, "6/6", None)
    assert of_file("arrowbilling.tsv")[1] == ("4850", "Poland Mobile", 37_000, 10_000, "30/6", None)
    assert [row[0] for row in of_file("country-and-area.csv")] == ["48", "4850", "4851", "4853", "3021"]


def test_time_profiles_become_bands_of_the_tariff() -> None:
    profiles = {"peak": "", "off-peak": "evening"}
    rows = {row[0]: row for row in of_file("jerasoft.csv", bands=("evening",), profiles=profiles)}
    assert rows["4850"][2] == 37_000
    found = read_list(
        open_list(LISTS / "jerasoft.csv").sheet, Choices(currency="USD", bands=("evening",), profiles=profiles)
    )
    by_prefix = {row.prefix: row for row in found.rows}
    assert dict(by_prefix["4850"].prices) == {"": 37_000, "evening": 21_000}
    assert by_prefix["4851"].ends == date(2026, 12, 31)


def test_a_time_profile_that_nobody_explained_is_refused() -> None:
    found = read_list(open_list(LISTS / "jerasoft.csv").sheet, Choices(currency="USD"))
    assert [one.line for one in found.problems] == [3, 4]
    assert "--profile" in found.problems[0].sentence


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_every_layout_has_its_columns_and_can_be_read_without_names(layout: str) -> None:
    samples = {
        "prefix": "48", "place": "Poland", "price_per_minute": "0.0110", "price_2": "0.02", "price_3": "0.01", "connection": "0.05",
        "initial": "30", "increment": "6", "increments": "30/6", "included": "0", "effective": "2026-12-01", "ends": "", "profile": "*",
    }  # fmt: skip
    cells = [samples[name] for name in LAYOUTS[layout].columns]
    found = read_list(Sheet("bare", [(1, cells)]), Choices(currency="EUR", layout=layout))
    assert found.problems == []
    assert [row.prefix for row in found.rows] == ["48"]
    assert found.rows[0].prices[""] in {11_000, 20_000}


def test_a_deck_of_ours_is_read_as_what_it_is() -> None:
    rows = good("prefix;place;price_per_minute;connection;increments;class\n48;Poland;0.11;0.05;30/6;mobile")
    assert rows["48"][2:7] == ("Poland", "mobile", {"": 110_000}, 50_000, "30/6")


def test_bands_come_from_columns_of_their_name_or_of_a_name_that_is_said() -> None:
    text = "code;rate;evening;Off-peak\n48;0.2;0.1;0.05"
    assert dict(good(text, bands=("evening",))["48"].prices) == {"": 200_000, "evening": 100_000}
    named = good(text, bands=("night",), columns={"night": "Off-peak"})
    assert dict(named["48"].prices) == {"": 200_000, "night": 50_000}


def test_the_new_price_is_taken_where_the_old_one_stands_beside_it() -> None:
    assert good("Code;Current rate;New rate\n48;0.1;0.2")["48"].prices[""] == 200_000


def test_two_columns_that_may_be_the_price_must_be_told_apart() -> None:
    (said,) = sentences("code;rate;Rate (EUR)\n48;0.1;0.2")
    assert "--column price_per_minute=NAME" in said
    assert (
        good("code;rate;Rate (EUR)\n48;0.1;0.2", columns={"price_per_minute": "Rate (EUR)"})["48"].prices[""] == 200_000
    )


def test_a_list_without_names_and_layout_says_what_to_do() -> None:
    (said,) = sentences("48;Poland;0.1")
    assert "--layout" in said
    assert "'48 | Poland | 0.1'" in said


def test_prices_per_second_in_cents_and_in_another_currency() -> None:
    assert good("code;rate per second\n48;0.0005")["48"].prices[""] == 30_000
    assert good("code;rate\n48;0.0005", per_second=True)["48"].prices[""] == 30_000
    assert (
        good("code;pence per minute\n48;1.5", columns={"price_per_minute": "pence per minute"}, currency="GBP")[
            "48"
        ].prices[""]
        == 15_000
    )
    assert good("code;rate\n48;1.5", minor=True)["48"].prices[""] == 15_000
    exchanged = good("code;rate (USD)\n48;0.01", currency="USD", exchange=Fraction("4.0213"), places=6)
    assert exchanged["48"].prices[""] == 40_213


@pytest.mark.parametrize(
    "text", ["code;rate (USD/min)\n48;0.1", "code;rate;currency\n48;0.1;USD", "code;rate\n48;0.1 USD"]
)
def test_a_list_in_another_currency_is_refused(text: str) -> None:
    (said,) = sentences(text)
    assert "is in USD" in said


def test_every_bad_row_is_named_and_nothing_comes_of_the_good_ones() -> None:
    said = sentences(
        "code;place;rate;increment\n48;Poland;0.1;60\nx;Nowhere;0.1;60\n49;;-1;60\n33;France;inf;60\n44;UK;0.1;0\n"
        "4.8E+10;Long;0.1;60\n34;Spain;;60\n39;Italy;150;60\n48;Poland;0.2;60"
    )
    assert [one.split(":")[1] for one in said] == ["3", "4", "5", "6", "7", "8", "9", "10"]
    assert "more than 100.00: was a decimal point lost?" in said[6]
    assert "stands on line 2 already, with another price" in said[7]


def test_the_dearest_price_that_is_believed_follows_the_currency_and_can_be_raised() -> None:
    assert good("code;rate\n48;150", currency="JPY")["48"].prices[""] == 150_000_000
    assert good("code;rate\n48;150", highest=200_000_000)["48"].prices[""] == 150_000_000


def test_what_a_deck_cannot_say_is_refused() -> None:
    (said,) = sentences("code;rate;included seconds\n48;0.1;30")
    assert "free_seconds" in said
    assert good("code;rate;included seconds\n48;0.1;30", columns={"included": "-"})["48"].prices[""] == 100_000


def test_a_repeated_row_without_a_difference_is_one_row() -> None:
    assert list(good("code;rate\n48;0.1\n48;0.1")) == ["48"]


def test_removed_prefixes_need_no_price() -> None:
    assert good("code;rate;status\n48;;Closed\n49;0.1;new")["48"].removed


def test_a_list_that_is_too_long_or_empty_is_refused() -> None:
    assert "holds no row" in sentences("code;rate")[0]
    long = Sheet("long.csv", [(line, ["48", "0.1"]) for line in range(1_000_001)])
    assert "more than 1000000 rows" in read_list(long, Choices(currency="EUR")).problems[0].sentence


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("New rate (USD/min)", "newrate"),
        ("Rate per minute", "rate"),
        ("Min. interval", "mininterval"),
        ("Per Minute", "minute"),
        ("MIN", "min"),
        ("", ""),
    ],
)
def test_column_words_are_compared_without_noise(cell: str, word: str) -> None:
    assert normal(cell) == word
