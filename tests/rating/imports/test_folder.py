"""Protects last month's calls: an import adds prices from a day on, and the ones before stay findable as they were."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta

import pytest

from rating.decks import DeckRows, read_decks
from rating.imports.changes import compare
from rating.imports.folder import CannotImport, Target, write
from rating.imports.reading import Choices, PriceRow, Sheet, read_list
from tests.rating.scenes import book_of

TODAY = date(2026, 11, 25)
TOMORROW = date(2026, 11, 26)
RULES = """\
# Ours.
code = "HOTEL"
currency = "EUR"
valid_from = 2026-01-01   # the first day
decks = ["world.csv"]

[[band]]
name = "evening"
from = "18:00"
to = "08:00"

[class.local]
price_per_minute = "0.10"   # valid_from = not this one
"""
DECK = "prefix;place;price_per_minute;evening\n48;Poland;0.10;0.05\n49;Germany;0,20;\n33;France;0.30;\n"
FILES = {"hotel.toml": RULES.encode(), "world.csv": DECK.encode()}


def rows(text: str, **choices: object) -> list[PriceRow]:
    """The rows of a list with cells between semicolons."""
    cells = [(line, row.split(";")) for line, row in enumerate(text.split("\n"), start=1)]
    found = read_list(Sheet("list", cells), Choices(**{"currency": "EUR", "bands": ("evening",), **choices}))  # type: ignore[arg-type]
    assert found.problems == []
    return found.rows


def target(day: date = TOMORROW, **more: bool) -> Target:
    """The deck of the folder from a day on."""
    return Target(deck="world.csv", first_day=day, today=TODAY, **more)


def prices(data: bytes) -> dict[str, tuple[int, ...]]:
    """The prices of a deck, by key."""
    found, problems = read_decks({"deck": data.decode()}, ("evening",), lambda _: False)
    assert problems == []
    return {key: rate.prices for key, rate in found[""].items()}


def test_new_prices_begin_on_their_day_and_the_old_ones_end_the_day_before() -> None:
    done = write(FILES, rows("code;rate;evening\n48;0.11;0.06\n1;0.4;"), ("evening",), target())
    assert sorted(done.files) == ["hotel-2026-11-26.toml", "hotel.toml", "world-2026-11-26.csv"]
    book = book_of({**FILES, **done.files})
    assert [(one.tariff.valid_from, one.tariff.valid_to) for one in book.periods] == [
        (TOMORROW, None),
        (date(2026, 1, 1), TODAY),
    ]
    new, old = (one.tariff.deck.rates for one in book.periods)
    assert (new["+48"].prices, old["+48"].prices) == ((110_000, 60_000), (100_000, 50_000))
    assert set(new) == {"+48", "+1"}
    assert set(old) == {"+48", "+49", "+33"}


def test_the_rules_are_copied_with_their_remarks_and_nothing_but_the_days_and_the_deck_changes() -> None:
    done = write(FILES, rows("code;rate\n48;0.11"), ("evening",), target())
    new = done.files["hotel-2026-11-26.toml"].decode()
    assert new == RULES.replace("= 2026-01-01 ", "= 2026-11-26 ").replace("world.csv", "world-2026-11-26.csv")
    ended = done.files["hotel.toml"].decode()
    assert ended == RULES.replace("# the first day\n", "# the first day\nvalid_to = 2026-11-25\n")


def test_a_period_that_has_an_end_is_continued_to_that_end() -> None:
    files = {**FILES, "hotel.toml": RULES.replace("decks =", "valid_to = 2026-12-31\ndecks =").encode()}
    done = write(files, rows("code;rate\n48;0.11"), ("evening",), target())
    values = tomllib.loads(done.files["hotel-2026-11-26.toml"].decode())
    assert (values["valid_from"], values["valid_to"]) == (TOMORROW, date(2026, 12, 31))
    assert tomllib.loads(done.files["hotel.toml"].decode())["valid_to"] == TODAY


def test_a_tariff_that_names_no_decks_names_them_before_another_is_put_beside_them() -> None:
    files = {**FILES, "hotel.toml": RULES.replace('decks = ["world.csv"]\n', "").encode()}
    done = write(files, rows("code;rate\n48;0.11"), ("evening",), target())
    assert tomllib.loads(done.files["hotel.toml"].decode())["decks"] == ["world.csv"]
    book = book_of({**files, **done.files})
    assert set(book.periods[0].tariff.deck.rates) == {"+48"}


def test_an_update_keeps_what_it_does_not_name() -> None:
    changes = rows("code;rate;status\n48;0.12;increase\n33;;closed\n44;0.5;new")
    done = write(FILES, changes, ("evening",), target(whole=False))
    assert prices(done.files["world-2026-11-26.csv"]) == {
        "+44": (500_000, 500_000),
        "+48": (120_000, 120_000),
        "+49": (200_000, 200_000),
    }


def test_rows_with_days_of_their_own_make_a_deck_for_each_day() -> None:
    text = "code;rate;effective;end date\n48;0.11;2026-11-01;\n49;0.21;2026-12-01;\n33;0.31;2026-11-20;2026-12-15"
    done = write(FILES, rows(text), ("evening",), target())
    assert [day for _, _, day in done.decks] == [TOMORROW, date(2026, 12, 1), date(2026, 12, 16)]
    decks = {day: set(prices(done.files[new])) for _, new, day in done.decks}
    assert decks == {
        TOMORROW: {"+48", "+33"},
        date(2026, 12, 1): {"+48", "+49", "+33"},
        date(2026, 12, 16): {"+48", "+49"},
    }
    book = book_of({**FILES, **done.files})
    assert len(book.periods) == 4


def test_a_row_that_ended_before_the_first_day_is_left_out() -> None:
    text = "code;rate;effective;end date\n48;0.11;;\n49;0.21;2026-01-01;2026-10-31"
    done = write(FILES, rows(text), ("evening",), target())
    assert set(prices(done.files["world-2026-11-26.csv"])) == {"+48"}
    assert len(done.decks) == 1


def test_a_price_that_ended_does_not_take_its_successor_away() -> None:
    text = "code;rate;effective;end date\n48;0.10;;2026-10-31\n48;0.11;2026-11-01;"
    done = write(FILES, rows(text), ("evening",), target())
    assert prices(done.files["world-2026-11-26.csv"]) == {"+48": (110_000, 110_000)}


def test_the_next_import_goes_on_from_the_one_before() -> None:
    first = write(FILES, rows("code;rate\n48;0.11"), ("evening",), target())
    files = {**FILES, **first.files}
    later = date(2026, 12, 10)
    second = write(files, rows("code;rate\n48;0.12"), ("evening",), target(later))
    assert second.decks == (("world-2026-11-26.csv", "world-2026-12-10.csv", later),)
    assert len(book_of({**files, **second.files}).periods) == 3


def test_prices_that_were_charged_already_are_not_overwritten() -> None:
    with pytest.raises(CannotImport, match="calls were priced with it: choose a later day with --effective"):
        write(FILES, rows("code;rate\n48;0.11"), ("evening",), target(date(2026, 1, 1)))


def test_a_deck_that_has_not_begun_is_replaced() -> None:
    files = {**FILES, "hotel.toml": RULES.replace("2026-01-01", "2026-12-01").encode()}
    done = write(files, rows("code;rate\n48;0.11"), ("evening",), target(date(2026, 12, 1)))
    assert list(done.files) == ["world.csv"]


def test_a_rehearsal_replaces_its_invented_deck() -> None:
    done = write(FILES, rows("code;rate\n48;0.11"), ("evening",), target(date(2026, 1, 1), rehearsal=True))
    assert list(done.files) == ["world.csv"]


def test_a_day_without_a_tariff_says_which_there_are() -> None:
    with pytest.raises(CannotImport, match=r"in force on 2025-12-31 \(hotel.toml: from 2026-01-01 to further notice\)"):
        write(FILES, rows("code;rate\n48;0.11"), ("evening",), target(date(2025, 12, 31)))


def test_a_list_with_a_day_for_every_row_is_refused() -> None:
    text = "\n".join(["code;rate;effective", *(f"48{day};0.1;{TODAY + timedelta(days=day)}" for day in range(2, 40))])
    with pytest.raises(CannotImport, match="more than 12"):
        write(FILES, rows(text), ("evening",), target())


def test_decks_are_written_in_order_so_that_two_versions_can_be_compared() -> None:
    one = write(FILES, rows("code;place;rate\n48;P;0.1\n33;F;0.2"), ("evening",), target())
    two = write(FILES, rows("code;place;rate\n33;F;0.2\n48;P;0.1"), ("evening",), target())
    assert one.files == two.files


def deck(text: str) -> DeckRows:
    """A deck without bands."""
    found, problems = read_decks({"deck": "prefix;place;price_per_minute;connection\n" + text}, (), lambda _: False)
    assert problems == []
    return found


def test_the_comparison_counts_every_prefix_once_and_tells_what_calls_will_cost() -> None:
    old = deck("44;UK;0.02;\n49;Germany;0.10;\n33;France;0.10;\n34;Spain;0.10;\n39;Italy;0.10;\n3906;Rome;0.20;")
    new = deck(
        "44;UK;0.02;\n447;UK mobile;0.30;\n49;Germany;0.12;\n33;France;0.09;\n34;Spain;0.10;0.05\n39;Italy, all;0.10;"
    )
    found = compare(old, new)
    assert found.counts == {"new": 1, "dropped": 1, "dearer": 1, "cheaper": 1, "changed": 1, "unchanged": 2}
    assert {str(one) for one in found.changes} == {
        "+447 UK mobile: 0.02 -> 0.30",
        "+3906 Rome: 0.20 -> 0.10",
        "+49 Germany: 0.10 -> 0.12",
        "+33 France: 0.10 -> 0.09",
        "+34 Spain: 0.10 -> 0.10",
    }


def test_the_largest_changes_come_first() -> None:
    old, new = deck("1;A;0.10;\n2;B;0.10;\n3;C;0;"), deck("1;A;0.20;\n2;B;0.90;\n3;C;0.01;")
    assert [one.place for one in compare(old, new).biggest("dearer", 2)] == ["C", "B"]


def test_the_deck_of_a_carrier_or_of_a_rule_is_continued_in_its_own_tariff() -> None:
    files = {
        "hotel.toml": RULES.replace('decks = ["world.csv"]\n', "").encode()
        + b'[[rule]]\nname = "vip"\nvip = "1"\ndeck = "vip.csv"\n',
        "cost.toml": b'code = "C"\nkind = "cost"\ncarrier = "Telco"\ncurrency = "EUR"\nvalid_from = 2026-01-01\ndecks = ["cost.csv"]\n',
        "cost.csv": b"prefix;price_per_minute\n48;0.05\n",
        "vip.csv": b"prefix;price_per_minute\n48;0.07\n",
        "world.csv": DECK.encode(),
    }
    for deck_name, changed in (("cost.csv", "cost-2026-11-26.toml"), ("vip.csv", "hotel-2026-11-26.toml")):
        aim = Target(deck=deck_name, first_day=TOMORROW, today=TODAY)
        done = write(files, rows("code;rate\n48;0.11"), (), aim)
        new = deck_name.replace(".csv", "-2026-11-26.csv")
        assert (new in done.files, changed in done.files) == (True, True)
        book = book_of({**files, **done.files})
        assert set(book.periods[0].tariff.deck.rates) == {"+48", "+49", "+33"}
    aim = Target(deck="world.csv", first_day=TOMORROW, today=TODAY)
    done = write(files, rows("code;rate\n48;0.11"), ("evening",), aim)
    assert tomllib.loads(done.files["hotel.toml"].decode())["decks"] == ["world.csv"]


def test_a_deck_named_in_single_quotes_is_not_edited_blindly() -> None:
    files = {**FILES, "hotel.toml": RULES.replace('"world.csv"', "'world.csv'").encode()}
    with pytest.raises(CannotImport, match=r"No tariff uses the deck world.csv|double quotes"):
        write(files, rows("code;rate\n48;0.11"), ("evening",), target())


@pytest.mark.parametrize("option", ["per_seconds = 1", 'basis = "call"'])
def test_prices_per_minute_are_not_put_into_a_deck_that_counts_otherwise(option: str) -> None:
    files = {**FILES, "hotel.toml": f'{RULES}\n[deck."world.csv"]\n{option}\n'.encode()}
    with pytest.raises(CannotImport, match="not for a minute of time"):
        write(files, rows("code;rate\n48;0.11"), ("evening",), target())


def test_the_reading_of_increments_goes_with_the_new_deck() -> None:
    files = {**FILES, "hotel.toml": f'{RULES}\n[deck."world.csv"]\nincrement_reading = "modulo"\n'.encode()}
    done = write(files, rows("code;rate\n48;0.11"), ("evening",), target())
    book = book_of({**files, **done.files})
    assert [one.tariff.deck.rates["+48"].modulo for one in book.periods] == [True, True]
