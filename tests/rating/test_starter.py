"""Protects the first day: from the starter tariff every country can be reached, nothing in it passes for a real price."""

from __future__ import annotations

import phonenumbers
import pytest

from rating.countries import NETWORK_NAMES
from rating.money import CURRENCIES
from rating.numbering import CHARGEABLE_CLASSES, DialledNumber, number_plan
from rating.outcomes import NotChargeable, RatedCall
from rating.starter import starter_files
from rating.text import APPROVAL, load
from tests.processes.size import sized
from tests.rating.scenes import BERLIN, book_of, call, outcome

#: Each has another habit: a shared country code, no trunk prefix, codes of other countries inside.
HOMES = sized(
    ["PL", "JE", "KZ", "DO"], ["PL", "US", "CA", "GB", "JE", "RU", "KZ", "IT", "AU", "JP", "FR", "DO", "VA", "MA"]
)


@pytest.mark.parametrize("home", HOMES)
def test_every_country_can_be_called_and_has_a_price_of_its_own_choosing(home: str) -> None:
    book = book_of(starter_files(home, "EUR"), country=home)
    plan = number_plan(home, None, (), lambda _: False)
    for country in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number(country)
        assert example is not None
        number = plan.classify(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164))
        rated = outcome(book, call(60), number)
        assert isinstance(rated, RatedCall), (country, rated)
        assert rated.amount > 0, country
        assert rated.place


@pytest.mark.parametrize("network", sorted(NETWORK_NAMES))
def test_every_network_that_belongs_to_no_country_has_a_row(network: int) -> None:
    book = book_of(starter_files("PL", "PLN"), currency="PLN", country="PL")
    rated = outcome(book, call(60), DialledNumber("", "international", f"+{network}12345678", None, ""))
    assert isinstance(rated, RatedCall)
    assert (rated.prefix, rated.amount > 0) == (f"+{network}", network not in (800, 888))


def test_the_starter_of_every_country_is_complete_and_without_problems_but_for_the_approval() -> None:
    for country in sorted(phonenumbers.SUPPORTED_REGIONS)[:: sized(6, 1)]:
        loaded = load(starter_files(country, "EUR"), zone=BERLIN, currency="EUR", country=country)
        assert loaded.book is not None
        assert [problem.file for problem in loaded.problems] == [APPROVAL]
        assert (loaded.book.approved_by, loaded.book.starter) == (None, True)
        for number_class in CHARGEABLE_CLASSES:
            number = DialledNumber("", number_class, "+12125551234", None, "")
            assert isinstance(outcome(loaded.book, call(60), number), RatedCall), (country, number_class)


def test_the_starter_can_be_had_in_every_currency_with_no_price_below_its_smallest_coin() -> None:
    for currency in sorted(CURRENCIES):
        book = book_of(starter_files("PL", currency), currency=currency, country="PL")
        unit = 10 ** (6 - book.decimals)
        tariff = book.periods[0].tariff
        rates = [*tariff.deck.rates.values(), *(rule.price for rule in tariff.rules.values() if rule.price is not None)]
        assert all(price % unit == 0 for rate in rates for price in rate.prices), currency


def test_weak_currencies_have_prices_of_their_own_size() -> None:
    amounts = {}
    for currency in ("EUR", "PLN", "JPY", "IDR"):
        rated = outcome(
            book_of(starter_files("PL", currency), currency=currency, country="PL"),
            call(60),
            DialledNumber("", "local", None, "PL", "Poland"),
        )
        assert isinstance(rated, RatedCall)
        amounts[currency] = rated.amount
    assert amounts == {"EUR": 20, "PLN": 40, "JPY": 20, "IDR": 200_000}


def test_it_says_that_its_prices_are_invented_and_how_to_approve_them() -> None:
    files = starter_files("PL", "PLN")
    rules, deck = files["tariff.toml"].decode(), files["international.csv"].decode()
    assert "EVERY PRICE IN THIS FOLDER IS INVENTED" in rules
    assert "foliogate tariff approve" in rules
    assert "INVENTED" in deck.splitlines()[0]
    assert all(len(line) <= 120 for line in rules.splitlines())


def test_emergency_calls_have_no_price_in_it() -> None:
    book = book_of(starter_files("PL", "PLN"), currency="PLN", country="PL")
    found = outcome(book, call(60), number_plan("PL", "22", ("9",), lambda _: False).classify("9112"))
    assert isinstance(found, NotChargeable)


@pytest.mark.parametrize(("country", "currency"), [("XX", "EUR"), ("PL", "ZLO"), ("", "EUR")])
def test_an_unknown_country_or_currency_is_refused_in_a_sentence(country: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (country|currency)"):
        starter_files(country, currency)
