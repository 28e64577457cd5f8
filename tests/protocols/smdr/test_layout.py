"""Protects the layouts as text: what a layout says is what is read, and a mistake in one is found when it is loaded."""

from __future__ import annotations

import pytest

from protocols.smdr.layout import load, parse_layout

FIXED = """
kind = "fixed"
encoding = "latin-1"
[[form]]
name = "long"
recognise = [{ 1 = "99/", 8 = "-9 " }, { 1 = "99/", longer_than = 12 }]
[form.columns]
date = "1-5"
mark = "7"
extra = "11-13"
[[form]]
name = "short"
recognise = [{ 1 = "99/99 .(" }]
[form.columns]
date = "1-5"
mark = "7"
"""

SEPARATED = """
kind = "separated"
separator = ";"
[[form]]
name = "with key"
contains = { key = "." }
columns = ["date", "key", "", "number"]
[[form]]
name = "without key"
least = 3
most = 5
columns = ["date", "number", "tail"]
"""

KEYS = """
kind = "key-value"
separator = "="
[[form]]
name = "keys"
contains = { Kind = "Call" }
[form.columns]
date = "Date"
number = "Num"
"""


@pytest.mark.parametrize(
    ("text", "form", "values"),
    [
        ("11/21 xA7 abc", "long", ["11/21", "x", "abc"]),
        ("11/21 xA7", "long", ["11/21", "x", ""]),
        ("11/21 x 7 abcdef", "long", ["11/21", "x", "abc"]),
        ("11/21 x(", "short", ["11/21", "x", ""]),
        ("1a/21 x(", None, []),
        ("", None, []),
    ],
)
def test_fixed_columns_are_recognised_by_masks_and_cut_at_their_places(
    text: str, form: str | None, values: list[str]
) -> None:
    fields = parse_layout("t", FIXED).cut("date", "mark", "extra")(text)
    assert (fields.form.name if fields else None) == form
    assert list(fields.values if fields else []) == values


@pytest.mark.parametrize(
    ("text", "form", "values"),
    [
        ("11/21; 1.2 ;x;42", "with key", ["42", "1.2", ""]),
        ("11/21;42;x", "without key", ["42", "", "x"]),
        ("11/21;42;x;y;z", "without key", ["42", "", "x"]),
        ("11/21;42", None, []),
        ("1;2;3;4;5;6", None, []),
    ],
)
def test_separated_fields_are_told_by_number_and_content(text: str, form: str | None, values: list[str]) -> None:
    fields = parse_layout("t", SEPARATED).cut("number", "key", "tail")(text)
    assert (fields.form.name if fields else None) == form
    assert list(fields.values if fields else []) == values


def test_one_field_alone_can_be_asked_for() -> None:
    fields = parse_layout("t", SEPARATED).cut("number")("11/21;42;x")
    assert fields is not None
    assert list(fields.values) == ["42"]


def test_keys_are_found_in_any_order_and_case_and_the_first_counts() -> None:
    cut = parse_layout("t", KEYS).cut("number", "date")
    fields = cut("kind=Call\r\nnum = 42\nDATE=11/21=x\nnum=43")
    assert fields is not None
    assert list(fields.values) == ["42", "11/21=x"]
    assert cut("Kind=Other\nNum=42") is None


def test_a_place_is_named_as_a_person_would_find_it() -> None:
    fixed, separated, keys = (parse_layout("t", text).forms[0] for text in (FIXED, SEPARATED, KEYS))
    assert fixed.place("date") == "columns 1-5 (date)"
    assert fixed.place("mark") == "column 7 (mark)"
    assert separated.place("number") == "column 4 (number)"
    assert keys.place("number") == "the value of Num"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FIXED.replace('"fixed"', '"free"'), "kind is 'free'"),
        (FIXED.replace('"11-13"', '"13-11"'), "'13-11' is not a range of columns"),
        (FIXED.replace('"7"', '"0"'), "'0' is not a range of columns"),
        (FIXED.replace('8 = "-9 "', '3 = "-9 "'), "overlap"),
    ],
)
def test_a_mistake_in_a_layout_is_found_when_it_is_read(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_layout("t", text)


def test_a_field_that_no_form_has_cannot_be_asked_for() -> None:
    with pytest.raises(KeyError, match="no field colour"):
        parse_layout("t", FIXED).cut("colour")


@pytest.mark.parametrize("name", ["avaya-ipoffice", "mitel-mivb", "asterisk-csv", "asterisk-ami"])
def test_the_layouts_that_ship_are_read_once(name: str) -> None:
    assert load(name) is load(name)
    assert load(name).forms


def test_each_place_of_a_mitel_form_lies_within_its_width_and_none_overlap() -> None:
    for form in load("mitel-mivb").forms:
        places = sorted(
            place
            for name, place in form.places.items()
            if isinstance(place, tuple) and name not in ("digits_before_pulses", "meter_pulses")
        )
        assert all(one[1] <= other[0] for one, other in zip(places, places[1:], strict=False)), form.name
