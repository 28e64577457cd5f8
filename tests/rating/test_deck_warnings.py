"""Protects the hotel's margin: prices that are good text and bad business are pointed at."""

from __future__ import annotations

from datetime import date

import pytest

from rating.book import TariffBook
from rating.deck_warnings import coarse, warnings_of
from rating.numbering import number_plan
from rating.starter import starter_files
from tests.rating.scenes import book_of

TODAY = date(2026, 11, 25)


def tariff(name: str = "HOTEL", begins: str = "2026-06-01", more: str = "", rest: str = "") -> bytes:
    """The rules of a tariff in euro."""
    return f'code = "{name}"\ncurrency = "EUR"\nvalid_from = {begins}\ndecks = ["{name}.csv"]\n{more}\n{rest}'.encode()


def deck(rows: str, columns: str = "prefix;place;price_per_minute") -> bytes:
    """A deck, its rows between commas."""
    return "\n".join([columns, *rows.split(",")]).encode()


def said(book: TariffBook, today: date = TODAY) -> list[str]:
    """The warnings of a book."""
    found = warnings_of(book, today)
    assert all(one.severity == "warning" for one in found)
    return [f"{one.file}: {one.key}: {one.sentence}" for one in found]


FINE = deck("48;Poland;0.10,4850;Poland mobile;0.20,*;World;1.00")


@pytest.mark.parametrize(
    ("dialled", "prefix", "kind"),
    [
        ("004915112345678", "+49", "mobile"),
        ("00493012345678", "+49", ""),
        ("004915112345678", "+4915", ""),
        ("00499001123456", "+49", "premium"),
        ("004915112345678", "+", ""),
    ],
)
def test_a_mobile_abroad_priced_by_its_country_alone_is_told_beside_the_call(
    dialled: str, prefix: str, kind: str
) -> None:
    said = coarse(number_plan("PL", "22", (), lambda extension: False).classify(dialled), prefix)
    assert said == (
        f"only the country code +49 decided the price of this {kind} number: the deck has no row for it" if kind else ""
    )


@pytest.mark.parametrize(
    ("begins", "months"), [("2025-11-25", 12), ("2024-11-26", 23), ("2025-11-26", None), ("2026-11-25", None)]
)
def test_prices_in_force_for_a_year_are_called_old(begins: str, months: int | None) -> None:
    found = said(book_of({"a.toml": tariff(begins=begins), "HOTEL.csv": FINE}))
    expected = f"a.toml: valid_from: These prices are {months} months old; look whether the carrier's have changed."
    assert found == ([] if months is None else [expected])


@pytest.mark.parametrize(("ends", "days"), [("2026-12-25", 30), ("2026-11-25", 0), ("2026-12-26", None)])
def test_prices_that_end_soon_are_told_unless_others_follow(ends: str, days: int | None) -> None:
    files = {"a.toml": tariff(more=f"valid_to = {ends}"), "HOTEL.csv": FINE}
    found = said(book_of(files))
    expected = f"a.toml: valid_to: These prices end on {ends}, in {days} days, and none follow: calls will be held."
    assert found == ([] if days is None else [expected])
    follow = date.fromisoformat(ends).toordinal() + 1
    files["b.toml"] = tariff(begins=str(date.fromordinal(follow)))
    assert said(book_of(files)) == []


def test_a_day_without_prices_is_told() -> None:
    book = book_of({"a.toml": tariff(begins="2026-12-01"), "HOTEL.csv": FINE})
    assert said(book) == ["a.toml: valid_from: No tariff HOTEL is in force on 2026-11-25: calls of today are held."]


def test_countries_of_which_only_the_code_has_a_price_are_told() -> None:
    rows = deck(
        "48;Poland;0.10,4850;Poland mobile;0.20,44;UK;0.1,33;France;0.1,1;US;0.1,1204;Manitoba;0.2,999;;1,4479;;0.3"
    )
    (found,) = said(book_of({"a.toml": tariff(), "HOTEL.csv": rows}))
    assert (
        found == "a.toml: decks: Only the country code decides the price of 1 countries, for mobiles too: +33 France."
    )


def test_a_starter_has_warnings_of_its_own_and_none_of_these() -> None:
    assert said(book_of(starter_files("DE", "EUR"))) == []


def cost(rows: bytes, more: str = "", rest: str = "") -> dict[str, bytes]:
    """A carrier's tariff."""
    return {
        "cost.toml": tariff("TELCO", more=f'kind = "cost"\ncarrier = "Telco"\n{more}', rest=rest),
        "TELCO.csv": rows,
    }


def test_prefixes_sold_below_their_cost_are_told_the_worst_first() -> None:
    files = {
        "a.toml": tariff(),
        "HOTEL.csv": deck("48;Poland;0.10,4850;Poland mobile;0.20,44;UK;0.05,447;UK mobile;0.30"),
        **cost(deck("48;Poland;0.05,4850;Mobile;0.25,44;UK;0.05,447;UK mobile;0.10,4479;UK special;0.50")),
    }
    (found,) = said(book_of(files))
    assert found == (
        "a.toml: decks: 2 prefixes are sold below what Telco charges: +4479 UK mobile (10 min: sold 3.00, cost 5.00); "
        "+4850 Poland mobile (10 min: sold 2.00, cost 2.50)."
    )


def test_mark_ups_and_fees_of_both_sides_count() -> None:
    rows = deck("48;Poland;0.10,4850;M;0.10")
    assert (
        said(
            book_of(
                {"a.toml": tariff(more='markup_percent = "10"'), "HOTEL.csv": rows, **cost(deck("48;;0.105,4850;;0.1"))}
            )
        )
        == []
    )
    (short,) = said(
        book_of({"a.toml": tariff(), "HOTEL.csv": rows, **cost(deck("48;;0.05,4850;;0.05"), 'connection = "0.20"')})
    )
    assert "+48 Poland (1 min: sold 0.10, cost 0.25)" in short


def test_bands_are_compared_where_they_meet() -> None:
    evening = '[[band]]\nname = "evening"\nfrom = "18:00"\nto = "24:00"\n'
    late = '[[band]]\nname = "late"\nfrom = "22:00"\nto = "24:00"\n'
    columns = "prefix;place;price_per_minute;{}"
    sells = deck("48;Poland;0.20;0.05,4850;M;0.20;0.20", columns.format("evening"))
    cheap_late = deck("48;;0.10;0.01,4850;;0.10;0.01", columns.format("late"))
    files = {"a.toml": tariff(rest=evening), "HOTEL.csv": sells}
    (found,) = said(book_of({**files, **cost(cheap_late, rest=late)}))
    assert "1 prefixes" in found
    assert "+48 Poland (10 min: sold 0.50, cost 1.00)" in found
    same = deck("48;;0.10;0.05,4850;;0.10;0.05", columns.format("evening"))
    assert said(book_of({**files, **cost(same, rest=evening)})) == []
