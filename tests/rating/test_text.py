"""Protects whoever writes a tariff: every mistake at once, with file and line and what to write instead, and no book until then."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.fields import Problem, key_lines
from rating.outcomes import RatedCall
from rating.starter import starter_files
from rating.text import APPROVAL, PROBLEMS_SHOWN, Loaded, approval, declared, digest, load
from tests.rating.scenes import BERLIN, HEAD, abroad, at_home, book_of, call, folder, outcome, priced

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)


def loaded(files: dict[str, bytes], country: str = "DE") -> Loaded:
    """What came of a folder, in a German hotel that bills in euro."""
    return load(files, zone=BERLIN, currency="EUR", country=country)


def errors(files: dict[str, bytes], country: str = "DE") -> list[str]:
    """The errors of a folder, as they are printed; there is no book then."""
    found = loaded(files, country)
    assert found.book is None
    return [str(problem) for problem in found.problems if problem.severity == "error"]


def warnings(files: dict[str, bytes]) -> list[str]:
    """The warnings of a good folder."""
    found = loaded(files)
    assert found.book is not None
    return [str(problem) for problem in found.problems]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("increment = '60/60'", "tariff.toml:4: increment: increment is not known; did you mean increments?"),
        ("increments = '60-60'", "tariff.toml:4: increments: '60-60' are no increments; write seconds like 60/60"),
        ("increments = '0/60'", "tariff.toml:4: increments: '0/60' are no increments"),
        (
            "free_seconds = -1",
            "tariff.toml:4: free_seconds: free_seconds is a whole number of seconds from 0 to 86400.",
        ),
        (
            "minimum = '-1'",
            "tariff.toml:4: minimum: '-1' is negative; a call can be free, but it cannot pay the guest.",
        ),
        ("minimum = inf", "tariff.toml:4: minimum: 'Infinity' is not a number; write it like 4.20 or 4,20."),
        ("minimum = 1e300", "tariff.toml:4: minimum: '1E+300' is not a number"),
        ("minimum = true", "tariff.toml:4: minimum: This is not a number; write it like 4.20."),
        ("minimum = 0x" + "f" * 5000, "tariff.toml:4: minimum: This number is beyond all reason."),
        ("rounding = 0x" + "f" * 5000, "tariff.toml:4: rounding: rounding is a text; write one of: half-up, "),
        ("minimum = " + "9" * 5000, "tariff.toml: This is not TOML: "),
        ("minimum = 1e99999999999999999999", "tariff.toml: This is not TOML: "),
        ("x = " + "[" * 50_000, "tariff.toml: This is not TOML: "),
        ("[" + " " * 100_000, "This is not TOML: "),
        ('"a\\u001b[2J" = 1', "tariff.toml: a?[2J: a?[2J is not known"),
        (
            "[[band]]\nname = 'place'\nfrom = '08:00'\nto = '09:00'",
            "tariff.toml:5: band[0].name: 'place' cannot name a",
        ),
        (
            "[[band]]\nname = 'a;b'\nfrom = '08:00'\nto = '09:00'",
            "tariff.toml:5: band[0].name: 'a;b' cannot name a band",
        ),
        ("minimum = '2000000'", "tariff.toml:4: minimum: '2000000' is more than 1000000; was a decimal point lost?"),
        ("minimum = '0.0000001'", "tariff.toml:4: minimum: '0.0000001' has more decimals than the 6 that are kept."),
        ("markup_percent = '2000'", "tariff.toml:4: markup_percent: markup_percent must be from 0 to 1000 percent."),
        ("rounding = 'nearest'", "rounding cannot be 'nearest'; write one of: half-up, half-even, up, down."),
        ("starter = 'yes'", "tariff.toml:4: starter: starter is either true or false, without quotation marks."),
        ("country = 'FR'", "tariff.toml:4: country: The tariff was made for FR, the property is in DE."),
        ("decks = 'a.csv'", "decks is a list of texts"),
        ("decks = ['a.csv']", "tariff.toml:4: decks: The deck 'a.csv' is not in the folder; it has: none."),
        ("tax = 19", "tariff.toml:4: tax: tax is a table: write [tax] on a line of its own, and its values below."),
        ("band = 1", "tariff.toml:4: band: band is a list of tables: write [[band]] before each of them."),
        (
            "valid_to = 1999-01-01",
            "tariff.toml:4: valid_to: The last day 1999-01-01 is before the first day 2000-01-01.",
        ),
        ("valid_to = '2030-01-01'", "valid_to is a day, written like valid_to = 2025-01-31, without quotation marks."),
        ("valid_to = 9999-12-31", "tariff.toml:4: valid_to: valid_to is a day"),
        ("[tax]\npercent = '19'\nincluded = 'no'", "tariff.toml:6: tax.included: included is either true or false"),
        (
            "[tax]\nrate = '19'",
            "tariff.toml:5: tax.rate: rate is not known; known here: amount, included, name, on, percent.",
        ),
        (
            "[[band]]\nname = 'a'\nfrom = '8:00'\nto = '10:00'",
            "tariff.toml:6: band[0].from: from is a time of day like",
        ),
        ("[[band]]\nname = 'a'\nfrom = '08:00'\nto = '08:00'", "tariff.toml:7: band[0].to: A band that begins when it"),
        ("[[band]]\nname = 'a'\nfrom = '24:00'\nto = '08:00'", "tariff.toml:6: band[0].from: from is a time of day"),
        (
            "[[band]]\nname='a'\ndays='mo-fr'\nfrom='08:00'\nto='09:00'",
            "tariff.toml:6: band[0].days: 'mo-fr' are no days",
        ),
        (
            "[[band]]\nname='a'\nfrom='08:00'\nto='12:00'\n[[band]]\nname='b'\ndays='tue'\nfrom='11:59'\nto='13:00'",
            "tariff.toml:8: band[1]: The bands 'a' (line 4) and 'b' claim the same time.",
        ),
        (
            "[[band]]\nname='a'\nfrom='08:00'\nto='12:00'\n[[band]]\nname='a'\nfrom='13:00'\nto='14:00'",
            "tariff.toml:9: band[1].name: Two bands are called 'a'",
        ),
        ("[class.emergency]\nfree = true", "tariff.toml:4: class.emergency: Emergency calls are never charged"),
        ("[class.mobil]\nfree = true", "tariff.toml:4: class.mobil: The class 'mobil' is not known; known: local, "),
        (
            "[class.mobile]\nfree = true\nprice_per_minute = 1",
            "tariff.toml:5: class.mobile.free: Calls of class mobile",
        ),
        ("[class.mobile]\nprice = 1", "tariff.toml:5: class.mobile.price: price is not known; did you mean"),
        ("[class.mobile]\nprice_per_minute=1\nin_band = {night=1}", "'night' is no band of this tariff; it has: none."),
        ("class = 1", "tariff.toml:4: class: class is a table"),
        ("[class]\nmobile = 1", "tariff.toml:5: class.mobile: mobile is a table"),
        ("x = [", "tariff.toml: This is not TOML: "),
        ("rounding == 'up'", "tariff.toml:4: This is not TOML: "),
    ],
)
def test_a_mistake_in_the_rules_is_named_with_its_line(rules: str, expected: str) -> None:
    assert any(error.startswith(expected) or expected in error for error in errors(folder(rules))), errors(
        folder(rules)
    )


def test_what_must_be_there_and_is_not_is_said_all_at_once() -> None:
    assert errors({"tariff.toml": b""}) == [
        "tariff.toml: currency: currency is missing.",
        "tariff.toml: code: code is missing.",
        "tariff.toml: valid_from: valid_from is missing: write the first day, for example valid_from = 2025-01-01.",
    ]


def test_a_tariff_in_another_currency_than_the_property_is_refused() -> None:
    expected = ["tariff.toml:2: currency: The tariff is in USD, the property's currency is EUR."]
    assert errors(folder(currency="USD")) == expected
    assert "is not a currency code of ISO 4217" in errors(folder(currency="EURO"))[0]


@pytest.mark.parametrize("files", [{}, {"notes.txt": b"x"}, {"deck.csv": HEAD.encode()}, {APPROVAL: b"by = 'me'"}])
def test_a_folder_without_a_tariff_says_how_to_begin(files: dict[str, bytes]) -> None:
    assert errors(files) == ["tariff.toml: The folder holds no tariff: foliogate tariff init writes one to begin with."]


@pytest.mark.parametrize(
    ("deck", "expected"),
    [
        ("", "deck.csv: The deck is empty; its first row names the columns."),
        ("# nothing here\n\n", "deck.csv: The deck is empty"),
        (
            "prefix;price\n",
            "deck.csv:1: price: The column 'price' is not known; known: class, connection, increments, place, ",
        ),
        ("place\n", "deck.csv:1: prefix: The column 'prefix' is missing."),
        ("prefix;prefix;price_per_minute\n", "deck.csv:1: prefix: The column 'prefix' stands there twice."),
        ("HEAD\n49;;1\n", "deck.csv:2: 49: The row has 3 cells where the first row names 5 columns."),
        (
            "HEAD\nabc;;1;;\n",
            "deck.csv:2: abc: 'abc' is no prefix; write the country code and what follows, without 00",
        ),
        ("HEAD\n0049;;1;;\n", "deck.csv:2: 0049: '0049' is no prefix"),
        ("HEAD\n1234567890123456;;1;;\n", "'1234567890123456' is no prefix"),
        ("HEAD\n²;;1;;\n", "deck.csv:2: ²: '²' is no prefix"),
        ("HEAD\n;;1;;\n", "deck.csv:2: '' is no prefix"),
        (
            "HEAD\n#112;;1;;\n",
            "deck.csv:2: #112: 112 is an emergency number: it is never charged and must not have a price.",
        ),
        ("HEAD\n#110;;0;;\n", "deck.csv:2: #110: 110 is an emergency number"),
        ("HEAD\n49;;;;\n", "deck.csv:2: 49: The price is missing."),
        ("HEAD\n49;;-0.1;;\n", "deck.csv:2: 49: '-0.1' is negative"),
        ("HEAD\n49;;1e5;;\n", "deck.csv:2: 49: '1e5' is not a number"),
        ("HEAD\n49;;NaN;;\n", "deck.csv:2: 49: 'NaN' is not a number"),
        ("HEAD\n49;;1.;;\n", "deck.csv:2: 49: '1.' is not a number"),
        ("HEAD\n49;;1 000;;\n", "deck.csv:2: 49: '1 000' is not a number"),
        ("HEAD\n49;;1.000,5;;\n", "deck.csv:2: 49: '1.000,5' is not a number"),
        ("HEAD\n49;;0.1234567;;\n", "deck.csv:2: 49: '0.1234567' has more decimals than the 6 that are kept."),
        ("HEAD\n49;;1;;60/\n", "deck.csv:2: 49: '60/' are no increments"),
        ("HEAD\n49;;1;;0/1\n", "'0/1' are no increments"),
        ("HEAD\n49;;1;;100000/1\n", "'100000/1' are no increments; write seconds like 60/60, at most 86400."),
        ("HEAD\n49;;1;;60/60\n+49;;2;;\n", "deck.csv:3: +49: The prefix +49 stands on line 2 already."),
        ("HEAD\n49;" + "x" * 81 + ";1;;\n", "deck.csv:2: 49: The place is longer than 80 characters"),
        ("HEAD\n49;\x1b[2J;1;;\n", "deck.csv:2: 49: The place is longer than 80 characters or holds unprintable ones."),
        ('HEAD\n49;"a;1;;\n', "deck.csv:2: 49: The row has 2 cells where the first row names 5 columns."),
    ],
)
def test_a_mistake_in_a_deck_is_named_with_its_line(deck: str, expected: str) -> None:
    found = errors(folder() | {"deck.csv": deck.replace("HEAD\n", HEAD).encode()})
    assert any(expected in error for error in found), found


@pytest.mark.parametrize(
    ("country", "digits", "refused"),
    [("DE", "112", True), ("DE", "110", True), ("GB", "999", True), ("US", "911", False), ("DE", "911", False)],
)
def test_a_row_for_an_emergency_number_is_refused_where_it_can_mean_nothing_else(
    country: str, digits: str, refused: bool
) -> None:
    found = loaded(folder(deck=f"{HEAD}33;;1;;\n{digits};;1;;\n"), country)
    about = [str(one) for one in found.problems if "emergency" in one.sentence]
    assert (found.book is None) == refused
    said = f"deck.csv:3: {digits}: {digits} is an emergency number: it is never charged and must not have a price."
    assert about == ([said] if refused else [])


def test_every_bad_row_of_a_deck_is_named_and_nothing_is_loaded() -> None:
    rows = "".join(f"{prefix};;{'x' if prefix % 2 else '1'};;\n" for prefix in range(200, 300))
    found = errors(folder(deck=HEAD + rows))
    assert len(found) == 50
    assert found[0].startswith("deck.csv:3: 201: 'x' is not a number")


def test_a_deck_in_the_wrong_layout_does_not_print_without_end() -> None:
    found = errors(folder(deck=HEAD + "x;;1;;\n" * (PROBLEMS_SHOWN + 200)))
    assert len(found) == PROBLEMS_SHOWN + 1
    assert found[-1] == "deck.csv: And 200 more problems."


def test_mistakes_in_rules_and_decks_come_together() -> None:
    found = errors(folder("minimum = 'x'\n[class.nowhere]\n", HEAD + "49;;y;;\n") | {"more.toml": b"code = 1"})
    assert {error.split(":")[0] for error in found} == {"tariff.toml", "deck.csv", "more.toml"}


def test_the_same_prefix_in_two_decks_is_named() -> None:
    files = folder() | {"a.csv": (HEAD + "33;;1;;\n").encode(), "b.csv": (HEAD + "\n33;;2;;\n").encode()}
    assert errors(files) == ["b.csv:3: +33: The prefix +33 stands in a.csv, line 2, already."]


def test_two_tariffs_for_one_day_are_an_error_and_a_gap_is_a_warning() -> None:
    one = b'code = "A"\ncurrency = "EUR"\nvalid_from = 2024-01-01\nvalid_to = 2024-06-30\n[class.local]\nfree = true\n'
    clash = one.replace(b"2024-01-01", b"2024-06-30").replace(b"valid_to = 2024-06-30\n", b"")
    assert errors({"a.toml": one, "b.toml": clash}) == [
        "b.toml:3: valid_from: The tariff begins on 2024-06-30, but the one in a.toml is valid until 2024-06-30."
    ]
    endless = one.replace(b"valid_to = 2024-06-30\n", b"")
    assert "is valid for ever" in errors({"a.toml": endless, "b.toml": clash})[0]
    later = clash.replace(b"2024-06-30", b"2024-07-02")
    assert any(
        "No tariff is valid between 2024-06-30 (a.toml)" in one for one in warnings({"a.toml": one, "b.toml": later})
    )


def test_classes_without_a_price_and_decks_without_a_tariff_are_warned_of() -> None:
    found = warnings(folder("decks = []\n[class.local]\nfree = true\n", HEAD + "33;;1;;\n"))
    assert "deck.csv: warning: No tariff names this deck: its prices are not used." in found
    assert "tariff.toml: class.mobile: warning: No price for calls of class mobile: they will be held." in found
    assert not any("class.local" in one for one in found)


def test_numbers_may_be_written_with_or_without_quotation_marks() -> None:
    for number in ("0.30", '"0.30"', '"0,30"', "3e-1"):
        rules = f"[class.local]\nprice_per_minute = {number}\nconnection = 1\n"
        assert priced(book_of(folder(rules)), 60, number=at_home("local")).amount == 130, number


def test_the_example_of_the_documentation_loads_and_prices_as_it_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tariffs.md").read_text()
    (deck,) = re.findall(r"```\n(# a remark\n.*?)```", page, re.DOTALL)
    band = '[[band]]\nname = "evening"\ndays = "mon-fri"\nfrom = "18:00"\nto = "08:00"\n'
    tariff = book_of(folder(band) | {"deck.csv": deck.encode()})
    assert priced(tariff, 90, number=abroad("+447400123456")).amount == 53
    assert priced(tariff, 90, number=abroad("+442079460000")).amount == 29
    assert priced(tariff, 90, number=abroad("+1212")).place == "the rest of the world"
    assert priced(tariff, 60, number=at_home("service", None, "11833")).amount == 199


@pytest.mark.parametrize(
    ("head", "row", "expected"),
    [
        ("connection:night", "33;1;2", "A connection fee for a band needs the plain connection fee beside it."),
        ("night", "33;1;x", "'x' is not a number"),
    ],
)
def test_a_mistake_in_a_column_of_a_band_is_named(head: str, row: str, expected: str) -> None:
    band = '[[band]]\nname = "night"\nfrom = "22:00"\nto = "06:00"\n'
    assert expected in errors(folder(band, f"prefix;price_per_minute;{head}\n{row}\n"))[0]


@pytest.mark.parametrize(
    "deck",
    [
        "prefix,place,price_per_minute\n33,France,0.1\n",
        "prefix\tprice_per_minute\tplace\n33\t0,1\tFrance\n",
        "\ufeffprefix;place;price_per_minute\r\n# a remark\r\n\r\n+33;France;0,10\r\n",
        'PREFIX;Place;Price_Per_Minute\n "33" ;"France";"0.1"\n'.replace(' "33" ', '"33"'),
        "prefix;place;price_per_minute\n3-3; France ; 0.100000 ",
    ],
)
def test_decks_may_be_written_in_the_usual_ways(deck: str) -> None:
    rated = priced(book_of(folder() | {"deck.csv": deck.encode()}), 60)
    assert (rated.amount, rated.prefix, rated.place) == (10, "+33", "France")


def test_a_decimal_comma_is_refused_where_commas_separate() -> None:
    found = errors(folder(deck='prefix,price_per_minute\n33,"0,10"\n'))
    assert "where commas separate the columns, decimals take a point" in found[0]


def test_a_file_that_is_not_utf_8_is_named_with_the_line() -> None:
    found = errors(folder() | {"deck.csv": (HEAD + "225;Côte;1;;").encode("cp1252")})
    assert found == ["deck.csv:2: This is not UTF-8 text; save the file with that encoding."]


def test_a_tariff_is_unapproved_until_a_person_approves_exactly_these_texts() -> None:
    files = starter_files("DE", "EUR")
    first = loaded(files)
    assert first.book is not None
    assert (first.book.approved_by, first.book.starter) == (None, True)
    approved = files | {APPROVAL: approval("Anna Nowak", NOW, files)}
    second = loaded(approved)
    assert second.book is not None
    assert (second.book.approved_by, second.problems) == ("Anna Nowak", ())
    assert second.book.version == first.book.version == digest(files)[:12]


@pytest.mark.parametrize("name", ["tariff.toml", "international.csv", "new.csv"])
def test_an_edit_after_the_approval_ends_it_with_a_warning(name: str) -> None:
    files = starter_files("DE", "EUR")
    approved = files | {APPROVAL: approval("Anna Nowak", NOW, files)}
    edited = approved | {name: files.get(name, b"prefix;price_per_minute") + b"\n"}
    found = loaded(edited)
    assert found.book is not None
    assert found.book.approved_by is None
    assert any(
        "was edited after Anna Nowak approved it" in one.sentence and one.severity == "warning"
        for one in found.problems
    )


@pytest.mark.parametrize("text", [b"", b"by = 1", b"by = 'x'", b"\xff", b"[", b"digest = 'x'\nby = ' '"])
def test_an_approval_that_cannot_be_read_approves_nothing(text: bytes) -> None:
    found = loaded(starter_files("DE", "EUR") | {APPROVAL: text})
    assert found.book is None or found.book.approved_by is None
    assert any(one.file == APPROVAL for one in found.problems)


@given(st.text(min_size=1, max_size=80).filter(lambda name: name.strip() and name.isprintable()))
def test_any_name_can_approve(name: str) -> None:
    files = folder("[class.local]\nfree = true\n")
    book = loaded(files | {APPROVAL: approval(name, NOW, files)}).book
    assert book is not None
    assert book.approved_by == name


def test_files_that_are_no_tariff_have_no_part_in_the_version() -> None:
    files = folder("[class.local]\nfree = true\n")
    assert digest(files | {"README.md": b"x", ".tariff.toml.swp": b"x"}) == digest(files)
    assert digest({"a.csv": b"xy"}) != digest({"a.csvx": b"y", "a.csv": b"x"}) != digest({"b.csv": b"xy"})


def test_a_tariff_tells_its_own_currency_and_country() -> None:
    assert declared(starter_files("PL", "PLN")) == ("PLN", "PL")
    assert declared({"tariff.toml": b"currency = 1\n"}) == (None, None)
    assert declared({"tariff.toml": b"\xff["}) == (None, None)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_whatever_raise(rules: bytes, deck: bytes) -> None:
    found = loaded({"tariff.toml": rules, "deck.csv": deck, APPROVAL: rules})
    assert found.book is None
    assert found.problems


@given(st.lists(st.sampled_from(list("0123456789;,#*+-/. \t\"'\nabcxé")), max_size=80).map("".join))
def test_no_deck_whatever_raises_and_a_deck_that_loads_can_be_rated(rows: str) -> None:
    found = loaded(folder() | {"deck.csv": (HEAD + rows).encode()})
    if found.book is not None:
        assert not isinstance(outcome(found.book, call()), RatedCall) or "33" in rows or "*" in rows or "3" in rows
    else:
        assert all(one.line for one in found.problems if one.severity == "error")


def test_lines_are_found_again_in_the_text() -> None:
    text = 'a = 1\n[x]\n"b" = 2\n[[y]]\nc = 3\n[[y]]\nc=4\n[x."z z"]\n# d = 5\nd = 6\n'
    assert key_lines(text) == {
        "a": 1, "x": 2, "x.b": 3, "y[0]": 4, "y[0].c": 5, "y[1]": 6, "y[1].c": 7, "x.zz": 8, "x.zz.d": 10,
    }  # fmt: skip


def test_a_problem_reads_like_a_compilers() -> None:
    assert str(Problem("a.csv", 3, "49", "It is wrong.")) == "a.csv:3: 49: It is wrong."
    assert str(Problem("a.csv", None, "", "Look at it.", "warning")) == "a.csv: warning: Look at it."
