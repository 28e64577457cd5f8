"""Protects the price that is told before a call: it is the price that the call itself gets, to the minor unit."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.attribution import attribution
from gateway.bills.card import card_rows, classes_asked
from gateway.bills.enquiry import EXAMPLES, PriceDesk, quote, terms_of
from gateway.bills.price_sheets import card_sheet, price_sheet
from gateway.bills.sheet import House
from gateway.languages.catalogues import GUEST
from gateway.languages.speech import speech
from protocols.records import CallRecord
from rating.circumstances import PLAIN
from rating.numbering import number_plan
from rating.outcomes import RatedCall
from rating.rate import rate
from rating.starter import starter_files
from rating.text import load
from tests.gateway.rig import ROOMS, WARSAW

FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=WARSAW)
MOBILE = "+48601234567"
RULES = """
code = "HOUSE"
country = "PL"
currency = "PLN"
valid_from = 2026-01-01
decks = ["international.csv"]
increments = "60/60"
connection = "{connection}"
markup_percent = "{markup}"
surcharge = "0.10"
[tax]
name = "VAT"
percent = "23"
included = {included}
[[band]]
name = "evening"
days = "daily"
from = "18:00"
to = "08:00"
[class.local]
price_per_minute = "0.40"
[class.national]
price_per_minute = "0.60"
[class.mobile]
price_per_minute = "{minute}"
in_band = {{ evening = "0.30" }}
[class.toll-free]
price_per_minute = "0"
[class.service]
price_per_minute = "1"
[class.premium]
price_per_minute = "6"
[[rule]]
name = "friends"
guest_class = ["VIP"]
class = ["mobile"]
price_per_minute = "0.01"
"""


@cache
def desk(connection: str = "0.50", markup: str = "20", minute: str = "1.00", included: str = "false") -> PriceDesk:
    """A house with two bands of the day, a tax and a rule for some guests."""
    text = RULES.format(connection=connection, markup=markup, minute=minute, included=included)
    files = {**starter_files("PL", "PLN"), "tariff.toml": text.encode()}
    loaded = load(files, zone=WARSAW, currency="PLN", country="PL")
    assert loaded.book is not None, loaded.problems
    plan = number_plan("PL", "22", ("9",), ROOMS.lists)
    return PriceDesk(book=loaded.book, plans={"main": plan}, rooms=ROOMS, attribution=attribution((), {}), zone=WARSAW)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 300),
    st.integers(0, 100),
    st.integers(0, 500),
    st.sampled_from(("true", "false")),
    st.integers(0, 23),
)
def test_the_terms_add_up_to_the_price_of_the_call(
    connection: int, markup: int, minute: int, included: str, hour: int
) -> None:
    """Connection and minutes as they are told come, within the one rounding of each tax and of the net, to the rated amount."""
    house = desk(f"{connection / 100:.2f}", str(markup), f"{minute / 100:.2f}", included)
    at = FRIDAY.replace(hour=hour)
    told = quote(house, house.understood(MOBILE), at)
    if told.until is not None and (told.until - at).total_seconds() < 600:
        return
    assert told.terms is not None
    for offer in told.offers:
        exact = (told.terms.connection + offer.minutes * told.terms.minute) * 100
        assert abs(offer.gross - exact) <= 2
        assert offer.net + offer.tax == offer.gross


def test_what_is_told_is_what_the_call_then_costs() -> None:
    """Whatever the number and the hour: the very amount that rating gives to such a call."""
    house = desk()
    for typed in ("601234567", MOBILE, "0048 601-234-567", "004420 7123 4567", "221234567", "800123456"):
        number = house.understood(typed)
        for hour in (7, 8, 17, 18, 23):
            at = FRIDAY.replace(hour=hour, minute=57)
            told = quote(house, number, at)
            for offer in told.offers:
                record = CallRecord(
                    direction="out", answered=True, start=at, talk_seconds=60 * offer.minutes, dialled=typed
                )
                found = rate(record, house.plans["main"].classify(number.e164 or ""), house.book)
                assert isinstance(found, RatedCall)
                assert (found.net, found.tax, found.amount) == (offer.net, offer.tax, offer.gross)
            assert [one.minutes for one in told.offers] == list(EXAMPLES)


def test_a_price_holds_until_the_band_ends_and_no_longer_than_it_costs_the_same() -> None:
    house = desk()
    noon = quote(house, house.understood(MOBILE), FRIDAY)
    assert noon.until == FRIDAY.replace(hour=18)
    evening = quote(house, house.understood(MOBILE), FRIDAY.replace(hour=20))
    assert evening.until == FRIDAY.replace(day=21, hour=8)
    assert quote(house, house.understood("221234567"), FRIDAY).until is None


@pytest.mark.parametrize(
    ("typed", "free", "unpriced"),
    [
        ("112", True, False),
        ("9112", True, False),
        ("<script>alert(1)</script>", False, True),
        ("\u202e999999999999999999999999999", False, True),
        ("", False, True),
        ("0" * 5_000, False, True),
    ],
)
def test_what_is_no_number_gets_a_sentence_and_an_emergency_costs_nothing(
    typed: str, free: bool, unpriced: bool
) -> None:
    house = desk()
    told = quote(house, house.understood(typed), FRIDAY)
    assert (bool(told.free), bool(told.unpriced), told.offers) == (free, unpriced, ())
    for language in ("en", "ar"):
        sheet = price_sheet(told, speech(language, GUEST), House("H", "PL"), WARSAW)
        assert len(sheet.lead) == 1


def test_a_guest_of_a_class_is_told_his_own_price_by_name_of_its_rule() -> None:
    house = desk()
    told = quote(house, house.understood(MOBILE), FRIDAY, PLAIN._replace(guest_class="VIP"))
    assert (told.rule, told.offers[0].net) == ("friends", 71)  # (0.50 + 0.01) and 20 %, and 0.10
    assert classes_asked(house) == [("guest_class", "VIP")]


def test_a_trace_without_a_price_of_time_has_no_terms() -> None:
    head: list[int | str] = [
        2,
        "price",
        "T",
        "v",
        "",
        "mobile",
        "+48",
        "PL",
        60,
        60,
        0,
        1,
        1,
        "steps",
        60,
        2,
        100,
        0,
        100,
    ]
    assert terms_of([*head, "pulses", "", 10, 100_000, "round", "half-up", 1, 0]) is None
    assert terms_of([9, "nonsense"]) is None
    found = terms_of([*head, "per", "", 90, 0, "time", "", 90, 900_000, "in net", "VAT", 230_000, 19])
    assert found == (Fraction(0), Fraction(6, 10))


def test_the_card_names_home_and_abroad_with_prices_of_the_tariff_itself() -> None:
    """Each row of the card is the quote for its number; free numbers are said to be free, countries are in the guest's words."""
    house = desk()
    rows = card_rows(house, "PL", "22", ("DE", "GB", "PL"), FRIDAY, PLAIN)
    assert [row.number_class for row in rows if not row.country][:3] == ["local", "national", "mobile"]
    assert {row.country for row in rows if row.country} == {"DE", "GB"}
    sheet = card_sheet(rows, speech("pl", GUEST, "PL"), House("H", "PL"), "PLN", 2, FRIDAY)
    text = {row.cells[0]: row.cells for table in sheet.small for row in table.rows}
    assert text["Niemcy"][1:3] == ("0,861", "1,7712")
    assert text["Rozmowy z telefonami komórkowymi"][3:] == tuple(
        speech("pl", GUEST).amount(one.gross, 2) for one in rows[2].quote.offers
    )
