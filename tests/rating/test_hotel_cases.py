"""Protects the hotel's own arithmetic: mark-up, surcharge, minimum, tax and access fees in the order a hotel expects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from protocols.records import CallRecord
from rating.circumstances import PLAIN, Circumstances
from rating.numbering import number_plan
from rating.outcomes import NotChargeable, RatedCall, Unrated
from rating.rate import rate
from tests.rating.scenes import BERLIN, HEAD, abroad, at_home, book, book_of, call, folder, outcome, priced

VAT = '[tax]\nname = "VAT"\npercent = "19"\n'
CARRIER = {
    "cost.toml": b'kind = "cost"\ncode = "TELE"\ncarrier = "Tele"\ncurrency = "EUR"\nvalid_from = 2000-01-01\ndecks = ["cost.csv"]\n',
    "cost.csv": b"prefix;price_per_minute;increments\n33;0.0137;6/6\n49;0.01;1/1\n",
}
PLUS = 'basis = "cost"\nmarkup_percent = "150"\nsurcharge = "0.50"\n'
PULSES = 'price_per_pulse = "0.12"\nsurcharge = "0.50"\n'
LINES = '[[unsupervised]]\ntrunks = ["9*"]\nallowance_seconds = 40\n'
VIP = '[[rule]]\nname = "guests of the house"\nvip = "V1"\ndiscount_percent = 100\n'
ROW = "33;;0.60;;60/60\n"


class Hotel(NamedTuple):
    """One case: its number, what it shows, the tariff, the call, and net, tax and amount in smallest units."""

    number: str
    what: str
    rules: str
    record: CallRecord
    expected: tuple[int, int, int]
    row: str = ROW
    currency: str = "EUR"
    around: Circumstances = PLAIN
    files: Mapping[str, bytes] = {}


TABLE = [
    Hotel(
        "H1",
        "cost 0.02877, + 150 % = 0.071925, + 0.50 = 0.57, 19 % = 0.11",
        PLUS + VAT,
        call(125),
        (57, 11, 68),
        row="",
        files=CARRIER,
    ),
    Hotel(
        "H1a",
        "the same with the cost as the hotel's own price",
        'markup_percent = "150"\nsurcharge = "0.50"\n' + VAT,
        call(125),
        (57, 11, 68),
        row="33;;0.0137;;6/6\n",
    ),
    Hotel(
        "H3",
        "with a minimum charge of 1.00",
        PLUS + 'minimum = "1.00"\n' + VAT,
        call(125),
        (100, 19, 119),
        row="",
        files=CARRIER,
    ),
    Hotel(
        "H4",
        "12.5 yen a minute, 61 s, 10 %: halves up",
        '[tax]\npercent = "10"\n',
        call(61),
        (25, 3, 28),
        row="33;;12.5;;60/60\n",
        currency="JPY",
    ),
    Hotel(
        "H4a",
        "halves to the even digit",
        'rounding = "half-even"\n[tax]\npercent = "10"\n',
        call(61),
        (25, 2, 27),
        row="33;;12.5;;60/60\n",
        currency="JPY",
    ),
    Hotel(
        "H6",
        "an access fee of 0.75 for an hour",
        'price_per_minute = "0"\naccess_fee = "0.75"\n',
        call(3600),
        (75, 0, 75),
        row="",
    ),
    Hotel(
        "H8",
        "no answer supervision, allowance 40 s: 41 s are a minute",
        LINES,
        call(41)._replace(trunk="901"),
        (60, 0, 60),
    ),
    Hotel("H8a", "and 38 s on another line too", LINES, call(38)._replace(trunk="T1"), (60, 0, 60)),
    Hotel("H10", "37 pulses at 0.12, + 0.50", PULSES, call(300)._replace(pulses=37), (494, 0, 494), row=""),
    Hotel(
        "H10a",
        "the exchange's own 1.23, + 10 %",
        'basis = "advice"\nmarkup_percent = 10\n',
        call(300)._replace(aoc_amount="1.23"),
        (135, 0, 135),
        row="",
    ),
    Hotel(
        "H11",
        "20 minutes through the hour that comes twice",
        "",
        call(1200, start=datetime(2024, 10, 27, 2, 50, tzinfo=BERLIN)),
        (1200, 0, 1200),
    ),
    Hotel("H13", "100 % off for a VIP", VIP, call(600), (0, 0, 0), around=Circumstances(vip="V1")),
    Hotel("H13a", "and for no other guest", VIP, call(600), (600, 0, 600), around=Circumstances(vip="V2")),
]


@pytest.mark.parametrize("case", TABLE, ids=[f"{case.number}: {case.what}" for case in TABLE])
def test_the_hotel_case_costs_exactly_this(case: Hotel) -> None:
    deck = HEAD + case.row if case.row else ""
    tariff = book_of({**folder(case.rules, deck, currency=case.currency), **case.files}, currency=case.currency)
    rated = rate(case.record, abroad(), tariff, case.around)
    assert isinstance(rated, RatedCall), rated
    assert (rated.net, rated.tax, rated.amount) == case.expected


@pytest.mark.parametrize("digits", ["911", "112", "9112", "9911", "0112"])
def test_h7_an_emergency_is_never_priced_with_or_without_a_trunk_digit(digits: str) -> None:
    plan = number_plan("US", None, ("9", "0"), lambda _: False)
    tariff = book_of(folder('price_per_call = "5"\nattempt_fee = "1"\n'), country="US")
    assert outcome(tariff, call(60), plan.classify(digits)) == NotChargeable(
        "emergency", "emergency call: never charged"
    )


def test_h8_what_is_shorter_than_the_allowance_was_not_answered() -> None:
    found = outcome(book(LINES, HEAD + ROW), call(38)._replace(trunk="901"))
    assert isinstance(found, NotChargeable)
    assert found.code == "unanswered"


def test_h8_the_allowance_may_be_taken_off_the_time() -> None:
    rated = outcome(book(LINES + "subtract = true\n", HEAD + ROW), call(101)._replace(trunk="901"))
    assert isinstance(rated, RatedCall)
    assert (rated.billed_seconds, rated.amount) == (120, 120)


def test_h8_the_time_that_is_taken_off_may_be_another_than_the_allowance() -> None:
    tariff = book(LINES + "subtract_seconds = 20\n", HEAD + "33;;0.60;;1/1")
    rated = outcome(tariff, call(41)._replace(trunk="901"))
    assert isinstance(rated, RatedCall)
    assert (rated.billed_seconds, rated.amount) == (21, 21)


@pytest.mark.parametrize("post", [True, False])
def test_h13_a_zero_amount_says_whether_it_is_posted(post: bool) -> None:
    rated = rate(
        call(60), abroad(), book(f"post_zero = {str(post).lower()}\n" + VIP, HEAD + ROW), Circumstances(vip="V1")
    )
    assert isinstance(rated, RatedCall)
    assert (rated.amount, rated.post_zero, bool(rated.trace)) == (0, post, True)


def test_a_minimum_does_not_make_a_free_call_cost_money() -> None:
    assert priced(book('minimum = "1.00"\n', HEAD + "33;;0;;"), 125).amount == 0


@pytest.mark.parametrize(("rounding", "tax"), [("half-up", 3), ("half-even", 2), ("up", 3), ("down", 2)])
def test_a_currency_without_decimals_rounds_to_whole_units(rounding: str, tax: int) -> None:
    """12.5 yen a minute, 61 s at 60/60: 25 yen; 10 % of it is 2.5."""
    rules = f'rounding = "{rounding}"\n[tax]\npercent = "10"\n'
    rated = priced(book(rules, HEAD + "33;;12.5;;60/60", currency="JPY"), 61)
    assert (rated.net, rated.tax, rated.decimals) == (25, tax, 0)


def test_a_currency_with_three_decimals_keeps_all_of_them() -> None:
    rated = priced(book("", HEAD + "33;;0.0125;;60/60", currency="KWD"), 61)
    assert (rated.amount, rated.decimals) == (25, 3)


def test_an_access_fee_is_due_once_however_long_the_call() -> None:
    tariff = book('[class.toll-free]\nprice_per_minute = "0"\nconnection = "0.75"\n')
    assert priced(tariff, 3600, number=at_home("toll-free", "+498001234567")).amount == 75


def test_a_price_of_zero_is_a_price() -> None:
    rated = priced(book('[class.toll-free]\nprice_per_minute = "0"\n'), 60, number=at_home("toll-free"))
    assert (rated.amount, rated.billed_seconds) == (0, 60)


def test_a_class_that_the_tariff_frees_is_not_chargeable() -> None:
    free = outcome(book("[class.local]\nfree = true\n"), call(), at_home("local"))
    assert free == NotChargeable("class-free", "calls of class local are free in tariff T")


def test_a_general_row_for_the_home_country_cannot_price_a_class_that_has_its_own_price() -> None:
    tariff = book('[class.toll-free]\nprice_per_minute = "0"\n', HEAD + "49;Germany;0.50;;\n49800;Germany;0.90;;")
    rated = priced(tariff, 60, number=at_home("toll-free", "+498001234567"))
    assert (rated.amount, rated.prefix) == (0, "class toll-free")


def test_a_row_for_the_class_comes_before_the_price_of_the_class() -> None:
    deck = "prefix;place;price_per_minute;class\n49900;Chat;1.50;premium\n49;Germany;0.10;\n"
    tariff = book('[class.premium]\nprice_per_minute = "3"\n', deck)
    chat, other = at_home("premium", "+499001234567"), at_home("premium", "+491371234567")
    assert (priced(tariff, 60, number=chat).amount, priced(tariff, 60, number=chat).place) == (150, "Chat")
    assert priced(tariff, 60, number=other).amount == 300


def test_a_class_without_a_price_is_priced_by_the_deck_with_the_terms_of_the_class() -> None:
    rules = 'connection = "0.10"\n[class.mobile]\nconnection = "0.20"\nincrements = "60/60"\n'
    tariff = book(rules, "prefix;price_per_minute\n49;0.60\n491;1.20\n")
    assert priced(tariff, 30, number=at_home("mobile", "+491701234567")).amount == 140
    assert priced(tariff, 30, number=at_home("national")).amount == 40


def test_a_short_number_has_its_own_row_or_the_price_of_its_class() -> None:
    tariff = book(
        '[class.service]\nprice_per_minute = "0.60"\n', "prefix;place;price_per_minute\n#11833;Enquiries;1.99\n"
    )
    assert priced(tariff, 60, number=at_home("service", None, "11833")).amount == 199
    assert priced(tariff, 60, number=at_home("service", None, "115")).amount == 60


def test_a_short_number_is_never_priced_as_if_it_began_with_a_country_code() -> None:
    held = outcome(book("", HEAD + "49;;1;;\n1;;1;;"), call(), at_home("service", None, "115"))
    assert held == Unrated("the tariff T has no rate for 115")


def test_the_longest_prefix_wins_and_the_rest_of_the_world_comes_last() -> None:
    tariff = book("", "prefix;price_per_minute\n*;9\n33;1\n336;2\n33612345678;3\n")
    assert [
        priced(tariff, 60, number=abroad(number)).amount
        for number in ("+33140000000", "+33612345679", "+33612345678", "+3361", "+81312345678")
    ] == [100, 200, 300, 200, 900]


def test_a_call_answered_and_gone_within_the_second_costs_nothing() -> None:
    rated = priced(book('surcharge = "0.5"\nconnection = "1"\nminimum = "2"\n', HEAD + "33;;1;;60/60"), 0)
    assert (rated.amount, rated.billed_seconds) == (0, 0)


@pytest.mark.parametrize(
    ("end", "seconds"),
    [
        (datetime(2024, 10, 27, 2, 10, tzinfo=BERLIN, fold=1), 1200),
        (datetime(2024, 10, 27, 2, 55, tzinfo=BERLIN), 300),
    ],
)
def test_the_night_the_clocks_go_back_is_counted_in_real_time(end: datetime, seconds: int) -> None:
    """From 02:50 CEST to 02:10 CET are 20 minutes; each is billed once."""
    start = datetime(2024, 10, 27, 2, 50, tzinfo=BERLIN)
    assert (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() == seconds
    rated = priced(book("", HEAD + "33;;0.60;;60/60"), seconds, start=start)
    assert (rated.billed_seconds, rated.amount) == (seconds, seconds)


def two_years() -> dict[str, bytes]:
    """Last year's tariff at 1.00 and this year's at 2.00."""
    text = 'code = "{0}"\ncurrency = "EUR"\nvalid_from = {0}-01-01\n{1}[class.local]\nprice_per_minute = "{2}"\n'
    return {
        "2023.toml": text.format(2023, "valid_to = 2023-12-31\n", 1).encode(),
        "2024.toml": text.format(2024, "", 2).encode(),
    }


@pytest.mark.parametrize(
    ("start", "tariff"),
    [
        (datetime(2023, 12, 31, 23, 59, 59, tzinfo=BERLIN), "2023"),
        (datetime(2024, 1, 1, 0, 0, tzinfo=BERLIN), "2024"),
        (datetime(2023, 12, 31, 22, 59, 59, tzinfo=UTC), "2023"),
        (datetime(2023, 12, 31, 23, 0, tzinfo=UTC), "2024"),
        (datetime(2024, 1, 1, 7, 59, 59, tzinfo=ZoneInfo("Asia/Tokyo")), "2023"),
        (datetime(2024, 1, 1, 8, 0, tzinfo=ZoneInfo("Asia/Tokyo")), "2024"),
    ],
)
def test_a_call_is_priced_by_the_tariff_in_force_at_its_start_in_the_hotels_zone(start: datetime, tariff: str) -> None:
    rated = priced(book_of(two_years()), 60, start=start, number=at_home("local"))
    assert (rated.tariff, rated.amount) == (tariff, 100 if tariff == "2023" else 200)


def test_a_call_before_the_first_tariff_is_held() -> None:
    held = outcome(book_of(two_years()), call(start=datetime(2022, 12, 31, tzinfo=BERLIN)), at_home("local"))
    assert held == Unrated("no tariff is in force on 2022-12-31")


def test_the_last_day_of_a_tariff_is_whole_even_when_the_clocks_change_on_it() -> None:
    text = 'code = "T"\ncurrency = "EUR"\nvalid_from = 2024-10-27\nvalid_to = 2024-10-27\n[class.local]\nprice_per_minute = "1"\n'
    tariff = book_of({"tariff.toml": text.encode()})
    last = datetime(2024, 10, 27, 23, 59, 59, tzinfo=BERLIN)
    assert isinstance(outcome(tariff, call(start=last), at_home("local")), RatedCall)
    assert isinstance(outcome(tariff, call(start=last + timedelta(seconds=1)), at_home("local")), Unrated)
    assert tariff.periods[0].end - tariff.periods[0].start == 25 * 3600
    assert tariff.periods[0].tariff.valid_to == date(2024, 10, 27)


NIGHT = '[[band]]\nname = "night"\nfrom = "22:00"\nto = "06:00"\n'
NIGHT_DECK = "prefix;price_per_minute;night\n33;0.60;0.30\n"


def test_with_the_start_policy_the_band_of_the_beginning_prices_the_whole_call() -> None:
    start = datetime(2024, 3, 4, 21, 59, 30, tzinfo=BERLIN)
    deck = NIGHT_DECK.replace("night", "night;increments", 1).replace("0.30", "0.30;1/1")
    assert priced(book(NIGHT, deck), 60, start=start).amount == 45
    assert priced(book('band_policy = "start"\n' + NIGHT, deck), 60, start=start).amount == 60


def test_free_seconds_come_first_and_may_carry_the_paid_time_into_another_band() -> None:
    start = datetime(2024, 3, 4, 21, 59, 30, tzinfo=BERLIN)
    rules = "free_seconds = 30\n" + NIGHT
    assert priced(book(rules, NIGHT_DECK), 90, start=start).amount == 30
    assert priced(book('band_policy = "start"\n' + rules, NIGHT_DECK), 90, start=start).amount == 60


def test_a_class_may_have_prices_in_bands_too() -> None:
    rules = NIGHT + '[class.local]\nprice_per_minute = "0.60"\nincrements = "60/60"\nin_band = { night = "0.30" }\n'
    tariff = book(rules)
    assert priced(tariff, 1, number=at_home("local")).amount == 60
    assert priced(tariff, 1, start=datetime(2024, 3, 4, 2, tzinfo=BERLIN), number=at_home("local")).amount == 30


def test_the_version_names_the_text_and_every_charge_carries_it() -> None:
    one, other = book("", HEAD + "33;;1;;"), book("", HEAD + "33;;1.0;;")
    assert len(one.version) == 12
    assert one.version != other.version
    assert priced(one, 60).version == one.version
